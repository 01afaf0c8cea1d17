"""What two people may break together, each within the rules, is refused at the commit, in a planner's words."""

from collections.abc import Callable
from datetime import date

import pytest

from domain.calendar import Validity
from domain.errors import (
    Conflict,
    DuplicateObservation,
    ImprovementError,
    InvalidAllocation,
    InvalidInput,
    InvalidOrganization,
    InvalidParent,
)
from domain.organizations import Designation, DesignationKind, OrganizationKind, ParentLink
from domain.people import Role, RoleGrant
from domain.ports import UnitOfWork
from tests.storage.conftest import Works
from tests.storage.plan import EVER_SINCE, Plan, account, indicator, observation, organization, scenario, support

DAY = date(2026, 5, 15)


def _same_reading(work: UnitOfWork, plan: Plan) -> None:
    for value in (41.0, 42.0):
        work.observations.add(observation(plan.east, plan.reading, DAY, value))


def _same_scenario_name(work: UnitOfWork, plan: Plan) -> None:
    work.scenarios.add(scenario(plan.state, plan.coaches, plan.baseline.name.upper()))


def _second_baseline(work: UnitOfWork, plan: Plan) -> None:
    work.scenarios.add(scenario(plan.state, plan.coaches, "Another", is_baseline=True))


def _same_identifier(work: UnitOfWork, plan: Plan) -> None:
    for school in (plan.east, plan.west):
        work.organizations.get(school.id).identifiers["nces"] = "370000100001"


def _two_parents(work: UnitOfWork, plan: Plan) -> None:
    work.organizations.get(plan.east.id).parents.append(ParentLink(plan.south.id, Validity(date(2026, 1, 1))))


def _skipped_level(work: UnitOfWork, plan: Plan) -> None:
    work.organizations.get(plan.east.id).parents[:] = [ParentLink(plan.state.id, EVER_SINCE)]


def _cycle(work: UnitOfWork, plan: Plan) -> None:
    work.organizations.get(plan.north.id).parents[:] = [ParentLink(plan.east.id, EVER_SINCE)]


def _identified_twice(work: UnitOfWork, plan: Plan) -> None:
    for year in (2024, 2025):
        work.organizations.get(plan.east.id).designations.append(
            Designation(DesignationKind.CSI, Validity(date(year, 7, 1)), "")
        )


def _same_address(work: UnitOfWork, plan: Plan) -> None:
    work.accounts.add(account("PLANNER@cascadia.example"))


def _same_grant(work: UnitOfWork, plan: Plan) -> None:
    work.accounts.add(account("x@y.example", *[RoleGrant(Role.GUEST, None, EVER_SINCE)] * 2))


def _same_indicator_key(work: UnitOfWork, plan: Plan) -> None:
    work.indicators.add(indicator(plan.state))


def _same_support_key(work: UnitOfWork, plan: Plan) -> None:
    work.supports.add(support(plan.state))


@pytest.mark.parametrize(
    ("wrong", "refusal", "field"),
    [
        (_same_reading, DuplicateObservation, ("value",)),
        (_same_scenario_name, InvalidAllocation, ("name",)),
        (_second_baseline, Conflict, ()),
        (_same_identifier, InvalidOrganization, ("identifiers",)),
        (_two_parents, InvalidParent, ("validity",)),
        (_skipped_level, InvalidParent, ("parentId",)),
        (_cycle, InvalidParent, ("parentId",)),
        (_identified_twice, InvalidOrganization, ("designations",)),
        (_same_address, InvalidInput, ("email",)),
        (_same_grant, InvalidInput, ("role",)),
        (_same_indicator_key, Conflict, ("key",)),
        (_same_support_key, Conflict, ("key",)),
    ],
)
def test_a_broken_rule_is_refused_and_nothing_is_written(
    works: Works,
    plan: Plan,
    wrong: Callable[[UnitOfWork, Plan], None],
    refusal: type[ImprovementError],
    field: tuple[str, ...],
) -> None:
    def break_it() -> None:
        with works() as work:
            work.goals.get(plan.goal.id).title = "Written along"
            wrong(work, plan)
            work.commit()

    with pytest.raises(refusal) as caught:
        break_it()
    assert type(caught.value) is refusal
    assert caught.value.field == field
    with works() as work:
        assert work.goals.get(plan.goal.id).title == "Read by grade 3"


def test_what_looks_alike_but_is_not_the_same_goes_through(works: Works, plan: Plan) -> None:
    with works() as work:
        other = organization(OrganizationKind.STATE, "Atlantica")
        work.organizations.add(other)
        work.indicators.add(indicator(other))
        work.scenarios.add(scenario(other, plan.coaches, plan.baseline.name, is_baseline=True))
        east = work.organizations.get(plan.east.id)
        east.identifiers.update({"nces": "1", "nc:agency": "1"})
        east.designate(Designation(DesignationKind.CSI, Validity(date(2020, 7, 1), date(2023, 7, 1)), ""))
        east.designate(Designation(DesignationKind.CSI, Validity(date(2023, 7, 1)), ""))
        east.designate(Designation(DesignationKind.ATSI, Validity(date(2023, 7, 1)), ""))
        school_grants = [RoleGrant(Role.COACH, school.id, EVER_SINCE) for school in (plan.east, plan.west)]
        work.accounts.add(account("coach@y.example", *school_grants, RoleGrant(Role.GUEST, None, EVER_SINCE)))
        work.commit()
    with works() as work:
        assert len(work.organizations.get(plan.east.id).designations) == 3
