"""Supports: promising them out of a pool, and recording what arrived."""

from datetime import date

from domain.calendar import Validity
from domain.errors import InvalidSupport, NotFound
from domain.identity import AssignmentId, GoalId, OrganizationId, PoolId, SupportId, new_id
from domain.organizations import Organization, OrganizationKind
from domain.people import Right
from domain.ports import Acting, UnitOfWork
from domain.services.access import authorized, note
from domain.supports import Assignment, Delivery, Pool, check_capacity


def assign_support(
    work: UnitOfWork,
    acting: Acting,
    *,
    support_id: SupportId,
    pool_id: PoolId,
    organization_id: OrganizationId,
    starts: date,
    ends: date,
    promised_units: float,
    slots: float = 1.0,
    goal_id: GoalId | None = None,
) -> Assignment:
    """Promise a support to a school for a time.

    Raises ``CapacityExceeded`` if the pool has no room, and ``InvalidSupport`` for anything but a school that is open
    and stands under the pool's owner on the day it starts.
    """
    pool = work.pools.get(pool_id, for_update=True)
    authorized(work, acting, Right.PLAN_SUPPORTS, pool.owner_id, what="pool")
    school = authorized(work, acting, Right.READ, organization_id)
    _require_served(work, pool, school, starts)
    support = work.supports.get(support_id)
    if support.owner_id != pool.owner_id:
        raise NotFound("support", support_id, field=("supportId",))
    if support.draws_on is not pool.kind:
        raise InvalidSupport(
            f"{support.name} draws on {support.draws_on.lower().replace('_', ' ')}; {pool.name} holds "
            f"{pool.kind.lower().replace('_', ' ')}.",
            field=("poolId",),
        )
    if goal_id is not None and work.goals.get(goal_id).organization_id != organization_id:
        raise NotFound("goal", goal_id, field=("goalId",))
    assignment = Assignment(
        AssignmentId(new_id()),
        support_id,
        pool_id,
        organization_id,
        Validity(starts, ends),
        promised_units,
        slots,
        goal_id,
    )
    check_capacity(pool, list(work.assignments.of_pool(pool_id)), assignment)
    work.assignments.add(assignment)
    note(work, acting, "assign", assignment, support=support.key, starts=starts.isoformat(), ends=ends.isoformat())
    return assignment


def record_delivery(
    work: UnitOfWork, acting: Acting, *, assignment_id: AssignmentId, on: date, units: float, remark: str = ""
) -> Assignment:
    """Record what reached the school of an assignment on a day."""
    assignment = work.assignments.get(assignment_id)
    authorized(work, acting, Right.RECORD, assignment.organization_id, what="assignment")
    if on > acting.today:
        raise InvalidSupport(f"{on} is still to come; a delivery is of a day past.", field=("on",))
    assignment.deliver(Delivery(on, units, remark))
    note(work, acting, "deliver", assignment, on=on.isoformat(), units=units)
    return assignment


def _require_served(work: UnitOfWork, pool: Pool, school: Organization, starts: date) -> None:
    if school.kind is not OrganizationKind.SCHOOL:
        wrong = f"{school.name} is a {school.kind.lower()}; supports are given to schools."
    elif not school.open_on(starts):
        wrong = f"{school.name} is not open on {starts}."
    elif pool.owner_id not in work.organizations.lineage(school.id, starts):
        wrong = f"On {starts} {school.name} does not stand under whom {pool.name} belong to."
    else:
        return
    raise InvalidSupport(wrong, field=("organizationId",))
