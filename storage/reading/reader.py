"""The read port over PostgreSQL: each question off the event loop, on a connection of its own, in no transaction."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection, Engine

from domain.forecasts import Forecast
from domain.goals import Goal, MilestoneStatus
from domain.identity import (
    AccountId,
    AssignmentId,
    ForecastId,
    GoalId,
    IndicatorId,
    MilestoneId,
    ObservationId,
    OrganizationId,
    PoolId,
    ScenarioId,
    SupportId,
)
from domain.indicators import Indicator, Observation, Occasion
from domain.organizations import Designation, Profile
from domain.people import Account
from domain.reading import (
    ForecastFrame,
    KeptOutcome,
    MilestoneTally,
    OrganizationOrder,
    OrganizationRecord,
    OrganizationsWanted,
    Page,
    SeriesKey,
    Sight,
    Window,
)
from domain.scenarios import Scenario
from domain.supports import Assignment, Pool, Support
from storage.reading import goals, organizations, people, readings, scenarios, supports

Asked = ParamSpec("Asked")
Answer = TypeVar("Answer")


class SqlReader:
    """Answers ``domain.reading.Reader`` from PostgreSQL.

    ``at_once`` bounds how many questions are under way; further ones wait their turn, so that readers leave
    connections to writers. ``close`` lets go of the threads.
    """

    def __init__(self, engine: Engine, *, at_once: int = 6) -> None:
        # Single statements need no transaction, and without one they cost a round trip less at either end.
        self._engine = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._threads = ThreadPoolExecutor(max_workers=at_once, thread_name_prefix="reader")

    def close(self) -> None:
        """Let go of the threads, once what is under way has ended."""
        self._threads.shutdown()

    async def _ask(
        self, question: Callable[Concatenate[Connection, Asked], Answer], *asked: Asked.args, **named: Asked.kwargs
    ) -> Answer:
        def answer() -> Answer:
            with self._engine.connect() as connection:
                return question(connection, *asked, **named)

        return await asyncio.get_running_loop().run_in_executor(self._threads, answer)

    async def account(self, account_id: AccountId) -> Account | None:
        return await self._ask(people.read_account, account_id)

    async def states(self, sight: Sight) -> Sequence[OrganizationRecord]:
        return await self._ask(organizations.read_states, sight)

    async def organizations(
        self, sight: Sight, ids: Sequence[OrganizationId]
    ) -> Mapping[OrganizationId, OrganizationRecord]:
        return await self._ask(organizations.read_organizations, sight, ids)

    async def organizations_below(
        self,
        sight: Sight,
        roots: Sequence[OrganizationId | None],
        wanted: OrganizationsWanted,
        order: OrganizationOrder,
        window: Window,
    ) -> Mapping[OrganizationId | None, Page[OrganizationRecord]]:
        return await self._ask(organizations.read_organizations_below, sight, roots, wanted, order, window)

    async def number_below(
        self, sight: Sight, roots: Sequence[OrganizationId | None], wanted: OrganizationsWanted
    ) -> Mapping[OrganizationId | None, int]:
        return await self._ask(organizations.count_below, sight, roots, wanted)

    async def profiles(
        self, sight: Sight, ids: Sequence[OrganizationId], year: int | None
    ) -> Mapping[OrganizationId, Profile]:
        return await self._ask(organizations.read_profiles, sight, ids, year)

    async def designations(self, sight: Sight, ids: Sequence[OrganizationId]) -> Mapping[OrganizationId, Designation]:
        return await self._ask(organizations.read_designations, sight, ids)

    async def milestone_tallies(
        self, sight: Sight, ids: Sequence[OrganizationId]
    ) -> Mapping[OrganizationId, MilestoneTally]:
        return await self._ask(organizations.read_milestone_tallies, sight, ids)

    async def indicators(self, sight: Sight, ids: Sequence[IndicatorId]) -> Mapping[IndicatorId, Indicator]:
        return await self._ask(readings.read_indicators, sight, ids)

    async def indicators_of(
        self, sight: Sight, owners: Sequence[OrganizationId]
    ) -> Mapping[OrganizationId, Sequence[Indicator]]:
        return await self._ask(readings.read_indicators_of, sight, owners)

    async def observations(self, sight: Sight, ids: Sequence[ObservationId]) -> Mapping[ObservationId, Observation]:
        return await self._ask(readings.read_observations, sight, ids)

    async def series(
        self, sight: Sight, keys: Sequence[SeriesKey], occasion: Occasion | None, since: date
    ) -> Mapping[SeriesKey, Sequence[Observation]]:
        return await self._ask(readings.read_series, sight, keys, occasion, since)

    async def latest_readings(
        self, sight: Sight, ids: Sequence[OrganizationId]
    ) -> Mapping[OrganizationId, Sequence[Observation]]:
        return await self._ask(readings.read_latest, sight, ids)

    async def goals(self, sight: Sight, ids: Sequence[GoalId]) -> Mapping[GoalId, Goal]:
        return await self._ask(goals.read_goals, sight, ids)

    async def goals_of_milestones(self, sight: Sight, ids: Sequence[MilestoneId]) -> Mapping[MilestoneId, Goal]:
        return await self._ask(goals.read_goals_of_milestones, sight, ids)

    async def goals_of(
        self, sight: Sight, owners: Sequence[OrganizationId], window: Window
    ) -> Mapping[OrganizationId, Page[Goal]]:
        return await self._ask(goals.read_goals_of, sight, owners, window)

    async def number_of_goals(self, sight: Sight, owners: Sequence[OrganizationId]) -> Mapping[OrganizationId, int]:
        return await self._ask(goals.count_goals_of, sight, owners)

    async def milestone_statuses(
        self, sight: Sight, ids: Sequence[MilestoneId]
    ) -> Mapping[MilestoneId, MilestoneStatus]:
        return await self._ask(goals.read_milestone_statuses, sight, ids)

    async def supports(self, sight: Sight, ids: Sequence[SupportId]) -> Mapping[SupportId, Support]:
        return await self._ask(supports.read_supports, sight, ids)

    async def supports_of(
        self, sight: Sight, owners: Sequence[OrganizationId]
    ) -> Mapping[OrganizationId, Sequence[Support]]:
        return await self._ask(supports.read_supports_of, sight, owners)

    async def pools(self, sight: Sight, ids: Sequence[PoolId]) -> Mapping[PoolId, Pool]:
        return await self._ask(supports.read_pools, sight, ids)

    async def pools_of(self, sight: Sight, owners: Sequence[OrganizationId]) -> Mapping[OrganizationId, Sequence[Pool]]:
        return await self._ask(supports.read_pools_of, sight, owners)

    async def assignments(self, sight: Sight, ids: Sequence[AssignmentId]) -> Mapping[AssignmentId, Assignment]:
        return await self._ask(supports.read_assignments, sight, ids)

    async def assignments_of(
        self, sight: Sight, owners: Sequence[OrganizationId]
    ) -> Mapping[OrganizationId, Sequence[Assignment]]:
        return await self._ask(supports.read_assignments_of, sight, owners)

    async def scenarios(self, sight: Sight, ids: Sequence[ScenarioId]) -> Mapping[ScenarioId, Scenario]:
        return await self._ask(scenarios.read_scenarios, sight, ids)

    async def baselines(self, sight: Sight, states: Sequence[OrganizationId]) -> Mapping[OrganizationId, Scenario]:
        return await self._ask(scenarios.read_baselines, sight, states)

    async def scenarios_of(
        self, sight: Sight, states: Sequence[OrganizationId], window: Window
    ) -> Mapping[OrganizationId, Page[Scenario]]:
        return await self._ask(scenarios.read_scenarios_of, sight, states, window)

    async def number_of_scenarios(self, sight: Sight, states: Sequence[OrganizationId]) -> Mapping[OrganizationId, int]:
        return await self._ask(scenarios.count_scenarios_of, sight, states)

    async def forecasts(self, sight: Sight, ids: Sequence[ForecastId]) -> Mapping[ForecastId, Forecast]:
        return await self._ask(scenarios.read_forecasts, sight, ids)

    async def forecasts_of(
        self, sight: Sight, states: Sequence[OrganizationId], window: Window
    ) -> Mapping[OrganizationId, Page[Forecast]]:
        return await self._ask(scenarios.read_forecasts_of, sight, states, window)

    async def number_of_forecasts(self, sight: Sight, states: Sequence[OrganizationId]) -> Mapping[OrganizationId, int]:
        return await self._ask(scenarios.count_forecasts_of, sight, states)

    async def frames(self, sight: Sight, ids: Sequence[ForecastId]) -> Mapping[ForecastId, ForecastFrame]:
        return await self._ask(scenarios.read_frames, sight, ids)

    async def replications_told(self, sight: Sight, ids: Sequence[ForecastId]) -> Mapping[ForecastId, int]:
        return await self._ask(scenarios.read_replications_told, sight, ids)

    async def outcomes(self, sight: Sight, ids: Sequence[ForecastId]) -> Mapping[ForecastId, KeptOutcome]:
        return await self._ask(scenarios.read_outcomes, sight, ids)
