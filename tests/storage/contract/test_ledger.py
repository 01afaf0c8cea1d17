"""A forecast's work is kept batch by batch, and held by one living worker at a time."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from domain.forecasts import Forecast
from domain.identity import ForecastId
from tests.storage.conftest import Works
from tests.storage.plan import NOW, Plan, forecast


@pytest.fixture
def asked(works: Works, plan: Plan) -> list[Forecast]:
    """Three forecasts, the oldest first."""
    made = [forecast(plan.baseline, requested_at=NOW + timedelta(minutes=minute)) for minute in range(3)]
    with works() as work:
        for held in reversed(made):
            work.forecasts.add(held)
            work.ledger.keep_inputs(held.id, b"frozen")
        work.commit()
    return made


def _claim(works: Works, worker: str, lease_seconds: float = 60.0) -> ForecastId | None:
    with works() as work:
        claimed = work.ledger.claim(worker, lease_seconds)
        work.commit()
        return claimed


def test_inputs_are_frozen(works: Works, asked: list[Forecast]) -> None:
    with works() as work:
        work.ledger.keep_inputs(asked[0].id, b"others")
        work.commit()
    with works() as work:
        assert work.ledger.inputs(asked[0].id) == b"frozen"


def test_a_batch_kept_twice_is_kept_once(works: Works, asked: list[Forecast]) -> None:
    with works() as work:
        work.ledger.keep_batch(asked[0].id, 20, 40, b"second")
        work.ledger.keep_batch(asked[0].id, 0, 20, b"first")
        work.ledger.keep_batch(asked[1].id, 0, 50, b"of another")
        work.commit()
    with works() as work:
        work.ledger.keep_batch(asked[0].id, 0, 20, b"first")
        assert work.ledger.batches(asked[0].id) == [(0, 20), (20, 40)]
        assert work.ledger.batch(asked[0].id, 20) == b"second"
        assert work.ledger.batches(asked[2].id) == []


def test_the_outcome_is_the_latest(works: Works, asked: list[Forecast]) -> None:
    with works() as work:
        assert work.ledger.outcome(asked[0].id) is None
        work.ledger.keep_outcome(asked[0].id, 20, b"rough")
        work.commit()
    with works() as work:
        work.ledger.keep_outcome(asked[0].id, 40, b"finer \x00\xff")
        work.commit()
    with works() as work:
        assert work.ledger.outcome(asked[0].id) == b"finer \x00\xff"


def test_workers_take_the_oldest_that_nobody_holds(works: Works, asked: list[Forecast]) -> None:
    assert [_claim(works, worker) for worker in ("a", "b", "c", "d")] == [*(held.id for held in asked), None]


def test_two_workers_at_once_never_take_the_same(works: Works, asked: list[Forecast]) -> None:
    start = threading.Barrier(6)

    def claim(number: int) -> ForecastId | None:
        start.wait()
        with works() as work:
            claimed = work.ledger.claim(f"worker {number}", 60.0)
            time.sleep(0.05)
            work.commit()
            return claimed

    with ThreadPoolExecutor(6) as threads:
        claimed = [held for held in threads.map(claim, range(6)) if held is not None]
    assert sorted(claimed) == sorted(held.id for held in asked)


def test_a_claim_that_is_not_committed_is_none(works: Works, asked: list[Forecast]) -> None:
    with works() as work:
        assert work.ledger.claim("a", 60.0) == asked[0].id
    assert _claim(works, "b") == asked[0].id


def test_a_lease_that_ran_out_is_lost_to_the_next_worker(works: Works, asked: list[Forecast]) -> None:
    assert _claim(works, "slow", lease_seconds=0.05) == asked[0].id
    time.sleep(0.1)
    assert _claim(works, "quick") == asked[0].id
    with works() as work:
        assert not work.ledger.renew(asked[0].id, "slow", 60.0)
        work.ledger.release(asked[0].id, "slow")
        assert work.ledger.renew(asked[0].id, "quick", 60.0)
        work.commit()
    assert _claim(works, "third") == asked[1].id


def test_a_lease_that_ran_out_may_be_renewed_while_nobody_else_came(works: Works, asked: list[Forecast]) -> None:
    assert _claim(works, "a", lease_seconds=0.05) == asked[0].id
    time.sleep(0.1)
    with works() as work:
        assert work.ledger.renew(asked[0].id, "a", 60.0)
        work.commit()
    assert _claim(works, "b") == asked[1].id


def test_what_is_released_can_be_taken_at_once(works: Works, asked: list[Forecast]) -> None:
    assert _claim(works, "a") == asked[0].id
    with works() as work:
        work.ledger.release(asked[0].id, "a")
        work.commit()
    assert _claim(works, "b") == asked[0].id


def test_what_has_ended_is_neither_taken_nor_renewed(works: Works, asked: list[Forecast]) -> None:
    assert _claim(works, "a") == asked[0].id
    with works() as work:
        for held in asked[:2]:
            work.forecasts.get(held.id, for_update=True).cancel(NOW)
        work.commit()
    with works() as work:
        assert not work.ledger.renew(asked[0].id, "a", 60.0)
    assert _claim(works, "b") == asked[2].id


def test_taking_a_forecast_is_no_change_of_it(works: Works, asked: list[Forecast]) -> None:
    with works() as work:
        held = work.forecasts.get(asked[0].id)
        _claim(works, "a")
        held.begin(NOW)
        work.commit()
    with works() as work:
        assert work.forecasts.get(asked[0].id).version == 2
