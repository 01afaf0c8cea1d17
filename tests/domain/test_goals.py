"""A goal aims the right way, its milestones fall within it, and a milestone is judged from the record."""

from datetime import date, timedelta
from itertools import permutations
from math import inf, nan
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import InvalidMilestone, InvalidTarget
from domain.goals import (
    DatedValue,
    Direction,
    Goal,
    ImplementationStage,
    Milestone,
    MilestoneKind,
    MilestoneStatus,
    Target,
    milestone_status,
)
from domain.identity import GoalId, IndicatorId, MilestoneId, OrganizationId, new_id
from domain.indicators import Occasion

BASELINE_ON, DUE = date(2025, 5, 15), date(2028, 5, 15)
ATTAINED, ON_TRACK, AT_RISK, OVERDUE, CANNOT_SAY = MilestoneStatus


def _goal(
    baseline: float = 40.0, aim: float = 60.0, direction: Direction = Direction.RAISE, title: str = "Read"
) -> Goal:
    target = Target(baseline, BASELINE_ON, aim, DUE)
    return Goal(GoalId(new_id()), OrganizationId(new_id()), IndicatorId(new_id()), title, direction, target)


def _milestone(
    goal: Goal,
    kind: MilestoneKind = MilestoneKind.ANNUAL_ASSESSMENT,
    due: date = date(2027, 5, 15),
    title: str = "Half",
    **needs: Any,
) -> Milestone:
    if kind.assessed:
        needs.setdefault("threshold", 50.0)
    return Milestone(MilestoneId(new_id()), goal.id, kind, title, due, **needs)


@pytest.mark.parametrize(
    ("direction", "wrong", "right"),
    [
        (Direction.RAISE, [39.0, 40.0], [40.1]),
        (Direction.LOWER, [41.0, 40.0], [39.9]),
        (Direction.STAY_ABOVE, [40.1], [40.0, 35.0]),
        (Direction.STAY_BELOW, [39.9], [40.0, 45.0]),
    ],
)
def test_an_aim_lies_on_the_side_the_goal_goes(direction: Direction, wrong: list[float], right: list[float]) -> None:
    for aim in right:
        assert _goal(aim=aim, direction=direction).target.aim == aim
    for aim in wrong:
        with pytest.raises(InvalidTarget, match="wrong side of the baseline") as refusal:
            _goal(aim=aim, direction=direction)
        assert refusal.value.field == ("aim",)


@pytest.mark.parametrize("number", [nan, inf, -inf])
def test_what_is_no_number_is_no_target(number: float) -> None:
    with pytest.raises(InvalidTarget) as refusal:
        Target(40.0, BASELINE_ON, number, DUE)
    assert refusal.value.field == ("aim",)
    with pytest.raises(InvalidTarget):
        Target(number, BASELINE_ON, 40.0, DUE)


def test_a_target_is_due_after_its_baseline() -> None:
    with pytest.raises(InvalidTarget, match="must come after") as refusal:
        Target(40.0, BASELINE_ON, 60.0, BASELINE_ON)
    assert refusal.value.field == ("due",)


def test_a_goal_needs_a_title() -> None:
    with pytest.raises(InvalidTarget, match="needs a title"):
        _goal(title=" ")


@given(st.floats(-100, 100), st.floats(-100, 100), st.integers(-500, 2000))
def test_the_path_is_straight_and_flat_outside(baseline: float, aim: float, day: int) -> None:
    target = Target(baseline, BASELINE_ON, aim, DUE)
    expected = target.expected_on(BASELINE_ON + timedelta(days=day))
    assert min(baseline, aim) - 1e-9 <= expected <= max(baseline, aim) + 1e-9
    assert target.expected_on(BASELINE_ON) == target.expected_on(date(2020, 1, 1)) == baseline
    assert target.expected_on(DUE) == pytest.approx(aim)


def test_half_way_is_half_the_way() -> None:
    assert Target(40.0, date(2025, 1, 1), 60.0, date(2025, 1, 11)).expected_on(date(2025, 1, 6)) == 50.0


def test_a_revised_target_keeps_its_baseline() -> None:
    goal = _goal()
    goal.revise_target(70.0, date(2029, 5, 15))
    assert goal.target == Target(40.0, BASELINE_ON, 70.0, date(2029, 5, 15))


def test_a_refused_revision_changes_nothing() -> None:
    goal = _goal()
    goal.add_milestone(_milestone(goal))
    before = goal.target
    with pytest.raises(InvalidTarget, match="wrong side"):
        goal.revise_target(30.0, DUE)
    with pytest.raises(InvalidTarget, match="The milestone “Half” is due on 2027-05-15") as refusal:
        goal.revise_target(70.0, date(2027, 5, 14))
    assert refusal.value.field == ("due",)
    assert goal.target == before


@pytest.mark.parametrize("due", [BASELINE_ON, DUE + timedelta(days=1)])
def test_a_milestone_falls_within_its_goal(due: date) -> None:
    goal = _goal()
    with pytest.raises(InvalidMilestone, match="must fall after the baseline date"):
        goal.add_milestone(_milestone(goal, due=due))
    assert goal.milestones == []


def test_milestones_stand_in_the_order_of_their_days() -> None:
    goal = _goal()
    for due in (DUE, date(2026, 5, 15), date(2027, 5, 15)):
        goal.add_milestone(_milestone(goal, due=due))
    assert [held.due for held in goal.milestones] == [date(2026, 5, 15), date(2027, 5, 15), DUE]


@pytest.mark.parametrize("kind", MilestoneKind)
@pytest.mark.parametrize(
    "needs", [{}, {"threshold": 50.0}, {"required_stage": ImplementationStage.FULL}, {"required_fidelity": 0.8}]
)
def test_a_milestone_has_what_its_kind_is_judged_by_and_nothing_else(
    kind: MilestoneKind, needs: dict[str, Any]
) -> None:
    judged_by = {
        MilestoneKind.IMPLEMENTATION: {"required_stage"},
        MilestoneKind.PROFESSIONAL_PRACTICE: {"required_fidelity"},
        MilestoneKind.INTERIM_ASSESSMENT: {"threshold"},
        MilestoneKind.ANNUAL_ASSESSMENT: {"threshold"},
        MilestoneKind.EVALUATION: set(),
    }

    def make() -> Milestone:
        return Milestone(MilestoneId(new_id()), GoalId(new_id()), kind, "A milestone", DUE, **needs)

    if set(needs) == judged_by[kind]:
        assert make().kind is kind
    else:
        with pytest.raises(InvalidMilestone):
            make()


@pytest.mark.parametrize("fidelity", [0.0, 1.01, -0.5, nan])
def test_a_fidelity_is_a_share_above_nought(fidelity: float) -> None:
    with pytest.raises(InvalidMilestone, match="Fidelity is a share"):
        _milestone(_goal(), MilestoneKind.PROFESSIONAL_PRACTICE, required_fidelity=fidelity)


def test_a_threshold_is_a_number_and_a_title_is_needed() -> None:
    with pytest.raises(InvalidMilestone, match="must be a number"):
        _milestone(_goal(), threshold=nan)
    with pytest.raises(InvalidMilestone, match="needs a title"):
        _milestone(_goal(), title="")


# How a milestone stands. The path of this one runs from 40 on 15 May 2025 to 50 on 15 May 2027: 45 half way.

HALF_WAY = date(2026, 5, 15)


def _standing(today: date, *readings: DatedValue, **needs: Any) -> MilestoneStatus:
    goal = _goal()
    return milestone_status(_milestone(goal, **needs), goal, readings, today)


@pytest.mark.parametrize(
    ("value", "standard_error", "status"),
    [
        (50.0, 0.0, ATTAINED),
        (45.0, 0.0, ON_TRACK),
        (44.9, 0.0, AT_RISK),
        (43.0, 2.0, ON_TRACK),
        (42.9, 2.0, AT_RISK),
    ],
)
def test_an_open_assessment_is_on_track_within_one_standard_error_of_its_path(
    value: float, standard_error: float, status: MilestoneStatus
) -> None:
    assert _standing(date(2026, 9, 1), DatedValue(HALF_WAY, value, standard_error)) is status


def test_without_a_reading_since_the_baseline_nothing_can_be_said() -> None:
    assert _standing(date(2026, 9, 1)) is CANNOT_SAY
    assert _standing(date(2026, 9, 1), DatedValue(BASELINE_ON, 99.0)) is CANNOT_SAY
    assert _standing(date(2026, 1, 1), DatedValue(HALF_WAY, 99.0)) is CANNOT_SAY, "a reading still to come"


def test_once_attained_stays_attained_and_late_is_too_late() -> None:
    up_and_down = (DatedValue(HALF_WAY, 51.0), DatedValue(date(2027, 5, 1), 44.0))
    assert _standing(date(2027, 9, 1), *up_and_down) is ATTAINED
    late = DatedValue(date(2027, 5, 16), 55.0)
    assert _standing(date(2027, 9, 1), late) is OVERDUE
    assert _standing(date(2027, 5, 15), DatedValue(date(2027, 5, 15), 50.0)) is ATTAINED, "on the very day"


def test_a_goal_that_lowers_is_judged_the_other_way_round() -> None:
    goal = _goal(40.0, 20.0, Direction.LOWER)
    milestone = _milestone(goal, threshold=30.0)
    cases = {(30.0, 0.0): ATTAINED, (35.0, 0.0): ON_TRACK, (36.0, 0.5): AT_RISK, (36.0, 1.0): ON_TRACK}
    for (value, error), status in cases.items():
        reading = DatedValue(HALF_WAY, value, error)
        assert milestone_status(milestone, goal, [reading], date(2026, 9, 1)) is status


@pytest.mark.parametrize(("days_before_due", "status"), [(61, ON_TRACK), (60, AT_RISK), (0, AT_RISK), (-1, OVERDUE)])
def test_what_is_shown_by_evidence_is_at_risk_in_its_last_sixty_days(
    days_before_due: int, status: MilestoneStatus
) -> None:
    due = date(2027, 5, 15)
    assert _standing(due - timedelta(days=days_before_due), kind=MilestoneKind.EVALUATION, due=due) is status


def test_what_was_attained_on_a_day_is_attained_from_then_on() -> None:
    attained = {"kind": MilestoneKind.EVALUATION, "attained_on": date(2027, 5, 15)}
    assert _standing(date(2027, 5, 15), **attained) is ATTAINED
    assert _standing(date(2028, 5, 15), **attained) is ATTAINED
    assert _standing(date(2027, 5, 14), **attained) is AT_RISK


def test_evidence_that_comes_late_does_not_undo_that_a_milestone_was_missed() -> None:
    late = {"kind": MilestoneKind.EVALUATION, "attained_on": date(2027, 5, 16)}
    assert _standing(date(2027, 6, 1), **late) is OVERDUE


def test_what_was_said_of_a_milestone_stands() -> None:
    milestone = _milestone(_goal(), MilestoneKind.EVALUATION)
    milestone.attain(date(2026, 9, 1), "the report")
    with pytest.raises(InvalidMilestone, match="“Half” was attained on 2026-09-01, and that stands"):
        milestone.attain(date(2026, 9, 2), "another report")
    assert (milestone.attained_on, milestone.evidence) == (date(2026, 9, 1), "the report")


@pytest.mark.parametrize(
    ("direction", "baseline", "aim", "right", "wrong"),
    [
        (Direction.RAISE, 40.0, 60.0, [40.1, 70.0], [40.0, 30.0]),
        (Direction.LOWER, 40.0, 20.0, [39.9, 10.0], [40.0, 50.0]),
        (Direction.STAY_ABOVE, 40.0, 35.0, [35.0, 45.0], [34.9]),
        (Direction.STAY_BELOW, 40.0, 45.0, [45.0, 30.0], [45.1]),
    ],
)
def test_a_milestone_lies_where_it_is_not_attained_from_the_start_or_too_easily(
    direction: Direction, baseline: float, aim: float, right: list[float], wrong: list[float]
) -> None:
    goal = _goal(baseline, aim, direction)
    for threshold in right:
        goal.add_milestone(_milestone(goal, threshold=threshold))
    for threshold in wrong:
        with pytest.raises(InvalidMilestone) as refusal:
            goal.add_milestone(_milestone(goal, threshold=threshold))
        assert refusal.value.field == ("threshold",)
    assert len(goal.milestones) == len(right)


def test_a_goal_is_due_within_ten_years_of_its_baseline() -> None:
    goal = _goal()
    goal.revise_target(70.0, date(2035, 5, 15))
    with pytest.raises(InvalidTarget, match="2035-05-16 is more than 10 years after the baseline date") as refusal:
        goal.revise_target(70.0, date(2035, 5, 16))
    assert refusal.value.field == ("due",)


def test_a_blank_name_makes_nobody_accountable() -> None:
    goal = _goal()
    for said, held in (("  ", None), ("", None), (" Principal ", "Principal")):
        made = Goal(
            goal.id, goal.organization_id, goal.indicator_id, "Read", goal.direction, goal.target, accountable=said
        )
        assert made.accountable == held


def test_the_order_of_readings_does_not_matter_even_on_one_day() -> None:
    readings = [
        DatedValue(HALF_WAY, 44.0, 0.0),
        DatedValue(HALF_WAY, 44.5, 3.0),
        DatedValue(HALF_WAY, 44.9, 0.0),
        DatedValue(date(2026, 1, 15), 49.0),
    ]
    assert {_standing(date(2026, 9, 1), *order) for order in permutations(readings)} == {AT_RISK}


def test_an_annual_milestone_is_not_attained_by_an_interim_check() -> None:
    check = DatedValue(HALF_WAY, 99.0, occasion=Occasion.INTERIM)
    assert _standing(date(2026, 9, 1), check) is ON_TRACK
    assert _standing(date(2026, 9, 1), check, kind=MilestoneKind.INTERIM_ASSESSMENT) is ATTAINED
