"""Promising supports out of pools, and recording what arrived."""

from datetime import date
from typing import Annotated

import strawberry
from strawberry import UNSET

from domain.errors import ImprovementError
from domain.identity import AssignmentId, GoalId, OrganizationId, PoolId, SupportId
from domain.services import supporting
from schema.context import Info
from schema.errors import UserError
from schema.mutations.performing import ASKED, check, idempotency_key, perform, refused
from schema.relay import Kind, identity_of, node_of
from schema.scalars import given
from schema.supports import Assignment


@strawberry.input(description="A support to promise to an organization for a time.")
class AssignSupportInput:
    """A support to promise to an organization."""

    support_id: strawberry.ID = strawberry.field(description="What is promised.")
    pool_id: strawberry.ID = strawberry.field(description="What it is drawn from.")
    organization_id: strawberry.ID = strawberry.field(
        description="To which school; open and under the pool's owner when it starts."
    )
    starts: date = strawberry.field(description="The first day.")
    ends: date = strawberry.field(description="The day after the last one.")
    promised_units: float = strawberry.field(description="How much, in the support's unit; above 0.")
    slots: float | None = strawberry.field(
        default=1.0,
        description="How much of the pool it holds meanwhile, in the pool's unit; above 0. Of funds `promisedUnits` "
        "counts.",
    )
    goal_id: strawberry.ID | None = strawberry.field(default=UNSET, description="The goal it is to serve.")
    idempotency_key: str | None = idempotency_key()


@strawberry.input(description="What reached a school of an assignment on a day.")
class RecordDeliveryInput:
    """What reached a school on a day."""

    assignment_id: strawberry.ID = strawberry.field(description="Of which promise.")
    on: date = strawberry.field(description="The day; within the assignment and not one to come.")
    units: float = strawberry.field(
        description="How much, in the support's unit; above 0, and in all at most twice the promise."
    )
    note: str | None = strawberry.field(default="", description="A remark.")
    idempotency_key: str | None = idempotency_key()


@strawberry.type(description="What became of a change to an assignment.")
class AssignmentPayload:
    """What became of a change to an assignment."""

    assignment: Assignment | None = strawberry.field(
        default=None, description="The assignment as it is now; null if it was refused."
    )
    errors: list[UserError] = strawberry.field(
        default_factory=list, description="Why it was refused; empty if it was done."
    )


@strawberry.type
class SupportMutations:
    """What may be changed about supports."""

    @strawberry.mutation(description="Promise a support to an organization for a time, out of a pool that has room.")
    async def assign_support(self, info: Info, input: Annotated[AssignSupportInput, ASKED]) -> AssignmentPayload:  # noqa: A002
        try:
            check(input)
            goal = given(input.goal_id)
            assignment_id = await perform(
                info,
                supporting.assign_support,
                input,
                support_id=SupportId(identity_of(input.support_id, Kind.SUPPORT, "supportId")),
                pool_id=PoolId(identity_of(input.pool_id, Kind.POOL, "poolId")),
                organization_id=OrganizationId(identity_of(input.organization_id, Kind.ORGANIZATION, "organizationId")),
                starts=input.starts,
                ends=input.ends,
                promised_units=input.promised_units,
                slots=1.0 if input.slots is None else input.slots,
                goal_id=None if goal is None else GoalId(identity_of(goal, Kind.GOAL, "goalId")),
            )
        except ImprovementError as refusal:
            return AssignmentPayload(errors=refused(refusal, input, {"end": "ends"}))
        return AssignmentPayload(assignment=await node_of(info.context, Kind.ASSIGNMENT, assignment_id))

    @strawberry.mutation(description="Record what reached the school of an assignment on a day.")
    async def record_delivery(self, info: Info, input: Annotated[RecordDeliveryInput, ASKED]) -> AssignmentPayload:  # noqa: A002
        try:
            check(input)
            assignment_id = await perform(
                info,
                supporting.record_delivery,
                input,
                assignment_id=AssignmentId(identity_of(input.assignment_id, Kind.ASSIGNMENT, "assignmentId")),
                on=input.on,
                units=input.units,
                remark=input.note or "",
            )
        except ImprovementError as refusal:
            return AssignmentPayload(errors=refused(refusal, input))
        return AssignmentPayload(assignment=await node_of(info.context, Kind.ASSIGNMENT, assignment_id))
