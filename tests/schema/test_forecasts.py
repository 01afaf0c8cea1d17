"""Forecasts: asked for, followed while they become more exact, and read."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from strawberry.types import ExecutionResult

from domain.calendar import Validity
from domain.forecasts import Forecast
from domain.identity import ForecastId
from domain.people import NOBODY, Role, RoleGrant, Viewer
from domain.reading import Sight
from schema.relay import Kind, global_id
from schema.root import schema
from simulation.outcome_codec import outcome_to_bytes
from simulation.outcomes import (
    BandPoint,
    Estimate,
    ForecastOutcome,
    GoalTrajectory,
    MilestoneChance,
    MonthOfPool,
    PairedDifference,
    PoolUse,
    ScenarioOutcome,
    Unforecastable,
    UnitOutcome,
)
from tests.schema.asking import Asker
from tests.schema.conftest import Store
from tests.storage import plan as plans
from tests.storage.plan import EVER_SINCE, NOW, TODAY, Plan

INPUTS = """{{"starts_on": "2026-11-01", "horizon_months": 36, "scenarios": [{{"id": "{0}", "name": "As it was"}}]}}"""

OUTCOME = """
query ($id: ID!, $goal: ID!, $school: ID!) { node(id: $id) { ... on Forecast {
  state progress seed startsOn horizonMonths scenarios { name }
  outcome { replications
    scenarios { scenarioName scenario { name } expectedAttained { value low high } milestones cost
      pools { pool { name } utilization { value } months { month inUse } }
      schools { school { name } expectedAttained { value } meanWaitMonths }
      all: chances { probability { value } typicalMonth milestone { title goal { organization { name } } } }
      here: chances(schoolId: $school, goalId: $goal) { milestone { title } }
      trajectory(goalId: $goal) { month p10 p50 p90 } }
    differences { scenarioName referenceName difference { value } probabilityBetter { value } identical }
    unforecastable { goal { title } reason message } } } } }
"""
PROGRESS = """
subscription ($id: ID!) { forecastProgress(id: $id) { state done progress outcome { replications } } }
"""


def outcome(plan: Plan, replications: int) -> ForecastOutcome:
    """Return an outcome of one scenario with one of everything."""
    some, scenario, goal = Estimate(0.6, 0.5, 0.7), str(plan.baseline.id), str(plan.goal.id)
    return ForecastOutcome(
        replications,
        (
            ScenarioOutcome(
                scenario,
                some,
                1,
                180_000.0,
                (MilestoneChance(str(plan.goal.milestones[0].id), some, 14.5),),
                (PoolUse(str(plan.coaches.id), some, some, 3.0, some, some, (MonthOfPool(0, 2.0, 1.5, 0.2),)),),
                (UnitOutcome(str(plan.east.id), some, 1, None),),
                (GoalTrajectory(goal, (BandPoint(0, 38, 39, 40, 41, 42),)),),
            ),
        ),
        (PairedDifference(scenario, scenario, Estimate(0, 0, 0), Estimate(0.5, 0.5, 0.5), True),),
        (Unforecastable(goal, "TOO_FEW_READINGS", "it has fewer than two readings."),),
    )


@pytest.fixture
def forecast(plan: Plan, store: Store) -> Forecast:
    """A forecast in the queue."""
    held = plans.forecast(plan.baseline)
    with store[0]() as work:
        work.forecasts.add(held)
        work.ledger.keep_inputs(held.id, INPUTS.format(plan.baseline.id).encode())
        work.commit()
    return held


def advance(store: Store, plan: Plan, forecast_id: ForecastId, done: int) -> None:
    """Do what a worker does when a batch is finished."""
    with store[0]() as work:
        held = work.forecasts.get(forecast_id)
        held.begin(NOW)
        held.advance(done)
        if done == held.replications:
            held.finish(NOW)
        work.ledger.keep_outcome(forecast_id, done, outcome_to_bytes(outcome(plan, done)))
        work.commit()


def asked(plan: Plan, forecast: Forecast) -> dict[str, str]:
    return {
        "id": global_id(Kind.FORECAST, forecast.id),
        "goal": global_id(Kind.GOAL, plan.goal.id),
        "school": global_id(Kind.ORGANIZATION, plan.east.id),
    }


async def test_a_forecast_has_no_outcome_before_the_first_estimate(
    planner: Asker, plan: Plan, forecast: Forecast
) -> None:
    held = (await planner.ask(OUTCOME, **asked(plan, forecast)))["node"]
    assert held | {"outcome": None} == {
        "state": "QUEUED",
        "progress": 0.0,
        "seed": 7.0,
        "startsOn": "2026-11-01",
        "horizonMonths": 36,
        "scenarios": [{"name": "As it is"}],
        "outcome": None,
    }


async def test_what_a_forecast_says_is_resolved_to_what_it_is_about(
    planner: Asker, plan: Plan, store: Store, forecast: Forecast
) -> None:
    advance(store, plan, forecast.id, 100)
    held = (await planner.ask(OUTCOME, **asked(plan, forecast)))["node"]
    assert (held["state"], held["progress"]) == ("RUNNING", 0.5)
    (said,) = held["outcome"]["scenarios"]
    assert said == {
        "scenarioName": "As it was",
        "scenario": {"name": "As it is"},
        "expectedAttained": {"value": 0.6, "low": 0.5, "high": 0.7},
        "milestones": 1,
        "cost": 180000.0,
        "pools": [{"pool": {"name": "Coaches"}, "utilization": {"value": 0.6}, "months": [{"month": 0, "inUse": 1.5}]}],
        "schools": [{"school": {"name": "East"}, "expectedAttained": {"value": 0.6}, "meanWaitMonths": None}],
        "all": [
            {
                "probability": {"value": 0.6},
                "typicalMonth": 14.5,
                "milestone": {"title": "Half of them", "goal": {"organization": {"name": "East"}}},
            }
        ],
        "here": [{"milestone": {"title": "Half of them"}}],
        "trajectory": [{"month": 0, "p10": 38.0, "p50": 40.0, "p90": 42.0}],
    }
    assert held["outcome"]["differences"][0]["identical"] is True
    assert held["outcome"]["unforecastable"] == [
        {
            "goal": {"title": "Read by grade 3"},
            "reason": "TOO_FEW_READINGS",
            "message": "it has fewer than two readings.",
        }
    ]
    elsewhere = asked(plan, forecast) | {"school": global_id(Kind.ORGANIZATION, plan.west.id)}
    held = (await planner.ask(OUTCOME, **elsewhere))["node"]
    assert held["outcome"]["scenarios"][0]["here"] == []


async def test_a_scenario_thrown_away_keeps_its_name(planner: Asker, plan: Plan, store: Store) -> None:
    copy = plans.scenario(plan.state, plan.coaches, "Idea")
    held = plans.forecast(copy)
    with store[0]() as work:
        work.scenarios.add(copy)
        work.forecasts.add(held)
        work.ledger.keep_inputs(held.id, INPUTS.format(copy.id).encode())
        work.commit()
    about = replace(plan, baseline=copy)
    advance(store, about, held.id, 200)
    with store[0]() as work:
        work.scenarios.remove(work.scenarios.get(copy.id))
        work.commit()
    node = (await planner.ask(OUTCOME, **asked(plan, held)))["node"]
    assert node["scenarios"] == [None]
    assert node["outcome"]["scenarios"][0]["scenario"] is None
    assert node["outcome"]["scenarios"][0]["scenarioName"] == "As it was"


async def follow(asker: Asker, forecast: Forecast, **changes: Any) -> AsyncIterator[ExecutionResult]:
    context = asker.context()
    for name, value in changes.items():
        setattr(context, name, value)
    events = await schema.subscribe(
        PROGRESS, variable_values={"id": global_id(Kind.FORECAST, forecast.id)}, context_value=context
    )
    if isinstance(events, ExecutionResult):
        yield events
        return
    async for event in events:
        yield event


async def test_a_follower_sees_it_stand_then_each_step_then_the_end(
    planner: Asker, plan: Plan, store: Store, forecast: Forecast
) -> None:
    async def progress(forecast_id: ForecastId) -> AsyncIterator[None]:
        yield
        yield  # woken for nothing: nobody is told the same twice
        for done in (50, 120, 200):
            await asyncio.to_thread(advance, store, plan, forecast_id, done)
            yield
        raise AssertionError("followed beyond the end")

    told = [event async for event in follow(replace(planner, progress=progress), forecast)]
    assert all(event.errors is None for event in told)
    assert [event.data["forecastProgress"] for event in told] == [  # type: ignore[index]
        {"state": "QUEUED", "done": 0, "progress": 0.0, "outcome": None},
        {"state": "RUNNING", "done": 50, "progress": 0.25, "outcome": {"replications": 50}},
        {"state": "RUNNING", "done": 120, "progress": 0.6, "outcome": {"replications": 120}},
        {"state": "FINISHED", "done": 200, "progress": 1.0, "outcome": {"replications": 200}},
    ]


async def test_who_loses_their_role_is_told_no_more(
    planner: Asker, plan: Plan, store: Store, forecast: Forecast
) -> None:
    asked_again = 0

    async def identify() -> Viewer:
        nonlocal asked_again
        asked_again += 1
        return planner.viewer if asked_again == 1 else NOBODY

    async def progress(forecast_id: ForecastId) -> AsyncIterator[None]:
        yield
        await asyncio.to_thread(advance, store, plan, forecast_id, 50)
        yield

    told = [event async for event in follow(replace(planner, progress=progress), forecast, identify=identify)]
    assert told[0].data["forecastProgress"]["state"] == "QUEUED"  # type: ignore[index]
    assert told[1].errors is not None
    assert (told[1].errors[0].extensions or {})["code"] == "NOT_FOUND"
    assert len(told) == 2


async def test_a_grant_that_ends_meanwhile_ends_what_is_told(
    planner: Asker, plan: Plan, store: Store, forecast: Forecast
) -> None:
    ends = RoleGrant(Role.GUEST, plan.state.id, Validity(EVER_SINCE.start, TODAY + timedelta(days=1)))
    asker = planner.as_(Viewer(plan.planner.id, "guest", (ends,)))
    days = iter((NOW, NOW + timedelta(days=1)))

    async def progress(forecast_id: ForecastId) -> AsyncIterator[None]:
        yield
        yield

    told = [event async for event in follow(replace(asker, progress=progress), forecast, clock=lambda: next(days))]
    assert told[0].errors is None
    assert told[1].errors is not None


async def test_a_foreign_forecast_is_followed_by_nobody(planner: Asker, plan: Plan, forecast: Forecast) -> None:
    told = [event async for event in follow(planner.as_(NOBODY), forecast)]
    assert len(told) == 1
    assert told[0].errors is not None
    assert told[0].errors[0].message == "There is no forecast with this id."


@pytest.mark.parametrize(
    ("change", "code", "field", "words"),
    [
        ({"scenarioIds": []}, "INVALID", ["scenarioIds"], "at least one scenario"),
        ({"scenarioIds": ["nonsense"]}, "NOT_FOUND", ["scenarioIds", "0"], "There is no scenario with this id."),
        ({"scenarioIds": ["x"] * 9}, "INVALID", ["scenarioIds"], "1 to 8 scenarios, not 9"),
        ({"seed": 1.5}, "INVALID", ["seed"], "A seed is a whole number; 1.5 is not."),
        ({}, "CANNOT_FORECAST", ["scenarioIds"], "Cannot forecast because"),
    ],
)
async def test_a_forecast_that_cannot_be_is_refused(
    planner: Asker, plan: Plan, change: dict[str, Any], code: str, field: list[str], words: str
) -> None:
    asked_for = {"scenarioIds": [global_id(Kind.SCENARIO, plan.baseline.id)]} | change
    refusal = await planner.refusal("runForecast", "RunForecastInput", **asked_for)
    assert (refusal["code"], refusal["field"]) == (code, field)
    assert words in refusal["message"]


async def test_a_forecast_is_called_off_once(planner: Asker, forecast: Forecast) -> None:
    forecast_id = global_id(Kind.FORECAST, forecast.id)
    payload = await planner.change(
        "cancelForecast", "CancelForecastInput", "forecast { state message }", id=forecast_id
    )
    assert payload["forecast"] == {"state": "CANCELLED", "message": "Cancelled on request."}
    refusal = await planner.refusal("cancelForecast", "CancelForecastInput", id=forecast_id)
    assert (refusal["code"], refusal["field"]) == ("CONFLICT", ["id"])


async def test_an_outcome_is_decoded_once_for_all_who_ask(
    planner: Asker, plan: Plan, store: Store, forecast: Forecast, monkeypatch: pytest.MonkeyPatch
) -> None:
    from schema import forecasts as module

    advance(store, plan, forecast.id, 80)
    await planner.ask(OUTCOME, **asked(plan, forecast))
    monkeypatch.setattr(module, "outcome_from_bytes", lambda payload: pytest.fail("decoded again"))
    held = (await planner.ask(OUTCOME, **asked(plan, forecast)))["node"]
    assert held["outcome"]["replications"] == 80
    reach = Sight(frozenset(), NOW)
    assert await store[1].outcomes(reach, [forecast.id]) == {}
