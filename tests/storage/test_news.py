"""Whoever listens to ``milepost_forecasts`` hears of a forecast once the change is committed, and not before."""

from collections.abc import Iterator

import psycopg
import pytest

from domain.forecasts import Forecast
from storage.database import Database, libpq_url
from storage.unit_of_work import SqlUnitOfWork
from tests.storage.plan import NOW, forecast, small_plan


@pytest.fixture
def listener(database: Database) -> Iterator[psycopg.Connection]:
    with psycopg.connect(libpq_url(database.url), autocommit=True) as connection:
        connection.execute("LISTEN milepost_forecasts")
        yield connection


@pytest.fixture
def asked(database: Database) -> Forecast:
    work = SqlUnitOfWork(database.sessions())
    made = forecast(small_plan(work).baseline)
    with work:
        work.forecasts.add(made)
        work.commit()
    return made


def _heard(listener: psycopg.Connection) -> list[str]:
    listener.execute("SELECT 1")  # what has been sent comes along with any answer
    return [notice.payload for notice in listener.notifies(timeout=0.2)]


def test_what_moves_a_forecast_on_is_heard(listener: psycopg.Connection, database: Database, asked: Forecast) -> None:
    work = SqlUnitOfWork(database.sessions())
    assert _heard(listener) == [str(asked.id)]
    with work:
        work.forecasts.get(asked.id).begin(NOW)
        work.commit()
    assert _heard(listener) == [str(asked.id)]
    with work:
        work.ledger.keep_outcome(asked.id, 20, b"rough")
        work.commit()
    assert _heard(listener) == [str(asked.id)]
    with work:
        work.forecasts.get(asked.id).advance(20)
        work.ledger.keep_outcome(asked.id, 20, b"rough")
        work.commit()
    assert _heard(listener) == [str(asked.id)], "one transaction, one piece of news"


def test_a_lease_a_batch_or_what_is_undone_is_no_news(
    listener: psycopg.Connection, database: Database, asked: Forecast
) -> None:
    work = SqlUnitOfWork(database.sessions())
    _heard(listener)
    with work:
        work.ledger.claim("a", 60.0)
        work.ledger.renew(asked.id, "a", 60.0)
        work.ledger.keep_batch(asked.id, 0, 20, b"statistics")
        work.commit()
    with work:
        work.ledger.keep_outcome(asked.id, 20, b"rough")
    assert _heard(listener) == []
