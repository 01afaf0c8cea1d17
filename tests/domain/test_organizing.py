"""Bringing organizations into the tree, and moving them."""

from datetime import date

import pytest

from domain.errors import InvalidOrganization, InvalidParent, NotFound, NotPermitted, StaleVersion
from domain.organizations import OrganizationKind, SchoolLevel
from domain.people import NOBODY, Role, RoleGrant, Viewer
from domain.ports import Acting
from domain.services.organizing import add_organization, move_organization
from storage.in_memory import InMemoryUnitOfWork, Memory
from tests.storage.plan import EVER_SINCE, NOW, TODAY, Plan, account, organization, small_plan

SUMMER = date(2026, 7, 1)


@pytest.fixture
def work() -> InMemoryUnitOfWork:
    return InMemoryUnitOfWork(Memory())


@pytest.fixture
def plan(work: InMemoryUnitOfWork) -> Plan:
    return small_plan(work)


@pytest.fixture
def admin() -> Acting:
    return Acting(Viewer.of(account("admin@x", RoleGrant(Role.STATE_ADMIN, None, EVER_SINCE)), TODAY), NOW)


def test_a_new_school_stands_under_its_district_from_its_first_day(
    work: InMemoryUnitOfWork, plan: Plan, admin: Acting
) -> None:
    with work:
        school = add_organization(
            work,
            admin,
            parent_id=plan.south.id,
            kind=OrganizationKind.SCHOOL,
            name="  Harbor ",
            since=SUMMER,
            level=SchoolLevel.HIGH,
            identifiers=[("nces", "1")],
        )
        work.commit()
    assert (school.name, school.opened) == ("Harbor", SUMMER)
    assert school.parent_on(SUMMER) == plan.south.id
    assert school.parent_on(date(2026, 6, 30)) is None


def test_a_moved_school_keeps_its_past(work: InMemoryUnitOfWork, plan: Plan, admin: Acting) -> None:
    with work:
        move_organization(work, admin, organization_id=plan.east.id, parent_id=plan.south.id, since=SUMMER)
        work.commit()
    with work:
        east = work.organizations.get(plan.east.id)
        assert east.parent_on(date(2026, 6, 30)) == plan.north.id
        assert east.parent_on(SUMMER) == plan.south.id
        assert [entry.action for entry in work.audit.of(plan.east.id)] == ["move"]


def test_a_move_cannot_be_undated(work: InMemoryUnitOfWork, plan: Plan, admin: Acting) -> None:
    with work, pytest.raises(InvalidParent, match="only since 2000-07-01") as refused:
        move_organization(work, admin, organization_id=plan.east.id, parent_id=plan.south.id, since=date(2000, 7, 1))
    assert refused.value.field == ("since",)


def test_a_school_does_not_leave_its_state(work: InMemoryUnitOfWork, plan: Plan, admin: Acting) -> None:
    other = organization(OrganizationKind.STATE, "Elsewhere")
    far = organization(OrganizationKind.DISTRICT, "Far", other)
    with work:
        work.organizations.add(other)
        work.organizations.add(far)
        work.commit()
    with work, pytest.raises(InvalidParent, match="Far is in another state"):
        move_organization(work, admin, organization_id=plan.east.id, parent_id=far.id, since=SUMMER)


def test_what_cannot_be_added(work: InMemoryUnitOfWork, plan: Plan, admin: Acting) -> None:
    def add(**change: object) -> None:
        asked = {"parent_id": plan.south.id, "kind": OrganizationKind.SCHOOL, "name": "Harbor", "since": SUMMER}
        add_organization(work, admin, **asked | change)  # type: ignore[arg-type]

    with work:
        with pytest.raises(InvalidParent, match="A state stands under nothing"):
            add(kind=OrganizationKind.STATE)
        with pytest.raises(InvalidParent, match="A district stands under a state"):
            add(kind=OrganizationKind.DISTRICT)
        with pytest.raises(InvalidOrganization, match="Only a school teaches grades"):
            add(kind=OrganizationKind.NETWORK, parent_id=plan.state.id, level=SchoolLevel.HIGH)
        with pytest.raises(InvalidOrganization, match="needs a name"):
            add(name=" ")
        with pytest.raises(InvalidOrganization, match="stands twice"):
            add(identifiers=[("nces", "1"), ("nces", "2")])
        with pytest.raises(InvalidOrganization, match="1 to 100 characters"):
            add(identifiers=[("nces", "")])
        add(identifiers=[("nces", "7")])
        with pytest.raises(InvalidOrganization, match="already has the nces identifier 7") as refused:
            add(name="Bay", identifiers=[("nces", "7")])
    assert refused.value.field == ("identifiers", 0, "value")


def test_a_parent_has_to_be_open(work: InMemoryUnitOfWork, plan: Plan, admin: Acting) -> None:
    shut = organization(OrganizationKind.DISTRICT, "Shut", plan.state)
    shut.closed = date(2025, 7, 1)
    with work:
        work.organizations.add(shut)
        work.commit()
    with work, pytest.raises(InvalidParent, match="Shut is not open on 2026-07-01"):
        move_organization(work, admin, organization_id=plan.east.id, parent_id=shut.id, since=SUMMER)


def test_it_takes_the_right_to_administer_at_both_ends(work: InMemoryUnitOfWork, plan: Plan) -> None:
    def acting(*grants: RoleGrant) -> Acting:
        return Acting(Viewer.of(account("a@b", *grants), TODAY), NOW)

    north = RoleGrant(Role.STATE_ADMIN, plan.north.id, EVER_SINCE)
    reads = RoleGrant(Role.GUEST, plan.state.id, EVER_SINCE)
    with work:
        with pytest.raises(NotFound) as missing:
            move_organization(work, acting(north), organization_id=plan.east.id, parent_id=plan.south.id, since=SUMMER)
        assert missing.value.field == ("parentId",)
        with pytest.raises(NotPermitted):
            move_organization(
                work, acting(north, reads), organization_id=plan.east.id, parent_id=plan.south.id, since=SUMMER
            )
        with pytest.raises(NotFound):
            move_organization(
                work, Acting(NOBODY, NOW), organization_id=plan.east.id, parent_id=plan.south.id, since=SUMMER
            )


def test_a_stale_move_is_refused(work: InMemoryUnitOfWork, plan: Plan, admin: Acting) -> None:
    with work, pytest.raises(StaleVersion):
        move_organization(
            work,
            admin,
            organization_id=plan.east.id,
            parent_id=plan.south.id,
            since=SUMMER,
            expected_version=9,
        )
