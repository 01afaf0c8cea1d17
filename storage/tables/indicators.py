"""What is measured, and every reading of it."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
    true,
)

from domain.indicators import Occasion, ReadingState
from storage.tables.conventions import (
    Instant,
    amount,
    identity,
    known_word,
    metadata,
    name,
    not_blank,
    one_of,
    remark,
    version,
)

indicators = Table(
    "indicators",
    metadata,
    identity(),
    Column("owner_id", Uuid, ForeignKey("organizations.id"), nullable=False),
    Column("key", Text, nullable=False),
    name(),
    Column("unit", Text, nullable=False),
    amount("lowest"),
    amount("highest"),
    Column("higher_is_better", Boolean, nullable=False, server_default=true()),
    Column("decimals", Integer, nullable=False, server_default=text("0")),
    amount("student_sd", nullable=True),
    remark("description"),
    version(),
    CheckConstraint("lowest < highest", name="lowest_below_highest"),
    not_blank("key"),
    not_blank("name"),
    UniqueConstraint("owner_id", "key"),
)

observations = Table(
    "observations",
    metadata,
    identity(),
    Column("organization_id", Uuid, ForeignKey("organizations.id"), nullable=False),
    Column("indicator_id", Uuid, ForeignKey("indicators.id"), nullable=False),
    Column("student_group", Text, nullable=False),
    one_of("occasion", Occasion),
    Column("observed_on", Date, nullable=False),
    one_of("state", ReadingState),
    amount("value", nullable=True),
    Column("tested", Integer),
    amount("standard_error", nullable=True),
    Column("source", Text, nullable=False),
    Column("revision", Integer, nullable=False, server_default=text("1")),
    Column("recorded_at", Instant),
    known_word("occasion", Occasion),
    known_word("state", ReadingState),
    CheckConstraint("(state = 'OBSERVED') = (value IS NOT NULL)", name="value_iff_observed"),
    CheckConstraint(
        "state = 'OBSERVED' OR (tested IS NULL AND standard_error IS NULL)", name="precision_only_if_observed"
    ),
    CheckConstraint("value NOT IN ('NaN', 'Infinity', '-Infinity')", name="value_finite"),
    CheckConstraint("tested >= 0", name="tested_not_negative"),
    CheckConstraint("standard_error >= 0 AND standard_error < 'Infinity'", name="standard_error_not_negative"),
    CheckConstraint("revision >= 1", name="revision_counts_from_one"),
    # The day before the occasion, so that one index finds one reading, a series and the latest of any occasion. At
    # ten million rows a second index of that width would cost as much as the table.
    UniqueConstraint(
        "organization_id", "indicator_id", "student_group", "observed_on", "occasion", name="uq_observations_key"
    ),
)
