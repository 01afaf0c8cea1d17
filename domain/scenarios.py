"""What if: an allocation of supports under a policy, over a frozen view of the plan.

A scenario says how much each pool holds in each fiscal year and by which rule schools are served. It can be checked
against its budget before anything is simulated.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from math import inf

from domain.calendar import school_year, school_year_start
from domain.errors import BudgetExceeded, HorizonTooLong, InvalidAllocation, NotFound
from domain.identity import OrganizationId, PoolId, ScenarioId
from domain.supports import HALF_A_CENT, Pool
from domain.wording import LONGEST_NAME, check_length, in_words

LONGEST_HORIZON_MONTHS = 72
SHORTEST_HORIZON_MONTHS = 3
MOST_UNITS = 1e12


class PolicyKind(StrEnum):
    """By which rule waiting schools are served."""

    FIRST_COME = "FIRST_COME"
    WORST_FIRST = "WORST_FIRST"
    TIERED = "TIERED"
    NEED_INDEX = "NEED_INDEX"
    FIXED = "FIXED"


class NeedTerm(StrEnum):
    """What a need index may weigh; every term lies in [0, 1] and grows with need."""

    GAP_TO_PATH = "GAP_TO_PATH"
    LOW_LEVEL = "LOW_LEVEL"
    DISADVANTAGE = "DISADVANTAGE"
    TIER = "TIER"
    WAITING = "WAITING"


DEFAULT_NEED_WEIGHTS: Mapping[NeedTerm, float] = {
    NeedTerm.GAP_TO_PATH: 0.4,
    NeedTerm.LOW_LEVEL: 0.2,
    NeedTerm.DISADVANTAGE: 0.2,
    NeedTerm.TIER: 0.1,
    NeedTerm.WAITING: 0.1,
}


@dataclass(frozen=True, slots=True)
class Pin:
    """A place in a pool promised to one school whatever the policy says."""

    pool_id: PoolId
    organization_id: OrganizationId


@dataclass(frozen=True, slots=True)
class Policy:
    """A rule and its figures. ``weights`` belong to NEED_INDEX; under FIXED only the schools of ``pins`` are served."""

    kind: PolicyKind
    weights: Mapping[NeedTerm, float] = field(default_factory=dict)
    pins: tuple[Pin, ...] = ()

    def __post_init__(self) -> None:
        for term, weight in self.weights.items():
            if not 0 <= weight < inf:
                raise InvalidAllocation(
                    f"The weight of {term.lower().replace('_', ' ')} is {weight:g}; a weight cannot be negative.",
                    field=("policy", "weights", term.value),
                )
        if self.kind is PolicyKind.NEED_INDEX and self.weights and not sum(self.weights.values()) > 0:
            raise InvalidAllocation("A need index needs at least one weight above zero.", field=("policy", "weights"))
        if self.kind is PolicyKind.FIXED and not self.pins:
            raise InvalidAllocation(
                "A fixed policy serves the schools you name; name at least one.", field=("policy", "pins")
            )


@dataclass(frozen=True, slots=True)
class PoolAllocation:
    """How many units of one pool there are in each fiscal year (funds: dollars)."""

    pool_id: PoolId
    capacity: Mapping[int, float]


@dataclass(eq=False)
class Scenario:
    """One way to allocate a state's supports from ``starts_on`` over ``horizon_months``.

    ``budget`` is in dollars by fiscal year; a year without an entry has no limit.
    """

    id: ScenarioId
    state_id: OrganizationId
    name: str
    starts_on: date
    horizon_months: int
    allocation: tuple[PoolAllocation, ...]
    policy: Policy
    budget: Mapping[int, float] = field(default_factory=dict)
    is_baseline: bool = False
    copied_from: ScenarioId | None = None
    version: int = 1

    def __post_init__(self) -> None:
        if not self.name.strip():
            raise InvalidAllocation("A scenario needs a name.", field=("name",))
        check_length(self.name, LONGEST_NAME, what="A name", field="name", refusal=InvalidAllocation)
        if not SHORTEST_HORIZON_MONTHS <= self.horizon_months <= LONGEST_HORIZON_MONTHS:
            raise HorizonTooLong(
                f"The horizon is {self.horizon_months} months; the model answers for {SHORTEST_HORIZON_MONTHS} "
                f"to {LONGEST_HORIZON_MONTHS}.",
                field=("horizonMonths",),
            )

    @property
    def fiscal_years(self) -> range:
        """The fiscal years the horizon touches, named by their springs."""
        first = school_year(self.starts_on)
        month = self.starts_on.month - 1 + self.horizon_months - 1
        last = school_year(date(self.starts_on.year + month // 12, month % 12 + 1, 1))
        return range(first, last + 1)

    def copy(self, identity: ScenarioId, name: str) -> "Scenario":
        """Return an editable twin of this scenario."""
        return Scenario(
            identity,
            self.state_id,
            name,
            self.starts_on,
            self.horizon_months,
            self.allocation,
            self.policy,
            dict(self.budget),
            copied_from=self.id,
        )

    def cost(self, pools: Sequence[Pool]) -> dict[int, float]:
        """Return what the allocation costs in dollars, by fiscal year of the horizon."""
        unit_cost = {pool.id: pool.unit_cost for pool in pools}
        return {
            year: sum(unit_cost[held.pool_id] * held.capacity.get(year, 0.0) for held in self.allocation)
            for year in self.fiscal_years
        }

    def check(self, pools: Sequence[Pool]) -> None:
        """Raise what is wrong with the scenario: a wrong place or year, an unknown pinned pool, too high a cost.

        The field of the refusal names the place, e.g. ``("pools", index, "capacity", fiscal year)`` or
        ``("budget", fiscal year)``.
        """
        self.check_places(pools)
        known = {pool.id for pool in pools}
        for index, pin in enumerate(self.policy.pins):
            if pin.pool_id not in known:
                raise NotFound("pool", pin.pool_id, field=("policy", "pins", index, "poolId"))
        for year, limit in self.budget.items():
            self._check_year(year, "budget", year)
            if not 0 <= limit < inf:
                raise InvalidAllocation(
                    f"The budget of {year} is ${limit:,.0f}; it cannot be negative.", field=("budget", year)
                )
        for year, dollars in self.cost(pools).items():
            limit = self.budget.get(year, inf)
            if dollars > limit + HALF_A_CENT:
                raise BudgetExceeded(
                    f"In {year} this costs ${dollars:,.0f}, which is ${dollars - limit:,.0f} more than the budget of "
                    f"${limit:,.0f}. Take something out, or raise the budget.",
                    field=("budget", year),
                )

    def check_places(self, pools: Sequence[Pool]) -> None:
        """Raise what is wrong with a single place of the allocation.

        That is an unknown or repeated pool, a year outside the horizon, or an amount that cannot be; whatever is
        counted and not paid in dollars comes in whole numbers.
        """
        known = {pool.id: pool for pool in pools}
        seen: set[PoolId] = set()
        for index, held in enumerate(self.allocation):
            if held.pool_id not in known:
                raise NotFound("pool", held.pool_id, field=("pools", index, "poolId"))
            pool = known[held.pool_id]
            if held.pool_id in seen:
                raise InvalidAllocation(f"{pool.name} stands twice in the allocation.", field=("pools", index))
            seen.add(held.pool_id)
            for year, units in held.capacity.items():
                place = ("pools", index, "capacity", year)
                self._check_year(year, *place)
                given = f"{pool.name} in {year}: {in_words(units)} {pool.unit}"
                if not 0 <= units <= MOST_UNITS:
                    raise InvalidAllocation(f"{given}. Give a number from 0 to {MOST_UNITS:,.0f}.", field=place)
                if pool.kind.countable and units % 1:
                    raise InvalidAllocation(f"{given}; give a whole number.", field=place)

    def _check_year(self, year: int, *place: str | int) -> None:
        if year not in self.fiscal_years:
            raise InvalidAllocation(
                f"{year} is outside this scenario's years {self.fiscal_years[0]} to {self.fiscal_years[-1]}.",
                field=place,
            )


def carried_over(amounts: Mapping[int, float], before: range, after: range) -> dict[int, float]:
    """Return amounts by fiscal year as they stand when a horizon over the years ``before`` comes to be ``after``.

    A year that falls out of the horizon is dropped. A year that comes in without an amount of its own has what the
    last year had: as much as then, or no entry if that year had none. A year of neither horizon stays, to be refused.
    """
    kept = {year: amount for year, amount in amounts.items() if year in after or year not in before}
    coming = {year: amounts[before[-1]] for year in after if year > before[-1]} if before[-1] in amounts else {}
    return coming | kept


def months_into(scenario: Scenario, year: int) -> float:
    """Return when a fiscal year opens, in calendar months after the scenario starts (negative if before)."""
    opens = school_year_start(year)
    return (opens.year - scenario.starts_on.year) * 12 + opens.month - scenario.starts_on.month
