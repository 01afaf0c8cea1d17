"""What a panel teaches about an indicator: drift, shocks, reversion, walk and reading noise, each with its interval.

The state's own movement is taken out first (``statewide.py``). What remains is fitted school by school through the
Kalman filter by penalised maximum likelihood: the penalty is a prior around what such tests show elsewhere, which
decides where a panel is too short to tell a walk from noise and gives way where it is long. Large and small schools
share one law of reading noise, and the levels (elementary, middle, high) share one spread of long-run levels, each
level's own mean being drawn toward the common one.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import optimize

from domain.errors import CannotForecast
from simulation.kalman import FilteredLevels, LevelModel, filter_levels
from simulation.panel import FloatArray, Panel
from simulation.statewide import StatewideOutlook, outlook, statewide_changes, year_effects

# The share of all variance of students' scores that lies between schools: Hedges & Hedberg (2007), *Educational
# Evaluation and Policy Analysis* 29(1), table 2. It turns an effect in student SD into the unit of a school's mean.
SHARE_BETWEEN_SCHOOLS = 0.22
FEWEST_SCHOOLS = 10
FEWEST_CHANGES = 20

Interval = tuple[float, float]


class CannotCalibrate(CannotForecast):
    """The panel is too thin to learn from, and says in words why."""


@dataclass(frozen=True, slots=True)
class IndicatorCalibration:
    """How one indicator moves and is read, in its own unit; standard deviations and shares are per year.

    ``reversion_per_year`` is the share of the distance to a school's long-run level that closes in a year. A reading of
    ``tested`` pupils errs with variance ``noise_floor_sd**2 + noise_per_pupil_sd**2 / tested``. ``between_sd`` is the
    spread of levels between schools, ``student_sd`` that of pupils, by which effects in student SD are converted.
    ``intervals`` holds 95 % intervals by field name; a borrowed figure has none unless its source gives one.
    """

    indicator: str
    drift_per_year: float
    year_shock_sd: float
    district_shock_sd: float
    reversion_per_year: float
    walk_sd_per_year: float
    noise_floor_sd: float
    noise_per_pupil_sd: float
    between_sd: float
    student_sd: float
    lowest: float
    highest: float
    source: Literal["calibrated", "borrowed"]
    intervals: dict[str, Interval]
    schools: int
    years: int
    typical_tested: float
    provenance: str = ""

    def noise_sd(self, tested: FloatArray) -> FloatArray:
        """Return the SD of a reading's error by pupils tested; where that is NaN, a typical school's is meant."""
        pupils = np.where(np.isfinite(tested) & (tested > 0.0), tested, self.typical_tested)
        return np.sqrt(self.noise_floor_sd**2 + self.noise_per_pupil_sd**2 / pupils)

    @property
    def level_model(self) -> LevelModel:
        """The law by which one school's centred level moves; the district's shock is part of its walk."""
        walk = float(np.hypot(self.walk_sd_per_year, self.district_shock_sd))
        kept = 1.0 - self.reversion_per_year
        deviation = walk**2 / (1.0 - kept**2) if self.reversion_per_year > 0.0 else 0.0
        long_run = float(np.sqrt(max(self.between_sd**2 - deviation, (0.05 * self.between_sd) ** 2)))
        return LevelModel(self.reversion_per_year, walk, long_run, break_sd=0.5 * walk)


@dataclass(frozen=True, slots=True)
class CalibratedPanel:
    """A panel with what was learnt from it.

    ``effects``, shape (t,), are the statewide levels; ``expected_long_run``, shape (n,), what is expected of a school
    by its level alone, centred; ``breaks``, shape (t,), the years whose scale was re-based; ``outlook`` is what the
    state's changes so far leave open about those to come.
    """

    panel: Panel
    calibration: IndicatorCalibration
    effects: FloatArray
    expected_long_run: FloatArray
    breaks: NDArray[np.bool_]
    outlook: StatewideOutlook

    @property
    def sizes(self) -> FloatArray:
        """Pupils tested, shape (n, t); a school's unknown years take its own mean, NaN where all are unknown."""
        return _known_sizes(self.panel)

    @property
    def noise_variance(self) -> FloatArray:
        """The variance of each reading's error, shape (n, t)."""
        return self.calibration.noise_sd(self.sizes) ** 2

    @property
    def centred(self) -> FloatArray:
        """The readings, shape (n, t), with the statewide level of each year taken out."""
        return self.panel.readings - self.effects

    def filtered(self) -> FilteredLevels:
        """Return the posterior of every school's centred level after every year."""
        noise = self.noise_variance
        return filter_levels(self.centred, noise, self.calibration.level_model, self.expected_long_run, self.breaks)


def calibrate(panel: Panel, breaks: Sequence[int] = ()) -> IndicatorCalibration:
    """Return what ``panel`` teaches about its indicator; ``breaks`` are the years in which its scale was re-based.

    Raises ``CannotCalibrate`` with fewer than ten schools read in some two successive years, fewer than twenty such
    changes, or readings that do not differ.
    """
    return calibrate_panel(panel, breaks).calibration


def calibrate_panel(panel: Panel, breaks: Sequence[int] = ()) -> CalibratedPanel:
    """Return ``panel`` with its calibration and what centres it; raises as ``calibrate`` does."""
    _refuse_thin(panel)
    rebased = np.isin(panel.years, np.asarray(list(breaks), dtype=np.int64))
    effects = year_effects(panel)
    centred = panel.readings - effects
    expected = _expected_by_level(panel, centred)
    tested = _known_sizes(panel)
    typical = float(np.nanmedian(tested)) if np.isfinite(tested).any() else 100.0
    pupils = np.where(np.isfinite(tested) & (tested > 0.0), tested, typical)
    fit = _fit(centred, pupils, expected, rebased)
    statewide = outlook(
        statewide_changes(panel), fit.between_sd, rebased=rebased[1:], higher_is_better=panel.higher_is_better
    )
    district, district_interval = _district_shock(panel, centred, fit.walk_sd)
    student_sd = fit.between_sd / float(np.sqrt(SHARE_BETWEEN_SCHOOLS))
    intervals = {
        "drift_per_year": statewide.drift_interval(),
        "year_shock_sd": statewide.shock_interval(),
        "district_shock_sd": district_interval,
        **fit.intervals,
    }
    own, intervals["walk_sd_per_year"] = _own_walk(
        fit.walk_sd, intervals["walk_sd_per_year"], district, district_interval
    )
    calibration = IndicatorCalibration(
        indicator=panel.indicator,
        drift_per_year=statewide.expected_drift,
        year_shock_sd=statewide.expected_shock_sd,
        district_shock_sd=district,
        reversion_per_year=fit.reversion,
        walk_sd_per_year=own,
        noise_floor_sd=fit.noise_floor_sd,
        noise_per_pupil_sd=fit.noise_per_pupil_sd,
        between_sd=fit.between_sd,
        student_sd=student_sd,
        lowest=float(panel.lowest),
        highest=float(panel.highest),
        source="calibrated",
        intervals=intervals,
        schools=int(np.isfinite(panel.readings).any(axis=1).sum()),
        years=int(np.isfinite(panel.readings).any(axis=0).sum()),
        typical_tested=typical,
        provenance=f"fitted to {panel.indicator}, {int(panel.years[0])} to {int(panel.years[-1])}",
    )
    return CalibratedPanel(panel, calibration, effects, expected, rebased, statewide)


def _refuse_thin(panel: Panel) -> None:
    read = np.isfinite(panel.readings)
    pairs = read[:, 1:] & read[:, :-1]
    if int(pairs.any(axis=1).sum()) < FEWEST_SCHOOLS or int(pairs.sum()) < FEWEST_CHANGES:
        raise CannotCalibrate(
            "TOO_FEW_READINGS",
            f"{panel.indicator} was read in two successive years at {int(pairs.any(axis=1).sum())} schools "
            f"({int(pairs.sum())} changes); it takes {FEWEST_SCHOOLS} schools and {FEWEST_CHANGES} changes to tell "
            "growth from noise.",
            field=("indicator",),
        )
    if float(np.nanstd(panel.readings)) == 0.0:
        raise CannotCalibrate("NO_VARIATION", f"every reading of {panel.indicator} is the same.", field=("indicator",))


def _known_sizes(panel: Panel) -> FloatArray:
    """Return pupils tested, shape (n, t); a school's unknown years take its own mean over the years known."""
    known = np.isfinite(panel.tested) & (panel.tested > 0.0)
    count = known.sum(axis=1)
    mean = np.where(count > 0, np.where(known, panel.tested, 0.0).sum(axis=1) / np.maximum(count, 1), np.nan)
    return np.where(known, panel.tested, mean[:, None])


def _expected_by_level(panel: Panel, centred: FloatArray) -> FloatArray:
    """Return the expected long-run level by school level, shape (n,), each drawn toward 0 by how few schools it has."""
    seen = np.isfinite(centred)
    count = seen.sum(axis=1)
    means = np.where(seen, centred, 0.0).sum(axis=1) / np.maximum(count, 1)
    spread = float(np.var(means[count > 0])) if (count > 0).any() else 0.0
    expected = np.zeros(len(panel.units))
    labels = np.asarray(panel.levels)
    names = np.unique(labels[count > 0])
    own = {name: means[(labels == name) & (count > 0)] for name in names}
    apart = float(np.var([values.mean() for values in own.values()])) if len(own) > 1 else 0.0
    for name, values in own.items():
        trusted = apart / (apart + spread / len(values)) if apart > 0.0 else 0.0
        expected[labels == name] = trusted * values.mean()
    return expected


@dataclass(frozen=True, slots=True)
class _Fit:
    reversion: float
    walk_sd: float
    between_sd: float
    noise_floor_sd: float
    noise_per_pupil_sd: float
    intervals: dict[str, Interval]


# Priors of logit reversion and of the logarithms of walk, long-run spread, noise floor and noise per pupil, all as
# shares of the SD of all readings. Their centres are what the open panels of four states show (docs/model.md) and what
# sampling alone makes of a pupil's spread; they are wide, a factor of 1.6 to 2.7 either way at one SD.
_PRIOR_MEAN = np.array([-2.0, np.log(0.22), np.log(0.8), np.log(0.10), np.log(1.8)])
_PRIOR_SD = np.array([1.0, 0.5, 0.5, 0.8, 0.6])


def _fit(centred: FloatArray, pupils: FloatArray, expected: FloatArray, rebased: NDArray[np.bool_]) -> _Fit:
    """Return the law that makes the centred readings, shape (n, t), most likely, with 95 % intervals."""
    scale = float(np.nanstd(centred))
    read = np.isfinite(centred).any(axis=1)
    readings, pupils, expected = centred[read] / scale, pupils[read], expected[read] / scale

    def minus_log_posterior(theta: FloatArray) -> float:
        model = LevelModel(_expit(theta[0]), float(np.exp(theta[1])), float(np.exp(theta[2])))
        noise = np.exp(2.0 * theta[3]) + np.exp(2.0 * theta[4]) / pupils
        fitted = filter_levels(readings, noise, model, expected, rebased)
        return float(0.5 * (((theta - _PRIOR_MEAN) / _PRIOR_SD) ** 2).sum() - fitted.log_likelihood.sum())

    found = optimize.minimize(minus_log_posterior, _PRIOR_MEAN, method="L-BFGS-B", options={"maxiter": 60})
    theta = np.asarray(found.x, dtype=np.float64)
    covariance = np.linalg.pinv(_hessian(minus_log_posterior, theta))
    # Where the likelihood is flat, rounding may bend the curvature the wrong way: then the prior is all there is.
    variance = np.where(np.diag(covariance) > 0.0, np.minimum(np.diag(covariance), _PRIOR_SD**2), _PRIOR_SD**2)
    half = 1.96 * np.sqrt(variance)
    low, high = theta - half, theta + half

    def between(point: FloatArray) -> float:
        model = LevelModel(_expit(point[0]), float(np.exp(point[1])), float(np.exp(point[2])))
        return scale * float(np.sqrt(model.long_run_sd**2 + model.deviation_variance))

    slope = np.array([(between(theta + step) - between(theta - step)) / 2e-3 for step in 1e-3 * np.eye(5)])
    between_half = 1.96 * float(np.sqrt(max(slope @ covariance @ slope, 0.0)))
    return _Fit(
        reversion=_expit(theta[0]),
        walk_sd=scale * float(np.exp(theta[1])),
        between_sd=between(theta),
        noise_floor_sd=scale * float(np.exp(theta[3])),
        noise_per_pupil_sd=scale * float(np.exp(theta[4])),
        intervals={
            "reversion_per_year": (_expit(low[0]), _expit(high[0])),
            "walk_sd_per_year": (scale * float(np.exp(low[1])), scale * float(np.exp(high[1]))),
            "between_sd": (between(theta) - between_half, between(theta) + between_half),
            "noise_floor_sd": (scale * float(np.exp(low[3])), scale * float(np.exp(high[3]))),
            "noise_per_pupil_sd": (scale * float(np.exp(low[4])), scale * float(np.exp(high[4]))),
        },
    )


def _district_shock(panel: Panel, centred: FloatArray, walk_sd: float) -> tuple[float, Interval]:
    """Return the district-year shock SD with its interval, by moments.

    Two schools of one district share in a year's change what the district shared; the mean product of their changes
    estimates its variance. The interval is a jackknife over tenths of the districts.
    """
    changes = np.diff(centred, axis=1)
    names, district = np.unique(np.asarray(panel.districts), return_inverse=True)
    usable = np.isfinite(changes) & (np.asarray(panel.districts) != "")[:, None]
    shared, pairs = np.zeros(len(names)), np.zeros(len(names))
    for year in range(changes.shape[1]):
        seen = usable[:, year]
        if not seen.any():
            continue
        change = changes[seen, year] - changes[seen, year].mean()
        total = np.bincount(district[seen], weights=change, minlength=len(names))
        squares = np.bincount(district[seen], weights=change**2, minlength=len(names))
        count = np.bincount(district[seen], minlength=len(names))
        # A large district is not worth the square of its schools, so each of its pairs is weighed down.
        weight = 1.0 / np.maximum(count - 1, 1)
        shared += weight * (total**2 - squares)
        pairs += weight * (count * (count - 1))

    def estimate(kept: NDArray[np.bool_]) -> float:
        weight = pairs[kept].sum()
        return float(shared[kept].sum() / weight) if weight > 0.0 else 0.0

    tenths = np.arange(len(names)) % 10
    most = (0.95 * walk_sd) ** 2
    variance = min(max(estimate(np.ones(len(names), dtype=bool)), 0.0), most)
    left_out = np.array([estimate(tenths != tenth) for tenth in range(10)])
    error = float(np.sqrt(0.9 * ((left_out - left_out.mean()) ** 2).sum()))
    low, high = np.sqrt(np.clip([variance - 1.96 * error, variance + 1.96 * error], 0.0, None))
    return float(np.sqrt(variance)), (float(low), float(high))


def _own_walk(walk: float, interval: Interval, district: float, district_interval: Interval) -> tuple[float, Interval]:
    """Return the school's own part of a walk that holds its district's shock, the errors of both in its interval."""
    own = max(walk**2 - district**2, 0.0)
    half = 0.5 * float(
        np.hypot(interval[1] ** 2 - interval[0] ** 2, district_interval[1] ** 2 - district_interval[0] ** 2)
    )
    low, high = np.sqrt(np.clip([own - half, own + half], 0.0, None))
    return float(np.sqrt(own)), (float(low), float(high))


def _expit(logit: float) -> float:
    return float(1.0 / (1.0 + np.exp(-logit)))


def _hessian(function: Callable[[FloatArray], float], at: FloatArray, step: float = 1e-2) -> FloatArray:
    n = len(at)
    steps = step * np.eye(n)
    hessian = np.empty((n, n))
    for i in range(n):
        for j in range(i, n):
            hessian[i, j] = hessian[j, i] = (
                function(at + steps[i] + steps[j])
                - function(at + steps[i] - steps[j])
                - function(at - steps[i] + steps[j])
                + function(at - steps[i] - steps[j])
            ) / (4.0 * step**2)
    return hessian
