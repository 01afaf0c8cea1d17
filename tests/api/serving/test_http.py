"""GraphQL over HTTP: every mistake of a client gets an answer of its own, in JSON, with a code."""

import time
from typing import Any

import httpx
import pytest

from tests.api.serving.conftest import ToyServer

GRAPHQL_JSON = "application/graphql-response+json"


def post(toy: ToyServer, query: str, *, accept: str | None = GRAPHQL_JSON, **fields: Any) -> httpx.Response:
    headers = {} if accept is None else {"Accept": accept}
    return httpx.post(toy.graphql, json={"query": query, **fields}, headers=headers)


def code_of(response: httpx.Response) -> str:
    return str(response.json()["errors"][0]["extensions"]["code"])


def test_a_query_is_answered(toy: ToyServer) -> None:
    response = post(toy, "query ($n: String!) { hello(name: $n) }", variables={"n": "you"})
    assert response.status_code == 200
    assert response.json() == {"data": {"hello": "hello you"}}
    assert response.headers["content-type"] == f"{GRAPHQL_JSON}; charset=utf-8"
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["x-content-type-options"] == "nosniff"
    assert len(response.headers["x-request-id"]) >= 8


@pytest.mark.parametrize(
    ("accept", "content_type"),
    [
        (None, "application/json"),
        ("*/*", "application/json"),
        ("application/json", "application/json"),
        (f"{GRAPHQL_JSON}, application/json;q=0.9", GRAPHQL_JSON),
        (f"application/json, {GRAPHQL_JSON};q=0.5", "application/json"),
        ("application/graphql-response+json, application/json, text/event-stream, multipart/mixed", GRAPHQL_JSON),
    ],
)
def test_the_answer_has_the_form_that_was_asked_for(toy: ToyServer, accept: str | None, content_type: str) -> None:
    assert post(toy, "{ hello }", accept=accept).headers["content-type"].startswith(content_type)


def test_an_unknown_form_of_answer_is_not_acceptable(toy: ToyServer) -> None:
    response = post(toy, "{ hello }", accept="image/png")
    assert (response.status_code, code_of(response)) == (406, "NOT_ACCEPTABLE")


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("{", "GRAPHQL_PARSE_FAILED"),
        ("{ nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ("query A { hello } query B { hello }", "OPERATION_RESOLUTION_FAILED"),
        ("query ($n: Int!) { hello }", "GRAPHQL_VALIDATION_FAILED"),
        ("query ($n: String!) { hello(name: $n) }", "BAD_USER_INPUT"),
    ],
)
def test_a_document_that_is_wrong_is_refused_without_data(toy: ToyServer, query: str, code: str) -> None:
    response = post(toy, query)
    assert (response.status_code, code_of(response)) == (400, code)
    assert "data" not in response.json()
    assert post(toy, query, accept="application/json").status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"1", b"null", b'"x"', b"NaN", b"[]", b"{", b"\xff\xfe", b"{}", b'{"query": 5}', b"[" * 100_000),
        *(b'{"query":"{hello}","variables":[1]}', b'{"query":"{hello}","variables":"x"}'),
        *(b'{"query":"{hello}","extensions":0}', b'{"query":"{hello}","operationName":{}}'),
    ],
)
def test_a_body_that_is_no_request_is_a_bad_request(toy: ToyServer, body: bytes) -> None:
    response = httpx.post(toy.graphql, content=body, headers={"Content-Type": "application/json"})
    assert (response.status_code, code_of(response)) == (400, "BAD_REQUEST")


@pytest.mark.parametrize(
    "content_type",
    [
        *("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "xapplication/jsonx"),
        *("application/json; charset=latin-1", "application/graphql", ""),
    ],
)
def test_only_json_in_utf_8_executes(toy: ToyServer, content_type: str) -> None:
    before = toy.counts.written
    response = httpx.post(
        toy.graphql, content=b'{"query":"mutation { write }"}', headers={"Content-Type": content_type}
    )
    assert (response.status_code, code_of(response)) == (415, "UNSUPPORTED_MEDIA_TYPE")
    assert toy.counts.written == before


def test_a_body_too_large_is_refused_however_it_is_sent(toy: ToyServer) -> None:
    def chunks() -> Any:
        for _ in range(40):
            yield b" " * 50_000

    for content in (b" " * 2_000_000, chunks()):
        response = httpx.post(toy.graphql, content=content, headers={"Content-Type": "application/json"})
        assert (response.status_code, code_of(response)) == (413, "PAYLOAD_TOO_LARGE")


def test_a_query_may_come_by_get_but_a_mutation_may_not(toy: ToyServer) -> None:
    assert httpx.get(toy.graphql, params={"query": "{ hello }"}).json() == {"data": {"hello": "hello world"}}
    named = {"query": "query Q($n: String) { hello(name: $n) }", "variables": '{"n":"x"}', "operationName": "Q"}
    assert httpx.get(toy.graphql, params=named).json() == {"data": {"hello": "hello x"}}
    response = httpx.get(toy.graphql, params={"query": "mutation { write }"})
    assert (response.status_code, code_of(response)) == (405, "METHOD_NOT_ALLOWED")
    assert response.headers["allow"] == "POST"
    assert httpx.get(toy.graphql).status_code == 400
    assert httpx.get(toy.graphql, params={"query": "{ hello }", "variables": "{"}).status_code == 400


def test_a_get_with_a_cookie_must_show_that_no_foreign_page_made_it(toy: ToyServer) -> None:
    cookie = {"Cookie": "milepost_session=x"}
    query = {"query": "{ hello }"}
    assert code_of(httpx.get(toy.graphql, params=query, headers=cookie)) == "PREFLIGHT_REQUIRED"
    cross = {**cookie, "Sec-Fetch-Site": "cross-site"}
    assert httpx.get(toy.graphql, params=query, headers=cross).status_code == 400
    shown = {**cookie, "GraphQL-Require-Preflight": "1"}
    assert httpx.get(toy.graphql, params=query, headers=shown).status_code == 200


def test_another_method_is_not_allowed(toy: ToyServer) -> None:
    response = httpx.put(toy.graphql, json={"query": "{ hello }"})
    assert (response.status_code, response.headers["allow"]) == (405, "GET, POST")


def test_a_refusal_keeps_its_words_and_a_fault_of_ours_does_not(toy: ToyServer) -> None:
    response = httpx.post(
        toy.graphql, json={"query": "{ refused broken hello }"}, headers={"X-Request-Id": "my-request-17"}
    )
    assert response.status_code == 200
    refused, broken = response.json()["errors"]
    assert refused["message"] == "Seven is not a colour."
    assert refused["extensions"] == {"code": "INVALID", "field": ["colour"]}
    assert broken["extensions"] == {"code": "INTERNAL", "requestId": "my-request-17"}
    assert "SELECT" not in response.text
    assert response.json()["data"] == {"refused": None, "broken": None, "hello": "hello world"}
    assert response.headers["x-request-id"] == "my-request-17"


def test_an_operation_that_takes_too_long_is_stopped(toy: ToyServer) -> None:
    response = post(toy, "{ slow(seconds: 30) }")
    assert (response.status_code, code_of(response)) == (503, "TIMEOUT")


def test_a_query_stops_when_its_client_leaves(toy: ToyServer) -> None:
    before = toy.counts.cancelled
    with pytest.raises(httpx.ReadTimeout):
        httpx.post(toy.graphql, json={"query": "{ slow(seconds: 30) }"}, timeout=0.2)
    deadline = time.monotonic() + 1.0
    while toy.counts.cancelled == before and time.monotonic() < deadline:
        time.sleep(0.01)
    assert toy.counts.cancelled == before + 1


def test_a_token_that_does_not_hold_is_unauthenticated(toy: ToyServer) -> None:
    response = httpx.post(toy.graphql, json={"query": "{ hello }"}, headers={"Authorization": "Bearer bad"})
    assert (response.status_code, code_of(response)) == (401, "UNAUTHENTICATED")


def test_fragments_that_double_each_other_are_refused_at_once(toy: ToyServer) -> None:
    for doublings in (24, 60, 100):
        spread = " ".join(
            f"fragment F{n} on Leaf {{ deeper {{ ...F{n + 1} }} again: deeper {{ ...F{n + 1} }} }}"
            for n in range(doublings)
        )
        query = f"{{ leaf {{ ...F0 }} }} {spread} fragment F{doublings} on Leaf {{ name }}"
        started = time.monotonic()
        response = post(toy, query)
        assert (response.status_code, code_of(response)) == (400, "DOCUMENT_TOO_COMPLEX")
        assert time.monotonic() - started < 1.0


@pytest.mark.parametrize(
    "query",
    [
        "{ leaf " + "{ deeper " * 30 + "{ name }" + " }" * 30 + "}",
        "{" + " hello" * 200 + "}",
        "{" + " ".join(f"a{n}: hello" for n in range(6_000)) + "}",
        "{ hello " + "@skip(if: false) " * 50 + "}",
        "#" + "x" * 200_000 + "\n{ hello }",
        "\n".join("#" for _ in range(1_000)) + "{ hello }",
        " ".join(f"query Q{n} {{ hello }}" for n in range(100)),
    ],
)
def test_a_document_larger_than_the_limits_is_refused(toy: ToyServer, query: str) -> None:
    response = post(toy, query, operationName="Q0")
    assert response.status_code == 400
    assert code_of(response) in ("DOCUMENT_TOO_COMPLEX", "GRAPHQL_PARSE_FAILED")


def test_a_fragment_that_spreads_itself_is_refused(toy: ToyServer) -> None:
    response = post(toy, "{ leaf { ...F } } fragment F on Leaf { deeper { ...F } }")
    assert code_of(response) == "GRAPHQL_VALIDATION_FAILED"


def test_a_long_chain_of_fragments_is_refused(toy: ToyServer) -> None:
    chain = " ".join(f"fragment F{n} on Leaf {{ ...F{n + 1} }}" for n in range(360))
    response = post(toy, f"{{ leaf {{ ...F0 }} }} {chain}")
    assert code_of(response) in ("DOCUMENT_TOO_COMPLEX", "GRAPHQL_VALIDATION_FAILED")


def test_introspection_fits_into_the_limits(toy: ToyServer) -> None:
    from graphql import get_introspection_query

    response = post(toy, get_introspection_query(input_value_deprecation=True, specified_by_url=True))
    assert "errors" not in response.json()
