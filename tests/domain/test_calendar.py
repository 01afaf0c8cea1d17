"""School years are named by their spring; periods hold up to but not including their end."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.calendar import Validity, annual_test_day, months_between, school_year, school_year_start
from domain.errors import InvalidOrganization

days = st.dates(date(1990, 1, 1), date(2060, 12, 31))


@st.composite
def periods(draw: st.DrawFn) -> Validity:
    start, end = draw(days), draw(st.none() | days)
    return Validity(start, end if end is None or end > start else None)


def test_a_school_year_opens_on_the_first_of_july_and_is_named_by_its_spring() -> None:
    assert [school_year(day) for day in (date(2026, 6, 30), date(2026, 7, 1), date(2027, 6, 30))] == [2026, 2027, 2027]


@given(days)
def test_every_day_lies_in_its_school_year_which_has_its_test(day: date) -> None:
    year = school_year(day)
    assert school_year_start(year) <= day < school_year_start(year + 1)
    assert school_year(annual_test_day(year)) == year


def test_a_month_is_a_twelfth_of_a_year_of_365_and_a_quarter_days() -> None:
    assert months_between(date(2024, 1, 1), date(2028, 1, 1)) == 48.0


def test_a_period_holds_from_its_start_up_to_but_not_including_its_end() -> None:
    period = Validity(date(2026, 7, 1), date(2027, 7, 1))
    assert [period.holds_on(day) for day in (date(2026, 6, 30), date(2026, 7, 1), date(2027, 6, 30))] == [0, 1, 1]
    assert not period.holds_on(date(2027, 7, 1))


def test_a_period_must_end_after_it_starts() -> None:
    with pytest.raises(InvalidOrganization, match="must end after it starts") as refusal:
        Validity(date(2026, 7, 1), date(2026, 7, 1))
    assert refusal.value.field == ("end",)


@given(periods(), periods(), days)
def test_periods_overlap_exactly_if_they_share_a_day(one: Validity, other: Validity, day: date) -> None:
    assert one.overlaps(other) == other.overlaps(one)
    if one.holds_on(day) and other.holds_on(day):
        assert one.overlaps(other)
    later_start = max(one.start, other.start)
    assert one.overlaps(other) == (one.holds_on(later_start) and other.holds_on(later_start))
