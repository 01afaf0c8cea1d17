"""What moved the whole state: the year effects of a panel, and how the years to come may move it.

A handful of statewide changes is all that any panel shows, so drift and year shock are never taken at face value:
they are drawn toward what accountability tests elsewhere have done, and what is left open about them stays in every
forecast.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from simulation.panel import FloatArray, Panel

# In standard deviations between schools, a year; about half as large in those between students. On accountability
# tests the early years' gains are several times those of an audit test and do not last (Klein, Hamilton, McCaffrey &
# Stecher 2000, RAND IP-202; Fuller et al. 2007, *Educational Researcher* 36(5)), so a steep rise is expected to slow.
# How far single years scatter about a trend lies between 0.03 and 0.4 in the panels that data-rich states publish.
EXPECTED_DRIFT = 0.08
DRIFT_SPREAD = 0.05
EXPECTED_SHOCK = 0.15
SHOCK_WEIGHT = 3.0  # the years of history that the expected shock is worth

_SHOCK_GRID = np.geomspace(0.01, 1.5, 60)


@dataclass(frozen=True, slots=True)
class StatewideOutlook:
    """What is believed of the statewide change a year, as a mixture over the unknown shock SD; each shape (m,).

    Given the shock SD the drift is normal with ``drift`` and ``drift_sd``; the mixture has ``weight``, adding to 1.
    """

    weight: FloatArray
    shock_sd: FloatArray
    drift: FloatArray
    drift_sd: FloatArray

    @property
    def expected_drift(self) -> float:
        """The mean change a year."""
        return float(self.weight @ self.drift)

    @property
    def expected_shock_sd(self) -> float:
        """The root of the mean shock variance."""
        return float(np.sqrt(self.weight @ self.shock_sd**2))

    def drift_interval(self, confidence: float = 0.95) -> tuple[float, float]:
        """Return the central interval of the drift."""
        spread = float(np.sqrt(self.weight @ (self.drift_sd**2 + (self.drift - self.expected_drift) ** 2)))
        half = float(stats.norm.ppf(0.5 + confidence / 2.0)) * spread
        return self.expected_drift - half, self.expected_drift + half

    def shock_interval(self, confidence: float = 0.95) -> tuple[float, float]:
        """Return the central interval of the shock SD."""
        below = np.cumsum(self.weight)
        low, high = np.searchsorted(below, [0.5 - confidence / 2.0, 0.5 + confidence / 2.0])
        last = len(below) - 1
        half_cell = float(np.sqrt(self.shock_sd[1] / self.shock_sd[0]))  # the grid is even in the logarithm
        return float(self.shock_sd[min(low, last)] / half_cell), float(self.shock_sd[min(high, last)] * half_cell)

    def change(self, years: int) -> tuple[FloatArray, FloatArray]:
        """Return means and SDs, each shape (m,), of the statewide change over ``years``, shocks and drift in doubt."""
        return years * self.drift, np.sqrt(years * self.shock_sd**2 + (years * self.drift_sd) ** 2)


def statewide_changes(panel: Panel) -> FloatArray:
    """Return the mean change from each year to the next, shape (t - 1,), over the schools read in both; NaN if none."""
    changes = np.diff(panel.readings, axis=1)
    seen = np.isfinite(changes)
    count = seen.sum(axis=0)
    total = np.where(seen, changes, 0.0).sum(axis=0)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def year_effects(panel: Panel) -> FloatArray:
    """Return the statewide level of each year, shape (t,): the same schools' changes, chained.

    Chaining changes keeps the schools that enter or leave from passing for growth. Each year is compared with the last
    one before it that shares schools with it, or if none does, by the means of all; a year without readings lies on the
    line between its neighbours. The level is set so that centred readings have mean 0 over all schools and years.
    """
    readings = panel.readings
    seen = np.isfinite(readings)
    read = [int(year) for year in np.flatnonzero(seen.any(axis=0))]
    if not read:
        return np.zeros(readings.shape[1])
    chained = {read[0]: 0.0}
    for place, year in enumerate(read[1:], start=1):
        before = next((each for each in reversed(read[:place]) if (seen[:, each] & seen[:, year]).any()), None)
        if before is None:
            before = read[place - 1]
            step = float(readings[seen[:, year], year].mean() - readings[seen[:, before], before].mean())
        else:
            both = seen[:, before] & seen[:, year]
            step = float((readings[both, year] - readings[both, before]).mean())
        chained[year] = chained[before] + step
    effects = np.interp(np.arange(readings.shape[1]), list(chained), list(chained.values()))
    return effects + float((readings - effects)[seen].mean())


def outlook(
    changes: FloatArray,
    between_sd: float,
    *,
    rebased: NDArray[np.bool_] | None = None,
    higher_is_better: bool = True,
) -> StatewideOutlook:
    """Return what ``changes``, shape (k,), the past statewide changes, leave open about drift and shock.

    ``between_sd`` sets the scale of what is expected beforehand. ``rebased``, shape (k,), marks changes of the scale
    itself, which say nothing of growth. NaN changes are passed over. Growth is expected toward the better.
    """
    usable = np.isfinite(changes) if rebased is None else np.isfinite(changes) & ~rebased
    seen = changes[usable] / between_sd
    expected = EXPECTED_DRIFT if higher_is_better else -EXPECTED_DRIFT
    shock = _SHOCK_GRID
    precision = 1.0 / DRIFT_SPREAD**2 + len(seen) / shock**2
    drift = (expected / DRIFT_SPREAD**2 + seen.sum() / shock**2) / precision
    # The drift integrated out, the changes are normal with a common variance and a shared one.
    misfit = ((seen[:, None] - expected) ** 2).sum(axis=0) / shock**2 if len(seen) else np.zeros_like(shock)
    shared = ((seen - expected).sum() / shock**2) ** 2 / precision
    log_weight = -0.5 * (misfit - shared) - len(seen) * np.log(shock) - 0.5 * np.log(precision * DRIFT_SPREAD**2)
    # Scaled inverse chi-square, on a grid even in the logarithm of the shock.
    log_weight += -SHOCK_WEIGHT * np.log(shock) - 0.5 * SHOCK_WEIGHT * (EXPECTED_SHOCK / shock) ** 2
    weight = np.exp(log_weight - log_weight.max())
    weight /= weight.sum()
    return StatewideOutlook(weight, shock * between_sd, drift * between_sd, between_sd / np.sqrt(precision))
