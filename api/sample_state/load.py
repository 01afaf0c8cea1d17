"""Store the sample state, once."""

from collections.abc import Iterator
from datetime import date

from api.sample_state.generate import PLANNER_EMAIL, generate
from domain.indicators import Observation
from storage import tables
from storage.bulk import copy_rows
from storage.unit_of_work import SqlUnitOfWork

OBSERVATION_COLUMNS = (
    "id",
    "organization_id",
    "indicator_id",
    "student_group",
    "occasion",
    "observed_on",
    "state",
    "value",
    "tested",
    "standard_error",
    "source",
)


def load_sample_state(work: SqlUnitOfWork, today: date) -> bool:
    """Store the sample state in one act and commit it; return False, changing nothing, where it is already there."""
    with work:
        if work.accounts.by_email(PLANNER_EMAIL) is not None:
            return False
        sample = generate(today)
        for organization in (sample.state, *sample.districts, *sample.schools):
            work.organizations.add(organization)
        for indicator in sample.indicators:
            work.indicators.add(indicator)
        # 60,000 readings, each of which would be an entity only to be forgotten.
        copy_rows(work.session, tables.observations, OBSERVATION_COLUMNS, _rows(sample.observations))
        for goal in sample.goals:
            work.goals.add(goal)
        for support in sample.supports:
            work.supports.add(support)
        for pool in sample.pools:
            work.pools.add(pool)
        for assignment in sample.assignments:
            work.assignments.add(assignment)
        work.scenarios.add(sample.baseline)
        work.accounts.add(sample.planner)
        work.commit()
        return True


def _rows(observations: list[Observation]) -> Iterator[tuple[object, ...]]:
    for held in observations:
        yield (
            held.id,
            held.organization_id,
            held.indicator_id,
            held.student_group,
            held.occasion.value,
            held.observed_on,
            held.reading.state.value,
            held.reading.value,
            held.reading.tested,
            held.reading.standard_error,
            held.source,
        )
