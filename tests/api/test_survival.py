"""kill -9 of the worker, of the server and of PostgreSQL in the middle of a run: it goes on, and ends the same."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import psutil  # type: ignore[import-untyped]
import pytest

from domain.errors import NotFound
from domain.forecasts import Forecast, ForecastState
from domain.identity import ForecastId
from schema.relay import read_id
from storage.database import Database
from storage.unit_of_work import SqlUnitOfWork
from tests.live import LiveServer, ask, command, free_port

REPLICATIONS = 24
SEED = 5
PATIENCE_SECONDS = 240.0

RUN = """mutation ($input: RunForecastInput!) { runForecast(input: $input) { forecast { id } errors { message } } }"""
CANCEL = """mutation ($input: CancelForecastInput!) { cancelForecast(input: $input) {
  forecast { state } errors { message } } }"""


def run(server: LiveServer, *, replications: int = REPLICATIONS) -> ForecastId:
    """Ask for a forecast of what is funded now, as the planner."""
    with server.planner() as planner:
        baseline = ask(planner, "{ states { baseline { id } } }")["states"][0]["baseline"]["id"]
        given = {"scenarioIds": [baseline], "replications": replications, "seed": SEED}
        answer = ask(planner, RUN, input=given)["runForecast"]
        assert answer["errors"] == []
        named = read_id(answer["forecast"]["id"])
        assert named is not None
        return ForecastId(named[1])


class Ledger:
    """What the database says of a forecast, whatever happens to the server."""

    def __init__(self, url: str) -> None:
        self._database = Database(url, pool_size=2)

    def forecast(self, forecast_id: ForecastId) -> Forecast:
        with self._work() as work:
            return work.forecasts.get(forecast_id)

    def stored(self, forecast_id: ForecastId) -> list[tuple[int, int]]:
        with self._work() as work:
            return list(work.ledger.batches(forecast_id))

    def until(self, forecast_id: ForecastId, holds: Callable[[Forecast], bool]) -> Forecast:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            try:
                forecast = self.forecast(forecast_id)
            except NotFound:
                raise
            except Exception:
                time.sleep(0.2)  # the database may be the one that was killed
                continue
            if holds(forecast):
                return forecast
            time.sleep(0.02)
        raise AssertionError(f"{forecast_id} stayed {self.forecast(forecast_id)}")

    def until_begun(self, forecast_id: ForecastId, done: int = 2) -> None:
        assert self.until(forecast_id, lambda held: held.done >= done).state.open, "it ended before it was disturbed"

    def end(self, forecast_id: ForecastId) -> bytes:
        forecast = self.until(forecast_id, lambda held: not held.state.open)
        assert forecast.state is ForecastState.FINISHED, forecast.message
        assert forecast.done == forecast.replications
        with self._work() as work:
            outcome = work.ledger.outcome(forecast_id)
        assert outcome is not None
        return outcome

    @contextmanager
    def _work(self) -> Iterator[SqlUnitOfWork]:
        with SqlUnitOfWork(self._database.sessions()) as work:
            yield work

    def close(self) -> None:
        self._database.close()


@pytest.fixture(scope="module")
def survivor(new_server: Callable[..., LiveServer]) -> Iterator[LiveServer]:
    server = new_server(lease_seconds=1.5, worker_processes=2)
    yield server.start()
    server.stop()


@pytest.fixture(scope="module")
def ledger(survivor: LiveServer) -> Iterator[Ledger]:
    held = Ledger(str(survivor.settings["database_url"]))
    yield held
    held.close()


@pytest.fixture(scope="module")
def undisturbed(survivor: LiveServer, ledger: Ledger) -> bytes:
    """What the run says when nothing happens to it."""
    return ledger.end(run(survivor))


@pytest.mark.slow
def test_a_killed_worker_is_replaced_and_the_run_ends_the_same(
    survivor: LiveServer, ledger: Ledger, undisturbed: bytes
) -> None:
    forecast_id = run(survivor)
    ledger.until_begun(forecast_id)
    worker, *pool = survivor.worker_processes()
    worker.kill()
    _, alive = psutil.wait_procs([worker, *pool], timeout=5)
    assert not alive, "the processes of the pool end with their worker"
    assert ledger.end(forecast_id) == undisturbed


@pytest.mark.slow
def test_a_killed_process_of_the_pool_costs_its_batch_and_no_more(
    survivor: LiveServer, ledger: Ledger, undisturbed: bytes
) -> None:
    forecast_id = run(survivor)
    ledger.until_begun(forecast_id)
    worker, *pool = survivor.worker_processes()
    computing = [process for process in pool if "spawn_main" in " ".join(process.cmdline())]
    computing[0].kill()
    assert ledger.end(forecast_id) == undisturbed
    assert worker.is_running()


@pytest.mark.slow
def test_a_killed_server_takes_up_the_run_when_it_is_back_with_any_number_of_processes(
    survivor: LiveServer, ledger: Ledger, undisturbed: bytes
) -> None:
    forecast_id = run(survivor)
    ledger.until_begun(forecast_id, done=6)
    workers = survivor.worker_processes()
    survivor.kill()
    _, alive = psutil.wait_procs(workers, timeout=15)
    assert not alive, "a worker does not outlive its server"
    kept = ledger.stored(forecast_id)
    assert kept
    survivor.settings["worker_processes"] = 1
    survivor.start()
    assert ledger.end(forecast_id) == undisturbed
    assert set(kept) <= set(ledger.stored(forecast_id))


@pytest.mark.slow
def test_a_cancelled_run_is_let_go_within_a_second(survivor: LiveServer, ledger: Ledger) -> None:
    forecast_id = run(survivor, replications=2_000)
    ledger.until_begun(forecast_id)
    with survivor.planner() as planner:
        shown = ask(planner, "{ states { forecasts(first: 1) { nodes { id state } } } }")
        newest = shown["states"][0]["forecasts"]["nodes"][0]
        assert newest["state"] == "RUNNING"
        cancelled = ask(planner, CANCEL, input={"id": newest["id"]})["cancelForecast"]
        assert (cancelled["errors"], cancelled["forecast"]["state"]) == ([], "CANCELLED")
        again = ask(planner, CANCEL, input={"id": newest["id"]})["cancelForecast"]
        assert "already cancelled" in again["errors"][0]["message"]
    deadline = time.monotonic() + 1.0
    while "forecast let go" not in survivor.log.read_text() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert "forecast let go" in survivor.log.read_text()
    done = ledger.forecast(forecast_id).done
    time.sleep(1.0)
    assert ledger.forecast(forecast_id).done == done


@pytest.mark.slow
def test_the_run_survives_the_database(survivor: LiveServer, undisturbed: bytes, tmp_path: Path) -> None:
    """On a durable embedded server of its own, filled from a backup of the other."""
    backup = tmp_path / "backup"
    made = command("backup", str(backup), **survivor.settings)
    assert made.returncode == 0, made.stderr
    home = tmp_path / "home"
    restored = command("restore", str(backup), home=home)
    assert restored.returncode == 0, restored.stderr
    server = LiveServer(
        {"home": home, "port": free_port(), "log_format": "json", "lease_seconds": 1.5}, tmp_path / "server.log"
    )
    server.start()
    try:
        server.settings["database_url"] = embedded_url(home)
        ledger = Ledger(str(server.settings["database_url"]))
        forecast_id = run(server)
        for done in (2, 6):
            ledger.until_begun(forecast_id, done=done)
            kept = ledger.stored(forecast_id)
            os.kill(postmaster(home), signal.SIGKILL)
            time.sleep(0.5)
        assert ledger.end(forecast_id) == undisturbed
        assert set(kept) <= set(ledger.stored(forecast_id)), "what was acknowledged is there"
        assert httpx.get(f"{server.address}/healthz").status_code == 200
        with server.planner() as planner:
            assert ask(planner, "{ viewer { signedIn } }")["viewer"]["signedIn"]
        ledger.close()
    finally:
        server.stop()


def embedded_url(home: Path) -> str:
    from storage.embedded import EmbeddedPostgres

    return EmbeddedPostgres(home).url("milepost")


def postmaster(home: Path) -> int:
    return int((home / "postgres" / "data" / "postmaster.pid").read_text().split("\n", 1)[0])
