"""What the runs say: probabilities, means and differences with their intervals, bands, waits and use of pools.

Intervals are of Monte Carlo error at 95 %: Jeffreys for probabilities (Brown, Cai & DasGupta 2001, *Statistical
Science* 16), Student's t for means and for differences paired by common random numbers (Law 2015, *Simulation Modeling
and Analysis*, section 10.2). Bands are quantiles of what is expected, luck and unknown effects included.
"""

from math import inf

import numpy as np
from scipy import special

from domain.errors import InvalidInput, NotFound
from domain.supports import PoolKind
from simulation.clock import TICKS_PER_MONTH, ticks
from simulation.inputs import ExperimentInputs, ScenarioInput
from simulation.outcomes import (
    BandPoint,
    Estimate,
    ForecastOutcome,
    GoalTrajectory,
    MilestoneChance,
    MonthOfPool,
    PairedDifference,
    PoolUse,
    ScenarioOutcome,
    UnitOutcome,
)
from simulation.statistics import WAIT_BINS_PER_MONTH, BatchStatistics, band_range
from simulation.streams import FloatArray
from simulation.world import IntArray, World, world_of

CONFIDENCE = 0.95
_BAND = (0.10, 0.25, 0.50, 0.75, 0.90)
# A band is an estimate from some hundred worlds: more digits would only make what is kept larger.
_BAND_DECIMALS = 4


def conclude(inputs: ExperimentInputs, statistics: BatchStatistics) -> ForecastOutcome:
    """Return what ``statistics`` of the experiment ``inputs`` say.

    Raises ``InvalidInput`` if fewer than two replications are in: nothing can be said of their spread.
    """
    if statistics.count < 2:
        raise InvalidInput("It takes two replications to say how far they differ.", field=("replications",))
    world = world_of(inputs)
    return ForecastOutcome(
        replications=statistics.count,
        scenarios=tuple(_scenario(world, statistics, index) for index in range(len(inputs.scenarios))),
        differences=tuple(_difference(inputs, statistics, index) for index in range(1, len(inputs.scenarios))),
        unforecastable=inputs.unforecastable,
    )


def trajectory(inputs: ExperimentInputs, statistics: BatchStatistics, scenario_id: str, goal_id: str) -> GoalTrajectory:
    """Return where one goal's indicator is expected to be, by quarter.

    Raises ``NotFound`` if the experiment has no such scenario or goal.
    """
    world = world_of(inputs)
    scenario = next((i for i, held in enumerate(inputs.scenarios) if held.id == scenario_id), None)
    goal = next((g for g, held in enumerate(world.goals) if held.id == goal_id), None)
    if scenario is None:
        raise NotFound("scenario", scenario_id, field=("scenarioId",))
    if goal is None:
        raise NotFound("goal", goal_id, field=("goalId",))
    low, width = band_range(world)
    band = []
    for mark, counts in zip(world.marks, statistics.bands[scenario, goal], strict=True):
        band.append(BandPoint(int(mark), *(_quantile(counts, share, low[goal], width[goal]) for share in _BAND)))
    return GoalTrajectory(goal_id, tuple(band))


def jeffreys(successes: FloatArray | float, trials: int) -> tuple[FloatArray, FloatArray]:
    """Return the Jeffreys interval of each share ``successes / trials``; half successes are allowed."""
    hits = np.asarray(successes, dtype=np.float64)
    tail = (1.0 - CONFIDENCE) / 2.0
    low = np.where(hits > 0, special.betaincinv(hits + 0.5, trials - hits + 0.5, tail), 0.0)
    high = np.where(hits < trials, special.betaincinv(hits + 0.5, trials - hits + 0.5, 1.0 - tail), 1.0)
    return low, high


def mean_with_interval(values: FloatArray, lowest: float = -inf, highest: float = inf) -> Estimate:
    """Return the mean of independent ``values``, shape (r,), r at least 2, with Student's t interval.

    The interval ends where the figure does: no ``value`` can lie outside [``lowest``, ``highest``].
    """
    count = len(values)
    mean = float(values.mean())
    half = float(special.stdtrit(count - 1, 0.5 + CONFIDENCE / 2.0)) * float(values.std(ddof=1)) / count**0.5
    return Estimate(mean, max(lowest, mean - half), min(highest, mean + half))


def _scenario(world: World, statistics: BatchStatistics, index: int) -> ScenarioOutcome:
    scenario = world.inputs.scenarios[index]
    return ScenarioOutcome(
        scenario_id=scenario.id,
        expected_attained=mean_with_interval(
            statistics.attained[index].astype(np.float64), 0.0, float(len(world.milestones))
        ),
        milestones=len(world.milestones),
        cost=scenario.cost,
        chances=_chances(world, statistics, index),
        pools=tuple(_pool(world, statistics, index, pool) for pool in range(len(world.pools))),
        schools=_schools(world, statistics, index),
        trajectories=_trajectories(world, statistics, index),
    )


def _trajectories(world: World, statistics: BatchStatistics, index: int) -> tuple[GoalTrajectory, ...]:
    """Return every goal's band at once: goal by goal they would take longer than the runs of a small batch."""
    counts = statistics.bands[index]
    below = counts.cumsum(axis=-1)
    total = below[..., -1]
    low, width = band_range(world)
    quantiles = []
    for share in _BAND:
        wanted = share * total
        place = (below >= wanted[..., None]).argmax(axis=-1)
        here = np.take_along_axis(counts, place[..., None], axis=-1)[..., 0]
        before = np.take_along_axis(below, place[..., None], axis=-1)[..., 0] - here
        within = np.clip((wanted - before) / np.maximum(here, 1), 0.0, 1.0)
        quantiles.append(np.where(total > 0, low[:, None] + (place + within) * width[:, None], 0.0))
    bands = np.round(np.stack(quantiles, axis=-1), _BAND_DECIMALS).tolist()
    months = [int(mark) for mark in world.marks]
    return tuple(
        GoalTrajectory(goal.id, tuple(BandPoint(month, *point) for month, point in zip(months, band, strict=True)))
        for goal, band in zip(world.goals, bands, strict=True)
    )


def _chances(world: World, statistics: BatchStatistics, index: int) -> tuple[MilestoneChance, ...]:
    months = statistics.attained_month[index]
    hits = months.sum(axis=1)
    low, high = jeffreys(hits.astype(np.float64), statistics.count)
    share = hits / statistics.count
    middle = (months.cumsum(axis=1) * 2 >= hits[:, None]).argmax(axis=1)
    return tuple(
        MilestoneChance(
            milestone.id,
            Estimate(float(share[k]), float(low[k]), float(high[k])),
            float(middle[k]) if hits[k] else None,
        )
        for k, milestone in enumerate(world.milestones)
    )


def _schools(world: World, statistics: BatchStatistics, index: int) -> tuple[UnitOutcome, ...]:
    count = statistics.count
    total = statistics.school_attained[index].astype(np.float64)
    mean = total / count
    variance = np.maximum(statistics.school_squares[index] - total * mean, 0.0) / (count - 1)
    half = float(special.stdtrit(count - 1, 0.5 + CONFIDENCE / 2.0)) * np.sqrt(variance / count)
    number = np.bincount(world.school_of_goal[world.milestone_goal], minlength=len(world.schools))
    served = statistics.school_served[index]
    waited = statistics.school_waits[index] / np.maximum(served, 1) / TICKS_PER_MONTH
    return tuple(
        UnitOutcome(
            school.id,
            Estimate(
                float(mean[s]), max(0.0, float(mean[s] - half[s])), min(float(number[s]), float(mean[s] + half[s]))
            ),
            int(number[s]),
            float(waited[s]) if served[s] else None,
        )
        for s, school in enumerate(world.schools)
    )


def _pool(world: World, statistics: BatchStatistics, index: int, pool: int) -> PoolUse:
    scenario, months = world.inputs.scenarios[index], world.inputs.horizon_months
    funds = world.pools[pool].kind == PoolKind.FUNDS
    by_month, in_all = _capacity(world, scenario, pool)
    served = statistics.served[index, pool].astype(np.float64)
    waited = statistics.waited[index, pool] / TICKS_PER_MONTH
    monthly = statistics.count * TICKS_PER_MONTH
    in_use, waiting = statistics.in_use[index, pool] / monthly, statistics.waiting[index, pool] / monthly
    used = statistics.used[index, pool] / (1.0 if funds else float(TICKS_PER_MONTH))
    share = used / in_all if in_all > 0.0 else np.zeros(statistics.count)
    return PoolUse(
        pool_id=world.pools[pool].id,
        # Past 1 only where capacity fell below what was already being used.
        utilization=mean_with_interval(share, 0.0, max(1.0, float(share.max()))),
        mean_wait_months=_ratio(waited, served),
        p90_wait_months=_quantile(statistics.waits[index, pool], 0.9, 0.0, 1.0 / WAIT_BINS_PER_MONTH),
        served=mean_with_interval(served, 0.0),
        still_waiting=mean_with_interval(statistics.still_waiting[index, pool].astype(np.float64), 0.0),
        months=tuple(
            MonthOfPool(month, float(by_month[month]), float(in_use[month]), float(waiting[month]))
            for month in range(months)
        ),
    )


def _capacity(world: World, scenario: ScenarioInput, pool: int) -> tuple[FloatArray, float]:
    """Return a pool's mean capacity by month, and in all: unit-months, of funds dollars."""
    held = next((held for held in scenario.pools if held.pool_id == world.pools[pool].id), None)
    months = world.inputs.horizon_months
    by_month: FloatArray = np.zeros(months)
    steps = [(ticks(step.month), step.units) for step in held.steps] if held else []
    bounds = np.arange(months, dtype=np.int64) * TICKS_PER_MONTH
    for i, (at, units) in enumerate(steps):
        until = steps[i + 1][0] if i + 1 < len(steps) else world.horizon
        overlap = np.minimum(until, bounds + TICKS_PER_MONTH) - np.maximum(at, bounds)
        by_month += units * np.maximum(overlap, 0) / TICKS_PER_MONTH
    if world.pools[pool].kind == PoolKind.FUNDS:
        return by_month, float(sum(units for at, units in steps if at < world.horizon))
    return by_month, float(by_month.sum())


def _ratio(total: FloatArray, count: FloatArray) -> Estimate:
    """Return the mean of all waits with an interval: a ratio of means over replications (delta method)."""
    n, waits = len(count), float(count.sum())
    if waits == 0.0:
        return Estimate(0.0, 0.0, 0.0)
    ratio = float(total.sum()) / waits
    spread = float(np.std(total - ratio * count, ddof=1)) / (waits / n)
    half = float(special.stdtrit(n - 1, 0.5 + CONFIDENCE / 2.0)) * spread / n**0.5
    return Estimate(ratio, max(0.0, ratio - half), ratio + half)


def _difference(inputs: ExperimentInputs, statistics: BatchStatistics, index: int) -> PairedDifference:
    difference = statistics.attained[index] - statistics.attained[0]
    milestones = float(statistics.attained_month.shape[1])
    better = float((difference > 0).sum()) + float((difference == 0).sum()) / 2.0
    low, high = jeffreys(better, statistics.count)
    same = not difference.any() and np.array_equal(statistics.attained_month[index], statistics.attained_month[0])
    return PairedDifference(
        scenario_id=inputs.scenarios[index].id,
        reference_id=inputs.scenarios[0].id,
        difference=mean_with_interval(difference.astype(np.float64), -milestones, milestones),
        probability_better=Estimate(better / statistics.count, float(low), float(high)),
        identical=same,
    )


def _quantile(counts: IntArray, share: float, low: float, width: float) -> float:
    """Return a quantile of a histogram whose bins start at ``low``, values lying evenly within each bin."""
    total = int(counts.sum())
    if total == 0:
        return 0.0
    below = counts.cumsum()
    wanted = share * total
    place = min(int(np.searchsorted(below, wanted)), len(counts) - 1)
    before = int(below[place]) - int(counts[place])
    within = (wanted - before) / int(counts[place]) if counts[place] else 0.0
    return float(low + (place + min(1.0, max(0.0, within))) * width)
