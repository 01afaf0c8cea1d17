import numpy as np
import pytest

from simulation.kalman import LevelModel, filter_levels

NAN = float("nan")


def filtered_one(readings: list[float], noise: float, model: LevelModel):  # type: ignore[no-untyped-def]
    row = np.array([readings])
    return filter_levels(row, np.full(row.shape, noise), model)


def test_one_reading_is_shrunk_toward_what_was_expected() -> None:
    model = LevelModel(reversion_per_year=0.0, walk_sd_per_year=1.0, long_run_sd=2.0)
    start = filtered_one([10.0], 4.0, model).starting_level()
    assert start.mean == pytest.approx([5.0])  # 4 / (4 + 4) of the way
    assert start.sd == pytest.approx([np.sqrt(2.0)])


def test_a_long_history_reaches_the_steady_state_of_the_local_level_model() -> None:
    walk, noise = 1.0, 2.0
    model = LevelModel(reversion_per_year=0.0, walk_sd_per_year=walk, long_run_sd=50.0)
    fitted = filtered_one([0.0] * 60, noise, model)
    expected = (walk**2 + np.sqrt(walk**4 + 4.0 * walk**2 * noise)) / 2.0  # variance before the reading
    assert fitted.level_variance[0, -1] == pytest.approx(expected * noise / (expected + noise))
    assert fitted.ahead(1).sd[0] ** 2 == pytest.approx(expected)


def test_the_filter_is_the_joint_normal_conditioned_on_the_readings() -> None:
    model = LevelModel(reversion_per_year=0.3, walk_sd_per_year=1.2, long_run_sd=3.0)
    readings, noise = np.array([[1.0, NAN, 4.0, 2.5]]), np.array([[0.5, 1.0, 2.0, 0.8]])
    apart = np.abs(np.subtract.outer(np.arange(5), np.arange(5)))
    joint = model.long_run_sd**2 + model.deviation_variance * 0.7**apart  # levels of four years and the fifth
    read = [0, 2, 3]
    weights = joint[4, read] @ np.linalg.inv(joint[np.ix_(read, read)] + np.diag(noise[0, read]))
    ahead = filter_levels(readings, noise, model).ahead(1)
    assert ahead.mean[0] == pytest.approx(weights @ readings[0, read])
    assert ahead.sd[0] ** 2 == pytest.approx(joint[4, 4] - weights @ joint[read, 4])


def test_the_likelihood_is_that_of_the_joint_normal() -> None:
    model = LevelModel(reversion_per_year=0.2, walk_sd_per_year=1.0, long_run_sd=2.0)
    readings = np.array([1.0, -0.5, 2.0])
    apart = np.abs(np.subtract.outer(np.arange(3), np.arange(3)))
    joint = 4.0 + model.deviation_variance * 0.8**apart + np.eye(3)
    expected = -0.5 * (
        3 * np.log(2 * np.pi) + np.linalg.slogdet(joint)[1] + readings @ np.linalg.solve(joint, readings)
    )
    assert filtered_one(list(readings), 1.0, model).log_likelihood[0] == pytest.approx(expected)


def test_a_missing_year_leaves_the_mean_and_widens_the_spread() -> None:
    model = LevelModel(reversion_per_year=0.0, walk_sd_per_year=1.0, long_run_sd=5.0)
    fitted = filtered_one([3.0, NAN], 1.0, model)
    assert fitted.level[0, 1] == pytest.approx(fitted.level[0, 0])
    assert fitted.level_variance[0, 1] == pytest.approx(fitted.level_variance[0, 0] + 1.0)
    assert np.isnan(fitted.surprise[0, 1])


def test_far_ahead_a_level_is_back_at_its_long_run() -> None:
    model = LevelModel(reversion_per_year=0.25, walk_sd_per_year=1.0, long_run_sd=3.0)
    fitted = filtered_one([6.0, 8.0, 2.0], 1.0, model)
    ahead = fitted.ahead(200)
    assert ahead.mean[0] == pytest.approx(fitted.long_run[0, -1])
    assert ahead.sd[0] ** 2 == pytest.approx(fitted.long_run_variance[0, -1] + model.deviation_variance)


def test_a_rebased_year_makes_the_reading_before_it_count_for_less() -> None:
    model = LevelModel(reversion_per_year=0.0, walk_sd_per_year=1.0, long_run_sd=5.0, break_sd=3.0)
    readings, noise = np.array([[4.0, -4.0]]), np.ones((1, 2))
    usual = filter_levels(readings, noise, model)
    rebased = filter_levels(readings, noise, model, breaks=np.array([False, True]))
    assert rebased.level[0, -1] < usual.level[0, -1]
    assert rebased.level_variance[0, -1] > usual.level_variance[0, -1]


def test_schools_are_filtered_side_by_side_as_if_alone() -> None:
    random = np.random.default_rng(4)
    model = LevelModel(reversion_per_year=0.1, walk_sd_per_year=1.0, long_run_sd=3.0)
    readings, noise = random.normal(size=(5, 4)), random.uniform(0.5, 2.0, (5, 4))
    together = filter_levels(readings, noise, model, expected_long_run=np.arange(5.0))
    for row in range(5):
        alone = filter_levels(readings[row : row + 1], noise[row : row + 1], model, expected_long_run=float(row))
        assert alone.level[0] == pytest.approx(together.level[row])


def test_the_posterior_covers_the_true_level_as_often_as_it_says() -> None:
    random = np.random.default_rng(7)
    n, model = 20_000, LevelModel(reversion_per_year=0.2, walk_sd_per_year=1.5, long_run_sd=4.0)
    long_run = 4.0 * random.standard_normal(n)
    level = long_run + np.sqrt(model.deviation_variance) * random.standard_normal(n)
    readings = np.empty((n, 5))
    for year in range(5):
        if year:
            level = level + 0.2 * (long_run - level) + 1.5 * random.standard_normal(n)
        readings[:, year] = level + 2.0 * random.standard_normal(n)
    start = filter_levels(readings, np.full((n, 5), 4.0), model).starting_level()
    assert np.mean(np.abs(level - start.mean) < 1.96 * start.sd) == pytest.approx(0.95, abs=0.006)
