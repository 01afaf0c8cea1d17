"""A forecast is asked for within bounds, goes on while it is open, and ends once."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from domain.errors import InvalidInput, RunNotOpen
from domain.forecasts import Forecast, ForecastState
from domain.identity import ForecastId, OrganizationId, ScenarioId, new_id

NOW = datetime(2026, 10, 1, 12, tzinfo=UTC)


def _forecast(**wanted: Any) -> Forecast:
    asked: dict[str, Any] = {"scenario_ids": (ScenarioId(new_id()),), "seed": 7, "replications": 200, **wanted}
    return Forecast(
        ForecastId(new_id()),
        OrganizationId(new_id()),
        model_version="1",
        inputs_hash="hash",
        requested_at=NOW,
        **asked,
    )


_SCENARIO = ScenarioId(new_id())


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        ({"scenario_ids": ()}, "scenarioIds"),
        ({"scenario_ids": (_SCENARIO, _SCENARIO)}, "scenarioIds"),
        ({"scenario_ids": tuple(ScenarioId(new_id()) for _ in range(9))}, "scenarioIds"),
        ({"replications": 19}, "replications"),
        ({"replications": 20_001}, "replications"),
        ({"seed": -1}, "seed"),
        ({"seed": 2**53}, "seed"),
    ],
)
def test_what_is_asked_stays_within_bounds(wanted: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        _forecast(**wanted)
    assert refusal.value.field == (field,)


def test_it_is_taken_up_goes_on_and_finishes() -> None:
    forecast = _forecast()
    assert forecast.state.open
    forecast.begin(NOW)
    forecast.advance(40)
    forecast.advance(20)
    assert (forecast.state, forecast.done) == (ForecastState.RUNNING, 40)
    forecast.finish(NOW + timedelta(minutes=1))
    assert (forecast.state, forecast.ended_at) == (ForecastState.FINISHED, NOW + timedelta(minutes=1))
    assert not forecast.state.open


def test_it_began_when_it_was_first_taken_up() -> None:
    forecast = _forecast()
    forecast.begin(NOW)
    forecast.begin(NOW + timedelta(hours=1))
    assert forecast.started_at == NOW


def test_a_failure_tells_why() -> None:
    forecast = _forecast()
    forecast.fail(NOW, "The worker ran out of memory.")
    assert (forecast.state, forecast.message) == (ForecastState.FAILED, "The worker ran out of memory.")


@pytest.mark.parametrize(
    "more",
    [
        lambda forecast: forecast.begin(NOW),
        lambda forecast: forecast.advance(40),
        lambda forecast: forecast.finish(NOW),
        lambda forecast: forecast.cancel(NOW),
        lambda forecast: forecast.fail(NOW, "again"),
    ],
)
def test_what_has_ended_has_ended(more: Callable[[Forecast], None]) -> None:
    forecast = _forecast()
    forecast.cancel(NOW)
    with pytest.raises(RunNotOpen, match="already cancelled"):
        more(forecast)
    assert (forecast.state, forecast.ended_at) == (ForecastState.CANCELLED, NOW)
