"""A database is reached, listened to and migrated; a schema that is not ours is refused with the way to mend it."""

import asyncio
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from storage.database import (
    Database,
    DatabaseUnreachable,
    SchemaNotCurrent,
    SchemaState,
    Standing,
    libpq_url,
    migrate,
    require_current_schema,
    schema_state,
    without_password,
)
from storage.embedded import EmbeddedPostgres

NOWHERE = "postgresql://planner:secret@127.0.0.1:1/milepost"

ENVIRONMENT = """
from alembic import context
connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=None)
with context.begin_transaction():
    context.run_migrations()
"""

REVISION = """
from alembic import op
revision = "{revision}"
down_revision = {down!r}
branch_labels = None
depends_on = None
def upgrade():
    op.execute("SELECT pg_sleep(0.2)")
    op.execute("{statement}")
def downgrade():
    pass
"""


@pytest.fixture(scope="module")
def server() -> Iterator[EmbeddedPostgres]:
    with tempfile.TemporaryDirectory(prefix="mp-") as folder, EmbeddedPostgres(Path(folder), durable=False) as server:
        yield server


@pytest.fixture
def url(server: EmbeddedPostgres, request: pytest.FixtureRequest) -> Iterator[str]:
    name = request.node.name
    yield server.create_database(name)
    server.drop_database(name)


@pytest.fixture
def scripts(tmp_path: Path) -> Path:
    """Two migrations: the first makes a table of goals, the second gives goals a name."""
    folder = tmp_path / "100% migrations"
    (folder / "versions").mkdir(parents=True)
    (folder / "env.py").write_text(ENVIRONMENT)
    _add_revision(folder, "r1", None, "CREATE TABLE goals (id integer)")
    _add_revision(folder, "r2", "r1", "ALTER TABLE goals ADD COLUMN name text")
    return folder


def _add_revision(folder: Path, revision: str, down: str | None, statement: str) -> None:
    (folder / "versions" / f"{revision}.py").write_text(
        REVISION.format(revision=revision, down=down, statement=statement)
    )


def _kill_postmaster(server: EmbeddedPostgres) -> None:
    pid = server.status().pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)


class TestReaching:
    def test_nothing_connects_before_it_is_used(self) -> None:
        Database(NOWHERE).close()

    def test_a_session_keeps_what_it_committed_readable(self, url: str) -> None:
        database = Database(url)
        with database.sessions()() as session:
            assert session.execute(text("SELECT current_setting('timezone')")).scalar_one() == "UTC"
            assert session.expire_on_commit is False
        database.close()

    def test_a_statement_that_takes_too_long_is_cancelled(self, url: str) -> None:
        database = Database(url, statement_timeout_seconds=0.1)
        with database.engine.connect() as connection, pytest.raises(OperationalError, match="statement timeout"):
            connection.execute(text("SELECT pg_sleep(5)"))
        database.close()

    def test_a_pool_survives_the_death_of_the_server(self, url: str, server: EmbeddedPostgres) -> None:
        database = Database(url, pool_size=2)
        with database.engine.connect() as connection:
            connection.execute(text("SELECT 1"))
        _kill_postmaster(server)
        server.start()
        with database.engine.connect() as connection:
            assert connection.execute(text("SELECT 1")).scalar_one() == 1
        database.close()

    def test_a_closed_database_may_be_used_again(self, url: str) -> None:
        database = Database(url)
        for _ in range(2):
            with database.engine.connect() as connection:
                assert connection.execute(text("SELECT 1")).scalar_one() == 1
            database.close()

    def test_a_server_that_is_not_there_is_named_without_its_password(self) -> None:
        with pytest.raises(DatabaseUnreachable, match=r"127\.0\.0\.1:1/milepost does not answer") as refusal:
            Database(NOWHERE).ensure_reachable()
        assert "secret" not in str(refusal.value)
        assert "MILEPOST_DATABASE_URL" in str(refusal.value)

    def test_a_database_that_is_there_raises_nothing(self, url: str) -> None:
        Database(url).ensure_reachable()

    @pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg", "postgresql+asyncpg"])
    def test_any_common_form_of_a_url_is_understood(self, scheme: str) -> None:
        assert libpq_url(f"{scheme}://a:b@host:5433/db?sslmode=require") == (
            "postgresql://a:b@host:5433/db?sslmode=require"
        )

    def test_a_shown_url_hides_the_password(self) -> None:
        assert without_password("postgresql://a:b@host/db") == "postgresql://a:***@host/db"


class TestListening:
    async def test_payloads_arrive_in_order(self, url: str) -> None:
        notices = Database(url).listen("forecasts", on_connected="")
        assert await anext(notices) == ""
        with psycopg.connect(url, autocommit=True) as connection:
            for payload in ("one", "two"):
                connection.execute("SELECT pg_notify('forecasts', %s)", [payload])
        assert [await anext(notices), await anext(notices)] == ["one", "two"]
        await notices.aclose()

    async def test_it_listens_again_after_the_server_was_killed(self, url: str, server: EmbeddedPostgres) -> None:
        notices = Database(url).listen("forecasts", on_connected="look")
        assert await anext(notices) == "look"
        _kill_postmaster(server)
        assert await asyncio.wait_for(anext(notices), 30) == "look"
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("NOTIFY forecasts, 'after'")
        assert await asyncio.wait_for(anext(notices), 30) == "after"
        await notices.aclose()


class TestMigrating:
    def test_a_new_database_is_empty_and_says_how_to_mend_that(self, url: str, scripts: Path) -> None:
        assert schema_state(url, script_location=scripts) == SchemaState(Standing.EMPTY, None, "r2")
        with pytest.raises(SchemaNotCurrent, match="`milepost migrate`"):
            require_current_schema(url, script_location=scripts)

    def test_migrating_applies_every_revision_once(self, url: str, scripts: Path) -> None:
        assert migrate(url, script_location=scripts) == ["r1", "r2"]
        assert migrate(url, script_location=scripts) == []
        require_current_schema(url, script_location=scripts)
        with psycopg.connect(url) as connection:
            connection.execute("SELECT id, name FROM goals")

    def test_an_older_schema_is_refused_until_it_is_migrated(self, url: str, scripts: Path) -> None:
        migrate(url, script_location=scripts)
        _add_revision(scripts, "r3", "r2", "ALTER TABLE goals ADD COLUMN aim float")
        with pytest.raises(SchemaNotCurrent, match=r"at revision r2, and this Milepost needs r3.*`milepost migrate`"):
            require_current_schema(url, script_location=scripts)
        assert migrate(url, script_location=scripts) == ["r3"]
        require_current_schema(url, script_location=scripts)

    def test_a_newer_schema_is_refused_and_left_alone(self, url: str, scripts: Path) -> None:
        migrate(url, script_location=scripts)
        with psycopg.connect(url) as connection:
            connection.execute("UPDATE alembic_version SET version_num = 'r9'")
        for attempt in (require_current_schema, migrate):
            with pytest.raises(SchemaNotCurrent, match="a newer Milepost has written it") as refusal:
                attempt(url, script_location=scripts)
            assert refusal.value.state == SchemaState(Standing.AHEAD, "r9", "r2")

    def test_a_migration_that_fails_leaves_nothing_behind(self, url: str, scripts: Path) -> None:
        _add_revision(scripts, "r3", "r2", "ALTER TABLE no_such_table ADD COLUMN aim float")
        with pytest.raises(Exception, match="no_such_table"):
            migrate(url, script_location=scripts)
        assert schema_state(url, script_location=scripts).standing is Standing.EMPTY

    def test_of_two_who_migrate_at_once_one_does_the_work(self, url: str, scripts: Path) -> None:
        program = (
            "import sys; from pathlib import Path; from storage.database import migrate; "
            "print(*migrate(sys.argv[1], script_location=Path(sys.argv[2])))"
        )
        both = [
            subprocess.Popen(
                [sys.executable, "-c", program, url, str(scripts)],
                cwd=Path(__file__).parents[2],
                stdout=subprocess.PIPE,
                text=True,
            )
            for _ in range(2)
        ]
        assert sorted(process.communicate(timeout=60)[0].strip() for process in both) == ["", "r1 r2"]
