"""Many rows go in by COPY, in the same transaction as everything else."""

from collections.abc import Iterator
from datetime import date

import psycopg
import pytest

from domain.identity import new_id
from domain.indicators import ReadingState
from domain.organizations import OrganizationKind
from storage import tables
from storage.bulk import copy_rows
from storage.database import Database
from storage.unit_of_work import SqlUnitOfWork
from tests.storage.plan import Plan, organization, small_plan

COLUMNS = (
    "id",
    "organization_id",
    "indicator_id",
    "student_group",
    "occasion",
    "observed_on",
    "state",
    "value",
    "source",
)


def _rows(plan: Plan, count: int) -> Iterator[tuple[object, ...]]:
    for number in range(count):
        day = date.fromordinal(date(2000, 1, 1).toordinal() + number)
        if number % 2:
            yield (
                new_id(),
                plan.east.id,
                plan.reading.id,
                "ALL",
                "ANNUAL",
                day,
                "OBSERVED",
                number / 7,
                "file, line\t\\N",
            )
        else:
            yield new_id(), plan.east.id, plan.reading.id, "ALL", "ANNUAL", day, ReadingState.SUPPRESSED, None, "file"


def test_copied_rows_are_readings_like_others(database: Database) -> None:
    work = SqlUnitOfWork(database.sessions())
    plan = small_plan(work)
    with work:
        assert copy_rows(work.session, tables.observations, COLUMNS, _rows(plan, 2000)) == 2000
        work.commit()
    with work:
        held = work.observations.of_organizations([plan.east.id])
        assert len(held) == 2000
        assert held[0].reading.state is ReadingState.SUPPRESSED
        assert (held[1].reading.value, held[1].source) == (1 / 7, "file, line\t\\N")


def test_rows_may_refer_to_what_was_added_before_and_vanish_with_it(database: Database) -> None:
    work = SqlUnitOfWork(database.sessions())
    plan = small_plan(work)
    with work:
        new = organization(OrganizationKind.SCHOOL, "New", plan.north)
        work.organizations.add(new)
        copy_rows(work.session, tables.organization_profiles, ("organization_id", "year"), [(new.id, 2026)])
        assert len(work.organizations.below(plan.north.id, date(2026, 1, 1))) == 4
    with work:
        assert len(work.organizations.below(plan.north.id, date(2026, 1, 1))) == 3


def test_a_row_that_breaks_a_rule_undoes_all_of_them(database: Database) -> None:
    work = SqlUnitOfWork(database.sessions())
    plan = small_plan(work)
    rows = [*_rows(plan, 10), (new_id(), plan.east.id, plan.reading.id, "ALL", "ANNUAL", None, "OBSERVED", 1.0, "")]
    with pytest.raises(psycopg.errors.NotNullViolation), work:
        copy_rows(work.session, tables.observations, COLUMNS, rows)
    with work:
        assert work.observations.of_organizations([plan.east.id]) == []


def test_names_of_columns_are_names_and_nothing_else(database: Database) -> None:
    work = SqlUnitOfWork(database.sessions())
    with work, pytest.raises(psycopg.errors.UndefinedColumn):
        copy_rows(work.session, tables.audit, ["id\") FROM PROGRAM 'true'; --"], [])
