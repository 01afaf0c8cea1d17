"""Schools before any support: they move as the calibration says, together as far as they share what moves them."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from simulation.inputs import ExperimentInputs, GoalInput
from simulation.parameters import Parameters
from simulation.population import draw_population
from simulation.world import world_of
from tests.simulation.worlds import COACHES, coaching, experiment, goal, scenario, school, steady, still

QUIET = Parameters().overridden({"leader.hazard": 0.0, "teachers.effect": 0.0}, "nobody leaves")
REPLICATIONS = 1_000


def state(goals: tuple[GoalInput, ...] | None = None, **figures: Any) -> ExperimentInputs:
    """East and West share a district, North has its own; read once a year from the spring before the start."""
    return experiment(
        schools=(school("East"), school("North", district_id="D2"), school("West")),
        goals=goals or tuple(goal(f"{name} goal", name) for name in ("East", "North", "West")),
        pools=(COACHES,),
        scenarios=(scenario("plan", steady("coaches", 1)),),
        supports=(coaching(),),
        indicators=(replace(still(), **figures),),
        parameters=QUIET,
        horizon=36,
    )


def annual_readings(inputs: ExperimentInputs, replications: int = REPLICATIONS) -> np.ndarray:
    """Return the annual readings of all goals, shape (replications, goals, years)."""
    world = world_of(inputs)
    annual = [j for j, occasion in enumerate(inputs.occasions) if occasion.annual]
    return np.array([draw_population(world, r).readings[:, annual] for r in range(replications)])


def near(expected: float, spread: float) -> object:
    """What a mean over the replications may be: four standard errors either way."""
    return pytest.approx(expected, abs=4.0 * spread / REPLICATIONS**0.5)


def test_a_year_adds_up_to_the_calibrated_spread_and_is_shared_as_calibrated() -> None:
    drift, walk, district, statewide = 1.5, 2.0, 1.0, 0.8
    inputs = state(
        drift_per_year=drift,
        walk_sd_per_year=walk,
        district_shock_sd=district,
        year_shock_sd=statewide,
        reversion_per_year=0.2,
    )
    first_year = annual_readings(inputs)[:, :, 0]
    variance = walk**2 + district**2 + statewide**2
    assert first_year.mean(axis=0).tolist() == [near(40.0 + drift, variance**0.5)] * 3
    together = np.cov(first_year.T)
    assert together.diagonal().tolist() == [near(variance, 1.5 * variance)] * 3
    assert together[0, 2] == near(district**2 + statewide**2, 1.5 * variance)
    assert together[0, 1] == near(statewide**2, 1.5 * variance)


def test_a_level_reverts_to_its_long_run_by_the_calibrated_share_a_year() -> None:
    far = goal("East goal", "East", level_mean=40.0, long_run_mean=60.0)
    readings = annual_readings(state((far,), reversion_per_year=0.25), replications=1)[0, 0]
    assert readings.tolist() == pytest.approx([60 - 20 * 0.75, 60 - 20 * 0.75**2, 60 - 20 * 0.75**3])


def test_doubt_about_the_start_and_the_drift_is_carried_on() -> None:
    unsure = goal(
        "East goal", "East", level_sd=3.0, long_run_sd=3.0, correlation=1.0, deviation_mean=-5.0, deviation_sd=2.0
    )
    readings = annual_readings(state((unsure,), drift_sd=0.5))[:, 0, :]
    assert readings.mean(axis=0).tolist() == [near(35.0, 4.0)] * 3
    expected = [3.0**2 + 2.0**2 + (0.5 * years) ** 2 for years in (1, 2, 3)]
    assert readings.var(axis=0).tolist() == [near(variance, 1.5 * variance) for variance in expected]


def test_a_reading_errs_by_its_size() -> None:
    goals = tuple(goal(f"{name} goal", name, tested=tested) for name, tested in (("East", 25.0), ("West", 400.0)))
    readings = annual_readings(state(goals, noise_floor_sd=1.0, noise_per_pupil_sd=20.0))
    for g, variance in enumerate((1.0 + 400 / 25, 1.0 + 400 / 400)):
        assert readings[:, g, 0].var() == near(variance, 1.5 * variance)
        assert np.corrcoef(readings[:, g, 0], readings[:, g, 1])[0, 1] == near(0.0, 1.0)


def test_an_older_origin_leaves_more_in_doubt() -> None:
    fresh, stale = (state(walk_sd_per_year=2.0, reversion_per_year=0.0, origin_month=month) for month in (-2, -26))
    assert annual_readings(stale)[:, 0, 0].var() == near(3 * 4.0, 1.5 * 12.0)
    assert annual_readings(fresh)[:, 0, 0].var() == near(4.0, 1.5 * 4.0)


def test_leaders_leave_at_the_rate_of_their_card_and_leave_a_dip() -> None:
    inputs = replace(state(), parameters=Parameters().overridden({"teachers.effect": 0.0}, "leaders alone").cards)
    world = world_of(inputs)
    drawn = [draw_population(world, r) for r in range(1_000)]
    departures = np.array([[len(ticks) for ticks in population.departures] for population in drawn])
    assert departures.mean() == pytest.approx(0.2 * 3, abs=4 * (0.6 / 3_000) ** 0.5)
    kept = [population.levels[0] for population in drawn if not population.departures[0]]
    lost = [population.levels[0] for population in drawn if population.departures[0]]
    assert np.ptp(np.array(kept)) == pytest.approx(0.0, abs=1e-9)
    assert np.array(lost).min() == pytest.approx(40.0 - 0.03 * 30, abs=0.1)
