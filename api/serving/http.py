"""GraphQL over HTTP: POST, GET for queries, and event streams for subscriptions.

Follows the GraphQL-over-HTTP draft and, for streams, the "distinct connections" mode of graphql-sse.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Any

import orjson
from graphql import OperationType
from starlette.requests import Request as HttpRequest
from starlette.responses import Response, StreamingResponse

from api.serving.documents import PreparedDocument
from api.serving.faults import DocumentRefused, FaultCode, RequestFault
from api.serving.negotiation import EVENT_STREAM, GRAPHQL_JSON, JSON, Accepted, accepted, is_json_body
from api.serving.operations import Answer, OperationRequest, Operations, Request, refused

KEEP_ALIVE_SECONDS = 12.0
PREFLIGHT_HEADERS = ("graphql-require-preflight", "apollo-require-preflight", "x-requested-with", "authorization")

OpenContext = Callable[[HttpRequest], Awaitable[Request]]


class GraphQLOverHttp:
    """The HTTP view of one schema. ``open_context`` learns from the request who asks, or raises ``RequestFault``."""

    def __init__(
        self, operations: Operations, open_context: OpenContext, *, largest_body: int, session_cookie: str
    ) -> None:
        self._operations = operations
        self._open_context = open_context
        self._largest_body = largest_body
        self._session_cookie = session_cookie

    async def answer(self, http: HttpRequest) -> Response:
        """Answer one request; whatever is wrong with it becomes an answer too."""
        wanted = accepted(http.headers.get("accept"))
        try:
            return await self._answer(http, wanted)
        except RequestFault as fault:
            return fault_response(fault, wanted.json or JSON)

    async def _answer(self, http: HttpRequest, wanted: Accepted) -> Response:
        if wanted.json is None and not wanted.event_stream:
            raise RequestFault(
                406, FaultCode.NOT_ACCEPTABLE, f"Answers come as {GRAPHQL_JSON}, {JSON} or {EVENT_STREAM}."
            )
        if http.method == "POST":
            request = _read_request(await self._read_body(http))
        elif http.method == "GET":
            self._refuse_forged_get(http)
            request = _read_parameters(http)
        else:
            raise RequestFault(
                405,
                FaultCode.METHOD_NOT_ALLOWED,
                "Send operations by POST, or queries by GET.",
                headers={"Allow": "GET, POST"},
            )
        context = await self._open_context(http)
        try:
            document = self._operations.prepare(request)
        except DocumentRefused as refusal:
            return await self._write(refused(refusal), wanted, request)
        kind = document.kind(request.operation_name)
        if http.method == "GET" and kind is OperationType.MUTATION:
            raise RequestFault(
                405, FaultCode.METHOD_NOT_ALLOWED, "A mutation is sent by POST.", headers={"Allow": "POST"}
            )
        if kind is OperationType.SUBSCRIPTION and not wanted.event_stream:
            raise RequestFault(
                406,
                FaultCode.NOT_ACCEPTABLE,
                f"A subscription answers as a stream: send “Accept: {EVENT_STREAM}”, or use the WebSocket.",
            )
        if kind is OperationType.SUBSCRIPTION or wanted.json is None:
            return _event_stream(self._operations.stream(document, request, context))
        return await self._run(http, document, request, context, wanted)

    async def _run(
        self,
        http: HttpRequest,
        document: PreparedDocument,
        request: OperationRequest,
        context: Request,
        wanted: Accepted,
    ) -> Response:
        """Run the operation, but a query no longer than its client waits for it."""
        work = asyncio.ensure_future(self._operations.run(document, request, context))
        if document.kind(request.operation_name) is not OperationType.QUERY:
            return await self._write(await asyncio.shield(work), wanted, request)
        left = asyncio.ensure_future(_disconnected(http))
        try:
            await asyncio.wait({work, left}, return_when=asyncio.FIRST_COMPLETED)
            if not work.done():
                return Response(status_code=499)  # nobody reads it
            return await self._write(work.result(), wanted, request)
        finally:
            for task in (work, left):
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task

    async def _write(self, answer: Answer, wanted: Accepted, request: OperationRequest) -> Response:
        if wanted.json is None:

            async def once() -> AsyncIterator[Answer]:
                yield answer

            return _event_stream(once())
        # Plain JSON means an old client, which reads errors only from a 200.
        status = 200 if answer.executed or wanted.json == JSON else 503 if answer.timed_out else 400
        return _json_response(answer.body, status, wanted.json)

    def _refuse_forged_get(self, http: HttpRequest) -> None:
        """A page elsewhere may make a browser send a GET with our cookie, but not with headers of its own choice."""
        chosen = any(name in http.headers for name in PREFLIGHT_HEADERS) or is_json_body(
            http.headers.get("content-type")
        )
        same = http.headers.get("sec-fetch-site") in ("same-origin", "none")
        if self._session_cookie in http.cookies and not (chosen or same):
            raise RequestFault(
                400,
                FaultCode.PREFLIGHT_REQUIRED,
                "A query by GET with a cookie also needs the header “GraphQL-Require-Preflight: 1”.",
            )

    async def _read_body(self, http: HttpRequest) -> bytes:
        if not is_json_body(http.headers.get("content-type")):
            raise RequestFault(
                415, FaultCode.UNSUPPORTED_MEDIA_TYPE, f"Send the operation as “Content-Type: {JSON}”, in UTF-8."
            )
        if http.headers.get("content-encoding", "identity").lower() != "identity":
            raise RequestFault(415, FaultCode.UNSUPPORTED_MEDIA_TYPE, "Send the body as it is, not compressed.")
        body = bytearray()
        async for chunk in http.stream():
            body += chunk
            if len(body) > self._largest_body:
                raise RequestFault(
                    413,
                    FaultCode.PAYLOAD_TOO_LARGE,
                    f"The request is larger than the {self._largest_body:,} bytes that are taken.",
                    headers={"Connection": "close"},
                )
        return bytes(body)


def fault_response(fault: RequestFault, media_type: str = JSON) -> Response:
    """Return a fault as JSON errors."""
    return _json_response(fault.formatted(), fault.status, media_type, fault.headers)


def _json_response(
    body: Mapping[str, Any], status: int, media_type: str, headers: Mapping[str, str] | None = None
) -> Response:
    return Response(
        orjson.dumps(body),
        status_code=status,
        headers={"Cache-Control": "no-store", **(headers or {})},
        media_type=f"{media_type}; charset=utf-8",
    )


def _bad(message: str) -> RequestFault:
    return RequestFault(400, FaultCode.BAD_REQUEST, message)


def _read_request(body: bytes) -> OperationRequest:
    try:
        fields = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise _bad("The body is not JSON in UTF-8.") from None
    if isinstance(fields, list):
        raise _bad("Send one operation at a time; a list of operations is not taken.")
    if not isinstance(fields, dict):
        raise _bad("The body must be a JSON object with a “query”.")
    return operation_request(fields)


def _read_parameters(http: HttpRequest) -> OperationRequest:
    fields: dict[str, Any] = {}
    for name in ("query", "operationName", "variables", "extensions"):
        given = http.query_params.getlist(name)
        if len(given) > 1:
            raise _bad(f"The parameter “{name}” stands {len(given)} times in the address.")
        if given:
            fields[name] = given[0]
    for name in ("variables", "extensions"):
        if text := fields.pop(name, None):
            try:
                fields[name] = orjson.loads(text)
            except orjson.JSONDecodeError:
                raise _bad(f"The parameter “{name}” is not JSON.") from None
    if fields.get("operationName") == "":
        del fields["operationName"]
    return operation_request(fields)


def operation_request(fields: Mapping[str, Any]) -> OperationRequest:
    """Check the types of a request's fields. Raises ``RequestFault`` that names the wrong one."""
    query, name = fields.get("query"), fields.get("operationName")
    if not isinstance(query, str):
        raise _bad("The request needs a “query”, the GraphQL document as a string.")
    if name is not None and not isinstance(name, str):
        raise _bad("“operationName” must be a string.")
    for part in ("variables", "extensions"):
        if not isinstance(fields.get(part) or {}, dict) or fields.get(part) in (False, 0, ""):
            raise _bad(f"“{part}” must be an object.")
    return OperationRequest(query, fields.get("variables") or {}, name)


async def _disconnected(http: HttpRequest) -> None:
    while (await http.receive())["type"] != "http.disconnect":
        pass


def _event_stream(answers: AsyncIterator[Answer]) -> Response:
    return StreamingResponse(
        _events(answers),
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
        media_type=f"{EVENT_STREAM}; charset=utf-8",
    )


async def _events(answers: AsyncIterator[Answer]) -> AsyncIterator[bytes]:
    """Yield events with LF line ends; a comment now and then shows proxies that the stream lives."""
    upcoming: asyncio.Future[Answer] | None = None
    try:
        while True:
            upcoming = upcoming or asyncio.ensure_future(anext(answers))
            done, _ = await asyncio.wait({upcoming}, timeout=KEEP_ALIVE_SECONDS)
            if not done:
                yield b":\n\n"
                continue
            try:
                answer = upcoming.result()
            except StopAsyncIteration:
                break
            finally:
                upcoming = None
            yield b"event: next\ndata: " + orjson.dumps(answer.body) + b"\n\n"
        yield b"event: complete\ndata: \n\n"
    finally:
        if upcoming is not None:
            upcoming.cancel()
            with suppress(asyncio.CancelledError, StopAsyncIteration):
                await upcoming
        if hasattr(answers, "aclose"):
            await answers.aclose()
