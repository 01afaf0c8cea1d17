"""What a client is told when something is not as it should be.

    a refusal of the domain         data: ``errors: [UserError!]!`` of a mutation's payload
    an argument out of range        GraphQL error, ``extensions.code`` BAD_USER_INPUT
    what the caller may not see     nothing at all, or NOT_FOUND where there has to be an answer
    a fault of ours                 GraphQL error, INTERNAL, with the request id and nothing else of it

Clients' own mistakes (syntax, unknown fields, variables of the wrong type) keep their words.
"""

from collections.abc import Iterator, Mapping
from enum import Enum
from typing import Any

import strawberry
from graphql import ExecutionResult as CoreResult
from graphql import GraphQLError, GraphQLSyntaxError
from strawberry.extensions import SchemaExtension
from strawberry.types import ExecutionResult

from domain.errors import ImprovementError, NotFound


class BadUserInput(GraphQLError):
    """An argument that its field does not take."""

    def __init__(self, argument: str, message: str) -> None:
        super().__init__(message, extensions={"code": "BAD_USER_INPUT", "field": [argument]})


class NothingThere(GraphQLError):
    """Nothing that the caller may see is there, where the contract leaves no room for null."""

    def __init__(self, what: str) -> None:
        super().__init__(f"There is no {what} with this id.", extensions={"code": "NOT_FOUND"})


def told(error: GraphQLError, request_id: str, *, validated: bool = True) -> GraphQLError:
    """Return ``error`` as a client may see it: always with a code, never with anything of our insides.

    ``validated``: whether the document had been found to fit the contract before the error came up.
    """
    if isinstance(error, GraphQLSyntaxError):
        return _with(error, error.message, {"code": "GRAPHQL_PARSE_FAILED"})
    cause = error.original_error
    while isinstance(cause, GraphQLError):
        cause = cause.original_error
    if isinstance(cause, ImprovementError):
        field = [str(step) for step in cause.field]
        return _with(error, cause.message, {"code": cause.code} | ({"field": field} if field else {}))
    if cause is None or error.path is None:
        # Nothing of ours has failed: the document or its variables do not fit the contract.
        code = "BAD_USER_INPUT" if validated else "GRAPHQL_VALIDATION_FAILED"
        return _with(error, error.message, {"code": code} | dict(error.extensions or {}))
    return _with(
        error,
        f"Something went wrong on our side. It is noted under {request_id}; please quote that if you report it.",
        {"code": "INTERNAL", "requestId": request_id},
    )


def _with(error: GraphQLError, message: str, extensions: Mapping[str, Any]) -> GraphQLError:
    return GraphQLError(
        message,
        nodes=error.nodes,
        source=error.source,
        positions=error.positions,
        path=error.path,
        extensions=dict(extensions),
    )


class MaskFaults(SchemaExtension):
    """Tells every error of an operation by ``told``."""

    _validated = False

    def on_operation(self) -> Iterator[None]:
        yield
        self._mask(self.execution_context.result)

    def on_execute(self) -> Iterator[None]:
        self._validated = True
        yield

    def on_stream_result(self, result: Any) -> Iterator[None]:
        self._mask(result)
        yield None

    def _mask(self, result: object) -> None:
        if isinstance(result, CoreResult | ExecutionResult) and result.errors:
            request_id = self.execution_context.context.request_id
            result.errors = [told(error, request_id, validated=self._validated) for error in result.errors]


class UserErrorCode(Enum):
    """Why a mutation was refused."""

    REFUSED = strawberry.enum_value("REFUSED", description="For a reason that has no code of its own.")
    INVALID = strawberry.enum_value("INVALID", description="A value breaks a rule.")
    INVALID_PARENT = strawberry.enum_value(
        "INVALID_PARENT", description="A parent would make a cycle, skip a level or overlap another."
    )
    INVALID_TARGET = strawberry.enum_value(
        "INVALID_TARGET", description="A baseline, an aim and a due date that do not go together."
    )
    BUDGET_EXCEEDED = strawberry.enum_value(
        "BUDGET_EXCEEDED", description="The allocation costs more than the budget of a fiscal year."
    )
    CAPACITY_EXCEEDED = strawberry.enum_value(
        "CAPACITY_EXCEEDED", description="An assignment asks a pool for more than it has."
    )
    HORIZON_TOO_LONG = strawberry.enum_value(
        "HORIZON_TOO_LONG", description="The horizon is past what the model can answer for."
    )
    NOT_FOUND = strawberry.enum_value(
        "NOT_FOUND", description="Nothing that the caller may see bears this id, key or name."
    )
    CONFLICT = strawberry.enum_value(
        "CONFLICT", description="The object has changed since the caller looked; look again, then decide."
    )
    DUPLICATE = strawberry.enum_value(
        "DUPLICATE", description="The same reading is already on record with another value."
    )
    IDEMPOTENCY_KEY_REUSED = strawberry.enum_value(
        "IDEMPOTENCY_KEY_REUSED", description="This idempotency key was used before, for a different request."
    )
    FORBIDDEN = strawberry.enum_value("FORBIDDEN", description="The caller's roles do not allow this here.")
    CANNOT_FORECAST = strawberry.enum_value(
        "CANNOT_FORECAST", description="The data do not carry an answer; the message says why."
    )
    IMPORT_REFUSED = strawberry.enum_value("IMPORT_REFUSED", description="A file cannot be brought in as it stands.")


strawberry.enum(UserErrorCode, description="Why a mutation was refused.")


@strawberry.type(
    description='A refusal in words fit for a planner; `field` is the path in `input`, e.g. `["pools","2","capacity",'
    '"2027"]`.'
)
class UserError:
    """One refusal of a mutation."""

    field: list[str] = strawberry.field(
        description="Where in `input` it is wrong: names of input fields, places in lists counted from 0, years. Empty "
        "if it is about the whole."
    )
    code: UserErrorCode = strawberry.field(description="Why, for a program to act on.")
    message: str = strawberry.field(description="Why, in words to show a person.")


def user_error(refusal: ImprovementError, names: frozenset[str], renamed: Mapping[str, str]) -> UserError:
    """Return a refusal of the domain told about the input it came from.

    ``names`` are the fields of the input; ``renamed`` gives the path in the input, dots between its steps, of what the
    domain calls otherwise.
    """
    field = tuple(refusal.field)
    message = refusal.message
    if isinstance(refusal, NotFound):
        concept = refusal.what.split()[-1]
        if field == ("id",):
            field = (next((name for name in (f"{concept}Id", f"{concept}Ids", "id") if name in names), "id"),)
        if not isinstance(refusal.identity, str):
            message = f"There is no {refusal.what} with this id."
    steps = [_camel(str(step)) for step in field]
    if steps and steps[0] in renamed:
        steps[:1] = renamed[steps[0]].split(".")
    code = UserErrorCode[refusal.code] if refusal.code in UserErrorCode.__members__ else UserErrorCode.REFUSED
    return UserError(field=steps, code=code, message=message)


def _camel(name: str) -> str:
    if name.isupper():
        return name
    first, *others = name.split("_")
    return first + "".join(word.capitalize() for word in others)
