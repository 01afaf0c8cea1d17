"""Asking for a forecast and calling it off: the plan is frozen in the asker's transaction, so what was asked is kept.

The work itself is a worker's, who needs nothing but the frozen inputs.
"""

from collections.abc import Sequence
from secrets import randbelow

from domain.errors import CannotForecast, InvalidInput, NotFound
from domain.forecasts import Forecast
from domain.identity import ForecastId, OrganizationId, ScenarioId, new_id
from domain.indicators import ALL_STUDENTS
from domain.organizations import OrganizationKind
from domain.people import Right
from domain.ports import Acting, UnitOfWork
from domain.scenarios import Scenario
from domain.services.access import authorized, note
from domain.services.scenarios import readable_scenario
from simulation.baseline import PlanSnapshot, freeze

DEFAULT_REPLICATIONS = 200
DEFAULT_SEEDS = 2**31
LARGEST_SEED = 2**53 - 1  # what every client, JavaScript's numbers included, holds exactly


def request_forecast(
    work: UnitOfWork,
    acting: Acting,
    *,
    scenario_ids: Sequence[ScenarioId],
    replications: int = DEFAULT_REPLICATIONS,
    seed: int | None = None,
) -> Forecast:
    """Freeze the plan and put a forecast of its scenarios in the queue; the first is what the others are compared with.

    Without ``seed`` one is drawn. Raises ``InvalidInput`` if the scenarios do not go together, ``NotPermitted`` without
    the right to plan supports, and ``CannotForecast`` if no goal of the state can be forecast at all.
    """
    if not scenario_ids:
        raise InvalidInput("A forecast needs at least one scenario.", field=("scenarioIds",))
    if seed is not None and not 0 <= seed <= LARGEST_SEED:
        raise InvalidInput(f"A seed is a whole number from 0 to {LARGEST_SEED}.", field=("seed",))
    scenarios = [_plannable(work, acting, identity, place) for place, identity in enumerate(scenario_ids)]
    state_id = scenarios[0].state_id
    for place, scenario in enumerate(scenarios):
        if scenario.state_id != state_id:
            raise InvalidInput(
                f"“{scenario.name}” belongs to another state than “{scenarios[0].name}”.",
                field=("scenarioIds", place),
            )
    drawn = randbelow(DEFAULT_SEEDS) if seed is None else seed
    inputs = freeze(plan_snapshot(work, acting, state_id), scenarios, seed=drawn)
    if not any(goal.milestones for goal in inputs.goals):
        first = inputs.unforecastable[0] if inputs.unforecastable else None
        if first is None:
            raise CannotForecast("NOTHING_OPEN", "no milestone falls within these months.", field=("scenarioIds",))
        raise CannotForecast(first.reason, first.message, field=("scenarioIds",))
    payload = inputs.to_bytes()
    forecast = Forecast(
        ForecastId(new_id()),
        state_id,
        tuple(scenario.id for scenario in scenarios),
        drawn,
        replications,
        inputs.model_version,
        inputs.hash,
        requested_at=acting.now,
        requested_by=acting.viewer.account_id,
    )
    work.forecasts.add(forecast)
    work.ledger.keep_inputs(forecast.id, payload)
    note(work, acting, "request", forecast, scenarios=[scenario.name for scenario in scenarios])
    return forecast


def cancel_forecast(work: UnitOfWork, acting: Acting, *, forecast_id: ForecastId) -> Forecast:
    """Call a forecast off; what it has come to so far stays. Raises ``RunNotOpen`` if it has ended already."""
    forecast = work.forecasts.get(forecast_id, for_update=True)
    try:
        authorized(work, acting, Right.PLAN_SUPPORTS, forecast.state_id)
    except NotFound:
        raise NotFound("forecast", forecast_id) from None
    forecast.cancel(acting.now)
    note(work, acting, "cancel", forecast)
    return forecast


def plan_snapshot(work: UnitOfWork, acting: Acting, state_id: OrganizationId) -> PlanSnapshot:
    """Return a state's plan as it stands today, read in a handful of queries whatever the number of schools."""
    everyone = work.organizations.below(state_id, acting.today)
    schools = [held for held in everyone if held.kind is OrganizationKind.SCHOOL]
    reporting = [school.id for school in schools]
    goals = work.goals.of_organizations([held.id for held in everyone])
    groups = {ALL_STUDENTS, *(goal.student_group for goal in goals)}
    return PlanSnapshot(
        state=work.organizations.get(state_id),
        districts=[held for held in everyone if held.kind is OrganizationKind.DISTRICT],
        schools=schools,
        indicators=work.indicators.of_owner(state_id),
        observations=work.observations.values(reporting, groups, until=acting.today),
        goals=goals,
        supports=work.supports.of_owner(state_id),
        pools=work.pools.of_owner(state_id),
        assignments=work.assignments.of_organizations(reporting),
    )


def _plannable(work: UnitOfWork, acting: Acting, identity: ScenarioId, place: int) -> Scenario:
    try:
        return readable_scenario(work, acting, identity, Right.PLAN_SUPPORTS)
    except NotFound as missing:
        missing.field = ("scenarioIds", place)
        raise
