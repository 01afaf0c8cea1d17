"""What if: allocations under a policy, as clients see them."""

import asyncio
from datetime import date
from typing import TYPE_CHECKING, Annotated, Self

import strawberry

from domain import scenarios
from domain.identity import OrganizationId, PoolId
from domain.reading import place_of_scenario
from domain.scenarios import NeedTerm, PolicyKind
from schema.context import Info
from schema.relay import BY_RANK, Kind, Node, Ordering, global_id, node_of, required_node, serve_nodes
from schema.scalars import described
from schema.supports import Pool, YearDollars, YearUnits, years_of

if TYPE_CHECKING:
    from schema.organizations import Organization

described(
    PolicyKind,
    "By which rule waiting schools are served when a pool is short.",
    {
        "FIRST_COME": "Whoever asked first.",
        "WORST_FIRST": "Whoever stands lowest.",
        "TIERED": "By designation: CSI before ATSI and TSI before none.",
        "NEED_INDEX": "By a weighted sum of needs.",
        "FIXED": "Only the schools that are pinned.",
    },
)
described(
    NeedTerm,
    "What a need index may weigh; every term lies in 0 to 1 and grows with need.",
    {
        "GAP_TO_PATH": "How far the school is behind the path to its goals.",
        "LOW_LEVEL": "How low it stands.",
        "DISADVANTAGE": "The share of its students who are disadvantaged.",
        "TIER": "Its designation.",
        "WAITING": "How long it has waited.",
    },
)

SCENARIOS_BY_AGE: Ordering[scenarios.Scenario] = Ordering("scenarios", place_of_scenario, BY_RANK)


@strawberry.type(description="How much one term counts in a need index.")
class NeedWeight:
    """How much one term counts in a need index."""

    term: NeedTerm = strawberry.field(description="What is weighed.")
    weight: float = strawberry.field(description="How much it counts beside the others; 0 or more, without a unit.")


@strawberry.type(description="A place in a pool kept for one school whatever the policy says.")
class Pin:
    """A place in a pool kept for one school."""

    pool_id: strawberry.Private[PoolId]
    organization_id: strawberry.Private[OrganizationId]

    @strawberry.field(description="In which pool.")
    async def pool(self, info: Info) -> Pool:
        node: Pool = await required_node(info.context, Kind.POOL, self.pool_id)
        return node

    @strawberry.field(description="For whom.")
    async def organization(self, info: Info) -> Annotated["Organization", strawberry.lazy("schema.organizations")]:
        node: Organization = await required_node(info.context, Kind.ORGANIZATION, self.organization_id)
        return node


@strawberry.type(description="The rule by which waiting schools are served.")
class Policy:
    """The rule by which waiting schools are served."""

    kind: PolicyKind = strawberry.field(description="Which rule.")
    weights: list[NeedWeight] = strawberry.field(
        description="The weights of a need index: the scenario's own or, where it has none, the standard ones."
    )
    policy: strawberry.Private[scenarios.Policy]

    @strawberry.field(description="The places kept for single schools; schools that have left the state are left out.")
    async def pins(self, info: Info) -> list[Pin]:
        # One after the other would be one statement each; asked for together they are one question.
        schools = await asyncio.gather(
            *(node_of(info.context, Kind.ORGANIZATION, pin.organization_id) for pin in self.policy.pins)
        )
        return [
            Pin(pool_id=pin.pool_id, organization_id=pin.organization_id)
            for pin, school in zip(self.policy.pins, schools, strict=True)
            if school is not None
        ]

    @classmethod
    def of(cls, policy: scenarios.Policy) -> Self:
        weighed = policy.kind is PolicyKind.NEED_INDEX
        weights = (policy.weights or scenarios.DEFAULT_NEED_WEIGHTS) if weighed else policy.weights
        return cls(
            kind=policy.kind,
            weights=[NeedWeight(term=term, weight=weight) for term, weight in weights.items()],
            policy=policy,
        )


@strawberry.type(description="How much of one pool there is under a scenario.")
class PoolAllocation:
    """How much of one pool there is under a scenario."""

    capacity: list[YearUnits] = strawberry.field(description="In each fiscal year, the earliest first.")
    pool_id: strawberry.Private[PoolId]

    @strawberry.field(description="Which pool.")
    async def pool(self, info: Info) -> Pool:
        node: Pool = await required_node(info.context, Kind.POOL, self.pool_id)
        return node


@strawberry.type(description="What an allocation costs in one fiscal year.")
class YearCost:
    """What an allocation costs in one fiscal year."""

    year: int = strawberry.field(description="The fiscal year, 1 July to 30 June, named by its spring.")
    dollars: float = strawberry.field(description="US dollars.")
    budget: float | None = strawberry.field(
        description="The most it may cost, in US dollars; null if nothing limits it."
    )


@strawberry.type(description="One way of spreading supports over places and time.")
class Scenario(Node):
    """One way of spreading supports over places and time."""

    version: int = strawberry.field(description="Counts the changes; starts at 1.")
    name: str = strawberry.field(description="What planners call it; no two scenarios of a state share a name.")
    starts_on: date = strawberry.field(description="The day the forecast of it starts.")
    horizon_months: int = strawberry.field(description="How many months it looks ahead.")
    is_baseline: bool = strawberry.field(
        description="Whether it is what is in force now; the baseline cannot be edited."
    )
    allocation: list[PoolAllocation] = strawberry.field(description="How much of each pool there is.")
    policy: Policy = strawberry.field(description="By which rule waiting schools are served.")
    budget: list[YearDollars] = strawberry.field(
        description="The most it may cost by fiscal year, the earliest first; a year that is not here has no limit."
    )
    scenario: strawberry.Private[scenarios.Scenario]

    @strawberry.field(description="The scenario it began as a copy of; null for an original or if that one is gone.")
    async def copied_from(self, info: Info) -> "Scenario | None":
        node: Scenario | None = await node_of(info.context, Kind.SCENARIO, self.scenario.copied_from)
        return node

    @strawberry.field(description="What it costs in each fiscal year of its horizon.")
    async def cost(self, info: Info) -> list[YearCost]:
        context = info.context
        pools = await context.batches.load(context.reader.pools_of, self.scenario.state_id) or ()
        return [
            YearCost(year=year, dollars=dollars, budget=self.scenario.budget.get(year))
            for year, dollars in self.scenario.cost(pools).items()
        ]

    @classmethod
    def of(cls, scenario: scenarios.Scenario) -> Self:
        return cls(
            id=global_id(Kind.SCENARIO, scenario.id),
            version=scenario.version,
            name=scenario.name,
            starts_on=scenario.starts_on,
            horizon_months=scenario.horizon_months,
            is_baseline=scenario.is_baseline,
            allocation=[
                PoolAllocation(pool_id=held.pool_id, capacity=years_of(dict(held.capacity)))
                for held in scenario.allocation
            ],
            policy=Policy.of(scenario.policy),
            budget=[YearDollars(year=year, dollars=dollars) for year, dollars in sorted(scenario.budget.items())],
            scenario=scenario,
        )


serve_nodes(Kind.SCENARIO, lambda reader: reader.scenarios, lambda held, _: Scenario.of(held))
