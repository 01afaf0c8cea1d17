"""The database judges every milestone just as the domain does, so that statuses can be counted where they lie."""

import random
from collections import Counter
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select, text

from domain.goals import (
    DatedValue,
    Direction,
    Goal,
    ImplementationStage,
    Milestone,
    MilestoneKind,
    MilestoneStatus,
    Target,
    milestone_status,
)
from domain.identity import GoalId, MilestoneId, ObservationId, new_id
from domain.indicators import Observation, Occasion, Reading, ReadingState
from storage import tables
from storage.database import Database
from storage.unit_of_work import SqlUnitOfWork
from tests.storage.plan import Plan, goal, indicator, milestone, small_plan

GOALS = 150
FIRST = date(2025, 1, 1)


def _random_goal(draw: random.Random, plan: Plan) -> Goal:
    direction = draw.choice(list(Direction))
    baseline = draw.choice([40.0, draw.uniform(0, 100)])
    step = draw.uniform(0.5, 40.0)
    aim = baseline + step if direction in (Direction.RAISE, Direction.STAY_BELOW) else baseline - step
    baseline_on = FIRST + timedelta(days=draw.randrange(40))
    target = Target(baseline, baseline_on, aim, baseline_on + timedelta(days=draw.randrange(40, 400)))
    school = draw.choice([plan.east, plan.west, plan.lake])
    made = Goal(GoalId(new_id()), school.id, plan.reading.id, "A goal", direction, target, draw.choice(["ALL", "EL"]))
    for _ in range(draw.randrange(4)):
        # Also such as a goal would refuse: the two agree on whatever lies in the tables.
        made.milestones.append(_random_milestone(draw, made))
    return made


def _random_milestone(draw: random.Random, of: Goal) -> Milestone:
    kind = draw.choice(list(MilestoneKind))
    days = (of.target.due - of.target.baseline_on).days
    due = of.target.baseline_on + timedelta(days=draw.randrange(1, days + 1))
    attained = None if draw.random() < 0.8 else due + timedelta(days=draw.randrange(-40, 40))
    threshold = draw.choice([of.target.aim, of.target.expected_on(due), draw.uniform(0, 100), 45.0])
    return Milestone(
        MilestoneId(new_id()),
        of.id,
        kind,
        "A milestone",
        due,
        threshold=threshold if kind.assessed else None,
        required_stage=ImplementationStage.FULL if kind is MilestoneKind.IMPLEMENTATION else None,
        required_fidelity=0.8 if kind is MilestoneKind.PROFESSIONAL_PRACTICE else None,
        attained_on=attained,
    )


def _random_readings(draw: random.Random, plan: Plan) -> list[Observation]:
    made = []
    for school in (plan.east, plan.west, plan.lake):
        for group in ("ALL", "EL"):
            for occasion in Occasion:
                for day in draw.sample(range(-20, 450), 12):
                    state = draw.choices(list(ReadingState), [6, 1, 1, 1])[0]
                    error = draw.choice([None, 0.0, draw.uniform(0, 8)])
                    value = draw.choice([45.0, round(draw.uniform(20, 70), draw.randrange(3))])
                    observed = state is ReadingState.OBSERVED
                    reading = Reading.observed(value, 30, error) if observed else Reading(state)
                    on = FIRST + timedelta(days=day)
                    made.append(
                        Observation(
                            ObservationId(new_id()), school.id, plan.reading.id, group, occasion, on, reading, "drawn"
                        )
                    )
    return made


@pytest.mark.parametrize("seed", range(4))
def test_the_database_and_the_domain_agree_on_every_milestone(database: Database, seed: int) -> None:
    draw = random.Random(seed)
    work = SqlUnitOfWork(database.sessions())
    plan = small_plan(work)
    goals = [_random_goal(draw, plan) for _ in range(GOALS)]
    readings = _random_readings(draw, plan)
    with work:
        for held in goals:
            work.goals.add(held)
        for reading in readings:
            work.observations.add(reading)
        work.commit()
    seen: Counter[str] = Counter()
    for _ in range(25):
        today = FIRST + timedelta(days=draw.randrange(-10, 480))
        with database.engine.connect() as connection:
            standing = tables.milestone_standing(today)
            rows = {row.milestone_id: row for row in connection.execute(select(standing))}
        for held in goals:
            observed = [
                dated
                for reading in readings
                if reading.organization_id == held.organization_id
                and reading.student_group == held.student_group
                and (dated := DatedValue.of(reading)) is not None
            ]
            draw.shuffle(observed)
            for point in held.milestones:
                expected = milestone_status(point, held, observed, today)
                assert rows[point.id].status == expected, (point, held, today, rows[point.id])
                seen[expected] += 1
        assert len(rows) == sum(len(held.milestones) for held in goals) + 1
    assert set(seen) == set(MilestoneStatus)


def test_a_row_tells_the_latest_reading_behind_the_status(database: Database) -> None:
    work = SqlUnitOfWork(database.sessions())
    plan = small_plan(work)
    with work:
        for day, value, error in ((date(2026, 1, 15), 44.0, 2.0), (date(2026, 5, 15), 45.5, None)):
            work.observations.add(
                Observation(
                    ObservationId(new_id()),
                    plan.east.id,
                    plan.reading.id,
                    "ALL",
                    Occasion.INTERIM,
                    day,
                    Reading.observed(value, 30, error),
                    "test",
                )
            )
        work.commit()
    with database.engine.connect() as connection:
        standing = tables.milestone_standing(date(2026, 9, 1))
        row = connection.execute(select(standing)).one()
    assert (row.goal_id, row.organization_id, row.indicator_id) == (plan.goal.id, plan.east.id, plan.reading.id)
    assert (row.kind, row.due, row.status) == ("ANNUAL_ASSESSMENT", date(2027, 5, 15), "ON_TRACK")
    assert (row.latest_on, row.latest_value, row.latest_standard_error) == (date(2026, 5, 15), 45.5, 0.0)


def test_statuses_are_counted_in_one_statement(database: Database) -> None:
    work = SqlUnitOfWork(database.sessions())
    plan = small_plan(work)
    with database.engine.connect() as connection:
        standing = tables.milestone_standing()
        counts = connection.execute(select(standing.c.status, func.count()).group_by(standing.c.status)).all()
        assert [tuple(row) for row in counts] == [
            (milestone_status(plan.goal.milestones[0], plan.goal, [], date.today()), 1)
        ]


def test_asking_for_one_school_does_not_judge_the_others(database: Database) -> None:
    """The function is inlined, so that a condition on it reaches the indexes."""
    work = SqlUnitOfWork(database.sessions())
    plan = small_plan(work)
    attendance = indicator(plan.state, "attendance")
    with work:
        work.indicators.add(attendance)
        for _ in range(30):
            more = goal(plan.west, attendance)
            more.add_milestone(milestone(more))
            work.goals.add(more)
        work.commit()
    with database.engine.connect() as connection:
        connection.execute(text("SET LOCAL enable_seqscan = off"))
        plan_of_query = "\n".join(
            connection.scalars(
                text("EXPLAIN SELECT * FROM milestone_standing('2026-10-01') WHERE organization_id = :school"),
                {"school": plan.east.id},
            )
        )
    assert "Function Scan" not in plan_of_query
    assert "ix_goals_organization_id_id" in plan_of_query
    assert "uq_observations_key" in plan_of_query
