"""Subscriptions as event streams: graphql-sse, distinct connections, lines ended by LF."""

import json
import time

import httpx

from tests.api.serving.conftest import ToyServer

STREAM = {"Accept": "text/event-stream"}


def events(text: str) -> list[tuple[str, str]]:
    blocks = [block for block in text.split("\n\n") if block and not block.startswith(":")]
    return [
        (block.split("\n")[0].removeprefix("event: "), block.split("\n")[1].removeprefix("data:").strip())
        for block in blocks
    ]


def test_a_subscription_streams_its_events_and_completes(toy: ToyServer) -> None:
    response = httpx.post(toy.graphql, json={"query": "subscription { count(to: 3) }"}, headers=STREAM)
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/event-stream")
    assert "\r" not in response.text
    assert [name for name, _ in events(response.text)] == ["next", "next", "next", "complete"]
    assert [json.loads(data)["data"]["count"] for name, data in events(response.text)[:3]] == [0, 1, 2]


def test_a_document_that_is_wrong_is_told_on_the_stream(toy: ToyServer) -> None:
    response = httpx.post(toy.graphql, json={"query": "subscription { nothing }"}, headers=STREAM)
    (first, body), (last, _) = events(response.text)
    assert (first, last) == ("next", "complete")
    assert json.loads(body)["errors"][0]["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"


def test_a_fault_within_a_stream_is_masked_and_ends_it(toy: ToyServer) -> None:
    response = httpx.post(toy.graphql, json={"query": "subscription { breaking }"}, headers=STREAM)
    assert "SELECT" not in response.text
    assert [name for name, _ in events(response.text)] == ["next", "next", "complete"]
    assert json.loads(events(response.text)[1][1])["errors"][0]["extensions"]["code"] == "INTERNAL"


def test_a_query_may_be_streamed_too(toy: ToyServer) -> None:
    response = httpx.post(toy.graphql, json={"query": "{ hello }"}, headers=STREAM)
    assert [name for name, _ in events(response.text)] == ["next", "complete"]


def test_a_subscription_without_a_stream_is_told_what_to_send(toy: ToyServer) -> None:
    response = httpx.post(toy.graphql, json={"query": "subscription { count(to: 1) }"})
    assert response.status_code == 406
    assert "text/event-stream" in response.json()["errors"][0]["message"]


def test_a_stream_stops_when_its_reader_leaves(toy: ToyServer) -> None:
    before = toy.counts.closed
    long = {"query": "subscription { count(to: 100000, pause: 0.01) }"}
    with httpx.stream("POST", toy.graphql, json=long, headers=STREAM) as response:
        next(response.iter_bytes())
    deadline = time.monotonic() + 1.0
    while toy.counts.closed == before and time.monotonic() < deadline:
        time.sleep(0.01)
    assert toy.counts.closed == before + 1
