"""A stored plan, and somebody who asks about it."""

from collections.abc import Iterator

import pytest

from domain.people import Viewer
from storage.database import Database
from storage.reading import SqlReader
from storage.unit_of_work import SqlUnitOfWork
from tests.schema.asking import Asker
from tests.storage.plan import NOW, TODAY, Plan, small_plan


@pytest.fixture
def reader(database: Database) -> Iterator[SqlReader]:
    held = SqlReader(database.engine)
    yield held
    held.close()


@pytest.fixture
def plan(database: Database) -> Plan:
    return small_plan(SqlUnitOfWork(database.sessions()))


@pytest.fixture
def planner(database: Database, reader: SqlReader, plan: Plan) -> Asker:
    """The state's planner."""
    sessions = database.sessions()
    return Asker(reader, lambda: SqlUnitOfWork(sessions), Viewer.of(plan.planner, TODAY), NOW)
