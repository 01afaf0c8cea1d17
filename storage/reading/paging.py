"""Parts of long lists, found by place and never by counting rows from the beginning."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Connection,
    Date,
    Integer,
    Row,
    Select,
    Text,
    Uuid,
    literal,
    select,
    true,
    tuple_,
)

from domain.reading import Page, Place, Sight, Window
from storage.reading.scope import each_seen
from storage.tables.conventions import Instant

Item = TypeVar("Item")

_READ: dict[type, Callable[[Any], Any]] = {
    Text: str,
    Uuid: UUID,
    Date: date.fromisoformat,
    Integer: int,
    type(Instant): datetime.fromisoformat,
}


@dataclass(frozen=True, slots=True)
class Ordering:
    """The columns a list is ordered by, all in one direction, the identity last."""

    columns: Sequence[ColumnElement[Any]]
    descending: bool = False

    def sorting(self, *, backward: bool) -> list[ColumnElement[Any]]:
        """Return the ORDER BY of the list, or of the list read from its end."""
        if self.descending is backward:
            return [column.asc() for column in self.columns]
        return [column.desc() for column in self.columns]

    def between(self, window: Window) -> list[ColumnElement[bool]]:
        """Return the conditions that an item lies within the places of a window."""
        conditions = []
        if window.after is not None:
            conditions.append(self._beyond(window.after, ascending=not self.descending))
        if window.before is not None:
            conditions.append(self._beyond(window.before, ascending=self.descending))
        return conditions

    def _beyond(self, place: Place, *, ascending: bool) -> ColumnElement[bool]:
        here = tuple_(*self.columns)
        there = tuple_(
            *(
                literal(_READ[type(column.type)](step), column.type)
                for column, step in zip(self.columns, place, strict=True)
            )
        )
        return here > there if ascending else here < there


def one_page(
    connection: Connection, listed: Select[Any], ordering: Ordering, window: Window, made: Callable[[Row[Any]], Item]
) -> Page[Item]:
    """Return the page of a single list."""
    statement = (
        listed.where(*ordering.between(window))
        .order_by(*ordering.sorting(backward=window.backward))
        .limit(window.size + 1)
    )
    return page_of([made(row) for row in connection.execute(statement)], window)


def pages_by_owner(
    connection: Connection,
    sight: Sight,
    owners: Collection[UUID],
    listed: Select[Any],
    owner: ColumnElement[Any],
    ordering: Ordering,
    window: Window,
    made: Callable[[Row[Any]], Item],
) -> dict[UUID, Page[Item]]:
    """Return the page of each owner's list, in one statement; an owner that may not be seen has an empty one."""
    asked = each_seen(owners, sight, "owners")
    part = (
        listed.where(owner == asked.c.id, *ordering.between(window))
        .order_by(*ordering.sorting(backward=window.backward))
        .limit(window.size + 1)
        .add_columns(*(column.label(f"key_{place}") for place, column in enumerate(ordering.columns)))
        .lateral("page")
    )
    keys = [part.c[f"key_{place}"] for place in range(len(ordering.columns))]
    statement = (
        select(asked.c.id.label("list_owner"), part)
        .select_from(asked.join(part, true()))
        .order_by(asked.c.id, *Ordering(keys, ordering.descending).sorting(backward=window.backward))
    )
    found: dict[UUID, list[Item]] = {}
    for row in connection.execute(statement):
        found.setdefault(row.list_owner, []).append(made(row))
    return {held: page_of(found.get(held, []), window) for held in owners}


def page_of(items: list[Item], window: Window) -> Page[Item]:
    """Return the page made of what was read: up to one item more than asked, from the end it was read from."""
    more = len(items) > window.size
    held = items[: window.size]
    if window.backward:
        return Page(tuple(reversed(held)), more_before=more, more_after=window.before is not None)
    return Page(tuple(held), more_before=window.after is not None, more_after=more)
