"""What a reading some years ahead may be: the state-space forecast, mended by what earlier origins show it misses.

Three layers, each honest about the origin it stands at:

1. The Kalman filter carries each school's level forward (``kalman.py``).
2. A shrunken regression over earlier origins, whose targets had been read by then, adds what the filter misses
   (``corrections.py``).
3. The statewide change comes on top as a mixture over what is unknown of drift and shock (``statewide.py``); what is
   left over is Student-t with a scale that depends on the school.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from simulation.calibration import CalibratedPanel
from simulation.corrections import Correction, learn_correction, no_correction, usable_covariates, what_is_known
from simulation.kalman import FilteredLevels
from simulation.panel import FloatArray
from simulation.statewide import StatewideOutlook

_NODES, _NODE_WEIGHTS = np.polynomial.hermite_e.hermegauss(9)
_LEAST_CHANCE = 1e-4  # nothing is called impossible


@dataclass(frozen=True, slots=True)
class PredictedReadings:
    """The predictive distribution of n readings ``horizon`` years after the origin, in the indicator's unit.

    ``centre`` and ``scale``, shape (n,), and ``freedom`` are the Student-t of a school about the state; ``outlook`` is
    the state's own change, shared by all schools. ``grain`` is the step in which readings are published. Where
    readings are ``yes_or_no``, 1 or 0, the expected reading is itself the chance of a 1.
    """

    horizon: int
    centre: FloatArray
    scale: FloatArray
    freedom: float
    outlook: StatewideOutlook
    grain: float
    yes_or_no: bool = False

    def at_least(self, rows: NDArray[np.int64], thresholds: FloatArray) -> FloatArray:
        """Return P(reading >= threshold), shape (k,), for the schools at ``rows``, each with its threshold."""
        bar = (np.ceil(thresholds / self.grain - 1e-9) - 0.5) * self.grain
        return _in_reason(1.0 - self.below(rows, bar))

    def at_most(self, rows: NDArray[np.int64], thresholds: FloatArray) -> FloatArray:
        """Return P(reading <= threshold), shape (k,), for the schools at ``rows``, each with its threshold."""
        bar = (np.floor(thresholds / self.grain + 1e-9) + 0.5) * self.grain
        return _in_reason(self.below(rows, bar))

    def below(self, rows: NDArray[np.int64], bars: FloatArray) -> FloatArray:
        """Return P(ungrained reading < bar), shape (k,), for the schools at ``rows``, each with its bar."""
        shift, weight = self._statewide_nodes()
        if self.yes_or_no:
            chance_of_no = 1.0 - _in_reason(self.centre[rows] + float(shift @ weight))
            return np.where(bars <= 0.0, 0.0, np.where(bars <= 1.0, chance_of_no, 1.0))
        gap = (bars - self.centre[rows])[:, None] - shift
        chance: FloatArray = np.asarray(special.stdtr(self.freedom, gap / self.scale[rows][:, None]))
        return chance @ weight

    def quantiles(self, rows: NDArray[np.int64], chance: float) -> FloatArray:
        """Return the reading below which the schools at ``rows`` fall with probability ``chance``, shape (k,)."""
        shift, weight = self._statewide_nodes()
        spread = np.hypot(self.scale[rows], float(np.sqrt(weight @ shift**2)))
        low, high = self.centre[rows] - 20.0 * spread, self.centre[rows] + 20.0 * spread
        for _ in range(30):
            middle = 0.5 * (low + high)
            under = self.below(rows, middle) < chance
            low, high = np.where(under, middle, low), np.where(under, high, middle)
        return 0.5 * (low + high)

    def _statewide_nodes(self) -> tuple[FloatArray, FloatArray]:
        """Return statewide changes and their weights, each shape (m,), which stand for the whole mixture."""
        mean, sd = self.outlook.change(self.horizon)
        shift = (mean[:, None] + sd[:, None] * _NODES).ravel()
        weight = (self.outlook.weight[:, None] * _NODE_WEIGHTS).ravel()
        return _merged(shift, weight / weight.sum())


def predict(calibrated: CalibratedPanel, horizon: int) -> PredictedReadings:
    """Return what the readings ``horizon`` years after the panel's last year may be, shape (n,)."""
    filtered, noise = calibrated.filtered(), calibrated.noise_variance
    correction = _learn(calibrated, filtered, noise, horizon)
    known = what_is_known(calibrated, filtered, calibrated.sizes, -1, usable_covariates(calibrated))
    mean, sd = _expected(filtered, noise, horizon, len(calibrated.panel.years) - 1)
    return PredictedReadings(
        horizon,
        calibrated.effects[-1] + mean + correction.mean(known),
        sd * correction.stretch(known),
        correction.freedom,
        calibrated.outlook,
        published_grain(calibrated.panel.readings),
        bool(np.isin(calibrated.panel.readings[np.isfinite(calibrated.panel.readings)], (0.0, 1.0)).all()),
    )


def published_grain(readings: FloatArray) -> float:
    """Return the step of which all readings are multiples: 1, 0.1 or 0.01; 0.001 stands for none."""
    values = readings[np.isfinite(readings)]
    for grain in (1.0, 0.1, 0.01):
        if np.abs(values / grain - np.round(values / grain)).max(initial=0.0) < 1e-6:
            return grain
    return 0.001


def _learn(calibrated: CalibratedPanel, filtered: FilteredLevels, noise: FloatArray, horizon: int) -> Correction:
    """Return the correction for ``horizon``: what one year ahead teaches first, then what each farther year adds."""
    covariates = usable_covariates(calibrated)
    centred, sizes = calibrated.centred, calibrated.sizes
    last = len(calibrated.panel.years) - 1
    then = [what_is_known(calibrated, filtered, sizes, column, covariates) for column in range(last)]
    correction: Correction | None = None
    for ahead in range(1, min(horizon, last) + 1):
        origins = range(last - ahead + 1)
        expected = [_expected(filtered, noise, ahead, column) for column in origins]
        misses = [
            np.where(np.isfinite(centred[:, column]), centred[:, column + ahead] - mean, np.nan)
            for column, (mean, _) in zip(origins, expected, strict=True)
        ]
        correction = learn_correction(then[: len(origins)], misses, [sd for _, sd in expected], correction)
    return correction or no_correction(then[0].names)


def _expected(filtered: FilteredLevels, noise: FloatArray, horizon: int, column: int) -> tuple[FloatArray, FloatArray]:
    """Return the filter's mean and SD of the centred readings ``horizon`` years after ``column``, each shape (n,)."""
    level = filtered.ahead(horizon, column)
    return level.mean, np.sqrt(level.sd**2 + noise[:, column])


def _merged(shift: FloatArray, weight: FloatArray, groups: int = 40) -> tuple[FloatArray, FloatArray]:
    """Return the weighted points merged into at most ``groups`` of like weight, each at its mean."""
    order = np.argsort(shift)
    shift, weight = shift[order], weight[order]
    group = np.minimum(((np.cumsum(weight) - 0.5 * weight) * groups).astype(np.int64), groups - 1)
    total = np.bincount(group, weights=weight, minlength=groups)
    mean = np.bincount(group, weights=weight * shift, minlength=groups)
    filled = total > 0.0
    return mean[filled] / total[filled], total[filled] / total.sum()


def _in_reason(chance: FloatArray) -> FloatArray:
    return np.clip(chance, _LEAST_CHANCE, 1.0 - _LEAST_CHANCE)
