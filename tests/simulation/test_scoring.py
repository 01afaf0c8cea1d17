import numpy as np
import pytest
from scipy import stats

from simulation.scoring import (
    ForecastScore,
    Scorecard,
    ScorecardRow,
    brier,
    brier_parts,
    coverage,
    log_score,
    normal_crps,
    quantile_crps,
    reliability_table,
    score,
)

CHANCES = np.array([0.9, 0.9, 0.2, 0.2])
OUTCOMES = np.array([1.0, 0.0, 0.0, 0.0])


def test_brier_is_the_mean_squared_distance() -> None:
    assert brier(CHANCES, OUTCOMES) == pytest.approx((0.01 + 0.81 + 0.04 + 0.04) / 4)


def test_log_score_is_minus_the_mean_log_of_what_was_given_to_the_outcome() -> None:
    assert log_score(CHANCES, OUTCOMES) == pytest.approx(-np.log([0.9, 0.1, 0.8, 0.8]).mean())


def test_a_certainty_that_fails_costs_much_but_not_infinitely() -> None:
    assert 20.0 < log_score(np.array([1.0]), np.array([0.0])) < 40.0


def test_murphys_parts_by_hand() -> None:
    parts = brier_parts(CHANCES, OUTCOMES)
    assert parts.reliability == pytest.approx((0.4**2 + 0.2**2) / 2)
    assert parts.resolution == pytest.approx((0.25**2 + 0.25**2) / 2)
    assert parts.uncertainty == pytest.approx(0.25 * 0.75)
    assert parts.within_bins == pytest.approx(0.0)


def test_murphys_parts_add_up_whatever_was_said() -> None:
    random = np.random.default_rng(1)
    chances = random.uniform(size=500)
    outcomes = (random.uniform(size=500) < chances).astype(float)
    assert brier_parts(chances, outcomes).brier == pytest.approx(brier(chances, outcomes))


def test_a_reliability_table_counts_every_forecast_once() -> None:
    table = reliability_table(np.array([0.05, 0.95, 0.97, 1.0]), np.array([0.0, 1.0, 1.0, 1.0]))
    assert [row.count for row in table] == [1, 3]
    assert table[1].forecast == pytest.approx((0.95 + 0.97 + 1.0) / 3)
    assert table[1].observed == 1.0


def test_right_forecasts_lie_within_their_consistency_bars() -> None:
    random = np.random.default_rng(2)
    chances = random.uniform(size=20_000)
    outcomes = (random.uniform(size=20_000) < chances).astype(float)
    table = reliability_table(chances, outcomes, bins=20)
    assert sum(row.low <= row.observed <= row.high for row in table) >= 18


def test_crps_of_a_normal_at_its_own_mean() -> None:
    # sd * (sqrt(2) - 1) / sqrt(pi)
    found = normal_crps(np.array([3.0]), np.array([2.0]), np.array([3.0]))
    assert found == pytest.approx([2.0 * (np.sqrt(2.0) - 1.0) / np.sqrt(np.pi)])


def test_crps_from_quantiles_nears_the_closed_form() -> None:
    levels = (np.arange(2_000) + 0.5) / 2_000
    quantiles = stats.norm.ppf(levels)[None, :] * 2.0 + 1.0
    closed = normal_crps(np.array([1.0]), np.array([2.0]), np.array([2.5]))
    assert quantile_crps(levels, quantiles, np.array([2.5])) == pytest.approx(closed, rel=1e-3)


def test_coverage_counts_both_ends_and_passes_over_what_was_not_read() -> None:
    observed = np.array([1.0, 2.0, 3.5, np.nan])
    assert coverage(np.zeros(4), np.array([1.0, 3.0, 3.0, 9.0]), observed) == pytest.approx(2 / 3)
    assert np.isnan(coverage(np.zeros(1), np.ones(1), np.array([np.nan])))


def row(task: str, horizon: int, questions: int, model: float, base: float) -> ScorecardRow:
    return ScorecardRow(
        task, horizon, ForecastScore(questions, model, 0.5), {"base rate": ForecastScore(questions, base, 0.6)}
    )


def test_a_scorecard_weighs_questions_within_a_task_and_tasks_alike() -> None:
    card = Scorecard(
        (row("reach", 1, 300, 0.10, 0.20), row("reach", 2, 100, 0.20, 0.20), row("gain", 1, 50, 0.25, 0.2))
    )
    assert card.task("reach").model == ForecastScore(400, pytest.approx(0.125), pytest.approx(0.5))
    assert card.mean_brier(["reach", "gain"]) == pytest.approx((0.125 + 0.25) / 2)
    assert card.mean_brier(["reach", "gain"], "base rate") == pytest.approx(0.2)
    assert card.rows[0].skill("base rate") == pytest.approx(0.5)
    assert card.rows[2].skill("base rate") == pytest.approx(-0.25)


def test_a_forecaster_is_scored_on_all_its_questions() -> None:
    assert score(CHANCES, OUTCOMES) == ForecastScore(
        4, pytest.approx(0.225), pytest.approx(log_score(CHANCES, OUTCOMES))
    )
