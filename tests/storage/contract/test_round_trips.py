"""What is stored comes back as it was, whatever stores it."""

import json
from dataclasses import fields
from datetime import UTC, date, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from domain.calendar import Validity
from domain.forecasts import Forecast
from domain.goals import (
    Direction,
    Goal,
    GoalTerm,
    ImplementationStage,
    Milestone,
    MilestoneKind,
    Target,
)
from domain.identity import ForecastId, GoalId, MilestoneId, ObservationId, OrganizationId, PoolId, ScenarioId, new_id
from domain.indicators import Observation, Occasion, Reading, ReadingState
from domain.organizations import Designation, DesignationKind, Organization, OrganizationKind, Profile, SchoolLevel
from domain.people import Role, RoleGrant
from domain.scenarios import NeedTerm, Pin, Policy, PolicyKind, PoolAllocation, Scenario
from domain.supports import Delivery, EffectCard, FigureStatus
from storage.tables.scenarios import Allocations, ByFiscalYear, PolicyRule
from tests.storage.conftest import Works
from tests.storage.plan import EVER_SINCE, Plan, account, assignment, organization, support


def said(value: Any) -> Any:
    """Return what an entity says, whether its lists are plain ones or lie in a database."""
    if hasattr(value, "id"):
        return {field.name: said(getattr(value, field.name)) for field in fields(value)}
    if hasattr(value, "append"):
        return [said(part) for part in value]
    if hasattr(value, "setdefault"):
        return dict(value)
    return value


def test_an_organization_with_all_that_held_of_it(works: Works, plan: Plan) -> None:
    school = Organization(
        OrganizationId(new_id()),
        OrganizationKind.SCHOOL,
        "Harbor “View” Élémentaire",
        {"nces": "370000100001", "nc:agency": "100-304"},
        SchoolLevel.ELEMENTARY,
        "Newport",
        date(1998, 7, 1),
        date(2031, 7, 1),
        generated=True,
    )
    school.place_under(plan.north, Validity(date(1998, 7, 1), date(2020, 7, 1)))
    school.place_under(plan.south, Validity(date(2020, 7, 1)))
    school.profiles += [Profile(2025, 412, "KG", "05", 0.61), Profile(2026)]
    school.designate(Designation(DesignationKind.CSI, Validity(date(2023, 7, 1), date(2026, 7, 1)), "lowest 5 %"))
    school.designate(Designation(DesignationKind.TSI, Validity(date(2023, 7, 1)), ""))
    with works() as work:
        work.organizations.add(school)
        before = said(school)
        work.commit()
    with works() as work:
        assert said(work.organizations.get(school.id)) == before


def test_readings_in_their_four_states(works: Works, plan: Plan) -> None:
    readings = [
        Reading.observed(0.1 + 0.2, 57, 1 / 3),
        Reading.observed(0.0),
        Reading.suppressed(),
        Reading.missing(),
        Reading.not_applicable(),
    ]
    observations = [
        Observation(
            ObservationId(new_id()),
            plan.east.id,
            plan.reading.id,
            "EL",
            Occasion.INTERIM,
            date(2026, 1, 1 + day),
            reading,
            "state file of 2026",
            2,
            datetime(2026, 9, 1, 8, 30, 1, 5, tzinfo=UTC),
        )
        for day, reading in enumerate(readings)
    ]
    with works() as work:
        for observation in observations:
            work.observations.add(observation)
        work.commit()
    with works() as work:
        held = work.observations.of_organizations([plan.east.id])
        assert [said(observation) for observation in held] == [said(observation) for observation in observations]
        assert [observation.reading.state for observation in held] == [
            ReadingState.OBSERVED,
            ReadingState.OBSERVED,
            ReadingState.SUPPRESSED,
            ReadingState.MISSING,
            ReadingState.NOT_APPLICABLE,
        ]


def test_a_goal_with_every_kind_of_milestone(works: Works, plan: Plan) -> None:
    goal = Goal(
        GoalId(new_id()),
        plan.west.id,
        plan.reading.id,
        "Fewer absences",
        Direction.LOWER,
        Target(31.25, date(2025, 10, 1), 20.5, date(2029, 6, 1)),
        "ECON",
        GoalTerm.SHORT,
        "Every pupil is seen every day",
        "1B",
        "The principal",
    )
    goal.add_milestone(
        Milestone(
            MilestoneId(new_id()),
            goal.id,
            MilestoneKind.IMPLEMENTATION,
            "Teams meet",
            date(2026, 3, 1),
            required_stage=ImplementationStage.INITIAL,
            attained_on=date(2026, 2, 1),
            evidence="minutes",
        )
    )
    goal.add_milestone(
        Milestone(
            MilestoneId(new_id()),
            goal.id,
            MilestoneKind.PROFESSIONAL_PRACTICE,
            "As meant",
            date(2027, 3, 1),
            required_fidelity=0.8,
        )
    )
    for kind in (MilestoneKind.INTERIM_ASSESSMENT, MilestoneKind.ANNUAL_ASSESSMENT):
        goal.add_milestone(Milestone(MilestoneId(new_id()), goal.id, kind, kind, date(2028, 3, 1), threshold=25.0))
    goal.add_milestone(
        Milestone(MilestoneId(new_id()), goal.id, MilestoneKind.EVALUATION, "Looked at", date(2029, 6, 1))
    )
    before = said(goal)
    with works() as work:
        work.goals.add(goal)
        work.commit()
    with works() as work:
        assert said(work.goals.get(goal.id)) == before
        assert work.goals.of_milestone(goal.milestones[3].id).id == goal.id


def test_supports_pools_and_what_was_delivered(works: Works, plan: Plan) -> None:
    local = support(plan.state, "tutoring")
    local.effect = EffectCard(0.3, 0.1, "Nickow et al. 2020", FigureStatus.SECONDARY, 0.37, 0.12, "our own evaluation")
    promised = assignment(local, plan.coaches, plan.east, slots=0.5)
    promised.goal_id = plan.goal.id
    for delivery in (Delivery(date(2026, 10, 2), 1.5, "first visit"), Delivery(date(2026, 9, 30), 2.0)):
        promised.deliver(delivery)
    before = said(promised)
    with works() as work:
        work.supports.add(local)
        work.assignments.add(promised)
        work.commit()
    with works() as work:
        assert said(work.supports.get(local.id)) == said(local)
        assert said(work.assignments.get(promised.id)) == before
        assert work.assignments.get(promised.id).dose_share == 3.5 / 36
        pool = work.pools.get(plan.coaches.id)
        assert dict(pool.capacity) == {2026: 2.0, 2027: 2.0, 2028: 2.0}
        pool.capacity[2029] = 3.0
        del pool.capacity[2026]
        work.commit()
    with works() as work:
        assert dict(work.pools.get(plan.coaches.id).capacity) == {2027: 2.0, 2028: 2.0, 2029: 3.0}


def test_a_scenario_with_a_policy_of_its_own(works: Works, plan: Plan) -> None:
    scenario = Scenario(
        ScenarioId(new_id()),
        plan.state.id,
        "By need",
        date(2026, 7, 1),
        24,
        (PoolAllocation(plan.coaches.id, {2027: 3.5, 2028: 0.0}),),
        Policy(
            PolicyKind.NEED_INDEX,
            {NeedTerm.GAP_TO_PATH: 0.75, NeedTerm.WAITING: 0.25},
            (Pin(plan.coaches.id, plan.lake.id),),
        ),
        {2027: 400_000.0},
        copied_from=plan.baseline.id,
    )
    with works() as work:
        work.scenarios.add(scenario)
        work.commit()
    with works() as work:
        assert said(work.scenarios.get(scenario.id)) == said(scenario)


def test_a_forecast_and_its_fate(works: Works, plan: Plan) -> None:
    asked = datetime(2026, 10, 1, 12, tzinfo=UTC)
    forecast = Forecast(
        ForecastId(new_id()), plan.state.id, (plan.baseline.id,), 2**53 - 1, 200, "1", "abc", asked, plan.planner.id
    )
    with works() as work:
        work.forecasts.add(forecast)
        work.commit()
    with works() as work:
        held = work.forecasts.get(forecast.id)
        assert said(held) == said(forecast)
        held.begin(asked)
        held.advance(40)
        held.fail(asked, "The worker ran out of memory.")
        work.commit()
    with works() as work:
        assert said(work.forecasts.get(forecast.id)) == said(held)


def test_an_account_with_its_grants(works: Works, plan: Plan) -> None:
    lead = account(
        "Lead@North.example",
        RoleGrant(Role.DISTRICT_LEAD, plan.north.id, Validity(date(2020, 7, 1), date(2030, 7, 1))),
        RoleGrant(Role.RESEARCHER, None, EVER_SINCE),
    )
    lead.disabled = True
    with works() as work:
        work.accounts.add(lead)
        work.commit()
    with works() as work:
        held = work.accounts.by_email("lead@north.EXAMPLE")
        assert held is not None
        assert said(held) == said(lead)
        assert work.accounts.by_email("nobody@north.example") is None


years = st.dictionaries(st.integers(1990, 2100), st.floats(0, 1e12), max_size=6)
shares = st.dictionaries(st.sampled_from(NeedTerm), st.floats(0.001, 1.0), max_size=5)


@given(years, st.lists(st.tuples(st.uuids(), years), max_size=4), st.sampled_from(PolicyKind), shares)
def test_what_is_kept_as_json_loses_nothing(
    budget: dict[int, float], held: list[tuple[Any, dict[int, float]]], kind: PolicyKind, weights: dict[NeedTerm, float]
) -> None:
    dialect: Any = None
    allocation = tuple(PoolAllocation(PoolId(pool), capacity) for pool, capacity in held)
    policy = Policy(kind, weights, (Pin(PoolId(new_id()), OrganizationId(new_id())),))
    kept: list[tuple[Any, object]] = [(ByFiscalYear(), budget), (Allocations(), allocation), (PolicyRule(), policy)]
    for column, value in kept:
        written = json.loads(json.dumps(column.process_bind_param(value, dialect)))
        assert column.process_result_value(written, dialect) == value


def test_what_comes_first_in_the_tree_may_be_added_last(works: Works) -> None:
    """Children may be added before their parents: the unit of work knows which has to be there first."""
    state = organization(OrganizationKind.STATE, "Late")
    district = organization(OrganizationKind.DISTRICT, "Early", state)
    with works() as work:
        work.organizations.add(district)
        work.organizations.add(state)
        work.commit()
    with works() as work:
        assert work.organizations.get(district.id).parent_on(date(2026, 1, 1)) == state.id
