"""Whether this server lives (``/healthz``) and whether it can do its work (``/readyz``)."""

from collections.abc import Callable
from dataclasses import dataclass

import psycopg
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from storage.database import Database, DatabaseUnreachable, SchemaNotCurrent, libpq_url, require_current_schema

# Held, shared, by every worker for as long as it lives. Any number will do, as long as all take the same.
WORKER_LOCK = 0x4D49_4C45_574F_524B


@dataclass(frozen=True, slots=True)
class Readiness:
    """What a server needs, each with a word that says how it is: ``ok``, or what is wrong."""

    database: str
    schema: str
    worker: str

    @property
    def ready(self) -> bool:
        return (self.database, self.schema, self.worker) == ("ok", "ok", "ok")


async def healthz(_: Request) -> Response:
    """Say that the process answers."""
    return JSONResponse({"status": "ok"})


class ReadinessCheck:
    """Answers ``/readyz``: 200 if all is well, 503 with the reason if not."""

    def __init__(self, look: Callable[[], Readiness]) -> None:
        self._look = look

    async def answer(self, _: Request) -> Response:
        readiness = await run_in_threadpool(self._look)
        body = {
            "status": "ready" if readiness.ready else "not ready",
            "database": readiness.database,
            "schema": readiness.schema,
            "worker": readiness.worker,
        }
        return JSONResponse(body, status_code=200 if readiness.ready else 503)


def look(database: Database) -> Readiness:
    """Look at the database and for a worker that lives, wherever it runs."""
    try:
        require_current_schema(database.url)
    except DatabaseUnreachable:
        return Readiness("does not answer", "unknown", "unknown")
    except SchemaNotCurrent as reason:
        return Readiness("ok", str(reason), "unknown")
    try:
        working = worker_is_alive(database.url)
    except psycopg.Error:
        return Readiness("does not answer", "unknown", "unknown")
    return Readiness("ok", "ok", "ok" if working else "no worker is running")


def worker_is_alive(url: str) -> bool:
    """Return whether any worker is at work on this database: its connection holds the lock for it."""
    with psycopg.connect(libpq_url(url), connect_timeout=5, autocommit=True) as connection:
        # Looked up and not tried, so that two who look at once do not take each other for a worker.
        found = connection.execute(
            "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 1"
            " AND classid = %s AND objid = %s"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))",
            [WORKER_LOCK >> 32, WORKER_LOCK & 0xFFFF_FFFF],
        ).fetchone()
        return found == (True,)
