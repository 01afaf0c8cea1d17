"""States, districts, schools and networks: who they are, and what held of them on which days."""

from datetime import date
from uuid import UUID

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ColumnElement,
    Date,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    false,
    func,
)
from sqlalchemy.sql.selectable import TableValuedAlias

from domain.organizations import DesignationKind, OrganizationKind, SchoolLevel
from storage.tables.conventions import (
    amount,
    identity,
    known_word,
    metadata,
    name,
    not_blank,
    once_at_a_time,
    one_of,
    remark,
    version,
)

organizations = Table(
    "organizations",
    metadata,
    identity(),
    one_of("kind", OrganizationKind),
    name(),
    one_of("level", SchoolLevel, nullable=True),
    Column("city", Text),
    Column("opened", Date),
    Column("closed", Date),
    Column("generated", Boolean, nullable=False, server_default=false()),
    version(),
    known_word("kind", OrganizationKind),
    known_word("level", SchoolLevel),
    not_blank("name"),
    CheckConstraint("closed > opened", name="closed_after_opened"),
    Index(None, "kind", "name", "id"),
    Index(None, "name", "id"),
)

organization_identifiers = Table(
    "organization_identifiers",
    metadata,
    Column("organization_id", Uuid, ForeignKey("organizations.id", ondelete="CASCADE"), primary_key=True),
    Column("scheme", Text, primary_key=True),
    Column("value", Text, nullable=False),
    # A state's own numbers are unique within the state, so their scheme names the state: "nc:agency".
    UniqueConstraint("scheme", "value"),
    not_blank("scheme"),
    not_blank("value"),
)

# A trigger holds the levels apart (a school stands under a district, a district under a state), so no cycle can be.
organization_parents = Table(
    "organization_parents",
    metadata,
    Column("organization_id", Uuid, ForeignKey("organizations.id", ondelete="CASCADE"), primary_key=True),
    Column("parent_id", Uuid, ForeignKey("organizations.id"), nullable=False),
    Column("starts", Date, primary_key=True),
    Column("ends", Date),
    CheckConstraint("ends > starts", name="ends_after_start"),
    CheckConstraint("parent_id <> organization_id", name="parent_is_another"),
    once_at_a_time("ex_organization_parents_one_at_a_time", "organization_id"),
    Index(None, "parent_id", "organization_id"),
)

organization_profiles = Table(
    "organization_profiles",
    metadata,
    Column("organization_id", Uuid, ForeignKey("organizations.id", ondelete="CASCADE"), primary_key=True),
    Column("year", Integer, primary_key=True, autoincrement=False),
    Column("enrolment", Integer),
    Column("lowest_grade", Text),
    Column("highest_grade", Text),
    amount("share_disadvantaged", nullable=True),
    CheckConstraint("enrolment >= 0", name="enrolment_not_negative"),
    CheckConstraint("share_disadvantaged BETWEEN 0 AND 1", name="share_disadvantaged_is_share"),
)

organization_designations = Table(
    "organization_designations",
    metadata,
    Column("organization_id", Uuid, ForeignKey("organizations.id", ondelete="CASCADE"), primary_key=True),
    one_of("kind", DesignationKind, primary_key=True),
    Column("starts", Date, primary_key=True),
    Column("ends", Date),
    remark("reason"),
    known_word("kind", DesignationKind),
    CheckConstraint("ends > starts", name="ends_after_start"),
    once_at_a_time("ex_organization_designations_one_at_a_time", "organization_id", "kind::text"),
)


def organization_scope(root: UUID | ColumnElement[UUID], on: date) -> TableValuedAlias:
    """Return the rows (organization_id, depth) of ``root`` (depth 0) and all below it on a day."""
    return func.organization_scope(root, on).table_valued(
        Column("organization_id", Uuid), Column("depth", Integer), name="scope"
    )


def organization_lineage(organization_id: UUID | ColumnElement[UUID], on: date) -> TableValuedAlias:
    """Return the rows (organization_id, depth) of an organization (depth 0) and all above it on a day."""
    return func.organization_lineage(organization_id, on).table_valued(
        Column("organization_id", Uuid), Column("depth", Integer), name="lineage"
    )
