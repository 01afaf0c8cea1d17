"""One run: the schools of one replication under one scenario, from the start to the horizon.

What schools live through is in ``school_life.py``; what happens to the whole state at once (a year opens, schools are
read, a cohort's doors open) is here. What is found at the horizon itself still counts.
"""

import numpy as np

from domain.scenarios import NeedTerm, PolicyKind
from domain.supports import PoolKind
from simulation.clock import Calendar, Rank, ticks
from simulation.inputs import ScenarioInput
from simulation.policies import POLICIES, WATCHING_CLOCK
from simulation.population import Population
from simulation.record import Attained, Record
from simulation.resources import Pools, Request
from simulation.school_life import ProcessGenerator, SchoolLife
from simulation.streams import FloatArray
from simulation.world import World


def simulate(world: World, scenario: ScenarioInput, population: Population) -> Record:
    """Return the record of one run. Raises ``NotConserved`` if the engine lost a request or a unit."""
    return Run(world, scenario, population).to_the_horizon()


class Run:
    """One run of one scenario on one population."""

    def __init__(self, world: World, scenario: ScenarioInput, population: Population) -> None:
        self._world = world
        self._population = population
        self._calendar = Calendar()
        self._record = Record(np.empty((len(world.goals), len(world.marks))))
        self._rule = POLICIES[PolicyKind(scenario.policy)]
        self._watches_clock = PolicyKind(scenario.policy) in WATCHING_CLOCK
        self._weights = {NeedTerm(held.term): held.weight for held in scenario.weights}
        codes = {pool.id: code for code, pool in enumerate(world.pools)}
        schools = {school.id: code for code, school in enumerate(world.schools)}
        promised: dict[int, frozenset[int]] = {}
        for pin in scenario.pins:
            pool = codes[pin.pool_id]
            promised[pool] = promised.get(pool, frozenset()) | {schools[pin.school_id]}
        self._named = frozenset().union(*promised.values())
        self._kinds_with_names = {world.pools[pool].kind for pool in promised}
        self.pools = Pools(
            self._calendar,
            self._record,
            [pool.kind for pool in world.pools],
            self._priority,
            consumed=frozenset({PoolKind.FUNDS.value}),
            gated=frozenset({PoolKind.LEARNING_COHORTS.value}),
            promised=promised,
        )
        self._steps = {
            codes[held.pool_id]: [(ticks(step.month), step.units) for step in held.steps] for held in scenario.pools
        }
        self.life = SchoolLife(world, population, self._calendar, self.pools, self._record)
        self._open = np.ones(len(world.assessed), dtype=np.bool_)

    def to_the_horizon(self) -> Record:
        """Let everything happen up to and at the horizon, and return the record."""
        calendar, world = self._calendar, self._world
        for pool, steps in sorted(self._steps.items()):
            calendar.process(self._years_of_pool(pool, steps))
        for held in sorted(world.inputs.ongoing, key=lambda ongoing: ongoing.id):
            calendar.process(self.life.ongoing(world.ongoing_codes(held), held.units, ticks(held.end_month)))
        for s in range(len(world.schools)):
            calendar.process(self.life.school(s))
            calendar.process(self.life.leaders(s))
        calendar.process(self._summers())
        calendar.process(self._assessments())
        calendar.process(self._cohorts())
        calendar.process(self._quarters())
        calendar.run_to(world.horizon)
        self.life.finish()
        self._evaluations()
        self._record.queue_ticks = self.pools.close()
        return self._record

    def _years_of_pool(self, pool: int, steps: list[tuple[int, int]]) -> ProcessGenerator:
        """Give a pool what each fiscal year grants it."""
        for at, units in steps:
            yield self._calendar.at(at, Rank.YEAR_OPENS, pool)
            self.pools.set_capacity(pool, units)

    def _summers(self) -> ProcessGenerator:
        """Let teachers leave at the turn of each school year."""
        for summer, month in enumerate(self._world.inputs.year_starts, start=1):
            yield self._calendar.at(ticks(float(month)), Rank.YEAR_OPENS, len(self._world.pools))
            self.life.lose_teachers(summer)

    def _cohorts(self) -> ProcessGenerator:
        """Open the doors of learning cohorts, again and again."""
        month, every = self._world.parameters["cohort.first"], self._world.parameters["cohort.every"]
        while ticks(month) <= self._world.horizon and any(
            pool.kind == PoolKind.LEARNING_COHORTS for pool in self._world.pools
        ):
            yield self._calendar.at(ticks(month), Rank.DOORS_OPEN)
            self.pools.open_doors(PoolKind.LEARNING_COHORTS.value)
            month += every

    def _quarters(self) -> ProcessGenerator:
        """Keep the levels at every mark; reading them changes nothing."""
        for q, mark in enumerate(self._world.marks):
            yield self._calendar.at(ticks(float(mark)), Rank.MARK, q)
            self._record.levels[:, q] = self._moved(self._population.levels[:, q])

    def _assessments(self) -> ProcessGenerator:
        """Read every school on every occasion, judge the milestones by it, and let schools see where they stand."""
        world = self._world
        for j, occasion in enumerate(world.inputs.occasions):
            yield self._calendar.at(ticks(occasion.month), Rank.READING, j)
            readings = self._moved(self._population.readings[:, j])
            self._judge(j, readings)
            self.life.read(readings, world.path[:, j])

    def _judge(self, j: int, readings: FloatArray) -> None:
        """Record the open milestones whose threshold the official readings of occasion ``j`` reach."""
        world = self._world
        goal = world.milestone_goal[world.assessed]
        reached = self._open & world.counts[:, j] & (world.sign[goal] * (readings[goal] - world.threshold) >= 0.0)
        for k in np.flatnonzero(reached):
            self._record.append(Attained(self._calendar.tick, int(world.assessed[k])))
        self._open &= ~reached

    def _evaluations(self) -> None:
        """Record the evaluations that were done by their date."""
        for k, month in zip(self._world.evaluations, self._population.evaluated, strict=True):
            if ticks(float(month)) <= self._world.milestone_due[k]:
                self._record.append(Attained(max(0, ticks(float(month))), int(k)))

    def _moved(self, untouched: FloatArray) -> FloatArray:
        """Return levels or readings with what supports have changed by now, within the indicator's range."""
        world = self._world
        effects = np.array([self.life.effect(g) for g in range(len(world.goals))])
        moved: FloatArray = np.clip(untouched + world.sign * world.unit * effects, world.lowest, world.highest)
        return moved

    def _priority(self, request: Request) -> tuple[float | None, int]:
        """Return how a request ranks under the scenario's policy, and up to when.

        Where no place of its kind is promised to anybody, a school that is named for another pool counts as named: a
        planner who names schools for coaches means them to be visited too.
        """
        named = self.pools.pinned(request) or (
            request.kind not in self._kinds_with_names and request.school in self._named
        )
        until = self.life.known_until(request) if self._watches_clock else self._world.horizon + 1
        return self._rule(self.life.waiting(request, named), self._weights), until
