"""A small plan in memory to act upon, and people to act."""

import pytest

from domain.organizations import Organization
from domain.people import Role, RoleGrant, Viewer
from domain.ports import Acting, UnitOfWork
from storage.in_memory import InMemoryUnitOfWork
from tests.storage.plan import EVER_SINCE, NOW, TODAY, Plan, account, small_plan


@pytest.fixture
def work() -> UnitOfWork:
    return InMemoryUnitOfWork()


@pytest.fixture
def plan(work: UnitOfWork) -> Plan:
    return small_plan(work)


@pytest.fixture
def planner(plan: Plan) -> Acting:
    return plan.acting


def acting(role: Role, organization: Organization) -> Acting:
    """Return somebody who holds ``role`` on ``organization``, now."""
    somebody = account("somebody@else.example", RoleGrant(role, organization.id, EVER_SINCE))
    return Acting(Viewer.of(somebody, TODAY), NOW)
