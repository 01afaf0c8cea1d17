"""What must not change a forecast: how it is computed, what does nothing, and who else is there."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.errors import InvalidInput
from simulation.experiment import Batch, each_batch, plan_batches, prepare, run_batch, run_experiment, run_prepared
from simulation.inputs import ExperimentInputs
from simulation.model import simulate
from simulation.parameters import Parameters
from simulation.population import draw_population
from simulation.record import Attained, Record
from simulation.statistics import BatchStatistics
from simulation.world import world_of
from tests.simulation.worlds import POLICIES, coaching, experiment, goal, random_world, scenario, school, steady

SEEDS = st.integers(min_value=0, max_value=10_000)


@settings(max_examples=25)
@given(seed=SEEDS, schools=st.integers(1, 8), horizon=st.sampled_from([12, 25, 36, 60]))
def test_supports_without_effect_leave_all_scenarios_exactly_equal(seed: int, schools: int, horizon: int) -> None:
    inputs = random_world(seed, schools=schools, horizon=horizon, scenarios=3, effects=False)
    statistics = run_batch(inputs, 0, 2)
    for other in (1, 2):
        assert np.array_equal(statistics.attained[0], statistics.attained[other])
        assert np.array_equal(statistics.attained_month[0], statistics.attained_month[other])
        assert np.array_equal(statistics.bands[0], statistics.bands[other])
    assert len(inputs.scenarios) == 3


@settings(max_examples=15)
@given(seed=SEEDS, cuts=st.sets(st.integers(1, 5)))
def test_batches_merge_to_the_same_however_they_are_cut_and_ordered(seed: int, cuts: set[int]) -> None:
    inputs = random_world(seed, schools=4, horizon=18)
    whole = run_batch(inputs, 0, 6)
    edges = [0, *sorted(cuts), 6]
    parts = [run_batch(inputs, first, last) for first, last in pairwise(edges)]
    forward, backward = parts[0], parts[-1]
    for part in parts[1:]:
        forward = forward.merged(part)
    for part in reversed(parts[:-1]):
        backward = backward.merged(part)
    assert whole.same_as(forward)
    assert whole.same_as(backward)
    assert whole.same_as(BatchStatistics.from_bytes(whole.to_bytes()))


def test_the_number_of_workers_changes_nothing() -> None:
    inputs = random_world(5, schools=6)
    alone = run_experiment(inputs, 9)
    together = run_experiment(inputs, 9, workers=2)
    assert alone.same_as(together)
    assert alone.to_bytes() == together.to_bytes()


def test_the_order_in_which_things_are_listed_changes_nothing() -> None:
    inputs = random_world(5, schools=6)
    shuffled = replace(
        inputs,
        schools=inputs.schools[::-1],
        goals=inputs.goals[::-1],
        pools=inputs.pools[::-1],
        supports=inputs.supports[::-1],
        indicators=inputs.indicators[::-1],
    )
    assert run_batch(inputs, 0, 4).same_as(run_batch(shuffled, 0, 4))


def test_plans_start_small_and_leave_nothing_out() -> None:
    assert plan_batches(25) == [Batch(0, 2), Batch(2, 6), Batch(6, 14), Batch(14, 24), Batch(24, 25)]
    assert [statistics.count for statistics in each_batch(random_world(1, schools=1), plan_batches(5))] == [2, 3]


def attained(inputs: ExperimentInputs, replication: int = 0) -> tuple[dict[str, int], Record]:
    world = world_of(inputs)
    record = simulate(world, inputs.scenarios[0], draw_population(world, replication))
    found = {world.milestones[fact.milestone].id: fact.at for fact in record.facts if isinstance(fact, Attained)}
    return found, record


def test_one_more_school_shifts_nobody_elses_luck() -> None:
    """Where nobody has to wait, every other school fares to the bit as before."""
    members = [f"school {name}" for name in "abcde"]
    everything = {
        "pools": random_world(1).pools[:1],
        "scenarios": (scenario("plenty", steady("pool-coaches", 1_000)),),
        "supports": (coaching("support-coaching"),),
    }

    def state(names: list[str]) -> ExperimentInputs:
        return experiment(
            schools=tuple(school(name) for name in names),
            goals=tuple(goal(f"goal of {name}", name, level_sd=3.0, long_run_sd=3.0) for name in names),
            **everything,  # type: ignore[arg-type]
        )

    for newcomer in ("school 0", "school cc", "school z"):
        few, many = state(members), state([*members, newcomer])
        places = [g for g, held in enumerate(world_of(many).goals) if held.school_id != newcomer]
        _, before = attained(few)
        _, after = attained(many)
        assert np.array_equal(before.levels, after.levels[places])


def test_one_more_support_shifts_nobodys_draws() -> None:
    inputs = random_world(7)
    more = replace(inputs, supports=(*inputs.supports, coaching("another", mean=0.3, pool_kind="ASSISTANCE_DAYS")))
    before, after = (draw_population(world_of(held), 3) for held in (inputs, more))
    names = [support.id for support in world_of(inputs).supports]
    effects = dict(zip([held.id for held in world_of(more).supports], after.support_effects.tolist(), strict=True))
    assert [effects[name] for name in names] == before.support_effects.tolist()
    assert np.array_equal(before.readings, after.readings)
    # Nothing can be drawn from a pool that nobody has, so nothing at all changes.
    assert attained(inputs)[0] == attained(more)[0]


def test_more_replications_do_not_change_those_already_run() -> None:
    inputs = random_world(5)
    assert run_batch(inputs, 3, 4).attained[:, 0].tolist() == run_batch(inputs, 0, 6).attained[:, 3].tolist()


def test_another_seed_is_another_world() -> None:
    inputs = random_world(5)
    assert not run_batch(inputs, 0, 3).same_as(run_batch(replace(inputs, seed=6), 0, 3))


@pytest.mark.parametrize("policy", [policy for policy in POLICIES if policy != "FIXED"])
def test_one_more_coach_never_lowers_what_is_expected(policy: str) -> None:
    """With effects that are sure and no dips, up to the noise of 30 paired replications."""
    members = [f"school {n}" for n in range(10)]
    inputs = experiment(
        schools=tuple(school(name) for name in members),
        goals=tuple(
            held
            for name in members
            for held in random_world(3, schools=1, goals_each=1).goals
            for held in [replace(held, id=f"{name} goal", school_id=name, milestones=tuple(
                replace(milestone, id=f"{name} {milestone.id}") for milestone in held.milestones))]
        ),
        pools=random_world(1).pools[:1],
        scenarios=tuple(
            scenario(f"{coaches} coaches", steady("pool-coaches", coaches), policy=policy) for coaches in (2, 3, 5)
        ),
        supports=(coaching("support-coaching", mean=0.4, sd=0.0),),
        parameters=Parameters().overridden({"dip.largest": 0.0}, "non-negative effects"),
    )  # fmt: skip
    attained = run_batch(inputs, 0, 30).attained.astype(float)
    for fewer, more in ((0, 1), (1, 2)):
        difference = attained[more] - attained[fewer]
        assert difference.mean() >= -2.0 * difference.std(ddof=1) / 30**0.5
    assert attained[2].mean() > attained[0].mean()


def test_a_prepared_process_gives_what_any_other_gives_and_nothing_it_was_not_prepared_for() -> None:
    inputs = random_world(5, schools=2)
    prepare(inputs.to_bytes())
    assert BatchStatistics.from_bytes(run_prepared(inputs.hash, 0, 3)).same_as(run_batch(inputs, 0, 3))
    with pytest.raises(InvalidInput, match="not prepared"):
        run_prepared(random_world(6).hash, 0, 3)
