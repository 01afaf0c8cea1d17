"""The figures the sample state is drawn from, each with where it comes from.

Source: North Carolina Department of Public Instruction, School Report Cards 2014-2019 (public record), as
decomposed into between-school spread, statewide year effect, random walk and transitory noise: score = school +
statewide year + random walk + noise, fitted to the variance of k-year changes, k = 1..5. District schools only where
a mean by school level is given.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from domain.organizations import SchoolLevel


@dataclass(frozen=True, slots=True)
class IndicatorGround:
    """How one indicator behaves. All in its own unit; ``level_mean`` by school level, the rest per year or per school.

    ``student_sd``: spread of single students in that unit. ``disadvantage_correlation``: of school means with the
    share of disadvantaged pupils. ``group_gap``: mean and SD over schools of a group's distance from its school.
    """

    key: str
    name: str
    unit: str
    description: str
    higher_is_better: bool
    level_mean: Mapping[SchoolLevel, float]
    between_sd: float
    growth: float
    year_sd: float
    district_year_sd: float
    walk_sd: float
    noise_sd: float
    student_sd: float
    disadvantage_correlation: float
    group_gap: Mapping[str, tuple[float, float]]
    decimals: int


STUDENT_GROUPS: Mapping[str, float] = {
    # The share of pupils in each group; EDS is replaced by the school's own share.
    "EDS": 0.53,
    "ELS": 0.09,
    "SWD": 0.13,
}

E, M, H, C = SchoolLevel.ELEMENTARY, SchoolLevel.MIDDLE, SchoolLevel.HIGH, SchoolLevel.COMBINED

INDICATORS: tuple[IndicatorGround, ...] = (
    IndicatorGround(
        key="performance_score",
        name="School performance score",
        unit="points",
        description="A score from 0 to 100: four fifths achievement, one fifth growth.",
        higher_is_better=True,
        level_mean={E: 63.0, M: 61.0, H: 69.0, C: 62.0},
        between_sd=13.4,
        growth=0.68,
        year_sd=0.43,
        district_year_sd=1.3,
        walk_sd=3.0,
        noise_sd=3.3,
        student_sd=35.0,
        disadvantage_correlation=-0.62,
        group_gap={"EDS": (-8.0, 5.5), "ELS": (-12.0, 10.0), "SWD": (-26.0, 9.0)},
        decimals=0,
    ),
    IndicatorGround(
        key="math_proficiency",
        name="Mathematics proficiency",
        unit="percent",
        description="Share of tested pupils at or above grade level in mathematics.",
        higher_is_better=True,
        level_mean={E: 58.4, M: 45.8, H: 45.0, C: 49.8},
        between_sd=16.4,
        growth=1.59,
        year_sd=0.74,
        district_year_sd=1.5,
        walk_sd=4.3,
        noise_sd=3.5,
        student_sd=40.0,
        disadvantage_correlation=-0.58,
        group_gap={"EDS": (-10.0, 6.9), "ELS": (-15.0, 12.8), "SWD": (-33.0, 10.6)},
        decimals=1,
    ),
    IndicatorGround(
        key="reading_proficiency",
        name="Reading proficiency",
        unit="percent",
        description="Share of tested pupils at or above grade level in reading.",
        higher_is_better=True,
        level_mean={E: 55.3, M: 54.1, H: 58.0, C: 53.0},
        between_sd=15.0,
        growth=0.20,
        year_sd=0.17,
        district_year_sd=1.2,
        walk_sd=3.2,
        noise_sd=2.8,
        student_sd=40.0,
        disadvantage_correlation=-0.62,
        group_gap={"EDS": (-10.0, 6.9), "ELS": (-19.0, 12.8), "SWD": (-35.0, 10.6)},
        decimals=1,
    ),
    IndicatorGround(
        key="chronic_absence",
        name="Chronic absence",
        unit="percent",
        description="Share of pupils absent on a tenth or more of the days they were enrolled.",
        higher_is_better=False,
        level_mean={E: 13.0, M: 15.9, H: 19.6, C: 15.9},
        between_sd=6.8,
        growth=0.3,
        year_sd=0.5,
        district_year_sd=0.7,
        walk_sd=1.7,
        noise_sd=1.3,
        student_sd=36.0,
        disadvantage_correlation=0.35,
        group_gap={"EDS": (3.5, 2.5), "ELS": (-1.0, 3.0), "SWD": (4.5, 3.0)},
        decimals=1,
    ),
)

# Correlation of school means between indicators, in the order above (NC 2018; chronic absence 2018).
LEVEL_CORRELATION = (
    (1.00, 0.94, 0.90, -0.46),
    (0.94, 1.00, 0.82, -0.42),
    (0.90, 0.82, 1.00, -0.40),
    (-0.46, -0.42, -0.40, 1.00),
)

# Median enrolment and SD of its logarithm by school level; share of schools at each level.
ENROLMENT: Mapping[SchoolLevel, tuple[float, float]] = {E: (483, 0.42), M: (623, 0.48), H: (777, 0.65), C: (420, 0.6)}
LEVEL_SHARE: Mapping[SchoolLevel, float] = {E: 0.53, M: 0.20, H: 0.21, C: 0.06}
TESTED_SHARE: Mapping[SchoolLevel, float] = {E: 0.5, M: 1.0, H: 0.55, C: 0.7}
SHARE_DISADVANTAGED = (0.53, 0.18)
NO_TESTED_GRADES_SHARE = 0.02
MISSING_SHARE = 0.02
SMALLEST_GROUP_SHOWN = 10
TYPICAL_TESTED = 300
