"""Forecasts as clients see them: the piece of work, and what it says so far.

What a forecast says is kept as bytes and decoded once for each number of replications, whoever asks how often.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Self
from uuid import UUID

import strawberry

from domain import forecasts
from domain.forecasts import ForecastState
from domain.identity import ForecastId, GoalId, OrganizationId, ScenarioId
from domain.reading import ForecastFrame, Window, place_of_forecast
from schema.context import Context, Info
from schema.errors import NothingThere
from schema.goals import Goal, Milestone
from schema.relay import (
    BY_INSTANT,
    Kind,
    Node,
    Ordering,
    argument_id,
    global_id,
    node_of,
    serve_nodes,
)
from schema.scalars import described, given
from schema.scenarios import Scenario
from schema.supports import Pool
from simulation import outcomes
from simulation.outcome_codec import outcome_from_bytes

if TYPE_CHECKING:
    from schema.organizations import School

OUTCOMES_REMEMBERED = 32
MOST_GOALS_OF_A_SCHOOL = 10_000

described(
    ForecastState,
    "Where a forecast stands.",
    {
        "QUEUED": "It waits for a worker.",
        "RUNNING": "A worker is at it; what it says becomes more exact.",
        "FINISHED": "It has said all it was asked.",
        "CANCELLED": "It was called off; what it had said by then stays.",
        "FAILED": "It could not be completed; `message` says why.",
    },
)

FORECASTS_BY_AGE: Ordering[forecasts.Forecast] = Ordering("forecasts", place_of_forecast, BY_INSTANT)


@dataclass(frozen=True, slots=True)
class KnownOutcome:
    """An outcome with its parts at hand by the identities they are asked for."""

    outcome: outcomes.ForecastOutcome
    trajectories: Mapping[tuple[str, str], tuple[outcomes.BandPoint, ...]]

    @classmethod
    def of(cls, payload: bytes) -> Self:
        outcome = outcome_from_bytes(payload)
        return cls(
            outcome,
            {
                (held.scenario_id, trajectory.goal_id): trajectory.band
                for held in outcome.scenarios
                for trajectory in held.trajectories
            },
        )


_remembered: OrderedDict[tuple[UUID, int], KnownOutcome] = OrderedDict()


async def outcome_of(context: Context, forecast_id: ForecastId) -> KnownOutcome | None:
    """Return what a forecast says so far, or None before it has said anything."""
    replications = await context.batches.load(context.reader.replications_told, forecast_id)
    if replications is None:
        return None
    known = _remembered.get((forecast_id, replications))
    if known is not None:
        _remembered.move_to_end((forecast_id, replications))
        return known
    kept = await context.batches.load(context.reader.outcomes, forecast_id)
    if kept is None:
        return None
    # Off the event loop: half a megabyte of figures takes longer than others should wait.
    known = await asyncio.to_thread(KnownOutcome.of, kept.payload)
    _remembered[forecast_id, kept.replications] = known
    while len(_remembered) > OUTCOMES_REMEMBERED:
        _remembered.popitem(last=False)
    return known


@strawberry.type(description="A figure and its 95 % interval of Monte Carlo error.")
class Estimate:
    """A figure and its 95 % interval."""

    value: float = strawberry.field(description="The figure, in the unit of the field it is given for.")
    low: float = strawberry.field(description="The lower end of its 95 % interval, in the same unit.")
    high: float = strawberry.field(description="The upper end of its 95 % interval, in the same unit.")

    @classmethod
    def of(cls, estimate: outcomes.Estimate) -> Self:
        return cls(value=estimate.value, low=estimate.low, high=estimate.high)


@strawberry.type(description="How likely a milestone is to be attained by its due date under a scenario.")
class MilestoneChance:
    """How likely a milestone is to be attained."""

    probability: Estimate = strawberry.field(description="P(attained by its due date), from 0 to 1.")
    typical_month: float | None = strawberry.field(
        description="The median month of attainment, counted from the start of the forecast, where it is attained at "
        "all; null if it never is."
    )
    milestone_id: strawberry.Private[str]

    @strawberry.field(description="Which milestone; null if it is gone or not to be seen.")
    async def milestone(self, info: Info) -> Milestone | None:
        node: Milestone | None = await node_of(info.context, Kind.MILESTONE, UUID(self.milestone_id))
        return node

    @classmethod
    def of(cls, chance: outcomes.MilestoneChance) -> Self:
        return cls(
            probability=Estimate.of(chance.probability),
            typical_month=chance.typical_month,
            milestone_id=chance.milestone_id,
        )


@strawberry.type(description="One month of a pool, averaged over replications.")
class MonthOfPool:
    """One month of a pool."""

    month: int = strawberry.field(description="Months from the start of the forecast; 0 is the first.")
    capacity: float = strawberry.field(description="How much there is, in the pool's unit.")
    in_use: float = strawberry.field(description="How much of it is in use, in the pool's unit.")
    waiting: float = strawberry.field(description="How many requests wait.")


@strawberry.type(description="How a pool fared under a scenario.")
class PoolUse:
    """How a pool fared under a scenario."""

    utilization: Estimate = strawberry.field(description="The share of its capacity that is used, from 0 to 1.")
    mean_wait_months: Estimate = strawberry.field(description="How long a request waits on average, in months.")
    p90_wait_months: float = strawberry.field(description="What nine requests in ten wait no longer than, in months.")
    served: Estimate = strawberry.field(description="How many requests are served.")
    still_waiting: Estimate = strawberry.field(description="How many requests still wait at the horizon.")
    months: list[MonthOfPool] = strawberry.field(description="Month by month.")
    pool_id: strawberry.Private[str]

    @strawberry.field(description="Which pool; null if it is gone or not to be seen.")
    async def pool(self, info: Info) -> Pool | None:
        node: Pool | None = await node_of(info.context, Kind.POOL, UUID(self.pool_id))
        return node

    @classmethod
    def of(cls, use: outcomes.PoolUse) -> Self:
        return cls(
            utilization=Estimate.of(use.utilization),
            mean_wait_months=Estimate.of(use.mean_wait_months),
            p90_wait_months=use.p90_wait_months,
            served=Estimate.of(use.served),
            still_waiting=Estimate.of(use.still_waiting),
            months=[
                MonthOfPool(month=held.month, capacity=held.capacity, in_use=held.in_use, waiting=held.waiting)
                for held in use.months
            ],
            pool_id=use.pool_id,
        )


@strawberry.type(description="Where a level is expected to lie at a month, in the indicator's unit.")
class BandPoint:
    """Where a level is expected to lie at a month."""

    month: int = strawberry.field(description="Months from the start of the forecast; 0 is its start.")
    p10: float = strawberry.field(description="One world in ten lies below this, in the indicator's unit.")
    p25: float = strawberry.field(description="One world in four lies below this, in the indicator's unit.")
    p50: float = strawberry.field(description="Half of the worlds lie below this, in the indicator's unit.")
    p75: float = strawberry.field(description="One world in four lies above this, in the indicator's unit.")
    p90: float = strawberry.field(description="One world in ten lies above this, in the indicator's unit.")


@strawberry.type(description="What one school may expect under a scenario.")
class SchoolOutcome:
    """What one school may expect under a scenario."""

    expected_attained: Estimate = strawberry.field(description="How many of its milestones it is expected to attain.")
    milestones: int = strawberry.field(description="How many milestones it has in the forecast.")
    mean_wait_months: float | None = strawberry.field(
        description="How long it waits for its first support, in months; null if it asks for none."
    )
    organization_id: strawberry.Private[str]

    @strawberry.field(description="Which school; null if it is not to be seen.")
    async def school(self, info: Info) -> Annotated["School", strawberry.lazy("schema.organizations")] | None:
        node: School | None = await node_of(info.context, Kind.ORGANIZATION, UUID(self.organization_id))
        return node

    @classmethod
    def of(cls, unit: outcomes.UnitOutcome) -> Self:
        return cls(
            expected_attained=Estimate.of(unit.expected_attained),
            milestones=unit.milestones,
            mean_wait_months=unit.mean_wait_months,
            organization_id=unit.organization_id,
        )


def _name(names: Mapping[ScenarioId, str], scenario_id: str) -> str:
    return names.get(ScenarioId(UUID(scenario_id)), "")


async def _scenario(context: Context, scenario_id: str) -> Scenario | None:
    node: Scenario | None = await node_of(context, Kind.SCENARIO, UUID(scenario_id))
    return node


@strawberry.type(description="What one scenario leads to.")
class ScenarioOutcome:
    """What one scenario leads to."""

    scenario_name: str = strawberry.field(description="What the scenario was called when it was forecast.")
    expected_attained: Estimate = strawberry.field(description="How many milestones are expected to be attained.")
    milestones: int = strawberry.field(description="How many milestones are in the forecast.")
    cost: float = strawberry.field(description="What the scenario costs over its horizon, in US dollars.")
    pools: list[PoolUse] = strawberry.field(description="How each pool fared.")
    schools: list[SchoolOutcome] = strawberry.field(description="One entry a school, best to worst.")
    known: strawberry.Private[KnownOutcome]
    outcome: strawberry.Private[outcomes.ScenarioOutcome]

    @strawberry.field(description="The scenario as it is now; null if it has been thrown away since.")
    async def scenario(self, info: Info) -> Scenario | None:
        return await _scenario(info.context, self.outcome.scenario_id)

    @strawberry.field(description="Chances of single milestones; narrow by school or goal.")
    async def chances(
        self,
        info: Info,
        school_id: Annotated[
            strawberry.ID | None, strawberry.argument(description="Only milestones of this school.")
        ] = strawberry.UNSET,
        goal_id: Annotated[
            strawberry.ID | None, strawberry.argument(description="Only milestones of this goal.")
        ] = strawberry.UNSET,
    ) -> list[MilestoneChance]:
        chosen = await self._milestones_of(info.context, given(school_id), given(goal_id))
        chances = self.outcome.chances
        return [MilestoneChance.of(held) for held in chances if chosen is None or held.milestone_id in chosen]

    async def _milestones_of(
        self, context: Context, school_id: strawberry.ID | None, goal_id: strawberry.ID | None
    ) -> set[str] | None:
        """Return the milestones of a school, of a goal or of both; None if neither is given."""
        chosen: list[set[str]] = []
        if school_id is not None:
            school = OrganizationId(argument_id(school_id, Kind.ORGANIZATION, "schoolId"))
            page = await context.batches.load(context.reader.goals_of, school, Window(MOST_GOALS_OF_A_SCHOOL))
            chosen.append({str(held.id) for goal in (page.items if page else ()) for held in goal.milestones})
        if goal_id is not None:
            goal = await context.batches.load(context.reader.goals, GoalId(argument_id(goal_id, Kind.GOAL, "goalId")))
            chosen.append({str(held.id) for held in (goal.milestones if goal else ())})
        return set.intersection(*chosen) if chosen else None

    @strawberry.field(
        description="Where the level of a goal's indicator is expected to be; null for a goal that cannot be forecast."
    )
    def trajectory(
        self, goal_id: Annotated[strawberry.ID, strawberry.argument(description="Which goal.")]
    ) -> list[BandPoint] | None:
        goal = argument_id(goal_id, Kind.GOAL, "goalId")
        band = self.known.trajectories.get((self.outcome.scenario_id, str(goal)))
        if band is None:
            return None
        return [
            BandPoint(month=held.month, p10=held.p10, p25=held.p25, p50=held.p50, p75=held.p75, p90=held.p90)
            for held in band
        ]

    @classmethod
    def of(cls, outcome: outcomes.ScenarioOutcome, known: KnownOutcome, names: Mapping[ScenarioId, str]) -> Self:
        return cls(
            scenario_name=_name(names, outcome.scenario_id),
            expected_attained=Estimate.of(outcome.expected_attained),
            milestones=outcome.milestones,
            cost=outcome.cost,
            pools=[PoolUse.of(use) for use in outcome.pools],
            schools=[SchoolOutcome.of(unit) for unit in outcome.schools],
            known=known,
            outcome=outcome,
        )


@strawberry.type(
    description="A scenario less the reference, world by world under common random numbers, in milestones attained."
)
class PairedDifference:
    """A scenario less the reference, world by world."""

    scenario_name: str = strawberry.field(description="What the scenario was called when it was forecast.")
    reference_name: str = strawberry.field(description="What the reference was called when it was forecast.")
    difference: Estimate = strawberry.field(description="How many more milestones it attains than the reference.")
    probability_better: Estimate = strawberry.field(
        description="The share of worlds in which it attains more, from 0 to 1; ties count as half."
    )
    identical: bool = strawberry.field(description="Whether the two are the same in every world.")
    paired: strawberry.Private[outcomes.PairedDifference]

    @strawberry.field(description="The scenario; null if it has been thrown away since.")
    async def scenario(self, info: Info) -> Scenario | None:
        return await _scenario(info.context, self.paired.scenario_id)

    @strawberry.field(description="What it is compared with; null if that has been thrown away since.")
    async def reference(self, info: Info) -> Scenario | None:
        return await _scenario(info.context, self.paired.reference_id)

    @classmethod
    def of(cls, paired: outcomes.PairedDifference, names: Mapping[ScenarioId, str]) -> Self:
        return cls(
            scenario_name=_name(names, paired.scenario_id),
            reference_name=_name(names, paired.reference_id),
            difference=Estimate.of(paired.difference),
            probability_better=Estimate.of(paired.probability_better),
            identical=paired.identical,
            paired=paired,
        )


@strawberry.type(description="A goal left out of the forecast, and why.")
class Unforecastable:
    """A goal left out of the forecast."""

    reason: str = strawberry.field(description="Which kind of want it is, for a program to act on.")
    message: str = strawberry.field(description="Why, in words to show a person.")
    goal_id: strawberry.Private[str]

    @strawberry.field(description="Which goal; null if it is gone or not to be seen.")
    async def goal(self, info: Info) -> Goal | None:
        node: Goal | None = await node_of(info.context, Kind.GOAL, UUID(self.goal_id))
        return node


@strawberry.type(description="All that a forecast says after some number of replications.")
class ForecastOutcome:
    """All that a forecast says so far."""

    replications: int = strawberry.field(description="How many replications it rests on.")
    scenarios: list[ScenarioOutcome] = strawberry.field(description="What each scenario leads to, the reference first.")
    differences: list[PairedDifference] = strawberry.field(
        description="Each other scenario less the first one, the reference."
    )
    unforecastable: list[Unforecastable] = strawberry.field(description="The goals that are left out, and why.")

    @classmethod
    def of(cls, known: KnownOutcome, names: Mapping[ScenarioId, str]) -> Self:
        outcome = known.outcome
        return cls(
            replications=outcome.replications,
            scenarios=[ScenarioOutcome.of(held, known, names) for held in outcome.scenarios],
            differences=[PairedDifference.of(held, names) for held in outcome.differences],
            unforecastable=[
                Unforecastable(goal_id=held.goal_id, reason=held.reason, message=held.message)
                for held in outcome.unforecastable
            ],
        )


@strawberry.type(description="One run of one or more scenarios of a state under common random numbers.")
class Forecast(Node):
    """One run of one or more scenarios."""

    version: int = strawberry.field(description="Counts the changes; starts at 1.")
    state: ForecastState = strawberry.field(description="Where it stands.")
    seed: float = strawberry.field(description="The whole number from which all its draws follow.")
    replications: int = strawberry.field(description="How many possible futures it was asked to compute.")
    done: int = strawberry.field(description="How many of them are done.")
    progress: float = strawberry.field(description="The share of them that is done, from 0 to 1.")
    message: str = strawberry.field(description="What there is to say of how it ended; empty otherwise.")
    requested_at: datetime = strawberry.field(description="When it was asked for.")
    started_at: datetime | None = strawberry.field(description="When a worker first took it up; null until then.")
    ended_at: datetime | None = strawberry.field(description="When it ended; null until then.")
    model_version: str = strawberry.field(description="Which version of the model computes it.")
    inputs_hash: str = strawberry.field(
        description="A hash of everything it is computed from: with the seed and the model's version it determines the "
        "result."
    )
    forecast: strawberry.Private[forecasts.Forecast]

    @strawberry.field(description="Its scenarios, the reference first; null for one that has been thrown away since.")
    async def scenarios(self, info: Info) -> list[Scenario | None]:
        return await asyncio.gather(*(_scenario(info.context, str(held)) for held in self.forecast.scenario_ids))

    @strawberry.field(description="The day it starts from.")
    async def starts_on(self, info: Info) -> date:
        return (await self._frame(info.context)).starts_on

    @strawberry.field(description="How many months it looks ahead.")
    async def horizon_months(self, info: Info) -> int:
        return (await self._frame(info.context)).horizon_months

    @strawberry.field(description="What it says so far; null before the first estimate.")
    async def outcome(self, info: Info) -> ForecastOutcome | None:
        known = await outcome_of(info.context, self.forecast.id)
        if known is None:
            return None
        return ForecastOutcome.of(known, (await self._frame(info.context)).scenario_names)

    async def _frame(self, context: Context) -> ForecastFrame:
        frame = await context.batches.load(context.reader.frames, self.forecast.id)
        if frame is None:
            raise NothingThere("forecast")
        return frame

    @classmethod
    def of(cls, forecast: forecasts.Forecast) -> Self:
        return cls(
            id=global_id(Kind.FORECAST, forecast.id),
            version=forecast.version,
            state=forecast.state,
            seed=float(forecast.seed),
            replications=forecast.replications,
            done=forecast.done,
            progress=forecast.done / forecast.replications,
            message=forecast.message,
            requested_at=forecast.requested_at,
            started_at=forecast.started_at,
            ended_at=forecast.ended_at,
            model_version=forecast.model_version,
            inputs_hash=forecast.inputs_hash,
            forecast=forecast,
        )


serve_nodes(Kind.FORECAST, lambda reader: reader.forecasts, lambda held, _: Forecast.of(held))
