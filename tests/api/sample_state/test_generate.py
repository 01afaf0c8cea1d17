"""The sample state is of the promised size, keeps every rule of the domain, and looks like its grounds."""

from collections import Counter
from datetime import date

import numpy as np
import pytest

from api.sample_state.generate import SampleState, generate
from domain.goals import DatedValue, MilestoneStatus, milestone_status
from domain.indicators import ALL_STUDENTS, Occasion, ReadingState
from domain.supports import check_capacity

TODAY = date(2026, 11, 23)


@pytest.fixture(scope="module")
def sample() -> SampleState:
    return generate(TODAY)


def test_it_has_the_promised_size(sample: SampleState) -> None:
    assert (len(sample.districts), len(sample.schools), len(sample.indicators)) == (60, 600, 4)
    annual = [held for held in sample.observations if held.occasion is Occasion.ANNUAL]
    assert len(annual) == 600 * 4 * 4 * 6
    assert {held.student_group for held in annual} == {ALL_STUDENTS, "EDS", "ELS", "SWD"}
    assert len({held.observed_on for held in annual}) == 6
    identified = [school for school in sample.schools if school.designation_on(TODAY)]
    assert len(identified) == 90
    assert Counter(goal.organization_id for goal in sample.goals) == {school.id: 4 for school in identified}
    assert len({pool.kind for pool in sample.pools}) == 4


def test_everything_in_it_is_labelled_as_generated(sample: SampleState) -> None:
    assert all(held.generated for held in (sample.state, *sample.districts, *sample.schools))
    assert {held.source for held in sample.observations} == {"generated sample"}


def test_no_two_schools_share_a_name(sample: SampleState) -> None:
    assert len({school.name for school in sample.schools}) == 600


def test_all_four_states_of_a_reading_occur_and_small_groups_are_suppressed(sample: SampleState) -> None:
    states = Counter(held.reading.state for held in sample.observations)
    assert set(states) == set(ReadingState)
    assert all(held.reading.tested is None or held.reading.tested >= 10 for held in sample.observations)


def test_every_status_of_a_milestone_occurs(sample: SampleState) -> None:
    observed: dict[object, list[DatedValue]] = {}
    for held in sample.observations:
        dated = DatedValue.of(held)
        if held.student_group == ALL_STUDENTS and dated is not None:
            observed.setdefault((held.organization_id, held.indicator_id), []).append(dated)
    statuses = Counter(
        milestone_status(milestone, goal, observed[goal.organization_id, goal.indicator_id], TODAY)
        for goal in sample.goals
        for milestone in goal.milestones
    )
    assert set(statuses) == set(MilestoneStatus)
    assert statuses[MilestoneStatus.AT_RISK] > 100


def test_the_same_seed_and_day_give_the_same_state(sample: SampleState) -> None:
    again = generate(TODAY)
    assert [school.id for school in again.schools] == [school.id for school in sample.schools]
    assert [held.reading for held in again.observations] == [held.reading for held in sample.observations]


def test_nothing_is_observed_or_delivered_in_the_future(sample: SampleState) -> None:
    assert all(held.observed_on < TODAY for held in sample.observations)
    assert all(given.on < TODAY for held in sample.assignments for given in held.deliveries)


@pytest.mark.parametrize("today", [date(2026, 1, 2), date(2026, 5, 20), date(2026, 7, 1), date(2028, 2, 29)])
def test_it_can_be_generated_on_any_day(today: date) -> None:
    sample = generate(today)
    sample.baseline.check(sample.pools)
    assert sample.baseline.starts_on > today
    assert max(held.observed_on for held in sample.observations) < today


def test_its_baseline_keeps_the_budget_and_its_assignments_the_capacity(sample: SampleState) -> None:
    sample.baseline.check(sample.pools)
    for pool in sample.pools:
        held = [assignment for assignment in sample.assignments if assignment.pool_id == pool.id]
        for assignment in held:
            check_capacity(pool, held, assignment)


def test_school_means_and_spreads_are_near_their_grounds(sample: SampleState) -> None:
    lead = sample.indicators[0]
    scores = [
        held.reading.value
        for held in sample.observations
        if held.indicator_id == lead.id and held.student_group == ALL_STUDENTS and held.reading.value is not None
    ]
    assert np.mean(scores) == pytest.approx(63.4, abs=2.5)
    assert np.std(scores) == pytest.approx(13.6, abs=2.5)
