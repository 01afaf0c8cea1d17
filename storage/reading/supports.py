"""What can be given, what it is drawn from, and what was promised and delivered."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, Select, select

from domain.calendar import Validity
from domain.identity import AssignmentId, OrganizationId, PoolId, SupportId
from domain.reading import Sight
from domain.supports import Assignment, Delivery, EffectCard, Pool, Support
from storage.reading.scope import among, sees, sees_catalogue
from storage.tables import assignments, deliveries, pool_capacities, pools, supports


def _support(row: Row[Any]) -> Support:
    return Support(
        id=row.id,
        owner_id=row.owner_id,
        key=row.key,
        name=row.name,
        kind=row.kind,
        provider=row.provider,
        unit=row.unit,
        unit_cost=row.unit_cost,
        evidence_tier=row.evidence_tier,
        effect=EffectCard(
            mean=row.effect_mean,
            sd=row.effect_sd,
            citation=row.effect_citation,
            status=row.effect_status,
            published_effect=row.effect_published,
            override_mean=row.effect_override_mean,
            override_reason=row.effect_override_reason,
        ),
        draws_on=row.draws_on,
        description=row.description,
        version=row.version,
    )


def read_supports(connection: Connection, sight: Sight, ids: Sequence[SupportId]) -> dict[SupportId, Support]:
    """Return the supports with these identities."""
    asked = select(supports).where(among(supports.c.id, ids), sees_catalogue(sight, supports.c.owner_id))
    return {row.id: _support(row) for row in connection.execute(asked)}


def read_supports_of(
    connection: Connection, sight: Sight, owners: Sequence[OrganizationId]
) -> dict[OrganizationId, list[Support]]:
    """Return each owner's catalogue, by name."""
    asked = (
        select(supports)
        .where(among(supports.c.owner_id, owners), sees_catalogue(sight, supports.c.owner_id))
        .order_by(supports.c.name, supports.c.id)
    )
    found: dict[OrganizationId, list[Support]] = {}
    for row in connection.execute(asked):
        found.setdefault(row.owner_id, []).append(_support(row))
    return found


def _pools(connection: Connection, asked: Select[Any]) -> list[Pool]:
    rows = connection.execute(asked).all()
    capacity: dict[UUID, dict[int, float]] = {}
    if rows:
        held = select(pool_capacities).where(among(pool_capacities.c.pool_id, [row.id for row in rows]))
        for entry in connection.execute(held):
            capacity.setdefault(entry.pool_id, {})[entry.fiscal_year] = entry.units
    return [
        Pool(
            id=row.id,
            owner_id=row.owner_id,
            kind=row.kind,
            name=row.name,
            unit=row.unit,
            unit_cost=row.unit_cost,
            capacity=capacity.get(row.id, {}),
            version=row.version,
        )
        for row in rows
    ]


def read_pools(connection: Connection, sight: Sight, ids: Sequence[PoolId]) -> dict[PoolId, Pool]:
    """Return the pools with these identities."""
    asked = select(pools).where(among(pools.c.id, ids), sees_catalogue(sight, pools.c.owner_id))
    return {pool.id: pool for pool in _pools(connection, asked)}


def read_pools_of(
    connection: Connection, sight: Sight, owners: Sequence[OrganizationId]
) -> dict[OrganizationId, list[Pool]]:
    """Return what each owner has that is scarce, by name."""
    asked = (
        select(pools)
        .where(among(pools.c.owner_id, owners), sees_catalogue(sight, pools.c.owner_id))
        .order_by(pools.c.name, pools.c.id)
    )
    found: dict[OrganizationId, list[Pool]] = {}
    for pool in _pools(connection, asked):
        found.setdefault(pool.owner_id, []).append(pool)
    return found


def _deliveries(connection: Connection, assignment_ids: Iterable[UUID]) -> Mapping[UUID, list[Delivery]]:
    asked = (
        select(deliveries)
        .where(among(deliveries.c.assignment_id, assignment_ids))
        .order_by(deliveries.c.delivered_on, deliveries.c.id)
    )
    found: dict[UUID, list[Delivery]] = {}
    for row in connection.execute(asked):
        found.setdefault(row.assignment_id, []).append(Delivery(row.delivered_on, row.units, row.note))
    return found


def _assignments(connection: Connection, asked: Select[Any]) -> list[Assignment]:
    rows = connection.execute(asked).all()
    arrived = _deliveries(connection, [row.id for row in rows]) if rows else {}
    return [
        Assignment(
            id=row.id,
            support_id=row.support_id,
            pool_id=row.pool_id,
            organization_id=row.organization_id,
            validity=Validity(row.starts, row.ends),
            promised_units=row.promised_units,
            slots=row.slots,
            goal_id=row.goal_id,
            deliveries=arrived.get(row.id, []),
            version=row.version,
        )
        for row in rows
    ]


def read_assignments(
    connection: Connection, sight: Sight, ids: Sequence[AssignmentId]
) -> dict[AssignmentId, Assignment]:
    """Return the assignments with these identities."""
    asked = select(assignments).where(among(assignments.c.id, ids), sees(sight, assignments.c.organization_id))
    return {held.id: held for held in _assignments(connection, asked)}


def read_assignments_of(
    connection: Connection, sight: Sight, owners: Sequence[OrganizationId]
) -> dict[OrganizationId, list[Assignment]]:
    """Return what has been promised to each organization, the latest start first."""
    asked = (
        select(assignments)
        .where(among(assignments.c.organization_id, owners), sees(sight, assignments.c.organization_id))
        .order_by(assignments.c.starts.desc(), assignments.c.id)
    )
    found: dict[OrganizationId, list[Assignment]] = {}
    for held in _assignments(connection, asked):
        found.setdefault(held.organization_id, []).append(held)
    return found
