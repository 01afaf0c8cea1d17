"""What was done, by whom, and under which idempotency key."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Identity,
    Index,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from storage.tables.conventions import Instant, metadata, not_blank

# Triggers refuse UPDATE, DELETE and TRUNCATE here.
audit = Table(
    "audit",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("at", Instant, nullable=False),
    # Without a foreign key: the record of what somebody did outlives the account.
    Column("account_id", Uuid),
    Column("action", Text, nullable=False),
    Column("subject_kind", Text, nullable=False),
    Column("subject", Uuid, nullable=False),
    Column("details", JSONB, nullable=False, server_default=text("'{}'")),
    not_blank("action"),
    Index(None, "subject", "id"),
    Index(None, "account_id", "id"),
    Index(None, "at"),
)

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("account_id", Uuid, ForeignKey("accounts.id", ondelete="CASCADE")),
    Column("key", Text, nullable=False),
    Column("request_hash", Text, nullable=False),
    Column("subject", Uuid),
    Column("claimed_at", Instant, nullable=False, server_default=func.now()),
    UniqueConstraint("account_id", "key", postgresql_nulls_not_distinct=True),
    CheckConstraint("length(key) BETWEEN 1 AND 200", name="key_length"),
    Index(None, "claimed_at"),
)
