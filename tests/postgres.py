"""PostgreSQL for tests: one embedded server a run, migrated once.

``database`` is shared by all tests and emptied after each, which takes some milliseconds; ``database_url`` is a copy of
the test's own, for what leaves connections or processes behind. A plugin of pytest (named in ``tests/conftest.py``),
so that tests of every folder share the one server.
"""

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import text

from storage.database import Database, migrate
from storage.embedded import EmbeddedPostgres
from storage.tables import metadata

TEMPLATE = "template_milepost"

_numbers = count(1)


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    """The server. It forgets everything if the machine dies, so what must last is tested on another."""
    with EmbeddedPostgres(tmp_path_factory.mktemp("postgres"), durable=False) as server:
        yield server


@pytest.fixture(scope="session")
def migrated(postgres: EmbeddedPostgres) -> str:
    """The name of a migrated, empty database that nobody is connected to."""
    migrate(postgres.create_database(TEMPLATE))
    return TEMPLATE


@pytest.fixture(scope="session")
def common_database(postgres: EmbeddedPostgres, migrated: str) -> Iterator[Database]:
    """The migrated database behind ``database``."""
    held = Database(postgres.create_database("test_common", template=migrated), pool_size=25)
    yield held
    held.close()


@pytest.fixture
def database(common_database: Database) -> Iterator[Database]:
    """A migrated, empty database, emptied again after the test."""
    yield common_database
    empty(common_database)


@pytest.fixture
def database_url(postgres: EmbeddedPostgres, migrated: str) -> Iterator[str]:
    """The URI of a migrated, empty database of the test's own."""
    name = f"test_{next(_numbers)}"
    yield postgres.create_database(name, template=migrated)
    postgres.drop_database(name)


@pytest.fixture(scope="module")
def module_database(postgres: EmbeddedPostgres, migrated: str) -> Iterator[Database]:
    """A migrated database that the tests of one module share: for much data that is only read."""
    name = f"module_{next(_numbers)}"
    held = Database(postgres.create_database(name, template=migrated))
    yield held
    held.close()
    postgres.drop_database(name)


@pytest.fixture
def durable_postgres(tmp_path: Path) -> Iterator[EmbeddedPostgres]:
    """A server of the test's own that may be killed and keeps its promises."""
    with EmbeddedPostgres(tmp_path / "home") as server:
        yield server


def empty(database: Database) -> None:
    """Delete every row, the audit's included."""
    with database.engine.begin() as connection:
        # No triggers and foreign keys for the moment: the order does not matter, and the audit does not object.
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        connection.execute(text("SET LOCAL lock_timeout = '10s'"))
        for table in metadata.tables.values():
            connection.execute(table.delete())
