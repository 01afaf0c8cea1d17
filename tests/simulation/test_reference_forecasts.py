from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from simulation.panel import Panel
from simulation.reference_forecasts import REFERENCES, base_rate, last_value, own_trend, shrinkage_regression
from tests.simulation.panels import made_up_panel

NAN = float("nan")


def panel_of(readings: list[list[float]]) -> Panel:
    grid = np.array(readings)
    made = made_up_panel(1, schools=grid.shape[0], years=grid.shape[1])
    return replace(made, readings=grid, tested=np.full(grid.shape, 100.0))


def rows(*places: int) -> np.ndarray:  # type: ignore[type-arg]
    return np.array(places, dtype=np.int64)


def test_the_base_rate_of_a_common_threshold_counts_those_who_were_short_of_it() -> None:
    known = panel_of([[50.0, 56.0], [51.0, 52.0], [52.0, 53.0], [60.0, 70.0]])
    chances = base_rate(known, rows(1, 2), np.array([55.0, 55.0]), 1)
    # Only 52.0 and 53.0 are asked about; of the earlier readings in between, one of one, 52.0, stayed short.
    assert chances == pytest.approx([0.25, 0.25])


def test_the_base_rate_of_a_gain_counts_gains() -> None:
    known = panel_of([[50.0, 54.0], [51.0, 52.0], [52.0, 56.0], [53.0, 50.0]])
    chances = base_rate(known, rows(0, 3), np.array([57.0, 53.0]), 1)  # a gain of 3 from 54 and from 50
    assert chances == pytest.approx([2.5 / 5, 2.5 / 5])


def test_the_last_value_stays_within_the_size_of_past_changes() -> None:
    known = panel_of([[50.0, 53.0], [50.0, 47.0]])
    assert last_value(known, rows(0), np.array([56.0]), 1) == pytest.approx([stats.norm.sf(1.0)])
    two_ahead = last_value(known, rows(0), np.array([56.0]), 2)
    assert two_ahead == pytest.approx([stats.norm.sf(1.0 / np.sqrt(2.0))])


def test_the_own_trend_goes_straight_on() -> None:
    known = panel_of([[50.0, 52.0, 54.0], [50.0, 49.0, 52.0]])
    even = own_trend(known, rows(0), np.array([58.0]), 2)
    assert even == pytest.approx([0.5])


def test_shrinkage_finds_the_regression_that_made_the_readings() -> None:
    random = np.random.default_rng(3)
    first = random.normal(50.0, 10.0, 4000)
    second = 50.0 + 0.9 * (first - 50.0) + random.normal(0.0, 4.0, 4000)
    third = 5.0 + 0.6 * second + 0.3 * first + random.normal(0.0, 3.0, 4000)
    panel = panel_of([[50.0, 50.0, 50.0]])
    # Fitted on pairs one year apart, with and without an earlier mean; asked of the last year.
    grid = np.column_stack([first, second, third])
    known = replace(panel, readings=grid, tested=np.full(grid.shape, 100.0))
    high, low = int(np.argmax(third)), int(np.argmin(third))
    chances = shrinkage_regression(known, rows(high, low), np.array([third[high], third[low]]), 1)
    assert chances[0] < 0.5 < chances[1]  # both are drawn toward the mean


def test_two_years_ahead_without_such_a_pair_the_one_year_regression_is_repeated() -> None:
    random = np.random.default_rng(4)
    first = random.normal(50.0, 10.0, 2000)
    second = 50.0 + 0.8 * (first - 50.0) + random.normal(0.0, 6.0, 2000)
    grid = np.column_stack([first, second])
    known = replace(panel_of([[50.0, 50.0]]), readings=grid, tested=np.full(grid.shape, 100.0))
    extreme = int(np.argmax(second))
    one, two = (
        shrinkage_regression(known, rows(extreme), np.array([second[extreme]]), horizon)[0] for horizon in (1, 2)
    )
    assert two < one < 0.5


@pytest.mark.parametrize("name", sorted(REFERENCES))
@pytest.mark.parametrize("years", [2, 3, 5])
def test_every_reference_answers_with_a_probability(name: str, years: int) -> None:
    panel = made_up_panel(5, schools=50, years=years)
    chances = REFERENCES[name](panel, np.arange(50), np.full(50, 55.0), 2)
    assert chances.shape == (50,)
    assert np.all((chances >= 0.0) & (chances <= 1.0))
