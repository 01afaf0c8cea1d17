"""Copying an allocation, changing the copy, and throwing it away."""

from collections.abc import Mapping, Sequence
from typing import Annotated

import strawberry
from strawberry import UNSET

from domain import scenarios
from domain.errors import ImprovementError, InvalidAllocation
from domain.identity import OrganizationId, PoolId, ScenarioId
from domain.scenarios import NeedTerm, PolicyKind
from domain.services import scenarios as services
from schema.context import Info
from schema.errors import UserError
from schema.mutations.performing import ASKED, check, expected_version, idempotency_key, perform, refused
from schema.relay import Kind, identity_of, node_of
from schema.scalars import given
from schema.scenarios import Scenario


@strawberry.input(description="A scenario to copy.")
class CopyScenarioInput:
    """A scenario to copy."""

    id: strawberry.ID = strawberry.field(description="Which scenario; the baseline may be copied too.")
    name: str = strawberry.field(description="What the copy is to be called; no other scenario may have the name.")
    idempotency_key: str | None = idempotency_key()


@strawberry.input(description="An amount of a pool in one fiscal year.")
class YearUnitsInput:
    """An amount of a pool in one fiscal year."""

    year: int = strawberry.field(description="The fiscal year, 1 July to 30 June, named by its spring.")
    units: float = strawberry.field(
        description="Units at the same time, in the pool's unit, whole; of funds dollars a year."
    )


@strawberry.input(description="Dollars in one fiscal year.")
class YearDollarsInput:
    """Dollars in one fiscal year."""

    year: int = strawberry.field(description="The fiscal year, 1 July to 30 June, named by its spring.")
    dollars: float = strawberry.field(description="US dollars; 0 or more.")


@strawberry.input(description="How much of one pool there is to be.")
class PoolAllocationInput:
    """How much of one pool there is to be."""

    pool_id: strawberry.ID = strawberry.field(description="Which pool.")
    capacity: list[YearUnitsInput] = strawberry.field(
        description="In each fiscal year of the horizon; a year left out has none."
    )


@strawberry.input(description="How much one term counts in a need index.")
class NeedWeightInput:
    """How much one term counts in a need index."""

    term: NeedTerm = strawberry.field(description="What is weighed.")
    weight: float = strawberry.field(description="How much it counts beside the others; 0 or more, without a unit.")


@strawberry.input(description="A place in a pool to keep for one school whatever the policy says.")
class PinInput:
    """A place in a pool to keep for one school."""

    pool_id: strawberry.ID = strawberry.field(description="In which pool.")
    organization_id: strawberry.ID = strawberry.field(description="For which school; no district or state.")


@strawberry.input(description="The rule by which waiting schools are to be served.")
class PolicyInput:
    """The rule by which waiting schools are to be served."""

    kind: PolicyKind = strawberry.field(description="Which rule.")
    weights: list[NeedWeightInput] | None = strawberry.field(
        default=UNSET, description="The weights of a need index; the standard ones if there are none."
    )
    pins: list[PinInput] | None = strawberry.field(
        default=UNSET, description="Places kept for single schools; under FIXED only these are served."
    )

    def policy(self) -> scenarios.Policy:
        """Return the policy; raises ``InvalidAllocation`` or ``NotFound``."""
        weights: dict[NeedTerm, float] = {}
        for place, held in enumerate(given(self.weights) or ()):
            if held.term in weights:
                raise InvalidAllocation(
                    f"{held.term.lower().replace('_', ' ')} is weighed twice.", field=("policy", "weights", place)
                )
            weights[held.term] = held.weight
        pins = tuple(
            scenarios.Pin(
                PoolId(identity_of(pin.pool_id, Kind.POOL, "policy", "pins", place, "poolId")),
                OrganizationId(
                    identity_of(pin.organization_id, Kind.ORGANIZATION, "policy", "pins", place, "organizationId")
                ),
            )
            for place, pin in enumerate(given(self.pins) or ())
        )
        return scenarios.Policy(self.kind, weights, pins)


@strawberry.input(description="What to change in a scenario; what is left out stays as it is.")
class ChangeScenarioInput:
    """What to change in a scenario."""

    id: strawberry.ID = strawberry.field(description="Which scenario; not the baseline.")
    name: str | None = strawberry.field(default=UNSET, description="What it is to be called.")
    pools: list[PoolAllocationInput] | None = strawberry.field(
        default=UNSET, description="How much of each pool there is to be; pools that are left out keep what they have."
    )
    policy: PolicyInput | None = strawberry.field(default=UNSET, description="By which rule schools are to be served.")
    budget: list[YearDollarsInput] | None = strawberry.field(
        default=UNSET, description="The most it may cost by fiscal year of the horizon; a year left out has no limit."
    )
    horizon_months: int | None = strawberry.field(
        default=UNSET,
        description="How many months it is to look ahead. All amounts follow: fiscal years that fall out are "
        "dropped, and those that come in without an amount have what the last one had.",
    )
    expected_version: int | None = expected_version()
    idempotency_key: str | None = idempotency_key()

    def allocation(self) -> list[scenarios.PoolAllocation] | None:
        """Return what each pool is to have; raises ``InvalidAllocation`` or ``NotFound``."""
        pools = given(self.pools)
        if pools is None:
            return None
        return [
            scenarios.PoolAllocation(
                PoolId(identity_of(held.pool_id, Kind.POOL, "pools", place, "poolId")),
                _by_year([(entry.year, entry.units) for entry in held.capacity], "pools", place, "capacity"),
            )
            for place, held in enumerate(pools)
        ]

    def limits(self) -> Mapping[int, float] | None:
        """Return the budget by fiscal year; raises ``InvalidAllocation``."""
        budget = given(self.budget)
        return None if budget is None else _by_year([(entry.year, entry.dollars) for entry in budget], "budget")


def _by_year(entries: Sequence[tuple[int, float]], *field: str | int) -> dict[int, float]:
    years: dict[int, float] = {}
    for year, amount in entries:
        if year in years:
            raise InvalidAllocation(f"The year {year} stands twice.", field=(*field, year))
        years[year] = amount
    return years


@strawberry.input(description="A scenario to throw away.")
class RemoveScenarioInput:
    """A scenario to throw away."""

    id: strawberry.ID = strawberry.field(description="Which scenario; not the baseline.")
    idempotency_key: str | None = idempotency_key()


@strawberry.type(description="What became of a change to a scenario.")
class ScenarioPayload:
    """What became of a change to a scenario."""

    scenario: Scenario | None = strawberry.field(
        default=None, description="The scenario as it is now; null if it was refused."
    )
    errors: list[UserError] = strawberry.field(
        default_factory=list, description="Why it was refused; empty if it was done."
    )


@strawberry.type(description="What became of throwing a scenario away.")
class RemoveScenarioPayload:
    """What became of throwing a scenario away."""

    removed_id: strawberry.ID | None = strawberry.field(
        default=None, description="The id it had; null if it was refused."
    )
    errors: list[UserError] = strawberry.field(
        default_factory=list, description="Why it was refused; empty if it was done."
    )


@strawberry.type
class ScenarioMutations:
    """What may be changed about scenarios."""

    @strawberry.mutation(description="Make an editable twin of a scenario under a new name.")
    async def copy_scenario(self, info: Info, input: Annotated[CopyScenarioInput, ASKED]) -> ScenarioPayload:  # noqa: A002
        try:
            check(input)
            scenario_id = await perform(
                info,
                services.copy_scenario,
                input,
                scenario_id=ScenarioId(identity_of(input.id, Kind.SCENARIO, "id")),
                name=input.name,
            )
        except ImprovementError as refusal:
            return ScenarioPayload(errors=refused(refusal, input))
        return ScenarioPayload(scenario=await node_of(info.context, Kind.SCENARIO, scenario_id))

    @strawberry.mutation(description="Change what is given, and check the whole against its budget before keeping it.")
    async def change_scenario(self, info: Info, input: Annotated[ChangeScenarioInput, ASKED]) -> ScenarioPayload:  # noqa: A002
        try:
            check(input)
            policy = given(input.policy)
            scenario_id = await perform(
                info,
                services.change_scenario,
                input,
                scenario_id=ScenarioId(identity_of(input.id, Kind.SCENARIO, "id")),
                name=given(input.name),
                allocation=input.allocation(),
                policy=None if policy is None else policy.policy(),
                budget=input.limits(),
                horizon_months=given(input.horizon_months),
                expected_version=given(input.expected_version),
            )
        except ImprovementError as refusal:
            return ScenarioPayload(errors=refused(refusal, input))
        return ScenarioPayload(scenario=await node_of(info.context, Kind.SCENARIO, scenario_id))

    @strawberry.mutation(description="Throw a scenario away; the baseline stays. What was forecast of it stays too.")
    async def remove_scenario(self, info: Info, input: Annotated[RemoveScenarioInput, ASKED]) -> RemoveScenarioPayload:  # noqa: A002
        try:
            check(input)
            await perform(
                info,
                services.remove_scenario,
                input,
                scenario_id=ScenarioId(identity_of(input.id, Kind.SCENARIO, "id")),
            )
        except ImprovementError as refusal:
            return RemoveScenarioPayload(errors=refused(refusal, input))
        return RemoveScenarioPayload(removed_id=input.id)
