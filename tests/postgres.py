"""PostgreSQL for tests: one embedded server a run, migrated once, and a copy of that database for every test.

A plugin of pytest (named in ``tests/conftest.py``), so that tests of every folder share the one server.
"""

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from storage.database import Database, migrate
from storage.embedded import EmbeddedPostgres

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


@pytest.fixture
def database_url(postgres: EmbeddedPostgres, migrated: str) -> Iterator[str]:
    """The URI of a migrated, empty database of the test's own."""
    name = f"test_{next(_numbers)}"
    yield postgres.create_database(name, template=migrated)
    postgres.drop_database(name)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A migrated, empty database of the test's own."""
    held = Database(database_url, pool_size=25)
    yield held
    held.close()


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
