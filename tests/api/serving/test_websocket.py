"""graphql-transport-ws: messages are checked, and no document ends a socket."""

import asyncio
import json
import time
from contextlib import suppress
from typing import Any

import pytest
from starlette.websockets import WebSocket
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Subprotocol

from api.serving import websocket
from tests.api.serving.conftest import ToyServer

PROTOCOL = Subprotocol("graphql-transport-ws")


async def opened(toy: ToyServer, payload: Any = None, **options: Any) -> ClientConnection:
    socket = await connect(toy.socket, subprotocols=[PROTOCOL], **options)
    await say(socket, type="connection_init", payload=payload)
    assert await hear(socket) == {"type": "connection_ack"}
    return socket


async def say(socket: ClientConnection, **message: Any) -> None:
    await socket.send(json.dumps(message))


async def ask(socket: ClientConnection, identity: str, query: str, **more: Any) -> None:
    await say(socket, id=identity, type="subscribe", payload={"query": query, **more})


async def hear(socket: ClientConnection) -> dict[str, Any]:
    async with asyncio.timeout(4):
        return dict(json.loads(await socket.recv()))


async def close_code(socket: ClientConnection) -> int | None:
    with suppress(ConnectionClosed):
        async with asyncio.timeout(4):
            while True:
                await socket.recv()
    return socket.close_code


async def still_answers(socket: ClientConnection) -> None:
    await ask(socket, "alive", "{ __typename }")
    assert (await hear(socket))["payload"] == {"data": {"__typename": "Query"}}
    assert await hear(socket) == {"id": "alive", "type": "complete"}


async def test_a_query_a_mutation_and_a_subscription_are_carried(toy: ToyServer) -> None:
    socket = await opened(toy)
    await ask(socket, "q", "query ($n: String) { hello(name: $n) }", variables={"n": "you"})
    assert await hear(socket) == {"id": "q", "type": "next", "payload": {"data": {"hello": "hello you"}}}
    assert await hear(socket) == {"id": "q", "type": "complete"}
    await ask(socket, "s", "subscription { count(to: 3) }")
    assert [(await hear(socket))["payload"]["data"]["count"] for _ in range(3)] == [0, 1, 2]
    assert await hear(socket) == {"id": "s", "type": "complete"}
    await ask(socket, "s", "mutation { write }")
    assert "data" in (await hear(socket))["payload"]
    await socket.close()


@pytest.mark.parametrize(
    ("query", "more", "code"),
    [
        ("{", {}, "GRAPHQL_PARSE_FAILED"),
        ("{ nothing }", {}, "GRAPHQL_VALIDATION_FAILED"),
        ("query A { hello }", {"operationName": "B"}, "OPERATION_RESOLUTION_FAILED"),
        ("query ($n: Int!) { slow(seconds: 1) hello @include(if: $n) }", {}, "GRAPHQL_VALIDATION_FAILED"),
        ("subscription ($n: Int!) { count(to: $n) }", {"variables": {"n": "x"}}, "BAD_USER_INPUT"),
    ],
)
async def test_a_document_that_is_wrong_is_answered_on_its_id_alone(
    toy: ToyServer, query: str, more: dict[str, Any], code: str
) -> None:
    socket = await opened(toy)
    await ask(socket, "long", "subscription { count(to: 100000, pause: 0.3) }")
    assert (await hear(socket))["id"] == "long"
    await ask(socket, "bad", query, **more)
    while (message := await hear(socket))["id"] != "bad":
        pass
    assert message["type"] == "error"
    assert message["payload"][0]["extensions"]["code"] == code
    await say(socket, id="long", type="complete")
    await asyncio.sleep(0.05)
    await still_answers(socket)
    await socket.close()


@pytest.mark.parametrize(
    "raw",
    [
        *("not json", "[]", "1", "null", "{}", '{"type":"nope"}', '{"type":5}', '{"type":"complete","id":1}'),
        *('{"type":"subscribe","payload":{"query":"{ hello }"}}', '{"type":"subscribe","id":"1"}'),
        *('{"type":"subscribe","id":"1","payload":{}}', '{"type":"subscribe","id":"1","payload":{"query":5}}'),
        *('{"type":"subscribe","id":"1","payload":null}', '{"type":"subscribe","id":7,"payload":{"query":"{ h }"}}'),
        '{"type":"subscribe","id":"1","payload":{"query":"{ hello }","variables":[1]}}',
        '{"type":"ping","payload":1}',
    ],
)
async def test_a_message_no_client_would_send_ends_the_socket(toy: ToyServer, raw: str) -> None:
    socket = await opened(toy)
    await socket.send(raw)
    assert await close_code(socket) == 4400


async def test_binary_messages_end_the_socket(toy: ToyServer) -> None:
    socket = await opened(toy)
    await socket.send(b'{"type":"ping"}')
    assert await close_code(socket) == 4400


async def test_the_handshake_keeps_its_order(toy: ToyServer) -> None:
    early = await connect(toy.socket, subprotocols=[PROTOCOL])
    await ask(early, "1", "{ hello }")
    assert await close_code(early) == 4401
    twice = await opened(toy)
    await say(twice, type="connection_init")
    assert await close_code(twice) == 4429
    silent = await connect(toy.socket, subprotocols=[PROTOCOL])
    started = time.monotonic()
    assert await close_code(silent) == 4408
    assert 0.5 < time.monotonic() - started < 2.5
    other = await connect(toy.socket, subprotocols=[Subprotocol("nonsense")])
    assert await close_code(other) == 4406
    pinging = await connect(toy.socket, subprotocols=[PROTOCOL])
    await say(pinging, type="ping")
    assert await hear(pinging) == {"type": "pong"}
    await pinging.close()


async def test_a_token_that_does_not_hold_is_forbidden(toy: ToyServer) -> None:
    socket = await connect(toy.socket, subprotocols=[PROTOCOL])
    await say(socket, type="connection_init", payload={"Authorization": "Bearer bad"})
    assert await close_code(socket) == 4403


async def test_a_page_of_another_site_is_turned_away(toy: ToyServer) -> None:
    with pytest.raises(InvalidStatus) as refusal:
        await connect(toy.socket, subprotocols=[PROTOCOL], additional_headers={"Origin": "https://evil.example"})
    assert refusal.value.response.status_code == 403
    own = await opened(toy, additional_headers={"Origin": toy.address})
    await still_answers(own)
    await own.close()


async def test_an_id_that_is_in_use_ends_the_socket(toy: ToyServer) -> None:
    socket = await opened(toy)
    for _ in range(2):
        await ask(socket, "same", "subscription { count(to: 1000, pause: 0.1) }")
    assert await close_code(socket) == 4409


async def test_fifty_operations_at_once_each_get_their_answer(toy: ToyServer) -> None:
    socket = await opened(toy)
    for number in range(50):
        await ask(socket, f"k{number}", "{ slow(seconds: 0.05) }")
    heard: dict[str, list[str]] = {}
    for _ in range(100):
        message = await hear(socket)
        heard.setdefault(message["id"], []).append(message["type"])
    assert heard == {f"k{number}": ["next", "complete"] for number in range(50)}
    await socket.close()


async def test_a_stopped_or_vanished_subscriber_costs_nothing(toy: ToyServer) -> None:
    opened_before, closed_before = toy.counts.opened, toy.counts.closed
    for number in range(10):
        socket = await opened(toy)
        await ask(socket, "long", "subscription { count(to: 100000, pause: 0.01) }")
        await hear(socket)
        if number % 2:
            socket.transport.abort()
        else:
            await say(socket, id="long", type="complete")
            await asyncio.sleep(0.05)
            await socket.close()
    deadline = time.monotonic() + 2
    while toy.counts.closed - closed_before < 10 and time.monotonic() < deadline:
        await asyncio.sleep(0.02)
    assert (toy.counts.opened - opened_before, toy.counts.closed - closed_before) == (10, 10)


async def test_a_fault_is_masked(toy: ToyServer) -> None:
    socket = await opened(toy)
    await ask(socket, "f", "{ broken }")
    message = await hear(socket)
    assert message["payload"]["errors"][0]["extensions"]["code"] == "INTERNAL"
    assert "SELECT" not in json.dumps(message)
    await socket.close()


async def test_a_client_that_does_not_read_is_sent_away(toy: ToyServer, monkeypatch: pytest.MonkeyPatch) -> None:
    socket = await opened(toy)

    async def wait_for_room(_socket: WebSocket, _text: str) -> None:
        await asyncio.sleep(60)

    monkeypatch.setattr(websocket, "SEND_SECONDS", 0.1)
    monkeypatch.setattr(WebSocket, "send_text", wait_for_room)
    await ask(socket, "unread", "{ hello }")
    assert await close_code(socket) == 1013
    assert socket.close_reason == "The client does not read"
