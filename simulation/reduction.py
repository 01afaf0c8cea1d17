"""From the record of one run to its share of the statistics, with the checks that every run must pass."""

from dataclasses import dataclass, field

import numpy as np

from domain.supports import PoolKind
from simulation.clock import TICKS_PER_MONTH, ticks
from simulation.inputs import ScenarioInput
from simulation.record import NOBODY, Attained, Granted, Record, Released, StillWaiting, Withdrawn
from simulation.resources import NotConserved
from simulation.statistics import BAND_BINS, WAIT_BINS_PER_MONTH, BatchStatistics, band_range, ticks_by_month
from simulation.world import IntArray, World


@dataclass(slots=True)
class _PoolFacts:
    """What one run says of one pool: uses and waits as (start, end, weight)."""

    uses: list[tuple[int, int, int]] = field(default_factory=list)
    waits: list[tuple[int, int, int]] = field(default_factory=list)
    served_waits: list[int] = field(default_factory=list)
    still_waiting: int = 0
    dollars: int = 0


class Reduction:
    """Adds the records of runs to statistics, in place."""

    def __init__(self, world: World, statistics: BatchStatistics) -> None:
        self._world = world
        self._statistics = statistics
        self._low, self._width = band_range(world)
        self._school_of_milestone = world.school_of_goal[world.milestone_goal]

    def add(self, scenario: int, place: int, record: Record) -> None:
        """Add one run: of the scenario at ``scenario``, of the replication at ``place``. Raises ``NotConserved``."""
        self._add_milestones(scenario, place, record)
        self._add_levels(scenario, record)
        self._add_pools(scenario, place, record)

    def _add_milestones(self, scenario: int, place: int, record: Record) -> None:
        statistics = self._statistics
        found = [fact for fact in record.facts if isinstance(fact, Attained)]
        milestones = np.array([fact.milestone for fact in found], dtype=np.int64)
        if len(np.unique(milestones)) < len(milestones):
            raise NotConserved("A milestone was attained twice in one run.")
        month = np.array([fact.at for fact in found], dtype=np.int64) // TICKS_PER_MONTH
        statistics.attained[scenario, place] = len(found)
        statistics.attained_month[scenario, milestones, month] += 1
        schools = len(self._world.schools)
        by_school = np.bincount(self._school_of_milestone[milestones], minlength=schools)
        statistics.school_attained[scenario] += by_school
        statistics.school_squares[scenario] += by_school**2

    def _add_levels(self, scenario: int, record: Record) -> None:
        bins = ((record.levels - self._low[:, None]) / self._width[:, None]).astype(np.int64)
        bins = np.clip(bins, 0, BAND_BINS - 1)
        goals, marks = np.indices(bins.shape)
        self._statistics.bands[scenario, goals, marks, bins] += 1

    def _add_pools(self, scenario: int, place: int, record: Record) -> None:
        world, statistics = self._world, self._statistics
        pools = self._sorted(world.inputs.scenarios[scenario], record)
        months = world.inputs.horizon_months
        for p, (pool, queue_ticks) in enumerate(zip(pools, record.queue_ticks, strict=True)):
            uses, waits = _columns(pool.uses), _columns(pool.waits)
            statistics.in_use[scenario, p] += ticks_by_month(*uses, months)
            waiting = ticks_by_month(*waits, months)
            if int(waiting.sum()) != queue_ticks:
                raise NotConserved(
                    f"Little's law fails at {world.pools[p].name}: the queue held {queue_ticks} request-ticks, those "
                    f"who stood in it waited {int(waiting.sum())}."
                )
            statistics.waiting[scenario, p] += waiting
            lasted = np.minimum(uses[1], world.horizon) - uses[0]
            funds = world.pools[p].kind == PoolKind.FUNDS
            statistics.used[scenario, p, place] = pool.dollars if funds else int((lasted * uses[2]).sum())
            served = np.array(pool.served_waits, dtype=np.int64)
            statistics.waited[scenario, p, place] = served.sum()
            statistics.served[scenario, p, place] = len(served)
            statistics.still_waiting[scenario, p, place] = pool.still_waiting
            statistics.waits[scenario, p] += np.bincount(
                served * WAIT_BINS_PER_MONTH // TICKS_PER_MONTH, minlength=statistics.waits.shape[2]
            )

    def _sorted(self, scenario: ScenarioInput, record: Record) -> list[_PoolFacts]:
        """Sort the facts about queues and holdings by pool, and note when schools are first served."""
        world, statistics = self._world, self._statistics
        index = next(i for i, held in enumerate(world.inputs.scenarios) if held is scenario)
        pools = [_PoolFacts() for _ in world.pools]
        lapses = _lapses(world, scenario)
        released = {fact.request: fact.at for fact in record.facts if isinstance(fact, Released)}
        served_schools: set[int] = set()
        for fact in record.facts:
            match fact:
                case Granted():
                    asked_at = fact.at - fact.waited
                    pools[fact.home].waits.append((asked_at, fact.at, 1))
                    pools[fact.pool].served_waits.append(fact.waited)
                    for pool, units in ((fact.pool, fact.units), (fact.fund, fact.dollars)):
                        if pool != NOBODY and pool in lapses:
                            pools[pool].uses.append((fact.at, _next(lapses[pool], fact.at, world.horizon), units))
                            pools[pool].dollars += units
                    if fact.pool not in lapses:
                        end = released.get(fact.request, world.horizon)
                        pools[fact.pool].uses.append((fact.at, end, fact.units))
                    if fact.goal != NOBODY and fact.school not in served_schools:
                        served_schools.add(fact.school)
                        statistics.school_waits[index, fact.school] += fact.at
                        statistics.school_served[index, fact.school] += 1
                case Withdrawn():
                    pools[fact.home].waits.append((fact.at - fact.waited, fact.at, 1))
                case StillWaiting():
                    pools[fact.home].waits.append((fact.at - fact.waited, fact.at, 1))
                    pools[fact.home].still_waiting += 1
                case _:
                    pass
        return pools


def _lapses(world: World, scenario: ScenarioInput) -> dict[int, list[int]]:
    """Return, for each pool of funds, the ticks at which what is left of them lapses."""
    codes = {pool.id: code for code, pool in enumerate(world.pools)}
    steps = {codes[held.pool_id]: [ticks(step.month) for step in held.steps] for held in scenario.pools}
    return {code: steps.get(code, []) for code, pool in enumerate(world.pools) if pool.kind == PoolKind.FUNDS}


def _next(lapses: list[int], at: int, horizon: int) -> int:
    return min((lapse for lapse in lapses if lapse > at), default=horizon)


def _columns(intervals: list[tuple[int, int, int]]) -> tuple[IntArray, IntArray, IntArray]:
    columns = np.array(intervals, dtype=np.int64).reshape(-1, 3)
    return columns[:, 0], columns[:, 1], columns[:, 2]
