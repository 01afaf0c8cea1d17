"""What `milepost doctor` finds: whether this machine, its home folder and its database are fit, and what to do if not.

Nothing is started or changed here, so it may be asked at any time, also beside a running server.
"""

import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg

from storage.database import (
    MIGRATIONS,
    OLDEST_SERVER,
    Database,
    DatabaseUnreachable,
    Standing,
    libpq_url,
    schema_state,
    without_password,
)
from storage.embedded import MAJOR_VERSION, EmbeddedPostgres, EmbeddedStatus

OLDEST_PYTHON = (3, 11)
DISK_BYTES_WANTED = 1_000_000_000
CLOCK_SECONDS_TOLERATED = 5.0


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: ``ok`` or not, what was found, and what to do about it (empty if ok)."""

    name: str
    ok: bool
    meaning: str
    advice: str = ""


def diagnose(home: Path, url: str | None, *, script_location: Path = MIGRATIONS) -> list[Finding]:
    """Look at everything Milepost stands on; ``url`` is None where the embedded server of ``home`` is used.

    Never raises for what it finds, and never starts the embedded server: while that rests, what only a running
    server can tell is left out.
    """
    findings = [_python(), _home(home), _disk(home)]
    if url is None:
        server = EmbeddedPostgres(home)
        status = server.status()
        findings.append(_embedded(status))
        if not status.running:
            return findings
        url = server.url("milepost")
    return findings + list(_database(url, script_location))


def _python() -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    wanted = ".".join(map(str, OLDEST_PYTHON))
    if sys.version_info >= OLDEST_PYTHON:
        return Finding("Python", True, f"This is Python {version}.")
    return Finding(
        "Python", False, f"This is Python {version}; Milepost needs {wanted} or newer.", f"Install Python {wanted}."
    )


def _home(home: Path) -> Finding:
    place = _nearest_existing(home)
    if not place.is_dir():
        return Finding(
            "home folder", False, f"{place} is a file, not a folder.", "Choose another folder with MILEPOST_HOME."
        )
    try:
        with tempfile.TemporaryFile(dir=place):
            pass
    except OSError as reason:
        return Finding(
            "home folder",
            False,
            f"Milepost cannot write in {place}: {reason.strerror}.",
            "Give the account that runs Milepost the right to write there, or choose another folder with "
            "MILEPOST_HOME.",
        )
    state = "can be written" if home.exists() else "is not there yet; it will be made at the first start"
    return Finding("home folder", True, f"{home} {state}.")


def _disk(home: Path) -> Finding:
    free = shutil.disk_usage(_nearest_existing(home)).free
    words = f"{free / 1e9:.1f} GB are free for {home}."
    if free >= DISK_BYTES_WANTED:
        return Finding("disk space", True, words)
    return Finding(
        "disk space",
        False,
        words,
        f"Make room: with less than {DISK_BYTES_WANTED / 1e9:.0f} GB an import or a forecast may stop half-way "
        "(nothing already saved is lost).",
    )


def _nearest_existing(path: Path) -> Path:
    path = path.absolute()
    while not path.exists():
        path = path.parent
    return path


def _embedded(status: EmbeddedStatus) -> Finding:
    name = "embedded database"
    if not status.initialised:
        return Finding(name, True, "It has not been made yet; the first `milepost serve` makes it.")
    if status.version != str(MAJOR_VERSION):
        return Finding(
            name,
            False,
            f"Its data were written by PostgreSQL {status.version}; this Milepost brings {MAJOR_VERSION}.",
            "Make a backup with the Milepost that wrote them (`milepost backup`) and restore it with this one into "
            "another MILEPOST_HOME.",
        )
    size = f"{status.disk_bytes / 1e6:.0f} MB in {status.folder}"
    if status.running:
        users = ", ".join(map(str, status.users)) or "none"
        return Finding(
            name,
            True,
            f"It runs as process {status.pid}, used by the processes {users}; socket {status.socket}; {size}.",
        )
    if status.users:
        return Finding(
            name,
            False,
            f"Processes {', '.join(map(str, status.users))} use it, and it does not run (it may be starting). Its last "
            f"words:\n{status.log_tail}",
            "Wait a minute and ask again. If it stays so, stop these processes and run `milepost serve`, which says "
            "what is wrong.",
        )
    if not _may_enter(status.folder / "data"):
        return Finding(
            name,
            False,
            f"{status.folder} belongs to another account.",
            "Run Milepost as the account that owns it, or choose another folder with MILEPOST_HOME.",
        )
    return Finding(name, True, f"It rests, and starts when needed; {size}.")


def _may_enter(folder: Path) -> bool:
    return os.access(folder, os.R_OK | os.W_OK | os.X_OK)


def _database(url: str, script_location: Path) -> Iterator[Finding]:
    try:
        Database(url).ensure_reachable()
        with psycopg.connect(libpq_url(url), connect_timeout=10) as connection:
            yield Finding("database", True, f"{without_password(url)} answers.")
            yield _server_version(connection)
            yield _encoding(connection)
            yield _durability(connection)
            yield _clock(connection)
    except (DatabaseUnreachable, psycopg.Error) as reason:
        yield Finding("database", False, str(reason), "Start the server, or correct MILEPOST_DATABASE_URL.")
        return
    yield _schema(url, script_location)


def _server_version(connection: psycopg.Connection) -> Finding:
    version = connection.info.server_version
    words = f"The server is PostgreSQL {version // 10_000}.{version % 10_000}."
    if version // 10_000 >= OLDEST_SERVER:
        return Finding("server version", True, words)
    return Finding("server version", False, words, f"Upgrade it to PostgreSQL {OLDEST_SERVER} or newer.")


def _encoding(connection: psycopg.Connection) -> Finding:
    encoding = _setting(connection, "server_encoding")
    if encoding == "UTF8":
        return Finding("encoding", True, "The database keeps text as UTF-8.")
    return Finding(
        "encoding",
        False,
        f"The database keeps text as {encoding}, which cannot hold every name of a school.",
        "Make a database with ENCODING 'UTF8' and restore a backup into it.",
    )


def _durability(connection: psycopg.Connection) -> Finding:
    off = [name for name in ("fsync", "full_page_writes", "synchronous_commit") if _setting(connection, name) == "off"]
    if not off:
        return Finding("durability", True, "What is saved survives a crash of the machine.")
    return Finding(
        "durability",
        False,
        f"The server runs with {', '.join(off)} off: a crash of the machine may lose what was saved.",
        "Turn it on in the server's postgresql.conf. An embedded server made for tests cannot be used to keep data.",
    )


def _setting(connection: psycopg.Connection, name: str) -> str:
    row = connection.execute("SELECT current_setting(%s)", [name]).fetchone()
    return str(row[0]) if row else ""


def _clock(connection: psycopg.Connection) -> Finding:
    asked = time.time()
    row = connection.execute("SELECT extract(epoch FROM clock_timestamp())::float8").fetchone()
    answered = time.time()
    # The server looked at its clock at some moment between the two: only what lies outside is a difference.
    theirs = float(row[0]) if row else answered
    apart = max(asked - theirs, theirs - answered, 0.0)
    if apart <= CLOCK_SECONDS_TOLERATED:
        return Finding("clock", True, "The clocks of this machine and of the database agree.")
    return Finding(
        "clock",
        False,
        f"The clocks of this machine and of the database are {apart:.0f} seconds apart, so that sign-ins may expire "
        "early and the record may seem out of order.",
        "Synchronise both with a time server (NTP).",
    )


def _schema(url: str, script_location: Path) -> Finding:
    state = schema_state(url, script_location=script_location)
    match state.standing:
        case Standing.UP_TO_DATE:
            return Finding("tables", True, f"The tables are those of this Milepost (revision {state.current}).")
        case Standing.EMPTY:
            return Finding("tables", False, "The database has no tables of Milepost yet.", "Run `milepost migrate`.")
        case Standing.BEHIND:
            return Finding(
                "tables",
                False,
                f"The tables are of an older Milepost (revision {state.current}; this one needs {state.head}).",
                "Make a backup (`milepost backup`), then run `milepost migrate`.",
            )
        case _:
            return Finding(
                "tables",
                False,
                f"The tables are of a newer Milepost (revision {state.current}; this one knows {state.head}).",
                "Install the newer Milepost.",
            )
