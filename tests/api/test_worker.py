"""The worker's loop: what goes wrong with one forecast ends that one, in words for a planner, and no other."""

from collections import deque
from collections.abc import Iterator

import pytest
from sqlalchemy.exc import OperationalError

from api.worker.loop import Worker
from api.worker.run import Run
from domain.forecasts import Forecast, ForecastState
from domain.identity import ForecastId, new_id
from domain.ports import UnitOfWork
from simulation.parameters import MODEL_VERSION
from storage.database import Database
from storage.unit_of_work import SqlUnitOfWork
from tests.storage.plan import NOW, small_plan


class Queue:
    """Forecasts in a database, and a worker for them."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._database = Database(url, pool_size=5)
        self._plan = small_plan(self.open_work())

    def open_work(self) -> SqlUnitOfWork:
        return SqlUnitOfWork(self._database.sessions())

    def ask(self, *, model_version: str = MODEL_VERSION, payload: bytes = b"no inputs at all") -> ForecastId:
        """Put a forecast in the queue, whatever its inputs are."""
        with self.open_work() as work:
            states = work.organizations.states()
            scenario = work.scenarios.of_state(states[0].id)[0]
            forecast = Forecast(
                ForecastId(new_id()), states[0].id, (scenario.id,), 1, 20, model_version, "0" * 64, requested_at=NOW
            )
            work.forecasts.add(forecast)
            work.ledger.keep_inputs(forecast.id, payload)
            work.commit()
        return forecast.id

    def work_off(self) -> None:
        Worker(self.url, self.open_work, processes=1, lease_seconds=5).work(until_idle=True)

    def told_of(self, forecast_id: ForecastId) -> tuple[ForecastState, str]:
        with self.open_work() as work:
            forecast = work.forecasts.get(forecast_id)
            return forecast.state, forecast.message

    def close(self) -> None:
        self._database.close()


@pytest.fixture
def queue(database_url: str) -> Iterator[Queue]:
    held = Queue(database_url)
    yield held
    held.close()


class Ended(Run):
    """A run whose batches are all there, but which cannot say what they come to."""

    @property
    def finished(self) -> bool:
        return True

    def has_news(self) -> bool:
        return True

    def outcome(self) -> bytes:
        raise ZeroDivisionError("SELECT secret")


def ended(forecast: Forecast) -> Ended:
    return Ended(forecast.id, None, forecast.inputs_hash, b"", forecast.replications, deque(), {})  # type: ignore[arg-type]


def test_a_forecast_asked_of_another_model_fails_and_says_to_ask_again(queue: Queue) -> None:
    asked = queue.ask(model_version="0.0.1")
    queue.work_off()
    state, message = queue.told_of(asked)
    assert state is ForecastState.FAILED
    assert "version 0.0.1 of the model" in message
    assert MODEL_VERSION in message
    assert "Ask for it again." in message


def test_inputs_that_nobody_can_read_fail_their_own_forecast_alone(queue: Queue) -> None:
    """The worker goes on: the second forecast is told of, too."""
    first, second = queue.ask(), queue.ask(model_version="0.0.1")
    queue.work_off()
    state, message = queue.told_of(first)
    assert (state, f"It is noted under forecast {first}." in message) == (ForecastState.FAILED, True)
    assert "JSON" not in message
    assert queue.told_of(second)[0] is ForecastState.FAILED


def test_a_run_that_cannot_be_concluded_fails_without_its_details(
    queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = queue.ask()
    monkeypatch.setattr(Run, "resume", lambda _work, forecast: ended(forecast))
    queue.work_off()
    state, message = queue.told_of(asked)
    assert state is ForecastState.FAILED
    assert "SELECT" not in message


def test_a_lost_database_is_no_fault_of_the_forecasts(queue: Queue, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = queue.ask(model_version="0.0.1")
    resume, tries = Run.resume, []

    def fail_once(work: UnitOfWork, forecast: Forecast) -> Run:
        tries.append(forecast.id)
        if len(tries) == 1:
            raise OperationalError("SELECT 1", {}, ConnectionError("the server closed the connection"))
        return resume(work, forecast)

    monkeypatch.setattr(Run, "resume", fail_once)
    queue.work_off()
    assert tries == [asked, asked]
    assert "version 0.0.1" in queue.told_of(asked)[1]
