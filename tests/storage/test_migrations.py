"""The migrations make exactly the tables that the code knows, from nothing, and can take them away again."""

from collections.abc import Iterator

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text

from storage.database import MIGRATIONS, Database, Standing, migrate, schema_state
from storage.embedded import EmbeddedPostgres
from storage.tables import metadata

COLUMNS = """
    SELECT table_name, column_name, data_type, udt_name, is_nullable, column_default, is_identity
    FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> 'alembic_version' ORDER BY 1, 2
"""
CONSTRAINTS = """
    SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid), condeferrable, condeferred
    FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace AND contype <> 'n' AND conrelid <> 0
    AND conrelid::regclass::text <> 'alembic_version' ORDER BY 1, 2
"""
INDEXES = """
    SELECT tablename, indexname, indexdef FROM pg_indexes
    WHERE schemaname = 'public' AND tablename <> 'alembic_version' ORDER BY 1, 2
"""
LEFT_OVER = """
    SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relname NOT LIKE 'alembic_version%'
    UNION ALL SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace
"""


@pytest.fixture
def created(postgres: EmbeddedPostgres) -> Iterator[Database]:
    """A database whose tables were made from the metadata, without migrations."""
    held = Database(postgres.create_database("test_created"))
    with held.engine.begin() as connection:
        # What the metadata cannot say, but their exclusion constraints need.
        connection.execute(
            text(
                "CREATE FUNCTION identity_range(uuid, text) RETURNS int8range IMMUTABLE RETURN CAST(NULL AS int8range)"
            )
        )
        metadata.create_all(connection)
    yield held
    held.close()
    postgres.drop_database("test_created")


def test_an_empty_database_is_brought_up_to_date_once(postgres: EmbeddedPostgres) -> None:
    url = postgres.create_database("test_empty")
    assert schema_state(url).standing is Standing.EMPTY
    assert migrate(url)[0] == "0001"
    assert schema_state(url).standing is Standing.UP_TO_DATE
    assert migrate(url) == []
    postgres.drop_database("test_empty")


def test_alembic_finds_nothing_left_to_migrate(database: Database) -> None:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
        assert compare_metadata(context, metadata) == []


@pytest.mark.parametrize("what", [COLUMNS, CONSTRAINTS, INDEXES], ids=["columns", "constraints", "indexes"])
def test_migrated_and_created_tables_are_the_same_to_the_last_check(
    database: Database, created: Database, what: str
) -> None:
    """Alembic compares neither CHECKs nor exclusions nor what an index is made of."""

    def described(connection: Connection) -> list[tuple[object, ...]]:
        return [tuple(row) for row in connection.execute(text(what))]

    with database.engine.connect() as migrated, created.engine.connect() as plain:
        assert described(migrated) == described(plain)


def test_going_back_leaves_nothing_behind(database_url: str) -> None:
    held = Database(database_url)
    with held.engine.connect() as connection:
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.set_main_option("path_separator", "os")
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
        connection.commit()
        assert connection.execute(text(LEFT_OVER)).all() == []
    held.close()
    assert schema_state(database_url).standing is Standing.EMPTY
    assert migrate(database_url)[0] == "0001"


def test_a_migration_works_on_a_url_as_well(postgres: EmbeddedPostgres) -> None:
    url = postgres.create_database("test_by_url")
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    config.set_main_option("url", url.replace("%", "%%"))
    command.upgrade(config, "head")
    assert schema_state(url).standing is Standing.UP_TO_DATE
    postgres.drop_database("test_by_url")
