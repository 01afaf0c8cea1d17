"""Allocations of supports under a policy, whether in force or only thought of."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    Table,
    TypeDecorator,
    Uuid,
    false,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from domain.identity import OrganizationId, PoolId
from domain.scenarios import (
    LONGEST_HORIZON_MONTHS,
    SHORTEST_HORIZON_MONTHS,
    NeedTerm,
    Pin,
    Policy,
    PolicyKind,
    PoolAllocation,
)
from storage.tables.conventions import identity, metadata, name, not_blank, version


class ByFiscalYear(TypeDecorator[Mapping[int, float]]):
    """Amounts by fiscal year, as ``{"2027": 12.5}``."""

    impl = JSONB
    cache_ok = True

    def process_bind_param(self, value: Mapping[int, float] | None, dialect: Dialect) -> dict[str, float] | None:
        return None if value is None else {str(year): amount for year, amount in value.items()}

    def process_result_value(self, value: Any, dialect: Dialect) -> dict[int, float] | None:
        return None if value is None else {int(year): float(amount) for year, amount in value.items()}


class Allocations(TypeDecorator[tuple[PoolAllocation, ...]]):
    """What each pool holds, as ``[{"pool": id, "capacity": {"2027": 12.5}}]``, in the order given."""

    impl = JSONB
    cache_ok = True

    def process_bind_param(self, value: tuple[PoolAllocation, ...] | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        return [
            {"pool": str(held.pool_id), "capacity": {str(year): units for year, units in held.capacity.items()}}
            for held in value
        ]

    def process_result_value(self, value: Any, dialect: Dialect) -> tuple[PoolAllocation, ...] | None:
        if value is None:
            return None
        return tuple(
            PoolAllocation(
                PoolId(UUID(held["pool"])), {int(year): float(units) for year, units in held["capacity"].items()}
            )
            for held in value
        )


class PolicyRule(TypeDecorator[Policy]):
    """A policy, as ``{"kind": ..., "weights": {term: share}, "pins": [{"pool": id, "organization": id}]}``."""

    impl = JSONB
    cache_ok = True

    def process_bind_param(self, value: Policy | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        return {
            "kind": value.kind.value,
            "weights": {term.value: weight for term, weight in value.weights.items()},
            "pins": [{"pool": str(pin.pool_id), "organization": str(pin.organization_id)} for pin in value.pins],
        }

    def process_result_value(self, value: Any, dialect: Dialect) -> Policy | None:
        if value is None:
            return None
        return Policy(
            PolicyKind(value["kind"]),
            {NeedTerm(term): float(weight) for term, weight in value["weights"].items()},
            tuple(Pin(PoolId(UUID(pin["pool"])), OrganizationId(UUID(pin["organization"]))) for pin in value["pins"]),
        )


_policy_kinds = ", ".join(f"'{kind.value}'" for kind in PolicyKind)

scenarios = Table(
    "scenarios",
    metadata,
    identity(),
    Column("state_id", Uuid, ForeignKey("organizations.id"), nullable=False),
    name(),
    Column("starts_on", Date, nullable=False),
    Column("horizon_months", Integer, nullable=False),
    Column("allocation", Allocations, nullable=False),
    Column("policy", PolicyRule, nullable=False),
    Column("budget", ByFiscalYear, nullable=False, server_default=text("'{}'")),
    Column("is_baseline", Boolean, nullable=False, server_default=false()),
    Column("copied_from", Uuid, ForeignKey("scenarios.id", ondelete="SET NULL")),
    version(),
    not_blank("name"),
    CheckConstraint(
        f"horizon_months BETWEEN {SHORTEST_HORIZON_MONTHS} AND {LONGEST_HORIZON_MONTHS}", name="horizon_answerable"
    ),
    CheckConstraint("jsonb_typeof(allocation) = 'array'", name="allocation_is_list"),
    CheckConstraint("jsonb_typeof(budget) = 'object'", name="budget_is_object"),
    CheckConstraint(f"policy ->> 'kind' IN ({_policy_kinds})", name="policy_known"),
)
Index("uq_scenarios_state_id_name", scenarios.c.state_id, func.lower(scenarios.c.name), unique=True)
Index("uq_scenarios_state_id_baseline", scenarios.c.state_id, unique=True, postgresql_where=scenarios.c.is_baseline)
Index(None, scenarios.c.copied_from)
