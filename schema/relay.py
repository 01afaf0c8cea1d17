"""Identity and lists as the Relay specifications want them: opaque ids, nodes, connections with keyset cursors.

An id is 24 characters of base64url over a version, a kind and a UUID; a cursor is base64url over a version, the list
it belongs to and the place in its order. Neither is secret and neither is trusted: what cannot be read names nothing.
"""

import base64
import binascii
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, datetime
from enum import IntEnum
from typing import Annotated, Any, Generic, TypeVar, cast
from uuid import UUID

import strawberry

from domain.errors import NotFound
from domain.reading import Page, Place, Reader, Window
from schema.context import BatchRead, Context
from schema.errors import BadUserInput, NothingThere
from schema.scalars import given, wrong_with

ID_VERSION = 1
CURSOR_VERSION = 1
LONGEST_CURSOR = 4_000
DEFAULT_PAGE = 50
LARGEST_PAGE = 500
MOST_NODES = 100


class Kind(IntEnum):
    """What an id names. The numbers are part of every id ever given out and never change."""

    ORGANIZATION = 1
    INDICATOR = 2
    OBSERVATION = 3
    GOAL = 4
    MILESTONE = 5
    SUPPORT = 6
    POOL = 7
    ASSIGNMENT = 8
    SCENARIO = 9
    FORECAST = 10


def global_id(kind: Kind, identity: UUID) -> strawberry.ID:
    """Return the id under which clients know an object."""
    return strawberry.ID(base64.urlsafe_b64encode(bytes((ID_VERSION, kind)) + identity.bytes).decode("ascii"))


def read_id(text: str) -> tuple[Kind, UUID] | None:
    """Return what an id names, or None if it is not one of ours."""
    try:
        raw = base64.b64decode(text.encode("ascii"), altchars=b"-_", validate=True)
        if len(raw) != 18 or raw[0] != ID_VERSION:
            return None
        kind, identity = Kind(raw[1]), UUID(bytes=raw[2:])
    except (ValueError, binascii.Error):
        return None
    return (kind, identity) if global_id(kind, identity) == text else None


def identity_of(text: str, kind: Kind, *field: str | int) -> UUID:
    """Return the identity behind an id of a mutation's input. Raises ``NotFound``, naming the input ``field``."""
    named = read_id(text)
    if named is None or named[0] is not kind:
        raise NotFound(kind.name.lower(), UUID(int=0), field=field)
    return named[1]


def argument_id(text: str, kind: Kind, argument: str) -> UUID:
    """Return the identity behind an id of a field's argument. Raises ``BadUserInput`` if it is of another kind."""
    named = read_id(text)
    if named is None or named[0] is not kind:
        raise BadUserInput(argument, f"{argument} is not the id of {_a(kind)}.")
    return named[1]


def _a(kind: Kind) -> str:
    word = kind.name.lower()
    return f"an {word}" if word[0] in "aeiou" else f"a {word}"


@strawberry.interface(description="Anything that has an id of its own, by which it can be asked for again.")
class Node:
    """Anything that has an id of its own."""

    id: strawberry.ID = strawberry.field(description="Opaque and stable for good: keep it, compare it, do not read it.")


@dataclass(frozen=True, slots=True)
class NodeSource:
    """How nodes of one kind are read and shown; ``shown`` takes what was read and the identity asked for."""

    read: Callable[[Reader], BatchRead[Any, [], Any]]
    shown: Callable[[Any, UUID], Node]


_sources: dict[Kind, NodeSource] = {}


def serve_nodes(
    kind: Kind, read: Callable[[Reader], BatchRead[Any, [], Any]], shown: Callable[[Any, UUID], Node]
) -> None:
    """Say how nodes of ``kind`` are read; the module that knows the kind does so once, when it is imported."""
    _sources[kind] = NodeSource(read, shown)


async def node_of(context: Context, kind: Kind, identity: UUID | None) -> Any:
    """Return the node, or None if nobody has it or the caller may not see it."""
    if identity is None:
        return None
    source = _sources[kind]
    held = await context.batches.load(source.read(context.reader), identity)
    return None if held is None else source.shown(held, identity)


async def required_node(context: Context, kind: Kind, identity: UUID) -> Any:
    """Return the node. Raises ``NothingThere`` if the caller may not see it."""
    node = await node_of(context, kind, identity)
    if node is None:
        raise NothingThere(kind.name.lower())
    return node


async def node_by_id(context: Context, text: str) -> Node | None:
    """Return what an id names, or None if it names nothing that the caller may see."""
    named = read_id(text)
    return None if named is None else cast("Node | None", await node_of(context, *named))


# --- lists

First = Annotated[
    int | None,
    strawberry.argument(
        description=f"How many items from the beginning (or after `after`): 0 to {LARGEST_PAGE}; {DEFAULT_PAGE} if "
        "neither `first` nor `last` is given."
    ),
]
After = Annotated[str | None, strawberry.argument(description="Only items after the one with this cursor.")]
Last = Annotated[
    int | None,
    strawberry.argument(
        description=f"How many items from the end (or before `before`): 0 to {LARGEST_PAGE}. Not together with `first`."
    ),
]
Before = Annotated[str | None, strawberry.argument(description="Only items before the one with this cursor.")]


@strawberry.type(description="Where a page of a list lies within it.")
class PageInfo:
    """Where a page of a list lies within it."""

    has_next_page: bool = strawberry.field(description="Whether there are items after the last one of this page.")
    has_previous_page: bool = strawberry.field(description="Whether there are items before the first one of this page.")
    start_cursor: str | None = strawberry.field(description="The cursor of the first item; null on an empty page.")
    end_cursor: str | None = strawberry.field(description="The cursor of the last item; null on an empty page.")


Item = TypeVar("Item")
Shown = TypeVar("Shown")


def _text(step: object) -> str:
    if not isinstance(step, str) or wrong_with(step):
        raise ValueError
    return step


def _identity(step: object) -> str:
    return str(UUID(_text(step)))


def _day(step: object) -> str:
    return date.fromisoformat(_text(step)).isoformat()


def _instant(step: object) -> str:
    instant = datetime.fromisoformat(_text(step))
    if instant.tzinfo is None:
        raise ValueError
    return instant.isoformat()


def _rank(step: object) -> int:
    if isinstance(step, bool) or not isinstance(step, int) or step not in (0, 1):
        raise ValueError
    return step


@dataclass(frozen=True, slots=True)
class Ordering(Generic[Item]):
    """How items of a list are placed; ``steps`` check what a cursor claims its place to be."""

    name: str
    place: Callable[[Item], Place]
    steps: tuple[Callable[[object], str | int], ...]

    def cursor(self, item: Item) -> str:
        """Return the cursor of an item."""
        claim = json.dumps([CURSOR_VERSION, self.name, *self.place(item)], ensure_ascii=False, separators=(",", ":"))
        return base64.urlsafe_b64encode(claim.encode()).decode("ascii").rstrip("=")

    def place_of(self, cursor: str, argument: str) -> Place:
        """Return the place a cursor stands for. Raises ``BadUserInput`` if it is not a cursor of such a list."""
        try:
            if len(cursor) > LONGEST_CURSOR:
                raise ValueError
            padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
            claim = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
            if not isinstance(claim, list) or claim[:2] != [CURSOR_VERSION, self.name]:
                raise ValueError
            return tuple(check(step) for check, step in zip(self.steps, claim[2:], strict=True))
        except (ValueError, RecursionError):
            raise BadUserInput(argument, f"{argument} is not a cursor of this list.") from None


BY_NAME = (_text, _identity)
BY_DAY = (_day, _identity)
BY_RANK = (_rank, _identity)
BY_INSTANT = (_instant, _identity)


def window_of(
    ordering: Ordering[Any], first: int | None, after: str | None, last: int | None, before: str | None
) -> Window:
    """Return which part of a list is asked for. Raises ``BadUserInput``."""
    first, after, last, before = given(first), given(after), given(last), given(before)
    for argument, number in (("first", first), ("last", last)):
        if number is not None and not 0 <= number <= LARGEST_PAGE:
            raise BadUserInput(argument, f"{argument} is {number}; it takes 0 to {LARGEST_PAGE}.")
    if first is not None and last is not None:
        raise BadUserInput("last", "Give first or last, not both.")
    return Window(
        size=first if first is not None else last if last is not None else DEFAULT_PAGE,
        backward=last is not None,
        after=None if after is None else ordering.place_of(after, "after"),
        before=None if before is None else ordering.place_of(before, "before"),
    )


@dataclass(frozen=True, slots=True)
class Listing(Generic[Item, Shown]):
    """A list not yet read: ``page`` and ``number`` ask when they are called, and only then."""

    ordering: Ordering[Item]
    shown: Callable[[Item], Shown]
    page: Callable[[], Awaitable[Page[Item] | None]]
    number: Callable[[], Awaitable[int | None]]

    async def items(self) -> Page[Item]:
        """Return the page, empty where the caller may see nothing."""
        return await self.page() or Page(())


@strawberry.type(description="One item of a list, and where it stands in it.")
class Edge(Generic[Shown]):
    """One item of a list."""

    cursor: str = strawberry.field(description="Where the item stands; pass it as `after` or `before` to go on there.")
    node: Shown = strawberry.field(description="The item.")


@strawberry.type(description="A page of a list. Items that come or go meanwhile shift nothing: cursors name places.")
class Connection(Generic[Shown]):
    """A page of a list."""

    listing: strawberry.Private[Listing[Any, Any]]

    @strawberry.field(description="The items of this page, each with its cursor.")
    async def edges(self) -> list[Edge[Shown]]:
        page = await self.listing.items()
        ordering, shown = self.listing.ordering, self.listing.shown
        return [Edge(cursor=ordering.cursor(item), node=shown(item)) for item in page.items]

    @strawberry.field(description="The items of this page, without cursors.")
    async def nodes(self) -> list[Shown]:
        page = await self.listing.items()
        return [self.listing.shown(item) for item in page.items]

    @strawberry.field(description="Where this page lies in the list.")
    async def page_info(self) -> PageInfo:
        page = await self.listing.items()
        cursor = self.listing.ordering.cursor
        return PageInfo(
            has_next_page=page.more_after,
            has_previous_page=page.more_before,
            start_cursor=cursor(page.items[0]) if page.items else None,
            end_cursor=cursor(page.items[-1]) if page.items else None,
        )

    @strawberry.field(description="How many items the whole list has. Counted only when asked for.")
    async def total_count(self) -> int:
        return await self.listing.number() or 0


def connection(
    ordering: Ordering[Item],
    shown: Callable[[Item], Shown],
    asked: tuple[int | None, str | None, int | None, str | None],
    page: Callable[[Window], Awaitable[Page[Item] | None]],
    number: Callable[[], Awaitable[int | None]],
) -> Connection[Shown]:
    """Return a list as a connection; ``asked`` are its ``first``, ``after``, ``last`` and ``before``.

    Raises ``BadUserInput`` at once. ``page`` and ``number`` are called if and when the client's selection needs them.
    """
    window = window_of(ordering, *asked)
    return Connection(listing=Listing(ordering, shown, lambda: page(window), number))
