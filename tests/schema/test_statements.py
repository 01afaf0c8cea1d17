"""The pages a planner opens most cost a fixed number of statements, whatever there is to show."""

from collections.abc import Iterator
from datetime import date

import pytest

from domain.people import Viewer
from storage.database import Database
from storage.reading import SqlReader
from storage.unit_of_work import SqlUnitOfWork
from tests.schema.asking import Asker, statements
from tests.storage import plan as plans
from tests.storage.plan import NOW, TODAY, Plan, small_plan

OVERVIEW = """
{ states { name milestoneCounts { total attained onTrack atRisk }
    schools(first: 50) { totalCount pageInfo { hasNextPage } nodes {
      name level district { name } designation { kind } profile { enrolment } milestoneCounts { total }
      latestReadings { reading { state value } indicator { name } } } } } }
"""
PLANS = """
{ states { schools(first: 50) { nodes { name
    goals(first: 10) { totalCount nodes { title organization { name } indicator { unit } observations { observedOn }
      milestones { title status goal { title } } } }
    assignments { support { name } pool { name capacity { year } } goal { title } deliveries { units } } } } } }
"""
WHAT_IF = """
{ states { pools { name capacity { year units } } supports { name } indicators { name }
    baseline { name cost { year dollars } }
    scenarios { totalCount nodes { name copiedFrom { name } allocation { pool { name } } cost { dollars budget }
      policy { kind pins { pool { name } organization { name } } } } }
    forecasts { nodes { state scenarios { name } outcome { replications } } } } }
"""
PARTS_ONLY = "{ states { schools { totalCount } } }"


@pytest.fixture
def plan(database: Database) -> Plan:
    return small_plan(SqlUnitOfWork(database.sessions()))


@pytest.fixture
def planner(database: Database, plan: Plan) -> Iterator[Asker]:
    reader = SqlReader(database.engine)
    sessions = database.sessions()
    yield Asker(reader, lambda: SqlUnitOfWork(sessions), Viewer.of(plan.planner, TODAY), NOW)
    reader.close()


def grow(database: Database, plan: Plan, *, schools: int) -> None:
    """Add schools, each with goals, milestones, readings and an assignment, and scenarios with forecasts."""
    with SqlUnitOfWork(database.sessions()) as work:
        for number in range(schools):
            school = plans.organization(plan.east.kind, f"School {number} of {schools}", plan.south)
            work.organizations.add(school)
            for title in ("Read", "Write"):
                goal = plans.goal(school, plan.reading, title)
                goal.add_milestone(plans.milestone(goal))
                goal.add_milestone(plans.milestone(goal, "All"))
                work.goals.add(goal)
            for year in (2024, 2025, 2026):
                work.observations.add(plans.observation(school, plan.reading, date(year, 5, 15)))
            work.assignments.add(plans.assignment(plan.coaching, plan.coaches, school, slots=0.01))
            scenario = plans.scenario(plan.state, plan.coaches, f"Plan {number} of {schools}")
            work.scenarios.add(scenario)
            work.forecasts.add(plans.forecast(scenario))
        work.commit()


@pytest.mark.parametrize(
    ("page", "most"), [(OVERVIEW, 10), (PLANS, 16), (WHAT_IF, 14)], ids=["overview", "plans", "what if"]
)
async def test_a_page_costs_as_many_statements_for_many_schools_as_for_few(
    database: Database, plan: Plan, planner: Asker, page: str, most: int
) -> None:
    grow(database, plan, schools=2)
    with statements(database) as few:
        await planner.ask(page)
    grow(database, plan, schools=20)
    with statements(database) as many:
        await planner.ask(page)
    assert len(many) == len(few) <= most, "\n\n".join(many)


async def test_nothing_is_counted_or_read_that_was_not_asked_for(database: Database, planner: Asker) -> None:
    with statements(database) as seen:
        await planner.ask("{ states { schools { nodes { name } } } }")
    assert len(seen) == 2
    assert not any("count(" in statement for statement in seen)
    with statements(database) as seen:
        await planner.ask(PARTS_ONLY)
    assert len(seen) == 2
    assert not any("LIMIT" in statement for statement in seen[1:])


async def test_no_statement_counts_its_way_to_a_page(database: Database, plan: Plan, planner: Asker) -> None:
    first = await planner.ask("{ organizations(first: 2) { pageInfo { endCursor } } }")
    with statements(database) as seen:
        await planner.ask(
            "query ($after: String!) { organizations(first: 2, after: $after) { nodes { name } } }",
            after=first["organizations"]["pageInfo"]["endCursor"],
        )
    assert len(seen) == 1
    assert "OFFSET" not in seen[0].upper()
