"""Distributions as tables: the inverse of each distribution function, built once and handed to every engine.

A draw is a linear interpolation in a table, so no engine takes a logarithm or an exponential, two engines agree to the
last bit, and any law that has quantiles can be used. The two outermost cells end where their mean is the true one.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy import special

from simulation.streams import FloatArray, uniform

CELLS = 4_096
NORMAL_CELLS = 65_536
_TAIL_POINTS = 4_096

Quantile = Callable[[FloatArray], FloatArray]


@dataclass(frozen=True, slots=True)
class Table:
    """Quantiles at evenly spaced probabilities from 0 to 1, both included: ``values`` as NumPy and as plain floats."""

    values: FloatArray
    plain: tuple[float, ...]

    @classmethod
    def of(cls, quantile: Quantile, cells: int = CELLS) -> "Table":
        """Tabulate ``quantile`` in ``cells`` cells of equal probability."""
        values: FloatArray = np.empty(cells + 1)
        values[1:-1] = quantile(np.arange(1, cells) / cells)
        within = (np.arange(_TAIL_POINTS) + 0.5) / _TAIL_POINTS / cells
        values[0] = 2.0 * float(quantile(within).mean()) - values[1]
        values[-1] = 2.0 * float(quantile(1.0 - within).mean()) - values[-2]
        return cls(values, tuple(values.tolist()))

    def at(self, probability: float) -> float:
        """Return the quantile at a probability strictly between 0 and 1."""
        place = probability * (len(self.plain) - 1)
        cell = int(place)
        low = self.plain[cell]
        return low + (place - cell) * (self.plain[cell + 1] - low)

    def of_each(self, probabilities: FloatArray) -> FloatArray:
        """Return ``at`` of each element, to the same bits."""
        place = probabilities * float(len(self.plain) - 1)
        cell = place.astype(np.int64)
        low = self.values[cell]
        return low + (place - cell) * (self.values[cell + 1] - low)

    def draw(self, stream_key: int, index: int) -> float:
        """Return draw ``index`` of a stream from this distribution."""
        return self.at(uniform(stream_key, index))


@cache
def normal() -> Table:
    """The standard normal."""
    return Table.of(lambda p: np.asarray(special.ndtri(p), dtype=np.float64), NORMAL_CELLS)


@cache
def lognormal(mean: float, cv: float) -> Table:
    """The lognormal with a ``mean`` and a coefficient of variation."""
    variance = np.log1p(cv * cv)
    location, scale = np.log(mean) - variance / 2.0, np.sqrt(variance)
    return Table.of(lambda p: np.exp(location + scale * np.asarray(special.ndtri(p), dtype=np.float64)))


@cache
def gamma(mean: float, shape: float) -> Table:
    """The gamma with a ``mean`` and a ``shape``."""
    return Table.of(lambda p: np.asarray(special.gammaincinv(shape, p), dtype=np.float64) * (mean / shape))


@cache
def exponential(mean: float) -> Table:
    """The exponential with a ``mean``, such as the time to an event of constant hazard."""
    return Table.of(lambda p: -mean * np.log1p(-p))
