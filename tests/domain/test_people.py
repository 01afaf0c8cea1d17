"""A role holds on a subtree for a time; who holds none may do nothing."""

from datetime import date

import pytest

from domain.calendar import Validity
from domain.errors import InvalidInput, NotPermitted
from domain.identity import AccountId, OrganizationId, new_id
from domain.people import NOBODY, RIGHTS, Account, Right, Role, RoleGrant, Viewer

STATE, DISTRICT, SCHOOL, ELSEWHERE = (OrganizationId(new_id()) for _ in range(4))
LINEAGE = (SCHOOL, DISTRICT, STATE)
TODAY = date(2026, 10, 1)
SINCE = Validity(date(2020, 7, 1))


def _viewer(*grants: RoleGrant, disabled: bool = False) -> Viewer:
    return Viewer.of(Account(AccountId(new_id()), "a@b.example", "A", list(grants), disabled), TODAY)


def test_a_role_holds_on_its_organization_and_all_below() -> None:
    lead = _viewer(RoleGrant(Role.DISTRICT_LEAD, DISTRICT, SINCE))
    assert lead.may(Right.EDIT_PLAN, LINEAGE)
    assert lead.may(Right.EDIT_PLAN, (DISTRICT, STATE))
    assert not lead.may(Right.READ, (STATE,)), "what is above is not seen"
    assert not lead.may(Right.READ, (ELSEWHERE, STATE))


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("right", Right)
def test_a_role_allows_what_it_says(role: Role, right: Right) -> None:
    viewer = _viewer(RoleGrant(role, DISTRICT, SINCE))
    assert viewer.may(right, LINEAGE) == (right in RIGHTS[role])
    assert viewer.reach(right) == (frozenset({DISTRICT}) if right in RIGHTS[role] else frozenset())


def test_a_grant_without_an_organization_reaches_everywhere() -> None:
    viewer = _viewer(RoleGrant(Role.RESEARCHER, None, SINCE), RoleGrant(Role.PRINCIPAL, SCHOOL, SINCE))
    assert viewer.reach(Right.READ) is None
    assert viewer.reach(Right.EDIT_PLAN) == frozenset({SCHOOL})
    assert viewer.may(Right.READ, (ELSEWHERE,))
    assert not viewer.may(Right.EDIT_PLAN, (ELSEWHERE,))


def test_a_grant_that_has_ended_or_is_still_to_come_holds_nothing() -> None:
    ended = RoleGrant(Role.STATE_ADMIN, STATE, Validity(date(2020, 7, 1), TODAY))
    to_come = RoleGrant(Role.STATE_ADMIN, STATE, Validity(date(2026, 10, 2)))
    assert _viewer(ended, to_come).grants == ()


def test_a_disabled_account_and_nobody_may_do_nothing() -> None:
    for viewer in (_viewer(RoleGrant(Role.STATE_ADMIN, None, SINCE), disabled=True), NOBODY):
        assert not any(viewer.may(right, LINEAGE) for right in Right)
        assert viewer.reach(Right.READ) == frozenset()


def test_what_is_not_allowed_is_refused_in_words() -> None:
    with pytest.raises(NotPermitted, match="Your role does not let you plan supports here"):
        _viewer(RoleGrant(Role.PRINCIPAL, SCHOOL, SINCE)).require(Right.PLAN_SUPPORTS, LINEAGE)


@pytest.mark.parametrize("email", ["", "nobody", "@example", "someone@", "@"])
def test_an_account_has_an_address(email: str) -> None:
    with pytest.raises(InvalidInput, match="not an e-mail address"):
        Account(AccountId(new_id()), email, "A")
