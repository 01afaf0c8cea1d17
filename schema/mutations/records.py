"""Putting readings on the record, and bringing organizations into the tree or to another parent."""

from datetime import date
from typing import Annotated

import strawberry
from strawberry import UNSET

from domain.errors import ImprovementError
from domain.identity import IndicatorId, OrganizationId
from domain.indicators import ALL_STUDENTS, Occasion, Reading, ReadingState
from domain.organizations import OrganizationKind, SchoolLevel
from domain.services import monitoring, organizing
from schema.context import Info
from schema.errors import UserError
from schema.indicators import Observation
from schema.mutations.performing import ASKED, check, expected_version, idempotency_key, perform, refused
from schema.organizations import Organization
from schema.relay import Kind, identity_of, node_of
from schema.scalars import given

BY_HAND = "entered by hand"


@strawberry.input(description="A value together with what is known of it.")
class ReadingInput:
    """A value together with what is known of it."""

    state: ReadingState = strawberry.field(description="What is known of the value.")
    value: float | None = strawberry.field(
        default=UNSET, description="In the indicator's unit; given exactly if `state` is OBSERVED."
    )
    tested: int | None = strawberry.field(
        default=UNSET, description="How many students stand behind the value; of an observed one alone."
    )
    standard_error: float | None = strawberry.field(
        default=UNSET,
        description="How far the value may well be off, in the indicator's unit; of an observed one alone.",
    )

    def reading(self) -> Reading:
        """Return the reading; raises ``InvalidReading``."""
        try:
            return Reading(self.state, given(self.value), given(self.tested), given(self.standard_error))
        except ImprovementError as refusal:
            raise refusal.under("reading") from None


@strawberry.input(description="A reading to put on the record.")
class RecordObservationInput:
    """A reading to put on the record."""

    organization_id: strawberry.ID = strawberry.field(description="Where it was read.")
    indicator_id: strawberry.ID = strawberry.field(description="What was read.")
    observed_on: date = strawberry.field(description="The day it stands for; not one to come.")
    reading: ReadingInput = strawberry.field(description="What was read.")
    student_group: str | None = strawberry.field(
        default=ALL_STUDENTS,
        description="Whose reading it is: a code of 2 to 12 capitals, digits and underscores, or a group of which "
        "there are readings; `ALL` is all students together.",
    )
    occasion: Occasion | None = strawberry.field(
        default=Occasion.INTERIM,
        description="Which kind of measurement it comes from; ANNUAL is the official record, for those who may import.",
    )
    source: str | None = strawberry.field(default=BY_HAND, description="Where it comes from.")
    idempotency_key: str | None = idempotency_key()


@strawberry.input(description="What an organization is called in one numbering scheme.")
class IdentifierInput:
    """What an organization is called in one numbering scheme."""

    scheme: str = strawberry.field(description="Whose numbering it is, e.g. `nces`.")
    value: str = strawberry.field(description="The number or code there.")


@strawberry.input(description="An organization to bring into the tree.")
class AddOrganizationInput:
    """An organization to bring into the tree."""

    parent_id: strawberry.ID = strawberry.field(description="What it stands under.")
    kind: OrganizationKind = strawberry.field(description="The level it acts on; not STATE.")
    name: str = strawberry.field(description="What it is called.")
    since: date = strawberry.field(description="Its first day.")
    level: SchoolLevel | None = strawberry.field(
        default=UNSET, description="Which grades it teaches; of schools alone."
    )
    city: str | None = strawberry.field(default=UNSET, description="Where it is.")
    identifiers: list[IdentifierInput] | None = strawberry.field(
        default=UNSET, description="What it is called elsewhere; one a scheme."
    )
    idempotency_key: str | None = idempotency_key()


@strawberry.input(description="Another parent for an organization.")
class MoveOrganizationInput:
    """Another parent for an organization."""

    id: strawberry.ID = strawberry.field(description="Which organization.")
    parent_id: strawberry.ID = strawberry.field(description="What it is to stand under, in the same state.")
    since: date = strawberry.field(description="From which day on.")
    expected_version: int | None = expected_version()
    idempotency_key: str | None = idempotency_key()


@strawberry.type(description="What became of a reading.")
class ObservationPayload:
    """What became of a reading."""

    observation: Observation | None = strawberry.field(
        default=None, description="The reading on the record; null if it was refused."
    )
    errors: list[UserError] = strawberry.field(
        default_factory=list, description="Why it was refused; empty if it was done."
    )


@strawberry.type(description="What became of a change to an organization.")
class OrganizationPayload:
    """What became of a change to an organization."""

    organization: Organization | None = strawberry.field(
        default=None, description="The organization as it is now; null if it was refused."
    )
    errors: list[UserError] = strawberry.field(
        default_factory=list, description="Why it was refused; empty if it was done."
    )


@strawberry.type
class RecordMutations:
    """What may be put on the record."""

    @strawberry.mutation(description="Put a reading on the record; the same reading again changes nothing.")
    async def record_observation(
        self,
        info: Info,
        input: Annotated[RecordObservationInput, ASKED],  # noqa: A002
    ) -> ObservationPayload:
        try:
            check(input)
            observation_id = await perform(
                info,
                monitoring.record_observation,
                input,
                organization_id=OrganizationId(identity_of(input.organization_id, Kind.ORGANIZATION, "organizationId")),
                indicator_id=IndicatorId(identity_of(input.indicator_id, Kind.INDICATOR, "indicatorId")),
                observed_on=input.observed_on,
                reading=input.reading.reading(),
                student_group=ALL_STUDENTS if input.student_group is None else input.student_group,
                occasion=input.occasion or Occasion.INTERIM,
                source=BY_HAND if input.source is None else input.source,
            )
        except ImprovementError as refusal:
            return ObservationPayload(errors=refused(refusal, input, {"value": "reading.value"}))
        return ObservationPayload(observation=await node_of(info.context, Kind.OBSERVATION, observation_id))

    @strawberry.mutation(description="Bring a district, school or network into the tree.")
    async def add_organization(self, info: Info, input: Annotated[AddOrganizationInput, ASKED]) -> OrganizationPayload:  # noqa: A002
        try:
            check(input)
            organization_id = await perform(
                info,
                organizing.add_organization,
                input,
                parent_id=OrganizationId(identity_of(input.parent_id, Kind.ORGANIZATION, "parentId")),
                kind=input.kind,
                name=input.name,
                since=input.since,
                level=given(input.level),
                city=given(input.city),
                identifiers=[(held.scheme, held.value) for held in given(input.identifiers) or ()],
            )
        except ImprovementError as refusal:
            return OrganizationPayload(errors=refused(refusal, input))
        return OrganizationPayload(organization=await node_of(info.context, Kind.ORGANIZATION, organization_id))

    @strawberry.mutation(
        description="Put an organization under another parent from a day on; where it stood before stays on record."
    )
    async def move_organization(
        self,
        info: Info,
        input: Annotated[MoveOrganizationInput, ASKED],  # noqa: A002
    ) -> OrganizationPayload:
        try:
            check(input)
            organization_id = await perform(
                info,
                organizing.move_organization,
                input,
                organization_id=OrganizationId(identity_of(input.id, Kind.ORGANIZATION, "id")),
                parent_id=OrganizationId(identity_of(input.parent_id, Kind.ORGANIZATION, "parentId")),
                since=input.since,
                expected_version=given(input.expected_version),
            )
        except ImprovementError as refusal:
            return OrganizationPayload(errors=refused(refusal, input, {"validity": "since"}))
        return OrganizationPayload(organization=await node_of(info.context, Kind.ORGANIZATION, organization_id))
