"""Copying the baseline, changing the copy, throwing it away; supports out of pools; and what bad input gets."""

from typing import Any

import pytest

from domain.people import Role, RoleGrant, Viewer
from schema.relay import Kind, global_id
from tests.schema.asking import Asker
from tests.storage.plan import EVER_SINCE, TODAY, Plan, account

SCENARIO = """scenario { id version name isBaseline copiedFrom { name } horizonMonths
    allocation { pool { name } capacity { year units } }
    policy { kind weights { term weight } pins { organization { name } } }
    budget { year dollars } cost { year dollars budget } }"""


@pytest.fixture
def baseline(plan: Plan) -> str:
    return global_id(Kind.SCENARIO, plan.baseline.id)


@pytest.fixture
def coaches(plan: Plan) -> str:
    return global_id(Kind.POOL, plan.coaches.id)


@pytest.fixture
async def copy(planner: Asker, baseline: str) -> str:
    payload = await planner.change("copyScenario", "CopyScenarioInput", "scenario { id }", id=baseline, name="More")
    held: str = payload["scenario"]["id"]
    return held


async def test_the_baseline_is_copied_and_the_copy_changed(
    planner: Asker, plan: Plan, baseline: str, coaches: str
) -> None:
    copied = await planner.change("copyScenario", "CopyScenarioInput", SCENARIO, id=baseline, name="More coaches")
    assert copied["errors"] == []
    assert copied["scenario"]["copiedFrom"] == {"name": "As it is"}
    changed = await planner.change(
        "changeScenario",
        "ChangeScenarioInput",
        SCENARIO,
        id=copied["scenario"]["id"],
        expectedVersion=1,
        pools=[{"poolId": coaches, "capacity": [{"year": 2027, "units": 4}, {"year": 2028, "units": 3}]}],
        policy={
            "kind": "NEED_INDEX",
            "weights": [{"term": "GAP_TO_PATH", "weight": 1}],
            "pins": [{"poolId": coaches, "organizationId": global_id(Kind.ORGANIZATION, plan.lake.id)}],
        },
        budget=[{"year": 2027, "dollars": 400000}],
        horizonMonths=24,
    )
    assert changed["errors"] == []
    assert changed["scenario"] | {"id": ""} == {
        "id": "",
        "version": 2,
        "name": "More coaches",
        "isBaseline": False,
        "copiedFrom": {"name": "As it is"},
        "horizonMonths": 24,
        "allocation": [
            {"pool": {"name": "Coaches"}, "capacity": [{"year": 2027, "units": 4.0}, {"year": 2028, "units": 3.0}]}
        ],
        "policy": {
            "kind": "NEED_INDEX",
            "weights": [{"term": "GAP_TO_PATH", "weight": 1.0}],
            "pins": [{"organization": {"name": "Lake"}}],
        },
        "budget": [{"year": 2027, "dollars": 400000.0}],
        "cost": [
            {"year": 2027, "dollars": 360000.0, "budget": 400000.0},
            {"year": 2028, "dollars": 270000.0, "budget": None},
        ],
    }
    listed = await planner.ask("{ states { baseline { name } scenarios { totalCount nodes { name } } } }")
    assert listed["states"] == [
        {
            "baseline": {"name": "As it is"},
            "scenarios": {"totalCount": 2, "nodes": [{"name": "As it is"}, {"name": "More coaches"}]},
        }
    ]


def capacity(pool: str, year: int, units: float) -> dict[str, Any]:
    return {"poolId": pool, "capacity": [{"year": year, "units": units}]}


@pytest.mark.parametrize(
    ("change", "code", "field", "words"),
    [
        ("dear", "BUDGET_EXCEEDED", ["budget", "2027"], "$450,000, which is $250,000 more than the budget of $200,000"),
        ("negative", "INVALID", ["pools", "0", "capacity", "2027"], "Coaches in 2027: -1 coaches"),
        ("year", "INVALID", ["pools", "0", "capacity", "2055"], "2055 is outside this scenario's years 2027 to 2029"),
        ("part", "INVALID", ["pools", "0", "capacity", "2027"], "Coaches in 2027: 1.5 coaches; give a whole number."),
        ("district", "INVALID", ["policy", "pins", "0", "organizationId"], "North is a district"),
        ("twice", "INVALID", ["pools", "1"], "Coaches stands twice"),
        ("two years", "INVALID", ["pools", "0", "capacity", "2027"], "The year 2027 stands twice."),
        ("foreign pool", "NOT_FOUND", ["pools", "0", "poolId"], "There is no pool with this id."),
        ("long", "HORIZON_TOO_LONG", ["horizonMonths"], "The horizon is 73 months; the model answers for 3 to 72."),
        ("weight", "INVALID", ["policy", "weights", "WAITING"], "a weight cannot be negative"),
        ("no weight", "INVALID", ["policy", "weights"], "at least one weight above zero"),
        ("no pins", "INVALID", ["policy", "pins"], "name at least one"),
        ("bad pin", "NOT_FOUND", ["policy", "pins", "0", "organizationId"], "There is no organization with this id."),
        ("budget", "INVALID", ["budget", "2027"], "it cannot be negative"),
        ("name", "INVALID", ["name"], "There already is a scenario named “as it IS”."),
        ("stale", "CONFLICT", ["expectedVersion"], "you have version 7, it is now 1"),
    ],
)
async def test_an_allocation_that_cannot_be_is_refused_beside_its_field(
    planner: Asker, plan: Plan, copy: str, coaches: str, change: str, code: str, field: list[str], words: str
) -> None:
    changes: dict[str, dict[str, Any]] = {
        "dear": {"pools": [capacity(coaches, 2027, 5)]},
        "negative": {"pools": [capacity(coaches, 2027, -1)]},
        "year": {"pools": [capacity(coaches, 2055, 1)]},
        "part": {"pools": [capacity(coaches, 2027, 1.5)]},
        "district": {
            "policy": {
                "kind": "FIXED",
                "pins": [{"poolId": coaches, "organizationId": global_id(Kind.ORGANIZATION, plan.north.id)}],
            }
        },
        "twice": {"pools": [capacity(coaches, 2027, 1), capacity(coaches, 2027, 1)]},
        "two years": {"pools": [{"poolId": coaches, "capacity": [{"year": 2027, "units": 1}] * 2}]},
        "foreign pool": {"pools": [capacity("nonsense", 2027, 1)]},
        "long": {"horizonMonths": 73},
        "weight": {"policy": {"kind": "NEED_INDEX", "weights": [{"term": "WAITING", "weight": -1}]}},
        "no weight": {"policy": {"kind": "NEED_INDEX", "weights": [{"term": "WAITING", "weight": 0}]}},
        "no pins": {"policy": {"kind": "FIXED"}},
        "bad pin": {"policy": {"kind": "FIXED", "pins": [{"poolId": coaches, "organizationId": copy}]}},
        "budget": {"budget": [{"year": 2027, "dollars": -1}]},
        "name": {"name": "as it IS "},
        "stale": {"expectedVersion": 7, "name": "x"},
    }
    refusal = await planner.refusal("changeScenario", "ChangeScenarioInput", id=copy, **changes[change])
    assert (refusal["code"], refusal["field"]) == (code, field)
    assert words in refusal["message"]
    kept = await planner.ask("query ($id: ID!) { node(id: $id) { ... on Scenario { version name } } }", id=copy)
    assert kept["node"] == {"version": 1, "name": "More"}


async def test_the_baseline_is_neither_changed_nor_thrown_away(planner: Asker, baseline: str) -> None:
    refusal = await planner.refusal("changeScenario", "ChangeScenarioInput", id=baseline, name="Mine")
    assert (refusal["code"], refusal["field"]) == ("FORBIDDEN", ["id"])
    assert "Copy it and change the copy." in refusal["message"]
    refusal = await planner.refusal("removeScenario", "RemoveScenarioInput", id=baseline)
    assert refusal["code"] == "FORBIDDEN"


async def test_a_copy_is_thrown_away_once(planner: Asker, copy: str) -> None:
    asked = {"id": copy, "idempotencyKey": "away"}
    first = await planner.change("removeScenario", "RemoveScenarioInput", "removedId", **asked)
    again = await planner.change("removeScenario", "RemoveScenarioInput", "removedId", **asked)
    assert first == again == {"removedId": copy, "errors": []}
    refusal = await planner.refusal("removeScenario", "RemoveScenarioInput", id=copy)
    assert (refusal["code"], refusal["message"]) == ("NOT_FOUND", "There is no scenario with this id.")


async def test_who_does_not_see_the_state_does_not_see_its_scenarios(planner: Asker, plan: Plan, baseline: str) -> None:
    lead = Viewer.of(account("lead@x", RoleGrant(Role.DISTRICT_LEAD, plan.north.id, EVER_SINCE)), TODAY)
    refusal = await planner.as_(lead).refusal("copyScenario", "CopyScenarioInput", id=baseline, name="Mine")
    assert (refusal["code"], refusal["field"]) == ("NOT_FOUND", ["id"])


@pytest.fixture
def promise(plan: Plan) -> dict[str, Any]:
    """A support that can be assigned."""
    return {
        "supportId": global_id(Kind.SUPPORT, plan.coaching.id),
        "poolId": global_id(Kind.POOL, plan.coaches.id),
        "organizationId": global_id(Kind.ORGANIZATION, plan.east.id),
        "goalId": global_id(Kind.GOAL, plan.goal.id),
        "starts": "2026-09-01",
        "ends": "2027-06-01",
        "promisedUnits": 40.0,
    }


async def test_a_support_is_promised_and_delivered(planner: Asker, promise: dict[str, Any]) -> None:
    assigned = await planner.change(
        "assignSupport",
        "AssignSupportInput",
        "assignment { id doseShare slots support { name } pool { name } organization { name } goal { title } }",
        **promise,
    )
    assert assigned["errors"] == []
    delivered = await planner.change(
        "recordDelivery",
        "RecordDeliveryInput",
        "assignment { doseShare deliveredUnits deliveries { on units note } }",
        assignmentId=assigned["assignment"]["id"],
        on="2026-09-20",
        units=10.0,
        note="First visit",
    )
    assert delivered["assignment"] == {
        "doseShare": 0.25,
        "deliveredUnits": 10.0,
        "deliveries": [{"on": "2026-09-20", "units": 10.0, "note": "First visit"}],
    }
    refusal = await planner.refusal(
        "recordDelivery",
        "RecordDeliveryInput",
        assignmentId=assigned["assignment"]["id"],
        on="2026-10-02",
        units=1.0,
    )
    assert (refusal["code"], refusal["field"]) == ("INVALID", ["on"])


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"slots": 2.5}, "CAPACITY_EXCEEDED", ["poolId"]),
        ({"promisedUnits": 0.0}, "INVALID", ["promisedUnits"]),
        ({"slots": 0.0}, "INVALID", ["slots"]),
        ({"ends": "2026-09-01"}, "INVALID", ["ends"]),
        ({"goalId": "nonsense"}, "NOT_FOUND", ["goalId"]),
        ({"poolId": "nonsense"}, "NOT_FOUND", ["poolId"]),
        ({"supportId": "nonsense"}, "NOT_FOUND", ["supportId"]),
    ],
)
async def test_a_promise_that_cannot_be_kept_is_refused(
    planner: Asker, promise: dict[str, Any], change: dict[str, Any], code: str, field: list[str]
) -> None:
    refusal = await planner.refusal("assignSupport", "AssignSupportInput", **promise | change)
    assert (refusal["code"], refusal["field"]) == (code, field)
