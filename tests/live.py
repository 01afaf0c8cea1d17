"""A whole Milepost for tests: a server process with its worker, over a database that holds the sample state.

The sample is loaded once a run, and every server gets a copy of the database. A server ends with the process that
started it, so a killed test run leaves nothing behind. A plugin of pytest (named in ``tests/conftest.py``).
"""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import psutil  # type: ignore[import-untyped]
import pytest

from api.proofs import issue_sign_in_link
from api.sample_state.generate import PLANNER_EMAIL
from api.sample_state.load import load_sample_state
from storage.database import Database
from storage.embedded import EmbeddedPostgres
from storage.unit_of_work import SqlUnitOfWork

ROOT = Path(__file__).parents[1]
SAMPLE = "template_sample"
START_PATIENCE_SECONDS = 90.0

_numbers = count(1)


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def environment(**settings: object) -> dict[str, str]:
    """Return the environment of a command, with no settings but these."""
    held = {name: value for name, value in os.environ.items() if not name.startswith("MILEPOST_")}
    held["PYTHONPATH"] = str(ROOT)
    return held | {f"MILEPOST_{name.upper()}": str(value) for name, value in settings.items()}


def command(*arguments: str, **settings: object) -> subprocess.CompletedProcess[str]:
    """Run one command of Milepost to its end."""
    return subprocess.run(
        [sys.executable, "-m", "api", *arguments],
        env=environment(**settings),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


@dataclass
class LiveServer:
    """One server process. Its settings may be changed before ``start``."""

    settings: dict[str, object]
    log: Path
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.settings['port']}"

    @property
    def graphql(self) -> str:
        return f"{self.address}/graphql"

    @property
    def socket(self) -> str:
        return self.graphql.replace("http", "ws", 1)

    def start(self, *, worker: bool = True) -> "LiveServer":
        """Start, and return once it answers; ``worker``: once its worker is at work, too."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "api", "serve", "--until-stdin-ends"],
                env=environment(**self.settings),
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
            )
        wanted = "/readyz" if worker else "/healthz"
        deadline = time.monotonic() + START_PATIENCE_SECONDS
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise AssertionError(f"the server ended by itself:\n{self.log.read_text()}")
            try:
                if httpx.get(self.address + wanted, timeout=5).status_code == 200:
                    return self
            except httpx.TransportError:
                pass
            time.sleep(0.05)
        raise AssertionError(f"the server did not get ready:\n{self.log.read_text()}")

    def stop(self) -> int | None:
        """Ask it to end, and return its exit code."""
        if self.process is None:
            return None
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(40)
        assert self.process.stdin is not None
        self.process.stdin.close()
        return code

    def kill(self) -> None:
        """End it as a power cut would."""
        assert self.process is not None
        self.process.kill()
        self.process.wait(10)
        if self.process.stdin is not None:
            self.process.stdin.close()

    def worker_processes(self) -> list[psutil.Process]:
        """Return the worker and the processes of its pool, the worker first."""
        assert self.process is not None
        found = []
        for child in psutil.Process(self.process.pid).children(recursive=False):
            if "worker" in child.cmdline():
                found += [child, *child.children(recursive=True)]
        return found

    # Coming in

    def database(self) -> Database:
        return Database(str(self.settings["database_url"]))

    def token(self, email: str, *options: str) -> str:
        """Return a token, made as an operator makes it."""
        made = command("token", "create", email, *options, **self.settings)
        assert made.returncode == 0, made.stderr
        return made.stdout.strip()

    def sign_in_link(self, email: str = PLANNER_EMAIL) -> str:
        """Return a link that signs in once: by default the sample state's planner."""
        database = self.database()
        try:
            with SqlUnitOfWork(database.sessions()) as work:
                link = issue_sign_in_link(work, email, datetime.now(UTC), minutes=60, address=self.address)
                work.commit()
        finally:
            database.close()
        return link

    @contextmanager
    def planner(self) -> Iterator[httpx.Client]:
        """Yield a browser's worth of HTTP, signed in as the sample state's planner."""
        with httpx.Client(base_url=self.address, timeout=60) as client:
            assert client.get(self.sign_in_link()).status_code == 303
            yield client


def ask(client: httpx.Client, query: str, **variables: Any) -> dict[str, Any]:
    """Return the data of an operation that must succeed."""
    answer = client.post("/graphql", json={"query": query, "variables": variables}).json()
    assert "errors" not in answer, answer["errors"]
    return dict(answer["data"])


@pytest.fixture(scope="session")
def sample_template(postgres: EmbeddedPostgres, migrated: str) -> str:
    """The name of a database that holds the sample state and that nobody is connected to."""
    database = Database(postgres.create_database(SAMPLE, template=migrated))
    load_sample_state(SqlUnitOfWork(database.sessions()), datetime.now(UTC).date())
    database.close()
    return SAMPLE


@pytest.fixture(scope="session")
def new_server(
    postgres: EmbeddedPostgres, sample_template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[..., LiveServer]]:
    """Make servers, each on a port and a copy of the sample of its own, not started yet; all end with the tests."""
    made: list[LiveServer] = []

    def make(**settings: object) -> LiveServer:
        url = postgres.create_database(f"live_{next(_numbers)}", template=sample_template)
        folder = tmp_path_factory.mktemp("live")
        server = LiveServer(
            {"database_url": url, "home": folder, "port": free_port(), "log_format": "json"} | settings,
            folder / "server.log",
        )
        made.append(server)
        return server

    yield make
    for server in made:
        if server.process is not None and server.process.poll() is None:
            server.stop()


@pytest.fixture(scope="session")
def server(new_server: Callable[..., LiveServer]) -> LiveServer:
    """A server with the sample state that all tests of a run share; each leaves the baseline as it was."""
    return new_server().start()
