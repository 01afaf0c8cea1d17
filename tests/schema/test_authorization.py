"""Nobody sees what lies outside their part of the tree: not by id, not in a list, not in a count, not in passing.

Random trees and grants are asked about through every adapter and compared with what a few lines of set arithmetic say.
"""

import asyncio
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.calendar import Validity
from domain.goals import Goal
from domain.indicators import Indicator, Observation
from domain.organizations import Organization, OrganizationKind
from domain.people import NOBODY, Role, RoleGrant, Viewer
from domain.scenarios import Scenario
from domain.supports import Assignment, Pool, Support
from schema.relay import Kind, global_id
from storage.database import Database
from storage.in_memory import InMemoryUnitOfWork, Memory
from storage.reading import SqlReader
from storage.reading.in_memory import InMemoryReader
from storage.unit_of_work import SqlUnitOfWork
from tests.schema.asking import Asker
from tests.schema.conftest import Store
from tests.storage import plan as plans
from tests.storage.plan import NOW, TODAY

MOVED_ON = date(2026, 1, 1)


@dataclass
class World:
    """A random tree and all that hangs on it."""

    organizations: list[Organization]
    indicators: list[Indicator]
    goals: list[Goal]
    observations: list[Observation]
    supports: list[Support]
    pools: list[Pool]
    assignments: list[Assignment]
    scenarios: list[Scenario]

    def lineage(self, identity: UUID) -> set[UUID]:
        by_id = {held.id: held for held in self.organizations}
        above: set[UUID] = set()
        held: UUID | None = identity
        while held is not None:
            above.add(held)
            held = by_id[held].parent_on(TODAY)  # type: ignore[index]
        return above

    def ever_above(self, identity: UUID) -> set[UUID]:
        (held,) = (one for one in self.organizations if one.id == identity)
        return {identity}.union(*(self.ever_above(link.parent_id) for link in held.parents))

    def store(self, open_work: Any) -> None:
        with open_work() as work:
            for held in self.organizations:
                work.organizations.add(held)
            for name in ("indicators", "goals", "observations", "supports", "pools", "assignments", "scenarios"):
                for held in getattr(self, name):
                    getattr(work, name).add(held)
            work.commit()


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Draw one or two states with districts and schools, some moved or orphaned, and something of each kind on them."""
    world = World([], [], [], [], [], [], [], [])
    for state_number in range(draw(st.integers(1, 2))):
        state = plans.organization(OrganizationKind.STATE, f"State {state_number}")
        districts = [
            plans.organization(OrganizationKind.DISTRICT, f"District {state_number}.{number}", state)
            for number in range(draw(st.integers(0, 3)))
        ]
        indicator, support, pool = plans.indicator(state), plans.support(state), plans.pool(state, places=100)
        world.organizations += [state, *districts]
        world.indicators.append(indicator)
        world.supports.append(support)
        world.pools.append(pool)
        world.scenarios.append(plans.scenario(state, pool))
        for place in range(draw(st.integers(0, 4)) if districts else 0):
            school = plans.organization(OrganizationKind.SCHOOL, f"School {state_number}.{place}")
            first, second = draw(st.sampled_from(districts)), draw(st.sampled_from([*districts, None]))
            school.place_under(first, Validity(date(2000, 7, 1), MOVED_ON))
            if second is not None:
                school.place_under(second, Validity(MOVED_ON))
            goal = plans.goal(school, indicator)
            goal.add_milestone(plans.milestone(goal))
            world.organizations.append(school)
            world.goals.append(goal)
            world.observations.append(plans.observation(school, indicator, date(2026, 5, 15)))
            world.assignments.append(plans.assignment(support, pool, school))
    return world


@st.composite
def viewers(draw: st.DrawFn, world: World) -> Viewer:
    """Draw somebody with up to three grants within the world, or nobody."""
    held = draw(st.lists(st.sampled_from(world.organizations), max_size=3))
    grants = tuple(RoleGrant(draw(st.sampled_from(Role)), one.id, plans.EVER_SINCE) for one in held)
    return Viewer(plans.account("a@b").id, "somebody", grants) if grants else NOBODY


def expected(world: World, viewer: Viewer) -> dict[str, bool]:
    """Return, for every id there is, whether the viewer may see what it names."""
    reach = {grant.organization_id for grant in viewer.grants}
    below = {held.id for held in world.organizations if reach & world.lineage(held.id)}
    above = {identity for held in reach if held is not None for identity in world.ever_above(held)}
    seen: dict[str, bool] = {global_id(Kind.ORGANIZATION, held.id): held.id in below for held in world.organizations}
    for kind, owned in ((Kind.INDICATOR, world.indicators), (Kind.SUPPORT, world.supports), (Kind.POOL, world.pools)):
        seen |= {global_id(kind, held.id): held.owner_id in below | above for held in owned}
    seen |= {global_id(Kind.SCENARIO, held.id): held.state_id in below for held in world.scenarios}
    for goal in world.goals:
        seen[global_id(Kind.GOAL, goal.id)] = goal.organization_id in below
        seen |= {global_id(Kind.MILESTONE, held.id): goal.organization_id in below for held in goal.milestones}
    for kind, held in ((Kind.OBSERVATION, world.observations), (Kind.ASSIGNMENT, world.assignments)):
        seen |= {global_id(kind, one.id): one.organization_id in below for one in held}
    return seen


WALK = """
{
  organizations(first: 500) { totalCount nodes { id parent { id } goals { totalCount nodes { id milestones { id status }
      organization { id } indicator { id } observations { id } } } milestoneCounts { total }
    ... on State { districts { totalCount nodes { id } } schools { totalCount nodes { id } } indicators { id }
      supports { id } pools { id } scenarios { totalCount nodes { id } } baseline { id } }
    ... on District { schools { totalCount nodes { id } } }
    ... on School { district { id } latestReadings { id indicator { id } }
      assignments { id support { id } pool { id } organization { id } } } } }
  states { id }
  viewer { home { id } grants { organization { id } } }
}
"""


def ids_in(data: Any) -> set[str]:
    """Return every id that stands anywhere in an answer."""
    if isinstance(data, dict):
        own = {data["id"]} if "id" in data else set()
        return own.union(*map(ids_in, data.values()))
    if isinstance(data, list):
        return set().union(*map(ids_in, data))
    return set()


def counts_in(data: Any) -> list[tuple[int, int]]:
    """Return every ``totalCount`` of an answer beside how many items stand there."""
    if isinstance(data, dict):
        own = [(data["totalCount"], len(data["nodes"]))] if "totalCount" in data else []
        return own + [pair for value in data.values() for pair in counts_in(value)]
    if isinstance(data, list):
        return [pair for value in data for pair in counts_in(value)]
    return []


async def check(asker: Asker, world: World, viewer: Viewer) -> None:
    seen = expected(world, viewer)
    ids = list(seen)
    found: dict[str, bool] = {}
    for first in range(0, len(ids), 100):
        some = ids[first : first + 100]
        data = await asker.as_(viewer).ask("query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=some)
        found |= {asked: node is not None for asked, node in zip(some, data["nodes"], strict=True)}
    assert found == seen
    walked = await asker.as_(viewer).ask(WALK)
    assert ids_in(walked) <= {held for held, visible in seen.items() if visible}
    organizations = {global_id(Kind.ORGANIZATION, held.id) for held in world.organizations}
    listed = {node["id"] for node in walked["organizations"]["nodes"]}
    assert listed == {held for held in organizations if seen[held]}
    assert all(total == shown for total, shown in counts_in(walked))
    by_id = {global_id(Kind.ORGANIZATION, held.id): held.id for held in world.organizations}
    for node in walked["organizations"]["nodes"]:
        below = [goal for goal in world.goals if by_id[node["id"]] in world.lineage(goal.organization_id)]
        assert node["milestoneCounts"]["total"] == len(below)


@given(st.data())
@settings(max_examples=60)
def test_in_memory_nobody_sees_outside_their_part_of_the_tree(data: st.DataObject) -> None:
    world = data.draw(worlds())
    memory = Memory()
    world.store(lambda: InMemoryUnitOfWork(memory))
    asker = Asker(InMemoryReader(memory), lambda: InMemoryUnitOfWork(memory), NOBODY, NOW)
    asyncio.run(check(asker, world, data.draw(viewers(world))))


@given(st.data())
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_in_postgresql_nobody_sees_outside_their_part_of_the_tree(
    module_database: Database, data: st.DataObject
) -> None:
    # Worlds pile up in one database, so every one of them is asked about in the midst of strangers.
    world = data.draw(worlds())
    sessions, reader = module_database.sessions(), SqlReader(module_database.engine)
    world.store(lambda: SqlUnitOfWork(sessions))
    asker = Asker(reader, lambda: SqlUnitOfWork(sessions), NOBODY, NOW)
    try:
        asyncio.run(check(asker, world, data.draw(viewers(world))))
    finally:
        reader.close()


async def test_a_grant_everywhere_sees_everything_and_nobody_nothing(store: Store) -> None:
    open_work, reader = store
    plans.small_plan(open_work())
    asker = Asker(reader, open_work, NOBODY, NOW)
    nothing = await asker.ask(WALK)
    assert nothing["organizations"] == {"totalCount": 0, "nodes": []}
    assert (nothing["states"], nothing["viewer"]["home"]) == ([], None)
    everywhere = Viewer(plans.account("a@b").id, "a", (RoleGrant(Role.RESEARCHER, None, plans.EVER_SINCE),))
    everything = await asker.as_(everywhere).ask(WALK)
    assert everything["organizations"]["totalCount"] == 6
    assert everything["viewer"]["home"] == {"id": everything["states"][0]["id"]}


async def test_a_list_under_what_is_not_seen_is_empty(planner: Asker, plan: plans.Plan) -> None:
    lead = Viewer(plans.account("a@b").id, "a", (RoleGrant(Role.PRINCIPAL, plan.east.id, plans.EVER_SINCE),))
    under = "query ($id: ID!) { organizations(filter: {underId: $id}) { totalCount nodes { name } } }"
    north = global_id(Kind.ORGANIZATION, plan.north.id)
    assert (await planner.ask(under, id=north))["organizations"]["totalCount"] == 3
    hidden = (await planner.as_(lead).ask(under, id=north))["organizations"]
    assert hidden == {"totalCount": 0, "nodes": []}


@pytest.mark.parametrize("role", list(Role))
async def test_every_role_reads_its_own(planner: Asker, plan: plans.Plan, role: Role) -> None:
    viewer = Viewer(plans.account("a@b").id, "a", (RoleGrant(role, plan.north.id, plans.EVER_SINCE),))
    data = await planner.as_(viewer).ask(
        "{ viewer { mayPlanSupports home { name } } organizations { nodes { name parent { name } } } }"
    )
    assert data["viewer"]["home"] == {"name": "North"}
    assert data["viewer"]["mayPlanSupports"] is (role in (Role.STATE_ADMIN, Role.STATE_PLANNER))
    assert data["organizations"]["nodes"] == [
        {"name": "East", "parent": {"name": "North"}},
        {"name": "North", "parent": None},
        {"name": "West", "parent": {"name": "North"}},
    ]
