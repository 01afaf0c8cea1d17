"""The collections of the domain, answered from memory."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from uuid import UUID

from domain.errors import NotFound
from domain.forecasts import Forecast
from domain.goals import Goal
from domain.identity import (
    AccountId,
    ForecastId,
    GoalId,
    IndicatorId,
    MilestoneId,
    OrganizationId,
    PoolId,
    ScenarioId,
    SupportId,
)
from domain.indicators import Indicator, Observation, ObservedValue, Occasion
from domain.organizations import Organization, OrganizationKind
from domain.people import Account
from domain.scenarios import Scenario
from domain.supports import Assignment, Pool, Support
from storage.in_memory.transaction import Transaction, ordered


class InMemoryOrganizations:
    """The organizations."""

    def __init__(self, transaction: Transaction) -> None:
        self._held = transaction.entities(Organization)

    def get(self, organization_id: OrganizationId) -> Organization:
        return self._held.get(organization_id)

    def add(self, organization: Organization) -> None:
        self._held.add(organization)

    def lineage(self, organization_id: OrganizationId, on: date) -> tuple[OrganizationId, ...]:
        lineage = [self.get(organization_id).id]
        while (parent := self.get(lineage[-1]).parent_on(on)) is not None:
            lineage.append(parent)
        return tuple(lineage)

    def below(self, root: OrganizationId, on: date) -> Sequence[Organization]:
        self.get(root)
        return ordered((held for held in self._held.all() if root in self.lineage(held.id, on)), "name")

    def states(self) -> Sequence[Organization]:
        return ordered((held for held in self._held.all() if held.kind is OrganizationKind.STATE), "name")

    def by_identifier(self, scheme: str, value: str) -> Organization | None:
        return next((held for held in self._held.all() if held.identifiers.get(scheme) == value), None)


class InMemoryIndicators:
    """The indicators."""

    def __init__(self, transaction: Transaction) -> None:
        self._held = transaction.entities(Indicator)

    def get(self, indicator_id: IndicatorId) -> Indicator:
        return self._held.get(indicator_id)

    def add(self, indicator: Indicator) -> None:
        self._held.add(indicator)

    def of_owner(self, owner_id: OrganizationId) -> Sequence[Indicator]:
        return ordered((held for held in self._held.all() if held.owner_id == owner_id), "name")


class InMemoryObservations:
    """The readings."""

    def __init__(self, transaction: Transaction) -> None:
        self._held = transaction.entities(Observation)

    def add(self, observation: Observation) -> None:
        self._held.add(observation)

    def find(
        self,
        organization_id: OrganizationId,
        indicator_id: IndicatorId,
        student_group: str,
        occasion: Occasion,
        observed_on: date,
    ) -> Observation | None:
        wanted = (organization_id, indicator_id, student_group, occasion, observed_on)
        for held in self._held.all():
            key = (held.organization_id, held.indicator_id, held.student_group, held.occasion, held.observed_on)
            if key == wanted:
                return held
        return None

    def of_organizations(
        self, organization_ids: Collection[OrganizationId], *, until: date | None = None
    ) -> Sequence[Observation]:
        wanted = set(organization_ids)
        readings = (
            held
            for held in self._held.all()
            if held.organization_id in wanted and (until is None or held.observed_on <= until)
        )
        return ordered(readings, "observed_on")

    def values(
        self, organization_ids: Collection[OrganizationId], student_groups: Collection[str], *, until: date
    ) -> Sequence[ObservedValue]:
        return [
            ObservedValue(
                held.organization_id,
                held.indicator_id,
                held.student_group,
                held.occasion,
                held.observed_on,
                held.reading.value,
                held.reading.tested,
            )
            for held in self.of_organizations(organization_ids, until=until)
            if held.reading.value is not None and held.student_group in student_groups
        ]


class InMemoryGoals:
    """The goals, each with its milestones."""

    def __init__(self, transaction: Transaction) -> None:
        self._held = transaction.entities(Goal)

    def get(self, goal_id: GoalId) -> Goal:
        return self._held.get(goal_id)

    def of_milestone(self, milestone_id: MilestoneId) -> Goal:
        for goal in self._held.all():
            if any(milestone.id == milestone_id for milestone in goal.milestones):
                return goal
        raise NotFound("milestone", milestone_id)

    def add(self, goal: Goal) -> None:
        self._held.add(goal)

    def of_organizations(self, organization_ids: Collection[OrganizationId]) -> Sequence[Goal]:
        wanted = set(organization_ids)
        return ordered((held for held in self._held.all() if held.organization_id in wanted), "title")


class InMemorySupports:
    """The catalogues of supports."""

    def __init__(self, transaction: Transaction) -> None:
        self._held = transaction.entities(Support)

    def get(self, support_id: SupportId) -> Support:
        return self._held.get(support_id)

    def add(self, support: Support) -> None:
        self._held.add(support)

    def of_owner(self, owner_id: OrganizationId) -> Sequence[Support]:
        return ordered((held for held in self._held.all() if held.owner_id == owner_id), "name")


class InMemoryPools:
    """The pools."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self._held = transaction.entities(Pool)

    def get(self, pool_id: PoolId, *, for_update: bool = False) -> Pool:
        if for_update:
            self._transaction.lock(("Pool", pool_id))
            self._held.refresh(pool_id)
        return self._held.get(pool_id)

    def add(self, pool: Pool) -> None:
        self._held.add(pool)

    def of_owner(self, owner_id: OrganizationId) -> Sequence[Pool]:
        return ordered((held for held in self._held.all() if held.owner_id == owner_id), "name")


class InMemoryAssignments:
    """What has been promised, by the day it starts."""

    def __init__(self, transaction: Transaction) -> None:
        self._held = transaction.entities(Assignment)

    def add(self, assignment: Assignment) -> None:
        self._held.add(assignment)

    def get(self, assignment_id: UUID) -> Assignment:
        return self._held.get(assignment_id)

    def of_pool(self, pool_id: PoolId) -> Sequence[Assignment]:
        return _by_start(held for held in self._held.all() if held.pool_id == pool_id)

    def of_organizations(self, organization_ids: Collection[OrganizationId]) -> Sequence[Assignment]:
        wanted = set(organization_ids)
        return _by_start(held for held in self._held.all() if held.organization_id in wanted)


def _by_start(assignments: Iterable[Assignment]) -> list[Assignment]:
    return sorted(assignments, key=lambda held: (held.validity.start, held.id))


class InMemoryScenarios:
    """The scenarios."""

    def __init__(self, transaction: Transaction) -> None:
        self._held = transaction.entities(Scenario)

    def get(self, scenario_id: ScenarioId) -> Scenario:
        return self._held.get(scenario_id)

    def add(self, scenario: Scenario) -> None:
        self._held.add(scenario)

    def remove(self, scenario: Scenario) -> None:
        self._held.remove(scenario)

    def of_state(self, state_id: OrganizationId) -> Sequence[Scenario]:
        scenarios = (held for held in self._held.all() if held.state_id == state_id)
        return sorted(scenarios, key=lambda held: (not held.is_baseline, held.id))


class InMemoryForecasts:
    """The forecasts."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self._held = transaction.entities(Forecast)

    def get(self, forecast_id: ForecastId, *, for_update: bool = False) -> Forecast:
        if for_update:
            self._transaction.lock(("Forecast", forecast_id))
            self._held.refresh(forecast_id)
        return self._held.get(forecast_id)

    def add(self, forecast: Forecast) -> None:
        self._held.add(forecast)

    def of_state(self, state_id: OrganizationId) -> Sequence[Forecast]:
        return ordered((held for held in self._held.all() if held.state_id == state_id), "requested_at")[::-1]

    def open(self) -> Sequence[Forecast]:
        return ordered((held for held in self._held.all() if held.state.open), "requested_at")


class InMemoryAccounts:
    """The accounts."""

    def __init__(self, transaction: Transaction) -> None:
        self._held = transaction.entities(Account)

    def get(self, account_id: AccountId) -> Account:
        return self._held.get(account_id)

    def add(self, account: Account) -> None:
        self._held.add(account)

    def by_email(self, email: str) -> Account | None:
        return next((held for held in self._held.all() if held.email.lower() == email.lower()), None)
