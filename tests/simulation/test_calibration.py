from dataclasses import asdict, replace

import numpy as np
import orjson
import pytest

from domain.errors import ImprovementError
from simulation.calibration import SHARE_BETWEEN_SCHOOLS, CannotCalibrate, calibrate, calibrate_panel
from simulation.panel import Panel
from tests.simulation.panels import Truth, made_up_panel


def test_a_long_panel_gives_its_parameters_back() -> None:
    truth = Truth()
    found = calibrate(made_up_panel(11, schools=3000, years=9, per_district=15))
    assert found.reversion_per_year == pytest.approx(truth.reversion, abs=0.05)
    assert found.walk_sd_per_year == pytest.approx(truth.walk_sd, rel=0.10)
    assert found.district_shock_sd == pytest.approx(truth.district_shock_sd, rel=0.15)
    assert found.noise_per_pupil_sd == pytest.approx(truth.noise_per_pupil_sd, rel=0.10)
    assert found.noise_floor_sd == pytest.approx(truth.noise_floor_sd, abs=0.8)
    walk_variance = truth.walk_sd**2 + truth.district_shock_sd**2
    between = np.sqrt(truth.long_run_sd**2 + walk_variance / (1 - (1 - truth.reversion) ** 2))
    assert found.between_sd == pytest.approx(between, rel=0.05)
    assert found.student_sd == pytest.approx(found.between_sd / np.sqrt(SHARE_BETWEEN_SCHOOLS))
    assert (found.source, found.schools, found.years) == ("calibrated", 3000, 9)


def test_the_intervals_cover_the_truth_about_as_often_as_they_say() -> None:
    truth = Truth(year_shock_sd=2.0)  # a shock that tests elsewhere have shown
    true_values = {
        "walk_sd_per_year": truth.walk_sd,
        "district_shock_sd": truth.district_shock_sd,
        "noise_per_pupil_sd": truth.noise_per_pupil_sd,
        "reversion_per_year": truth.reversion,
        "drift_per_year": truth.drift,
        "year_shock_sd": truth.year_shock_sd,
    }
    fits = [calibrate(made_up_panel(seed, schools=500, years=6, truth=truth)).intervals for seed in range(24)]
    for name, value in true_values.items():
        covered = np.mean([fit[name][0] <= value <= fit[name][1] for fit in fits])
        assert covered >= 0.79, name  # 19 of 24: less has a chance of about 0.6 % were each right 95 % of the time


def test_small_schools_are_read_with_more_noise() -> None:
    found = calibrate(made_up_panel(2))
    few, many, unknown = found.noise_sd(np.array([20.0, 2000.0, np.nan]))
    assert few > unknown > many
    assert few == pytest.approx(np.hypot(found.noise_floor_sd, found.noise_per_pupil_sd / np.sqrt(20.0)))
    assert unknown == pytest.approx(found.noise_sd(np.array([found.typical_tested]))[0])


def test_each_level_has_a_long_run_of_its_own() -> None:
    panel = made_up_panel(5, schools=400)
    high = np.arange(400) % 2 == 1
    shifted = replace(
        panel,
        levels=tuple("H" if each else "E" for each in high),
        readings=panel.readings - 12.0 * high[:, None],
    )
    expected = calibrate_panel(shifted).expected_long_run
    assert expected[~high].mean() - expected[high].mean() == pytest.approx(12.0, abs=3.0)
    assert calibrate_panel(panel).expected_long_run == pytest.approx(np.zeros(400))


def test_a_rebased_scale_is_bridged_by_the_schools_on_both_sides() -> None:
    panel = made_up_panel(6)
    broken = replace(panel, readings=panel.readings - 30.0 * (panel.years >= 2014))
    usual, bridged = calibrate(panel), calibrate(broken, breaks=[2014])
    assert bridged.year_shock_sd < 3.0
    assert bridged.walk_sd_per_year == pytest.approx(usual.walk_sd_per_year, rel=0.2)


def test_a_calibration_is_plain_numbers() -> None:
    found = calibrate(made_up_panel(7, schools=60, years=4))
    again = orjson.loads(orjson.dumps(asdict(found)))
    assert again["walk_sd_per_year"] == found.walk_sd_per_year
    assert again["intervals"]["between_sd"] == list(found.intervals["between_sd"])


def first_schools(panel: Panel, count: int) -> Panel:
    return replace(
        panel,
        units=panel.units[:count],
        districts=panel.districts[:count],
        levels=panel.levels[:count],
        readings=panel.readings[:count],
        tested=panel.tested[:count],
    )


def test_too_few_schools_are_refused_in_words() -> None:
    with pytest.raises(CannotCalibrate, match=r"at 9 schools .* takes 10 schools") as refused:
        calibrate(first_schools(made_up_panel(1), 9))
    assert refused.value.reason == "TOO_FEW_READINGS"
    assert isinstance(refused.value, ImprovementError)


def test_a_single_year_is_refused() -> None:
    with pytest.raises(CannotCalibrate, match="two successive years"):
        calibrate(made_up_panel(1).up_to(2011))


def test_readings_that_never_differ_are_refused() -> None:
    panel = made_up_panel(1)
    with pytest.raises(CannotCalibrate, match="every reading of score is the same"):
        calibrate(replace(panel, readings=np.full_like(panel.readings, 50.0)))


def test_missing_readings_and_unknown_sizes_do_not_stop_it() -> None:
    panel = made_up_panel(8)
    random = np.random.default_rng(8)
    holes = np.where(random.uniform(size=panel.readings.shape) < 0.3, np.nan, panel.readings)
    found = calibrate(replace(panel, readings=holes, tested=np.full_like(panel.tested, np.nan)))
    whole = calibrate(panel)
    assert found.between_sd == pytest.approx(whole.between_sd, rel=0.1)
    assert np.isfinite(found.noise_sd(np.array([np.nan]))).all()
