"""What an organization has promised: goals, targets and the milestones on the way, as clients see them."""

from datetime import date
from typing import TYPE_CHECKING, Annotated, Self
from uuid import UUID

import strawberry

from domain import goals
from domain.goals import Direction, GoalTerm, ImplementationStage, MilestoneKind, MilestoneStatus
from domain.identity import GoalId, MilestoneId
from domain.indicators import Occasion
from domain.reading import SeriesKey, place_of_goal
from schema.context import Info
from schema.errors import NothingThere
from schema.framework import Practice
from schema.indicators import Indicator, Observation, Years, since_years_ago
from schema.relay import BY_DAY, Kind, Node, Ordering, global_id, required_node, serve_nodes
from schema.scalars import described

if TYPE_CHECKING:
    from schema.organizations import Organization

described(
    Direction,
    "Which way a goal wants its indicator to go.",
    {
        "RAISE": "From the baseline up to the aim.",
        "LOWER": "From the baseline down to the aim.",
        "STAY_ABOVE": "Not below the aim, which the baseline already reaches.",
        "STAY_BELOW": "Not above the aim, which the baseline already keeps.",
    },
)
described(
    GoalTerm,
    "How far ahead a goal looks.",
    {"SHORT": "Within the school year.", "LONG": "Over more than one school year."},
)
described(
    MilestoneKind,
    "What shows that a milestone is attained.",
    {
        "IMPLEMENTATION": "A practice has reached a stage of implementation.",
        "PROFESSIONAL_PRACTICE": "A practice is done with a required fidelity.",
        "INTERIM_ASSESSMENT": "An interim reading reaches the threshold.",
        "ANNUAL_ASSESSMENT": "The annual reading reaches the threshold.",
        "EVALUATION": "An evaluation has been made and says so.",
    },
)
described(
    ImplementationStage,
    "How far a practice is in use (Fixsen et al. 2005).",
    {
        "EXPLORATION": "Whether to use it is being considered.",
        "INSTALLATION": "What it takes is being put in place.",
        "INITIAL": "Some have begun to use it.",
        "FULL": "It is how the work is done.",
    },
)
described(
    MilestoneStatus,
    "How a milestone stands today, judged from the official record; not a forecast.",
    {
        "ATTAINED": "Reached.",
        "ON_TRACK": "Open, and the latest reading is on the straight path to it or within one standard error of it.",
        "AT_RISK": "Open, and the latest reading falls short of the path; or due within 60 days without evidence.",
        "OVERDUE": "Its day has passed and it was not reached.",
        "CANNOT_SAY": "Open, and nothing has been read since the baseline.",
    },
)

GOALS_BY_DUE_DATE: Ordering[goals.Goal] = Ordering("goals", place_of_goal, BY_DAY)


@strawberry.type(description="Where an indicator stood and where it should be, in the indicator's unit.")
class Target:
    """Where an indicator stood and where it should be."""

    baseline: float = strawberry.field(description="The value it started from, in the indicator's unit.")
    baseline_on: date = strawberry.field(description="The day the baseline was read.")
    aim: float = strawberry.field(description="The value promised, in the indicator's unit.")
    due: date = strawberry.field(description="The day by which it is promised.")


@strawberry.type(description="A point on the way to a goal that is attained by its due date or not.")
class Milestone(Node):
    """A point on the way to a goal."""

    kind: MilestoneKind = strawberry.field(description="What shows that it is attained.")
    title: str = strawberry.field(description="What it is called.")
    due: date = strawberry.field(description="The day by which it is to be attained.")
    threshold: float | None = strawberry.field(
        description="The value to reach, in the goal's indicator's unit; of assessment milestones alone."
    )
    required_stage: ImplementationStage | None = strawberry.field(
        description="The stage to reach; of implementation milestones alone."
    )
    required_fidelity: float | None = strawberry.field(
        description="The fidelity to reach, a share from 0 to 1; of professional-practice milestones alone."
    )
    attained_on: date | None = strawberry.field(
        description="The day its evidence was recorded for; null for assessments, which their readings attain."
    )
    evidence: str = strawberry.field(description="What shows that it was attained; empty until then.")
    goal_id: strawberry.Private[GoalId]
    milestone_id: strawberry.Private[MilestoneId]

    @strawberry.field(description="The goal it leads to.")
    async def goal(self, info: Info) -> "Goal":
        node: Goal = await required_node(info.context, Kind.GOAL, self.goal_id)
        return node

    @strawberry.field(description="How it stands today.")
    async def status(self, info: Info) -> MilestoneStatus:
        context = info.context
        status = await context.batches.load(context.reader.milestone_statuses, self.milestone_id)
        if status is None:
            raise NothingThere("milestone")
        return status

    @classmethod
    def of(cls, milestone: goals.Milestone) -> Self:
        return cls(
            id=global_id(Kind.MILESTONE, milestone.id),
            kind=milestone.kind,
            title=milestone.title,
            due=milestone.due,
            threshold=milestone.threshold,
            required_stage=milestone.required_stage,
            required_fidelity=milestone.required_fidelity,
            attained_on=milestone.attained_on,
            evidence=milestone.evidence,
            goal_id=milestone.goal_id,
            milestone_id=milestone.id,
        )

    @classmethod
    def within(cls, goal: goals.Goal, milestone_id: UUID) -> Self:
        return cls.of(next(held for held in goal.milestones if held.id == milestone_id))


@strawberry.type(description="One promise of an organization: an indicator of a student group, an aim and a day.")
class Goal(Node):
    """One promise of an organization."""

    version: int = strawberry.field(description="Counts the changes, its milestones' included; starts at 1.")
    title: str = strawberry.field(description="What it is called.")
    student_group: str = strawberry.field(description="Whose readings count; `ALL` is all students together.")
    direction: Direction = strawberry.field(description="Which way the indicator should go.")
    term: GoalTerm = strawberry.field(description="How far ahead it looks.")
    target: Target = strawberry.field(description="From where to where, by when.")
    definition_of_success: str = strawberry.field(description="What success looks like, in words; may be empty.")
    accountable: str | None = strawberry.field(description="Who answers for it; null if nobody does.")
    milestones: list[Milestone] = strawberry.field(description="The points on the way, by due date.")
    goal: strawberry.Private[goals.Goal]

    @strawberry.field(description="Whose promise it is.")
    async def organization(self, info: Info) -> Annotated["Organization", strawberry.lazy("schema.organizations")]:
        node: Organization = await required_node(info.context, Kind.ORGANIZATION, self.goal.organization_id)
        return node

    @strawberry.field(description="What is to move.")
    async def indicator(self, info: Info) -> Indicator:
        node: Indicator = await required_node(info.context, Kind.INDICATOR, self.goal.indicator_id)
        return node

    @strawberry.field(description="The practice of the framework through which it is pursued; null if none is named.")
    def practice(self) -> Practice | None:
        return Practice.by_key(self.goal.practice)

    @strawberry.field(
        description="Annual and interim readings of this goal's indicator and student group, oldest first."
    )
    async def observations(
        self,
        info: Info,
        occasion: Annotated[
            Occasion | None, strawberry.argument(description="Only readings of this kind; both if null.")
        ] = strawberry.UNSET,
        years: Years = 8,
    ) -> list[Observation]:
        context = info.context
        key = SeriesKey(self.goal.organization_id, self.goal.indicator_id, self.goal.student_group)
        since = since_years_ago(info, years)
        held = await context.batches.load(context.reader.series, key, occasion or None, since)
        return [Observation.of(observation) for observation in held or ()]

    @classmethod
    def of(cls, goal: goals.Goal) -> Self:
        return cls(
            id=global_id(Kind.GOAL, goal.id),
            version=goal.version,
            title=goal.title,
            student_group=goal.student_group,
            direction=goal.direction,
            term=goal.term,
            target=Target(
                baseline=goal.target.baseline,
                baseline_on=goal.target.baseline_on,
                aim=goal.target.aim,
                due=goal.target.due,
            ),
            definition_of_success=goal.definition_of_success,
            accountable=goal.accountable,
            milestones=[Milestone.of(milestone) for milestone in goal.milestones],
            goal=goal,
        )


serve_nodes(Kind.GOAL, lambda reader: reader.goals, lambda held, _: Goal.of(held))
serve_nodes(Kind.MILESTONE, lambda reader: reader.goals_of_milestones, Milestone.within)
