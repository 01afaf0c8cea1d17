"""The worker's loop: claim, compute, keep, conclude, tell; and let go of what was cancelled or lost."""

import os
import queue
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Future
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import psycopg
import structlog
from sqlalchemy.exc import DBAPIError

from api.health import WORKER_LOCK
from api.progress import CHANNEL
from api.worker.processes import BrokenProcessPool, Processes
from api.worker.run import Run
from domain.errors import ImprovementError, NotFound, StaleVersion
from domain.identity import ForecastId
from domain.ports import UnitOfWork
from simulation.statistics import BatchStatistics
from storage.database import CONNECT_SECONDS, DatabaseUnreachable, libpq_url

MOST_HELD = 8
MOST_FAILURES = 6  # breaks of the pool in a row, each costing all that is under way
IDLE_SECONDS = 1.0
DATABASE_PAUSE_SECONDS = 0.5
PROCESS_PAUSE_SECONDS = 0.2
MAY_GO_WELL_AGAIN = (DBAPIError, DatabaseUnreachable, psycopg.Error, InterruptedError)

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Finished:
    """A batch of a run has ended, well or not."""

    run: Run
    first: int
    last: int
    future: Future[bytes]


@dataclass(frozen=True, slots=True)
class News:
    """Something has happened to a forecast, or may have."""


class Worker:
    """Works on open forecasts until told to stop. ``open_work`` opens a unit of work; ``url`` is for listening."""

    def __init__(self, url: str, open_work: Callable[[], UnitOfWork], *, processes: int, lease_seconds: float) -> None:
        self.name = f"{socket.gethostname()}:{os.getpid()}:{os.urandom(3).hex()}"
        self._url = url
        self._open_work = open_work
        self._processes = Processes(processes)
        self._lease_seconds = lease_seconds
        self._events: queue.SimpleQueue[Finished | News] = queue.SimpleQueue()
        self._runs: dict[ForecastId, Run] = {}
        self._dropped: set[ForecastId] = set()
        self._renewed_at = 0.0
        self._stop = threading.Event()

    def stop(self) -> None:
        """End soon; what is held is given back."""
        self._stop.set()
        self._events.put(News())

    def work(self, *, until_idle: bool = False) -> None:
        """Work until ``stop``; with ``until_idle`` return as soon as no forecast is open."""
        listener = threading.Thread(target=self._listen, name="forecast-news", daemon=True)
        listener.start()
        log.info("worker ready", worker=self.name, processes=self._processes.number)
        try:
            while not self._stop.is_set():
                try:
                    self._give_back()
                    self._claim()
                    self._renew()
                    self._dispatch()
                    if until_idle and not self._runs:
                        return
                    self._heed(self._next_event())
                except MAY_GO_WELL_AGAIN as trouble:
                    # Nothing is lost: what was kept is kept, and the rest is computed again.
                    log.warning("interrupted, starting over", trouble=type(trouble).__name__)
                    self._dropped |= self._runs.keys()
                    self._runs.clear()
                    self._stop.wait(DATABASE_PAUSE_SECONDS)
        finally:
            self._stop.set()
            self._dropped |= self._runs.keys()
            try:
                self._give_back()
            except MAY_GO_WELL_AGAIN:
                log.warning("leases not given back; they run out by themselves")
            self._processes.stop()

    @contextmanager
    def _alone(self, identity: ForecastId) -> Iterator[None]:
        """Let what goes wrong with one forecast end that one and no other. What may go well next time goes on up."""
        try:
            yield
        except MAY_GO_WELL_AGAIN:
            self._dropped.add(identity)
            raise
        except ImprovementError as refusal:
            self._fail(identity, refusal.message)
        except Exception:
            log.exception("forecast failed", forecast=str(identity))
            self._fail(identity, f"Something went wrong while computing it. It is noted under forecast {identity}.")

    # Taking up and letting go

    def _claim(self) -> None:
        while len(self._runs) < MOST_HELD:
            with self._open_work() as work:
                identity = work.ledger.claim(self.name, self._lease_seconds)
                work.commit()
            if identity is None:
                return
            if identity in self._runs:
                continue
            with self._alone(identity):
                self._take_up(identity)

    def _take_up(self, identity: ForecastId) -> None:
        with self._open_work() as work:
            forecast = work.forecasts.get(identity, for_update=True)
            if not forecast.state.open:
                return
            run = Run.resume(work, forecast)
            forecast.begin(_now())
            work.commit()
        self._runs[identity] = run
        log.info("forecast taken up", forecast=str(identity), done=run.done, replications=run.replications)
        if run.finished:
            self._tell(run)

    def _renew(self, *, now: bool = False) -> None:
        if not now and time.monotonic() - self._renewed_at < self._lease_seconds / 3:
            return
        self._renewed_at = time.monotonic()
        for identity in list(self._runs):
            with self._open_work() as work:
                held = work.ledger.renew(identity, self.name, self._lease_seconds)
                work.commit()
            if not held:
                log.info("forecast let go", forecast=str(identity))
                del self._runs[identity]

    def _give_back(self) -> None:
        """Let go of what was dropped, so that nobody, we included, waits for its lease to run out."""
        while self._dropped:
            identity = next(iter(self._dropped))
            with self._open_work() as work:
                work.ledger.release(identity, self.name)
                work.commit()
            self._dropped.discard(identity)

    # Computing

    def _dispatch(self) -> None:
        """Keep every process busy, and one batch waiting for each; forecasts take turns."""
        room = 2 * self._processes.number - sum(run.under_way for run in self._runs.values())
        while room > 0 and (ready := [run for run in self._runs.values() if run.waiting]):
            run = min(ready, key=lambda held: (held.under_way, held.done))
            first, last = run.waiting.popleft()
            try:
                future = self._processes.submit(run.inputs_hash, run.payload, first, last)
            except BrokenProcessPool:
                run.waiting.appendleft((first, last))
                self._stop.wait(PROCESS_PAUSE_SECONDS)
                self._processes.restart()
                continue
            run.under_way += 1
            room -= 1
            future.add_done_callback(
                lambda done, run=run, first=first, last=last: self._events.put(  # type: ignore[misc]
                    Finished(run, first, last, done)
                )
            )

    def _next_event(self) -> list[Finished | News]:
        """Wait for something to happen and return all that has."""
        try:
            events = [self._events.get(timeout=min(IDLE_SECONDS, self._lease_seconds / 3))]
        except queue.Empty:
            return []
        while not self._events.empty():
            events.append(self._events.get())
        return events

    def _heed(self, events: list[Finished | News]) -> None:
        if any(isinstance(event, News) for event in events):
            self._renew(now=True)
        touched: dict[ForecastId, Run] = {}
        for event in events:
            if isinstance(event, News):
                continue
            event.run.under_way -= 1
            if self._runs.get(event.run.id) is event.run:
                with self._alone(event.run.id):
                    if self._take_in(event):
                        touched[event.run.id] = event.run
        for identity, run in touched.items():
            if identity in self._runs:
                with self._alone(identity):
                    self._tell(run)

    def _take_in(self, event: Finished) -> bool:
        """Take in one finished batch; return whether it went well, False if a process died. Raises what it raised."""
        run = event.run
        try:
            payload = event.future.result()
        except (BrokenProcessPool, CancelledError):
            run.failures += 1
            run.waiting.appendleft((event.first, event.last))
            log.warning("a process died", forecast=str(run.id), failures=run.failures)
            if run.failures > MOST_FAILURES * self._processes.number * 2:
                self._fail(run.id, "Its computation was ended from outside time and again, perhaps for want of memory.")
            return False
        with self._open_work() as work:
            work.ledger.keep_batch(run.id, event.first, event.last, payload)
            work.commit()
        run.add(event.first, event.last, BatchStatistics.from_bytes(payload))
        run.failures = 0
        return True

    def _tell(self, run: Run) -> None:
        """Keep how far the run is and, now and then, what it says; at its end, close it."""
        outcome = run.outcome() if run.has_news() else None
        if outcome is None:
            return
        with self._open_work() as work:
            try:
                forecast = work.forecasts.get(run.id, for_update=True)
            except NotFound:
                del self._runs[run.id]
                return
            if not forecast.state.open:
                del self._runs[run.id]
                return
            work.ledger.keep_outcome(run.id, run.reached, outcome)
            forecast.advance(run.done)
            if run.finished:
                forecast.finish(_now())
            work.commit()
        if run.finished:
            log.info("forecast finished", forecast=str(run.id), replications=run.replications)
            del self._runs[run.id]

    def _fail(self, identity: ForecastId, message: str) -> None:
        self._runs.pop(identity, None)
        try:
            with self._open_work() as work:
                forecast = work.forecasts.get(identity, for_update=True)
                if forecast.state.open:
                    forecast.fail(_now(), message)
                    work.commit()
        except MAY_GO_WELL_AGAIN:
            raise
        except (NotFound, StaleVersion):
            log.info("forecast was gone before it failed", forecast=str(identity))
        except Exception:
            # It stays open, and nobody else takes it up before its lease has run out.
            log.exception("forecast could not even be ended", forecast=str(identity))

    # Hearing

    def _listen(self) -> None:
        """Put news of forecasts among the events; hold the lock that says a worker lives. Comes back after a loss."""
        while not self._stop.is_set():
            try:
                with psycopg.connect(
                    libpq_url(self._url), autocommit=True, connect_timeout=CONNECT_SECONDS
                ) as connection:
                    connection.execute("SELECT pg_advisory_lock_shared(%s)", [WORKER_LOCK])
                    connection.execute(f"LISTEN {CHANNEL}")
                    self._events.put(News())
                    while not self._stop.is_set():
                        for _ in connection.notifies(timeout=IDLE_SECONDS, stop_after=1):
                            self._events.put(News())
            except psycopg.Error:
                self._stop.wait(DATABASE_PAUSE_SECONDS)


def _now() -> datetime:
    return datetime.now(UTC)
