"""Scenarios: copying the baseline, changing the copy, and throwing it away."""

from collections.abc import Mapping, Sequence

from domain.errors import InvalidAllocation, NotFound, NotPermitted
from domain.identity import ScenarioId, new_id
from domain.organizations import OrganizationKind
from domain.people import Right
from domain.ports import Acting, UnitOfWork
from domain.scenarios import Policy, PoolAllocation, Scenario, carried_over
from domain.services.access import authorized, note, require_version


def readable_scenario(work: UnitOfWork, acting: Acting, scenario_id: ScenarioId, right: Right) -> Scenario:
    """Return the scenario if the caller holds ``right`` on its state; raises ``NotFound`` or ``NotPermitted``."""
    scenario = work.scenarios.get(scenario_id)
    try:
        authorized(work, acting, right, scenario.state_id)
    except NotFound:
        raise NotFound("scenario", scenario_id) from None
    return scenario


def copy_scenario(work: UnitOfWork, acting: Acting, *, scenario_id: ScenarioId, name: str) -> Scenario:
    """Make an editable twin of a scenario under a new name."""
    original = readable_scenario(work, acting, scenario_id, Right.PLAN_SUPPORTS)
    _require_free(work, original, name, None)
    twin = original.copy(ScenarioId(new_id()), name.strip())
    work.scenarios.add(twin)
    note(work, acting, "copy", twin, of=str(original.id), name=name)
    return twin


def change_scenario(
    work: UnitOfWork,
    acting: Acting,
    *,
    scenario_id: ScenarioId,
    name: str | None = None,
    allocation: Sequence[PoolAllocation] | None = None,
    policy: Policy | None = None,
    budget: Mapping[int, float] | None = None,
    horizon_months: int | None = None,
    expected_version: int | None = None,
) -> Scenario:
    """Change what is given (None: leave as it is) and check the whole again.

    Pools that ``allocation`` does not name keep what they have. Under another horizon all amounts follow it, given or
    kept (``carried_over``): a planner who shortens or lengthens it has only the years of the old one before them.
    Raises ``BudgetExceeded``, ``InvalidAllocation``, ``HorizonTooLong``, ``StaleVersion``, or ``NotPermitted`` for the
    baseline, which is what is in force.
    """
    scenario = readable_scenario(work, acting, scenario_id, Right.PLAN_SUPPORTS)
    require_version("scenario", scenario.version, expected_version)
    if scenario.is_baseline:
        raise NotPermitted("The baseline is what is in force now. Copy it and change the copy.", field=("id",))
    if name is not None and name.strip() != scenario.name:
        _require_free(work, scenario, name, scenario.id)
    pools = work.pools.of_owner(scenario.state_id)
    changed = Scenario(
        scenario.id,
        scenario.state_id,
        scenario.name if name is None else name.strip(),
        scenario.starts_on,
        scenario.horizon_months if horizon_months is None else horizon_months,
        (),
        policy or scenario.policy,
    )
    before, after = scenario.fiscal_years, changed.fiscal_years

    def over_the_years(held: PoolAllocation) -> PoolAllocation:
        return PoolAllocation(held.pool_id, carried_over(held.capacity, before, after))

    changed.allocation = tuple(over_the_years(held) for held in scenario.allocation)
    changed.budget = carried_over(scenario.budget if budget is None else budget, before, after)
    if allocation is not None:
        # Checked as it was given, so that a refusal's field names the place in what the planner sent.
        carried = changed.allocation
        changed.allocation = tuple(over_the_years(held) for held in allocation)
        changed.check_places(pools)
        named = {held.pool_id: held for held in changed.allocation}
        kept = tuple(named.pop(held.pool_id, held) for held in carried)
        changed.allocation = (*kept, *named.values())
    changed.check(pools)
    for pin_index, pin in enumerate(changed.policy.pins):
        if scenario.state_id not in work.organizations.lineage(pin.organization_id, acting.today):
            raise NotFound("school", pin.organization_id, field=("policy", "pins", pin_index, "organizationId"))
        pinned = work.organizations.get(pin.organization_id)
        if pinned.kind is not OrganizationKind.SCHOOL:
            raise InvalidAllocation(
                f"{pinned.name} is a {pinned.kind.lower()}; a place is kept for a school.",
                field=("policy", "pins", pin_index, "organizationId"),
            )
    scenario.name = changed.name
    scenario.horizon_months = changed.horizon_months
    scenario.allocation = changed.allocation
    scenario.policy = changed.policy
    scenario.budget = changed.budget
    note(work, acting, "change", scenario, name=scenario.name, policy=scenario.policy.kind.value)
    return scenario


def remove_scenario(work: UnitOfWork, acting: Acting, *, scenario_id: ScenarioId) -> Scenario:
    """Throw a scenario away; the baseline stays."""
    scenario = readable_scenario(work, acting, scenario_id, Right.PLAN_SUPPORTS)
    if scenario.is_baseline:
        raise NotPermitted("The baseline is what is in force now; it cannot be thrown away.", field=("id",))
    work.scenarios.remove(scenario)
    note(work, acting, "remove", scenario, name=scenario.name)
    return scenario


def _require_free(work: UnitOfWork, scenario: Scenario, name: str, own: ScenarioId | None) -> None:
    taken = {held.name.casefold() for held in work.scenarios.of_state(scenario.state_id) if held.id != own}
    if name.strip().casefold() in taken:
        raise InvalidAllocation(f"There already is a scenario named “{name.strip()}”.", field=("name",))
