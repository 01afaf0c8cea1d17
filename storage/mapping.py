"""How the domain's classes lie in the tables; done once, when this module is imported.

The domain knows nothing of it. A frozen value object that stands alone is a ``composite``; a list or dict of value
objects is a proxy over rows that bear them (``ParentRow`` ...), so that the entity keeps its plain list or dict.
"""

from collections.abc import Callable
from typing import Any

from sqlalchemy import event, inspect
from sqlalchemy.ext.associationproxy import association_proxy
from sqlalchemy.orm import (
    InstanceState,
    Mapper,
    RelationshipProperty,
    Session,
    UOWTransaction,
    attribute_keyed_dict,
    class_mapper,
    composite,
    registry,
    relationship,
)
from sqlalchemy.orm.attributes import flag_modified

from domain.calendar import Validity
from domain.forecasts import Forecast
from domain.goals import Goal, Milestone, Target
from domain.identity import OrganizationId
from domain.indicators import Indicator, Observation, Reading
from domain.organizations import Designation, DesignationKind, Organization, ParentLink, Profile
from domain.people import Account, Role, RoleGrant
from domain.scenarios import Scenario
from domain.supports import Assignment, Delivery, EffectCard, Pool, Support
from storage import tables

VERSIONED = (Organization, Indicator, Goal, Support, Pool, Assignment, Scenario, Forecast, Account)

_registry = registry(metadata=tables.metadata)


class IdentifierRow:
    """What an organization is called in one scheme."""

    def __init__(self, scheme: str, value: str) -> None:
        self.scheme = scheme
        self.value = value


class ParentRow:
    """A ``ParentLink`` as a row."""

    parent_id: OrganizationId
    validity: Validity

    def __init__(self, link: ParentLink) -> None:
        self.fact = link

    @property
    def fact(self) -> ParentLink:
        return ParentLink(self.parent_id, self.validity)

    @fact.setter
    def fact(self, link: ParentLink) -> None:
        self.parent_id = link.parent_id
        self.validity = link.validity


class ProfileRow:
    """A ``Profile`` as a row."""

    fact: Profile

    def __init__(self, profile: Profile) -> None:
        self.fact = profile


class DesignationRow:
    """A ``Designation`` as a row."""

    kind: DesignationKind
    validity: Validity
    reason: str

    def __init__(self, designation: Designation) -> None:
        self.fact = designation

    @property
    def fact(self) -> Designation:
        return Designation(self.kind, self.validity, self.reason)

    @fact.setter
    def fact(self, designation: Designation) -> None:
        self.kind = designation.kind
        self.validity = designation.validity
        self.reason = designation.reason


class CapacityRow:
    """How many units a pool holds in one fiscal year."""

    def __init__(self, fiscal_year: int, units: float) -> None:
        self.fiscal_year = fiscal_year
        self.units = units


class DeliveryRow:
    """A ``Delivery`` as a row."""

    fact: Delivery

    def __init__(self, delivery: Delivery) -> None:
        self.fact = delivery


class GrantRow:
    """A ``RoleGrant`` as a row."""

    role: Role
    organization_id: OrganizationId | None
    validity: Validity

    def __init__(self, grant: RoleGrant) -> None:
        self.fact = grant

    @property
    def fact(self) -> RoleGrant:
        return RoleGrant(self.role, self.organization_id, self.validity)

    @fact.setter
    def fact(self, grant: RoleGrant) -> None:
        self.role = grant.role
        self.organization_id = grant.organization_id
        self.validity = grant.validity


def _children(of: type, **options: Any) -> RelationshipProperty[Any]:
    """Return the rows that live and die with an aggregate, read along with it."""
    return relationship(
        of, cascade="all, delete-orphan", passive_deletes=True, lazy="selectin", backref="_aggregate", **options
    )


def _after(target: type, column: Any) -> RelationshipProperty[Any]:
    """Return what only tells the unit of work to insert ``target`` first: aggregates know each other by identity."""
    return relationship(target, foreign_keys=[column], lazy="raise", cascade="", uselist=False)


def _proxy(entity: type, attribute: str, rows: str, value: str, creator: Callable[..., Any]) -> None:
    """Let ``entity.attribute`` be the values that its rows bear."""
    setattr(entity, attribute, association_proxy(rows, value, creator=creator))

    def begin_empty(made: object, arguments: object, keywords: object) -> None:
        # Else an empty collection would be unknown rather than empty once the unit of work has ended.
        setattr(made, rows, {} if value in ("value", "units") else [])

    event.listen(entity, "init", begin_empty)


def _map_organizations() -> None:
    table = tables.organizations
    _registry.map_imperatively(IdentifierRow, tables.organization_identifiers)
    parents = tables.organization_parents
    _registry.map_imperatively(
        ParentRow,
        parents,
        properties={
            "validity": composite(Validity, parents.c.starts, parents.c.ends),
            "_parent": _after(Organization, parents.c.parent_id),
        },
    )
    profiles = tables.organization_profiles
    _registry.map_imperatively(
        ProfileRow,
        profiles,
        properties={
            "fact": composite(
                Profile,
                profiles.c.year,
                profiles.c.enrolment,
                profiles.c.lowest_grade,
                profiles.c.highest_grade,
                profiles.c.share_disadvantaged,
            )
        },
    )
    designations = tables.organization_designations
    _registry.map_imperatively(
        DesignationRow,
        designations,
        properties={"validity": composite(Validity, designations.c.starts, designations.c.ends)},
    )
    _registry.map_imperatively(
        Organization,
        table,
        version_id_col=table.c.version,
        properties={
            "_identifiers": _children(IdentifierRow, collection_class=attribute_keyed_dict("scheme")),
            "_parents": _children(ParentRow, foreign_keys=[parents.c.organization_id], order_by=parents.c.starts),
            "_profiles": _children(ProfileRow, order_by=profiles.c.year),
            "_designations": _children(DesignationRow, order_by=[designations.c.starts, designations.c.kind]),
        },
    )
    _proxy(Organization, "identifiers", "_identifiers", "value", IdentifierRow)
    _proxy(Organization, "parents", "_parents", "fact", ParentRow)
    _proxy(Organization, "profiles", "_profiles", "fact", ProfileRow)
    _proxy(Organization, "designations", "_designations", "fact", DesignationRow)


def _map_indicators() -> None:
    table = tables.indicators
    _registry.map_imperatively(
        Indicator,
        table,
        version_id_col=table.c.version,
        properties={"_owner": _after(Organization, table.c.owner_id)},
    )
    table = tables.observations
    columns = {"_state": "state", "_value": "value", "_tested": "tested", "_standard_error": "standard_error"}
    _registry.map_imperatively(
        Observation,
        table,
        properties={
            **{name: table.c[column] for name, column in columns.items()},
            "reading": composite(Reading, *columns),
            "_organization": _after(Organization, table.c.organization_id),
            "_indicator": _after(Indicator, table.c.indicator_id),
        },
    )


def _map_goals() -> None:
    table = tables.milestones
    _registry.map_imperatively(Milestone, table)
    table = tables.goals
    columns = {"_baseline": "baseline", "_baseline_on": "baseline_on", "_aim": "aim", "_due": "due"}
    _registry.map_imperatively(
        Goal,
        table,
        version_id_col=table.c.version,
        properties={
            **{name: table.c[column] for name, column in columns.items()},
            "target": composite(Target, *columns),
            "milestones": _children(Milestone, order_by=[tables.milestones.c.due, tables.milestones.c.id]),
            "_organization": _after(Organization, table.c.organization_id),
            "_indicator": _after(Indicator, table.c.indicator_id),
        },
    )


def _map_supports() -> None:
    table = tables.supports
    columns = {
        "_effect_mean": "effect_mean",
        "_effect_sd": "effect_sd",
        "_effect_citation": "effect_citation",
        "_effect_status": "effect_status",
        "_effect_published": "effect_published",
        "_effect_override_mean": "effect_override_mean",
        "_effect_override_reason": "effect_override_reason",
    }
    _registry.map_imperatively(
        Support,
        table,
        version_id_col=table.c.version,
        properties={
            **{name: table.c[column] for name, column in columns.items()},
            "effect": composite(EffectCard, *columns),
            "_owner": _after(Organization, table.c.owner_id),
        },
    )
    _registry.map_imperatively(CapacityRow, tables.pool_capacities)
    table = tables.pools
    _registry.map_imperatively(
        Pool,
        table,
        version_id_col=table.c.version,
        properties={
            "_capacity": _children(
                CapacityRow,
                collection_class=attribute_keyed_dict("fiscal_year"),
                order_by=tables.pool_capacities.c.fiscal_year,
            ),
            "_owner": _after(Organization, table.c.owner_id),
        },
    )
    _proxy(Pool, "capacity", "_capacity", "units", CapacityRow)
    deliveries = tables.deliveries
    _registry.map_imperatively(
        DeliveryRow,
        deliveries,
        properties={"fact": composite(Delivery, deliveries.c.delivered_on, deliveries.c.units, deliveries.c.note)},
    )
    table = tables.assignments
    _registry.map_imperatively(
        Assignment,
        table,
        version_id_col=table.c.version,
        properties={
            "validity": composite(Validity, table.c.starts, table.c.ends),
            "_deliveries": _children(DeliveryRow, order_by=deliveries.c.id),
            "_support": _after(Support, table.c.support_id),
            "_pool": _after(Pool, table.c.pool_id),
            "_organization": _after(Organization, table.c.organization_id),
            "_goal": _after(Goal, table.c.goal_id),
        },
    )
    _proxy(Assignment, "deliveries", "_deliveries", "fact", DeliveryRow)


def _map_people() -> None:
    grants = tables.account_grants
    _registry.map_imperatively(
        GrantRow,
        grants,
        properties={
            "validity": composite(Validity, grants.c.starts, grants.c.ends),
            "_organization": _after(Organization, grants.c.organization_id),
        },
    )
    table = tables.accounts
    _registry.map_imperatively(
        Account,
        table,
        version_id_col=table.c.version,
        properties={"_grants": _children(GrantRow, order_by=grants.c.id)},
    )
    _proxy(Account, "grants", "_grants", "fact", GrantRow)


def _map_scenarios_and_forecasts() -> None:
    table = tables.scenarios
    _registry.map_imperatively(
        Scenario,
        table,
        version_id_col=table.c.version,
        properties={"_state_agency": _after(Organization, table.c.state_id)},
    )
    table = tables.forecasts
    _registry.map_imperatively(
        Forecast,
        table,
        version_id_col=table.c.version,
        # Leases are between workers and the ledger; taking one is no change of the forecast.
        exclude_properties=["lease_holder", "lease_until"],
        properties={
            "_state_agency": _after(Organization, table.c.state_id),
            "_requested_by": _after(Account, table.c.requested_by),
        },
    )


def hold(session: Session, entity: object) -> None:
    """Keep what was loaded until the session ends (an event of sessions).

    Sessions let go of what nobody else holds; then ``goals.get(id).milestones.pop()`` would change a list whose goal
    is gone before the change is noticed.
    """
    session.info.setdefault("held", []).append(entity)


def count_changes_of_children(session: Session, flush: UOWTransaction, instances: object) -> None:
    """Let every change of an aggregate's children count as a change of the aggregate (an event of sessions).

    Remembers in ``session.info["changing"]`` which versions the flush builds on, so that a refusal can name them.
    """
    changed = {held for held in session.dirty if isinstance(held, VERSIONED) and _is_changed(held)}
    changed |= {held._aggregate for held in session.dirty if hasattr(held, "_aggregate") and _is_changed(held)}
    changed -= {None, *session.new}  # what was taken out of a collection has nobody
    for entity in changed:
        # Writing any column makes SQLAlchemy count the version up, also where only a collection has changed.
        flag_modified(entity, _some_column[type(entity)])
    removed = {held for held in session.deleted if isinstance(held, VERSIONED)}
    session.info["changing"] = [(type(held), held.id, held.version) for held in changed | removed]


def _is_changed(entity: object) -> bool:
    """Say whether an entity or its collections differ from what was read.

    Not ``Session.is_modified``: it makes composites of the old values of those columns that have changed, and half a
    value object breaks its own rules.
    """
    state: InstanceState[Any] = inspect(entity, raiseerr=True)
    mapper = state.mapper
    kept = (*mapper.column_attrs, *mapper.relationships)
    return any(state.attrs[attribute.key].history.has_changes() for attribute in kept)


def _plain_column(entity: type) -> str:
    mapper: Mapper[Any] = class_mapper(entity)
    return next(
        attribute.key
        for attribute in mapper.column_attrs
        if not attribute.columns[0].primary_key and attribute.columns[0] is not mapper.version_id_col
    )


_map_organizations()
_map_indicators()
_map_goals()
_map_supports()
_map_people()
_map_scenarios_and_forecasts()
_registry.configure()
_some_column = {entity: _plain_column(entity) for entity in VERSIONED}
