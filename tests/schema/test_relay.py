"""Ids, pages and cursors: opaque, stable, and harmless when they are forged."""

import base64
import json
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.identity import new_id
from domain.reading import Window
from schema.errors import BadUserInput
from schema.organizations import ORGANIZATIONS_BY_NAME
from schema.relay import Kind, global_id, read_id, window_of
from tests.schema.asking import Asker
from tests.schema.conftest import Store
from tests.storage.plan import Plan, organization

PAGE = """
query ($first: Int, $after: String, $last: Int, $before: String, $order: OrganizationOrder) {
  organizations(first: $first, after: $after, last: $last, before: $before, orderBy: $order) {
    totalCount
    edges { cursor node { name } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}
"""
HOSTILE_CURSORS = [
    "",
    "x",
    "🙂",
    "A" * 5_000,
    base64.b64encode(b"[" * 2_000).decode(),
    base64.b64encode(b"\xff\xfe").decode(),
    base64.b64encode(b"null").decode(),
    base64.b64encode(json.dumps([1, "organizations", "a"]).encode()).decode(),
    base64.b64encode(json.dumps([1, "organizations", 1, 2]).encode()).decode(),
    base64.b64encode(json.dumps([1, "organizations", "a\x00", str(new_id())]).encode()).decode(),
    base64.b64encode(json.dumps([1, "goals", "2027-05-15", str(new_id())]).encode()).decode(),
    base64.b64encode(json.dumps([2, "organizations", "a", str(new_id())]).encode()).decode(),
    base64.b64encode(json.dumps([1, "organizations", "a", "' OR 1=1 --"]).encode()).decode(),
]


@given(st.sampled_from(Kind), st.uuids())
def test_an_id_reads_back(kind: Kind, identity: UUID) -> None:
    held = global_id(kind, identity)
    assert len(held) == 24
    assert read_id(held) == (kind, identity)


def test_an_id_never_changes() -> None:
    assert global_id(Kind.GOAL, UUID("01890a5d-ac96-774b-bcce-b302099a8057")) == "AQQBiQpdrJZ3S7zOswIJmoBX"


@given(st.text(max_size=40) | st.binary(min_size=18, max_size=18).map(lambda raw: base64.b64encode(raw).decode()))
def test_what_is_no_id_names_nothing_or_itself(text: str) -> None:
    named = read_id(text)
    assert named is None or global_id(*named) == text


async def test_a_bad_or_foreign_id_is_null_and_leaves_its_neighbours_alone(planner: Asker, plan: Plan) -> None:
    good = global_id(Kind.ORGANIZATION, plan.state.id)
    missing = global_id(Kind.GOAL, new_id())
    data = await planner.ask(
        "query ($ids: [ID!]!, $bad: ID!) { node(id: $bad) { id } nodes(ids: $ids) { id } }",
        ids=[good, "nonsense", missing, good],
        bad="1",
    )
    assert data == {"node": None, "nodes": [{"id": good}, None, None, {"id": good}]}


async def test_more_than_a_hundred_ids_are_refused(planner: Asker) -> None:
    code, words = await planner.error("query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=["x"] * 101)
    assert code == "BAD_USER_INPUT"
    assert words == "nodes takes up to 100 ids, not 101."


async def test_every_node_can_be_asked_for_again(planner: Asker, plan: Plan) -> None:
    ids = {
        "State": global_id(Kind.ORGANIZATION, plan.state.id),
        "District": global_id(Kind.ORGANIZATION, plan.north.id),
        "School": global_id(Kind.ORGANIZATION, plan.east.id),
        "Indicator": global_id(Kind.INDICATOR, plan.reading.id),
        "Goal": global_id(Kind.GOAL, plan.goal.id),
        "Milestone": global_id(Kind.MILESTONE, plan.goal.milestones[0].id),
        "Support": global_id(Kind.SUPPORT, plan.coaching.id),
        "Pool": global_id(Kind.POOL, plan.coaches.id),
        "Scenario": global_id(Kind.SCENARIO, plan.baseline.id),
    }
    data = await planner.ask("query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }", ids=list(ids.values()))
    assert data["nodes"] == [{"__typename": name, "id": held} for name, held in ids.items()]


@pytest.mark.parametrize("order", ["NAME_ASC", "NAME_DESC"])
@pytest.mark.parametrize("size", [1, 2, 3, 4, 6, 7])
async def test_pages_in_either_direction_make_the_whole_list(planner: Asker, order: str, size: int) -> None:
    whole = [edge["node"]["name"] for edge in (await planner.ask(PAGE, order=order))["organizations"]["edges"]]
    assert whole == sorted(["Cascadia", "East", "Lake", "North", "South", "West"], reverse=order == "NAME_DESC")
    forward: list[str] = []
    cursor = None
    while True:
        page = (await planner.ask(PAGE, order=order, first=size, after=cursor))["organizations"]
        forward += [edge["node"]["name"] for edge in page["edges"]]
        assert page["totalCount"] == 6
        assert page["pageInfo"]["hasPreviousPage"] is (cursor is not None)
        cursor = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    backward: list[str] = []
    cursor = None
    while True:
        page = (await planner.ask(PAGE, order=order, last=size, before=cursor))["organizations"]
        backward = [edge["node"]["name"] for edge in page["edges"]] + backward
        assert page["pageInfo"]["hasNextPage"] is (cursor is not None)
        cursor = page["pageInfo"]["startCursor"]
        if not page["pageInfo"]["hasPreviousPage"]:
            break
    assert forward == backward == whole


async def test_what_comes_meanwhile_shifts_no_page(planner: Asker, plan: Plan, store: Store) -> None:
    first = (await planner.ask(PAGE, first=3))["organizations"]
    with store[0]() as work:
        work.organizations.add(organization(plan.east.kind, "Aspen", plan.north))
        work.commit()
    rest = (await planner.ask(PAGE, first=10, after=first["pageInfo"]["endCursor"]))["organizations"]
    assert [edge["node"]["name"] for edge in rest["edges"]] == ["North", "South", "West"]


async def test_a_page_of_none_is_a_page(planner: Asker) -> None:
    page = (await planner.ask(PAGE, first=0))["organizations"]
    assert page["edges"] == []
    assert page["pageInfo"] == {
        "hasNextPage": True,
        "hasPreviousPage": False,
        "startCursor": None,
        "endCursor": None,
    }


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"first": -1}, "first is -1; it takes 0 to 500."),
        ({"last": -5}, "last is -5; it takes 0 to 500."),
        ({"first": 501}, "first is 501; it takes 0 to 500."),
        ({"last": 2_000_000_000}, "last is 2000000000; it takes 0 to 500."),
        ({"first": 1, "last": 1}, "Give first or last, not both."),
    ],
)
async def test_a_page_size_out_of_range_is_refused(planner: Asker, asked: dict[str, int], words: str) -> None:
    assert await planner.error(PAGE, **asked) == ("BAD_USER_INPUT", words)


@pytest.mark.parametrize("cursor", HOSTILE_CURSORS)
@pytest.mark.parametrize("argument", ["after", "before"])
async def test_a_hostile_cursor_is_refused_in_words(planner: Asker, cursor: str, argument: str) -> None:
    assert await planner.error(PAGE, **{argument: cursor}) == (
        "BAD_USER_INPUT",
        f"{argument} is not a cursor of this list.",
    )


@given(st.text(max_size=60))
def test_any_text_is_a_cursor_or_refused(text: str) -> None:
    try:
        window = window_of(ORGANIZATIONS_BY_NAME, None, text, None, None)
    except BadUserInput:
        return
    assert isinstance(window, Window)
