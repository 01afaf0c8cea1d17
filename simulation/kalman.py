"""Where a school truly stands: its latent level, filtered from noisy and incomplete yearly readings.

The level of a school wanders around a long-run level of its own,

    level[t+1] = level[t] + reversion * (long_run - level[t]) + walk,    reading[t] = level[t] + noise,

with every statewide movement taken out beforehand (the readings handed in are *centred*, see ``statewide.py``). The
state is the pair (long run, level), so reversion zero is the random walk with noise of the textbooks. All schools are
filtered side by side: there is one pass over the years and no loop over schools.

Source: Durbin & Koopman (2012), *Time Series Analysis by State Space Methods*, 2nd ed., sections 2.2 and 4.3.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulation.panel import FloatArray


@dataclass(frozen=True, slots=True)
class LevelModel:
    """How a centred level moves, in the indicator's unit; standard deviations are per year.

    ``reversion_per_year`` is the share, in (0, 1], of the distance to the long-run level that closes in a year; 0 makes
    the level a pure random walk started at the long-run level. ``long_run_sd`` is the spread of long-run levels
    between schools. ``break_sd`` is added to the walk of a school in a year whose scale was re-based.
    """

    reversion_per_year: float
    walk_sd_per_year: float
    long_run_sd: float
    break_sd: float = 0.0

    @property
    def deviation_variance(self) -> float:
        """The stationary variance of a level around its long run; 0 where nothing pulls it back."""
        kept = 1.0 - self.reversion_per_year
        return self.walk_sd_per_year**2 / (1.0 - kept**2) if self.reversion_per_year > 0.0 else 0.0


@dataclass(frozen=True, slots=True)
class StartingLevel:
    """Where each of n schools stands, each array of shape (n,): the posterior given every reading so far."""

    mean: FloatArray
    sd: FloatArray


@dataclass(frozen=True, slots=True)
class FilteredLevels:
    """The posterior of (long run, level) of n schools after each of t years, centred; each array has shape (n, t).

    ``surprise`` is the reading less what was expected of it, in expected standard deviations; NaN where not read.
    ``log_likelihood``, shape (n,), is what each school's readings together weigh.
    """

    model: LevelModel
    long_run: FloatArray
    level: FloatArray
    long_run_variance: FloatArray
    level_variance: FloatArray
    covariance: FloatArray
    surprise: FloatArray
    log_likelihood: FloatArray

    def starting_level(self, column: int = -1) -> StartingLevel:
        """Return the level after the year at ``column``, by default the last."""
        return StartingLevel(self.level[:, column], np.sqrt(self.level_variance[:, column]))

    def ahead(self, steps: int, column: int = -1) -> StartingLevel:
        """Return the level ``steps`` years after the year at ``column``, nothing being read in between."""
        mean, variance = self.level[:, column], self.level_variance[:, column]
        long_run, long_run_variance = self.long_run[:, column], self.long_run_variance[:, column]
        covariance = self.covariance[:, column]
        pull, walk = self.model.reversion_per_year, self.model.walk_sd_per_year**2
        for _ in range(steps):
            mean, covariance, variance = _moved(mean, long_run, variance, covariance, long_run_variance, pull, walk)
        return StartingLevel(mean, np.sqrt(variance))


def filter_levels(
    readings: FloatArray,
    noise_variance: FloatArray,
    model: LevelModel,
    expected_long_run: FloatArray | float = 0.0,
    breaks: NDArray[np.bool_] | None = None,
) -> FilteredLevels:
    """Filter centred ``readings``, shape (n, t), NaN where none, whose errors have ``noise_variance``, shape (n, t).

    ``expected_long_run``, shape (n,) or one number, is what is expected of a school before its first reading.
    ``breaks``, shape (t,), marks the years whose scale was re-based. A missing year only moves the level on.
    """
    n, t = readings.shape
    pull = model.reversion_per_year
    long_run = np.broadcast_to(np.asarray(expected_long_run, dtype=np.float64), (n,)).copy()
    level = long_run.copy()
    long_run_variance = np.full(n, model.long_run_sd**2)
    covariance = long_run_variance.copy()
    variance = long_run_variance + model.deviation_variance
    log_likelihood = np.zeros(n)
    kept: FloatArray = np.empty((6, n, t))
    for year in range(t):
        if year > 0:
            rebased = breaks is not None and bool(breaks[year])
            walk = model.walk_sd_per_year**2 + (model.break_sd**2 if rebased else 0.0)
            level, covariance, variance = _moved(level, long_run, variance, covariance, long_run_variance, pull, walk)
        read = np.isfinite(readings[:, year])
        spread = variance + np.where(read, noise_variance[:, year], 1.0)
        gap = np.where(read, readings[:, year] - level, 0.0)
        gain, long_run_gain = np.where(read, variance / spread, 0.0), np.where(read, covariance / spread, 0.0)
        log_likelihood -= np.where(read, 0.5 * (np.log(2.0 * np.pi * spread) + gap**2 / spread), 0.0)
        level = level + gain * gap
        long_run = long_run + long_run_gain * gap
        long_run_variance = long_run_variance - long_run_gain * covariance
        covariance = covariance - gain * covariance
        variance = variance - gain * variance
        surprise = np.where(read, gap / np.sqrt(spread), np.nan)
        kept[:, :, year] = long_run, level, long_run_variance, variance, covariance, surprise
    long_runs, levels, long_run_variances, variances, covariances, surprises = kept
    return FilteredLevels(
        model, long_runs, levels, long_run_variances, variances, covariances, surprises, log_likelihood
    )


def _moved(
    level: FloatArray,
    long_run: FloatArray,
    variance: FloatArray,
    covariance: FloatArray,
    long_run_variance: FloatArray,
    pull: float,
    walk_variance: float,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return level, covariance and variance a year later, before anything is read."""
    stay = 1.0 - pull
    return (
        stay * level + pull * long_run,
        stay * covariance + pull * long_run_variance,
        stay**2 * variance + 2.0 * pull * stay * covariance + pull**2 * long_run_variance + walk_variance,
    )
