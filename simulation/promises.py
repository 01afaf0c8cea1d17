"""What is already promised when a forecast starts: supports under way in it, and places that others will fill."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from domain.identity import PoolId
from domain.scenarios import Scenario, months_into
from domain.supports import Assignment, Pool, PoolKind
from simulation.inputs import CapacityStep, GoalInput, OngoingInput, SupportInput
from simulation.months import month_of


def ongoing_supports(
    assignments: Sequence[Assignment], goals: Sequence[GoalInput], supports: Sequence[SupportInput], start: date
) -> tuple[OngoingInput, ...]:
    """Return the assignments under way; one without a goal serves its school's first goal, if that is forecast."""
    goals_of: dict[str, list[str]] = defaultdict(list)
    for goal in goals:
        goals_of[goal.school_id].append(goal.id)
    offered = {support.id for support in supports}
    under_way = []
    for held in sorted(assignments, key=lambda assignment: str(assignment.id)):
        candidates = goals_of.get(str(held.organization_id), [])
        goal_id = (
            str(held.goal_id) if held.goal_id and str(held.goal_id) in candidates else next(iter(candidates), None)
        )
        end = held.validity.end
        if held.validity.holds_on(start) and end is not None and goal_id and str(held.support_id) in offered:
            under_way.append(
                OngoingInput(
                    str(held.id),
                    goal_id,
                    str(held.support_id),
                    str(held.pool_id),
                    int(held.slots),
                    month_of(end, start),
                )
            )
    return tuple(under_way)


@dataclass(frozen=True, slots=True)
class Promise:
    """Units of a pool that are promised from ``start`` up to ``end``, in months, whatever a forecast does."""

    pool_id: PoolId
    start: float
    end: float
    units: int


def promised_elsewhere(
    assignments: Sequence[Assignment], pools: Sequence[Pool], simulated: set[str], start: date, horizon: int
) -> tuple[Promise, ...]:
    """Return what is promised to whom the forecast does not follow, or for later: those places are not to be given.

    Funds are left out: what was promised of them in a fiscal year is spent, not held.
    """
    people = {pool.id for pool in pools if pool.kind is not PoolKind.FUNDS}
    return tuple(
        Promise(
            held.pool_id,
            max(0.0, month_of(held.validity.start, start)),
            month_of(held.validity.end, start) if held.validity.end else float(horizon),
            int(held.slots),
        )
        for held in sorted(assignments, key=lambda assignment: str(assignment.id))
        if held.pool_id in people
        and str(held.id) not in simulated
        and (held.validity.end is None or held.validity.end > start)
        and month_of(held.validity.start, start) < horizon
    )


def capacity_steps(
    scenario: Scenario, pool_id: PoolId, capacity: Mapping[int, float], elsewhere: Sequence[Promise]
) -> tuple[CapacityStep, ...]:
    """Return a pool's capacity from the start on, less what is promised elsewhere while that lasts."""
    opens = {
        max(0.0, float(months_into(scenario, year))): int(capacity.get(year, 0.0)) for year in scenario.fiscal_years
    }
    promised = [held for held in elsewhere if held.pool_id == pool_id]
    changes = {0.0, *opens, *(held.start for held in promised), *(held.end for held in promised)}
    steps = []
    for month in sorted(change for change in changes if change < scenario.horizon_months):
        held = opens[max(opening for opening in opens if opening <= month)]
        given = sum(promise.units for promise in promised if promise.start <= month < promise.end)
        steps.append(CapacityStep(month, max(0, held - given)))
    return tuple(steps)
