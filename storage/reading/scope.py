"""What somebody may see, as a predicate that every statement here carries.

An organization is seen through a grant on it or on one above it, as the tree stands on the day; whatever belongs to an
organization is seen with it. Catalogues (indicators, supports, pools) are seen from below their owner as well.
"""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    CTE,
    Column,
    ColumnElement,
    FromClause,
    Uuid,
    exists,
    false,
    func,
    literal,
    or_,
    select,
    true,
)
from sqlalchemy.sql.selectable import TableValuedAlias

from domain.reading import Sight
from storage.tables import organization_lineage, organization_parents, organization_scope

Uuids = ARRAY(Uuid)


def among(column: ColumnElement[Any], identities: Iterable[UUID]) -> ColumnElement[bool]:
    """Return that a column is one of these identities, in a text that is the same for any number of them."""
    return column == func.any(literal(list(identities), Uuids))


def each(identities: Iterable[UUID], name: str = "asked") -> TableValuedAlias:
    """Return these identities as rows with one column, ``id``."""
    return func.unnest(literal(list(identities), Uuids)).table_valued(Column("id", Uuid), name=name).render_derived()


def sees(sight: Sight, organization_id: ColumnElement[Any]) -> ColumnElement[bool]:
    """Return that the asker may see what belongs to an organization."""
    if sight.reach is None:
        return true()
    if not sight.reach:
        return false()
    above = organization_lineage(organization_id, sight.on).lateral("above")
    return exists(select(1).select_from(above).where(among(above.c.organization_id, sight.reach)))


def each_seen(identities: Iterable[UUID], sight: Sight, name: str = "seen") -> CTE:
    """Return those of these organizations that the asker may see, as rows with one column, ``id``.

    Materialized, so that whether an organization is seen is found out once and not for every row that belongs to it.
    """
    asked = each(identities, f"{name}_asked")
    return select(asked.c.id).where(sees(sight, asked.c.id)).cte(name).prefix_with("MATERIALIZED")


def sees_catalogue(sight: Sight, owner_id: ColumnElement[Any]) -> ColumnElement[bool]:
    """Return that the asker may see what an organization offers or measures: from above, within or below it.

    Below counts whoever has ever been: a closed school still has its readings, so it keeps the indicators they are of.
    """
    if sight.reach is None or not sight.reach:
        return sees(sight, owner_id)
    above = ever_above(each(sight.reach, "reached"))
    return or_(owner_id.in_(select(above.c.id)), sees(sight, owner_id))


def ever_above(start: FromClause, name: str = "ever_above") -> CTE:
    """Return who has ever been above the organizations of ``start`` (column ``id``), as rows (root_id, id).

    Each of them is above itself.
    """
    above = select(start.c.id.label("root_id"), start.c.id.label("id")).cte(name, recursive=True)
    return above.union(
        select(above.c.root_id, organization_parents.c.parent_id).join(
            above, organization_parents.c.organization_id == above.c.id
        )
    )


def below(roots: Iterable[UUID], sight: Sight) -> Any:
    """Return the identities of these organizations and all below them on the day, as a subquery."""
    asked = each(roots, "root")
    scope = organization_scope(asked.c.id, sight.on).lateral("below_root")
    return select(scope.c.organization_id).select_from(asked.join(scope, true()))
