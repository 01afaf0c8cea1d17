"""The read port: PostgreSQL and memory give one answer to every question, page by page."""

import asyncio
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.calendar import Validity
from domain.forecasts import Forecast
from domain.identity import OrganizationId
from domain.indicators import Occasion
from domain.organizations import Designation, DesignationKind, OrganizationKind, Profile, SchoolLevel
from domain.ports import UnitOfWork
from domain.reading import (
    OrganizationOrder,
    OrganizationsWanted,
    Page,
    Reader,
    SeriesKey,
    Sight,
    Window,
    place_of_forecast,
    place_of_goal,
    place_of_organization,
    place_of_scenario,
)
from domain.supports import Delivery
from storage.database import Database
from storage.in_memory import InMemoryUnitOfWork, Memory
from storage.reading import SqlReader
from storage.reading.in_memory import InMemoryReader
from storage.unit_of_work import SqlUnitOfWork
from tests.storage import plan as plans
from tests.storage.plan import NOW, TODAY, Plan

EVERYWHERE = Sight(None, NOW)


class Kept:
    """One plan kept twice, and a reader of each."""

    def __init__(self, database: Database) -> None:
        memory, sessions = Memory(), database.sessions()
        self.works: list[Callable[[], UnitOfWork]] = [
            lambda: InMemoryUnitOfWork(memory),
            lambda: SqlUnitOfWork(sessions),
        ]
        self.sql = SqlReader(database.engine)
        self.readers: list[Reader] = [InMemoryReader(memory), self.sql]
        self.plan = self._fill()

    def _fill(self) -> Plan:
        memory_work, sql_work = self.works[0](), self.works[1]()
        plan = plans.small_plan(memory_work)
        more = _more(plan)
        for number, work in enumerate((memory_work, sql_work)):
            with work:
                if number == 1:
                    for held in (plan.lake, plan.west, plan.east, plan.south, plan.north, plan.state):
                        work.organizations.add(held)
                    work.goals.add(plan.goal)
                    work.indicators.add(plan.reading)
                    work.supports.add(plan.coaching)
                    work.pools.add(plan.coaches)
                    work.scenarios.add(plan.baseline)
                    work.accounts.add(plan.planner)
                for collection, entities in more.items():
                    for entity in entities:
                        getattr(work, collection).add(entity)
                work.commit()
        return plan


def _more(plan: Plan) -> dict[str, list[Any]]:
    """Return more of everything: profiles, designations, moves, twins of names, readings of both kinds."""
    schools, goals, observations, assignments, scenarios, forecasts = [], [], [], [], [], []
    math = plans.indicator(plan.state, "math")
    for number in range(8):
        school = plans.organization(OrganizationKind.SCHOOL, f"School {number // 2}")
        school.place_under(plan.north, Validity(date(2000, 7, 1), date(2026, 1, 1)))
        if number != 7:
            school.place_under(plan.south if number % 3 else plan.north, Validity(date(2026, 1, 1)))
        school.level = list(SchoolLevel)[number % 4]
        school.identifiers = {"nces": str(number), "state": f"0{number}"}
        school.profiles = [Profile(year, 100 * number, "3", "8", 0.5) for year in range(2024, 2024 + number % 3)]
        if number % 2:
            school.designate(Designation(DesignationKind.TSI, Validity(date(2025, 7, 1)), "gap"))
        if number % 4 == 1:
            school.designate(Designation(DesignationKind.CSI, Validity(date(2025, 7, 1), TODAY + timedelta(1)), ""))
        schools.append(school)
        for place in range(number % 4):
            goal = plans.goal(school, (plan.reading, math)[place % 2], f"Goal {place}")
            goal.add_milestone(plans.milestone(goal, due=date(2027, 5, 15) if place else date(2026, 5, 15)))
            goals.append(goal)
        for year in range(2022, 2022 + number % 5):
            observations.append(plans.observation(school, plan.reading, date(year, 5, 15), 40.0 + year - 2022))
            observations.append(plans.observation(school, math, date(year, 5, 14), 50.0))
            interim = plans.observation(school, math, date(year, 10, 15))
            interim.occasion = Occasion.INTERIM
            observations.append(interim)
        assignment = plans.assignment(plan.coaching, plan.coaches, school, slots=0.1)
        assignment.deliver(Delivery(date(2026, 9, 3 + number), 2.0, "visit"))
        assignments.append(assignment)
        scenario = plans.scenario(plan.state, plan.coaches, f"Idea {number}")
        scenarios.append(scenario)
        forecasts.append(plans.forecast(scenario, requested_at=NOW - timedelta(hours=number // 3)))
    return {
        "organizations": schools,
        "indicators": [math],
        "goals": goals,
        "observations": observations,
        "assignments": assignments,
        "scenarios": scenarios,
        "forecasts": forecasts,
    }


@pytest.fixture(scope="module")
def kept(module_database: Database) -> Iterator[Kept]:
    held = Kept(module_database)
    yield held
    held.sql.close()


def said(answer: Any) -> Any:
    """Return an answer in parts that compare by what they say."""
    if isinstance(answer, Page):
        return [said(item) for item in answer.items], answer.more_before, answer.more_after
    if isinstance(answer, dict) or hasattr(answer, "items"):
        return {key: said(value) for key, value in answer.items()}
    if isinstance(answer, list | tuple):
        return [said(part) for part in answer]
    if hasattr(answer, "__dataclass_fields__"):
        return type(answer).__name__, {name: said(getattr(answer, name)) for name in answer.__dataclass_fields__}
    return answer


async def same(kept: Kept, question: str, *asked: Any) -> Any:
    """Ask both readers; return the answer they agree on."""
    answers = [said(await getattr(reader, question)(*asked)) for reader in kept.readers]
    assert answers[0] == answers[1]
    return answers[1]


def sights(plan: Plan) -> list[Sight]:
    reaches = [None, frozenset[OrganizationId](), frozenset((plan.state.id,)), frozenset((plan.north.id,))]
    return [Sight(reach, NOW) for reach in [*reaches, frozenset((plan.east.id, plan.south.id))]]


def everything(kept: Kept, kind: str) -> list[Any]:
    entities = kept.readers[0]._memory.entities  # type: ignore[attr-defined]
    return [identity for held, rows in entities.items() if held.__name__ == kind for identity in rows]


@pytest.mark.parametrize("number", range(5))
async def test_the_readers_agree_on_single_objects_and_short_lists(kept: Kept, number: int) -> None:
    sight = sights(kept.plan)[number]
    organizations = everything(kept, "Organization")
    await same(kept, "states", sight)
    for question, kind in (
        ("organizations", "Organization"),
        ("indicators", "Indicator"),
        ("observations", "Observation"),
        ("goals", "Goal"),
        ("supports", "Support"),
        ("pools", "Pool"),
        ("assignments", "Assignment"),
        ("scenarios", "Scenario"),
        ("forecasts", "Forecast"),
    ):
        found = await same(kept, question, sight, everything(kept, kind))
        assert sight.reach is not None or len(found) == len(everything(kept, kind))
        assert sight.reach != frozenset() or not found
    milestones = [
        milestone.id
        for goal in (await kept.readers[0].goals(EVERYWHERE, everything(kept, "Goal"))).values()
        for milestone in goal.milestones
    ]
    await same(kept, "goals_of_milestones", sight, milestones)
    await same(kept, "milestone_statuses", sight, milestones)
    for question in (
        "designations",
        "milestone_tallies",
        "indicators_of",
        "latest_readings",
        "number_of_goals",
        "supports_of",
        "pools_of",
        "assignments_of",
        "baselines",
        "number_of_scenarios",
        "number_of_forecasts",
    ):
        await same(kept, question, sight, organizations)
    for year in (None, 2024, 2025, 1999):
        await same(kept, "profiles", sight, organizations, year)


@pytest.mark.parametrize("occasion", [None, *Occasion])
async def test_the_readers_agree_on_series(kept: Kept, occasion: Occasion | None) -> None:
    keys = [
        SeriesKey(organization, indicator, group)
        for organization in everything(kept, "Organization")
        for indicator in everything(kept, "Indicator")
        for group in ("ALL", "EL")
    ]
    for sight in sights(kept.plan):
        for since in (date(1900, 1, 1), date(2024, 5, 14), date(2024, 5, 16)):
            await same(kept, "series", sight, keys, occasion, since)


wanteds = st.builds(
    OrganizationsWanted,
    kinds=st.none() | st.frozensets(st.sampled_from(OrganizationKind)),
    name=st.none() | st.sampled_from(["School 1", "East", "nothing"]),
    contains=st.none() | st.sampled_from(["s", "O", "School 2", "%", ""]),
    identified=st.none() | st.booleans(),
    designations=st.none() | st.frozensets(st.sampled_from(DesignationKind)),
    levels=st.none() | st.frozensets(st.sampled_from(SchoolLevel)),
)
sizes = st.integers(0, 6)


@given(st.data())
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_readers_agree_on_every_page_of_organizations(kept: Kept, data: st.DataObject) -> None:
    organizations = everything(kept, "Organization")
    roots = data.draw(st.lists(st.none() | st.sampled_from(organizations), min_size=1, max_size=3, unique=True))
    wanted = data.draw(wanteds)
    if data.draw(st.booleans()):
        wanted = OrganizationsWanted(kinds=wanted.kinds, under=data.draw(st.sampled_from(organizations)))
    order = data.draw(st.sampled_from(OrganizationOrder))
    sight = data.draw(st.sampled_from(sights(kept.plan)))
    records = asyncio.run(_all_records(kept))
    place = st.none() | st.sampled_from([place_of_organization(record) for record in records])
    window = Window(data.draw(sizes), data.draw(st.booleans()), data.draw(place), data.draw(place))

    async def ask() -> None:
        await same(kept, "organizations_below", sight, roots, wanted, order, window)
        await same(kept, "number_below", sight, roots, wanted)

    asyncio.run(ask())


async def _all_records(kept: Kept) -> list[Any]:
    return list((await kept.readers[0].organizations(EVERYWHERE, everything(kept, "Organization"))).values())


@given(st.data())
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_readers_agree_on_every_page_of_goals_scenarios_and_forecasts(kept: Kept, data: st.DataObject) -> None:
    sight = data.draw(st.sampled_from(sights(kept.plan)))
    lists: list[tuple[str, str, Any]] = [
        ("goals_of", "Goal", place_of_goal),
        ("scenarios_of", "Scenario", place_of_scenario),
        ("forecasts_of", "Forecast", place_of_forecast),
    ]
    question, kind, placed = data.draw(st.sampled_from(lists))
    entities = kept.readers[0]._memory.entities  # type: ignore[attr-defined]
    held = [entity for owner, rows in entities.items() if owner.__name__ == kind for entity in rows.values()]
    place = st.none() | st.sampled_from([placed(entity) for entity in held])
    window = Window(data.draw(sizes), data.draw(st.booleans()), data.draw(place), data.draw(place))
    asyncio.run(same(kept, question, sight, everything(kept, "Organization"), window))


async def test_an_account_is_read_with_its_grants(kept: Kept) -> None:
    found = await same(kept, "account", kept.plan.planner.id)
    assert found[1]["email"] == "planner@cascadia.example"


async def test_a_forecast_that_nobody_computed_says_nothing(kept: Kept) -> None:
    forecasts = everything(kept, Forecast.__name__)
    for question in ("frames", "replications_told", "outcomes"):
        assert await same(kept, question, EVERYWHERE, forecasts) == {}


async def test_many_questions_at_once_wait_their_turn(kept: Kept) -> None:
    answers = await asyncio.gather(*(kept.sql.states(EVERYWHERE) for _ in range(60)))
    assert all([held.name for held in answer] == ["Cascadia"] for answer in answers)
