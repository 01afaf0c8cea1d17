"""What every request gets, whatever it is for: an id, headers that keep browsers careful, and a line in the log."""

import re
import time

import structlog
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from domain.identity import new_id

GOOD_REQUEST_ID = re.compile(r"[A-Za-z0-9_.-]{8,64}")

log = structlog.get_logger(__name__)


class RequestCare:
    """ASGI middleware: binds ``request_id`` for the log, sets safe headers, logs HTTP requests without their query."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        request_id = _request_id(scope)
        scope.setdefault("state", {})["request_id"] = request_id
        started = time.perf_counter()
        status = 500

        async def send_with_care(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers["X-Request-Id"] = request_id
                headers["X-Content-Type-Options"] = "nosniff"
                headers["Referrer-Policy"] = "same-origin"
                headers["X-Frame-Options"] = "DENY"
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                await self._app(scope, receive, send_with_care)
            finally:
                if scope["type"] == "http":
                    # The path without its query: a sign-in link carries its secret there.
                    log.debug(
                        "request",
                        method=scope["method"],
                        path=scope["path"],
                        status=status,
                        milliseconds=round((time.perf_counter() - started) * 1000, 1),
                    )


def _request_id(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == b"x-request-id" and GOOD_REQUEST_ID.fullmatch(text := value.decode("latin-1")):
            return str(text)
    return new_id().hex
