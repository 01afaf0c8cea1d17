from dataclasses import replace

import numpy as np
import pytest

from simulation.calibration import calibrate_panel
from simulation.corrections import no_correction
from simulation.panel import FloatArray
from simulation.prediction import PredictedReadings, predict, published_grain
from simulation.scoring import brier, coverage, reliability_table
from simulation.statewide import outlook
from tests.simulation.panels import Truth, made_up_panel


def prediction(grain: float = 1.0) -> PredictedReadings:
    return PredictedReadings(
        1, np.array([50.0, 60.0]), np.array([4.0, 5.0]), 8.0, outlook(np.array([1.0]), 10.0), grain
    )


def test_published_whole_numbers_are_reached_half_a_point_early() -> None:
    rows, bar = np.array([0, 1]), np.array([55.0, 55.0])
    fine, coarse = prediction(0.001), prediction(1.0)
    assert coarse.at_least(rows, bar) == pytest.approx(fine.at_least(rows, bar - 0.5), abs=1e-3)
    assert coarse.at_least(rows, bar) + coarse.at_most(rows, bar - 1.0) == pytest.approx(np.ones(2))


def test_a_quantile_is_where_its_chance_lies_below() -> None:
    rows = np.array([0, 1])
    for chance in (0.025, 0.1, 0.5, 0.9):
        assert prediction().below(rows, prediction().quantiles(rows, chance)) == pytest.approx([chance] * 2, abs=1e-6)


def test_the_grain_is_the_step_of_all_readings() -> None:
    assert published_grain(np.array([[51.0, np.nan], [3.0, 0.0]])) == 1.0
    assert published_grain(np.array([51.3, 3.0])) == 0.1
    assert published_grain(np.array([51.25, 3.1])) == 0.01
    assert published_grain(np.array([np.pi])) == 0.001


def test_with_no_earlier_origin_there_is_nothing_to_correct() -> None:
    stand = calibrate_panel(made_up_panel(1, years=2))
    two_ahead = predict(stand, 2)
    level = stand.filtered().ahead(2)
    learnt_one_ahead = predict(stand, 1)
    assert learnt_one_ahead.freedom != no_correction(()).freedom
    assert np.corrcoef(two_ahead.centre, level.mean)[0, 1] > 0.99


def later_readings(truth: Truth, seeds: range, horizon: int) -> list[tuple[PredictedReadings, FloatArray]]:
    found = []
    for seed in seeds:
        panel = made_up_panel(seed, schools=400, years=5 + horizon, truth=truth)
        known = panel.up_to(int(panel.years[4]))
        found.append((predict(calibrate_panel(known), horizon), panel.readings[:, -1]))
    return found


@pytest.mark.parametrize("horizon", [1, 2])
def test_bands_cover_as_often_as_they_say(horizon: int) -> None:
    rows = np.arange(0, 400, 2)
    # Drift and shocks as large as are expected beforehand: between schools the SD is about 12.5.
    cases = later_readings(Truth(drift=1.0, year_shock_sd=2.0), range(12), horizon)
    inside = [coverage(ahead.quantiles(rows, 0.1), ahead.quantiles(rows, 0.9), later[rows]) for ahead, later in cases]
    assert 0.76 <= np.mean(inside) <= 0.84


def test_what_is_said_at_seven_in_ten_comes_seven_times_in_ten() -> None:
    rows, bar = np.arange(400), np.full(400, 55.0)
    cases = later_readings(Truth(drift=0.6, year_shock_sd=0.3), range(20, 32), 1)
    said = np.concatenate([ahead.at_least(rows, bar) for ahead, _ in cases])
    came = np.concatenate([(later >= 55.0).astype(float) for _, later in cases])
    for row in reliability_table(said, came, bins=5):
        assert row.observed == pytest.approx(row.forecast, abs=0.06)


def test_what_is_known_of_a_school_beyond_its_readings_is_used() -> None:
    panel = made_up_panel(9, schools=800, years=6)
    poor = np.random.default_rng(9).standard_normal(800)
    falling = replace(panel, readings=panel.readings - 4.0 * poor[:, None] * np.arange(6))
    share = np.repeat(poor[:, None], 6, axis=1)
    known = falling.up_to(2015)
    told = predict(calibrate_panel(replace(known, covariates={"poverty": share[:, :5]})), 1)
    untold = predict(calibrate_panel(known), 1)
    later = falling.readings[:, 5]

    def missed(ahead: PredictedReadings) -> float:
        return float(np.std(later - ahead.centre))

    assert missed(told) < 0.97 * missed(untold)


def test_a_covariate_that_says_nothing_does_no_harm() -> None:
    panel = made_up_panel(10, schools=800, years=6)
    known = panel.up_to(2015)
    idle = np.random.default_rng(10).standard_normal((800, 5))
    told = predict(calibrate_panel(replace(known, covariates={"idle": idle})), 1)
    untold = predict(calibrate_panel(known), 1)
    assert np.abs(told.centre - untold.centre).max() < 0.8


def test_a_year_in_which_no_school_was_tested_is_passed_over() -> None:
    panel = made_up_panel(12, schools=200, years=6)
    readings = panel.readings.copy()
    readings[:, 3] = np.nan  # as in spring 2020
    known = replace(panel, readings=readings).up_to(2015)
    ahead = predict(calibrate_panel(known), 1)
    later = panel.readings[:, 5]
    assert np.isfinite(ahead.centre).all()
    assert np.corrcoef(ahead.centre, later)[0, 1] > 0.85


def test_a_yes_or_no_indicator_comes_true_as_often_as_was_said() -> None:
    panel = made_up_panel(13, schools=3000, years=6)
    low = np.where(panel.readings < np.percentile(panel.readings, 20.0), 1.0, 0.0)
    ahead = predict(calibrate_panel(replace(panel, readings=low, lowest=0.0, highest=1.0).up_to(2015)), 1)
    said = ahead.at_least(np.arange(3000), np.ones(3000))
    assert said.mean() == pytest.approx(low[:, 5].mean(), abs=0.05)
    assert brier(said, low[:, 5]) < 0.6 * float(low[:, 5].var())
    assert ahead.at_least(np.arange(3), np.zeros(3)) == pytest.approx(np.ones(3), abs=1e-3)
