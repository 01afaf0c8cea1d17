"""What schools live through, as processes that read like the story.

A school enters, is visited, learns its needs and asks for support; waits, is served, loses a leader on the way, carries
on or falls back, and may ask again.

Processes append facts to the record and draw no conclusions. Everything that is drawn has an address, so a school has
the same luck in every scenario until the allocation touches it.
"""

from collections.abc import Generator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import simpy

from domain.supports import PoolKind, SupportKind
from simulation.clock import TICKS_PER_MONTH, Calendar, Rank, duration, months, ticks
from simulation.distributions import gamma, lognormal
from simulation.effects import OVERLAPS, Ramp, dose_share, load_factor
from simulation.engagement import Engagement, Phase, Practice
from simulation.inputs import SupportInput
from simulation.policies.attributes import Waiting
from simulation.population import Population
from simulation.record import Diagnosed, Ended, Interrupted, LeaderLeft, Record
from simulation.resources import Pools, Request
from simulation.streams import FloatArray, Purpose, stream, uniform
from simulation.world import World, months_until

ProcessGenerator = Generator[simpy.Event, Any, None]

_INTENSIVE = (SupportKind.COACHING.value, SupportKind.TUTORING.value)


@dataclass(eq=False, slots=True)
class GoalState:
    """What a run knows of one goal.

    ``usual_pace``: of its practice with support. ``process``: who waits for ``request``. ``busy``: how many supports
    are sought or being delivered; ``engaged``: how many were ever granted.
    """

    practice: Practice
    usual_pace: float
    engagements: list[Engagement] = field(default_factory=list)
    request: Request | None = None
    process: simpy.Process | None = None
    busy: int = 0
    engaged: int = 0


class SchoolLife:
    """All schools of one run."""

    def __init__(self, world: World, population: Population, calendar: Calendar, pools: Pools, record: Record) -> None:
        self._world = world
        self._population = population
        self._calendar = calendar
        self._record = record
        self.pools = pools
        parameters = world.parameters
        self._parameters = parameters
        self._overlap = OVERLAPS[world.inputs.overlap]
        self._diminishing = parameters["overlap.diminishing"]
        self._own_pace = parameters["practice.own_pace"]
        self._most_engagements = int(parameters["engagements.most"])
        self._diagnosed = [False] * len(world.schools)
        self._school_of_goal: list[int] = world.school_of_goal.tolist()
        self.goals = [self._new_goal(g) for g in range(len(world.goals))]
        self._trigger = world.noise_sd * parameters["response.trigger"]
        self._look(np.array([goal.last_reading for goal in world.goals]), world.path_at_start)

    def _new_goal(self, g: int) -> GoalState:
        world, goal = self._world, self._world.goals[g]
        reached = float(self._population.fidelity[world.school_of_goal[g]])
        awaiting = []
        for milestone in world.practice[g]:
            needed = milestone.months
            if milestone.fidelity is not None:
                needed = months_until(world, reached, milestone.fidelity)
            if needed is not None:
                awaiting.append((milestone.index, needed, milestone.due))
        usual = float(self._population.pace[g])
        return GoalState(Practice(goal.practice_months, usual * self._own_pace, awaiting), usual)

    # The story of a school

    def school(self, s: int) -> ProcessGenerator:
        """Enter the cohort, wait for a site visit, learn the needs, and pursue two or three priorities."""
        parameters, key = self._parameters, int(self._world.school_keys[s])
        yield self._calendar.at(ticks(parameters["entry.latest"] * self._draw(key, Purpose.ENTRY, 0)), Rank.ENTERS, s)
        if self._world.visited:
            teams = self._world.pools_of_school[s].get(PoolKind.SITE_VISIT_TEAMS.value, ())
            if not teams:
                return
            # Codes of visits come after those of goals: no two requests that wait at once share one.
            units = int(parameters["units.SITE_VISIT"])
            visit = self._request(len(self.goals) + s, s, -1, PoolKind.SITE_VISIT_TEAMS.value, teams, units)
            yield self.pools.ask(visit)
            yield self._after(self._lasts("visit", key, Purpose.VISIT), Rank.VISIT_ENDS, s)
            self.pools.release(visit)
        yield self._after(self._lasts("needs", key, Purpose.NEEDS), Rank.NEEDS_KNOWN, s)
        self._diagnosed[s] = True
        priorities = self._priorities(s)
        self._record.append(Diagnosed(self._calendar.tick, s, priorities))
        for g in priorities:
            self.pursue(g)

    def pursue(self, g: int) -> None:
        """Have a goal's school seek a support for it, unless one is sought or at work already."""
        state = self.goals[g]
        if self._may_ask(g):
            state.busy += 1
            state.process = self._calendar.process(self._support(g, state))

    def _support(self, g: int, state: GoalState) -> ProcessGenerator:
        """Ask for a support, wait for it, have it delivered, and see whether it lasts."""
        world = self._world
        s, key, ordinal = int(world.school_of_goal[g]), int(world.goal_keys[g]), state.engaged
        chosen = self._choice(g, s, ordinal)
        if chosen is None:
            state.busy -= 1
            return
        support = world.supports[chosen]
        alone = self._runs_it_alone(s, g)
        left = self._lasts(support.duration, key, Purpose.DELIVERY, ordinal)
        engagement: Engagement | None = None
        while left > 0:
            request = self._wanted(g, s, support, alone)
            if request is not None:
                state.request = request
                try:
                    yield self.pools.ask(request)
                except simpy.Interrupt:
                    # What was asked for is no longer needed: the aim is reached.
                    self.pools.withdraw(request)
                    state.request = None
                    break
                state.request = None
            now = self._calendar.tick
            takes_hold = now + self._lasts_for("delay.effect", key, Purpose.DELAY, ordinal)
            if engagement is None:
                engagement = self._engage(g, s, chosen, ordinal, alone, takes_hold)
                state.engagements.append(engagement)
                state.engaged += 1
            else:
                engagement.resume(takes_hold)
            self._share_load(s)
            try:
                yield self._after(left, Rank.DELIVERY_ENDS, g)
                left = 0
            except simpy.Interrupt:
                left -= self._calendar.tick - now
                if left > 0:
                    engagement.pause(self._calendar.tick)
                    self._record.append(Interrupted(self._calendar.tick, g, left))
            if request is not None:
                self.pools.release(request)
            if left == 0:
                self._end(g, engagement, key, ordinal)
            self._share_load(s)
        if engagement is not None and engagement.phase is Phase.PAUSED:
            engagement.fade(self._calendar.tick)
        state.busy -= 1

    def ongoing(self, codes: tuple[int, int, int], units: int, until: int) -> ProcessGenerator:
        """Carry on a support that was under way at the start; ``codes`` are those of goal, support and pool."""
        g, chosen, pool = codes
        world, state = self._world, self.goals[g]
        s, key = int(world.school_of_goal[g]), int(world.goal_keys[g])
        state.busy += 1
        request = self._request(g, s, g, world.pools[pool].kind, (pool,), units)
        self.pools.occupy(request, pool)
        engagement = self._engage(g, s, chosen, state.engaged, alone=False, takes_hold=0)
        engagement.depth = 0.0  # it has got over its start
        ordinal = state.engaged
        state.engagements.append(engagement)
        state.engaged += 1
        self._share_load(s)
        try:
            yield self._calendar.at(until, Rank.DELIVERY_ENDS, g)
            self._end(g, engagement, key, ordinal)
        except simpy.Interrupt:
            self._record.append(Interrupted(self._calendar.tick, g, until - self._calendar.tick))
            engagement.fade(self._calendar.tick)
        self.pools.release(request)
        state.busy -= 1
        self._share_load(s)

    def respond(self, g: int) -> ProcessGenerator:
        """Intervene swiftly: after a delay, ask for a support where none is sought or at work."""
        state = self.goals[g]
        delay = self._lasts_for("delay.response", int(self._world.goal_keys[g]), Purpose.RESPONSE, state.engaged)
        yield self._after(delay, Rank.RESPONDS, g)
        self.pursue(g)

    def leaders(self, s: int) -> ProcessGenerator:
        """Lose a leader now and then: routines end, implementation is set back, supports may be cut short."""
        parameters = self._parameters
        for ordinal, at in enumerate(self._population.departures[s]):
            yield self._calendar.at(at, Rank.LEADER_LEAVES, s)
            self._record.append(LeaderLeft(at, s))
            for g in self._world.goals_of_school[s]:
                state = self.goals[g]
                state.practice.set_back(parameters["leader.setback"], at, self._record)
                for engagement in state.engagements:
                    if engagement.routine:
                        engagement.fade(at)
                    else:
                        engagement.set_back(parameters["leader.setback"], at)
                unlucky = self._draw(int(self._world.goal_keys[g]), Purpose.CUT, ordinal) < parameters["leader.cut"]
                for engagement in state.engagements:
                    if unlucky and engagement.delivering and engagement.process is not None:
                        engagement.process.interrupt()

    def lose_teachers(self, summer: int) -> None:
        """At the turn of a school year, set every practice back by the share of teachers who left."""
        now = self._calendar.tick
        for g, state in enumerate(self.goals):
            share = float(self._population.teachers_leaving[self._world.school_of_goal[g], summer])
            state.practice.set_back(share, now, self._record)
            for engagement in state.engagements:
                if engagement.phase is Phase.IN_FORCE:
                    engagement.set_back(share, now)

    # What readings lead to

    def effect(self, g: int) -> float:
        """Return what all supports together have changed of a goal's level by now, in student SD."""
        engagements = self.goals[g].engagements
        if not engagements:
            return 0.0
        now, curves = self._calendar.tick, self._world.curves
        if len(engagements) == 1:
            return engagements[0].gain_at(now, curves) + engagements[0].dip_at(now)
        total = self._overlap([held.gain_at(now, curves) for held in engagements], self._diminishing)
        for held in engagements:
            total += held.dip_at(now)
        return total

    def read(self, readings: FloatArray, path: FloatArray) -> None:
        """Let schools see their readings, shape (g,): withdraw what is no longer needed, respond to falling behind."""
        world = self._world
        self._look(readings, path)
        self.pools.reconsider()
        arrived = (world.sign * (readings - world.aim) >= 0.0).tolist()
        behind = (world.sign * (path - readings) > self._trigger).tolist()
        for g, state in enumerate(self.goals):
            if state.request is not None:
                if arrived[g] and state.process is not None:
                    state.process.interrupt()
            elif behind[g] and self._may_ask(g):
                self._calendar.process(self.respond(g))

    def _look(self, readings: FloatArray, path: FloatArray) -> None:
        """Note how far each goal is short of its path, in student SD, and above its state, in SD between schools."""
        world = self._world
        self.shortfall: list[float] = (world.sign * (path - readings) / world.unit).tolist()
        self.standing: list[float] = (world.sign * (readings - world.statewide_level) / world.between_sd).tolist()

    def waiting(self, request: Request, pinned: bool) -> Waiting:
        """Return what a policy may know of a request; a site visit has the attributes of its school's neediest goal.

        The wait counts in whole months, so that a queue need not be ranked anew at every instant.
        """
        world, parameters = self._world, self._parameters
        school = world.schools[request.school]
        candidates = (request.goal,) if request.goal >= 0 else world.goals_of_school[request.school]
        standing = min([self.standing[g] for g in candidates])
        return Waiting(
            asked=months(request.asked),
            tier=school.tier,
            standing=standing,
            gap_need=_share(max([self.shortfall[g] for g in candidates]) / parameters["need.gap_scale"]),
            level_need=_share(-standing / parameters["need.level_scale"]),
            disadvantage_need=school.share_disadvantaged,
            tier_need=1.0 - school.tier / 2.0,
            waiting_need=_share(self._months_waited(request) / parameters["need.waiting_scale"]),
            pinned=pinned,
        )

    def known_until(self, request: Request) -> int:
        """Return the tick at which the wait of a request counts one month more."""
        return request.asked + (self._months_waited(request) + 1) * TICKS_PER_MONTH

    def _months_waited(self, request: Request) -> int:
        return (self._calendar.tick - request.asked) // TICKS_PER_MONTH

    def finish(self) -> None:
        """Bring everything up to the horizon."""
        now = self._calendar.tick
        for state in self.goals:
            state.practice.settle(now, self._record)

    # Parts of the story

    def _may_ask(self, g: int) -> bool:
        """Whether a goal's school knows its needs, is not being helped with it, and has not asked too often."""
        state = self.goals[g]
        known = self._diagnosed[self._school_of_goal[g]]
        return known and not state.busy and state.engaged < self._most_engagements

    def _priorities(self, s: int) -> tuple[int, ...]:
        """Return the school's most severe needs, three in the most intensive tier and two elsewhere."""
        most = self._parameters[
            "priorities.most_intensive" if self._world.schools[s].tier == 0 else "priorities.others"
        ]
        ranked = sorted(self._world.goals_of_school[s], key=lambda g: (-self.shortfall[g], g))
        return tuple(ranked[: int(most)])

    def _choice(self, g: int, s: int, ordinal: int) -> int | None:
        """Return the support to ask for: coaching or tutoring where the need is severe, something lighter elsewhere.

        Among those of its class each has the same chance, by a draw that belongs to goal and support, so a further
        support takes requests over from others but changes no other choice.
        """
        severe = self.shortfall[g] / self._parameters["need.gap_scale"] >= self._parameters["severity.intensive"]
        open_kinds = self._world.pools_of_school[s]
        offered = [k for k, support in enumerate(self._world.supports) if support.pool_kind in open_kinds]
        fitting = [k for k in offered if (self._world.supports[k].kind in _INTENSIVE) == severe] or offered
        key = int(self._world.goal_keys[g])
        return max(
            fitting,
            key=lambda k: self._draw(key ^ int(self._world.support_keys[k]), Purpose.CHOICE, ordinal),
            default=None,
        )

    def _runs_it_alone(self, s: int, g: int) -> bool:
        """Whether the school has earned autonomy: it leads well and is on its path."""
        capable = self._world.schools[s].leadership_capacity >= self._parameters["autonomy.least_capacity"]
        return capable and self.shortfall[g] <= 0.0

    def _wanted(self, g: int, s: int, support: SupportInput, alone: bool) -> Request | None:
        """Return the request for a support, or None if a school that runs it alone needs nothing from any pool."""
        open_to = self._world.pools_of_school[s]
        funds = open_to.get(PoolKind.FUNDS.value, ())
        if alone:
            dollars = int(support.funds * self._parameters["autonomy.cost"])
            return self._request(g, s, g, PoolKind.FUNDS.value, funds, dollars) if funds and dollars else None
        request = self._request(g, s, g, support.pool_kind, open_to[support.pool_kind], support.units)
        if support.funds and funds:
            request.funds, request.dollars = funds, support.funds
        return request

    def _request(self, code: int, s: int, g: int, kind: str, pools: tuple[int, ...], units: int) -> Request:
        return Request(code, s, g, kind, pools, units, simpy.Event(self._calendar), self._calendar.tick)

    def _engage(self, g: int, s: int, chosen: int, ordinal: int, alone: bool, takes_hold: int) -> Engagement:
        world, parameters, support = self._world, self._parameters, self._world.supports[chosen]
        key, ramp = int(world.goal_keys[g]), Ramp(support.ramp)
        multiplier = lognormal(1.0, parameters["effect.multiplier_sd"]).draw(
            stream(self._population.world_key, key, Purpose.MULTIPLIER), ordinal
        )
        dose = 1.0
        if support.kind == SupportKind.TUTORING.value:
            dose = dose_share(float(support.units), float(world.schools[s].enrolment))
        amplitude = float(self._population.support_effects[chosen]) * multiplier * dose
        if alone:
            amplitude *= parameters["autonomy.effect"]
        inert = support.mean == 0.0 and support.sd == 0.0
        depth = 0.0
        if ramp.organizational and not inert:
            depth = parameters["dip.largest"] * self._draw(key, Purpose.DIP, ordinal)
        return Engagement(
            support=chosen,
            amplitude=amplitude,
            fidelity=float(self._population.fidelity[s]) if ramp.organizational else 1.0,
            ramp=ramp,
            accrued=world.curves.accrued[ramp],
            began=self._calendar.tick,
            since=takes_hold,
            process=self._calendar.active_process,
            depth=depth,
            deepest=parameters["dip.deepest_month"],
            over=parameters["dip.over_month"],
        )

    def _end(self, g: int, engagement: Engagement, key: int, ordinal: int) -> None:
        """A support is delivered in full: what it changed becomes routine, or begins to fade."""
        now = self._calendar.tick
        chance = self._parameters["routine.share"] * engagement.fidelity
        routine = engagement.organizational and self._draw(key, Purpose.ROUTINE, ordinal) < chance
        engagement.end_delivery(now, routine)
        if not routine:
            lingers = (
                self._world.curves.in_force[engagement.ramp] - engagement.clock if engagement.organizational else 0.0
            )
            if lingers > 0.0:
                self._calendar.process(self._linger(g, engagement, engagement.since + ticks(lingers)))
            else:
                engagement.fade(now)
        self._record.append(Ended(now, g, engagement.support, routine))

    def _linger(self, g: int, engagement: Engagement, until: int) -> ProcessGenerator:
        """Use for the rest of a programme's year what it taught, then lose it little by little."""
        yield self._calendar.at(until, Rank.DELIVERY_ENDS, len(self.goals) + g)
        engagement.fade(until)

    def _share_load(self, s: int) -> None:
        """Weigh all supports of a school anew: its load has changed, and with it the pace of its practices."""
        now, parameters = self._calendar.tick, self._parameters
        goals = [(g, self.goals[g]) for g in self._world.goals_of_school[s]]
        active = sum(1 for _, state in goals for held in state.engagements if held.delivering)
        left = load_factor(active, parameters["load.free_initiatives"], parameters["load.cost_each"])
        for _, state in goals:
            supported = False
            for held in state.engagements:
                if held.phase is Phase.IN_FORCE:
                    held.bear(left, now)
                support = self._world.supports[held.support]
                supported = supported or (held.delivering and not (support.mean == 0.0 and support.sd == 0.0))
            pace = state.usual_pace * (1.0 if supported else self._own_pace)
            if pace != state.practice.pace:
                state.practice.settle(now, self._record)
                state.practice.pace = pace

    # Luck and time

    def _draw(self, key: int, purpose: Purpose, index: int) -> float:
        return uniform(stream(self._population.world_key, key, purpose), index)

    def _lasts(self, what: str, key: int, purpose: Purpose, ordinal: int = 0) -> int:
        return self._lasts_for(f"duration.{what}", key, purpose, ordinal)

    def _lasts_for(self, card: str, key: int, purpose: Purpose, ordinal: int) -> int:
        """Return a duration in ticks from the law its cards describe: gamma where there is a shape, else lognormal."""
        parameters = self._parameters
        if f"{card}.shape" in parameters:
            table = gamma(parameters[f"{card}.mean"], parameters[f"{card}.shape"])
        else:
            table = lognormal(parameters[f"{card}.mean"], parameters[f"{card}.cv"])
        return duration(table.draw(stream(self._population.world_key, key, purpose), ordinal))

    def _after(self, delay: int, rank: Rank, code: int) -> simpy.Event:
        return self._calendar.at(self._calendar.tick + delay, rank, code)


def _share(value: float) -> float:
    return min(1.0, max(0.0, value))
