"""The scalars of our own, the domain's enumerations in the contract, and which texts and numbers we take at all.

GraphQL's own scalars let through what no column can hold: NUL, half of a surrogate pair, an infinite number.
"""

import math
from collections.abc import Mapping
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import TypeVar

import strawberry
from graphql import GraphQLError
from strawberry.types.scalar import ScalarDefinition

Given = TypeVar("Given")

EARLIEST = date(1900, 1, 1)
LATEST = date(2199, 12, 31)
LONGEST_TEXT = 10_000


def _parse_date(value: object) -> date:
    if not isinstance(value, str) or len(value) != len("2027-05-15"):
        raise GraphQLError("A date is written as 2027-05-15.", extensions={"code": "BAD_USER_INPUT"})
    try:
        day = date.fromisoformat(value)
    except ValueError:
        raise GraphQLError("A date is written as 2027-05-15.", extensions={"code": "BAD_USER_INPUT"}) from None
    if not EARLIEST <= day <= LATEST:
        raise GraphQLError(
            f"A date lies between {EARLIEST} and {LATEST}; {day} does not.", extensions={"code": "BAD_USER_INPUT"}
        )
    return day


def _parse_instant(value: object) -> datetime:
    try:
        if not isinstance(value, str):
            raise ValueError
        instant = datetime.fromisoformat(value)
        if instant.tzinfo is None:
            raise ValueError
    except ValueError:
        raise GraphQLError(
            "An instant is written as 2027-05-15T08:30:00Z, its offset included.",
            extensions={"code": "BAD_USER_INPUT"},
        ) from None
    return instant


def _write_instant(value: datetime) -> str:
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


DATE = strawberry.scalar(
    name="Date",
    description="A day of the calendar, between 1900-01-01 and 2199-12-31, written as 2027-05-15.",
    specified_by_url="https://www.rfc-editor.org/rfc/rfc3339#section-5.6",
    serialize=lambda day: day.isoformat(),
    parse_value=_parse_date,
)
DATE_TIME = strawberry.scalar(
    name="DateTime",
    description="An instant in UTC, written as 2027-05-15T08:30:00Z.",
    specified_by_url="https://www.rfc-editor.org/rfc/rfc3339#section-5.6",
    serialize=_write_instant,
    parse_value=_parse_instant,
)
SCALARS: dict[object, ScalarDefinition] = {date: DATE, datetime: DATE_TIME}


def wrong_with(value: object) -> str | None:
    """Return what makes a text or number one we cannot keep, in words; None if nothing does."""
    if isinstance(value, str):
        if len(value) > LONGEST_TEXT:
            return f"This text has {len(value):,} characters; {LONGEST_TEXT:,} are the most."
        if "\x00" in value or any("\ud800" <= character <= "\udfff" for character in value):
            return "This text holds a character that is none: NUL or half of a surrogate pair."
    if isinstance(value, float) and not math.isfinite(value):
        return "This number is too large."
    return None


def described(kind: type[StrEnum], description: str, values: Mapping[str, str], *, name: str | None = None) -> None:
    """Make an enumeration of the domain one of the contract; ``values`` describes each of its words."""
    strawberry.enum(kind, name=name, description=description)
    for value in kind.__strawberry_definition__.values:  # type: ignore[attr-defined]
        value.description = values[value.name]


def given(value: Given | None) -> Given | None:
    """Return what a client gave, None where it gave nothing or null."""
    return None if value is strawberry.UNSET else value
