"""The warden: a small process that keeps the embedded PostgreSQL up while anybody uses it, and no longer.

Run as a script by ``storage/embedded.py``, beside the server. It starts PostgreSQL, starts it again when it was
killed, and stops it when the last process that uses it has left or died. Who is alive is never guessed from
process ids, which get reused: every fact is a ``flock``, which the kernel drops when its holder dies.

The premises, one folder per server::

    data/         what PostgreSQL keeps
    socket/       where it listens, unless the path is too long for a socket (then ``socket.path`` says where)
    users/        one file per process that uses the server, locked by that process
    gate.lock     held for a moment by whoever changes anything: start, join, leave, stop
    warden.lock   held by the warden
    server.lock   held by every process of PostgreSQL, which inherit it from each other
    server.log    what PostgreSQL and the warden said
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil  # type: ignore[import-untyped]

if sys.platform != "win32":
    import fcntl

TICK_SECONDS = 0.15
GIVE_UP_AFTER_FAILURES = 4
ORPHANS_MAY_FINISH_SECONDS = 3.0
LOG_BYTES_BEFORE_ROTATION = 10_000_000

# A fast shutdown first (clients are cut off, everything is written), then one that leaves recovery to the next start.
SHUTDOWN_STEPS = ((signal.SIGINT, 60.0), (signal.SIGQUIT, 10.0), (signal.SIGKILL, 10.0))


@dataclass(frozen=True, slots=True)
class ServerCommand:
    """How to run PostgreSQL: the command, and the account to run it as (None for our own)."""

    arguments: tuple[str, ...]
    uid: int | None
    gid: int | None

    def to_json(self) -> str:
        """Return the command as text for a process's argument."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> "ServerCommand":
        """Return the command that ``to_json`` wrote."""
        fields = json.loads(text)
        return cls(tuple(fields["arguments"]), fields["uid"], fields["gid"])


class Premises:
    """The folder of one embedded server, and who is in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.data = folder / "data"
        self.users_folder = folder / "users"
        self.gate_file = folder / "gate.lock"
        self.warden_file = folder / "warden.lock"
        self.server_file = folder / "server.lock"
        self.log = folder / "server.log"
        self.socket_record = folder / "socket.path"

    @contextlib.contextmanager
    def gate(self) -> Iterator[None]:
        """Hold the gate: nobody else joins, leaves, starts or stops meanwhile."""
        descriptor = os.open(self.gate_file, os.O_RDONLY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def socket_folder(self) -> Path:
        """Return the folder that the server listens in."""
        try:
            return Path(self.socket_record.read_text())
        except OSError:
            return self.folder / "socket"

    def users(self) -> list[int]:
        """Return the ids of the processes that use the server now, ascending."""
        return sorted({int(file.name.partition("-")[0]) for file in self._user_files() if is_locked(file)})

    def bury_the_dead(self) -> None:
        """Remove the files of users that died without leaving. Only for the holder of the gate."""
        for file in self._user_files():
            if not is_locked(file):
                file.unlink(missing_ok=True)

    def _user_files(self) -> list[Path]:
        try:
            return [file for file in self.users_folder.iterdir() if file.name.partition("-")[0].isdigit()]
        except (FileNotFoundError, NotADirectoryError):
            return []

    def has_warden(self) -> bool:
        """Say whether a warden is at work."""
        return is_locked(self.warden_file)

    def has_server_processes(self) -> bool:
        """Say whether any process of PostgreSQL is alive here, if only a backend that outlived its postmaster."""
        return is_locked(self.server_file)

    def postmaster(self) -> psutil.Process | None:
        """Return the postmaster at work in ``data``, or None."""
        try:
            pid = int((self.data / "postmaster.pid").read_text().split("\n", 1)[0])
        except (OSError, ValueError):
            return None
        process = _process(pid)
        # The file outlives a killed server, and its id may belong to anybody by now.
        return process if process is not None and self._runs_here(process) else None

    def is_ready(self) -> bool:
        """Say whether the postmaster declares that it takes connections."""
        try:
            lines = (self.data / "postmaster.pid").read_text().splitlines()
        except OSError:
            return False
        return len(lines) > 7 and lines[7].strip() == "ready"

    def _runs_here(self, process: psutil.Process) -> bool:
        try:
            if process.status() == psutil.STATUS_ZOMBIE or not process.name().startswith("postgres"):
                return False
            # PostgreSQL makes its data folder the working folder of each of its processes.
            return self.data.samefile(process.cwd())
        except (psutil.Error, OSError):
            return False

    def kill_orphans(self) -> None:
        """Kill what outlived its postmaster: a new server may not start beside it, and recovery redoes its work."""
        if self.postmaster() is not None:
            return
        for process in psutil.process_iter():
            if self._runs_here(process):
                with contextlib.suppress(psutil.Error):
                    process.kill()

    def wait_until_empty(self, seconds: float) -> bool:
        """Wait until no process of PostgreSQL is left; say whether that came true in time."""
        deadline = time.monotonic() + seconds
        while self.has_server_processes():
            if time.monotonic() > deadline:
                return False
            time.sleep(0.02)
        return True

    def stop_server(self) -> bool:
        """Stop PostgreSQL, gently first; say whether it is gone. Only for the holder of the gate."""
        for step, patience in SHUTDOWN_STEPS:
            if not self.has_server_processes():
                return True
            postmaster = self.postmaster()
            if postmaster is None:
                if not self.wait_until_empty(1.0):
                    self.kill_orphans()
            else:
                with contextlib.suppress(psutil.Error):
                    postmaster.send_signal(step)
            if self.wait_until_empty(patience):
                return True
        return not self.has_server_processes()


def is_locked(file: Path) -> bool:
    """Say whether a living process holds ``file``. Askers take it shared, so they never see each other."""
    try:
        descriptor = os.open(file, os.O_RDONLY)
    except (FileNotFoundError, NotADirectoryError):
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def _process(pid: int) -> psutil.Process | None:
    try:
        return psutil.Process(pid)
    except (psutil.Error, ValueError):
        return None


class Warden:
    """Keeps one server up while it has users."""

    def __init__(self, premises: Premises, command: ServerCommand, lock: int) -> None:
        self._premises = premises
        self._command = command
        self._lock = lock
        self._child: subprocess.Popen[bytes] | None = None
        self._was_ready = False
        self._failures = 0

    def keep(self) -> int:
        """Keep the server until its last user is gone; return the exit code, 1 if it would not start."""
        while self._premises_are_ours():
            with self._premises.gate():
                if not self._premises.users():
                    self._premises.stop_server()
                    self._reap()
                    self._premises.bury_the_dead()
                    # Given up inside the gate: the next to enter must not take this warden for one at work.
                    os.close(self._lock)
                    return 0
                if not self._server_is_up():
                    if self._failures >= GIVE_UP_AFTER_FAILURES:
                        os.close(self._lock)
                        return 1
                    self._start()
            time.sleep(TICK_SECONDS * (1 + self._failures))
        self._abandon()
        return 0

    def _premises_are_ours(self) -> bool:
        """Say whether the folder is still the one this warden was called to, and not deleted or made anew."""
        try:
            return os.path.samestat(os.fstat(self._lock), self._premises.warden_file.stat())
        except OSError:
            return False

    def _server_is_up(self) -> bool:
        if self._child is not None:
            if self._child.poll() is None:
                self._was_ready = self._was_ready or self._premises.is_ready()
                return True
            code = self._child.returncode
            # Code 0 is a shutdown that was asked for, by a user who was the last to leave and was then followed.
            self._failures = 0 if self._was_ready or code == 0 else self._failures + 1
            self._say(f"PostgreSQL ended with code {code}")
            self._child = None
            return False
        return self._premises.postmaster() is not None  # one that outlived its own warden

    def _start(self) -> None:
        premises = self._premises
        if not premises.wait_until_empty(ORPHANS_MAY_FINISH_SECONDS):
            premises.kill_orphans()
            premises.wait_until_empty(ORPHANS_MAY_FINISH_SECONDS)
        if premises.postmaster() is None and not premises.has_server_processes():
            # Stale for certain, and PostgreSQL would refuse to start if the process id in them has been given to
            # another (or if the dead server is a zombie, where process 1 does not reap).
            (premises.data / "postmaster.pid").unlink(missing_ok=True)
            for left in premises.socket_folder().glob(".s.PGSQL.*"):
                left.unlink(missing_ok=True)
        log = self._open_log()
        held = os.open(premises.server_file, os.O_RDONLY)
        try:
            fcntl.flock(held, fcntl.LOCK_EX)
            self._was_ready = False
            self._child = subprocess.Popen(  # noqa: S603 - the command is our own
                self._command.arguments,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=(held,),
                user=self._command.uid,
                group=self._command.gid,
                extra_groups=[] if self._command.uid is not None else None,
                start_new_session=True,
            )
        except OSError as reason:
            self._failures += 1
            self._say(f"PostgreSQL could not be run: {reason}")
        finally:
            os.close(held)
            os.close(log)

    def _open_log(self) -> int:
        file = self._premises.log
        with contextlib.suppress(FileNotFoundError):
            if file.stat().st_size > LOG_BYTES_BEFORE_ROTATION:
                file.replace(file.with_suffix(".log.1"))
        log = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        if self._command.uid is not None and self._command.gid is not None:
            os.fchown(log, self._command.uid, self._command.gid)
        return log

    def _reap(self) -> None:
        if self._child is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._child.wait(1)

    def _abandon(self) -> None:
        if self._child is not None and self._child.poll() is None:
            self._child.send_signal(signal.SIGQUIT)
            self._reap()

    def _say(self, words: str) -> None:
        with contextlib.suppress(OSError), self._premises.log.open("a") as log:
            log.write(f"{time.strftime('%Y-%m-%d %H:%M:%S UTC', time.gmtime())} warden: {words}\n")


def main(folder: str, command: str, lock: str) -> int:
    """Leave the process that called, then keep the server in ``folder``; ``lock`` is the descriptor of warden.lock."""
    if os.fork():
        os._exit(0)  # the caller waits for this one only, so it is left with no child to reap
    try:
        return Warden(Premises(Path(folder)), ServerCommand.from_json(command), int(lock)).keep()
    except FileNotFoundError:
        return 0  # the folder was deleted under us; PostgreSQL notices that by itself


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
