"""Setting goals, moving their aims, and putting milestones on the way."""

from datetime import date
from typing import Annotated

import strawberry
from strawberry import UNSET

from domain.errors import ImprovementError
from domain.goals import Direction, GoalTerm, ImplementationStage, MilestoneKind
from domain.identity import GoalId, IndicatorId, MilestoneId, OrganizationId
from domain.indicators import ALL_STUDENTS
from domain.services import planning
from schema.context import Info
from schema.errors import UserError
from schema.goals import Goal, Milestone
from schema.mutations.performing import ASKED, check, expected_version, idempotency_key, perform, refused
from schema.relay import Kind, identity_of, node_of
from schema.scalars import given


@strawberry.input(description="A goal to set.")
class SetGoalInput:
    """A goal to set."""

    organization_id: strawberry.ID = strawberry.field(description="Whose promise it is.")
    indicator_id: strawberry.ID = strawberry.field(description="What is to move.")
    title: str = strawberry.field(description="What it is called.")
    direction: Direction = strawberry.field(description="Which way the indicator should go.")
    baseline: float = strawberry.field(description="Where it stands, in the indicator's unit.")
    baseline_on: date = strawberry.field(description="The day the baseline was read; not one to come.")
    aim: float = strawberry.field(description="Where it should be, in the indicator's unit.")
    due: date = strawberry.field(description="By when; after `baselineOn`, by ten years at most.")
    student_group: str | None = strawberry.field(
        default=ALL_STUDENTS,
        description="Whose readings count: a code of 2 to 12 capitals, digits and underscores, or a group of which "
        "there are readings; `ALL` is all students together.",
    )
    term: GoalTerm | None = strawberry.field(default=GoalTerm.LONG, description="How far ahead it looks.")
    definition_of_success: str | None = strawberry.field(default="", description="What success looks like, in words.")
    practice: str | None = strawberry.field(
        default=UNSET, description="The key of the practice through which it is pursued, e.g. `1B`."
    )
    accountable: str | None = strawberry.field(default=UNSET, description="Who answers for it.")
    idempotency_key: str | None = idempotency_key()


@strawberry.input(description="A new aim and day for a goal.")
class ReviseTargetInput:
    """A new aim and day for a goal."""

    id: strawberry.ID = strawberry.field(description="Which goal.")
    aim: float = strawberry.field(description="Where the indicator should be, in its unit.")
    due: date = strawberry.field(description="By when.")
    expected_version: int | None = expected_version()
    idempotency_key: str | None = idempotency_key()


@strawberry.input(description="A milestone to put on the way to a goal.")
class AddMilestoneInput:
    """A milestone to put on the way to a goal."""

    goal_id: strawberry.ID = strawberry.field(description="Which goal it leads to.")
    kind: MilestoneKind = strawberry.field(description="What will show that it is attained.")
    title: str = strawberry.field(description="What it is called.")
    due: date = strawberry.field(description="By when; after the baseline and no later than the goal's own day.")
    threshold: float | None = strawberry.field(
        default=UNSET,
        description="The value to reach, in the indicator's unit; of assessment milestones alone. Beyond the baseline "
        "to raise or lower a value; at the aim or on its right side to stay above or below it.",
    )
    required_stage: ImplementationStage | None = strawberry.field(
        default=UNSET, description="The stage to reach; of implementation milestones alone."
    )
    required_fidelity: float | None = strawberry.field(
        default=UNSET,
        description="The fidelity to reach, a share above 0 and up to 1; of professional-practice milestones alone.",
    )
    expected_version: int | None = expected_version()
    idempotency_key: str | None = idempotency_key()


@strawberry.input(description="The evidence that a milestone was attained.")
class AttainMilestoneInput:
    """The evidence that a milestone was attained."""

    id: strawberry.ID = strawberry.field(
        description="Which milestone; not one of an assessment, nor one attained before."
    )
    attained_on: date = strawberry.field(description="On which day; after the goal's baseline and not one to come.")
    evidence: str = strawberry.field(description="What shows it.")
    expected_version: int | None = strawberry.field(
        default=UNSET,
        description="The version of the goal the client has seen; refused with CONFLICT if it is no longer current.",
    )
    idempotency_key: str | None = idempotency_key()


@strawberry.type(description="What became of a change to a goal.")
class GoalPayload:
    """What became of a change to a goal."""

    goal: Goal | None = strawberry.field(default=None, description="The goal as it is now; null if it was refused.")
    errors: list[UserError] = strawberry.field(
        default_factory=list, description="Why it was refused; empty if it was done."
    )


@strawberry.type(description="What became of a change to a milestone.")
class MilestonePayload:
    """What became of a change to a milestone."""

    milestone: Milestone | None = strawberry.field(
        default=None, description="The milestone as it is now; null if it was refused."
    )
    goal: Goal | None = strawberry.field(
        default=None, description="The goal it leads to, as it is now; null if it was refused."
    )
    errors: list[UserError] = strawberry.field(
        default_factory=list, description="Why it was refused; empty if it was done."
    )


@strawberry.type
class GoalMutations:
    """What may be changed about goals."""

    @strawberry.mutation(description="Promise that an indicator will be at an aim by a day.")
    async def set_goal(self, info: Info, input: Annotated[SetGoalInput, ASKED]) -> GoalPayload:  # noqa: A002 (a name of the contract)
        try:
            check(input)
            goal_id = await perform(
                info,
                planning.set_goal,
                input,
                organization_id=OrganizationId(identity_of(input.organization_id, Kind.ORGANIZATION, "organizationId")),
                indicator_id=IndicatorId(identity_of(input.indicator_id, Kind.INDICATOR, "indicatorId")),
                title=input.title,
                direction=input.direction,
                baseline=input.baseline,
                baseline_on=input.baseline_on,
                aim=input.aim,
                due=input.due,
                student_group=ALL_STUDENTS if input.student_group is None else input.student_group,
                term=input.term or GoalTerm.LONG,
                definition_of_success=input.definition_of_success or "",
                practice=given(input.practice),
                accountable=given(input.accountable),
            )
        except ImprovementError as refusal:
            return GoalPayload(errors=refused(refusal, input))
        return GoalPayload(goal=await node_of(info.context, Kind.GOAL, goal_id))

    @strawberry.mutation(description="Move a goal's aim and day; its baseline stays as it was measured.")
    async def revise_target(self, info: Info, input: Annotated[ReviseTargetInput, ASKED]) -> GoalPayload:  # noqa: A002
        try:
            check(input)
            goal_id = await perform(
                info,
                planning.revise_target,
                input,
                goal_id=GoalId(identity_of(input.id, Kind.GOAL, "id")),
                aim=input.aim,
                due=input.due,
                expected_version=given(input.expected_version),
            )
        except ImprovementError as refusal:
            return GoalPayload(errors=refused(refusal, input))
        return GoalPayload(goal=await node_of(info.context, Kind.GOAL, goal_id))

    @strawberry.mutation(description="Put a milestone on the way to a goal.")
    async def add_milestone(self, info: Info, input: Annotated[AddMilestoneInput, ASKED]) -> MilestonePayload:  # noqa: A002
        try:
            check(input)
            goal_id = await perform(
                info,
                planning.add_milestone,
                input,
                goal_id=GoalId(identity_of(input.goal_id, Kind.GOAL, "goalId")),
                kind=input.kind,
                title=input.title,
                due=input.due,
                threshold=given(input.threshold),
                required_stage=given(input.required_stage),
                required_fidelity=given(input.required_fidelity),
                expected_version=given(input.expected_version),
            )
        except ImprovementError as refusal:
            return MilestonePayload(errors=refused(refusal, input))
        goal: Goal | None = await node_of(info.context, Kind.GOAL, goal_id)
        added = [
            held
            for held in (goal.milestones if goal else ())
            if (held.kind, held.title, held.due) == (input.kind, input.title, input.due)
        ]
        # Identities grow with time, so of two alike the later one is the one just added.
        return MilestonePayload(milestone=max(added, key=lambda held: held.milestone_id, default=None), goal=goal)

    @strawberry.mutation(description="Put on record that a milestone was attained, with what shows it.")
    async def attain_milestone(self, info: Info, input: Annotated[AttainMilestoneInput, ASKED]) -> MilestonePayload:  # noqa: A002
        try:
            check(input)
            milestone_id = MilestoneId(identity_of(input.id, Kind.MILESTONE, "id"))
            goal_id = await perform(
                info,
                planning.attain_milestone,
                input,
                milestone_id=milestone_id,
                attained_on=input.attained_on,
                evidence=input.evidence,
                expected_version=given(input.expected_version),
            )
        except ImprovementError as refusal:
            return MilestonePayload(errors=refused(refusal, input))
        goal: Goal | None = await node_of(info.context, Kind.GOAL, goal_id)
        milestones = goal.milestones if goal else ()
        return MilestonePayload(
            milestone=next((held for held in milestones if held.milestone_id == milestone_id), None), goal=goal
        )
