"""The plain forecasters that any model has to beat: base rate, last value, own trend, shrinkage regression.

Each answers the questions of one panel that share an origin and a target year, knowing only what was read up to the
origin, and fits itself on earlier origins whose targets lie no later than it. All return P(reading >= threshold),
shape (k,), for the units at ``rows``, shape (k,).
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from simulation.panel import FloatArray, Panel

Reference = Callable[[Panel, NDArray[np.int64], FloatArray, int], FloatArray]


def base_rate(known: Panel, rows: NDArray[np.int64], thresholds: FloatArray, horizon: int) -> FloatArray:
    """Return one probability for all: how often units like those asked about met such a threshold from earlier origins.

    Where every question has the same threshold it is asked of earlier years as it stands, of the units then short of
    it; where thresholds differ, each is taken as a gain over the unit's last reading and their mean gain is asked.
    Alike are the units whose reading lay in the range of the last readings of those asked about.
    """
    last = known.readings[rows, -1]
    low, high = float(np.nanmin(last)), float(np.nanmax(last))
    same = bool(np.all(thresholds == thresholds[0]))
    gain = float(np.nanmean(thresholds - last))
    met = asked = 0
    for before, after in _pairs(known.readings, horizon):
        alike = np.isfinite(after) & (before >= low) & (before <= high)
        bar = np.full(len(before), thresholds[0]) if same else before + gain
        met += int((after[alike] >= bar[alike]).sum())
        asked += int(alike.sum())
    if asked == 0:
        return base_rate(known, rows, thresholds, horizon - 1) if horizon > 1 else np.full(len(rows), 0.5)
    return np.full(len(rows), (met + 0.5) / (asked + 1.0))


def last_value(known: Panel, rows: NDArray[np.int64], thresholds: FloatArray, horizon: int) -> FloatArray:
    """Return P were the last reading to stay, changed by a normal error as large as past changes over the horizon."""
    changes = [after - before for before, after in _pairs(known.readings, horizon)]
    scale = 1.0
    if not changes:
        changes, scale = [after - before for before, after in _pairs(known.readings, 1)], float(np.sqrt(horizon))
    spread = scale * float(np.sqrt(np.nanmean(np.concatenate(changes) ** 2))) if changes else _spread(known)
    return np.asarray(stats.norm.sf((thresholds - known.readings[rows, -1]) / spread))


def own_trend(known: Panel, rows: NDArray[np.int64], thresholds: FloatArray, horizon: int) -> FloatArray:
    """Return P from each school's own straight line; the error is what such lines missed by within their own years."""
    level, slope, misfit = _lines(known.readings)
    spread = float(np.sqrt(np.nanmean(misfit))) if np.isfinite(misfit).any() else _spread(known)
    t = known.readings.shape[1]
    wider = float(np.sqrt(1.0 + 1.0 / t + 12.0 * (horizon + (t - 1) / 2.0) ** 2 / max(t * (t**2 - 1.0), 1.0)))
    expected = level[rows] + slope[rows] * horizon
    return np.asarray(stats.norm.sf((thresholds - expected) / (spread * wider)))


def shrinkage_regression(known: Panel, rows: NDArray[np.int64], thresholds: FloatArray, horizon: int) -> FloatArray:
    """Return P from a regression of the later reading on the last one and the mean of earlier ones, residual normal.

    Fitted over every earlier origin whose target has been read; where none is as far ahead as ``horizon``, the one-year
    regression is applied again and again, its errors adding up.
    """
    fitted = _regression(known, horizon)
    if fitted is None:
        return _one_year_repeated(known, rows, thresholds, horizon)
    coefficients, spread = fitted
    expected = _predictors(known.readings, known.readings.shape[1] - 1)[rows] @ coefficients
    return np.asarray(stats.norm.sf((thresholds - expected) / spread))


REFERENCES: dict[str, Reference] = {
    "base rate": base_rate,
    "last value": last_value,
    "own trend": own_trend,
    "shrinkage regression": shrinkage_regression,
}


def _pairs(readings: FloatArray, horizon: int) -> list[tuple[FloatArray, FloatArray]]:
    return [(readings[:, c], readings[:, c + horizon]) for c in range(readings.shape[1] - horizon)]


def _spread(known: Panel) -> float:
    return float(np.nanstd(known.readings)) or 1.0


def _predictors(readings: FloatArray, column: int) -> FloatArray:
    """Return intercept, last reading and mean of earlier ones (the last where there is none), shape (n, 3)."""
    last = readings[:, column]
    earlier = readings[:, :column]
    count = np.isfinite(earlier).sum(axis=1)
    mean = np.where(count > 0, np.nansum(earlier, axis=1) / np.maximum(count, 1), last)
    return np.column_stack([np.ones_like(last), last, mean])


def _regression(known: Panel, horizon: int) -> tuple[FloatArray, float] | None:
    readings = known.readings
    columns = range(readings.shape[1] - horizon)
    if not columns:
        return None
    x = np.concatenate([_predictors(readings, column) for column in columns])
    y = np.concatenate([readings[:, column + horizon] for column in columns])
    usable = np.isfinite(x).all(axis=1) & np.isfinite(y)
    if usable.sum() < 10:
        return None
    coefficients, *_ = np.linalg.lstsq(x[usable], y[usable], rcond=None)
    return coefficients, float(np.std(y[usable] - x[usable] @ coefficients)) or 1e-6


def _one_year_repeated(known: Panel, rows: NDArray[np.int64], thresholds: FloatArray, horizon: int) -> FloatArray:
    fitted = _regression(known, 1)
    if fitted is None:
        return last_value(known, rows, thresholds, horizon)
    coefficients, spread = fitted
    predictors = _predictors(known.readings, known.readings.shape[1] - 1)[rows]
    variance = 0.0
    for _ in range(horizon):
        expected = predictors @ coefficients
        variance = spread**2 + float(coefficients[1]) ** 2 * variance
        predictors = np.column_stack([predictors[:, 0], expected, predictors[:, 2]])
    return np.asarray(stats.norm.sf((thresholds - predictors[:, 1]) / np.sqrt(variance)))


def _lines(readings: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return each school's fitted value at the last year, its slope and its mean squared misfit, each shape (n,)."""
    t = readings.shape[1]
    seen = np.isfinite(readings)
    when = np.where(seen, np.arange(t, dtype=np.float64) - (t - 1), 0.0)
    value = np.where(seen, readings, 0.0)
    count = np.maximum(seen.sum(axis=1), 1)
    mean_when, mean_value = when.sum(axis=1) / count, value.sum(axis=1) / count
    about = np.where(seen, when - mean_when[:, None], 0.0)
    square = (about**2).sum(axis=1)
    slope = np.where(square > 0.0, (about * value).sum(axis=1) / np.where(square > 0.0, square, 1.0), 0.0)
    level = mean_value - slope * mean_when
    residual = np.where(seen, readings - level[:, None] - slope[:, None] * when, 0.0)
    freedom = seen.sum(axis=1) - 2
    misfit = np.where(freedom > 0, (residual**2).sum(axis=1) / np.maximum(freedom, 1), np.nan)
    return np.where(seen.any(axis=1), level, float(np.nanmean(readings))), slope, misfit
