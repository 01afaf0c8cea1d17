"""What can be given, what it is drawn from, who was promised it and what has arrived."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
)

from domain.supports import EvidenceTier, FigureStatus, PoolKind, SupportKind
from storage.tables.conventions import (
    amount,
    identity,
    known_word,
    metadata,
    name,
    not_blank,
    one_of,
    period,
    remark,
    version,
)

supports = Table(
    "supports",
    metadata,
    identity(),
    Column("owner_id", Uuid, ForeignKey("organizations.id"), nullable=False),
    Column("key", Text, nullable=False),
    name(),
    one_of("kind", SupportKind),
    Column("provider", Text, nullable=False),
    Column("unit", Text, nullable=False),
    amount("unit_cost"),
    one_of("evidence_tier", EvidenceTier),
    amount("effect_mean"),
    amount("effect_sd"),
    Column("effect_citation", Text, nullable=False),
    one_of("effect_status", FigureStatus),
    amount("effect_published", nullable=True),
    amount("effect_override_mean", nullable=True),
    Column("effect_override_reason", Text),
    one_of("draws_on", PoolKind),
    remark("description"),
    version(),
    known_word("kind", SupportKind),
    known_word("evidence_tier", EvidenceTier),
    known_word("effect_status", FigureStatus),
    known_word("draws_on", PoolKind),
    not_blank("key"),
    not_blank("name"),
    CheckConstraint("unit_cost >= 0", name="unit_cost_not_negative"),
    CheckConstraint("effect_sd >= 0", name="effect_sd_not_negative"),
    CheckConstraint(
        "(effect_override_mean IS NULL) = (coalesce(effect_override_reason, '') = '')", name="override_has_reason"
    ),
    UniqueConstraint("owner_id", "key"),
)

pools = Table(
    "pools",
    metadata,
    identity(),
    Column("owner_id", Uuid, ForeignKey("organizations.id"), nullable=False),
    one_of("kind", PoolKind),
    name(),
    Column("unit", Text, nullable=False),
    amount("unit_cost"),
    version(),
    known_word("kind", PoolKind),
    not_blank("name"),
    CheckConstraint("unit_cost >= 0", name="unit_cost_not_negative"),
    Index(None, "owner_id", "name", "id"),
)

pool_capacities = Table(
    "pool_capacities",
    metadata,
    Column("pool_id", Uuid, ForeignKey("pools.id", ondelete="CASCADE"), primary_key=True),
    Column("fiscal_year", Integer, primary_key=True, autoincrement=False),
    amount("units"),
    CheckConstraint("units >= 0 AND units < 'Infinity'", name="units_not_negative"),
)

assignments = Table(
    "assignments",
    metadata,
    identity(),
    Column("support_id", Uuid, ForeignKey("supports.id"), nullable=False),
    Column("pool_id", Uuid, ForeignKey("pools.id"), nullable=False),
    Column("organization_id", Uuid, ForeignKey("organizations.id"), nullable=False),
    *period(),
    amount("promised_units"),
    amount("slots"),
    Column("goal_id", Uuid, ForeignKey("goals.id")),
    version(),
    CheckConstraint("promised_units > 0", name="promised_units_positive"),
    CheckConstraint("slots > 0", name="slots_positive"),
    Index(None, "pool_id", "starts", "id"),
    Index(None, "organization_id", "starts", "id"),
    Index(None, "support_id"),
    Index(None, "goal_id"),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("assignment_id", Uuid, ForeignKey("assignments.id", ondelete="CASCADE"), nullable=False),
    Column("delivered_on", Date, nullable=False),
    amount("units"),
    remark("note"),
    CheckConstraint("units > 0", name="units_positive"),
    Index(None, "assignment_id", "delivered_on"),
)
