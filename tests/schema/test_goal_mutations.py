"""Changing goals, milestones and readings; and what bad input gets."""

import asyncio
from datetime import date
from typing import Any

import pytest

from domain.calendar import Validity
from domain.people import NOBODY, Role, RoleGrant, Viewer
from schema.relay import Kind, global_id
from tests.schema.asking import Asker
from tests.schema.conftest import Store
from tests.storage.plan import EVER_SINCE, TODAY, Plan, account, observation, organization


@pytest.fixture
def goal(plan: Plan) -> dict[str, Any]:
    """A goal that can be set."""
    return {
        "organizationId": global_id(Kind.ORGANIZATION, plan.west.id),
        "indicatorId": global_id(Kind.INDICATOR, plan.reading.id),
        "title": "Read by grade 3",
        "direction": "RAISE",
        "baseline": 40.0,
        "baselineOn": "2026-05-15",
        "aim": 60.0,
        "due": "2028-05-15",
        "practice": "1B",
    }


async def test_a_goal_is_set_and_seen(planner: Asker, goal: dict[str, Any]) -> None:
    payload = await planner.change(
        "setGoal",
        "SetGoalInput",
        "goal { id version title studentGroup term practice { key } organization { name goals { totalCount } } }",
        **goal,
    )
    assert payload["errors"] == []
    assert payload["goal"]["version"] == 1
    assert payload["goal"]["studentGroup"] == "ALL"
    assert payload["goal"]["term"] == "LONG"
    assert payload["goal"]["practice"] == {"key": "1B"}
    assert payload["goal"]["organization"] == {"name": "West", "goals": {"totalCount": 1}}


@pytest.mark.parametrize(
    ("change", "code", "field", "words"),
    [
        ({"due": "2026-05-15"}, "INVALID_TARGET", ["due"], "must come after the baseline date 2026-05-15"),
        ({"due": "2020-01-01"}, "INVALID_TARGET", ["due"], "The due date 2020-01-01 must come after"),
        ({"aim": 30.0}, "INVALID_TARGET", ["aim"], "an aim of 30 is on the wrong side of the baseline 40"),
        ({"aim": 101.0}, "INVALID_TARGET", ["aim"], "lies between 0 and 100 points; 101 does not"),
        ({"baseline": -1.0}, "INVALID_TARGET", ["baseline"], "-1 does not"),
        ({"direction": "LOWER"}, "INVALID_TARGET", ["aim"], "To lower a value"),
        ({"title": "  "}, "INVALID_TARGET", ["title"], "needs a title"),
        ({"title": "x" * 201}, "INVALID_TARGET", ["title"], "at most 200 characters; this one has 201"),
        ({"due": "2036-05-16"}, "INVALID_TARGET", ["due"], "more than 10 years after the baseline date 2026-05-15"),
        ({"baselineOn": "2026-10-02"}, "INVALID_TARGET", ["baselineOn"], "2026-10-02 is still to come"),
        ({"studentGroup": "NONSENSE words"}, "INVALID", ["studentGroup"], "“NONSENSE words” is no student group"),
        ({"title": "a\x00b"}, "INVALID", ["title"], "NUL"),
        ({"practice": "9Z"}, "NOT_FOUND", ["practice"], "There is no practice 9Z."),
        ({"organizationId": "nonsense"}, "NOT_FOUND", ["organizationId"], "There is no organization with this id."),
        ({"indicatorId": "AQIB"}, "NOT_FOUND", ["indicatorId"], "There is no indicator with this id."),
        ({"idempotencyKey": ""}, "INVALID", ["idempotencyKey"], "1 to 200 characters"),
        ({"idempotencyKey": "k" * 201}, "INVALID", ["idempotencyKey"], "this one has 201"),
    ],
)
async def test_a_goal_that_cannot_be_is_refused_and_nothing_is_written(
    planner: Asker, goal: dict[str, Any], change: dict[str, Any], code: str, field: list[str], words: str
) -> None:
    refusal = await planner.refusal("setGoal", "SetGoalInput", **goal | change)
    assert (refusal["code"], refusal["field"]) == (code, field)
    assert words in refusal["message"]
    data = await planner.ask(
        "query ($id: ID!) { node(id: $id) { ... on School { goals { totalCount } } } }", id=goal["organizationId"]
    )
    assert data["node"]["goals"]["totalCount"] == 0


async def test_an_infinite_number_is_refused(planner: Asker, goal: dict[str, Any]) -> None:
    result = await planner.answer(
        f"""mutation {{ setGoal(input: {{
            organizationId: "{goal["organizationId"]}", indicatorId: "{goal["indicatorId"]}", title: "x",
            direction: RAISE, baseline: 1e999, baselineOn: "2026-05-15", aim: 60, due: "2028-05-15"
        }}) {{ errors {{ code field }} }} }}"""
    )
    if result.errors is None:
        assert result.data == {"setGoal": {"errors": [{"code": "INVALID", "field": ["baseline"]}]}}
    else:
        assert (result.errors[0].extensions or {})["code"] == "GRAPHQL_VALIDATION_FAILED"


async def test_nobody_and_a_guest_are_told_no_more_than_they_may_know(
    planner: Asker, plan: Plan, goal: dict[str, Any]
) -> None:
    refusal = await planner.as_(NOBODY).refusal("setGoal", "SetGoalInput", **goal)
    assert (refusal["code"], refusal["field"]) == ("NOT_FOUND", ["organizationId"])
    guest = Viewer.of(account("guest@x", RoleGrant(Role.GUEST, plan.state.id, EVER_SINCE)), TODAY)
    refusal = await planner.as_(guest).refusal("setGoal", "SetGoalInput", **goal)
    assert refusal["code"] == "FORBIDDEN"
    assert "Your role does not let you edit plan here." in refusal["message"]


async def test_an_aim_is_revised_and_a_stale_edit_refused(planner: Asker, plan: Plan) -> None:
    goal_id = global_id(Kind.GOAL, plan.goal.id)
    payload = await planner.change(
        "reviseTarget",
        "ReviseTargetInput",
        "goal { version target { aim baseline } }",
        id=goal_id,
        aim=65.0,
        due="2028-05-15",
        expectedVersion=1,
    )
    assert payload["goal"] == {"version": 2, "target": {"aim": 65.0, "baseline": 40.0}}
    refusal = await planner.refusal(
        "reviseTarget", "ReviseTargetInput", id=goal_id, aim=70.0, due="2028-05-15", expectedVersion=1
    )
    assert (refusal["code"], refusal["field"]) == ("CONFLICT", ["expectedVersion"])
    assert "you have version 1, it is now 2" in refusal["message"]


async def test_the_same_request_twice_has_one_effect_and_another_under_its_key_is_refused(
    planner: Asker, goal: dict[str, Any]
) -> None:
    asked = goal | {"idempotencyKey": "monday"}
    selection = "goal { id organization { goals { totalCount } } }"
    first = await planner.change("setGoal", "SetGoalInput", selection, **asked)
    again = await planner.change("setGoal", "SetGoalInput", selection, **asked)
    assert first == again
    assert again["goal"]["organization"]["goals"]["totalCount"] == 1
    refusal = await planner.refusal("setGoal", "SetGoalInput", **asked | {"aim": 61.0})
    assert (refusal["code"], refusal["field"]) == ("IDEMPOTENCY_KEY_REUSED", ["idempotencyKey"])


async def test_twenty_equal_requests_at_once_have_one_effect(planner: Asker, goal: dict[str, Any]) -> None:
    asked = goal | {"idempotencyKey": "tuesday"}
    answers = await asyncio.gather(
        *(planner.change("setGoal", "SetGoalInput", "goal { id }", **asked) for _ in range(20))
    )
    assert len({answer["goal"]["id"] for answer in answers}) == 1
    assert all(answer["errors"] == [] for answer in answers)


async def test_milestones_are_added_and_attained(planner: Asker, plan: Plan) -> None:
    goal_id = global_id(Kind.GOAL, plan.goal.id)
    added = await planner.change(
        "addMilestone",
        "AddMilestoneInput",
        "milestone { id title status goal { title } } goal { version milestones { title } }",
        goalId=goal_id,
        kind="IMPLEMENTATION",
        title="Coaches in place",
        due="2026-11-01",
        requiredStage="INSTALLATION",
    )
    assert added["errors"] == []
    assert added["milestone"]["status"] == "AT_RISK"
    assert [held["title"] for held in added["goal"]["milestones"]] == ["Coaches in place", "Half of them"]
    attained = await planner.change(
        "attainMilestone",
        "AttainMilestoneInput",
        "milestone { status attainedOn evidence } goal { version }",
        id=added["milestone"]["id"],
        attainedOn="2026-09-15",
        evidence="Contracts signed",
        expectedVersion=added["goal"]["version"],
    )
    assert attained["milestone"] == {
        "status": "ATTAINED",
        "attainedOn": "2026-09-15",
        "evidence": "Contracts signed",
    }


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"due": "2029-01-01"}, ["due"], "no later than the goal's due date 2028-05-15"),
        ({"due": "2025-05-15"}, ["due"], "must fall after the baseline date 2025-05-15"),
        ({"threshold": None}, ["threshold"], "needs the value to reach"),
        ({"threshold": 40.0}, ["threshold"], "a milestone at 40 does not lie beyond the baseline 40"),
        ({"requiredFidelity": 0.5}, ["requiredFidelity"], "only it has one"),
        ({"kind": "PROFESSIONAL_PRACTICE", "threshold": None, "requiredFidelity": 1.5}, ["requiredFidelity"], "1.5"),
        ({"kind": "IMPLEMENTATION", "threshold": None}, ["requiredStage"], "needs the stage"),
        ({"title": ""}, ["title"], "needs a title"),
    ],
)
async def test_a_milestone_that_could_never_be_judged_is_refused(
    planner: Asker, plan: Plan, change: dict[str, Any], field: list[str], words: str
) -> None:
    asked = {
        "goalId": global_id(Kind.GOAL, plan.goal.id),
        "kind": "ANNUAL_ASSESSMENT",
        "title": "Half",
        "due": "2027-05-15",
        "threshold": 50.0,
    }
    refusal = await planner.refusal("addMilestone", "AddMilestoneInput", **asked | change)
    assert (refusal["code"], refusal["field"]) == ("INVALID", field)
    assert words in refusal["message"]


async def test_an_assessment_is_attained_by_its_readings_alone(planner: Asker, plan: Plan) -> None:
    refusal = await planner.refusal(
        "attainMilestone",
        "AttainMilestoneInput",
        id=global_id(Kind.MILESTONE, plan.goal.milestones[0].id),
        attainedOn="2026-09-01",
        evidence="I say so",
    )
    assert (refusal["code"], refusal["field"]) == ("INVALID", ["id"])


@pytest.fixture
def reading(plan: Plan) -> dict[str, Any]:
    """A reading that can be recorded."""
    return {
        "organizationId": global_id(Kind.ORGANIZATION, plan.east.id),
        "indicatorId": global_id(Kind.INDICATOR, plan.reading.id),
        "observedOn": "2026-05-15",
        "occasion": "ANNUAL",
        "reading": {"state": "OBSERVED", "value": 52.0, "tested": 80, "standardError": 2.5},
    }


async def test_a_reading_is_recorded_once_and_told_apart_from_what_is_not_there(
    planner: Asker, reading: dict[str, Any]
) -> None:
    selection = """observation { id revision schoolYear reading { state value tested standardError explanation }
        organization { milestoneCounts { attained total } } indicator { name } }"""
    first = await planner.change("recordObservation", "RecordObservationInput", selection, **reading)
    again = await planner.change("recordObservation", "RecordObservationInput", selection, **reading)
    assert first == again
    assert first["observation"]["schoolYear"] == 2026
    assert first["observation"]["organization"]["milestoneCounts"] == {"attained": 1, "total": 1}
    hidden = await planner.change(
        "recordObservation",
        "RecordObservationInput",
        selection,
        **reading | {"studentGroup": "EL", "reading": {"state": "SUPPRESSED"}},
    )
    assert hidden["observation"]["reading"] == {
        "state": "SUPPRESSED",
        "value": None,
        "tested": None,
        "standardError": None,
        "explanation": "Not shown, to protect a small group of students.",
    }


@pytest.mark.parametrize(
    ("change", "code", "field", "words"),
    [
        ({"observedOn": "2026-10-02"}, "INVALID", ["observedOn"], "2026-10-02 is still to come"),
        ({"reading": {"state": "OBSERVED"}}, "INVALID", ["reading", "value"], "needs a value"),
        ({"reading": {"state": "MISSING", "value": 1.0}}, "INVALID", ["reading", "value"], "only an observed"),
        ({"reading": {"state": "OBSERVED", "value": 101.0}}, "INVALID", ["reading", "value"], "between 0 and 100"),
        ({"reading": {"state": "SUPPRESSED", "tested": 4}}, "INVALID", ["reading", "tested"], "Only an observed"),
        ({"studentGroup": "el"}, "INVALID", ["studentGroup"], "“el” is no student group"),
        ({"reading": {"state": "OBSERVED", "value": 1.0, "tested": -1}}, "INVALID", ["reading", "tested"], "-1"),
        (
            {"reading": {"state": "OBSERVED", "value": 1.0, "standardError": -1.0}},
            "INVALID",
            ["reading", "standardError"],
            "-1.0",
        ),
    ],
)
async def test_a_reading_that_cannot_be_is_refused(
    planner: Asker, reading: dict[str, Any], change: dict[str, Any], code: str, field: list[str], words: str
) -> None:
    refusal = await planner.refusal("recordObservation", "RecordObservationInput", **reading | change)
    assert (refusal["code"], refusal["field"]) == (code, field)
    assert words in refusal["message"]


async def test_another_value_for_the_same_occasion_is_a_duplicate(
    planner: Asker, plan: Plan, store: Store, reading: dict[str, Any]
) -> None:
    with store[0]() as work:
        work.observations.add(observation(plan.east, plan.reading, date(2026, 5, 15), 41.0))
        work.commit()
    refusal = await planner.refusal("recordObservation", "RecordObservationInput", **reading)
    assert (refusal["code"], refusal["field"]) == ("DUPLICATE", ["reading", "value"])


async def test_a_closed_school_has_no_readings_after_its_end(
    planner: Asker, plan: Plan, store: Store, reading: dict[str, Any]
) -> None:
    closed = organization(plan.east.kind, "Gone", plan.north)
    closed.closed = date(2025, 7, 1)
    with store[0]() as work:
        work.organizations.add(closed)
        work.commit()
    refusal = await planner.refusal(
        "recordObservation",
        "RecordObservationInput",
        **reading | {"organizationId": global_id(Kind.ORGANIZATION, closed.id)},
    )
    assert (refusal["code"], refusal["field"]) == ("INVALID", ["observedOn"])
    assert "Gone was not open on 2026-05-15" in refusal["message"]


def test_a_grant_that_has_ended_is_none() -> None:
    past = RoleGrant(Role.STATE_ADMIN, None, Validity(date(2000, 1, 1), date(2001, 1, 1)))
    assert Viewer.of(account("a@b", past), TODAY).grants == ()
