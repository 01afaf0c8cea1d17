"""Forecasts asked for, what they were computed from, the batches that are done and what they say."""

from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ColumnElement,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    TypeDecorator,
    Uuid,
    literal_column,
    text,
)

from domain.forecasts import FEWEST_REPLICATIONS, MOST_REPLICATIONS, MOST_SCENARIOS, ForecastState
from storage.tables.conventions import Instant, identity, known_word, metadata, one_of, remark, version


class Identities(TypeDecorator[tuple[UUID, ...]]):
    """Identities in their order, as ``uuid[]``."""

    impl = ARRAY(Uuid)
    cache_ok = True

    def process_bind_param(self, value: tuple[UUID, ...] | None, dialect: Dialect) -> Any:
        return None if value is None else list(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> tuple[UUID, ...] | None:
        return None if value is None else tuple(value)


# A forecast outlives its scenarios: what it was computed from is frozen in forecast_inputs, so scenario_ids may name
# some that have been thrown away since.
forecasts = Table(
    "forecasts",
    metadata,
    identity(),
    Column("state_id", Uuid, ForeignKey("organizations.id"), nullable=False),
    Column("scenario_ids", Identities, nullable=False),
    Column("seed", BigInteger, nullable=False),
    Column("replications", Integer, nullable=False),
    Column("model_version", Text, nullable=False),
    Column("inputs_hash", Text, nullable=False),
    Column("requested_at", Instant, nullable=False),
    Column("requested_by", Uuid, ForeignKey("accounts.id")),
    one_of("state", ForecastState),
    Column("done", Integer, nullable=False, server_default=text("0")),
    remark("message"),
    Column("started_at", Instant),
    Column("ended_at", Instant),
    version(),
    Column("lease_holder", Text),
    Column("lease_until", Instant),
    known_word("state", ForecastState),
    CheckConstraint(f"cardinality(scenario_ids) BETWEEN 1 AND {MOST_SCENARIOS}", name="scenarios_few"),
    CheckConstraint(
        f"replications BETWEEN {FEWEST_REPLICATIONS} AND {MOST_REPLICATIONS}", name="replications_bearable"
    ),
    CheckConstraint(f"seed >= 0 AND seed < {2**53}", name="seed_exact_in_json"),
    CheckConstraint("done >= 0", name="done_not_negative"),
    CheckConstraint("(state IN ('QUEUED', 'RUNNING')) = (ended_at IS NULL)", name="ended_iff_closed"),
    CheckConstraint("(lease_holder IS NULL) = (lease_until IS NULL)", name="lease_has_holder"),
    Index(None, "state_id", "requested_at", "id"),
)

_OPEN = "state IN ('QUEUED', 'RUNNING')"

Index("ix_forecasts_open", forecasts.c.requested_at, forecasts.c.id, postgresql_where=text(_OPEN))


def forecast_is_open() -> ColumnElement[bool]:
    """Return that a forecast is still to be worked on, written so that the index of the open ones serves it."""
    return literal_column(_OPEN, Boolean)


forecast_inputs = Table(
    "forecast_inputs",
    metadata,
    Column("forecast_id", Uuid, ForeignKey("forecasts.id", ondelete="CASCADE"), primary_key=True),
    Column("payload", LargeBinary, nullable=False),
)

forecast_batches = Table(
    "forecast_batches",
    metadata,
    Column("forecast_id", Uuid, ForeignKey("forecasts.id", ondelete="CASCADE"), primary_key=True),
    Column("first", Integer, primary_key=True, autoincrement=False),
    Column("last", Integer, nullable=False),
    Column("payload", LargeBinary, nullable=False),
    CheckConstraint("0 <= first AND first < last", name="stretch_not_empty"),
)

forecast_outcomes = Table(
    "forecast_outcomes",
    metadata,
    Column("forecast_id", Uuid, ForeignKey("forecasts.id", ondelete="CASCADE"), primary_key=True),
    Column("replications", Integer, nullable=False),
    Column("payload", LargeBinary, nullable=False),
    CheckConstraint("replications > 0", name="replications_positive"),
)
