"""The one place where everything meets: settings, database, schema, sign-in, transports and the page become one app."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from dataclasses import dataclass
from typing import Any, Protocol

import structlog
from graphql import GraphQLSchema
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute
from starlette.websockets import WebSocket

from api.health import Readiness, ReadinessCheck, healthz
from api.page import Page
from api.requests import RequestCare
from api.serving.faults import FaultCode, RequestFault, internal_words
from api.serving.http import GraphQLOverHttp, fault_response
from api.serving.limits import DocumentLimits
from api.serving.operations import Operations
from api.serving.operations import Request as OperationContext
from api.serving.websocket import GraphQLOverWebSocket
from api.settings import Settings
from api.sign_in import SESSION_COOKIE, is_foreign

log = structlog.get_logger(__name__)

EVERY_METHOD = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
MEGABYTE = 1_000_000


class Door(Protocol):
    """Who comes in: from a connection, or from what a socket said first, to the context of an operation."""

    async def context(self, connection: HTTPConnection, said: Mapping[str, Any] | None = None) -> OperationContext: ...

    @property
    def routes(self) -> list[BaseRoute]: ...


@dataclass(frozen=True, slots=True)
class Parts:
    """What an app is put together from. ``living`` is entered while the app serves."""

    schema: GraphQLSchema
    door: Door
    look: Callable[[], Readiness]
    living: Callable[[], AbstractAsyncContextManager[Any]] = nullcontext


def build_app(settings: Settings, parts: Parts) -> Starlette:
    """Put the app together from its parts."""
    operations = Operations(parts.schema, document_limits(settings), seconds=settings.operation_seconds)
    over_http = GraphQLOverHttp(
        operations,
        parts.door.context,
        largest_body=settings.body_megabytes * MEGABYTE,
        session_cookie=SESSION_COOKIE,
    )
    over_socket = GraphQLOverWebSocket(
        operations,
        parts.door.context,
        init_seconds=settings.websocket_init_seconds,
        most_operations=settings.websocket_operations,
    )
    page = Page(settings.web_folder)

    async def socket(websocket: WebSocket) -> None:
        if is_foreign(websocket, settings):
            await websocket.close(4403)  # before it is accepted, this is an answer 403
            return
        await over_socket.serve(websocket)

    return Starlette(
        routes=[
            Route("/graphql", over_http.answer, methods=EVERY_METHOD),
            WebSocketRoute("/graphql", socket),
            Route("/healthz", healthz),
            Route("/readyz", ReadinessCheck(parts.look).answer),
            *parts.door.routes,
            Mount("/assets", page.assets),
            Route("/{path:path}", page.answer),
        ],
        middleware=[Middleware(RequestCare)],
        exception_handlers={HTTPException: _refuse, RequestFault: _fault, Exception: _fail},
        lifespan=_lifespan(parts),
    )


def document_limits(settings: Settings) -> DocumentLimits:
    """Return what a GraphQL document may come to."""
    return DocumentLimits(
        characters=settings.document_characters,
        tokens=settings.document_tokens,
        comments=200,
        depth=settings.document_depth,
        fields=settings.document_fields,
    )


def _lifespan(parts: Parts) -> Callable[[Starlette], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with parts.living():
            yield

    return lifespan


async def _refuse(_: Request, refusal: Exception) -> Response:
    assert isinstance(refusal, HTTPException)  # noqa: S101 - registered for nothing else
    code = {404: FaultCode.NOT_FOUND, 405: FaultCode.METHOD_NOT_ALLOWED}.get(refusal.status_code, FaultCode.BAD_REQUEST)
    words = {404: "There is nothing at this address.", 405: "This address does not take that method."}
    message = words.get(refusal.status_code, "This request cannot be carried out.")
    return fault_response(RequestFault(refusal.status_code, code, message, headers=dict(refusal.headers or {})))


async def _fault(_: Request, fault: Exception) -> Response:
    assert isinstance(fault, RequestFault)  # noqa: S101 - registered for nothing else
    return fault_response(fault)


async def _fail(request: Request, trouble: Exception) -> Response:
    request_id = str(request.scope.get("state", {}).get("request_id", ""))
    log.error("request failed", path=request.url.path, request_id=request_id, exc_info=trouble)
    return fault_response(RequestFault(500, FaultCode.INTERNAL, internal_words(request_id)))
