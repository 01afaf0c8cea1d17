"""The collections of the domain, seen through one transaction.

What is given back is the same object for the same identity within one unit of work, and a query sees what that unit
of work has changed before.
"""

import gc
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import TypeVar
from uuid import UUID

from sqlalchemy import Uuid, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import ColumnElement

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
from domain.indicators import Indicator, Observation, ObservedValue, Occasion, ReadingState
from domain.organizations import Organization, OrganizationKind
from domain.people import Account
from domain.scenarios import Scenario
from domain.supports import Assignment, Pool, Support
from storage import mapping as mapping  # so that whoever has a repository has the mapping
from storage import tables

Entity = TypeVar("Entity")


def found(session: Session, entity: type[Entity], identity: UUID, *, for_update: bool = False) -> Entity:
    """Return the entity, or raise ``NotFound``; ``for_update`` reads it anew and holds it until the end."""
    if for_update:
        session.flush()
        if known := session.identity_map.get(session.identity_key(entity, identity)):
            session.expire(known)
        held = session.get(entity, identity, with_for_update=True, populate_existing=True)
    else:
        held = session.get(entity, identity)
    if held is None:
        raise NotFound(entity.__name__.lower(), identity)
    return held


def one_of(column: ColumnElement[UUID], identities: Collection[UUID]) -> ColumnElement[bool]:
    """Return that a column is one of ``identities``, passed as one array: a list of values has its limits."""
    return column == func.any(bindparam(None, list(identities), type_=ARRAY(Uuid)))


@contextmanager
def many_at_once() -> Iterator[None]:
    """Read many entities without the cyclic garbage collector.

    It would look through all that was read again and again: three quarters of the time of 58,000 readings.
    """
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


class SqlOrganizations:
    """The organizations."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, organization_id: OrganizationId) -> Organization:
        return found(self._session, Organization, organization_id)

    def add(self, organization: Organization) -> None:
        self._session.add(organization)

    def lineage(self, organization_id: OrganizationId, on: date) -> tuple[OrganizationId, ...]:
        self._session.flush()
        lineage = tables.organization_lineage(organization_id, on)
        above = self._session.scalars(select(lineage.c.organization_id).order_by(lineage.c.depth)).all()
        if not above:
            raise NotFound("organization", organization_id)
        return tuple(OrganizationId(identity) for identity in above)

    def below(self, root: OrganizationId, on: date) -> Sequence[Organization]:
        scope = tables.organization_scope(root, on)
        table = tables.organizations.c
        query = select(Organization).join(scope, scope.c.organization_id == table.id).order_by(table.name, table.id)
        with many_at_once():
            held = self._session.scalars(query).all()
        if not held:
            raise NotFound("organization", root)
        return held

    def states(self) -> Sequence[Organization]:
        table = tables.organizations.c
        return self._session.scalars(
            select(Organization).where(table.kind == OrganizationKind.STATE).order_by(table.name, table.id)
        ).all()

    def by_identifier(self, scheme: str, value: str) -> Organization | None:
        known = tables.organization_identifiers.c
        return self._session.scalars(
            select(Organization)
            .join(tables.organization_identifiers, known.organization_id == tables.organizations.c.id)
            .where(known.scheme == scheme, known.value == value)
        ).one_or_none()


class SqlIndicators:
    """The indicators."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, indicator_id: IndicatorId) -> Indicator:
        return found(self._session, Indicator, indicator_id)

    def add(self, indicator: Indicator) -> None:
        self._session.add(indicator)

    def of_owner(self, owner_id: OrganizationId) -> Sequence[Indicator]:
        table = tables.indicators.c
        return self._session.scalars(
            select(Indicator).where(table.owner_id == owner_id).order_by(table.name, table.id)
        ).all()


class SqlObservations:
    """The readings. For many at once there is ``storage.bulk.copy_rows``."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, observation: Observation) -> None:
        self._session.add(observation)

    def find(
        self,
        organization_id: OrganizationId,
        indicator_id: IndicatorId,
        student_group: str,
        occasion: Occasion,
        observed_on: date,
    ) -> Observation | None:
        table = tables.observations.c
        return self._session.scalars(
            select(Observation).where(
                table.organization_id == organization_id,
                table.indicator_id == indicator_id,
                table.student_group == student_group,
                table.occasion == occasion,
                table.observed_on == observed_on,
            )
        ).one_or_none()

    def of_organizations(
        self, organization_ids: Collection[OrganizationId], *, until: date | None = None
    ) -> Sequence[Observation]:
        table = tables.observations.c
        query = select(Observation).where(one_of(table.organization_id, organization_ids))
        if until is not None:
            query = query.where(table.observed_on <= until)
        with many_at_once():
            return self._session.scalars(query.order_by(table.observed_on, table.id)).all()

    def values(
        self, organization_ids: Collection[OrganizationId], student_groups: Collection[str], *, until: date
    ) -> Sequence[ObservedValue]:
        table = tables.observations.c
        rows = self._session.execute(
            select(
                table.organization_id,
                table.indicator_id,
                table.student_group,
                table.occasion,
                table.observed_on,
                table.value,
                table.tested,
            )
            .where(
                one_of(table.organization_id, organization_ids),
                table.student_group.in_(student_groups),
                table.state == ReadingState.OBSERVED,
                table.observed_on <= until,
            )
            .order_by(table.observed_on, table.id)
        )
        return [ObservedValue._make(row) for row in rows]


class SqlGoals:
    """The goals, each with its milestones."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, goal_id: GoalId) -> Goal:
        return found(self._session, Goal, goal_id)

    def of_milestone(self, milestone_id: MilestoneId) -> Goal:
        milestones = tables.milestones.c
        held = self._session.scalars(
            select(Goal)
            .join(tables.milestones, milestones.goal_id == tables.goals.c.id)
            .where(milestones.id == milestone_id)
        ).one_or_none()
        if held is None:
            raise NotFound("milestone", milestone_id)
        return held

    def add(self, goal: Goal) -> None:
        self._session.add(goal)

    def of_organizations(self, organization_ids: Collection[OrganizationId]) -> Sequence[Goal]:
        table = tables.goals.c
        return self._session.scalars(
            select(Goal).where(one_of(table.organization_id, organization_ids)).order_by(table.title, table.id)
        ).all()


class SqlSupports:
    """The catalogues of supports."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, support_id: SupportId) -> Support:
        return found(self._session, Support, support_id)

    def add(self, support: Support) -> None:
        self._session.add(support)

    def of_owner(self, owner_id: OrganizationId) -> Sequence[Support]:
        table = tables.supports.c
        return self._session.scalars(
            select(Support).where(table.owner_id == owner_id).order_by(table.name, table.id)
        ).all()


class SqlPools:
    """The pools."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, pool_id: PoolId, *, for_update: bool = False) -> Pool:
        return found(self._session, Pool, pool_id, for_update=for_update)

    def add(self, pool: Pool) -> None:
        self._session.add(pool)

    def of_owner(self, owner_id: OrganizationId) -> Sequence[Pool]:
        table = tables.pools.c
        return self._session.scalars(
            select(Pool).where(table.owner_id == owner_id).order_by(table.name, table.id)
        ).all()


class SqlAssignments:
    """What has been promised, by the day it starts."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, assignment: Assignment) -> None:
        self._session.add(assignment)

    def get(self, assignment_id: UUID) -> Assignment:
        return found(self._session, Assignment, assignment_id)

    def of_pool(self, pool_id: PoolId) -> Sequence[Assignment]:
        table = tables.assignments.c
        return self._session.scalars(
            select(Assignment).where(table.pool_id == pool_id).order_by(table.starts, table.id)
        ).all()

    def of_organizations(self, organization_ids: Collection[OrganizationId]) -> Sequence[Assignment]:
        table = tables.assignments.c
        return self._session.scalars(
            select(Assignment).where(one_of(table.organization_id, organization_ids)).order_by(table.starts, table.id)
        ).all()


class SqlScenarios:
    """The scenarios."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, scenario_id: ScenarioId) -> Scenario:
        return found(self._session, Scenario, scenario_id)

    def add(self, scenario: Scenario) -> None:
        self._session.add(scenario)

    def remove(self, scenario: Scenario) -> None:
        if scenario in self._session.new:
            self._session.expunge(scenario)
        else:
            self._session.delete(scenario)

    def of_state(self, state_id: OrganizationId) -> Sequence[Scenario]:
        table = tables.scenarios.c
        # Identities are made in the order of time.
        return self._session.scalars(
            select(Scenario).where(table.state_id == state_id).order_by(table.is_baseline.desc(), table.id)
        ).all()


class SqlForecasts:
    """The forecasts."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, forecast_id: ForecastId, *, for_update: bool = False) -> Forecast:
        return found(self._session, Forecast, forecast_id, for_update=for_update)

    def add(self, forecast: Forecast) -> None:
        self._session.add(forecast)

    def of_state(self, state_id: OrganizationId) -> Sequence[Forecast]:
        table = tables.forecasts.c
        return self._session.scalars(
            select(Forecast).where(table.state_id == state_id).order_by(table.requested_at.desc(), table.id.desc())
        ).all()

    def open(self) -> Sequence[Forecast]:
        table = tables.forecasts.c
        return self._session.scalars(
            select(Forecast).where(tables.forecast_is_open()).order_by(table.requested_at, table.id)
        ).all()


class SqlAccounts:
    """The accounts."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, account_id: AccountId) -> Account:
        return found(self._session, Account, account_id)

    def add(self, account: Account) -> None:
        self._session.add(account)

    def by_email(self, email: str) -> Account | None:
        address = func.lower(tables.accounts.c.email)
        return self._session.scalars(select(Account).where(address == email.lower())).one_or_none()
