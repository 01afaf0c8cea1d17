"""A support may carry a local figure with its reason, a pool runs out, and what arrives is counted as dose."""

from datetime import date, timedelta
from math import inf, nan
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.calendar import Validity, school_year
from domain.errors import CapacityExceeded, InvalidAllocation, InvalidSupport
from domain.identity import AssignmentId, OrganizationId, PoolId, SupportId, new_id
from domain.supports import (
    Assignment,
    Delivery,
    EffectCard,
    EvidenceTier,
    FigureStatus,
    Pool,
    PoolKind,
    Support,
    SupportKind,
    check_capacity,
)

START = date(2026, 7, 1)


def _pool(**capacity: float) -> Pool:
    held = {int(year.removeprefix("y")): units for year, units in capacity.items()}
    return Pool(PoolId(new_id()), OrganizationId(new_id()), PoolKind.COACHES, "Coaches", "coaches", 90_000.0, held)


def _assignment(start: date, end: date | None, slots: float = 1.0, promised: float = 36.0) -> Assignment:
    return Assignment(
        AssignmentId(new_id()),
        SupportId(new_id()),
        PoolId(new_id()),
        OrganizationId(new_id()),
        Validity(start, end),
        promised,
        slots,
    )


def test_a_local_figure_goes_before_the_prior_and_needs_its_reason() -> None:
    card = EffectCard(0.1, 0.05, "Kraft et al. 2018", FigureStatus.VERIFIED)
    assert card.mean_in_use == 0.1
    local = EffectCard(0.1, 0.05, "Kraft et al. 2018", FigureStatus.VERIFIED, 0.18, 0.0, "our evaluation of 2025")
    assert local.mean_in_use == 0.0
    for mean, reason in ((0.2, None), (0.2, ""), (None, "because")):
        with pytest.raises(InvalidSupport, match="needs its reason") as refusal:
            EffectCard(0.1, 0.05, "", FigureStatus.ASSUMED, None, mean, reason)
        assert refusal.value.field == ("overrideReason",)


@pytest.mark.parametrize("number", [-1.0, nan, inf])
def test_costs_spreads_and_amounts_are_numbers_that_can_be(number: float) -> None:
    card = EffectCard(0.1, 0.05, "", FigureStatus.ASSUMED)

    def support(cost: float) -> Support:
        return Support(
            SupportId(new_id()), OrganizationId(new_id()), "key", "Name", SupportKind.COACHING, "", "week", cost,
            EvidenceTier.STRONG, card, PoolKind.COACHES,
        )  # fmt: skip

    refused: list[tuple[Any, type[Exception]]] = [
        (lambda: EffectCard(0.1, number, "", FigureStatus.ASSUMED), InvalidSupport),
        (lambda: support(number), InvalidSupport),
        (lambda: _pool(y2027=number), InvalidAllocation),
        (lambda: Delivery(START, number), InvalidSupport),
        (lambda: _assignment(START, None, promised=number), InvalidSupport),
        (lambda: _assignment(START, None, slots=number), InvalidSupport),
    ]
    refused.append((lambda: _assignment(START, None, slots=0.0), InvalidSupport))
    for make, refusal in refused:
        with pytest.raises(refusal):
            make()
    assert support(0.0).unit_cost == 0.0


def test_the_dose_is_the_delivered_share_of_the_promise_and_no_more_than_all() -> None:
    assignment = _assignment(START, date(2027, 7, 1), promised=10.0)
    assert assignment.dose_share == 0.0
    assignment.deliver(Delivery(date(2026, 9, 1), 2.5))
    assignment.deliver(Delivery(date(2026, 10, 1), 2.5))
    assert assignment.dose_share == 0.5
    assignment.deliver(Delivery(date(2026, 11, 1), 15.0))
    assert (assignment.delivered_units, assignment.dose_share) == (20.0, 1.0)


def test_more_than_twice_the_promise_is_taken_for_a_slip_in_the_unit() -> None:
    assignment = _assignment(START, date(2027, 7, 1), promised=1_800_000.0)
    assignment.deliver(Delivery(date(2026, 9, 1), 1_800_000.0))
    with pytest.raises(InvalidSupport, match=r"3,600,000\.5 units .* twice what was promised \(1,800,000\)") as refusal:
        assignment.deliver(Delivery(date(2026, 9, 2), 1_800_000.5))
    assert refusal.value.field == ("units",)
    assert assignment.delivered_units == 1_800_000.0


@pytest.mark.parametrize("day", [START - timedelta(days=1), date(2027, 7, 1)])
def test_a_delivery_falls_within_its_assignment(day: date) -> None:
    assignment = _assignment(START, date(2027, 7, 1))
    with pytest.raises(InvalidSupport, match="falls outside the assignment") as refusal:
        assignment.deliver(Delivery(day, 1.0))
    assert refusal.value.field == ("on",)
    assert assignment.deliveries == []


def test_a_pool_is_full_when_all_its_places_are_promised() -> None:
    pool = _pool(y2027=2.0)
    held = [_assignment(START, date(2027, 7, 1)), _assignment(date(2026, 9, 1), date(2027, 1, 1), slots=0.5)]
    check_capacity(pool, held, _assignment(START, date(2027, 7, 1), slots=0.5))
    with pytest.raises(CapacityExceeded, match=r"2 coaches on 2026-09-01, of which 1\.5 are promised") as refusal:
        check_capacity(pool, held, _assignment(START, date(2027, 7, 1), slots=0.75))
    assert refusal.value.field == ("poolId",)
    check_capacity(pool, held, _assignment(date(2027, 1, 1), date(2027, 7, 1)))


def test_the_next_fiscal_year_has_a_capacity_of_its_own() -> None:
    wanted = _assignment(date(2027, 6, 1), date(2027, 9, 1))
    check_capacity(_pool(y2027=1.0, y2028=1.0), [], wanted)
    for pool in (_pool(y2027=1.0), _pool(y2027=1.0, y2028=0.5)):
        with pytest.raises(CapacityExceeded, match="2027-07-01"):
            check_capacity(pool, [], wanted)


def test_an_assignment_does_not_stand_in_its_own_way_and_needs_an_end() -> None:
    pool, held = _pool(y2027=1.0), _assignment(START, date(2027, 7, 1))
    check_capacity(pool, [held], held)
    with pytest.raises(InvalidSupport, match="needs an end"):
        check_capacity(pool, [], _assignment(START, None))


def _funds(**dollars: float) -> Pool:
    pool = _pool(**dollars)
    pool.kind, pool.name, pool.unit = PoolKind.FUNDS, "Grants", "dollars"
    return pool


def test_dollars_are_used_up_in_the_fiscal_year_in_which_their_assignment_starts() -> None:
    pool = _funds(y2027=1_800_000.0, y2028=500_000.0)
    held = [_assignment(START, date(2026, 8, 1), promised=1_500_000.0)]
    check_capacity(pool, held, _assignment(date(2026, 9, 1), date(2028, 1, 1), slots=99.0, promised=300_000.0))
    with pytest.raises(
        CapacityExceeded, match="Grants has 1,800,000 dollars in 2027, of which 1,500,000 are promised; 300,001 more"
    ) as refusal:
        check_capacity(pool, held, _assignment(date(2026, 9, 1), date(2028, 1, 1), promised=300_001.0))
    assert refusal.value.field == ("poolId",)
    check_capacity(pool, held, _assignment(date(2027, 7, 1), date(2028, 1, 1), promised=500_000.0))
    with pytest.raises(CapacityExceeded, match="has 0 dollars in 2029"):
        check_capacity(pool, held, _assignment(date(2028, 7, 1), date(2029, 1, 1), promised=1.0))


grants = st.lists(st.tuples(st.integers(0, 700), st.integers(1, 100_000)), min_size=1, max_size=12)


@given(grants, st.integers(0, 300_000), st.integers(0, 300_000))
def test_no_year_gives_out_more_cents_than_it_has(asked: list[tuple[int, int]], first: int, second: int) -> None:
    pool = _funds(y2027=first / 100, y2028=second / 100)
    left = {2027: first, 2028: second}
    held: list[Assignment] = []
    for day, cents in asked:
        start = START + timedelta(days=day)
        wanted = _assignment(start, start + timedelta(days=30), promised=cents / 100)
        year = school_year(start)
        try:
            check_capacity(pool, held, wanted)
        except CapacityExceeded:
            assert cents > left[year]
        else:
            left[year] -= cents
            held.append(wanted)
    assert min(left.values()) >= 0


spells = st.tuples(st.integers(0, 700), st.integers(1, 400), st.sampled_from([0.5, 1.0, 2.0]))


@given(st.lists(spells, max_size=6), spells, st.integers(0, 4), st.integers(0, 4), st.integers(0, 4))
def test_no_day_is_overbooked_and_no_room_is_refused(
    held: list[tuple[int, int, float]], wanted: tuple[int, int, float], first: int, second: int, third: int
) -> None:
    def of(spell: tuple[int, int, float]) -> Assignment:
        start = START + timedelta(days=spell[0])
        return _assignment(start, start + timedelta(days=spell[1]), spell[2])

    pool = _pool(y2027=float(first), y2028=float(second), y2029=float(third), y2030=float(third))
    others, asked = [of(spell) for spell in held], of(wanted)
    days = [asked.validity.start + timedelta(days=number) for number in range(wanted[1])]
    fits = all(
        sum(other.slots for other in others if other.validity.holds_on(day)) + asked.slots
        <= pool.capacity[school_year(day)]
        for day in days
    )
    try:
        check_capacity(pool, others, asked)
    except CapacityExceeded:
        assert not fits
    else:
        assert fits
