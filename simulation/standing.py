"""Where the schools of a state stand on one indicator when a forecast starts.

The last reading is not the level: each school's level is the posterior of the Kalman filter over its history, shrunk
toward schools like it as far as its readings are noisy or few. A student group stands at its school's level plus a
deviation, shrunk toward the group's usual deviation in the state in the same way.
"""

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from domain.calendar import school_year
from domain.errors import CannotForecast
from domain.identity import OrganizationId
from domain.indicators import ALL_STUDENTS, Indicator, ObservedValue, Occasion
from domain.organizations import Organization
from simulation.borrowed import borrowed_calibration
from simulation.calibration import (
    CalibratedPanel,
    CannotCalibrate,
    IndicatorCalibration,
    calibrate_panel,
)
from simulation.kalman import FilteredLevels, filter_levels
from simulation.panel import FloatArray, Panel
from simulation.statewide import year_effects

FEWEST_READINGS = 2
FEWEST_COMPARABLE = 10
"""A school with fewer than two readings can be placed among ten others, but not alone."""

GroupHistory = Sequence[ObservedValue]


class NoStanding(CannotForecast):
    """The data do not say where a goal's school stands."""


@dataclass(frozen=True, slots=True)
class Placed:
    """Where one student group of one school stands, in the indicator's unit: see ``inputs.GoalInput``."""

    level_mean: float
    level_sd: float
    long_run_mean: float
    long_run_sd: float
    correlation: float
    deviation_mean: float
    deviation_sd: float
    tested: float
    last_reading: float
    history: GroupHistory


@dataclass(frozen=True, slots=True)
class GroupStanding:
    """How far a student group's readings lie above its school's.

    ``usual``: the state's mean; ``spread``: the variance of true differences between schools; ``own``: by school, the
    mean difference and the variance of its error.
    """

    usual: float
    spread: float
    own: Mapping[OrganizationId, tuple[float, float]]


@dataclass(frozen=True, slots=True)
class IndicatorStanding:
    """All schools of a state on one indicator after ``last_year``; rows of the arrays are the panel's units."""

    indicator: Indicator
    calibration: IndicatorCalibration
    panel: Panel
    filtered: FilteredLevels
    statewide_level: float
    last_year: int
    rows: Mapping[OrganizationId, int]
    histories: Mapping[tuple[str, OrganizationId], GroupHistory]
    groups: Mapping[str, "GroupStanding"]

    def place(self, school: OrganizationId, group: str) -> Placed:
        """Return where a student group of ``school`` stands; raises ``NoStanding`` if that is unknown."""
        row = self.rows[school]
        readings = self.panel.readings[row]
        seen = np.flatnonzero(np.isfinite(readings))
        comparable = int(np.isfinite(self.panel.readings).any(axis=1).sum()) - (len(seen) > 0)
        if len(seen) < FEWEST_READINGS and comparable < FEWEST_COMPARABLE:
            raise NoStanding(
                "TOO_FEW_READINGS",
                f"{self.indicator.name} has {len(seen)} usable {'reading' if len(seen) == 1 else 'readings'} at this "
                f"school and {comparable} other schools to compare it with; it takes {FEWEST_READINGS} readings or "
                f"{FEWEST_COMPARABLE} schools.",
            )
        filtered = self.filtered
        level_variance = float(filtered.level_variance[row, -1])
        long_run_variance = float(filtered.long_run_variance[row, -1])
        both = float(np.sqrt(level_variance * long_run_variance))
        level = self.statewide_level + float(filtered.level[row, -1])
        long_run = self.statewide_level + float(filtered.long_run[row, -1])
        history = self.histories.get((group, school), ())
        deviation_mean, deviation_sd = (0.0, 0.0) if group == ALL_STUDENTS else self._deviation(school, group)
        newest = max(history, key=lambda held: held.observed_on, default=None)
        last = newest.value if newest is not None else None
        return Placed(
            level_mean=level,
            level_sd=float(np.sqrt(level_variance)),
            long_run_mean=long_run,
            long_run_sd=float(np.sqrt(long_run_variance)),
            correlation=float(np.clip(filtered.covariance[row, -1] / both, -1.0, 1.0)) if both > 0.0 else 0.0,
            deviation_mean=deviation_mean,
            deviation_sd=deviation_sd,
            tested=self._tested(history, row),
            last_reading=last if last is not None else level + deviation_mean,
            history=history,
        )

    def require_reachable(self, threshold: float, upward: bool) -> None:
        """Raise ``NoStanding`` if no school of the state was ever seen at or past ``threshold``."""
        lowest, highest = float(np.nanmin(self.panel.readings)), float(np.nanmax(self.panel.readings))
        if (threshold > highest) if upward else (threshold < lowest):
            raise NoStanding(
                "THRESHOLD_OUT_OF_RANGE",
                f"a milestone asks for {threshold:g} {self.indicator.unit}, and all schools of the state have been "
                f"seen between {lowest:g} and {highest:g}.",
            )

    def _deviation(self, school: OrganizationId, group: str) -> tuple[float, float]:
        """Return mean and SD of what the group's level lies above its school's.

        A school's own mean difference is drawn toward the state's as far as its readings are noisy.
        """
        state = self.groups.get(group)
        if state is None:
            raise NoStanding(
                "NO_GROUP_READINGS",
                f"{self.indicator.name} was never read for {group} in a year in which its school was read too.",
            )
        if school not in state.own:
            return state.usual, float(np.sqrt(state.spread))
        difference, noise = state.own[school]
        trusted = state.spread / (state.spread + noise)
        return state.usual + trusted * (difference - state.usual), float(np.sqrt(state.spread * (1.0 - trusted)))

    def _tested(self, history: GroupHistory, row: int) -> float:
        """Return the pupils behind the newest reading that says so, or a typical school's."""
        known = [held for held in history if held.tested]
        if known:
            newest = max(known, key=lambda held: held.observed_on)
            return float(newest.tested or 0)
        sizes = self.panel.tested[row]
        sizes = sizes[np.isfinite(sizes) & (sizes > 0)]
        return float(sizes[-1]) if len(sizes) else self.calibration.typical_tested


def stand(
    indicator: Indicator,
    schools: Sequence[Organization],
    districts: Sequence[str],
    groups: Mapping[str, Sequence[ObservedValue]],
    breaks: Sequence[int],
    start: date,
) -> IndicatorStanding:
    """Return how all ``schools``, each of its one of ``districts`` ("" if none), stand on ``indicator``.

    ``groups`` holds the observed readings up to ``start`` by student group. Raises ``NoStanding`` if there is no annual
    reading of all students, or none since the scale changed.
    """
    annual = [held for held in groups.get(ALL_STUDENTS, ()) if held.occasion is Occasion.ANNUAL]
    if not annual:
        raise NoStanding("NO_READINGS", f"{indicator.name} was never read before {start}.")
    years = [school_year(held.observed_on) for held in annual]
    last = max(years)
    unbridged = [year for year in breaks if last < year <= school_year(start)]
    if unbridged:
        raise NoStanding(
            "SCALE_BROKEN",
            f"the scale of {indicator.name} changed in {unbridged[0]} and nothing has been read on the new one.",
        )
    rows = {school.id: row for row, school in enumerate(schools)}
    span = np.arange(min(years), last + 1)
    readings: FloatArray = np.full((len(schools), len(span)), np.nan)
    tested: FloatArray = np.full((len(schools), len(span)), np.nan)
    for held, year in zip(annual, years, strict=True):
        row = rows.get(held.organization_id)
        if row is not None:
            readings[row, year - span[0]] = held.value
            if held.tested is not None:
                tested[row, year - span[0]] = held.tested
    panel = Panel(
        indicator=indicator.name,
        units=tuple(str(school.id) for school in schools),
        districts=tuple(districts),
        levels=tuple(school.level.value if school.level else "" for school in schools),
        years=span.astype(np.int64),
        readings=readings,
        tested=tested,
        covariates={},
        lowest=indicator.lowest,
        highest=indicator.highest,
        higher_is_better=indicator.higher_is_better,
    )
    rebased = [year for year in breaks if year <= last]
    learnt = _learnt(_Known(panel, tuple(rebased)))
    if learnt is not None:
        filtered, calibration, effects = learnt.filtered(), learnt.calibration, learnt.effects
    else:
        calibration = borrowed_calibration(indicator)
        effects = year_effects(panel)
        marked: NDArray[np.bool_] = np.isin(panel.years, np.asarray(rebased, dtype=np.int64))
        filtered = filter_levels(
            panel.readings - effects, calibration.noise_sd(tested) ** 2, calibration.level_model, 0.0, marked
        )
    histories: dict[tuple[str, OrganizationId], list[ObservedValue]] = defaultdict(list)
    for group, held_readings in groups.items():
        for held in held_readings:
            histories[group, held.organization_id].append(held)
    return IndicatorStanding(
        indicator=indicator,
        calibration=calibration,
        panel=panel,
        filtered=filtered,
        statewide_level=float(effects[-1]),
        last_year=int(last),
        rows=rows,
        histories=histories,
        groups={
            group: standing
            for group, held_readings in groups.items()
            if group != ALL_STUDENTS and (standing := _group_standing(held_readings, panel, rows, calibration))
        },
    )


class _Known:
    """What a calibration depends on, equal to another when every figure is: so that none is made twice.

    A planner asks again and again while nothing new has been read; only the allocation has changed.
    """

    def __init__(self, panel: Panel, breaks: tuple[int, ...]) -> None:
        self.panel = panel
        self.breaks = breaks
        labels = (panel.indicator, panel.units, panel.districts, panel.levels, breaks, panel.lowest, panel.highest)
        digest = hashlib.sha256(repr((labels, panel.higher_is_better)).encode())
        for figures in (panel.years, panel.readings, panel.tested, *panel.covariates.values()):
            digest.update(figures.tobytes())
        self._digest = digest.digest()

    def __hash__(self) -> int:
        return hash(self._digest)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Known) and self._digest == other._digest


@lru_cache(maxsize=32)
def _learnt(known: _Known) -> CalibratedPanel | None:
    """Return the panel's calibration, or None where it is too thin for one."""
    try:
        return calibrate_panel(known.panel, known.breaks)
    except CannotCalibrate:
        return None


def _group_standing(
    history: GroupHistory, panel: Panel, rows: Mapping[OrganizationId, int], calibration: IndicatorCalibration
) -> GroupStanding | None:
    """Return how a student group stands in the state, or None if it was never read together with a school.

    The spread of true differences is what the observed spread leaves beyond the readings' noise, at least a hundredth
    of the variance between schools.
    """
    first, years = int(panel.years[0]), len(panel.years)
    whole = panel.readings.tolist()
    found: dict[OrganizationId, list[tuple[float, float]]] = defaultdict(list)
    for held in history:
        column = school_year(held.observed_on) - first
        row = rows.get(held.organization_id)
        if row is None or held.occasion is not Occasion.ANNUAL or not 0 <= column < years:
            continue
        if whole[row][column] == whole[row][column]:  # not NaN: the school was read that year
            pupils = held.tested or calibration.typical_tested
            noise = calibration.noise_floor_sd**2 + calibration.noise_per_pupil_sd**2 / pupils
            found[held.organization_id].append((held.value - whole[row][column], noise))
    if not found:
        return None
    own = {
        school: (sum(gap for gap, _ in gaps) / len(gaps), sum(noise for _, noise in gaps) / len(gaps) ** 2)
        for school, gaps in found.items()
    }
    means = np.array([mean for mean, _ in own.values()])
    noises = np.array([noise for _, noise in own.values()])
    least = 0.01 * calibration.between_sd**2
    return GroupStanding(float(means.mean()), float(max(means.var() - noises.mean(), least)), own)
