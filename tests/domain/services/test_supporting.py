"""A support is promised out of a pool that has room, and what arrives is recorded."""

from datetime import date
from typing import Any

import pytest

from domain.errors import CapacityExceeded, InvalidSupport, NotFound, NotPermitted
from domain.identity import OrganizationId
from domain.people import Role
from domain.ports import Acting, UnitOfWork
from domain.services.supporting import assign_support, record_delivery
from domain.supports import PoolKind
from tests.domain.services.conftest import acting
from tests.storage.plan import Plan, pool


def _wanted(plan: Plan, **changes: Any) -> dict[str, Any]:
    return {
        "support_id": plan.coaching.id,
        "pool_id": plan.coaches.id,
        "organization_id": plan.east.id,
        "starts": date(2026, 9, 1),
        "ends": date(2027, 6, 1),
        "promised_units": 36.0,
        **changes,
    }


def test_a_pool_is_promised_until_it_is_full(work: UnitOfWork, plan: Plan, planner: Acting) -> None:
    with work:
        assign_support(work, planner, **_wanted(plan, goal_id=plan.goal.id))
        assign_support(work, planner, **_wanted(plan, organization_id=plan.lake.id))
        with pytest.raises(CapacityExceeded, match="of which 2 are promised"):
            assign_support(work, planner, **_wanted(plan, organization_id=plan.west.id))
        assign_support(work, planner, **_wanted(plan, starts=date(2027, 6, 1), ends=date(2027, 9, 1)))
        assert len(work.assignments.of_pool(plan.coaches.id)) == 3


def test_support_pool_goal_and_school_go_together(work: UnitOfWork, plan: Plan, planner: Acting) -> None:
    with work:
        funds = pool(plan.state)
        funds.kind, funds.name = PoolKind.FUNDS, "Grants"
        work.pools.add(funds)
        with pytest.raises(InvalidSupport, match="draws on coaches; Grants holds funds"):
            assign_support(work, planner, **_wanted(plan, pool_id=funds.id))
        with pytest.raises(NotFound, match="There is no goal"):
            assign_support(work, planner, **_wanted(plan, organization_id=plan.west.id, goal_id=plan.goal.id))


def test_a_support_goes_to_a_school_of_the_pools_owner_that_is_open(
    work: UnitOfWork, plan: Plan, planner: Acting
) -> None:
    def refused(organization_id: OrganizationId, words: str, starts: date = date(2026, 9, 1)) -> None:
        with pytest.raises(InvalidSupport, match=words) as refusal:
            assign_support(work, planner, **_wanted(plan, organization_id=organization_id, starts=starts))
        assert refusal.value.field == ("organizationId",)

    with work:
        refused(plan.north.id, "North is a district; supports are given to schools")
        refused(plan.state.id, "Cascadia is a state")
        plan.west.closed = work.organizations.get(plan.west.id).closed = date(2026, 8, 1)
        refused(plan.west.id, "West is not open on 2026-09-01")
        refused(plan.east.id, "On 1999-09-01 East does not stand under", starts=date(1999, 9, 1))


def test_more_than_twice_the_promise_is_not_recorded(work: UnitOfWork, plan: Plan, planner: Acting) -> None:
    with work:
        promised = assign_support(work, planner, **_wanted(plan))
        with pytest.raises(InvalidSupport, match="twice what was promised") as refusal:
            record_delivery(work, planner, assignment_id=promised.id, on=date(2026, 9, 30), units=72.5)
        assert refusal.value.field == ("units",)
        record_delivery(work, planner, assignment_id=promised.id, on=date(2026, 9, 30), units=72.0)
        assert promised.dose_share == 1.0


def test_a_principal_does_not_give_out_the_states_coaches(work: UnitOfWork, plan: Plan) -> None:
    with work:
        with pytest.raises(NotFound, match="There is no pool"):
            assign_support(work, acting(Role.PRINCIPAL, plan.east), **_wanted(plan))
        with pytest.raises(NotPermitted):
            assign_support(work, acting(Role.RESEARCHER, plan.state), **_wanted(plan))


def test_what_arrives_is_recorded_by_whoever_brings_it(work: UnitOfWork, plan: Plan, planner: Acting) -> None:
    with work:
        promised = assign_support(work, planner, **_wanted(plan))
        coach = acting(Role.COACH, plan.east)
        record_delivery(work, coach, assignment_id=promised.id, on=date(2026, 9, 30), units=9.0, remark="two visits")
        assert promised.dose_share == 0.25
        with pytest.raises(InvalidSupport, match="is still to come"):
            record_delivery(work, coach, assignment_id=promised.id, on=date(2026, 10, 2), units=1.0)
        with pytest.raises(NotFound, match="There is no assignment"):
            record_delivery(
                work, acting(Role.COACH, plan.west), assignment_id=promised.id, on=date(2026, 9, 30), units=1.0
            )
        work.commit()
    with work:
        assert work.assignments.get(promised.id).delivered_units == 9.0
