"""Goals: setting them, moving their aims, and putting milestones on the way."""

from datetime import date

from domain.errors import InvalidMilestone, InvalidTarget, NotFound
from domain.framework import standard_framework
from domain.goals import Direction, Goal, GoalTerm, ImplementationStage, Milestone, MilestoneKind, Target
from domain.identity import GoalId, IndicatorId, MilestoneId, OrganizationId, new_id
from domain.indicators import ALL_STUDENTS, Indicator
from domain.people import Right
from domain.ports import Acting, UnitOfWork
from domain.services.access import authorized, note, require_version
from domain.services.monitoring import require_student_group
from domain.wording import in_words


def set_goal(
    work: UnitOfWork,
    acting: Acting,
    *,
    organization_id: OrganizationId,
    indicator_id: IndicatorId,
    title: str,
    direction: Direction,
    baseline: float,
    baseline_on: date,
    aim: float,
    due: date,
    student_group: str = ALL_STUDENTS,
    term: GoalTerm = GoalTerm.LONG,
    definition_of_success: str = "",
    practice: str | None = None,
    accountable: str | None = None,
) -> Goal:
    """Promise that an indicator will be at ``aim`` by ``due``.

    Raises ``InvalidTarget`` for a baseline still to come or figures that do not go together, ``InvalidInput`` for a
    student group that is none.
    """
    organization = authorized(work, acting, Right.EDIT_PLAN, organization_id)
    indicator = _indicator_for(work, acting, indicator_id, organization_id)
    require_student_group(work, acting, student_group, organization_id, indicator)
    if baseline_on > acting.today:
        raise InvalidTarget(f"{baseline_on} is still to come; a baseline is of a day past.", field=("baselineOn",))
    _within(indicator, baseline, "baseline")
    _within(indicator, aim, "aim")
    if practice is not None and practice not in {held.key for held in standard_framework().practices()}:
        raise NotFound("practice", practice, field=("practice",))
    goal = Goal(
        GoalId(new_id()),
        organization.id,
        indicator.id,
        title,
        direction,
        Target(baseline, baseline_on, aim, due),
        student_group,
        term,
        definition_of_success,
        practice,
        accountable,
    )
    work.goals.add(goal)
    note(work, acting, "set", goal, title=title, aim=aim, due=due.isoformat())
    return goal


def revise_target(
    work: UnitOfWork, acting: Acting, *, goal_id: GoalId, aim: float, due: date, expected_version: int | None = None
) -> Goal:
    """Move a goal's aim and day; its baseline stays as it was measured."""
    goal = _editable(work, acting, goal_id)
    require_version("goal", goal.version, expected_version)
    _within(work.indicators.get(goal.indicator_id), aim, "aim")
    before = goal.target
    goal.revise_target(aim, due)
    note(
        work,
        acting,
        "revise target",
        goal,
        aim=[before.aim, aim],
        due=[before.due.isoformat(), due.isoformat()],
    )
    return goal


def add_milestone(
    work: UnitOfWork,
    acting: Acting,
    *,
    goal_id: GoalId,
    kind: MilestoneKind,
    title: str,
    due: date,
    threshold: float | None = None,
    required_stage: ImplementationStage | None = None,
    required_fidelity: float | None = None,
    expected_version: int | None = None,
) -> Goal:
    """Put a milestone on the way to a goal."""
    goal = _editable(work, acting, goal_id)
    require_version("goal", goal.version, expected_version)
    if threshold is not None:
        _within(work.indicators.get(goal.indicator_id), threshold, "threshold")
    milestone = Milestone(
        MilestoneId(new_id()), goal.id, kind, title, due, threshold, required_stage, required_fidelity
    )
    goal.add_milestone(milestone)
    note(work, acting, "add milestone", goal, title=title, due=due.isoformat())
    return goal


def attain_milestone(
    work: UnitOfWork,
    acting: Acting,
    *,
    milestone_id: MilestoneId,
    attained_on: date,
    evidence: str,
    expected_version: int | None = None,
) -> Goal:
    """Put on the record that a milestone was attained, with what shows it.

    Raises ``InvalidMilestone`` for an assessment, which is judged by readings alone; for a milestone attained before,
    because what was said of it stands; without evidence; or for a day still to come or not after the goal's baseline.
    A day after the milestone was due is put on the record, but does not undo that it was missed.
    """
    goal = _editable(work, acting, work.goals.of_milestone(milestone_id).id)
    require_version("goal", goal.version, expected_version)
    milestone = next(held for held in goal.milestones if held.id == milestone_id)
    if attained_on > acting.today:
        raise InvalidMilestone(f"{attained_on} is still to come.", field=("attainedOn",))
    if attained_on <= goal.target.baseline_on:
        raise InvalidMilestone(
            f"{attained_on} is not after the goal's baseline date {goal.target.baseline_on}; what was so by then is "
            "where the goal starts from.",
            field=("attainedOn",),
        )
    milestone.attain(attained_on, evidence)
    note(work, acting, "attain milestone", goal, milestone=milestone.title, on=attained_on.isoformat())
    return goal


def _editable(work: UnitOfWork, acting: Acting, goal_id: GoalId) -> Goal:
    goal = work.goals.get(goal_id)
    try:
        authorized(work, acting, Right.EDIT_PLAN, goal.organization_id)
    except NotFound:
        raise NotFound("goal", goal_id) from None
    return goal


def _indicator_for(
    work: UnitOfWork, acting: Acting, indicator_id: IndicatorId, organization_id: OrganizationId
) -> Indicator:
    indicator = work.indicators.get(indicator_id)
    if indicator.owner_id not in work.organizations.lineage(organization_id, acting.today):
        raise NotFound("indicator", indicator_id, field=("indicatorId",))
    return indicator


def _within(indicator: Indicator, value: float, field: str) -> None:
    if not indicator.lowest <= value <= indicator.highest:
        raise InvalidTarget(
            f"{indicator.name} lies between {in_words(indicator.lowest)} and {in_words(indicator.highest)} "
            f"{indicator.unit}; {in_words(value)} does not.",
            field=(field,),
        )
