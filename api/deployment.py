"""One Milepost as its settings describe it: its database, started if it is our own, and work on it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from api.settings import Settings
from storage.database import Database, require_current_schema
from storage.embedded import EmbeddedPostgres
from storage.unit_of_work import SqlUnitOfWork


@dataclass(frozen=True, slots=True)
class Deployment:
    """A database that answers, with the schema we know."""

    settings: Settings
    database: Database

    def open_work(self) -> SqlUnitOfWork:
        """Return a unit of work, to be entered."""
        return SqlUnitOfWork(self.database.sessions())


@contextmanager
def reached(settings: Settings) -> Iterator[str]:
    """Yield the address of the database; our own server runs for at least as long.

    Raises ``EmbeddedPostgresFailed`` or ``DatabaseUnreachable``.
    """
    if settings.database_url is not None:
        Database(settings.database_url).ensure_reachable()
        yield settings.database_url
        return
    server = EmbeddedPostgres(settings.home)
    try:
        yield server.start()
    finally:
        server.stop()


@contextmanager
def deployed(settings: Settings) -> Iterator[Deployment]:
    """Yield a deployment whose schema is current. Raises what ``reached`` raises, and ``SchemaNotCurrent``."""
    with reached(settings) as url:
        require_current_schema(url)
        database = Database(
            url,
            pool_size=settings.database_connections,
            statement_timeout_seconds=max(60.0, 2 * settings.operation_seconds),
        )
        try:
            yield Deployment(settings, database)
        finally:
            database.close()
