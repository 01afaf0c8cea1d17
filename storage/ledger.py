"""The ledger of forecasts: what they were computed from, what is done, what they say, and which worker holds which.

Leases are counted by the clock of the database, so workers on several machines need not agree on the time.
"""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import ColumnElement, and_, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from domain.errors import NotFound
from domain.identity import ForecastId
from storage.tables import forecast_batches, forecast_inputs, forecast_is_open, forecast_outcomes, forecasts


class SqlForecastLedger:
    """Inputs, batches, outcomes and leases. Whoever listens to ``milepost_forecasts`` hears of each at the commit."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def keep_inputs(self, forecast_id: ForecastId, payload: bytes) -> None:
        self._session.flush()
        self._session.execute(
            insert(forecast_inputs).values(forecast_id=forecast_id, payload=payload).on_conflict_do_nothing()
        )

    def inputs(self, forecast_id: ForecastId) -> bytes:
        held: bytes | None = self._session.scalar(
            select(forecast_inputs.c.payload).where(forecast_inputs.c.forecast_id == forecast_id)
        )
        if held is None:
            raise NotFound("forecast", forecast_id)
        return held

    def keep_batch(self, forecast_id: ForecastId, first: int, last: int, payload: bytes) -> None:
        self._session.flush()
        self._session.execute(
            insert(forecast_batches)
            .values(forecast_id=forecast_id, first=first, last=last, payload=payload)
            .on_conflict_do_nothing()
        )

    def batches(self, forecast_id: ForecastId) -> Sequence[tuple[int, int]]:
        table = forecast_batches.c
        rows = self._session.execute(
            select(table.first, table.last).where(table.forecast_id == forecast_id).order_by(table.first)
        )
        return [(row.first, row.last) for row in rows]

    def batch(self, forecast_id: ForecastId, first: int) -> bytes:
        table = forecast_batches.c
        held: bytes | None = self._session.scalar(
            select(table.payload).where(table.forecast_id == forecast_id, table.first == first)
        )
        if held is None:
            raise NotFound("batch", first)
        return held

    def keep_outcome(self, forecast_id: ForecastId, replications: int, payload: bytes) -> None:
        self._session.flush()
        saying = insert(forecast_outcomes).values(forecast_id=forecast_id, replications=replications, payload=payload)
        self._session.execute(
            saying.on_conflict_do_update(
                index_elements=["forecast_id"],
                set_={"replications": saying.excluded.replications, "payload": saying.excluded.payload},
            )
        )

    def outcome(self, forecast_id: ForecastId) -> bytes | None:
        return self._session.scalar(
            select(forecast_outcomes.c.payload).where(forecast_outcomes.c.forecast_id == forecast_id)
        )

    def claim(self, worker: str, lease_seconds: float) -> ForecastId | None:
        self._session.flush()
        table = forecasts.c
        oldest = (
            select(table.id)
            .where(forecast_is_open(), or_(table.lease_until.is_(None), table.lease_until <= func.clock_timestamp()))
            .order_by(table.requested_at, table.id)
            .limit(1)
            .with_for_update(skip_locked=True)
            .scalar_subquery()
        )
        taken = self._session.scalar(
            update(forecasts)
            .where(table.id == oldest)
            .values(lease_holder=worker, lease_until=_until(lease_seconds))
            .returning(table.id)
        )
        return ForecastId(taken) if taken is not None else None

    def renew(self, forecast_id: ForecastId, worker: str, lease_seconds: float) -> bool:
        self._session.flush()
        renewed = self._session.scalar(
            update(forecasts)
            .where(_held(forecast_id, worker), forecast_is_open())
            .values(lease_until=_until(lease_seconds))
            .returning(forecasts.c.id)
        )
        return renewed is not None

    def release(self, forecast_id: ForecastId, worker: str) -> None:
        self._session.flush()
        self._session.execute(
            update(forecasts).where(_held(forecast_id, worker)).values(lease_holder=None, lease_until=None)
        )


def _until(lease_seconds: float) -> ColumnElement[object]:
    return func.clock_timestamp() + timedelta(seconds=lease_seconds)


def _held(forecast_id: ForecastId, worker: str) -> ColumnElement[bool]:
    return and_(forecasts.c.id == forecast_id, forecasts.c.lease_holder == worker)
