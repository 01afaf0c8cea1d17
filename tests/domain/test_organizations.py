"""A school stands under a district and a district under a state, one at a time, and what was true stays askable."""

from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.calendar import Validity
from domain.errors import InvalidOrganization, InvalidParent
from domain.identity import OrganizationId, new_id
from domain.organizations import Designation, DesignationKind, Organization, OrganizationKind, Profile

ALWAYS = Validity(date(2000, 7, 1))

PLACES = {
    (OrganizationKind.SCHOOL, OrganizationKind.DISTRICT),
    (OrganizationKind.DISTRICT, OrganizationKind.STATE),
    (OrganizationKind.NETWORK, OrganizationKind.STATE),
}


def _organization(kind: OrganizationKind = OrganizationKind.SCHOOL, name: str = "East") -> Organization:
    return Organization(OrganizationId(new_id()), kind, name)


@pytest.mark.parametrize("child", OrganizationKind)
@pytest.mark.parametrize("parent", OrganizationKind)
def test_only_the_next_level_up_is_a_parent(child: OrganizationKind, parent: OrganizationKind) -> None:
    below, above = _organization(child), _organization(parent, "Above")
    if (child, parent) in PLACES:
        below.place_under(above, ALWAYS)
        assert below.parent_on(date(2026, 1, 1)) == above.id
    else:
        with pytest.raises(InvalidParent) as refusal:
            below.place_under(above, ALWAYS)
        assert refusal.value.field == ("parentId",)


def test_nothing_stands_under_itself() -> None:
    school = _organization()
    with pytest.raises(InvalidParent, match="cannot stand under itself"):
        school.place_under(school, ALWAYS)


def test_a_school_changes_its_district_on_a_day() -> None:
    school, north, south = _organization(), *(_organization(OrganizationKind.DISTRICT, name) for name in "NS")
    school.place_under(north, Validity(date(2000, 7, 1), date(2020, 7, 1)))
    school.place_under(south, Validity(date(2020, 7, 1)))
    assert school.parent_on(date(2000, 6, 30)) is None
    assert school.parent_on(date(2020, 6, 30)) == north.id
    assert school.parent_on(date(2020, 7, 1)) == south.id


@given(st.lists(st.tuples(st.integers(0, 40), st.none() | st.integers(1, 20)), max_size=8), st.integers(0, 60))
def test_however_it_is_moved_it_has_one_parent_a_day(moves: list[tuple[int, int | None]], year: int) -> None:
    school = _organization()
    for start, length in moves:
        end = None if length is None else date(2000 + start + length, 7, 1)
        with suppress(InvalidParent):
            school.place_under(_organization(OrganizationKind.DISTRICT), Validity(date(2000 + start, 7, 1), end))
    day = date(2000 + year, 9, 1)
    assert sum(link.validity.holds_on(day) for link in school.parents) <= 1


def test_a_school_is_identified_once_in_a_way_and_by_the_most_intensive() -> None:
    school = _organization()
    school.designate(Designation(DesignationKind.TSI, Validity(date(2023, 7, 1)), "English learners"))
    school.designate(Designation(DesignationKind.CSI, Validity(date(2024, 7, 1), date(2027, 7, 1)), "lowest 5 %"))
    standing = {day: school.designation_on(day) for day in (date(2022, 9, 1), date(2023, 9, 1), date(2025, 9, 1))}
    assert [held and held.kind for held in standing.values()] == [None, DesignationKind.TSI, DesignationKind.CSI]
    with pytest.raises(InvalidOrganization, match="already identified as CSI"):
        school.designate(Designation(DesignationKind.CSI, Validity(date(2026, 7, 1)), "again"))


def test_only_schools_are_identified() -> None:
    with pytest.raises(InvalidOrganization, match="is a district"):
        _organization(OrganizationKind.DISTRICT).designate(Designation(DesignationKind.CSI, ALWAYS, ""))


def test_an_organization_is_open_from_its_first_day_up_to_its_last() -> None:
    school = _organization()
    assert school.open_on(date(1900, 1, 1))
    school.opened, school.closed = date(2001, 7, 1), date(2011, 7, 1)
    assert [school.open_on(date(year, 7, 1)) for year in (2000, 2001, 2010, 2011)] == [False, True, True, False]


def test_a_profile_belongs_to_a_school_year() -> None:
    school = _organization()
    school.profiles.append(Profile(2026, 412, share_disadvantaged=0.6))
    assert school.profile_of(2026) == Profile(2026, 412, share_disadvantaged=0.6)
    assert school.profile_of(2025) is None


@pytest.mark.parametrize("share", [-0.01, 1.01, float("nan")])
def test_a_share_lies_between_nought_and_one(share: float) -> None:
    with pytest.raises(InvalidOrganization, match="between 0 and 1"):
        Profile(2026, share_disadvantaged=share)


def test_what_an_organization_cannot_be() -> None:
    with pytest.raises(InvalidOrganization, match="Enrolment cannot be negative"):
        Profile(2026, -1)
    with pytest.raises(InvalidOrganization, match="needs a name"):
        _organization(name=" \t")
    with pytest.raises(InvalidOrganization, match="before it opened"):
        Organization(
            OrganizationId(new_id()),
            OrganizationKind.SCHOOL,
            "East",
            opened=date(2020, 7, 1),
            closed=date(2020, 7, 1),
        )
