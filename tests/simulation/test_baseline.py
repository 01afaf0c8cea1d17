"""Freezing a plan: what is taken over, what is decided already, and what cannot be forecast."""

import time
from datetime import date

import pytest

from domain.calendar import Validity
from domain.errors import BudgetExceeded, InvalidInput
from domain.goals import Goal, ImplementationStage, Milestone, MilestoneKind
from domain.identity import AssignmentId, MilestoneId, new_id
from domain.indicators import Indicator, Occasion
from domain.organizations import Organization
from domain.supports import Assignment, EffectCard, FigureStatus
from simulation.baseline import PlanSnapshot, freeze
from simulation.experiment import run_batch
from simulation.inputs import ExperimentInputs
from simulation.months import month_of
from simulation.output_analysis import conclude
from tests.simulation.plans import START, changed, goal_of, plan, reading, scenario_of


def frozen(snapshot: PlanSnapshot, **options: object) -> ExperimentInputs:
    return freeze(snapshot, [scenario_of(snapshot)], **options)  # type: ignore[arg-type]


def coaches_of(inputs: ExperimentInputs, snapshot: PlanSnapshot) -> list[tuple[float, int]]:
    """Return the capacity of the pool of coaches in the first scenario: from which month on, how many."""
    steps = next(held.steps for held in inputs.scenarios[0].pools if held.pool_id == str(snapshot.pools[0].id))
    return [(step.month, step.units) for step in steps]


def first(snapshot: PlanSnapshot) -> tuple[Organization, Indicator, Goal]:
    return snapshot.schools[0], snapshot.indicators[0], snapshot.goals[0]


def refusal(snapshot: PlanSnapshot, goal: Goal) -> tuple[str, str]:
    found = next(held for held in frozen(snapshot).unforecastable if held.goal_id == str(goal.id))
    return found.reason, found.message


def test_a_plan_becomes_inputs_that_can_be_run_and_concluded() -> None:
    snapshot = plan()
    inputs = freeze(snapshot, [scenario_of(snapshot), scenario_of(snapshot, "More", COACHES=9.0)], seed=4)
    assert (len(inputs.schools), len(inputs.goals), len(inputs.scenarios)) == (4, 4, 2)
    assert inputs.indicators[0].source == "calibrated"
    assert inputs.indicators[0].origin_month == -2
    assert [occasion.mark for occasion in inputs.occasions[:4]] == [3, 6, 8, 10]
    assert ExperimentInputs.from_bytes(inputs.to_bytes()) == inputs
    outcome = conclude(inputs, run_batch(inputs, 0, 20))
    assert outcome.scenarios[0].milestones == 12
    assert outcome.scenarios[1].cost - outcome.scenarios[0].cost == pytest.approx(6 * 100_000 * 3)


def test_a_support_that_is_sure_to_do_nothing_makes_no_difference_however_much_there_is_of_it() -> None:
    snapshot = plan()
    snapshot.supports[0].effect = EffectCard(0.0, 0.0, "none", FigureStatus.ASSUMED)
    scenarios = [scenario_of(snapshot, f"{units:g}", COACHES=units) for units in (3.0, 0.0, 99.0)]
    inputs = freeze(snapshot, scenarios)
    assert all(difference.identical for difference in conclude(inputs, run_batch(inputs, 0, 10)).differences)


def test_equal_plans_have_equal_hashes() -> None:
    snapshot = plan()
    scenario = scenario_of(snapshot)
    assert freeze(snapshot, [scenario]).hash == freeze(snapshot, [scenario]).hash
    backwards = changed(snapshot, goals=list(snapshot.goals)[::-1], observations=list(snapshot.observations)[::-1])
    assert freeze(backwards, [scenario]).hash == freeze(snapshot, [scenario]).hash


def test_a_high_last_reading_is_drawn_toward_the_schools_history() -> None:
    snapshot = plan(noise_sd=5.0)
    school, indicator, goal = first(snapshot)
    kept = [held for held in snapshot.observations if held.organization_id != school.id]
    history = [reading(school, indicator, year, 40.0) for year in range(2021, 2026)]
    found = frozen(changed(snapshot, observations=[*kept, *history, reading(school, indicator, 2026, 60.0)]))
    placed = next(held for held in found.goals if held.id == str(goal.id))
    assert placed.last_reading == 60.0
    assert 42.0 < placed.level_mean < 58.0
    assert placed.level_sd > 0.0


def test_suppressed_readings_are_no_readings() -> None:
    snapshot = plan()
    school, indicator, goal = first(snapshot)
    more = [*snapshot.observations, reading(school, indicator, 2026, None, group="EL")]
    assert frozen(changed(snapshot, observations=more)).goals == frozen(snapshot).goals
    assert goal.student_group == "ALL"


def test_a_student_group_stands_at_its_school_plus_a_deviation() -> None:
    snapshot = plan(groups=("ALL", "EL"))
    school, indicator, _ = first(snapshot)
    group_goal = goal_of(school, indicator, 30.0, group="EL")
    found = frozen(changed(snapshot, goals=[group_goal])).goals[0]
    whole = next(held for held in frozen(snapshot).goals if held.school_id == str(school.id))
    assert found.level_mean == whole.level_mean
    assert -10.0 < found.deviation_mean < -6.0
    assert found.deviation_sd > 0.0


def test_milestones_attained_or_past_or_beyond_the_horizon_are_left_out() -> None:
    snapshot = plan()
    school, indicator, goal = first(snapshot)
    goal.milestones[0].attained_on = date(2026, 6, 1)
    done = Milestone(
        MilestoneId(new_id()), goal.id, MilestoneKind.IMPLEMENTATION, "Installed", date(2027, 1, 1),
        required_stage=ImplementationStage.INSTALLATION, attained_on=date(2026, 6, 20),
    )  # fmt: skip
    goal.add_milestone(done)
    short = freeze(snapshot, [scenario_of(snapshot, horizon=24)])
    placed = next(held for held in short.goals if held.id == str(goal.id))
    assert [milestone.id for milestone in placed.milestones] == [str(goal.milestones[2].id)]
    # Installed ten days ago: two supported months, and a little of its own since.
    assert placed.practice_months == pytest.approx(2.0 + 0.5 * 12 / 31, abs=0.01)
    assert (school.id, indicator.id) == (goal.organization_id, goal.indicator_id)


def test_a_threshold_already_reached_since_the_baseline_is_decided() -> None:
    snapshot = plan()
    school, indicator, goal = first(snapshot)
    threshold = goal.milestones[0].threshold
    assert threshold is not None
    seen = reading(school, indicator, 2026, threshold + 1, occasion=Occasion.ANNUAL, on=date(2026, 6, 10))
    found = frozen(changed(snapshot, observations=[*snapshot.observations, seen]))
    placed = next(held for held in found.goals if held.id == str(goal.id))
    assert str(goal.milestones[0].id) not in [milestone.id for milestone in placed.milestones]


def test_a_thin_panel_borrows_its_figures_and_says_so() -> None:
    snapshot = plan(schools=12, years=(2026,))
    assert frozen(snapshot).indicators[0].source == "borrowed"


def test_too_few_readings_and_nothing_to_compare_with_is_refused() -> None:
    snapshot = plan(schools=3, years=(2026,), with_goals=1)
    reason, message = refusal(snapshot, snapshot.goals[0])
    assert reason == "TOO_FEW_READINGS"
    assert message.startswith("Cannot forecast because Maths has 1 usable reading at this school and 2 other schools")


def test_a_threshold_nobody_was_ever_seen_at_is_refused() -> None:
    snapshot = plan(level_sd=6.0)
    school, indicator, _ = first(snapshot)
    dream = goal_of(school, indicator, 40.0, lift=59.9)
    reason, message = refusal(changed(snapshot, goals=[dream]), dream)
    assert reason == "THRESHOLD_OUT_OF_RANGE"
    assert "99.9 points" in message


def test_a_scale_that_broke_with_nothing_read_since_is_refused() -> None:
    snapshot = plan(years=range(2020, 2026))
    broken = changed(snapshot, scale_breaks={snapshot.indicators[0].id: [2026]})
    assert refusal(broken, snapshot.goals[0])[0] == "SCALE_BROKEN"


def test_a_group_never_read_is_refused() -> None:
    snapshot = plan()
    school, indicator, _ = first(snapshot)
    group_goal = goal_of(school, indicator, 30.0, group="EL")
    assert refusal(changed(snapshot, goals=[group_goal]), group_goal)[0] == "NO_GROUP_READINGS"


def test_an_indicator_never_read_is_refused() -> None:
    snapshot = plan()
    assert refusal(changed(snapshot, observations=[]), snapshot.goals[0])[0] == "NO_READINGS"


def test_a_closed_school_and_a_district_are_refused() -> None:
    snapshot = plan()
    snapshot.schools[0].closed = date(2026, 6, 30)
    assert refusal(snapshot, snapshot.goals[0])[0] == "SCHOOL_CLOSED"
    of_district = goal_of(snapshot.districts[0], snapshot.indicators[0], 40.0)
    assert refusal(changed(snapshot, goals=[of_district]), of_district)[0] == "NOT_A_SCHOOL"


def test_supports_under_way_are_carried_on() -> None:
    snapshot = plan()
    school, _, goal = first(snapshot)
    held = Assignment(
        AssignmentId(new_id()), snapshot.supports[0].id, snapshot.pools[0].id, school.id,
        Validity(date(2026, 3, 1), date(2026, 12, 1)), 24.0, goal_id=goal.id,
    )  # fmt: skip
    over = Assignment(
        AssignmentId(new_id()), snapshot.supports[0].id, snapshot.pools[0].id, school.id,
        Validity(date(2026, 1, 1), date(2026, 6, 1)), 24.0,
    )  # fmt: skip
    found = frozen(changed(snapshot, assignments=[over, held])).ongoing
    assert [(ongoing.goal_id, ongoing.end_month) for ongoing in found] == [(str(goal.id), 5.0)]
    assert run_batch(frozen(changed(snapshot, assignments=[held])), 0, 2).count == 2


def test_places_promised_to_others_or_for_later_are_taken_off_the_pool_while_that_lasts() -> None:
    snapshot = plan()
    coaches = snapshot.pools[0]
    assert coaches_of(frozen(snapshot), snapshot)[0] == (0.0, 3)
    elsewhere = Assignment(
        AssignmentId(new_id()), snapshot.supports[0].id, coaches.id, snapshot.districts[0].id,
        Validity(date(2026, 3, 1), date(2026, 10, 1)), 24.0,
    )  # fmt: skip
    later = Assignment(
        AssignmentId(new_id()), snapshot.supports[0].id, coaches.id, first(snapshot)[0].id,
        Validity(date(2026, 9, 1), date(2027, 1, 1)), 24.0,
    )  # fmt: skip
    inputs = frozen(changed(snapshot, assignments=[elsewhere, later]))
    assert inputs.ongoing == ()
    assert coaches_of(inputs, snapshot)[:4] == [(0.0, 2), (2.0, 1), (3.0, 2), (6.0, 3)]
    assert run_batch(inputs, 0, 2).count == 2


def test_scenarios_that_do_not_go_together_are_refused() -> None:
    snapshot = plan()
    with pytest.raises(InvalidInput, match="at least one scenario"):
        freeze(snapshot, [])
    with pytest.raises(InvalidInput, match="same months"):
        freeze(snapshot, [scenario_of(snapshot), scenario_of(snapshot, "Longer", horizon=48)])
    dear = scenario_of(snapshot)
    dear.budget = {2027: 1.0}
    with pytest.raises(BudgetExceeded):
        freeze(snapshot, [dear])


def test_months_count_from_the_start() -> None:
    assert month_of(date(2026, 7, 1), START) == 0.0
    assert month_of(date(2027, 7, 1), START) == 12.0
    assert month_of(date(2026, 5, 15), START) == pytest.approx(-2 + 14 / 31)


def test_a_state_of_600_schools_is_frozen_in_seconds() -> None:
    snapshot = plan(schools=600, districts=60, with_goals=90, keys=("maths", "reading", "score", "attendance"))
    began = time.process_time()
    inputs = frozen(snapshot)
    assert time.process_time() - began < 5.0
    assert len(inputs.goals) + len(inputs.unforecastable) == 360
