"""Setting goals and milestones: within the indicator, on the record, and only where one may."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from domain.errors import InvalidInput, InvalidMilestone, InvalidTarget, NotFound, NotPermitted, StaleVersion
from domain.goals import Direction, MilestoneKind
from domain.identity import GoalId, IndicatorId, new_id
from domain.organizations import OrganizationKind
from domain.people import Role
from domain.ports import Acting, UnitOfWork
from domain.services.planning import add_milestone, attain_milestone, revise_target, set_goal
from tests.domain.services.conftest import acting
from tests.storage.plan import Plan, indicator, organization


def _wanted(plan: Plan, **changes: Any) -> dict[str, Any]:
    return {
        "organization_id": plan.east.id,
        "indicator_id": plan.reading.id,
        "title": "Read by grade 3",
        "direction": Direction.RAISE,
        "baseline": 40.0,
        "baseline_on": date(2025, 5, 15),
        "aim": 60.0,
        "due": date(2028, 5, 15),
        "practice": "1A",
        **changes,
    }


def test_a_goal_is_set_and_put_on_the_record(work: UnitOfWork, plan: Plan, planner: Acting) -> None:
    with work:
        goal = set_goal(work, planner, **_wanted(plan))
        work.commit()
    with work:
        assert work.goals.get(goal.id).target.aim == 60.0
        [entry] = work.audit.of(goal.id)
        assert (entry.action, entry.subject_kind, entry.account_id) == ("set", "Goal", plan.planner.id)
        assert entry.details == {"title": "Read by grade 3", "aim": 60.0, "due": "2028-05-15"}


@pytest.mark.parametrize(
    ("changes", "refusal", "field"),
    [
        ({"baseline": -1.0}, InvalidTarget, "baseline"),
        ({"aim": 101.0}, InvalidTarget, "aim"),
        ({"aim": float("nan")}, InvalidTarget, "aim"),
        ({"practice": "9Z"}, NotFound, "practice"),
        ({"indicator_id": IndicatorId(new_id())}, NotFound, "id"),
        ({"due": date(2025, 5, 15)}, InvalidTarget, "due"),
        ({"due": date(2035, 5, 16)}, InvalidTarget, "due"),
        ({"baseline_on": date(2026, 10, 2)}, InvalidTarget, "baselineOn"),
        ({"student_group": "NONSENSE words"}, InvalidInput, "studentGroup"),
        ({"title": " "}, InvalidTarget, "title"),
        ({"title": "x" * 201}, InvalidTarget, "title"),
        ({"accountable": "x" * 201}, InvalidTarget, "accountable"),
        ({"definition_of_success": "x" * 5_001}, InvalidTarget, "definitionOfSuccess"),
    ],
)
def test_a_goal_that_cannot_be_is_refused_beside_its_field(
    work: UnitOfWork, plan: Plan, planner: Acting, changes: dict[str, Any], refusal: type[Exception], field: str
) -> None:
    with work, pytest.raises(refusal) as caught:
        set_goal(work, planner, **_wanted(plan, **changes))
    assert getattr(caught.value, "field") == (field,)  # noqa: B009 - whichever refusal it is


def test_the_indicator_of_another_state_does_not_exist_here(work: UnitOfWork, plan: Plan, planner: Acting) -> None:
    with work:
        elsewhere = organization(OrganizationKind.STATE, "Atlantica")
        foreign = indicator(elsewhere)
        work.organizations.add(elsewhere)
        work.indicators.add(foreign)
        with pytest.raises(NotFound, match="There is no indicator"):
            set_goal(work, planner, **_wanted(plan, indicator_id=foreign.id))


def test_who_may_only_read_is_told_so_and_who_may_not_is_told_nothing(work: UnitOfWork, plan: Plan) -> None:
    with work:
        with pytest.raises(NotPermitted, match="does not let you edit plan here"):
            set_goal(work, acting(Role.RESEARCHER, plan.state), **_wanted(plan))
        with pytest.raises(NotFound, match="There is no organization"):
            set_goal(work, acting(Role.DISTRICT_LEAD, plan.south), **_wanted(plan))
        with pytest.raises(NotFound, match="There is no goal"):
            revise_target(
                work,
                acting(Role.DISTRICT_LEAD, plan.south),
                goal_id=plan.goal.id,
                aim=70.0,
                due=date(2028, 5, 15),
            )


def test_a_revision_keeps_the_baseline_and_records_both_values(work: UnitOfWork, plan: Plan, planner: Acting) -> None:
    with work:
        goal = revise_target(work, planner, goal_id=plan.goal.id, aim=70.0, due=date(2029, 5, 15), expected_version=1)
        work.commit()
    assert (goal.target.baseline, goal.target.aim, goal.version) == (40.0, 70.0, 2)
    with work:
        assert work.audit.of(goal.id)[-1].details == {"aim": [60.0, 70.0], "due": ["2028-05-15", "2029-05-15"]}
        with pytest.raises(StaleVersion, match="you have version 1, it is now 2"):
            revise_target(work, planner, goal_id=goal.id, aim=71.0, due=date(2029, 5, 15), expected_version=1)


def test_a_milestone_is_added_and_must_lie_within_the_indicator(work: UnitOfWork, plan: Plan, planner: Acting) -> None:
    wanted: dict[str, Any] = {"kind": MilestoneKind.INTERIM_ASSESSMENT, "title": "Winter", "due": date(2027, 1, 15)}
    with work:
        goal = add_milestone(work, planner, goal_id=plan.goal.id, threshold=45.0, **wanted)
        assert [held.title for held in goal.milestones] == ["Winter", "Half of them"]
        with pytest.raises(InvalidTarget, match="lies between 0 and 100 points"):
            add_milestone(work, planner, goal_id=plan.goal.id, threshold=145.0, **wanted)
        with pytest.raises(NotFound, match="There is no goal"):
            add_milestone(work, planner, goal_id=GoalId(new_id()), threshold=45.0, **wanted)


def test_evidence_attains_a_milestone_that_no_reading_can(work: UnitOfWork, plan: Plan, planner: Acting) -> None:
    with work:
        goal = add_milestone(
            work,
            planner,
            goal_id=plan.goal.id,
            kind=MilestoneKind.EVALUATION,
            title="Looked at",
            due=date(2026, 12, 1),
        )
        looked_at = goal.milestones[0]
        attained = attain_milestone(
            work, planner, milestone_id=looked_at.id, attained_on=date(2026, 9, 30), evidence="the report"
        )
        assert attained is goal
        assert (looked_at.attained_on, looked_at.evidence) == (date(2026, 9, 30), "the report")
        with pytest.raises(InvalidMilestone, match="was attained on 2026-09-30, and that stands"):
            attain_milestone(
                work, planner, milestone_id=looked_at.id, attained_on=date(2026, 9, 1), evidence="another report"
            )


@pytest.mark.parametrize(
    ("on", "evidence", "which", "field"),
    [
        (date(2026, 9, 30), "scores", lambda plan: plan.goal.milestones[0].id, "id"),
        (date(2026, 10, 2), "the report", None, "attainedOn"),
        (date(2025, 5, 15), "the report", None, "attainedOn"),
        (date(2026, 9, 30), "  ", None, "evidence"),
    ],
)
def test_a_note_attains_nothing_without_evidence_ahead_of_time_or_in_place_of_readings(
    work: UnitOfWork,
    plan: Plan,
    planner: Acting,
    on: date,
    evidence: str,
    which: Callable[[Plan], Any] | None,
    field: str,
) -> None:
    with work:
        goal = add_milestone(
            work, planner, goal_id=plan.goal.id, kind=MilestoneKind.EVALUATION, title="Looked at", due=date(2026, 12, 1)
        )
        milestone_id = which(plan) if which else goal.milestones[0].id
        with pytest.raises(InvalidMilestone) as refusal:
            attain_milestone(work, planner, milestone_id=milestone_id, attained_on=on, evidence=evidence)
        assert refusal.value.field == (field,)
        assert goal.milestones[0].attained_on is None
