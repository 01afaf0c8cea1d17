"""Organizations, what held of them on a day, and how their milestones stand."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, Uuid, and_, func, literal, or_, select, true
from sqlalchemy.dialects.postgresql import distinct_on

from domain.calendar import Validity
from domain.goals import MilestoneStatus
from domain.identity import OrganizationId
from domain.organizations import Designation, DesignationKind, OrganizationKind, Profile
from domain.reading import (
    MilestoneTally,
    OrganizationOrder,
    OrganizationRecord,
    OrganizationsWanted,
    Page,
    Sight,
    Window,
)
from storage.reading.paging import Ordering, one_page, page_of
from storage.reading.scope import among, below, each_seen, sees
from storage.tables import (
    milestone_standing,
    organization_designations,
    organization_identifiers,
    organization_parents,
    organization_profiles,
    organization_scope,
    organizations,
)

COUNTED_AS = {
    MilestoneStatus.ATTAINED: "attained",
    MilestoneStatus.ON_TRACK: "on_track",
    MilestoneStatus.AT_RISK: "at_risk",
    MilestoneStatus.OVERDUE: "overdue",
    MilestoneStatus.CANNOT_SAY: "cannot_say",
}


def _standing(table: Any, sight: Sight) -> ColumnElement[bool]:
    return and_(table.c.starts <= sight.on, or_(table.c.ends.is_(None), table.c.ends > sight.on))


def _records(sight: Sight) -> Select[Any]:
    identifiers = (
        select(func.jsonb_object_agg(organization_identifiers.c.scheme, organization_identifiers.c.value))
        .where(organization_identifiers.c.organization_id == organizations.c.id)
        .scalar_subquery()
    )
    parent = (
        select(organization_parents.c.parent_id)
        .where(organization_parents.c.organization_id == organizations.c.id, _standing(organization_parents, sight))
        .limit(1)
        .scalar_subquery()
    )
    return select(organizations, identifiers.label("identifiers"), parent.label("parent_id"))


def _record(row: Row[Any]) -> OrganizationRecord:
    return OrganizationRecord(
        id=row.id,
        kind=row.kind,
        name=row.name,
        city=row.city,
        level=row.level,
        identifiers=row.identifiers or {},
        opened=row.opened,
        closed=row.closed,
        generated=row.generated,
        parent_id=row.parent_id,
        version=row.version,
    )


def read_organizations(
    connection: Connection, sight: Sight, ids: Sequence[OrganizationId]
) -> dict[OrganizationId, OrganizationRecord]:
    """Return the organizations with these identities."""
    asked = _records(sight).where(among(organizations.c.id, ids), sees(sight, organizations.c.id))
    return {row.id: _record(row) for row in connection.execute(asked)}


def read_states(connection: Connection, sight: Sight) -> Sequence[OrganizationRecord]:
    """Return the states, by name."""
    asked = (
        _records(sight)
        .where(organizations.c.kind == OrganizationKind.STATE, sees(sight, organizations.c.id))
        .order_by(organizations.c.name, organizations.c.id)
    )
    return [_record(row) for row in connection.execute(asked)]


def _narrowed(sight: Sight, wanted: OrganizationsWanted) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.kinds is not None:
        conditions.append(organizations.c.kind.in_(sorted(wanted.kinds)))
    if wanted.levels is not None:
        conditions.append(organizations.c.level.in_(sorted(wanted.levels)))
    if wanted.name is not None:
        conditions.append(organizations.c.name == wanted.name)
    if wanted.contains is not None:
        conditions.append(organizations.c.name.icontains(wanted.contains, autoescape=True))
    designated = (
        select(1)
        .select_from(organization_designations)
        .where(
            organization_designations.c.organization_id == organizations.c.id,
            _standing(organization_designations, sight),
        )
    )
    if wanted.identified is not None:
        conditions.append(designated.exists() if wanted.identified else ~designated.exists())
    if wanted.designations is not None:
        kinds = organization_designations.c.kind.in_(sorted(wanted.designations))
        conditions.append(designated.where(kinds).exists())
    return conditions


def _within(sight: Sight, root: OrganizationId | None, wanted: OrganizationsWanted) -> list[ColumnElement[bool]]:
    """Return the conditions that an organization is one of those a list is about, and may be seen.

    Whoever sees an organization sees all below it, so a list below a root asks only whether the root is seen.
    """
    conditions = _narrowed(sight, wanted)
    for above in (root, wanted.under):
        if above is not None:
            conditions += [organizations.c.id.in_(below([above], sight)), sees(sight, literal(above, Uuid))]
    if root is not None:
        conditions.append(organizations.c.id != root)
    elif wanted.under is None and sight.reach is not None:
        conditions.append(organizations.c.id.in_(below(sight.reach, sight)))
    return conditions


def read_organizations_below(
    connection: Connection,
    sight: Sight,
    roots: Sequence[OrganizationId | None],
    wanted: OrganizationsWanted,
    order: OrganizationOrder,
    window: Window,
) -> dict[OrganizationId | None, Page[OrganizationRecord]]:
    """Return a page of the organizations below each root."""
    ordering = Ordering((organizations.c.name, organizations.c.id), descending=order is OrganizationOrder.NAME_DESC)
    pages: dict[OrganizationId | None, Page[OrganizationRecord]] = {}
    many = [root for root in roots if root is not None]
    if None in roots:
        listed = _records(sight).where(*_within(sight, None, wanted))
        pages[None] = one_page(connection, listed, ordering, window, _record)
    if many:
        pages |= _pages_below(connection, sight, many, wanted, ordering, window)
    return pages


def _below_each(
    sight: Sight, roots: Sequence[OrganizationId], wanted: OrganizationsWanted
) -> tuple[Any, Any, list[ColumnElement[bool]]]:
    asked = each_seen(roots, sight, "roots")
    scope = organization_scope(asked.c.id, sight.on).lateral("below_root")
    conditions = [
        organizations.c.id == scope.c.organization_id,
        scope.c.depth > 0,
        *_narrowed(sight, wanted),
    ]
    if wanted.under is not None:
        conditions += _within(sight, None, OrganizationsWanted(under=wanted.under))
    return asked, scope, conditions


def _pages_below(
    connection: Connection,
    sight: Sight,
    roots: Sequence[OrganizationId],
    wanted: OrganizationsWanted,
    ordering: Ordering,
    window: Window,
) -> dict[OrganizationId | None, Page[OrganizationRecord]]:
    asked, scope, conditions = _below_each(sight, roots, wanted)
    part = (
        _records(sight)
        .join(scope, true())
        .where(*conditions, *ordering.between(window))
        .order_by(*ordering.sorting(backward=window.backward))
        .limit(window.size + 1)
        .lateral("page")
    )
    keys = Ordering((part.c.name, part.c.id), ordering.descending)
    statement = (
        select(asked.c.id.label("root_id"), part)
        .select_from(asked.join(part, true()))
        .order_by(asked.c.id, *keys.sorting(backward=window.backward))
    )
    found: dict[OrganizationId | None, list[OrganizationRecord]] = {}
    for row in connection.execute(statement):
        found.setdefault(row.root_id, []).append(_record(row))
    return {root: page_of(found.get(root, []), window) for root in roots}


def count_below(
    connection: Connection, sight: Sight, roots: Sequence[OrganizationId | None], wanted: OrganizationsWanted
) -> dict[OrganizationId | None, int]:
    """Return how many organizations a list below each root has."""
    numbers: dict[OrganizationId | None, int] = dict.fromkeys(roots, 0)
    many = [root for root in roots if root is not None]
    if None in roots:
        total = select(func.count()).select_from(organizations).where(*_within(sight, None, wanted))
        numbers[None] = connection.scalar(total) or 0
    if many:
        asked, scope, conditions = _below_each(sight, many, wanted)
        counted = (
            select(asked.c.id, func.count())
            .select_from(asked.join(scope, true()).join(organizations, conditions[0]))
            .where(*conditions[1:])
            .group_by(asked.c.id)
        )
        numbers |= {row[0]: row[1] for row in connection.execute(counted)}
    return numbers


def read_profiles(
    connection: Connection, sight: Sight, ids: Sequence[OrganizationId], year: int | None
) -> dict[OrganizationId, Profile]:
    """Return the profiles of a school year, or each organization's latest."""
    table = organization_profiles
    asked = (
        select(table)
        .ext(distinct_on(table.c.organization_id))
        .where(among(table.c.organization_id, ids), sees(sight, table.c.organization_id))
        .order_by(table.c.organization_id, table.c.year.desc())
    )
    if year is not None:
        asked = asked.where(table.c.year == year)
    return {
        row.organization_id: Profile(
            row.year, row.enrolment, row.lowest_grade, row.highest_grade, row.share_disadvantaged
        )
        for row in connection.execute(asked)
    }


def read_designations(
    connection: Connection, sight: Sight, ids: Sequence[OrganizationId]
) -> dict[OrganizationId, Designation]:
    """Return the designation that stands on the day, the most intensive one."""
    table = organization_designations
    asked = select(table).where(
        among(table.c.organization_id, ids), _standing(table, sight), sees(sight, table.c.organization_id)
    )
    intensity = list(DesignationKind)
    rows = sorted(connection.execute(asked), key=lambda row: intensity.index(row.kind), reverse=True)
    return {row.organization_id: Designation(row.kind, Validity(row.starts, row.ends), row.reason) for row in rows}


def read_milestone_tallies(
    connection: Connection, sight: Sight, ids: Sequence[OrganizationId]
) -> Mapping[OrganizationId, MilestoneTally]:
    """Return how the milestones of each organization and all below it stand on the day."""
    asked = each_seen(ids, sight)
    scope = organization_scope(asked.c.id, sight.on).lateral("below_asked")
    standing = milestone_standing(sight.on)
    counted = (
        select(asked.c.id, standing.c.status, func.count())
        .select_from(asked.join(scope, true()).join(standing, standing.c.organization_id == scope.c.organization_id))
        .group_by(asked.c.id, standing.c.status)
    )
    numbers: dict[OrganizationId, dict[str, int]] = {}
    for identity, status, number in connection.execute(counted):
        numbers.setdefault(identity, {})[COUNTED_AS[MilestoneStatus(status)]] = number
    return {identity: MilestoneTally(**held) for identity, held in numbers.items()}
