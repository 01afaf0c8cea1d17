import numpy as np
import pytest

from simulation.statewide import DRIFT_SPREAD, EXPECTED_DRIFT, outlook, statewide_changes, year_effects
from tests.simulation.panels import made_up_panel

NAN = float("nan")


def panel_of(readings: list[list[float]]):  # type: ignore[no-untyped-def]
    from dataclasses import replace

    rows, years = len(readings), len(readings[0])
    grid = np.array(readings)
    return replace(made_up_panel(1, schools=rows, years=years), readings=grid, tested=np.full((rows, years), 100.0))


def test_a_school_that_opens_does_not_pass_for_growth() -> None:
    panel = panel_of([[50.0, 52.0], [60.0, 62.0], [NAN, 95.0]])
    assert statewide_changes(panel) == pytest.approx([2.0])
    assert np.diff(year_effects(panel)) == pytest.approx([2.0])


def test_years_that_share_no_school_are_bridged_by_their_means() -> None:
    panel = panel_of([[50.0, NAN], [NAN, 57.0]])
    assert np.isnan(statewide_changes(panel)).all()
    assert np.diff(year_effects(panel)) == pytest.approx([7.0])


def test_centred_readings_have_mean_zero() -> None:
    panel = made_up_panel(3)
    assert float(np.mean(panel.readings - year_effects(panel))) == pytest.approx(0.0, abs=1e-9)


def test_with_no_history_the_outlook_is_what_tests_elsewhere_have_done() -> None:
    found = outlook(np.array([]), between_sd=10.0)
    assert found.expected_drift == pytest.approx(10.0 * EXPECTED_DRIFT)
    low, high = found.drift_interval()
    assert high - low == pytest.approx(2 * 1.96 * 10.0 * DRIFT_SPREAD, rel=1e-3)


def test_growth_is_expected_toward_the_better() -> None:
    absence = outlook(np.array([]), between_sd=10.0, higher_is_better=False)
    assert absence.expected_drift == pytest.approx(-10.0 * EXPECTED_DRIFT)


def test_a_steep_rise_is_believed_in_part() -> None:
    found = outlook(np.array([7.0, 7.0, 7.0]), between_sd=20.0)
    assert 1.0 < found.expected_drift < 7.0
    longer = outlook(np.full(30, 7.0), between_sd=20.0)
    assert found.expected_drift < longer.expected_drift < 7.0
    assert longer.expected_shock_sd < found.expected_shock_sd


def test_a_long_history_speaks_for_itself() -> None:
    changes = 0.5 + 3.0 * np.random.default_rng(5).standard_normal(400)
    found = outlook(changes, between_sd=10.0)
    assert found.expected_drift == pytest.approx(0.5, abs=0.35)
    assert found.expected_shock_sd == pytest.approx(3.0, rel=0.1)
    low, high = found.shock_interval()
    assert low < 3.0 < high


def test_changes_of_the_scale_itself_say_nothing_of_growth() -> None:
    with_break = outlook(np.array([0.5, -30.0]), 13.0, rebased=np.array([False, True]))
    without = outlook(np.array([0.5]), 13.0)
    assert with_break.expected_drift == pytest.approx(without.expected_drift)
    assert with_break.expected_shock_sd == pytest.approx(without.expected_shock_sd)


def test_two_years_add_shocks_in_quadrature_and_doubt_about_drift_in_line() -> None:
    found = outlook(np.array([1.0, 2.0]), 10.0)
    mean, sd = found.change(2)
    assert mean == pytest.approx(2 * found.drift)
    assert sd**2 == pytest.approx(2 * found.shock_sd**2 + 4 * found.drift_sd**2)


def test_a_year_without_readings_lies_between_its_neighbours() -> None:
    panel = panel_of([[50.0, NAN, 58.0], [40.0, NAN, 44.0]])
    assert np.diff(year_effects(panel)) == pytest.approx([3.0, 3.0])


def test_a_year_is_compared_with_the_last_one_that_shares_schools() -> None:
    panel = panel_of([[50.0, NAN, 53.0], [NAN, 70.0, NAN]])
    effects = year_effects(panel)
    assert effects[2] - effects[0] == pytest.approx(3.0)
