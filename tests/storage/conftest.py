"""Units of work to test with."""

from collections.abc import Callable

import pytest

from domain.ports import UnitOfWork
from storage.database import Database
from storage.in_memory import InMemoryUnitOfWork, Memory
from storage.unit_of_work import SqlUnitOfWork
from tests.storage.plan import Plan, small_plan

Works = Callable[[], UnitOfWork]


@pytest.fixture(params=["memory", "postgres"])
def works(request: pytest.FixtureRequest) -> Works:
    """Makes units of work over one store: everything tested with it holds for every adapter."""
    if request.param == "memory":
        memory = Memory()
        return lambda: InMemoryUnitOfWork(memory)
    database: Database = request.getfixturevalue("database")
    sessions = database.sessions()
    return lambda: SqlUnitOfWork(sessions)


@pytest.fixture
def work(works: Works) -> UnitOfWork:
    return works()


@pytest.fixture
def plan(works: Works) -> Plan:
    """A small plan, stored."""
    return small_plan(works())
