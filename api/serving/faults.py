"""What a client is told when something is wrong: always ``errors`` in JSON, always a code, never our insides."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

import structlog
from graphql import GraphQLError

from schema import errors

log = structlog.get_logger(__name__)


class FaultCode(StrEnum):
    """Every ``extensions.code`` of a top-level error, besides the codes of ``domain.errors``."""

    BAD_REQUEST = "BAD_REQUEST"
    UNAUTHENTICATED = "UNAUTHENTICATED"
    FORBIDDEN = "FORBIDDEN"
    NOT_FOUND = "NOT_FOUND"
    METHOD_NOT_ALLOWED = "METHOD_NOT_ALLOWED"
    NOT_ACCEPTABLE = "NOT_ACCEPTABLE"
    PAYLOAD_TOO_LARGE = "PAYLOAD_TOO_LARGE"
    UNSUPPORTED_MEDIA_TYPE = "UNSUPPORTED_MEDIA_TYPE"
    PREFLIGHT_REQUIRED = "PREFLIGHT_REQUIRED"
    GRAPHQL_PARSE_FAILED = "GRAPHQL_PARSE_FAILED"
    GRAPHQL_VALIDATION_FAILED = "GRAPHQL_VALIDATION_FAILED"
    DOCUMENT_TOO_COMPLEX = "DOCUMENT_TOO_COMPLEX"
    OPERATION_RESOLUTION_FAILED = "OPERATION_RESOLUTION_FAILED"
    BAD_USER_INPUT = "BAD_USER_INPUT"
    TIMEOUT = "TIMEOUT"
    UNAVAILABLE = "UNAVAILABLE"
    INTERNAL = "INTERNAL"


class RequestFault(Exception):
    """A request that cannot be carried out; ``status`` is for HTTP, ``headers`` go with it."""

    def __init__(self, status: int, code: FaultCode, message: str, *, headers: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.headers = headers or {}

    def formatted(self) -> dict[str, Any]:
        """Return the body: ``{"errors": [...]}``."""
        return {"errors": [{"message": self.message, "extensions": {"code": self.code.value}}]}


class DocumentRefused(Exception):
    """A document that cannot be executed; ``errors`` say why, each with its place in the text."""

    def __init__(self, code: FaultCode, errors: Sequence[GraphQLError]) -> None:
        super().__init__(errors[0].message)
        self.code = code
        self.errors = errors

    def formatted(self) -> list[dict[str, Any]]:
        """Return the errors as clients get them."""
        return [_formatted(error, error.message, {"code": self.code.value}) for error in self.errors]


def refuse_document(code: FaultCode, message: str) -> DocumentRefused:
    """Return a refusal of a document as a whole."""
    return DocumentRefused(code, [GraphQLError(message)])


def told(failures: Sequence[GraphQLError], request_id: str, operation: str | None) -> list[dict[str, Any]]:
    """Return the errors of an execution as clients get them, and log the ones that are our fault."""
    return [_told(error, request_id, operation) for error in failures]


def stream_fault(cause: Exception, request_id: str, operation: str | None) -> list[dict[str, Any]]:
    """Return the errors for a subscription that could not go on."""
    # A path, even a made-up one, is what tells a fault while running from a request that does not fit.
    error = _told(GraphQLError(str(cause), path=["subscription"], original_error=cause), request_id, operation)
    return [{name: part for name, part in error.items() if name != "path"}]


def _told(error: GraphQLError, request_id: str, operation: str | None) -> dict[str, Any]:
    shown = errors.told(error, request_id)
    extensions = dict(shown.extensions or {})
    if error.path is None and "code" not in (error.extensions or {}):
        # Valid, yet not executed: it is the variables that do not fit.
        extensions["code"] = FaultCode.BAD_USER_INPUT.value
    if extensions.get("code") == FaultCode.INTERNAL:
        cause = error.original_error or error
        log.error(
            "operation failed",
            operation=operation,
            path=".".join(str(step) for step in error.path or ()),
            exc_info=(type(cause), cause, cause.__traceback__),
        )
    return _formatted(shown, shown.message, extensions)


def internal_words(request_id: str) -> str:
    """Return what a person is told of a fault of ours."""
    return f"Something went wrong on our side. It is noted under {request_id}; please quote that if you report it."


def _formatted(error: GraphQLError, message: str, extensions: Mapping[str, Any]) -> dict[str, Any]:
    formatted: dict[str, Any] = {"message": message}
    if error.locations:
        formatted["locations"] = [{"line": place.line, "column": place.column} for place in error.locations]
    if error.path:
        formatted["path"] = list(error.path)
    formatted["extensions"] = dict(extensions)
    return formatted
