"""A reading goes on the record once, for a day past, in a school that was open."""

from datetime import date
from typing import Any

import pytest

from domain.errors import DuplicateObservation, InvalidInput, InvalidReading, NotFound, NotPermitted
from domain.indicators import Occasion, Reading
from domain.people import Role
from domain.ports import Acting, UnitOfWork
from domain.services.monitoring import record_observation
from tests.domain.services.conftest import acting
from tests.storage.plan import NOW, Plan, observation


def _reading(plan: Plan, reading: Reading | None = None, **changes: Any) -> dict[str, Any]:
    return {
        "organization_id": plan.east.id,
        "indicator_id": plan.reading.id,
        "observed_on": date(2026, 9, 30),
        "reading": reading or Reading.observed(44.0, 57),
        **changes,
    }


def test_the_same_reading_again_changes_nothing(work: UnitOfWork, plan: Plan, planner: Acting) -> None:
    with work:
        first = record_observation(work, planner, **_reading(plan))
        again = record_observation(work, planner, **_reading(plan))
        assert again is first
        assert first.recorded_at == NOW
        assert len(work.audit.of(first.id)) == 1
        assert len(work.observations.of_organizations([plan.east.id])) == 1


def test_another_value_for_the_same_day_is_refused(work: UnitOfWork, plan: Plan, planner: Acting) -> None:
    with work:
        record_observation(work, planner, **_reading(plan))
        with pytest.raises(DuplicateObservation, match="already has another reading of Grade 3 reading"):
            record_observation(work, planner, **_reading(plan, Reading.suppressed()))
        record_observation(work, planner, **_reading(plan, Reading.suppressed(), student_group="EL"))


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"observed_on": date(2026, 10, 2)}, "observedOn"), ({"reading": Reading.observed(100.5)}, "value")],
)
def test_a_day_to_come_or_a_value_out_of_range_is_refused(
    work: UnitOfWork, plan: Plan, planner: Acting, changes: dict[str, Any], field: str
) -> None:
    with work, pytest.raises(InvalidReading) as refusal:
        record_observation(work, planner, **_reading(plan, **changes))
    assert refusal.value.field == (field,)


def test_a_closed_school_has_no_readings(work: UnitOfWork, plan: Plan, planner: Acting) -> None:
    with work:
        work.organizations.get(plan.east.id).closed = date(2026, 7, 1)
        with pytest.raises(InvalidReading, match="East was not open on 2026-09-30"):
            record_observation(work, planner, **_reading(plan))


def test_a_coach_may_record_a_guest_may_not_and_a_stranger_sees_nothing(work: UnitOfWork, plan: Plan) -> None:
    with work:
        record_observation(work, acting(Role.COACH, plan.east), **_reading(plan))
        with pytest.raises(NotPermitted):
            record_observation(work, acting(Role.GUEST, plan.state), **_reading(plan))
        with pytest.raises(NotFound):
            record_observation(work, acting(Role.COACH, plan.west), **_reading(plan))


def test_the_official_record_is_for_those_who_may_import_it(work: UnitOfWork, plan: Plan, planner: Acting) -> None:
    with work:
        for role in (Role.COACH, Role.PRINCIPAL, Role.DISTRICT_LEAD):
            with pytest.raises(NotPermitted, match="Annual results are the official record") as refusal:
                record_observation(work, acting(role, plan.north), **_reading(plan, occasion=Occasion.ANNUAL))
            assert refusal.value.field == ("occasion",)
            record_observation(work, acting(role, plan.north), **_reading(plan))
        record_observation(work, planner, **_reading(plan, occasion=Occasion.ANNUAL))


@pytest.mark.parametrize("group", ["nonsense", "NONSENSE words", "", "A", "A" * 13, "1ST"])
def test_a_student_group_is_a_code_or_one_there_are_readings_of(
    work: UnitOfWork, plan: Plan, planner: Acting, group: str
) -> None:
    with work:
        with pytest.raises(InvalidInput, match="is no student group") as refusal:
            record_observation(work, planner, **_reading(plan, student_group=group))
        assert refusal.value.field == ("studentGroup",)
        imported = observation(plan.east, plan.reading, date(2025, 5, 15))
        imported.student_group = group
        work.observations.add(imported)
        record_observation(work, planner, **_reading(plan, student_group=group))


def test_a_source_has_an_end(work: UnitOfWork, plan: Plan, planner: Acting) -> None:
    with work, pytest.raises(InvalidReading, match="at most 5,000 characters") as refusal:
        record_observation(work, planner, **_reading(plan, source="x" * 5_001))
    assert refusal.value.field == ("source",)
