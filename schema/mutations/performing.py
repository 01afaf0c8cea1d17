"""From an input to an act: what is common to all mutations.

GraphQL translates and decides nothing: an input's texts and numbers are looked at for what no column can hold, its ids
become identities, one service is called, and its refusal becomes data.
"""

import dataclasses
from collections.abc import Callable, Mapping
from datetime import date
from enum import Enum
from typing import Any
from uuid import UUID

import strawberry
from strawberry import UNSET

from domain.errors import ImprovementError, Invalid
from schema.context import Info
from schema.errors import UserError, user_error
from schema.scalars import given, wrong_with

ASKED = strawberry.argument(description="What is asked for.")


def idempotency_key() -> Any:
    """Return the field by which a client may send the same request twice without a second effect."""
    return strawberry.field(
        default=UNSET,
        description="A text of the client's choice, 1 to 200 characters: the same request sent again under the same "
        "key has one effect and gets the same answer; another request under it is refused.",
    )


def expected_version() -> Any:
    """Return the field by which a client says which version it has seen."""
    return strawberry.field(
        default=UNSET, description="The version the client has seen; refused with CONFLICT if it is no longer current."
    )


async def perform(info: Info, service: Callable[..., object], asked: object, **arguments: Any) -> UUID:
    """Carry out ``service`` with ``arguments`` for the input ``asked``, and return what it was done to.

    Raises ``ImprovementError`` if it is refused. Whatever is read afterwards is read anew.
    """
    request = {"mutation": info.field_name, "input": _plain(asked)}
    key: str | None = given(getattr(asked, "idempotency_key", None))
    try:
        return await info.context.perform(service, key=key, request=request, **arguments)
    finally:
        info.context.forget()


def check(asked: object) -> None:
    """Raise ``Invalid`` if a text or number of the input is one that cannot be kept."""
    for path, value in _leaves(asked, ()):
        fault = wrong_with(value)
        if fault:
            raise Invalid(fault, field=path)


def refused(refusal: ImprovementError, asked: object, renamed: Mapping[str, str] | None = None) -> list[UserError]:
    """Return a refusal as data; ``renamed`` gives the input path of what the domain calls otherwise."""
    names = frozenset(_camel(field.name) for field in dataclasses.fields(asked))  # type: ignore[arg-type]
    return [user_error(refusal, names, renamed or {})]


def _leaves(value: object, path: tuple[str | int, ...]) -> Any:
    if dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            yield from _leaves(getattr(value, field.name), (*path, field.name))
    elif isinstance(value, list):
        for place, item in enumerate(value):
            yield from _leaves(item, (*path, place))
    else:
        yield path, value


def _plain(value: object) -> Any:
    if dataclasses.is_dataclass(value):
        held = ((field.name, getattr(value, field.name)) for field in dataclasses.fields(value))
        return {_camel(name): _plain(part) for name, part in held if part is not UNSET and name != "idempotency_key"}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, date):
        return value.isoformat()
    return value


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(word.capitalize() for word in others)
