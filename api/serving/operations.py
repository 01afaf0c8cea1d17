"""Running one operation of a document, whatever carried it here: within a time, its errors fit to be told."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass, field
from inspect import isawaitable
from typing import Any, Protocol

import structlog
from graphql import ExecutionResult, GraphQLSchema, OperationType, execute, subscribe

from api.serving.documents import Documents, PreparedDocument
from api.serving.faults import DocumentRefused, FaultCode, refuse_document, stream_fault, told
from api.serving.limits import DocumentLimits

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class OperationRequest:
    """What a client asked, checked for its types and no further."""

    query: str
    variables: dict[str, Any] = field(default_factory=dict)
    operation_name: str | None = None


class Request(Protocol):
    """What every resolver is told about who asks: the ``context`` of GraphQL, as far as we look into it."""

    request_id: str


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer ready to be written; ``executed`` is False if the operation was refused before it ran."""

    body: dict[str, Any]
    executed: bool
    timed_out: bool = False


class Operations:
    """Runs the operations of one schema."""

    def __init__(self, schema: GraphQLSchema, limits: DocumentLimits, *, seconds: float) -> None:
        self._schema = schema
        self._documents = Documents(schema, limits)
        self._seconds = seconds

    def prepare(self, request: OperationRequest) -> PreparedDocument:
        """Return the document with the asked operation in it. Raises ``DocumentRefused``."""
        document = self._documents.prepare(request.query)
        document.operation(request.operation_name)
        return document

    async def run(self, document: PreparedDocument, request: OperationRequest, context: Request) -> Answer:
        """Run a query, or a mutation.

        A mutation is not stopped half-way, since nobody could tell whether it had its effect; the database bounds its
        statements.
        """
        name, kind = request.operation_name, document.kind(request.operation_name)
        started = time.perf_counter()
        try:
            async with asyncio.timeout(None if kind is OperationType.MUTATION else self._seconds):
                outcome = execute(
                    self._schema,
                    document.node,
                    context_value=context,
                    variable_values=request.variables,
                    operation_name=name,
                )
                result = await outcome if isawaitable(outcome) else outcome
        except TimeoutError:
            log.warning("operation too slow", operation=name, document=document.hash, seconds=self._seconds)
            refusal = refuse_document(
                FaultCode.TIMEOUT, f"This took longer than {self._seconds:g} s and was stopped. Ask for less at once."
            )
            return Answer({"errors": refusal.formatted()}, executed=False, timed_out=True)
        answer = _answer(result, context, name)
        log.info(
            "operation",
            kind=kind.value,
            operation=name,
            document=document.hash[:16],
            milliseconds=round((time.perf_counter() - started) * 1000, 1),
            errors=len(answer.body.get("errors", ())),
        )
        return answer

    async def stream(
        self, document: PreparedDocument, request: OperationRequest, context: Request
    ) -> AsyncIterator[Answer]:
        """Run a subscription, or a query or mutation as a stream of one answer."""
        if document.kind(request.operation_name) is not OperationType.SUBSCRIPTION:
            yield await self.run(document, request, context)
            return
        opened = subscribe(
            self._schema,
            document.node,
            context_value=context,
            variable_values=request.variables,
            operation_name=request.operation_name,
        )
        source = await opened if isawaitable(opened) else opened
        if isinstance(source, ExecutionResult):
            yield _answer(source, context, request.operation_name)
            return
        log.info("subscription", operation=request.operation_name, document=document.hash[:16])
        async with aclosing(source) as events:  # type: ignore[type-var]
            try:
                async for event in events:
                    yield _answer(event, context, request.operation_name)
            except Exception as trouble:  # whatever it was, the client is told no more than it may know
                errors = stream_fault(trouble, context.request_id, request.operation_name)
                yield Answer({"errors": errors}, executed=False)


def refused(refusal: DocumentRefused) -> Answer:
    """Return the answer to a document that could not be run."""
    return Answer({"errors": refusal.formatted()}, executed=False)


def _answer(result: ExecutionResult, context: Request, operation: str | None) -> Answer:
    body: dict[str, Any] = {}
    # A request that was never executed has no data, not even null (GraphQL specification, section 7.1).
    executed = result.data is not None or any(error.path is not None for error in result.errors or ())
    if result.errors:
        body["errors"] = told(result.errors, context.request_id, operation)
    if executed:
        body["data"] = result.data
    return Answer(body, executed)
