"""Goals with their milestones, and how the milestones stand."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, func, select

from domain.goals import Goal, Milestone, MilestoneStatus, Target
from domain.identity import GoalId, MilestoneId, OrganizationId
from domain.reading import Page, Sight, Window
from storage.reading.paging import Ordering, pages_by_owner
from storage.reading.scope import among, each_seen, sees
from storage.tables import goals, milestone_standing, milestones

BY_DUE_DATE = Ordering((goals.c.due, goals.c.id))


def _milestone(row: Row[Any]) -> Milestone:
    return Milestone(
        id=row.id,
        goal_id=row.goal_id,
        kind=row.kind,
        title=row.title,
        due=row.due,
        threshold=row.threshold,
        required_stage=row.required_stage,
        required_fidelity=row.required_fidelity,
        attained_on=row.attained_on,
        evidence=row.evidence,
    )


def _goal(row: Row[Any], of_goal: Mapping[UUID, list[Milestone]]) -> Goal:
    return Goal(
        id=row.id,
        organization_id=row.organization_id,
        indicator_id=row.indicator_id,
        title=row.title,
        direction=row.direction,
        target=Target(row.baseline, row.baseline_on, row.aim, row.due),
        student_group=row.student_group,
        term=row.term,
        definition_of_success=row.definition_of_success,
        practice=row.practice,
        accountable=row.accountable,
        milestones=of_goal.get(row.id, []),
        version=row.version,
    )


def _milestones(connection: Connection, goal_ids: Iterable[UUID]) -> dict[UUID, list[Milestone]]:
    asked = select(milestones).where(among(milestones.c.goal_id, goal_ids)).order_by(milestones.c.due, milestones.c.id)
    found: dict[UUID, list[Milestone]] = {}
    for row in connection.execute(asked):
        found.setdefault(row.goal_id, []).append(_milestone(row))
    return found


def read_goals(connection: Connection, sight: Sight, ids: Sequence[GoalId]) -> dict[GoalId, Goal]:
    """Return the goals with these identities."""
    asked = select(goals).where(among(goals.c.id, ids), sees(sight, goals.c.organization_id))
    rows = connection.execute(asked).all()
    of_goal = _milestones(connection, [row.id for row in rows]) if rows else {}
    return {row.id: _goal(row, of_goal) for row in rows}


def read_goals_of_milestones(
    connection: Connection, sight: Sight, ids: Sequence[MilestoneId]
) -> dict[MilestoneId, Goal]:
    """Return the goal that each of these milestones leads to."""
    asked = select(goals).where(
        goals.c.id.in_(select(milestones.c.goal_id).where(among(milestones.c.id, ids))),
        sees(sight, goals.c.organization_id),
    )
    rows = connection.execute(asked).all()
    of_goal = _milestones(connection, [row.id for row in rows]) if rows else {}
    wanted = set(ids)
    return {
        milestone.id: goal
        for goal in (_goal(row, of_goal) for row in rows)
        for milestone in goal.milestones
        if milestone.id in wanted
    }


def read_goals_of(
    connection: Connection, sight: Sight, owners: Sequence[OrganizationId], window: Window
) -> dict[OrganizationId, Page[Goal]]:
    """Return a page of each organization's own goals, by due date."""
    pages = pages_by_owner(
        connection, sight, owners, select(goals), goals.c.organization_id, BY_DUE_DATE, window, made=lambda row: row
    )
    shown = [row.id for page in pages.values() for row in page.items]
    of_goal = _milestones(connection, shown) if shown else {}
    return {
        OrganizationId(owner): Page([_goal(row, of_goal) for row in page.items], page.more_before, page.more_after)
        for owner, page in pages.items()
    }


def count_goals_of(connection: Connection, sight: Sight, owners: Sequence[OrganizationId]) -> dict[OrganizationId, int]:
    """Return how many goals each organization itself has."""
    seen = each_seen(owners, sight)
    counted = (
        select(goals.c.organization_id, func.count())
        .join(seen, seen.c.id == goals.c.organization_id)
        .group_by(goals.c.organization_id)
    )
    return dict.fromkeys(owners, 0) | {row[0]: row[1] for row in connection.execute(counted)}


def read_milestone_statuses(
    connection: Connection, sight: Sight, ids: Sequence[MilestoneId]
) -> dict[MilestoneId, MilestoneStatus]:
    """Return how each milestone stands on the day."""
    standing = milestone_standing(sight.on)
    asked = select(standing.c.milestone_id, standing.c.status).where(
        among(standing.c.milestone_id, ids), sees(sight, standing.c.organization_id)
    )
    return {milestone: MilestoneStatus(status) for milestone, status in connection.execute(asked)}
