"""A scenario is checked before anything is simulated: its places, its budget, its horizon, its policy."""

from datetime import date
from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import BudgetExceeded, HorizonTooLong, InvalidAllocation, NotFound
from domain.identity import OrganizationId, PoolId, ScenarioId, new_id
from domain.scenarios import (
    DEFAULT_NEED_WEIGHTS,
    NeedTerm,
    Pin,
    Policy,
    PolicyKind,
    PoolAllocation,
    Scenario,
    carried_over,
    months_into,
)
from domain.supports import Pool, PoolKind

STATE = OrganizationId(new_id())
COACHES = Pool(PoolId(new_id()), STATE, PoolKind.COACHES, "Coaches", "coaches", 90_000.0)
FUNDS = Pool(PoolId(new_id()), STATE, PoolKind.FUNDS, "Grants", "dollars", 1.0)
POOLS = [COACHES, FUNDS]
FIRST_COME = Policy(PolicyKind.FIRST_COME)


def _scenario(
    *allocation: PoolAllocation,
    budget: dict[int, float] | None = None,
    policy: Policy = FIRST_COME,
    months: int = 36,
    starts: date = date(2026, 7, 1),
    name: str = "What if",
) -> Scenario:
    return Scenario(ScenarioId(new_id()), STATE, name, starts, months, allocation, policy, budget or {})


@pytest.mark.parametrize(
    ("starts", "months", "years"),
    [
        (date(2026, 7, 1), 12, [2027]),
        (date(2026, 7, 1), 13, [2027, 2028]),
        (date(2026, 10, 15), 9, [2027]),
        (date(2026, 10, 15), 10, [2027, 2028]),
        (date(2027, 1, 1), 72, [2027, 2028, 2029, 2030, 2031, 2032, 2033]),
    ],
)
def test_the_horizon_touches_fiscal_years(starts: date, months: int, years: list[int]) -> None:
    assert list(_scenario(starts=starts, months=months).fiscal_years) == years


def test_when_a_fiscal_year_opens_in_months_from_the_start() -> None:
    scenario = _scenario(starts=date(2026, 10, 1))
    assert [months_into(scenario, year) for year in (2027, 2028)] == [-3, 9]


@pytest.mark.parametrize("months", [0, 2, 73])
def test_the_model_answers_for_three_to_seventy_two_months(months: int) -> None:
    with pytest.raises(HorizonTooLong) as refusal:
        _scenario(months=months)
    assert refusal.value.field == ("horizonMonths",)


def test_a_scenario_needs_a_name() -> None:
    with pytest.raises(InvalidAllocation, match="needs a name"):
        _scenario(name="  ")


def test_what_an_allocation_costs_in_each_year() -> None:
    scenario = _scenario(
        PoolAllocation(COACHES.id, {2027: 2.0, 2028: 3.0, 2050: 9.0}), PoolAllocation(FUNDS.id, {2028: 10_000.0})
    )
    assert scenario.cost(POOLS) == {2027: 180_000.0, 2028: 280_000.0, 2029: 0.0}


def test_a_budget_is_kept_to_the_cent_and_a_year_without_one_has_no_limit() -> None:
    allocation = PoolAllocation(COACHES.id, {2027: 2.0, 2028: 50.0})
    _scenario(allocation, budget={2027: 180_000.0}).check(POOLS)
    with pytest.raises(BudgetExceeded, match=r"In 2027 this costs \$180,000, which is \$1,000 more") as refusal:
        _scenario(allocation, budget={2027: 179_000.0}).check(POOLS)
    assert refusal.value.field == ("budget", 2027)


@pytest.mark.parametrize("limit", [-1.0, nan, inf])
def test_a_budget_is_an_amount(limit: float) -> None:
    with pytest.raises(InvalidAllocation) as refusal:
        _scenario(budget={2027: limit}).check(POOLS)
    assert refusal.value.field == ("budget", 2027)


@pytest.mark.parametrize("units", [-0.5, nan, inf, 2e12])
def test_a_pool_holds_an_amount(units: float) -> None:
    with pytest.raises(InvalidAllocation) as refusal:
        _scenario(PoolAllocation(FUNDS.id, {}), PoolAllocation(COACHES.id, {2027: units})).check(POOLS)
    assert refusal.value.field == ("pools", 1, "capacity", 2027)


@pytest.mark.parametrize("year", [2026, 2030, 2055])
def test_amounts_lie_within_the_years_of_the_scenario(year: int) -> None:
    words = f"{year} is outside this scenario's years 2027 to 2029"
    with pytest.raises(InvalidAllocation, match=words) as pool:
        _scenario(PoolAllocation(COACHES.id, {2027: 1.0, year: 1.0})).check(POOLS)
    assert pool.value.field == ("pools", 0, "capacity", year)
    with pytest.raises(InvalidAllocation, match=words) as budget:
        _scenario(budget={year: 1.0}).check(POOLS)
    assert budget.value.field == ("budget", year)


def test_what_is_counted_comes_whole_and_dollars_need_not() -> None:
    _scenario(PoolAllocation(COACHES.id, {2027: 38.0}), PoolAllocation(FUNDS.id, {2027: 10.5})).check(POOLS)
    with pytest.raises(InvalidAllocation, match=r"Coaches in 2027: 38\.5 coaches; give a whole number") as refusal:
        _scenario(PoolAllocation(COACHES.id, {2027: 38.5})).check(POOLS)
    assert refusal.value.field == ("pools", 0, "capacity", 2027)


def test_another_horizon_drops_years_and_goes_on_as_in_the_last_one() -> None:
    amounts = {2027: 1.0, 2028: 2.0, 2029: 3.0}
    years = range(2027, 2030)
    assert carried_over(amounts, years, years) == amounts
    assert carried_over(amounts, years, range(2027, 2029)) == {2027: 1.0, 2028: 2.0}
    assert carried_over(amounts, years, range(2027, 2032)) == amounts | {2030: 3.0, 2031: 3.0}
    assert carried_over({2027: 1.0}, years, range(2027, 2032)) == {2027: 1.0}, "the last year had no entry"


def test_pools_are_known_and_stand_once() -> None:
    with pytest.raises(NotFound) as unknown:
        _scenario(PoolAllocation(PoolId(new_id()), {})).check(POOLS)
    assert unknown.value.field == ("pools", 0, "poolId")
    with pytest.raises(InvalidAllocation, match="stands twice") as twice:
        _scenario(PoolAllocation(COACHES.id, {}), PoolAllocation(COACHES.id, {})).check(POOLS)
    assert twice.value.field == ("pools", 1)
    pinned = Policy(PolicyKind.FIXED, pins=(Pin(PoolId(new_id()), STATE),))
    with pytest.raises(NotFound) as pin:
        _scenario(policy=pinned).check(POOLS)
    assert pin.value.field == ("policy", "pins", 0, "poolId")


def test_policies_need_their_figures() -> None:
    with pytest.raises(InvalidAllocation, match="name at least one"):
        Policy(PolicyKind.FIXED)
    with pytest.raises(InvalidAllocation, match="weight above zero"):
        Policy(PolicyKind.NEED_INDEX, {NeedTerm.TIER: 0.0})
    for weight in (-0.1, nan, inf):
        with pytest.raises(InvalidAllocation) as refusal:
            Policy(PolicyKind.NEED_INDEX, {NeedTerm.LOW_LEVEL: weight})
        assert refusal.value.field == ("policy", "weights", "LOW_LEVEL")
    assert Policy(PolicyKind.NEED_INDEX).weights == {}
    assert sum(DEFAULT_NEED_WEIGHTS.values()) == pytest.approx(1.0)


def test_a_copy_says_the_same_under_another_name_and_is_no_baseline() -> None:
    original = _scenario(PoolAllocation(COACHES.id, {2027: 2.0}), budget={2027: 200_000.0})
    original.is_baseline = True
    twin = original.copy(ScenarioId(new_id()), "Twin")
    assert (twin.name, twin.is_baseline, twin.copied_from) == ("Twin", False, original.id)
    assert (twin.allocation, twin.policy, twin.budget) == (original.allocation, original.policy, original.budget)
    assert twin.budget is not original.budget


@given(st.dictionaries(st.integers(2020, 2035), st.floats(0, 1e6), max_size=8), st.integers(3, 72), st.dates())
def test_only_the_years_of_the_horizon_cost_anything(capacity: dict[int, float], months: int, day: date) -> None:
    scenario = _scenario(PoolAllocation(COACHES.id, capacity), months=months, starts=day.replace(year=2026))
    costs = scenario.cost(POOLS)
    assert list(costs) == list(scenario.fiscal_years)
    assert costs == {year: 90_000.0 * capacity.get(year, 0.0) for year in scenario.fiscal_years}
