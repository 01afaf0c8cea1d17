"""GraphQL over a WebSocket, sub-protocol graphql-transport-ws.

Each message is checked for its shape before anything is done with it. A message no client of the protocol would send
ends the socket with the protocol's code; a document that is wrong is only ever answered, on its own id.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import aclosing, suppress
from typing import Any

import orjson
import structlog
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from api.serving.faults import DocumentRefused, RequestFault, internal_words
from api.serving.http import operation_request
from api.serving.operations import OperationRequest, Operations, Request

PROTOCOL = "graphql-transport-ws"
SEND_SECONDS = 30.0
CLOSE_SECONDS = 5.0

log = structlog.get_logger(__name__)

# Learns who asks from the socket and the payload of connection_init; called again for every operation.
OpenSocketContext = Callable[[WebSocket, Mapping[str, Any]], Awaitable[Request]]


class SocketEnds(Exception):
    """The socket has to be closed with a code of the protocol."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class GraphQLOverWebSocket:
    """The WebSocket view of one schema."""

    def __init__(
        self, operations: Operations, open_context: OpenSocketContext, *, init_seconds: float, most_operations: int
    ) -> None:
        self._operations = operations
        self._open_context = open_context
        self._init_seconds = init_seconds
        self._most_operations = most_operations

    async def serve(self, socket: WebSocket) -> None:
        """Serve one socket until it ends. Its origin has been checked before."""
        if PROTOCOL not in socket.scope.get("subprotocols", ()):
            await socket.accept()
            await socket.close(4406, "Subprotocol not acceptable")
            return
        await socket.accept(subprotocol=PROTOCOL)
        conversation = _Conversation(
            socket, self._operations, self._open_context, self._init_seconds, self._most_operations
        )
        try:
            await conversation.hold()
        except SocketEnds as end:
            if socket.application_state is not WebSocketState.DISCONNECTED:
                with suppress(RuntimeError, WebSocketDisconnect, TimeoutError):
                    # A client that does not read does not read this either.
                    async with asyncio.timeout(CLOSE_SECONDS):
                        await socket.close(end.code, end.reason)
        except WebSocketDisconnect:
            pass


class _Conversation:
    """One socket: who is at its other end, and what it has asked for."""

    def __init__(
        self,
        socket: WebSocket,
        operations: Operations,
        open_context: OpenSocketContext,
        init_seconds: float,
        most_operations: int,
    ) -> None:
        self._socket = socket
        self._operations = operations
        self._open_context = open_context
        self._init_seconds = init_seconds
        self._most_operations = most_operations
        self._said: Mapping[str, Any] | None = None
        self._running: dict[str, asyncio.Task[None]] = {}
        self._sending = asyncio.Lock()
        self._failed = asyncio.Event()
        self._end = SocketEnds(4408, "Connection initialisation timeout")

    async def hold(self) -> None:
        """Read messages until one side ends the socket; then stop all that was asked for."""
        patience = asyncio.get_running_loop().call_later(self._init_seconds, self._failed.set)
        closing = asyncio.ensure_future(self._failed.wait())
        try:
            while True:
                reading = asyncio.ensure_future(self._read())
                try:
                    await asyncio.wait({reading, closing}, return_when=asyncio.FIRST_COMPLETED)
                    if not reading.done():
                        raise self._end
                    message = reading.result()
                finally:
                    reading.cancel()
                await self._heed(message)
                if self._said is not None:
                    patience.cancel()
        finally:
            patience.cancel()
            closing.cancel()
            for task in self._running.values():
                task.cancel()
            await asyncio.gather(*self._running.values(), return_exceptions=True)

    async def _read(self) -> dict[str, Any]:
        received = await self._socket.receive()
        if received["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(received.get("code", 1005))
        text = received.get("text")
        if text is None:
            raise SocketEnds(4400, "Messages are text")
        try:
            message = orjson.loads(text)
        except orjson.JSONDecodeError:
            raise SocketEnds(4400, "Messages are JSON") from None
        if not isinstance(message, dict) or not isinstance(message.get("type"), str):
            raise SocketEnds(4400, "A message is an object with a type")
        if not isinstance(message.get("payload") or {}, dict) or message.get("payload") in (False, 0, ""):
            raise SocketEnds(4400, "A payload is an object")
        return message

    async def _heed(self, message: dict[str, Any]) -> None:
        match message["type"]:
            case "connection_init":
                await self._greet(message.get("payload") or {})
            case "ping":
                await self._send({"type": "pong"})
            case "pong":
                pass
            case "subscribe":
                await self._begin(message)
            case "complete":
                identity = message.get("id")
                if not isinstance(identity, str):
                    raise SocketEnds(4400, "“complete” needs the id of an operation")
                if task := self._running.pop(identity, None):
                    task.cancel()
            case _:
                raise SocketEnds(4400, "Unknown type of message")

    async def _greet(self, payload: Mapping[str, Any]) -> None:
        if self._said is not None:
            raise SocketEnds(4429, "Too many initialisation requests")
        try:
            await self._open_context(self._socket, payload)
        except RequestFault as fault:
            raise SocketEnds(4403, fault.message[:100]) from None
        self._said = payload
        await self._send({"type": "connection_ack"})

    async def _begin(self, message: dict[str, Any]) -> None:
        identity, payload = message.get("id"), message.get("payload")
        if not isinstance(identity, str) or not identity or not isinstance(payload, dict):
            raise SocketEnds(4400, "“subscribe” needs an id and a payload")
        try:
            request = operation_request(payload)
        except RequestFault as fault:
            raise SocketEnds(4400, fault.message[:100]) from None
        if self._said is None:
            raise SocketEnds(4401, "Unauthorized")
        if identity in self._running:
            raise SocketEnds(4409, "Subscriber for this id already exists")
        if len(self._running) >= self._most_operations:
            raise SocketEnds(4429, f"No more than {self._most_operations} operations at once")
        self._running[identity] = asyncio.create_task(self._carry_out(identity, request, self._said))

    async def _carry_out(self, identity: str, request: OperationRequest, said: Mapping[str, Any]) -> None:
        last: dict[str, Any] | None = None
        try:
            # Asked anew, so that a session or token that has ended in between counts no longer.
            context = await self._open_context(self._socket, said)
            document = self._operations.prepare(request)
            async with aclosing(self._operations.stream(document, request, context)) as answers:  # type: ignore[type-var]
                async for answer in answers:
                    if "data" not in answer.body:
                        last = {"id": identity, "type": "error", "payload": answer.body["errors"]}
                        break
                    await self._send({"id": identity, "type": "next", "payload": answer.body})
            last = last or {"id": identity, "type": "complete"}
        except DocumentRefused as refusal:
            last = {"id": identity, "type": "error", "payload": refusal.formatted()}
        except RequestFault as fault:
            last = {"id": identity, "type": "error", "payload": fault.formatted()["errors"]}
        except WebSocketDisconnect:
            pass
        except SocketEnds as end:
            self._give_up(end)
        except Exception:
            log.exception("operation failed on a socket", operation=request.operation_name)
            told = internal_words(str(structlog.contextvars.get_contextvars().get("request_id", "")))
            error = {"message": told, "extensions": {"code": "INTERNAL"}}
            last = {"id": identity, "type": "error", "payload": [error]}
        finally:
            # Given back before the last word, so that a client may use the id again as soon as it has read it.
            if self._running.get(identity) is asyncio.current_task():
                del self._running[identity]
        if last is not None:
            with suppress(WebSocketDisconnect):
                try:
                    await self._send(last)
                except SocketEnds as end:
                    self._give_up(end)

    def _give_up(self, end: SocketEnds) -> None:
        """Have the conversation ended by whoever reads from the socket."""
        self._end = end
        self._failed.set()

    async def _send(self, message: Mapping[str, Any]) -> None:
        try:
            async with asyncio.timeout(SEND_SECONDS), self._sending:
                await self._socket.send_text(orjson.dumps(message).decode())
        except (RuntimeError, WebSocketDisconnect):
            raise WebSocketDisconnect(1006) from None
        except TimeoutError:
            raise SocketEnds(1013, "The client does not read") from None
