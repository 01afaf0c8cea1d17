"""What is concluded: intervals that cover, quantiles that are right, figures that add up."""

import numpy as np
import pytest

from domain.errors import InvalidInput, NotFound
from simulation.clock import TICKS_PER_MONTH
from simulation.experiment import run_batch
from simulation.model import simulate
from simulation.output_analysis import _quantile, conclude, jeffreys, mean_with_interval, trajectory
from simulation.population import draw_population
from simulation.reduction import Reduction
from simulation.resources import NotConserved
from simulation.statistics import BatchStatistics, band_range, ticks_by_month
from simulation.world import world_of
from tests.simulation.worlds import random_world


@pytest.mark.parametrize("chance", [0.02, 0.3, 0.5, 0.9])
def test_intervals_of_a_probability_cover_it(chance: float) -> None:
    hits = np.random.default_rng(1).binomial(100, chance, 20_000).astype(float)
    low, high = jeffreys(hits, 100)
    assert ((low <= chance) & (chance <= high)).mean() > 0.92


def test_a_probability_never_seen_or_always_seen_keeps_its_end() -> None:
    low, high = jeffreys(np.array([0.0, 50.0]), 50)
    assert (low[0], high[1]) == (0.0, 1.0)
    assert high[0] == pytest.approx(1 - low[1])
    assert 0.03 < high[0] < 0.08


def test_intervals_of_a_mean_cover_it() -> None:
    samples = np.random.default_rng(2).gamma(4.0, 1.0, (4_000, 20))
    covered = [(found := mean_with_interval(row)).low <= 4.0 <= found.high for row in samples]
    assert 0.93 < np.mean(covered) < 0.97


def test_quantiles_of_a_histogram_come_close_to_those_of_the_sample() -> None:
    sample = np.random.default_rng(3).normal(50.0, 5.0, 5_000)
    counts, edges = np.histogram(sample, 40, (30.0, 70.0))
    for share in (0.1, 0.5, 0.9):
        found = _quantile(counts.astype(np.int64), share, edges[0], edges[1] - edges[0])
        assert found == pytest.approx(float(np.quantile(sample, share)), abs=0.15)


def test_ticks_by_month_by_hand() -> None:
    month = TICKS_PER_MONTH
    starts, ends = np.array([0, month // 2]), np.array([3 * month, month])
    assert ticks_by_month(starts, ends, np.array([2, 10]), 4).tolist() == [7 * month, 2 * month, 2 * month, 0]


def test_a_forecast_adds_up() -> None:
    inputs = random_world(21, schools=8)
    statistics = run_batch(inputs, 0, 12)
    outcome = conclude(inputs, statistics)
    assert outcome.replications == 12
    for index, found in enumerate(outcome.scenarios):
        expected = found.expected_attained.value
        assert expected == pytest.approx(statistics.attained[index].mean())
        assert sum(chance.probability.value for chance in found.chances) == pytest.approx(expected)
        assert sum(unit.expected_attained.value for unit in found.schools) == pytest.approx(expected)
        assert sum(unit.milestones for unit in found.schools) == found.milestones == len(found.chances)
        for pool in found.pools:
            assert 0.0 <= pool.utilization.value <= 1.0 + 1e-9
            assert len(pool.months) == inputs.horizon_months
    assert outcome.differences[0].difference.value == pytest.approx(
        (statistics.attained[1] - statistics.attained[0]).mean()
    )


def test_a_run_that_breaks_littles_law_is_not_counted() -> None:
    inputs = random_world(21, schools=3)
    world = world_of(inputs)
    record = simulate(world, inputs.scenarios[0], draw_population(world, 0))
    statistics = BatchStatistics.empty(inputs, world, np.arange(1))
    Reduction(world, statistics).add(0, 0, record)
    record.queue_ticks = (record.queue_ticks[0] + 1, *record.queue_ticks[1:])
    with pytest.raises(NotConserved, match="Little"):
        Reduction(world, statistics).add(0, 0, record)


def test_a_scenario_compared_with_its_twin_is_identical() -> None:
    inputs = random_world(21, effects=False)
    outcome = conclude(inputs, run_batch(inputs, 0, 4))
    assert outcome.differences[0].identical
    assert outcome.differences[0].probability_better.value == 0.5
    assert outcome.differences[0].difference.half_width == 0.0


def test_bands_widen_and_hold_the_levels_that_were_simulated() -> None:
    inputs = random_world(4, schools=2)
    statistics = run_batch(inputs, 0, 60)
    world = world_of(inputs)
    found = trajectory(inputs, statistics, inputs.scenarios[0].id, world.goals[0].id)
    first, last = found.band[0], found.band[-1]
    assert (first.month, last.month) == (0, 36)
    assert first.p10 < first.p25 < first.p50 < first.p75 < first.p90
    assert last.p90 - last.p10 > first.p90 - first.p10
    low, width = band_range(world)
    assert (width > 0).all()
    assert low[0] < first.p10


def test_unknown_goals_and_too_few_replications_are_refused() -> None:
    inputs = random_world(4, schools=1)
    statistics = run_batch(inputs, 0, 1)
    with pytest.raises(InvalidInput, match="two replications"):
        conclude(inputs, statistics)
    with pytest.raises(NotFound):
        trajectory(inputs, statistics, inputs.scenarios[0].id, "no goal")
    with pytest.raises(NotFound):
        trajectory(inputs, statistics, "no scenario", inputs.goals[0].id)
    with pytest.raises(InvalidInput, match="twice"):
        statistics.merged(statistics)
    with pytest.raises(InvalidInput, match="no replication"):
        run_batch(inputs, 3, 3)


def test_the_outcome_carries_every_goals_band() -> None:
    inputs = random_world(4, schools=3)
    statistics = run_batch(inputs, 0, 40)
    for scenario in conclude(inputs, statistics).scenarios:
        assert len(scenario.trajectories) == len(inputs.goals)
        for held in scenario.trajectories:
            alone = trajectory(inputs, statistics, scenario.scenario_id, held.goal_id)
            assert [point.month for point in held.band] == [point.month for point in alone.band]
            for together, single in zip(held.band, alone.band, strict=True):
                assert together.p10 == pytest.approx(single.p10, abs=1e-4)
                assert together.p50 == pytest.approx(single.p50, abs=1e-4)
                assert together.p90 == pytest.approx(single.p90, abs=1e-4)


def test_an_interval_ends_where_the_figure_does() -> None:
    two = np.array([0.9, 1.0])
    free, bounded = mean_with_interval(two), mean_with_interval(two, 0.5, 1.0)
    assert free.low < 0.5
    assert free.high > 1.0
    assert (bounded.low, bounded.value, bounded.high) == (0.5, free.value, 1.0)


def test_no_share_of_a_pool_and_no_number_of_milestones_is_told_beyond_its_bounds() -> None:
    inputs = random_world(3, schools=6)
    outcome = conclude(inputs, run_batch(inputs, 0, 2))
    for scenario in outcome.scenarios:
        attained = scenario.expected_attained
        assert 0.0 <= attained.low <= attained.value <= attained.high <= scenario.milestones
        for pool in scenario.pools:
            assert pool.utilization.low >= 0.0
            assert pool.served.low >= 0.0
            assert pool.still_waiting.low >= 0.0
