"""Figures for an indicator whose own panel is too thin: borrowed, scaled to the indicator, and marked so.

What travels between states is how large each movement is beside the spread of schools, not points of one test; so the
shares below are those of North Carolina's School Performance Grade, 2014-2019 (2,669 schools, public record).
"""

from domain.indicators import Indicator
from simulation.calibration import SHARE_BETWEEN_SCHOOLS, IndicatorCalibration

DRIFT_SHARE_HALF_WIDTH = 0.20
YEAR_SHOCK_SHARE = 0.12
DISTRICT_SHOCK_SHARE = 0.11
WALK_SHARE = 0.22
NOISE_FLOOR_SHARE = 0.15
NOISE_PER_PUPIL_SHARE = 2.0
REVERSION = 0.10
RANGE_IN_SD = 7.0
"""An indicator's range spans about seven SD between schools: 100 points for a spread of 13 to 16."""
TYPICAL_TESTED = 100.0


def borrowed_calibration(indicator: Indicator) -> IndicatorCalibration:
    """Return borrowed figures in the unit of ``indicator``, its range standing for the spread between schools."""
    between = (indicator.highest - indicator.lowest) / RANGE_IN_SD
    return IndicatorCalibration(
        indicator=indicator.name,
        drift_per_year=0.0,
        year_shock_sd=YEAR_SHOCK_SHARE * between,
        district_shock_sd=DISTRICT_SHOCK_SHARE * between,
        reversion_per_year=REVERSION,
        walk_sd_per_year=WALK_SHARE * between,
        noise_floor_sd=NOISE_FLOOR_SHARE * between,
        noise_per_pupil_sd=NOISE_PER_PUPIL_SHARE * between,
        between_sd=between,
        student_sd=between / SHARE_BETWEEN_SCHOOLS**0.5,
        lowest=indicator.lowest,
        highest=indicator.highest,
        source="borrowed",
        intervals={"drift_per_year": (-DRIFT_SHARE_HALF_WIDTH * between, DRIFT_SHARE_HALF_WIDTH * between)},
        schools=0,
        years=0,
        typical_tested=TYPICAL_TESTED,
        provenance="borrowed: North Carolina School Performance Grades 2014-2019, scaled to the indicator's range",
    )
