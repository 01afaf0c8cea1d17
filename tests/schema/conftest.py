"""A stored plan, and people who ask about it."""

from collections.abc import Callable, Iterator

import pytest

from domain.people import Viewer
from domain.ports import UnitOfWork
from domain.reading import Reader
from storage.database import Database
from storage.in_memory import InMemoryUnitOfWork, Memory
from storage.reading import SqlReader
from storage.reading.in_memory import InMemoryReader
from storage.unit_of_work import SqlUnitOfWork
from tests.schema.asking import Asker
from tests.storage.plan import NOW, TODAY, Plan, small_plan

Store = tuple[Callable[[], UnitOfWork], Reader]


@pytest.fixture
def sql_store(database: Database) -> Iterator[Store]:
    sessions, reader = database.sessions(), SqlReader(database.engine)
    yield lambda: SqlUnitOfWork(sessions), reader
    reader.close()


@pytest.fixture(params=["memory", "postgres"])
def store(request: pytest.FixtureRequest) -> Store:
    """Units of work and a reader over one store: what is tested with it holds for every adapter."""
    if request.param == "postgres":
        held: Store = request.getfixturevalue("sql_store")
        return held
    memory = Memory()
    return lambda: InMemoryUnitOfWork(memory), InMemoryReader(memory)


@pytest.fixture
def plan(store: Store) -> Plan:
    return small_plan(store[0]())


@pytest.fixture
def planner(store: Store, plan: Plan) -> Asker:
    """The state's planner."""
    open_work, reader = store
    return Asker(reader, open_work, Viewer.of(plan.planner, TODAY), NOW)
