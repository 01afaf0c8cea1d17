"""Which files were brought in, and what readings said before they were revised."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from domain.indicators import ReadingState
from storage.tables.conventions import Instant, amount, identity, known_word, metadata, one_of

# Only imports that changed something are here; one that changes nothing writes nothing.
imports = Table(
    "imports",
    metadata,
    identity(),
    Column("profile", Text, nullable=False),
    Column("file_name", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("rows", Integer, nullable=False),
    Column("counts", JSONB, nullable=False),
    # Without a foreign key: the record of what somebody did outlives the account.
    Column("account_id", Uuid),
    Column("imported_at", Instant, nullable=False),
    CheckConstraint("rows >= 0", name="rows_not_negative"),
    Index(None, "sha256", "profile", "imported_at"),
)

# A trigger on observations writes these rows, whoever revises a reading, and triggers refuse to change them.
observation_revisions = Table(
    "observation_revisions",
    metadata,
    Column("observation_id", Uuid, ForeignKey("observations.id", ondelete="CASCADE"), primary_key=True),
    Column("revision", Integer, primary_key=True, autoincrement=False),
    one_of("state", ReadingState),
    amount("value", nullable=True),
    Column("tested", Integer),
    amount("standard_error", nullable=True),
    Column("source", Text, nullable=False),
    Column("recorded_at", Instant),
    known_word("state", ReadingState),
)
