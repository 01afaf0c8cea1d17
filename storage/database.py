"""One PostgreSQL database: how it is reached, how it is listened to, and whether its schema is the one we know.

It does not matter here whether the server is our own embedded one or somebody else's.
"""

import asyncio
import time
from collections.abc import AsyncGenerator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from pathlib import Path

import psycopg
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from psycopg import sql
from sqlalchemy import URL, Engine, NullPool, create_engine, make_url
from sqlalchemy.orm import Session, sessionmaker

OLDEST_SERVER = 16
MIGRATIONS = Path(__file__).parent / "migrations"

# Any number will do, as long as every Milepost takes the same.
MIGRATION_LOCK = 0x4D49_4C45_504F_5354

CONNECT_SECONDS = 10
LONGEST_PAUSE_BEFORE_RECONNECTING_SECONDS = 5.0


class DatabaseUnreachable(Exception):
    """The database does not answer, or is not one we can use; the message says which, why and what to do."""


class SchemaNotCurrent(Exception):
    """The tables are not those that this Milepost knows; the message gives the command that mends it."""

    def __init__(self, message: str, state: "SchemaState") -> None:
        super().__init__(message)
        self.state = state


class Standing(Enum):
    """How a database's schema compares with the migrations we have."""

    UP_TO_DATE = "up to date"
    EMPTY = "empty"
    BEHIND = "behind"
    AHEAD = "ahead"  # it carries a revision that we do not know: a newer Milepost wrote it


@dataclass(frozen=True, slots=True)
class SchemaState:
    """Where a schema stands: ``current`` is the revision in the database (None if empty), ``head`` our newest."""

    standing: Standing
    current: str | None
    head: str | None


class Database:
    """One PostgreSQL database, reached by SQLAlchemy with psycopg 3.

    ``url`` is a libpq URI (``postgresql://...``). Nothing connects before it is used. Connections that died with the
    server are noticed and replaced when taken from the pool. ``statement_timeout_seconds`` cancels longer statements.
    """

    def __init__(self, url: str, *, pool_size: int = 10, statement_timeout_seconds: float | None = None) -> None:
        self.url = url
        self._pool_size = pool_size
        self._statement_timeout_seconds = statement_timeout_seconds

    @cached_property
    def engine(self) -> Engine:
        """The engine, made when first asked for."""
        options = "-c timezone=UTC"
        if self._statement_timeout_seconds is not None:
            options += f" -c statement_timeout={round(self._statement_timeout_seconds * 1000)}"
        return create_engine(
            sqlalchemy_url(self.url),
            pool_size=self._pool_size,
            max_overflow=0,  # a bounded pool sheds load; one that grows takes the server down
            pool_pre_ping=True,
            connect_args={"options": options, "connect_timeout": CONNECT_SECONDS, "application_name": "milepost"},
        )

    def sessions(self) -> sessionmaker[Session]:
        """Return the maker of sessions; what they committed may be read after them."""
        return sessionmaker(self.engine, expire_on_commit=False)

    def ensure_reachable(self) -> None:
        """Connect once. Raises ``DatabaseUnreachable`` in words fit for an operator."""
        try:
            with psycopg.connect(libpq_url(self.url), connect_timeout=CONNECT_SECONDS) as connection:
                version = connection.info.server_version // 10_000
        except psycopg.Error as reason:
            raise DatabaseUnreachable(
                f"The database at {without_password(self.url)} does not answer: {str(reason).strip()}. "
                "Check that the server runs and that MILEPOST_DATABASE_URL is right, or unset it to use the embedded "
                "database."
            ) from reason
        if version < OLDEST_SERVER:
            raise DatabaseUnreachable(
                f"The server at {without_password(self.url)} is PostgreSQL {version}; Milepost needs {OLDEST_SERVER} "
                "or newer."
            )

    async def listen(self, channel: str, *, on_connected: str | None = None) -> AsyncGenerator[str, None]:
        """Yield the payload of every NOTIFY on ``channel``, for ever; reconnect when the server goes away.

        What is sent while nobody is connected is lost, as always with NOTIFY. Give ``on_connected`` to have that text
        yielded after each time the channel is (again) being listened to: the moment to look at the tables.
        """
        pause = 0.1
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(
                    libpq_url(self.url), autocommit=True, connect_timeout=CONNECT_SECONDS, application_name="milepost"
                ) as connection:
                    await connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(channel)))
                    pause = 0.1
                    if on_connected is not None:
                        yield on_connected
                    async for notice in connection.notifies():
                        yield notice.payload
            except psycopg.OperationalError:
                await asyncio.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE_BEFORE_RECONNECTING_SECONDS)

    def close(self) -> None:
        """Close the pooled connections; the database may be used again afterwards."""
        if "engine" in self.__dict__:
            self.engine.dispose()
            del self.__dict__["engine"]


def sqlalchemy_url(url: str) -> URL:
    """Return ``url`` for SQLAlchemy with psycopg 3, whatever driver it names."""
    return make_url(url.replace("postgres://", "postgresql://", 1)).set(drivername="postgresql+psycopg")


def libpq_url(url: str) -> str:
    """Return ``url`` for libpq, without the driver that SQLAlchemy's form may name."""
    return sqlalchemy_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def without_password(url: str) -> str:
    """Return ``url`` fit to be shown."""
    return sqlalchemy_url(url).set(drivername="postgresql").render_as_string(hide_password=True)


def migrate(url: str, *, script_location: Path = MIGRATIONS) -> list[str]:
    """Bring the schema to our newest revision; return the revisions applied, oldest first.

    Several processes may call this at once: one works, the others wait and find nothing left to do. Raises
    ``SchemaNotCurrent`` if the schema is newer than we are, ``DatabaseUnreachable`` if the database does not answer.
    """
    Database(url).ensure_reachable()
    scripts = _scripts(script_location)
    with _alone(url):
        before = schema_state(url, script_location=script_location)
        if before.standing is Standing.AHEAD:
            raise _not_current(before)
        if before.standing is Standing.UP_TO_DATE:
            return []
        engine = create_engine(sqlalchemy_url(url), poolclass=NullPool)
        with engine.connect() as connection:
            config = _config(script_location)
            config.attributes["connection"] = connection  # what env.py works on
            command.upgrade(config, "head")
            connection.commit()
        lower = before.current or "base"
        return [script.revision for script in scripts.iterate_revisions("head", lower)][::-1]


def schema_state(url: str, *, script_location: Path = MIGRATIONS) -> SchemaState:
    """Compare the schema of the database with our migrations. Raises ``DatabaseUnreachable``."""
    Database(url).ensure_reachable()
    scripts = _scripts(script_location)
    head = scripts.get_current_head()
    engine = create_engine(sqlalchemy_url(url), poolclass=NullPool)
    with engine.connect() as connection:
        current = MigrationContext.configure(connection).get_current_revision()
    known = {script.revision for script in scripts.walk_revisions()}
    if current == head:
        standing = Standing.UP_TO_DATE
    elif current is None:
        standing = Standing.EMPTY
    else:
        standing = Standing.BEHIND if current in known else Standing.AHEAD
    return SchemaState(standing, current, head)


def require_current_schema(url: str, *, script_location: Path = MIGRATIONS) -> None:
    """Raise ``SchemaNotCurrent``, with the command that mends it, unless the schema is the one we know."""
    state = schema_state(url, script_location=script_location)
    if state.standing is not Standing.UP_TO_DATE:
        raise _not_current(state)


def _not_current(state: SchemaState) -> SchemaNotCurrent:
    match state.standing:
        case Standing.EMPTY:
            words = "The database has no tables of Milepost yet. Run `milepost migrate` to make them."
        case Standing.BEHIND:
            words = (
                f"The database is at revision {state.current}, and this Milepost needs {state.head}. "
                "Make a backup (`milepost backup`), then run `milepost migrate`."
            )
        case _:
            words = (
                f"The database is at revision {state.current}, which this Milepost does not know (its newest is "
                f"{state.head}): a newer Milepost has written it. Install that version or a later one, then run "
                "`milepost migrate`."
            )
    return SchemaNotCurrent(words, state)


@contextmanager
def _alone(url: str) -> Iterator[None]:
    """Hold the lock of migrations in this database, waiting for whoever has it."""
    with psycopg.connect(libpq_url(url), autocommit=True) as connection:
        # Asked again and again rather than waited for in the server: a waiting statement holds a snapshot, and a
        # migration that builds an index concurrently waits for all of those to end.
        while connection.execute("SELECT pg_try_advisory_lock(%s)", [MIGRATION_LOCK]).fetchone() != (True,):
            time.sleep(0.05)
        yield  # closing the connection, or dying, gives the lock back


def _config(script_location: Path) -> Config:
    config = Config()
    config.set_main_option("script_location", str(script_location).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def _scripts(script_location: Path) -> ScriptDirectory:
    return ScriptDirectory.from_config(_config(script_location))
