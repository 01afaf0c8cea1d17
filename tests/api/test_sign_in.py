"""Coming in: a link that works once, tokens, roles; on a live server, as browsers and programs do it."""

import json
import re
from uuid import UUID

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus
from websockets.typing import Subprotocol

from storage.unit_of_work import SqlUnitOfWork
from tests.live import LiveServer, ask, command

VIEWER = "{ viewer { signedIn email mayPlanSupports grants { role } } }"


def test_a_link_signs_in_once(server: LiveServer) -> None:
    link = server.sign_in_link()
    with httpx.Client(base_url=server.address) as browser:
        answer = browser.get(link)
        assert (answer.status_code, answer.headers["location"], answer.text) == (303, "/", "")
        cookie = answer.headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "samesite=lax" in cookie.lower()
        assert answer.headers["cache-control"] == "no-store"
        assert ask(browser, VIEWER)["viewer"]["signedIn"] is True

        with httpx.Client(base_url=server.address) as other:
            again = other.get(link)
            assert again.status_code == 403
            assert "no longer works" in again.text
            assert "set-cookie" not in again.headers
            assert ask(other, VIEWER)["viewer"]["signedIn"] is False

        session = browser.cookies["milepost_session"]
        assert browser.post("/sign-out", headers={"Origin": "https://evil.example"}).status_code == 403
        assert browser.post("/sign-out").status_code == 204
        kept = {"Cookie": f"milepost_session={session}"}
        stolen = httpx.post(server.graphql, json={"query": VIEWER}, headers=kept).json()
        assert stolen["data"]["viewer"]["signedIn"] is False


def test_a_token_acts_for_its_account_until_it_is_revoked(server: LiveServer) -> None:
    token = server.token("token@example.org", "--role", "STATE_PLANNER")
    assert re.fullmatch(r"mp_[A-Za-z0-9_-]{43}", token)
    headers = {"Authorization": f"Bearer {token}"}
    viewer = httpx.post(server.graphql, json={"query": VIEWER}, headers=headers).json()["data"]["viewer"]
    assert viewer == {
        "signedIn": True,
        "email": "token@example.org",
        "mayPlanSupports": True,
        "grants": [{"role": "STATE_PLANNER"}],
    }
    listed = json.loads(command("token", "list", "token@example.org", "--json", **server.settings).stdout)
    assert [(held["prefix"], held["holds"]) for held in listed] == [(token[:10], True)]
    assert token not in json.dumps(listed)
    assert listed[0]["lastUsedAt"] is not None
    assert command("token", "revoke", listed[0]["id"], **server.settings).returncode == 0
    refused = httpx.post(server.graphql, json={"query": VIEWER}, headers=headers)
    assert refused.status_code == 401
    assert refused.headers["www-authenticate"].startswith("Bearer")
    assert refused.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    assert command("token", "revoke", listed[0]["id"], **server.settings).returncode == 1


def test_a_reading_token_changes_nothing(server: LiveServer) -> None:
    token = server.token("reader@example.org", "--role", "STATE_PLANNER", "--scope", "READ")
    with httpx.Client(base_url=server.address, headers={"Authorization": f"Bearer {token}"}) as client:
        state = ask(client, "{ states { baseline { id } } viewer { mayPlanSupports } }")
        assert state["viewer"]["mayPlanSupports"] is False
        copy = "mutation ($input: CopyScenarioInput!) { copyScenario(input: $input) { errors { code } } }"
        given = {"id": state["states"][0]["baseline"]["id"], "name": "never"}
        assert ask(client, copy, input=given)["copyScenario"]["errors"] == [{"code": "FORBIDDEN"}]


def test_a_role_holds_below_its_organization_only(server: LiveServer) -> None:
    with server.planner() as planner:
        nodes = "schools(first: 1) { totalCount nodes { id name } }"
        shown = ask(planner, f"{{ states {{ districts(first: 2) {{ nodes {{ id {nodes} }} }} }} }}")
        one, other = shown["states"][0]["districts"]["nodes"]
    token = server.token("lead@example.org", "--role", "DISTRICT_LEAD", "--organization", one["id"])
    with httpx.Client(base_url=server.address, headers={"Authorization": f"Bearer {token}"}) as lead:
        query = "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }"
        schools = [one["schools"]["nodes"][0]["id"], other["schools"]["nodes"][0]["id"]]
        assert ask(lead, query, ids=schools)["nodes"] == [{"id": schools[0]}, None]
        seen = ask(lead, "{ organizations(filter: { kinds: [SCHOOL] }, first: 1) { totalCount } }")
        assert seen["organizations"]["totalCount"] == one["schools"]["totalCount"]


@pytest.mark.parametrize("header", ["Basic abc", "Bearer", "mp_x"])
def test_another_kind_of_authorization_is_told_what_is_wanted(server: LiveServer, header: str) -> None:
    answer = httpx.post(server.graphql, json={"query": VIEWER}, headers={"Authorization": header})
    assert answer.status_code == 401
    assert "Bearer" in answer.json()["errors"][0]["message"]


async def test_a_socket_takes_a_cookie_from_our_own_page_and_a_token_from_anywhere(server: LiveServer) -> None:
    protocol = Subprotocol("graphql-transport-ws")
    with server.planner() as planner:
        cookie = {"Cookie": f"milepost_session={planner.cookies['milepost_session']}"}
        async with connect(
            server.socket, subprotocols=[protocol], additional_headers=cookie | {"Origin": server.address}
        ) as own:
            assert await signed_in(own, None) is True
        with pytest.raises(InvalidStatus, match="403"):
            await connect(
                server.socket, subprotocols=[protocol], additional_headers=cookie | {"Origin": "https://evil.example"}
            )
    token = server.token("socket@example.org", "--role", "RESEARCHER")
    async with connect(server.socket, subprotocols=[protocol]) as program:
        assert await signed_in(program, {"Authorization": f"Bearer {token}"}) is True
    async with connect(server.socket, subprotocols=[protocol]) as guest:
        assert await signed_in(guest, None) is False


async def signed_in(socket: object, payload: object) -> bool:
    await socket.send(json.dumps({"type": "connection_init", "payload": payload}))  # type: ignore[attr-defined]
    assert json.loads(await socket.recv())["type"] == "connection_ack"  # type: ignore[attr-defined]
    asked = {"id": "1", "type": "subscribe", "payload": {"query": VIEWER}}
    await socket.send(json.dumps(asked))  # type: ignore[attr-defined]
    answer = json.loads(await socket.recv())  # type: ignore[attr-defined]
    return bool(answer["payload"]["data"]["viewer"]["signedIn"])


def test_the_log_holds_no_secret(server: LiveServer) -> None:
    token = server.token("secret@example.org", "--role", "RESEARCHER")
    link = server.sign_in_link()
    httpx.get(link)
    query = "query Quiet($name: String) { organizations(filter: { name: { contains: $name } }) { totalCount } }"
    asked = {"query": query, "variables": {"name": "hush-hush"}, "operationName": "Quiet"}
    httpx.post(server.graphql, json=asked, headers={"Authorization": f"Bearer {token}"})
    log = server.log.read_text()
    # What `serve` prints at its start is a link for the terminal it was started at, not a line of the log.
    lines = [line for line in log.splitlines() if line.startswith("{")]
    assert any("Quiet" in line for line in lines)
    for secret in (token, link.partition("token=")[2], "hush-hush"):
        assert all(secret not in line for line in lines)


def test_what_lets_people_in_is_on_the_record_without_its_secret(server: LiveServer) -> None:
    email = "recorded@example.org"
    first = command("token", "create", email, "--role", "STATE_PLANNER", **server.settings)
    assert first.returncode == 0, first.stderr
    assert f"{email} is STATE_PLANNER everywhere" in first.stderr
    again = server.token(email, "--role", "STATE_PLANNER")
    link = json.loads(command("sign-in-link", email, "--json", **server.settings).stdout)["link"]
    held = json.loads(command("token", "list", email, "--json", **server.settings).stdout)[0]["id"]
    assert command("token", "revoke", held, **server.settings).returncode == 0
    database = server.database()
    try:
        with SqlUnitOfWork(database.sessions()) as work:
            account = work.accounts.by_email(email)
            assert account is not None
            told, revoked = work.audit.of(account.id), work.audit.of(UUID(held))
    finally:
        database.close()
    assert len(account.grants) == 1, "the second token brings no second grant"
    assert [entry.action for entry in told] == [
        "create",
        "grant",
        "create token",
        "create token",
        "create sign-in link",
    ]
    assert told[1].details == {"role": "STATE_PLANNER", "organization": None}
    assert [entry.action for entry in revoked] == ["revoke"]
    written = repr([*told, *revoked])
    assert not any(secret in written for secret in (first.stdout.strip(), again, link.partition("token=")[2]))
