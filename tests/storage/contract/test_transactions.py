"""A unit of work is one transaction: all of it lasts, or nothing."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from domain.errors import NotFound
from domain.identity import new_id
from domain.indicators import Occasion
from domain.organizations import OrganizationKind
from domain.ports import AuditEntry
from tests.storage.conftest import Works
from tests.storage.plan import NOW, TODAY, Plan, milestone, observation, organization, scenario


def test_leaving_without_a_commit_undoes_everything(works: Works, plan: Plan) -> None:
    new = organization(OrganizationKind.SCHOOL, "New", plan.north)
    with works() as work:
        work.organizations.add(new)
        held = work.goals.get(plan.goal.id)
        held.title = "Another"
        held.add_milestone(milestone(held, "Later", date(2028, 5, 15)))
        work.pools.get(plan.coaches.id).capacity[2027] = 99.0
        work.scenarios.remove(work.scenarios.get(plan.baseline.id))
        work.audit.append(AuditEntry(NOW, None, "try", "Goal", held.id, {}))
        work.idempotency_keys.claim(plan.planner.id, "key", "hash")
    with works() as work:
        with pytest.raises(NotFound):
            work.organizations.get(new.id)
        held = work.goals.get(plan.goal.id)
        assert (held.title, len(held.milestones), held.version) == ("Read by grade 3", 1, 1)
        assert work.pools.get(plan.coaches.id).capacity[2027] == 2.0
        assert [kept.id for kept in work.scenarios.of_state(plan.state.id)] == [plan.baseline.id]
        assert work.audit.of(plan.goal.id) == []
        assert work.idempotency_keys.claim(plan.planner.id, "key", "another") is None


def test_an_error_undoes_everything_and_is_not_swallowed(works: Works, plan: Plan) -> None:
    def fail() -> None:
        with works() as work:
            work.goals.get(plan.goal.id).title = "Another"
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with works() as work:
        assert work.goals.get(plan.goal.id).title == "Read by grade 3"


def test_what_is_asked_for_twice_is_the_same_object(works: Works, plan: Plan) -> None:
    with works() as work:
        held = work.goals.get(plan.goal.id)
        assert work.goals.get(plan.goal.id) is held
        assert work.goals.of_organizations([plan.east.id]) == [held]
        assert work.goals.of_milestone(held.milestones[0].id) is held


def test_two_units_of_work_never_share_an_object(works: Works, plan: Plan) -> None:
    with works() as one, works() as other:
        mine, theirs = one.goals.get(plan.goal.id), other.goals.get(plan.goal.id)
        mine.title = "Mine"
        assert theirs.title == "Read by grade 3"


def test_a_query_sees_what_was_changed_before_it(works: Works, plan: Plan) -> None:
    with works() as work:
        new = organization(OrganizationKind.SCHOOL, "Brook", plan.south)
        work.organizations.add(new)
        assert new in work.organizations.below(plan.south.id, TODAY)
        assert work.organizations.lineage(new.id, TODAY) == (new.id, plan.south.id, plan.state.id)
        reading = observation(new, plan.reading, date(2026, 5, 15))
        work.observations.add(reading)
        assert work.observations.find(new.id, plan.reading.id, "ALL", Occasion.ANNUAL, date(2026, 5, 15)) is reading
        twin = scenario(plan.state, plan.coaches, "Twin")
        work.scenarios.add(twin)
        work.scenarios.remove(twin)
        assert len(work.scenarios.of_state(plan.state.id)) == 1


def test_what_was_committed_can_be_read_after_the_unit_has_ended(works: Works, plan: Plan) -> None:
    with works() as work:
        held = work.goals.get(plan.goal.id)
        held.revise_target(70.0, date(2029, 5, 15))
        work.commit()
    assert (held.target.aim, held.version, held.milestones[0].title) == (70.0, 2, "Half of them")


def test_a_unit_may_be_entered_again(works: Works, plan: Plan) -> None:
    work = works()
    with work:
        work.goals.get(plan.goal.id).title = "First"
        work.commit()
    with work:
        assert work.goals.get(plan.goal.id).title == "First"
        work.goals.get(plan.goal.id).title = "Second"
    with work:
        assert work.goals.get(plan.goal.id).title == "First"


def test_more_may_follow_a_commit(works: Works, plan: Plan) -> None:
    with works() as work:
        held = work.goals.get(plan.goal.id)
        held.title = "First"
        work.commit()
        held.title = "Second"
        work.commit()
        held.title = "Third"
    with works() as work:
        assert work.goals.get(plan.goal.id).title == "Second"


def test_a_removed_scenario_is_gone(works: Works, plan: Plan) -> None:
    with works() as work:
        twin = scenario(plan.state, plan.coaches, "Twin", copied_from=plan.baseline.id)
        work.scenarios.add(twin)
        work.commit()
    with works() as work:
        work.scenarios.remove(work.scenarios.get(twin.id))
        work.commit()
    with works() as work:
        with pytest.raises(NotFound) as refusal:
            work.scenarios.get(twin.id)
        assert refusal.value.field == ("id",)


def test_an_unknown_identity_is_not_found_anywhere(works: Works, plan: Plan) -> None:
    with works() as work:
        asking: list[Callable[[Any], object]] = [
            work.organizations.get,
            lambda unknown: work.organizations.lineage(unknown, TODAY),
            lambda unknown: work.organizations.below(unknown, TODAY),
            work.indicators.get,
            work.goals.get,
            work.goals.of_milestone,
            work.supports.get,
            work.pools.get,
            lambda unknown: work.pools.get(unknown, for_update=True),
            work.assignments.get,
            work.scenarios.get,
            work.forecasts.get,
            work.accounts.get,
            work.ledger.inputs,
            lambda unknown: work.ledger.batch(unknown, 0),
        ]
        for ask in asking:
            with pytest.raises(NotFound):
                ask(new_id())
