"""Draw the sample state: organizations, indicators, readings, goals, supports, pools, assignments and a baseline.

The same seed and day give the same state, identities included.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from api.sample_state import grounds
from api.sample_state.identities import Identities
from api.sample_state.names import district_names, school_name
from api.sample_state.plans import identified_schools, plan_of
from api.sample_state.supports import assignments, baseline_scenario, catalogue, pools
from domain.calendar import Validity, annual_test_day, school_year, school_year_start
from domain.goals import Goal
from domain.identity import AccountId, IndicatorId, ObservationId, OrganizationId
from domain.indicators import ALL_STUDENTS, Indicator, Observation, Occasion, Reading
from domain.organizations import Designation, Organization, OrganizationKind, Profile, SchoolLevel
from domain.people import Account, Role, RoleGrant
from domain.scenarios import Scenario
from domain.supports import Assignment, Pool, Support

FloatArray = NDArray[np.float64]

SEED = 20260
DISTRICTS = 60
SCHOOLS = 600
YEARS = 6
IDENTIFIED = 90
PLANNER_EMAIL = "planner@sample.example"
SOURCE = "generated sample"


@dataclass(slots=True)
class SampleState:
    """Everything the sample state is made of, ready to be stored."""

    state: Organization
    districts: list[Organization]
    schools: list[Organization]
    indicators: list[Indicator]
    observations: list[Observation]
    goals: list[Goal]
    supports: list[Support]
    pools: list[Pool]
    assignments: list[Assignment]
    baseline: Scenario
    planner: Account


@dataclass(slots=True)
class _Draft:
    """What is drawn of the schools before it becomes readings; first axis: school, second: indicator, third: year."""

    levels: list[SchoolLevel]
    district_of: NDArray[np.int64]
    enrolment: NDArray[np.int64]
    disadvantaged: FloatArray
    no_tested_grades: NDArray[np.bool_]
    years: list[int]
    level: FloatArray = field(default_factory=lambda: np.empty(0))


def generate(today: date, seed: int = SEED) -> SampleState:
    """Return the sample state as it stands on ``today``: six springs of readings, plans under way since last year."""
    rng = np.random.default_rng(seed)
    identities = Identities(seed)
    last = school_year(today) - (today < annual_test_day(school_year(today)) + timedelta(days=60))
    draft = _draw_schools(rng, list(range(last - YEARS + 1, last + 1)))
    draft.level = _draw_levels(rng, draft)

    founded = date(1960, 7, 1)
    state = Organization(
        OrganizationId(identities.next()), OrganizationKind.STATE, "Sample State", {"sample": "state"}, generated=True
    )
    districts = _districts(identities, state, founded)
    schools = _schools(rng, identities, draft, districts, founded)
    indicators = [_indicator(identities, state, ground) for ground in grounds.INDICATORS]
    observations = _observations(rng, identities, draft, schools, indicators)

    annual = {
        (held.organization_id, held.indicator_id, held.observed_on.year): held.reading.value
        for held in observations
        if held.student_group == ALL_STUDENTS and held.reading.value is not None
    }
    goals: list[Goal] = []
    chosen = identified_schools(schools, indicators, annual, last - 1, IDENTIFIED)
    for rank, (school, kind, reason) in enumerate(chosen):
        school.designate(Designation(kind, Validity(school_year_start(last)), reason))
        goals += plan_of(rng, identities, school, rank, indicators, annual, last - 1, today)
    observations += _interims(rng, identities, draft, schools, goals, indicators, last, today)

    supports = catalogue(identities, state)
    held_pools = pools(identities, state, school_year(today))
    return SampleState(
        state,
        districts,
        schools,
        indicators,
        observations,
        goals,
        supports,
        held_pools,
        assignments(rng, identities, [school for school, _, _ in chosen], goals, supports, held_pools, today),
        baseline_scenario(identities, state, held_pools, today),
        Account(
            AccountId(identities.next()),
            PLANNER_EMAIL,
            "Sample planner",
            [RoleGrant(Role.STATE_PLANNER, state.id, Validity(founded))],
        ),
    )


def _draw_schools(rng: np.random.Generator, years: list[int]) -> _Draft:
    weights = rng.lognormal(0, 0.8, DISTRICTS)
    counts = np.maximum(2, np.round(weights / weights.sum() * SCHOOLS).astype(int))
    while counts.sum() != SCHOOLS:
        counts[np.argmax(counts)] += 1 if counts.sum() < SCHOOLS else -1
    district_of = np.repeat(np.arange(DISTRICTS), counts)
    kinds = list(grounds.LEVEL_SHARE)
    levels = [kinds[i] for i in rng.choice(len(kinds), SCHOOLS, p=list(grounds.LEVEL_SHARE.values()))]
    median = np.array([grounds.ENROLMENT[level][0] for level in levels])
    spread = np.array([grounds.ENROLMENT[level][1] for level in levels])
    mean, sd = grounds.SHARE_DISADVANTAGED
    district_part = rng.normal(0, sd * 0.6, DISTRICTS)[district_of]
    return _Draft(
        levels,
        district_of,
        np.clip(median * np.exp(rng.normal(0, spread)), 45, 2600).astype(np.int64),
        np.clip(mean + district_part + rng.normal(0, sd * 0.8, SCHOOLS), 0.03, 0.98),
        (rng.random(SCHOOLS) < grounds.NO_TESTED_GRADES_SHARE / grounds.LEVEL_SHARE[SchoolLevel.ELEMENTARY])
        & np.array([level is SchoolLevel.ELEMENTARY for level in levels]),
        years,
    )


def _draw_levels(rng: np.random.Generator, draft: _Draft) -> FloatArray:
    """Return the true level of each school, indicator and year: spread, growth, shocks and a mean-reverting walk."""
    count, years = len(draft.levels), len(draft.years)
    need = (draft.disadvantaged - draft.disadvantaged.mean()) / draft.disadvantaged.std()
    linked = rng.multivariate_normal(np.zeros(4), np.array(grounds.LEVEL_CORRELATION), count)
    level = np.empty((count, len(grounds.INDICATORS), years))
    for i, ground in enumerate(grounds.INDICATORS):
        rho = ground.disadvantage_correlation
        # The part disadvantage explains and the part it does not, so that the correlation comes out as measured.
        spread = ground.between_sd * (rho * need + np.sqrt(1 - rho**2) * linked[:, i])
        long_run = np.array([ground.level_mean[kind] for kind in draft.levels]) + spread
        walk = np.zeros(count)
        keep = np.sqrt(max(0.0, 1 - (ground.walk_sd / ground.between_sd) ** 2))
        for t in range(years):
            statewide = rng.normal(0, ground.year_sd)
            district = rng.normal(0, ground.district_year_sd, DISTRICTS)[draft.district_of]
            walk = keep * walk + rng.normal(0, ground.walk_sd, count)
            level[:, i, t] = long_run + ground.growth * (t - years / 2) + statewide + district + walk
    return level


def _districts(identities: Identities, state: Organization, founded: date) -> list[Organization]:
    districts = []
    for number, name in enumerate(district_names(DISTRICTS), 1):
        district = Organization(
            OrganizationId(identities.next()),
            OrganizationKind.DISTRICT,
            name,
            {"sample": f"D{number:03d}"},
            opened=founded,
            generated=True,
        )
        district.place_under(state, Validity(founded))
        districts.append(district)
    return districts


def _schools(
    rng: np.random.Generator, identities: Identities, draft: _Draft, districts: list[Organization], founded: date
) -> list[Organization]:
    schools = []
    grades = {
        SchoolLevel.ELEMENTARY: ("KG", "5"),
        SchoolLevel.MIDDLE: ("6", "8"),
        SchoolLevel.HIGH: ("9", "12"),
        SchoolLevel.COMBINED: ("KG", "8"),
    }
    for s, level in enumerate(draft.levels):
        lowest, highest = ("KG", "2") if draft.no_tested_grades[s] else grades[level]
        drift = rng.normal(0, 0.03, len(draft.years))
        school = Organization(
            OrganizationId(identities.next()),
            OrganizationKind.SCHOOL,
            school_name(s, level),
            {"sample": f"S{s + 1:04d}"},
            level,
            districts[draft.district_of[s]].name.removesuffix(" Schools"),
            founded,
            generated=True,
            profiles=[
                Profile(
                    year,
                    int(draft.enrolment[s] * (1 + drift[t])),
                    lowest,
                    highest,
                    round(float(draft.disadvantaged[s]), 3),
                )
                for t, year in enumerate(draft.years)
            ],
        )
        school.place_under(districts[draft.district_of[s]], Validity(founded))
        schools.append(school)
    return schools


def _indicator(identities: Identities, state: Organization, ground: grounds.IndicatorGround) -> Indicator:
    return Indicator(
        IndicatorId(identities.next()),
        state.id,
        ground.key,
        ground.name,
        ground.unit,
        0.0,
        100.0,
        ground.higher_is_better,
        ground.decimals,
        ground.student_sd,
        ground.description,
    )


def _noise_sd(ground: grounds.IndicatorGround, tested: float) -> float:
    """Return the SD of a reading: half of its variance is the same everywhere, half falls with the number tested."""
    return float(ground.noise_sd * np.sqrt(0.5 + 0.5 * grounds.TYPICAL_TESTED / max(tested, 1.0)))


def _observations(
    rng: np.random.Generator,
    identities: Identities,
    draft: _Draft,
    schools: list[Organization],
    indicators: list[Indicator],
) -> list[Observation]:
    observations = []
    for s, school in enumerate(schools):
        tested = int(draft.enrolment[s] * grounds.TESTED_SHARE[draft.levels[s]])
        for i, (ground, indicator) in enumerate(zip(grounds.INDICATORS, indicators, strict=True)):
            counted = int(draft.enrolment[s]) if ground.key == "chronic_absence" else tested
            shares = {ALL_STUDENTS: 1.0, **grounds.STUDENT_GROUPS, "EDS": float(draft.disadvantaged[s])}
            for group, share in shares.items():
                gap_mean, gap_sd = ground.group_gap.get(group, (0.0, 0.0))
                gap = rng.normal(gap_mean, gap_sd)
                n = int(counted * share)
                for t, year in enumerate(draft.years):
                    error = _noise_sd(ground, n)
                    value = draft.level[s, i, t] + gap + rng.normal(0, error)
                    shown = float(np.clip(round(value, ground.decimals), 0, 100))
                    if draft.no_tested_grades[s] and ground.key != "chronic_absence":
                        reading = Reading.not_applicable()
                    elif n < grounds.SMALLEST_GROUP_SHOWN:
                        reading = Reading.suppressed()
                    elif rng.random() < grounds.MISSING_SHARE:
                        reading = Reading.missing()
                    else:
                        reading = Reading.observed(shown, n, round(error, 2))
                    observations.append(
                        Observation(
                            ObservationId(identities.next()),
                            school.id,
                            indicator.id,
                            group,
                            Occasion.ANNUAL,
                            annual_test_day(year),
                            reading,
                            SOURCE,
                        )
                    )
    return observations


def _interims(
    rng: np.random.Generator,
    identities: Identities,
    draft: _Draft,
    schools: list[Organization],
    goals: list[Goal],
    indicators: list[Indicator],
    last: int,
    today: date,
) -> list[Observation]:
    """Return the interim readings of the schools with plans, noisier than the spring assessment."""
    row = {school.id: s for s, school in enumerate(schools)}
    column = {indicator.id: i for i, indicator in enumerate(indicators)}
    days = [date(last - 1, 10, 20), date(last, 1, 25), date(last, 10, 20), date(last + 1, 1, 25)]
    observations = []
    for goal in goals:
        s, i = row[goal.organization_id], column[goal.indicator_id]
        ground = grounds.INDICATORS[i]
        tested = int(draft.enrolment[s] * grounds.TESTED_SHARE[draft.levels[s]])
        error = 1.3 * _noise_sd(ground, tested)
        for day in days:
            if day >= today or ground.key == "performance_score":
                continue
            t = min(school_year(day) - draft.years[0], len(draft.years) - 1)
            value = draft.level[s, i, t] + rng.normal(0, error)
            observations.append(
                Observation(
                    ObservationId(identities.next()),
                    goal.organization_id,
                    goal.indicator_id,
                    ALL_STUDENTS,
                    Occasion.INTERIM,
                    day,
                    Reading.observed(float(np.clip(round(value, 1), 0, 100)), tested, round(error, 2)),
                    SOURCE,
                )
            )
    return observations
