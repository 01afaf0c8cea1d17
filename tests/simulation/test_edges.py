"""Small, empty and extreme experiments run like any other."""

from dataclasses import replace

import pytest

from simulation.experiment import run_batch
from simulation.inputs import ExperimentInputs
from simulation.output_analysis import conclude, trajectory
from tests.simulation.worlds import (
    COACHES,
    coaching,
    experiment,
    goal,
    indicator,
    random_world,
    scenario,
    school,
    steady,
)


def smallest(**parts: object) -> ExperimentInputs:
    usual = {
        "schools": (school("East"),),
        "goals": (goal("East goal", "East"),),
        "pools": (COACHES,),
        "scenarios": (scenario("plan", steady("coaches", 1)),),
        "supports": (coaching(),),
    }
    return experiment(**{**usual, **parts})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "inputs",
    [
        pytest.param(smallest(), id="a goal without milestones"),
        pytest.param(smallest(horizon=3), id="three months, and no reading in them"),
        pytest.param(smallest(horizon=72), id="six years"),
        pytest.param(smallest(supports=()), id="nothing to ask for"),
        pytest.param(smallest(pools=(), scenarios=(scenario("plan"),)), id="no pool at all"),
        pytest.param(smallest(scenarios=(scenario("plan"),)), id="a pool that the scenario leaves out"),
        pytest.param(smallest(scenarios=(scenario("plan", steady("coaches", 0)),)), id="an empty pool"),
        pytest.param(smallest(scenarios=(scenario("plan", steady("coaches", 1), policy="FIXED"),)), id="nobody named"),
        pytest.param(smallest(schools=(school("East", enrolment=0),)), id="a school without pupils"),
        pytest.param(smallest(indicators=(indicator(reversion_per_year=0.0),)), id="a pure random walk"),
        pytest.param(smallest(indicators=(indicator(reversion_per_year=1.0),)), id="no memory"),
        pytest.param(smallest(indicators=(indicator(origin_month=0),)), id="read on the first day"),
        pytest.param(
            smallest(goals=(goal("East goal", "East", upward=False, baseline=40.0, aim=20.0),)), id="a value to lower"
        ),
        pytest.param(replace(random_world(2, schools=2), overlap="BEST_OF"), id="best of"),
        pytest.param(replace(random_world(2, schools=2), overlap="RANDOM_OVERLAP"), id="random overlap"),
    ],
)
def test_runs_and_concludes(inputs: ExperimentInputs) -> None:
    outcome = conclude(inputs, run_batch(inputs, 0, 3))
    assert outcome.replications == 3
    for found in outcome.scenarios:
        assert 0.0 <= found.expected_attained.value <= found.milestones
        assert len(found.schools) == len(inputs.schools)
    band = trajectory(inputs, run_batch(inputs, 0, 3), inputs.scenarios[0].id, inputs.goals[0].id).band
    part = next(part for part in inputs.indicators if part.id == inputs.goals[0].indicator_id)
    assert all(part.lowest <= point.p10 <= point.p90 <= part.highest for point in band)


def test_support_lowers_what_is_to_be_lowered() -> None:
    """A support that works moves a value the way its goal wants it."""
    inputs = smallest(
        goals=(goal("East goal", "East", upward=False, baseline=40.0, aim=20.0),),
        supports=(coaching(mean=0.5, sd=0.0),),
        scenarios=(scenario("none", steady("coaches", 0)), scenario("one", steady("coaches", 1))),
    )
    statistics = run_batch(inputs, 0, 10)
    without, with_coach = (trajectory(inputs, statistics, name, "East goal").band[-1].p50 for name in ("none", "one"))
    assert with_coach < without


@pytest.mark.parametrize("seed", range(8))
def test_random_worlds_keep_every_law(seed: int) -> None:
    """Little's law, conservation and single attainment are checked in every run; a breach raises."""
    inputs = random_world(seed, schools=12, scenarios=3, horizon=(12, 30, 48, 72)[seed % 4])
    statistics = run_batch(inputs, 0, 2)
    assert (statistics.attained <= sum(len(held.milestones) for held in inputs.goals)).all()
    assert (statistics.served >= 0).all()
