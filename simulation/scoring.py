"""How good were the forecasts? Proper scores of probabilities and of whole distributions, and the scorecard.

Every score is negatively oriented: lower is better.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from simulation.panel import FloatArray

_LEAST_CHANCE = 1e-12


@dataclass(frozen=True, slots=True)
class BrierParts:
    """Murphy's parts of a Brier score: ``reliability - resolution + uncertainty + within_bins``, adding up exactly.

    ``within_bins`` is what grouping unequal probabilities into one bin leaves over; 0 where all in a bin are equal.

    Source: Murphy (1973), J. Applied Meteorology 12; Stephenson, Coelho & Jolliffe (2008), Weather & Forecasting 23.
    """

    reliability: float
    resolution: float
    uncertainty: float
    within_bins: float

    @property
    def brier(self) -> float:
        """The Brier score that the parts add up to."""
        return self.reliability - self.resolution + self.uncertainty + self.within_bins


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """Forecasts of about one probability: how many, what they said on average, how often it came true.

    ``low`` and ``high`` hold the share that would come true, 19 times in 20, were every forecast in the bin right.
    """

    count: int
    forecast: float
    observed: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class ForecastScore:
    """One forecaster on one set of questions."""

    questions: int
    brier: float
    log_score: float


@dataclass(frozen=True, slots=True)
class ScorecardRow:
    """One task at one horizon, in years: the model beside its references, on the same questions."""

    task: str
    horizon: int
    model: ForecastScore
    references: Mapping[str, ForecastScore]

    def skill(self, reference: str) -> float:
        """Return the share by which the model's Brier score lies under that of ``reference``; negative if above."""
        other = self.references[reference].brier
        return 1.0 - self.model.brier / other if other > 0.0 else 0.0


@dataclass(frozen=True, slots=True)
class Scorecard:
    """What stands beside every forecast: how forecasts of this kind have done so far, against plain ones."""

    rows: tuple[ScorecardRow, ...]

    def task(self, task: str) -> ScorecardRow:
        """Return all horizons of ``task`` as one row (horizon 0), each question weighing the same."""
        rows = [row for row in self.rows if row.task == task]
        names = rows[0].references if rows else {}
        return ScorecardRow(
            task,
            0,
            _pooled([row.model for row in rows]),
            {name: _pooled([row.references[name] for row in rows]) for name in names},
        )

    def mean_brier(self, tasks: Sequence[str], reference: str | None = None) -> float:
        """Return the mean over ``tasks`` of each one's Brier score, the model's or that of ``reference``."""
        rows = [self.task(task) for task in tasks]
        return float(np.mean([(row.references[reference] if reference else row.model).brier for row in rows]))


def brier(chances: FloatArray, outcomes: FloatArray) -> float:
    """Return the mean squared difference of ``chances`` and ``outcomes`` (0 or 1), each shape (k,)."""
    return float(np.mean((chances - outcomes) ** 2))


def log_score(chances: FloatArray, outcomes: FloatArray) -> float:
    """Return the mean of minus the log of what was given to the outcome, in nats; ``chances``, ``outcomes`` (k,)."""
    given = np.where(outcomes > 0.5, chances, 1.0 - chances)
    return float(-np.mean(np.log(np.maximum(given, _LEAST_CHANCE))))


def score(chances: FloatArray, outcomes: FloatArray) -> ForecastScore:
    """Return the Brier and log score of ``chances`` against ``outcomes`` (0 or 1), each shape (k,)."""
    return ForecastScore(len(chances), brier(chances, outcomes), log_score(chances, outcomes))


def brier_parts(chances: FloatArray, outcomes: FloatArray, bins: int = 10) -> BrierParts:
    """Return Murphy's decomposition over ``bins`` equal-width bins of ``chances``, shape (k,), against ``outcomes``."""
    base = float(outcomes.mean())
    reliability = resolution = 0.0
    for members in _bins(chances, bins):
        share, said, came = len(members) / len(chances), chances[members].mean(), outcomes[members].mean()
        reliability += share * float(said - came) ** 2
        resolution += share * float(came - base) ** 2
    uncertainty = base * (1.0 - base)
    return BrierParts(
        reliability, resolution, uncertainty, brier(chances, outcomes) - (reliability - resolution + uncertainty)
    )


def reliability_table(chances: FloatArray, outcomes: FloatArray, bins: int = 10) -> list[ReliabilityBin]:
    """Return what was said against what came, by equal-width bins of ``chances``, shape (k,); empty bins are left out.

    The consistency bars are the normal approximation to the count of independent outcomes; outcomes that share a
    statewide shock scatter more widely.
    """
    table = []
    for members in _bins(chances, bins):
        said = chances[members]
        half = 1.96 * float(np.sqrt((said * (1.0 - said)).sum())) / len(members)
        mean = float(said.mean())
        table.append(
            ReliabilityBin(
                len(members), mean, float(outcomes[members].mean()), max(mean - half, 0.0), min(mean + half, 1.0)
            )
        )
    return table


def normal_crps(mean: FloatArray, sd: FloatArray, observed: FloatArray) -> FloatArray:
    """Return the continuous ranked probability score of normal forecasts, shape (k,), in the unit of ``observed``.

    Source: Gneiting & Raftery (2007), J. American Statistical Association 102, eq. 21.
    """
    z = (observed - mean) / sd
    inner = z * (2.0 * stats.norm.cdf(z) - 1.0) + 2.0 * stats.norm.pdf(z) - 1.0 / np.sqrt(np.pi)
    return np.asarray(sd * inner, dtype=np.float64)


def quantile_crps(levels: FloatArray, quantiles: FloatArray, observed: FloatArray) -> FloatArray:
    """Return the CRPS, shape (k,), of forecasts given as ``quantiles``, shape (k, q), at evenly spaced ``levels`` (q,).

    Twice the mean pinball loss: exact as the levels fill (0, 1); take them at the middles (i - 0.5) / q.
    """
    gap = observed[:, None] - quantiles
    return np.asarray(2.0 * np.mean(np.where(gap >= 0.0, levels, levels - 1.0) * gap, axis=1), dtype=np.float64)


def coverage(low: FloatArray, high: FloatArray, observed: FloatArray) -> float:
    """Return the share of ``observed``, shape (k,), not NaN, that lies within its band; NaN where none was observed."""
    seen = np.isfinite(observed)
    if not seen.any():
        return float("nan")
    return float(np.mean((observed[seen] >= low[seen]) & (observed[seen] <= high[seen])))


def _bins(chances: FloatArray, bins: int) -> list[np.ndarray[tuple[int], np.dtype[np.int64]]]:
    place = np.minimum((chances * bins).astype(np.int64), bins - 1)
    groups = [np.flatnonzero(place == each) for each in range(bins)]
    return [group for group in groups if len(group)]


def _pooled(scores: Sequence[ForecastScore]) -> ForecastScore:
    questions = sum(each.questions for each in scores)
    if questions == 0:
        return ForecastScore(0, float("nan"), float("nan"))
    return ForecastScore(
        questions,
        sum(each.brier * each.questions for each in scores) / questions,
        sum(each.log_score * each.questions for each in scores) / questions,
    )
