"""The baseline is copied, the copy is changed and checked again, and may be thrown away."""

from typing import Any

import pytest

from domain.errors import (
    BudgetExceeded,
    HorizonTooLong,
    InvalidAllocation,
    NotFound,
    NotPermitted,
    StaleVersion,
)
from domain.identity import OrganizationId, PoolId, new_id
from domain.people import Role
from domain.ports import Acting, UnitOfWork
from domain.scenarios import Pin, Policy, PolicyKind, PoolAllocation, Scenario
from domain.services.scenarios import change_scenario, copy_scenario, remove_scenario
from tests.domain.services.conftest import acting
from tests.storage.plan import Plan


@pytest.fixture
def twin(work: UnitOfWork, plan: Plan, planner: Acting) -> Scenario:
    with work:
        made = copy_scenario(work, planner, scenario_id=plan.baseline.id, name=" More coaches ")
        work.commit()
        return made


def test_a_copy_says_the_same_and_may_be_changed(work: UnitOfWork, plan: Plan, planner: Acting, twin: Scenario) -> None:
    assert (twin.name, twin.copied_from, twin.is_baseline) == ("More coaches", plan.baseline.id, False)
    more = PoolAllocation(plan.coaches.id, {2027: 3.0, 2028: 3.0})
    with work:
        changed = change_scenario(
            work,
            planner,
            scenario_id=twin.id,
            allocation=[more],
            policy=Policy(PolicyKind.WORST_FIRST),
            budget={2027: 300_000.0},
            horizon_months=24,
            expected_version=1,
        )
        work.commit()
        assert (changed.allocation, changed.budget, changed.version) == ((more,), {2027: 300_000.0}, 2)
    with work:
        assert work.scenarios.get(plan.baseline.id).allocation[0].capacity == {2027: 2.0}


@pytest.mark.parametrize(
    ("changes", "refusal", "field"),
    [
        ({"budget": {2027: 1.0}}, BudgetExceeded, ("budget", 2027)),
        ({"budget": {2055: 1.0}}, InvalidAllocation, ("budget", 2055)),
        ({"budget": {2055: 1.0}, "horizon_months": 48}, InvalidAllocation, ("budget", 2055)),
        ({"horizon_months": 80}, HorizonTooLong, ("horizonMonths",)),
        ({"name": "x" * 201}, InvalidAllocation, ("name",)),
        ({"name": "AS IT IS"}, InvalidAllocation, ("name",)),
        ({"allocation": [PoolAllocation(PoolId(new_id()), {})]}, NotFound, ("pools", 0, "poolId")),
        ({"expected_version": 9}, StaleVersion, ("expectedVersion",)),
    ],
)
def test_a_change_that_cannot_be_is_refused_beside_its_field_and_changes_nothing(
    work: UnitOfWork,
    planner: Acting,
    twin: Scenario,
    changes: dict[str, Any],
    refusal: type[Exception],
    field: tuple[str | int, ...],
) -> None:
    with work:
        with pytest.raises(refusal) as caught:
            change_scenario(work, planner, scenario_id=twin.id, **changes)
        assert getattr(caught.value, "field") == field  # noqa: B009 - whichever refusal it is
        work.commit()
    with work:
        assert work.scenarios.get(twin.id).version == 1


def test_all_amounts_follow_the_horizon(work: UnitOfWork, plan: Plan, planner: Acting, twin: Scenario) -> None:
    def of(scenario: Scenario) -> tuple[object, object]:
        return scenario.allocation[0].capacity, scenario.budget

    funded = [PoolAllocation(plan.coaches.id, {2027: 1.0, 2028: 2.0, 2029: 3.0})]
    with work:
        change_scenario(
            work, planner, scenario_id=twin.id, allocation=funded, budget={2027: 1e5, 2029: 3e5}, horizon_months=36
        )
        longer = change_scenario(work, planner, scenario_id=twin.id, horizon_months=48)
        assert of(longer) == ({2027: 1.0, 2028: 2.0, 2029: 3.0, 2030: 3.0}, {2027: 1e5, 2029: 3e5, 2030: 3e5})
        shorter = change_scenario(work, planner, scenario_id=twin.id, horizon_months=24)
        assert of(shorter) == ({2027: 1.0, 2028: 2.0}, {2027: 1e5})
        again = change_scenario(
            work,
            planner,
            scenario_id=twin.id,
            allocation=[PoolAllocation(plan.coaches.id, {2027: 1.0, 2028: 4.0, 2030: 5.0})],
            budget={2027: 1e5, 2028: 5e5},
            horizon_months=48,
        )
        assert of(again) == (
            {2027: 1.0, 2028: 4.0, 2029: 4.0, 2030: 5.0},
            {2027: 1e5, 2028: 5e5, 2029: 5e5, 2030: 5e5},
        ), "a client that sends the years it has seen, and one it adds"
        cut = change_scenario(
            work, planner, scenario_id=twin.id, allocation=funded, budget={2029: 3e5}, horizon_months=24
        )
        assert of(cut) == ({2027: 1.0, 2028: 2.0}, {})
        with pytest.raises(InvalidAllocation, match="2029 is outside this scenario's years 2027 to 2028") as refusal:
            change_scenario(work, planner, scenario_id=twin.id, allocation=funded)
        assert refusal.value.field == ("pools", 0, "capacity", 2029)


def test_a_place_is_kept_for_a_school(work: UnitOfWork, plan: Plan, planner: Acting, twin: Scenario) -> None:
    with work:
        for other, kind in ((plan.north, "district"), (plan.state, "state")):
            pinned = Policy(PolicyKind.FIXED, pins=(Pin(plan.coaches.id, plan.lake.id), Pin(plan.coaches.id, other.id)))
            with pytest.raises(InvalidAllocation, match=f"{other.name} is a {kind}; a place is kept") as refusal:
                change_scenario(work, planner, scenario_id=twin.id, policy=pinned)
            assert refusal.value.field == ("policy", "pins", 1, "organizationId")


def test_pinned_schools_are_of_the_state(work: UnitOfWork, plan: Plan, planner: Acting, twin: Scenario) -> None:
    with work:
        pinned = Policy(PolicyKind.FIXED, pins=(Pin(plan.coaches.id, plan.lake.id),))
        assert change_scenario(work, planner, scenario_id=twin.id, policy=pinned).policy == pinned
        stranger = Policy(PolicyKind.FIXED, pins=(Pin(plan.coaches.id, OrganizationId(new_id())),))
        with pytest.raises(NotFound):
            change_scenario(work, planner, scenario_id=twin.id, policy=stranger)


def test_the_baseline_is_neither_changed_nor_thrown_away(work: UnitOfWork, plan: Plan, planner: Acting) -> None:
    with work:
        with pytest.raises(NotPermitted, match="Copy it and change the copy"):
            change_scenario(work, planner, scenario_id=plan.baseline.id, name="Mine")
        with pytest.raises(NotPermitted, match="cannot be thrown away"):
            remove_scenario(work, planner, scenario_id=plan.baseline.id)


def test_names_are_free_again_when_a_scenario_is_gone(
    work: UnitOfWork, plan: Plan, planner: Acting, twin: Scenario
) -> None:
    with work:
        with pytest.raises(InvalidAllocation, match="already is a scenario named"):
            copy_scenario(work, planner, scenario_id=plan.baseline.id, name="more COACHES")
        remove_scenario(work, planner, scenario_id=twin.id)
        copy_scenario(work, planner, scenario_id=plan.baseline.id, name="more COACHES")
        work.commit()


def test_only_the_states_planners_change_scenarios(work: UnitOfWork, plan: Plan, twin: Scenario) -> None:
    with work:
        with pytest.raises(NotFound, match="There is no scenario"):
            change_scenario(work, acting(Role.DISTRICT_LEAD, plan.north), scenario_id=twin.id, name="Mine")
        with pytest.raises(NotPermitted):
            change_scenario(work, acting(Role.RESEARCHER, plan.state), scenario_id=twin.id, name="Mine")
