"""Effects by hand: what each rule makes of plain numbers."""

import pytest

from simulation.effects import (
    Curves,
    Ramp,
    additive,
    best_of,
    dip,
    dose_share,
    gain,
    kept_share,
    load_factor,
    random_overlap,
    saturating,
)
from simulation.parameters import Parameters

CURVES = Curves.of(Parameters())


def test_a_programme_gains_its_yearly_effect_in_a_year_in_force_and_nothing_after() -> None:
    assert gain(0.12, 1.0, CURVES.accrued[Ramp.PRACTICE], 0.0, 6.0) == pytest.approx(0.06)
    assert gain(0.12, 1.0, CURVES.accrued[Ramp.PRACTICE], 0.0, 12.0) == pytest.approx(0.12)
    assert gain(0.12, 1.0, CURVES.accrued[Ramp.PRACTICE], 12.0, 12.0) == 0.0


def test_whole_school_change_ramps_over_three_years() -> None:
    accrued = CURVES.accrued[Ramp.WHOLE_SCHOOL]
    assert gain(0.06, 1.0, accrued, 0.0, 12.0) == pytest.approx(0.06 * 0.25)
    assert gain(0.06, 1.0, accrued, 12.0, 12.0) == pytest.approx(0.06 * 0.55)
    assert gain(0.06, 1.0, accrued, 24.0, 12.0) == pytest.approx(0.06)
    assert gain(0.06, 1.0, accrued, 36.0, 12.0) == 0.0


def test_a_gain_fades_to_43_and_37_per_cent() -> None:
    assert [kept_share(CURVES, months) for months in (0.0, 12.0, 24.0, 60.0)] == [1.0, 0.43, 0.37, 0.37]
    assert kept_share(CURVES, 6.0) == pytest.approx((1.0 + 0.43) / 2)


def test_half_of_a_practice_is_in_use_after_a_year_and_a_half() -> None:
    assert CURVES.implementation[17] < 0.5 < CURVES.implementation[18]


def test_a_dip_goes_down_and_comes_back() -> None:
    assert [dip(0.03, months, 2.0, 8.0) for months in (0.0, 1.0, 2.0, 5.0, 8.0)] == [0.0, -0.015, -0.03, -0.015, 0.0]


def test_a_dose_is_the_share_of_the_need_and_never_more_than_all_of_it() -> None:
    assert dose_share(40.0, 400.0) == 0.1
    assert dose_share(500.0, 400.0) == 1.0
    assert dose_share(10.0, 0.0) == 0.0


@pytest.mark.parametrize(("active", "left"), [(0, 1.0), (3, 1.0), (4, 0.85), (5, 0.70), (20, 0.0)])
def test_each_initiative_beyond_three_costs_every_other_fifteen_per_cent(active: int, left: float) -> None:
    assert load_factor(active, 3.0, 0.15) == pytest.approx(left)


def test_overlap_rules() -> None:
    effects = [0.05, 0.20, 0.10]
    assert best_of(effects, 0.5) == 0.20
    assert additive(effects, 0.5) == pytest.approx(0.35)
    assert saturating(effects, 0.5) == pytest.approx(0.20 + 0.05 + 0.0125)
    assert random_overlap(effects, 0.5) == pytest.approx(1 - 0.95 * 0.80 * 0.90)


@pytest.mark.parametrize("rule", [best_of, additive, saturating, random_overlap])
def test_one_support_alone_keeps_its_effect_and_none_has_none(rule: object) -> None:
    assert callable(rule)
    assert rule([0.125], 0.5) == pytest.approx(0.125)
    assert rule([], 0.5) == 0.0
