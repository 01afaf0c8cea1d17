"""Amounts stand in messages as planners write them, and texts have an end."""

from datetime import date

import pytest

from domain.calendar import Validity
from domain.errors import Invalid
from domain.goals import Milestone, MilestoneKind
from domain.identity import AccountId, GoalId, MilestoneId, OrganizationId, new_id
from domain.organizations import Designation, DesignationKind, Organization, OrganizationKind
from domain.people import Account
from domain.supports import Delivery
from domain.wording import check_length, in_words


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        (0.0, "0"),
        (40.0, "40"),
        (100.0, "100"),
        (38.5, "38.5"),
        (1.234, "1.23"),
        (1_800_000.0, "1,800,000"),
        (-1_234.5, "-1,234.5"),
        (0.0001, "0.0001"),
        (-0.001, "-0.001"),
        (1e300, "1e+300"),
        (float("inf"), "inf"),
        (float("nan"), "nan"),
    ],
)
def test_amounts_are_written_out(amount: float, words: str) -> None:
    assert in_words(amount) == words


def test_a_text_has_an_end() -> None:
    check_length(None, 3, what="A name", field="name")
    check_length("abc", 3, what="A name", field="name")
    with pytest.raises(Invalid, match="A name has at most 3 characters; this one has 1,000") as refusal:
        check_length("a" * 1_000, 3, what="A name", field="name")
    assert refusal.value.field == ("name",)


def test_names_addresses_and_remarks_have_an_end() -> None:
    school, today = OrganizationKind.SCHOOL, date(2026, 10, 1)
    Organization(OrganizationId(new_id()), school, "x" * 200)
    with pytest.raises(Invalid, match="at most 200"):
        Organization(OrganizationId(new_id()), school, "x" * 201)
    with pytest.raises(Invalid, match="at most 254") as address:
        Account(AccountId(new_id()), "x" * 250 + "@y.org", "x")
    assert address.value.field == ("email",)
    with pytest.raises(Invalid, match="at most 5,000"):
        Delivery(today, 1.0, "x" * 5_001)
    with pytest.raises(Invalid, match="at most 5,000"):
        Designation(DesignationKind.CSI, Validity(today), "x" * 5_001)
    milestone = Milestone(MilestoneId(new_id()), GoalId(new_id()), MilestoneKind.EVALUATION, "Look", today)
    with pytest.raises(Invalid, match="at most 5,000") as evidence:
        milestone.attain(today, "x" * 5_001)
    assert evidence.value.field == ("evidence",)
