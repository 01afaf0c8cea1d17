"""Bringing organizations into the tree and moving them; and what bad input gets."""

from typing import Any

import pytest

from domain.people import Role, RoleGrant, Viewer
from schema.relay import Kind, global_id
from tests.schema.asking import Asker
from tests.storage.plan import EVER_SINCE, TODAY, Plan, account


@pytest.fixture
def admin(planner: Asker, plan: Plan) -> Asker:
    return planner.as_(Viewer.of(account("admin@x", RoleGrant(Role.STATE_ADMIN, plan.state.id, EVER_SINCE)), TODAY))


def organization_id(held: Any) -> str:
    return global_id(Kind.ORGANIZATION, held.id)


async def test_a_school_is_added_and_seen_under_its_district(admin: Asker, plan: Plan) -> None:
    payload = await admin.change(
        "addOrganization",
        "AddOrganizationInput",
        "organization { name kind opened identifiers { scheme value } parent { name } ... on School { level } }",
        parentId=organization_id(plan.south),
        kind="SCHOOL",
        name="Harbor",
        since="2026-07-01",
        level="MIDDLE",
        identifiers=[{"scheme": "nces", "value": "370001"}],
    )
    assert payload["organization"] == {
        "name": "Harbor",
        "kind": "SCHOOL",
        "opened": "2026-07-01",
        "identifiers": [{"scheme": "nces", "value": "370001"}],
        "parent": {"name": "South"},
        "level": "MIDDLE",
    }


async def test_a_school_moves_and_a_stale_move_is_refused(admin: Asker, plan: Plan) -> None:
    asked = {
        "id": organization_id(plan.east),
        "parentId": organization_id(plan.south),
        "since": "2026-07-01",
        "expectedVersion": 1,
    }
    payload = await admin.change(
        "moveOrganization", "MoveOrganizationInput", "organization { version parent { name } }", **asked
    )
    assert payload["errors"] == []
    assert payload["organization"]["parent"] == {"name": "South"}
    refusal = await admin.refusal("moveOrganization", "MoveOrganizationInput", **asked)
    assert (refusal["code"], refusal["field"]) == ("CONFLICT", ["expectedVersion"])


@pytest.mark.parametrize(
    ("parent", "child", "words"),
    [
        ("state", "east", "A school stands under a district; Cascadia is a state."),
        ("west", "east", "A school stands under a district; West is a school."),
        ("east", "north", "A district stands under a state; East is a school."),
        ("north", "state", "A state stands under nothing."),
        ("north", "east", "East already stands under North."),
    ],
)
async def test_a_parent_that_skips_a_level_or_makes_a_cycle_is_refused(
    admin: Asker, plan: Plan, parent: str, child: str, words: str
) -> None:
    refusal = await admin.refusal(
        "moveOrganization",
        "MoveOrganizationInput",
        id=organization_id(getattr(plan, child)),
        parentId=organization_id(getattr(plan, parent)),
        since="2026-07-01",
    )
    assert refusal["code"] == "INVALID_PARENT"
    assert refusal["field"] in (["parentId"], ["id"])
    assert refusal["message"] == words


async def test_who_may_not_administer_may_not_move(planner: Asker, plan: Plan) -> None:
    refusal = await planner.refusal(
        "moveOrganization",
        "MoveOrganizationInput",
        id=organization_id(plan.east),
        parentId=organization_id(plan.south),
        since="2026-07-01",
    )
    assert refusal["code"] == "FORBIDDEN"
