"""Scenarios, forecasts of them, and what these say."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Integer, Row, case, func, select
from sqlalchemy.dialects.postgresql import JSON

from domain.forecasts import Forecast
from domain.identity import ForecastId, OrganizationId, ScenarioId
from domain.reading import ForecastFrame, KeptOutcome, Page, Sight, Window
from domain.scenarios import Scenario
from storage.reading.paging import Ordering, pages_by_owner
from storage.reading.scope import among, sees
from storage.tables import forecast_inputs, forecast_outcomes, forecasts, scenarios

BASELINE_FIRST = Ordering((case((scenarios.c.is_baseline, 0), else_=1).cast(Integer), scenarios.c.id))
NEWEST_FIRST = Ordering((forecasts.c.requested_at, forecasts.c.id), descending=True)


def _scenario(row: Row[Any]) -> Scenario:
    return Scenario(
        id=row.id,
        state_id=row.state_id,
        name=row.name,
        starts_on=row.starts_on,
        horizon_months=row.horizon_months,
        allocation=row.allocation,
        policy=row.policy,
        budget=row.budget,
        is_baseline=row.is_baseline,
        copied_from=row.copied_from,
        version=row.version,
    )


def read_scenarios(connection: Connection, sight: Sight, ids: Sequence[ScenarioId]) -> dict[ScenarioId, Scenario]:
    """Return the scenarios with these identities."""
    asked = select(scenarios).where(among(scenarios.c.id, ids), sees(sight, scenarios.c.state_id))
    return {row.id: _scenario(row) for row in connection.execute(asked)}


def read_baselines(
    connection: Connection, sight: Sight, states: Sequence[OrganizationId]
) -> dict[OrganizationId, Scenario]:
    """Return the allocation in force in each state."""
    asked = select(scenarios).where(
        among(scenarios.c.state_id, states), scenarios.c.is_baseline, sees(sight, scenarios.c.state_id)
    )
    return {row.state_id: _scenario(row) for row in connection.execute(asked)}


def read_scenarios_of(
    connection: Connection, sight: Sight, states: Sequence[OrganizationId], window: Window
) -> dict[OrganizationId, Page[Scenario]]:
    """Return a page of each state's scenarios: the baseline, then the others by age."""
    pages = pages_by_owner(
        connection, sight, states, select(scenarios), scenarios.c.state_id, BASELINE_FIRST, window, _scenario
    )
    return {OrganizationId(state): page for state, page in pages.items()}


def count_scenarios_of(
    connection: Connection, sight: Sight, states: Sequence[OrganizationId]
) -> dict[OrganizationId, int]:
    """Return how many scenarios each state has."""
    counted = (
        select(scenarios.c.state_id, func.count())
        .where(among(scenarios.c.state_id, states), sees(sight, scenarios.c.state_id))
        .group_by(scenarios.c.state_id)
    )
    return dict.fromkeys(states, 0) | {row[0]: row[1] for row in connection.execute(counted)}


def _forecast(row: Row[Any]) -> Forecast:
    return Forecast(
        id=row.id,
        state_id=row.state_id,
        scenario_ids=tuple(ScenarioId(held) for held in row.scenario_ids),
        seed=row.seed,
        replications=row.replications,
        model_version=row.model_version,
        inputs_hash=row.inputs_hash,
        requested_at=row.requested_at,
        requested_by=row.requested_by,
        state=row.state,
        done=row.done,
        message=row.message,
        started_at=row.started_at,
        ended_at=row.ended_at,
        version=row.version,
    )


def read_forecasts(connection: Connection, sight: Sight, ids: Sequence[ForecastId]) -> dict[ForecastId, Forecast]:
    """Return the forecasts with these identities."""
    asked = select(forecasts).where(among(forecasts.c.id, ids), sees(sight, forecasts.c.state_id))
    return {row.id: _forecast(row) for row in connection.execute(asked)}


def read_forecasts_of(
    connection: Connection, sight: Sight, states: Sequence[OrganizationId], window: Window
) -> dict[OrganizationId, Page[Forecast]]:
    """Return a page of each state's forecasts, newest first."""
    pages = pages_by_owner(
        connection, sight, states, select(forecasts), forecasts.c.state_id, NEWEST_FIRST, window, _forecast
    )
    return {OrganizationId(state): page for state, page in pages.items()}


def count_forecasts_of(
    connection: Connection, sight: Sight, states: Sequence[OrganizationId]
) -> dict[OrganizationId, int]:
    """Return how many forecasts each state has."""
    counted = (
        select(forecasts.c.state_id, func.count())
        .where(among(forecasts.c.state_id, states), sees(sight, forecasts.c.state_id))
        .group_by(forecasts.c.state_id)
    )
    return dict.fromkeys(states, 0) | {row[0]: row[1] for row in connection.execute(counted)}


def read_frames(connection: Connection, sight: Sight, ids: Sequence[ForecastId]) -> dict[ForecastId, ForecastFrame]:
    """Return what each forecast was asked about.

    The inputs are JSON (``simulation.inputs``); a few words are taken out of them where they lie, because they are
    half a megabyte long.
    """
    inputs = func.convert_from(forecast_inputs.c.payload, "UTF8").cast(JSON)
    document = (
        select(forecast_inputs.c.forecast_id, inputs.label("inputs"))
        .select_from(forecast_inputs.join(forecasts, forecasts.c.id == forecast_inputs.c.forecast_id))
        .where(among(forecast_inputs.c.forecast_id, ids), sees(sight, forecasts.c.state_id))
        .cte("document")
        .prefix_with("MATERIALIZED")
    )
    element = func.json_array_elements(document.c.inputs["scenarios"]).table_valued("value").lateral("element")
    scenario = element.c.value.cast(JSON)
    asked = select(
        document.c.forecast_id,
        document.c.inputs["starts_on"].astext,
        document.c.inputs["horizon_months"].astext,
        select(func.json_object_agg(scenario["id"].astext, scenario["name"].astext))
        .select_from(element)
        .scalar_subquery(),
    )
    return {
        identity: ForecastFrame(
            date.fromisoformat(starts_on),
            int(months),
            {ScenarioId(UUID(held)): name for held, name in (names or {}).items()},
        )
        for identity, starts_on, months, names in connection.execute(asked)
    }


def read_replications_told(connection: Connection, sight: Sight, ids: Sequence[ForecastId]) -> dict[ForecastId, int]:
    """Return after how many replications each forecast last said something."""
    asked = (
        select(forecast_outcomes.c.forecast_id, forecast_outcomes.c.replications)
        .join(forecasts, forecasts.c.id == forecast_outcomes.c.forecast_id)
        .where(among(forecast_outcomes.c.forecast_id, ids), sees(sight, forecasts.c.state_id))
    )
    return {row[0]: row[1] for row in connection.execute(asked)}


def read_outcomes(connection: Connection, sight: Sight, ids: Sequence[ForecastId]) -> dict[ForecastId, KeptOutcome]:
    """Return what each forecast says so far."""
    asked = (
        select(forecast_outcomes)
        .join(forecasts, forecasts.c.id == forecast_outcomes.c.forecast_id)
        .where(among(forecast_outcomes.c.forecast_id, ids), sees(sight, forecasts.c.state_id))
    )
    return {row.forecast_id: KeptOutcome(row.replications, bytes(row.payload)) for row in connection.execute(asked)}
