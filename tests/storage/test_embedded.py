"""The embedded PostgreSQL starts once, is shared, ends with its last user, and survives being killed."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil  # type: ignore[import-untyped]
import psycopg
import pytest

from storage.embedded import EmbeddedPostgres, EmbeddedPostgresFailed

ROOT = Path(__file__).parents[2]

# Joins the server, says so, does as it is told on its standard input, and leaves without ado when that ends.
USER = """
import sys
from pathlib import Path
import psycopg
from storage.embedded import EmbeddedPostgres
server = EmbeddedPostgres(Path(sys.argv[1]), durable=sys.argv[2] == "durable")
print(server.start(), flush=True)
for order in sys.stdin:
    if order.strip() == "write":
        with psycopg.connect(server.url("milepost"), autocommit=True) as connection:
            for number in range(10**9):
                connection.execute("INSERT INTO kept VALUES (%s)", [number])
                print(number, flush=True)
"""


class User:
    """A process that uses the server of a home."""

    def __init__(self, home: Path, *, durable: bool = False) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", USER, str(home), "durable" if durable else "throwaway"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def url(self) -> str:
        return self.line()

    def order(self, words: str) -> None:
        assert self.process.stdin
        self.process.stdin.write(words + "\n")
        self.process.stdin.flush()

    def line(self) -> str:
        assert self.process.stdout
        return self.process.stdout.readline().strip()

    def rest(self) -> list[str]:
        assert self.process.stdout
        return self.process.stdout.read().splitlines()

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def leave(self) -> None:
        assert self.process.stdin
        self.process.stdin.close()
        assert self.process.wait(30) == 0

    def close(self) -> None:
        self.kill()
        for pipe in (self.process.stdin, self.process.stdout):
            assert pipe
            with contextlib.suppress(BrokenPipeError):
                pipe.close()


# pytest's own folders have long names; a socket's path has to be short to lie in the home.
@pytest.fixture
def home() -> Iterator[Path]:
    """A home never started."""
    folder = Path(tempfile.mkdtemp(prefix="mp-"))
    yield folder / "home"
    _expect_everybody_gone(folder / "home")
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def initialised() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="mp-"))
    with EmbeddedPostgres(folder / "home", durable=False):
        pass
    yield folder / "home"
    shutil.rmtree(folder)


@pytest.fixture
def used_home(initialised: Path) -> Iterator[Path]:
    """A home to be thrown away that was started before, by other tests too: making a database takes a second."""
    yield initialised
    _expect_everybody_gone(initialised)


def _expect_everybody_gone(home: Path) -> None:
    _eventually(lambda: not EmbeddedPostgres(home).status().users)
    _eventually(lambda: not _processes_in(home))


@pytest.fixture
def users() -> Iterator[list[User]]:
    called: list[User] = []
    yield called
    for user in called:
        user.close()


def _eventually(true: Callable[[], bool], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(0.02)


def _processes_in(folder: Path) -> list[psutil.Process]:
    """The processes of PostgreSQL and the wardens at work below a folder."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            words = process.cmdline()
            places = [process.cwd(), *(words if _is_warden(process) else [])]
            if any(place.startswith(f"{folder}/") for place in places) and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
    return found


def _is_warden(process: psutil.Process) -> bool:
    return any(word.endswith("embedded_warden.py") for word in process.cmdline())


def _warden_of(home: Path) -> int:
    (warden,) = (p for p in _processes_in(home) if _is_warden(p))
    return int(warden.pid)


def _postmaster_of(server: EmbeddedPostgres) -> int:
    pid = server.status().pid
    assert pid is not None
    return pid


def _kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
    _eventually(lambda: _is_gone(pid))


def _is_gone(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True


def _ask(url: str, query: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(url, autocommit=True) as connection:
        return connection.execute(query).fetchall()


def _tell(url: str, statement: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement)


@contextlib.contextmanager
def _replaced(file: Path, text: str) -> Iterator[None]:
    before = file.read_text()
    file.write_text(text)
    yield
    file.write_text(before)


class TestOneProcess:
    def test_what_was_written_is_there_at_the_next_start(self, home: Path) -> None:
        with EmbeddedPostgres(home) as server:
            _tell(server.url("milepost"), "CREATE TABLE kept AS SELECT 7 AS number")
        assert not server.status().running
        with EmbeddedPostgres(home) as server:
            assert _ask(server.url("milepost"), "SELECT number FROM kept") == [(7,)]

    def test_starting_twice_is_starting_once(self, used_home: Path) -> None:
        with EmbeddedPostgres(used_home, durable=False) as server:
            pid = _postmaster_of(server)
            assert server.start() == server.start() == server.url("milepost")
            assert _postmaster_of(server) == pid
            assert server.status().users == (os.getpid(),)

    def test_two_handles_in_one_process_are_two_users(self, used_home: Path) -> None:
        with EmbeddedPostgres(used_home, durable=False) as first:
            with EmbeddedPostgres(used_home, durable=False):
                pass
            assert _ask(first.url("milepost"), "SELECT 1") == [(1,)]

    def test_a_durable_server_waits_for_the_disk(self, home: Path) -> None:
        with EmbeddedPostgres(home) as server:
            settings = dict(
                _ask(
                    server.url("milepost"),
                    "SELECT name, setting FROM pg_settings WHERE name IN ('fsync', 'synchronous_commit', "
                    "'full_page_writes', 'data_checksums', 'listen_addresses', 'TimeZone', 'max_connections')",
                )
            )
        assert settings == {
            "fsync": "on",
            "synchronous_commit": "on",
            "full_page_writes": "on",
            "data_checksums": "on",
            "listen_addresses": "",
            "TimeZone": "UTC",
            "max_connections": "200",
        }

    def test_strings_sort_by_code_point_on_every_machine(self, used_home: Path) -> None:
        with EmbeddedPostgres(used_home, durable=False) as server:
            words = _ask(server.url("milepost"), "SELECT w FROM unnest('{é,a,Z,z,B}'::text[]) w ORDER BY w")
            provider = _ask(
                server.url("milepost"),
                "SELECT datlocprovider, datlocale, pg_encoding_to_char(encoding) FROM pg_database "
                "WHERE datname = 'milepost'",
            )
        assert [word for (word,) in words] == ["B", "Z", "a", "z", "é"]
        assert provider == [("b", "C.UTF-8", "UTF8")]

    def test_status_of_a_home_never_started_makes_nothing(self, home: Path) -> None:
        status = EmbeddedPostgres(home).status()
        assert (status.initialised, status.running, status.pid, status.users) == (False, False, None, ())
        assert not home.exists()

    def test_status_tells_of_a_running_server(self, used_home: Path) -> None:
        with EmbeddedPostgres(used_home, durable=False) as server:
            status = server.status()
            assert status.initialised
            assert status.running
            assert status.version == "18"
            assert status.disk_bytes > 10_000_000
            assert status.socket == used_home / "postgres" / "socket"
            assert not status.durable
            assert "ready to accept connections" in status.log_tail

    def test_a_database_can_be_cloned_from_a_template_and_dropped(self, used_home: Path) -> None:
        with EmbeddedPostgres(used_home, durable=False) as server:
            _tell(server.create_database("migrated"), "CREATE TABLE goals AS SELECT 1 AS goal")
            clone = server.create_database('for one\'s "test"', template="migrated")
            assert _ask(clone, "SELECT goal FROM goals") == [(1,)]
            server.drop_database('for one\'s "test"')
            with pytest.raises(psycopg.OperationalError, match="does not exist"):
                psycopg.connect(clone)
            server.drop_database("migrated")

    def test_a_name_taken_is_refused_unless_allowed(self, used_home: Path) -> None:
        with EmbeddedPostgres(used_home, durable=False) as server:
            with pytest.raises(psycopg.errors.DuplicateDatabase):
                server.create_database("milepost")
            assert server.create_database("milepost", exist_ok=True) == server.url("milepost")


class TestSeveralProcesses:
    def test_starting_at_the_same_moment_makes_one_server(self, home: Path, users: list[User]) -> None:
        users += [User(home) for _ in range(4)]
        urls = {user.url() for user in users}
        assert urls == {EmbeddedPostgres(home).url("milepost")}
        assert set(EmbeddedPostgres(home).status().users) == {user.process.pid for user in users}
        assert len({_ask(url, "SELECT pg_postmaster_start_time()")[0] for url in urls}) == 1

    def test_the_last_to_leave_stops_the_server(self, used_home: Path, users: list[User]) -> None:
        first, second = User(used_home), User(used_home)
        users += [first, second]
        url = first.url()
        second.url()
        first.leave()
        assert _ask(url, "SELECT 1") == [(1,)]
        second.leave()
        assert not EmbeddedPostgres(used_home).status().running

    def test_leaving_and_coming_in_turns_never_finds_the_door_shut(self, used_home: Path) -> None:
        for _ in range(6):
            with EmbeddedPostgres(used_home, durable=False) as server:
                assert _ask(server.url("milepost"), "SELECT 1") == [(1,)]

    def test_a_fork_that_ends_does_not_stop_its_parents_server(self, used_home: Path) -> None:
        program = """
import os, sys
from pathlib import Path
import psycopg
from storage.embedded import EmbeddedPostgres
server = EmbeddedPostgres(Path(sys.argv[1]), durable=False)
url = server.start()
if not (child := os.fork()):
    sys.exit()  # runs what is registered for the exit
os.waitpid(child, 0)
with psycopg.connect(url) as connection:
    print(connection.execute("SELECT 'still here'").fetchone()[0])
"""
        said = subprocess.run(
            [sys.executable, "-c", program, str(used_home)], cwd=ROOT, capture_output=True, text=True, check=True
        )
        assert said.stdout == "still here\n"


class TestKilled:
    def test_postgres_comes_back_by_itself_with_every_acknowledged_row(self, home: Path, users: list[User]) -> None:
        with EmbeddedPostgres(home) as server:
            _tell(server.url("milepost"), "CREATE TABLE kept (number integer)")
            writer = User(home, durable=True)
            users.append(writer)
            writer.url()
            writer.order("write")
            acknowledged = [writer.line() for _ in range(200)]
            killed = _postmaster_of(server)
            _kill(killed)
            acknowledged += writer.rest()  # it ends with an error when it is cut off
            _eventually(lambda: server.status().running and server.status().pid != killed)
            server.start()
            kept = {str(number) for (number,) in _ask(server.url("milepost"), "SELECT number FROM kept")}
            assert kept >= set(acknowledged)

    def test_the_server_ends_when_its_only_user_is_killed(self, used_home: Path, users: list[User]) -> None:
        users.append(user := User(used_home))
        user.url()
        user.kill()
        _eventually(lambda: not _processes_in(used_home), seconds=10)

    def test_the_server_stays_when_another_user_is_killed(self, used_home: Path, users: list[User]) -> None:
        with EmbeddedPostgres(used_home, durable=False) as server:
            pid = _postmaster_of(server)
            users.append(user := User(used_home))
            user.url()
            user.kill()
            _eventually(lambda: server.status().users == (os.getpid(),))
            time.sleep(0.5)
            assert _postmaster_of(server) == pid
        assert not server.status().running

    def test_everything_killed_at_once_loses_nothing_acknowledged(self, home: Path, users: list[User]) -> None:
        with EmbeddedPostgres(home) as server:
            _tell(server.url("milepost"), "CREATE TABLE kept (number integer)")
        users.append(writer := User(home, durable=True))
        writer.url()
        writer.order("write")
        acknowledged = [writer.line() for _ in range(200)]
        _kill(_warden_of(home))
        _kill(_postmaster_of(server))
        writer.kill()
        acknowledged += writer.rest()
        with EmbeddedPostgres(home) as server:
            kept = {str(number) for (number,) in _ask(server.url("milepost"), "SELECT number FROM kept")}
        assert kept >= {number for number in acknowledged if number.isdigit()}

    def test_a_busy_backend_that_outlived_its_postmaster_does_not_bar_the_way(
        self, used_home: Path, users: list[User]
    ) -> None:
        users.append(user := User(used_home))
        url = user.url()
        server = EmbeddedPostgres(used_home, durable=False)
        with contextlib.closing(psycopg.connect(url, autocommit=True)) as connection:
            backend = connection.info.backend_pid
            connection.pgconn.send_query(b"SELECT count(*) FROM generate_series(1, 10000000000) n")
            _kill(_warden_of(used_home))
            _kill(_postmaster_of(server))
            user.kill()
            assert not _is_gone(backend)
            with server:
                assert _ask(server.url("milepost"), "SELECT 1") == [(1,)]
            assert _is_gone(backend)

    def test_without_its_warden_the_last_to_leave_still_stops_it(self, used_home: Path) -> None:
        with EmbeddedPostgres(used_home, durable=False) as server:
            _kill(_warden_of(used_home))
            assert _ask(server.url("milepost"), "SELECT 1") == [(1,)]
        assert not server.status().running

    def test_a_newcomer_calls_another_warden_for_a_server_without_one(self, used_home: Path) -> None:
        with EmbeddedPostgres(used_home, durable=False) as server:
            pid = _postmaster_of(server)
            _kill(_warden_of(used_home))
            with EmbeddedPostgres(used_home, durable=False):
                assert _postmaster_of(server) == pid
                _kill(pid)
                _eventually(lambda: server.status().running)
            assert _ask(server.url("milepost"), "SELECT 1") == [(1,)]

    def test_what_a_reused_process_id_left_behind_keeps_nothing_up(self, used_home: Path) -> None:
        with EmbeddedPostgres(used_home, durable=False) as server:
            (used_home / "postgres" / "users" / "1-0badc0de").touch()  # process 1 lives, and never came here
            assert server.status().users == (os.getpid(),)
        assert not server.status().running
        assert list((used_home / "postgres" / "users").iterdir()) == []

    def test_a_pid_file_that_names_a_living_stranger_does_not_bar_the_way(self, used_home: Path) -> None:
        with EmbeddedPostgres(used_home, durable=False) as server:
            pid_file = used_home / "postgres" / "data" / "postmaster.pid"
            lines = pid_file.read_text().splitlines()
            owner = pid_file.stat().st_uid
        stranger = subprocess.Popen(["sleep", "60"], user=owner if os.geteuid() == 0 else None)
        try:
            pid_file.write_text("\n".join([str(stranger.pid), *lines[1:]]) + "\n")
            assert not server.status().running
            with server:
                assert _ask(server.url("milepost"), "SELECT 1") == [(1,)]
            assert stranger.poll() is None
        finally:
            stranger.kill()
            stranger.wait()

    def test_a_server_ends_when_its_home_is_taken_away_and_a_new_one_may_take_its_place(self, home: Path) -> None:
        old = EmbeddedPostgres(home, durable=False)
        old.start()
        before = _processes_in(home)
        home.rename(home.with_name("trash"))
        with EmbeddedPostgres(home, durable=False) as new:
            assert _ask(new.url("milepost"), "SELECT 1") == [(1,)]
            _eventually(lambda: not any(process.is_running() for process in before), seconds=10)
            assert _ask(new.url("milepost"), "SELECT 1") == [(1,)]
            old.stop()


class TestWhereItLives:
    def test_a_path_too_long_for_a_socket_listens_in_a_short_private_folder(self, home: Path) -> None:
        deep = home / ("a-folder-with-a-rather-long-name/" * 4)
        with EmbeddedPostgres(deep, durable=False) as server:
            socket = server.status().socket
            assert socket is not None
            assert socket.stat().st_mode & 0o077 == 0
            assert _ask(server.url("milepost"), "SELECT 1") == [(1,)]
            url = server.url("milepost")
        with server:
            assert server.url("milepost") == url
        shutil.rmtree(socket)

    def test_a_path_with_odd_characters_works(self, home: Path) -> None:
        with EmbeddedPostgres(home / 'Müller, & co\'s 50% "home"', durable=False) as server:
            socket = server.status().socket
            assert _ask(server.url("milepost"), "SELECT 1") == [(1,)]
        assert socket is not None
        shutil.rmtree(socket)

    @pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the server as another account")
    def test_root_opens_a_closed_folder_for_passing_through_and_no_more(self, home: Path) -> None:
        closed = home.parent / "closed"
        closed.mkdir(mode=0o700)
        with EmbeddedPostgres(closed / "home", durable=False) as server:
            assert psutil.Process(_postmaster_of(server)).uids().real != 0
        assert closed.stat().st_mode & 0o777 == 0o701
        assert (closed / "home" / "postgres").stat().st_mode & 0o777 == 0o700

    @pytest.mark.skipif(os.geteuid() != 0, reason="only root may give a folder away")
    def test_root_in_anothers_home_runs_the_server_as_its_owner(self, home: Path) -> None:
        home.mkdir()
        os.chown(home, 65534, 65534)
        with EmbeddedPostgres(home, durable=False) as server:
            assert psutil.Process(_postmaster_of(server)).uids().real == 65534


class TestRefused:
    def test_a_throwaway_home_is_not_opened_as_a_lasting_one(self, used_home: Path) -> None:
        with (
            EmbeddedPostgres(used_home, durable=False),
            pytest.raises(EmbeddedPostgresFailed, match="made to be thrown away"),
        ):
            EmbeddedPostgres(used_home).start()

    def test_data_of_another_version_are_left_alone(self, used_home: Path) -> None:
        with EmbeddedPostgres(used_home, durable=False) as server:
            pass
        with (
            _replaced(used_home / "postgres" / "data" / "PG_VERSION", "17\n"),
            pytest.raises(EmbeddedPostgresFailed, match=r"written by PostgreSQL 17.*milepost backup"),
        ):
            server.start()
        assert server.status().users == ()

    def test_a_server_that_cannot_start_says_its_last_words(self, used_home: Path) -> None:
        with EmbeddedPostgres(used_home, durable=False) as server:
            pass
        with (
            _replaced(used_home / "postgres" / "data" / "postgresql.conf", "shared_buffers = much\n"),
            pytest.raises(EmbeddedPostgresFailed, match=r"(?s)invalid value for parameter.*milepost doctor"),
        ):
            server.start()
        assert server.status().users == ()

    def test_a_home_that_is_a_file_is_refused_in_words(self, home: Path) -> None:
        home.write_text("not a folder")
        with pytest.raises(EmbeddedPostgresFailed, match="MILEPOST_HOME"):
            EmbeddedPostgres(home).start()

    def test_a_half_made_database_is_swept_away(self, home: Path) -> None:
        half_made = home / "postgres" / "data.new-1234"
        half_made.mkdir(parents=True)
        with EmbeddedPostgres(home, durable=False) as server:
            assert _ask(server.url("milepost"), "SELECT 1") == [(1,)]
        assert not half_made.exists()
