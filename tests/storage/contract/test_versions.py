"""Two editors never silently overwrite each other: every change counts up a version, and a stale one is refused."""

from collections.abc import Callable
from datetime import date

import pytest

from domain.calendar import Validity
from domain.errors import NotFound, StaleVersion
from domain.identity import new_id
from domain.organizations import Profile
from domain.people import Role, RoleGrant
from domain.ports import UnitOfWork
from domain.supports import Delivery
from tests.storage.conftest import Works
from tests.storage.plan import EVER_SINCE, Plan, assignment, milestone


def test_the_second_of_two_editors_is_refused(works: Works, plan: Plan) -> None:
    with works() as one, works() as other:
        mine, theirs = one.goals.get(plan.goal.id), other.goals.get(plan.goal.id)
        mine.revise_target(70.0, date(2028, 5, 15))
        theirs.revise_target(80.0, date(2028, 5, 15))
        one.commit()
        with pytest.raises(StaleVersion) as refusal:
            other.commit()
    assert (refusal.value.expected, refusal.value.current) == (1, 2)
    assert "This goal has been changed since you opened it" in refusal.value.message
    with works() as work:
        held = work.goals.get(plan.goal.id)
        assert (held.target.aim, held.version) == (70.0, 2)


def test_a_stale_edit_is_refused_also_where_a_query_finds_it_out(works: Works, plan: Plan) -> None:
    def edit() -> None:
        with works() as work:
            scenario = work.scenarios.get(plan.baseline.id)
            with works() as other:
                other.scenarios.get(plan.baseline.id).name = "Theirs"
                other.commit()
            scenario.name = "Mine"
            work.scenarios.of_state(plan.state.id)
            work.commit()

    with pytest.raises(StaleVersion) as refusal:
        edit()
    assert refusal.value.field == ("expectedVersion",)


def _milestone_added(work: UnitOfWork, plan: Plan) -> None:
    goal = work.goals.get(plan.goal.id)
    goal.add_milestone(milestone(goal, "Then all", date(2028, 5, 15)))


def _milestone_attained(work: UnitOfWork, plan: Plan) -> None:
    work.goals.get(plan.goal.id).milestones[0].evidence = "a letter"


def _milestone_removed(work: UnitOfWork, plan: Plan) -> None:
    work.goals.get(plan.goal.id).milestones.pop()


@pytest.mark.parametrize("change", [_milestone_added, _milestone_attained, _milestone_removed])
def test_a_change_of_a_milestone_is_one_of_its_goal(
    works: Works, plan: Plan, change: Callable[[UnitOfWork, Plan], None]
) -> None:
    with works() as one, works() as other:
        other.goals.get(plan.goal.id).title = "Theirs"
        change(one, plan)
        one.commit()
        assert one.goals.get(plan.goal.id).version == 2
        with pytest.raises(StaleVersion):
            other.commit()


def test_children_of_every_aggregate_count(works: Works, plan: Plan) -> None:
    with works() as work:
        promised = assignment(plan.coaching, plan.coaches, plan.east)
        work.assignments.add(promised)
        work.commit()
    with works() as work:
        work.assignments.get(promised.id).deliver(Delivery(date(2026, 10, 1), 1.0))
        work.pools.get(plan.coaches.id).capacity[2027] = 5.0
        east = work.organizations.get(plan.east.id)
        east.profiles.append(Profile(2026, 300))
        west = work.organizations.get(plan.west.id)
        west.identifiers["nces"] = "1"
        lake = work.organizations.get(plan.lake.id)
        lake.parents[:] = []
        planner = work.accounts.get(plan.planner.id)
        planner.grants.append(RoleGrant(Role.COACH, None, EVER_SINCE))
        work.commit()
    with works() as work:
        assert work.assignments.get(promised.id).version == 2
        assert work.pools.get(plan.coaches.id).version == 2
        assert work.accounts.get(plan.planner.id).version == 2
        for school in (plan.east, plan.west, plan.lake):
            assert work.organizations.get(school.id).version == 2
        assert work.organizations.get(plan.north.id).version == 1


def test_what_is_only_read_keeps_its_version(works: Works, plan: Plan) -> None:
    with works() as work:
        held = work.goals.get(plan.goal.id)
        held.title = held.title + ""
        list(held.milestones)
        dict(work.pools.get(plan.coaches.id).capacity)
        work.commit()
    with works() as work:
        assert work.goals.get(plan.goal.id).version == 1
        assert work.pools.get(plan.coaches.id).version == 1


def test_a_change_of_what_somebody_has_thrown_away_is_refused(works: Works, plan: Plan) -> None:
    with works() as one, works() as other:
        twin = one.scenarios.get(plan.baseline.id).copy(new_id(), "Twin")  # type: ignore[arg-type]
        one.scenarios.add(twin)
        one.commit()
        theirs = other.scenarios.get(twin.id)
        one.scenarios.remove(twin)
        one.commit()
        theirs.name = "Theirs"
        with pytest.raises(NotFound):
            other.commit()


def test_ending_one_fact_and_beginning_the_next_is_one_change(works: Works, plan: Plan) -> None:
    with works() as work:
        lake = work.organizations.get(plan.lake.id)
        held = lake.parents.pop()
        lake.place_under(plan.south, Validity(held.validity.start, date(2026, 7, 1)))
        lake.place_under(plan.north, Validity(date(2026, 7, 1)))
        work.commit()
    with works() as work:
        lake = work.organizations.get(plan.lake.id)
        assert lake.parent_on(date(2026, 6, 30)) == plan.south.id
        assert lake.parent_on(date(2026, 7, 1)) == plan.north.id
        assert lake.version == 2
