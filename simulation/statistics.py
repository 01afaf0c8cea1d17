"""What is kept of many runs: whole numbers only, so that batches merge to the same result in any order and grouping.

Memory does not grow with the number of replications but for a few whole numbers a scenario and replication, from which
means and paired differences get their intervals.
"""

import io
from dataclasses import dataclass, fields
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from domain.errors import InvalidInput
from simulation.clock import TICKS_PER_MONTH
from simulation.inputs import ExperimentInputs
from simulation.streams import FloatArray
from simulation.world import IntArray, World

BAND_BINS = 40
WAIT_BINS_PER_MONTH = 4
_BAND_SPREADS = 4.0
_LARGEST_GAIN = 0.4
"""Student SD beyond which no support is expected to lift a level: it only widens the range of a histogram."""


@dataclass(frozen=True, slots=True, eq=False)
class BatchStatistics:
    """Sums over replications.

    Shapes: s scenarios, r replications, k milestones, n schools, g goals, q marks, p pools, h months, b band bins, w
    wait bins; all in canonical order (``world.py``) and int64.

    ``replications`` (r,), ascending. ``attained`` (s, r): milestones attained. ``attained_month`` (s, k, h + 1): how
    often each was attained in each month. ``school_attained`` and ``school_squares`` (s, n): sums of a school's
    attained milestones and of their squares. ``school_waits`` and ``school_served`` (s, n): ticks from the start to the
    first support, and how often there was one. ``bands`` (s, g, q, b): histograms of levels. ``in_use`` and
    ``waiting`` (s, p, h): unit-ticks and request-ticks by month. ``used`` (s, p, r): unit-ticks, of funds dollars.
    ``waited``, ``served``, ``still_waiting`` (s, p, r): ticks waited by those served, their number, those left over.
    ``waits`` (s, p, w): histogram of their waits.
    """

    replications: IntArray
    attained: IntArray
    attained_month: IntArray
    school_attained: IntArray
    school_squares: IntArray
    school_waits: IntArray
    school_served: IntArray
    bands: IntArray
    in_use: IntArray
    waiting: IntArray
    used: IntArray
    waited: IntArray
    served: IntArray
    still_waiting: IntArray
    waits: IntArray

    @property
    def count(self) -> int:
        """How many replications are in."""
        return len(self.replications)

    def merged(self, other: Self) -> Self:
        """Return both together; raises ``InvalidInput`` if a replication is in both or the shapes differ."""
        replications = np.concatenate([self.replications, other.replications])
        if len(np.unique(replications)) < len(replications):
            raise InvalidInput("A replication cannot be counted twice.", field=("replications",))
        order = np.argsort(replications)
        parts = {}
        for name in (held.name for held in fields(self)):
            mine, theirs = getattr(self, name), getattr(other, name)
            if mine.shape[:-1] != theirs.shape[:-1]:
                raise InvalidInput(f"Statistics of different experiments cannot be merged ({name}).", field=(name,))
            by_replication = name in _BY_REPLICATION
            parts[name] = np.concatenate([mine, theirs], axis=-1)[..., order] if by_replication else mine + theirs
        return type(self)(**parts)

    def to_bytes(self) -> bytes:
        """Return the statistics compressed, each array in the narrowest type that holds it."""
        out = io.BytesIO()
        arrays: dict[str, Any] = {held.name: _narrowed(getattr(self, held.name)) for held in fields(self)}
        np.savez_compressed(out, **arrays)
        return out.getvalue()

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Return what ``to_bytes`` wrote."""
        with np.load(io.BytesIO(data), allow_pickle=False) as stored:
            return cls(**{held.name: stored[held.name].astype(np.int64) for held in fields(cls)})

    def same_as(self, other: Self) -> bool:
        """Whether every number agrees."""
        return all(np.array_equal(getattr(self, held.name), getattr(other, held.name)) for held in fields(self))

    @classmethod
    def empty(cls, inputs: ExperimentInputs, world: World, replications: IntArray) -> Self:
        """Return the statistics of nothing yet, with places for ``replications``."""
        s, r, h = len(inputs.scenarios), len(replications), inputs.horizon_months
        k, n, g, p = len(world.milestones), len(world.schools), len(world.goals), len(world.pools)

        def zeros(*shape: int) -> IntArray:
            return np.zeros(shape, dtype=np.int64)

        return cls(
            replications=replications,
            attained=zeros(s, r),
            attained_month=zeros(s, k, h + 1),
            school_attained=zeros(s, n),
            school_squares=zeros(s, n),
            school_waits=zeros(s, n),
            school_served=zeros(s, n),
            bands=zeros(s, g, len(world.marks), BAND_BINS),
            in_use=zeros(s, p, h),
            waiting=zeros(s, p, h),
            used=zeros(s, p, r),
            waited=zeros(s, p, r),
            served=zeros(s, p, r),
            still_waiting=zeros(s, p, r),
            waits=zeros(s, p, h * WAIT_BINS_PER_MONTH + 1),
        )


_BY_REPLICATION = frozenset({"replications", "attained", "used", "waited", "served", "still_waiting"})


def _narrowed(array: IntArray) -> NDArray[np.integer]:
    top = int(array.max(initial=0))
    for kind in (np.uint8, np.uint16, np.uint32):
        if top <= np.iinfo(kind).max:
            return array.astype(kind)
    return array


def band_range(world: World) -> tuple[FloatArray, FloatArray]:
    """Return the lowest edge and the bin width of each goal's histogram of levels, each shape (g,).

    Wide enough for four SD of luck either way over the horizon and any gain by support; the outermost bins take what
    lies beyond.
    """
    years = world.inputs.horizon_months / 12.0
    lows, highs = [], []
    for g, goal in enumerate(world.goals):
        part = world.indicators[world.indicator_of_goal[g]]
        ahead = years - part.origin_month / 12.0
        variance = goal.level_sd**2 + goal.deviation_sd**2 + (part.drift_sd * ahead) ** 2
        variance += ahead * (part.year_shock_sd**2 + part.district_shock_sd**2 + part.walk_sd_per_year**2)
        reach = _BAND_SPREADS * float(np.sqrt(variance)) + _LARGEST_GAIN * part.student_sd / 2.0
        middle = goal.level_mean + goal.deviation_mean
        end = middle + part.drift_per_year * ahead
        ends = (middle, end, middle + (goal.long_run_mean - goal.level_mean))
        lows.append(max(part.lowest, min(ends) - reach))
        highs.append(min(part.highest, max(ends) + reach))
    low, high = np.array(lows), np.array(highs)
    return low, np.maximum(high - low, 1e-9) / BAND_BINS


def ticks_by_month(starts: IntArray, ends: IntArray, weights: IntArray, months: int) -> IntArray:
    """Return the weighted ticks that intervals [start, end) spend in each month, shape (months,), exactly."""
    bounds = np.arange(months + 1, dtype=np.int64)[:, None] * TICKS_PER_MONTH
    spent = np.minimum(np.maximum(bounds - starts[None, :], 0), (ends - starts)[None, :])
    by_month: IntArray = np.diff((spent * weights[None, :]).sum(axis=1))
    return by_month
