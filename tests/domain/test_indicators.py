"""Observed, suppressed, missing and not applicable are four different things, and none of them is a zero."""

from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import InvalidInput, InvalidReading
from domain.identity import IndicatorId, OrganizationId, new_id
from domain.indicators import Indicator, Reading, ReadingState

OWNER = OrganizationId(new_id())


def _indicator(lowest: float = 0, highest: float = 100) -> Indicator:
    return Indicator(IndicatorId(new_id()), OWNER, "reading", "Grade 3 reading", "points", lowest, highest)


@given(st.sampled_from(ReadingState), st.none() | st.floats(allow_nan=False, allow_infinity=False))
def test_a_value_is_there_exactly_if_it_was_observed(state: ReadingState, value: float | None) -> None:
    if (state is ReadingState.OBSERVED) == (value is not None):
        assert Reading(state, value).value == value
    else:
        with pytest.raises(InvalidReading) as refusal:
            Reading(state, value)
        assert refusal.value.field == ("value",)


def test_a_zero_is_a_value() -> None:
    assert Reading.observed(0.0) != Reading.missing()
    assert len({Reading.observed(0.0), Reading.suppressed(), Reading.missing(), Reading.not_applicable()}) == 4


@pytest.mark.parametrize("value", [nan, inf, -inf])
def test_what_is_no_number_is_no_reading(value: float) -> None:
    with pytest.raises(InvalidReading, match="A reading is a number"):
        Reading.observed(value)


@pytest.mark.parametrize(("tested", "error", "field"), [(-1, None, "tested"), (1, -0.1, "standardError")])
def test_counts_and_errors_are_not_negative(tested: int, error: float | None, field: str) -> None:
    with pytest.raises(InvalidReading) as refusal:
        Reading.observed(50.0, tested, error)
    assert refusal.value.field == (field,)


@pytest.mark.parametrize("state", [ReadingState.SUPPRESSED, ReadingState.MISSING, ReadingState.NOT_APPLICABLE])
def test_how_many_stand_behind_a_reading_is_told_of_an_observed_one_only(state: ReadingState) -> None:
    with pytest.raises(InvalidReading, match="how many were tested") as count:
        Reading(state, tested=4)
    with pytest.raises(InvalidReading, match="has a standard error") as error:
        Reading(state, standard_error=2.0)
    assert (count.value.field, error.value.field) == (("tested",), ("standardError",))


@pytest.mark.parametrize("error", [nan, inf])
def test_a_standard_error_is_a_number(error: float) -> None:
    with pytest.raises(InvalidReading):
        Reading.observed(50.0, 10, error)


@given(st.floats())
def test_an_indicator_takes_what_lies_in_its_range(value: float) -> None:
    indicator = _indicator()
    if 0 <= value <= 100:
        indicator.check(value)
    else:
        with pytest.raises(InvalidReading, match="lies between 0 and 100 points"):
            indicator.check(value)


def test_an_indicator_needs_a_range() -> None:
    with pytest.raises(InvalidInput, match="cannot range from 5 to 5"):
        _indicator(5, 5)
