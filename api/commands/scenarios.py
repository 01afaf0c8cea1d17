"""``milepost scenario``: looking at allocations, copying one, changing the copy."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated

import typer

from api.commands.console import (
    AsJson,
    StateName,
    amount,
    answer,
    milepost,
    out,
    print_json,
    print_table,
    state_named,
)
from api.operator import acting_operator
from domain.errors import InvalidInput, NotFound
from domain.scenarios import Policy, PolicyKind, PoolAllocation, Scenario
from domain.services.scenarios import change_scenario, copy_scenario, remove_scenario
from domain.supports import Pool

scenarios = typer.Typer(no_args_is_help=True, help="Scenarios: ways to allocate a state's supports.")

ScenarioName = Annotated[str, typer.Argument(help="The scenario, by name.")]


def scenario_named(held: Sequence[Scenario], name: str) -> Scenario:
    """Return the scenario of that name. Raises ``InvalidInput`` that lists what there is."""
    for scenario in held:
        if scenario.name.casefold() == name.strip().casefold():
            return scenario
    known = ", ".join(f"“{scenario.name}”" for scenario in held) or "none"
    raise InvalidInput(f"There is no scenario “{name}”. There is {known}.", field=("scenario",))


@scenarios.command("list")
def list_scenarios(state: StateName = None, as_json: AsJson = False) -> None:
    """Show the scenarios of a state, the baseline first."""
    with milepost() as deployment, deployment.open_work() as work:
        place = state_named(work, state)
        held = work.scenarios.of_state(place.id)
        pools = work.pools.of_owner(place.id)
    if as_json:
        print_json([_document(scenario, pools) for scenario in held])
        return
    print_table(
        ["scenario", "starts", "months", "policy", "cost"],
        [
            (
                scenario.name + (" (in force)" if scenario.is_baseline else ""),
                scenario.starts_on,
                scenario.horizon_months,
                scenario.policy.kind.lower().replace("_", " "),
                f"${sum(scenario.cost(pools).values()):,.0f}",
            )
            for scenario in held
        ],
        empty="There is no scenario.",
    )


@scenarios.command("show")
def show_scenario(name: ScenarioName, state: StateName = None, as_json: AsJson = False) -> None:
    """Show what a scenario allocates, pool by pool and year by year."""
    with milepost() as deployment, deployment.open_work() as work:
        place = state_named(work, state)
        scenario = scenario_named(work.scenarios.of_state(place.id), name)
        pools = work.pools.of_owner(place.id)
    if as_json:
        print_json(_document(scenario, pools))
        return
    by_id = {pool.id: pool for pool in pools}
    years = list(scenario.fiscal_years)
    print_table(
        ["pool", *map(str, years), "unit"],
        [
            (
                by_id[held.pool_id].name,
                *(amount(held.capacity.get(year, 0.0)) for year in years),
                by_id[held.pool_id].unit,
            )
            for held in scenario.allocation
        ],
        empty="It allocates nothing.",
    )
    cost = scenario.cost(pools)
    for year in years:
        limit = f" of ${scenario.budget[year]:,.0f}" if year in scenario.budget else ""
        out.print(f"{year}: ${cost[year]:,.0f}{limit}", highlight=False)


@scenarios.command("copy")
def copy(
    name: ScenarioName,
    new_name: Annotated[str, typer.Argument(help="What the copy is called.")],
    state: StateName = None,
    as_json: AsJson = False,
) -> None:
    """Make an editable copy of a scenario."""
    with milepost() as deployment, deployment.open_work() as work:
        held = work.scenarios.of_state(state_named(work, state).id)
        twin = copy_scenario(work, acting_operator(), scenario_id=scenario_named(held, name).id, name=new_name)
        work.commit()
    answer(as_json, {"id": str(twin.id), "name": twin.name}, f"Copied “{name}” to “{twin.name}”.")


@scenarios.command("set")
def change(
    name: ScenarioName,
    pool: Annotated[
        list[str] | None,
        typer.Option(
            help="“POOL=UNITS” for every year, or “POOL@YEAR=UNITS” for one fiscal year, named by its spring."
        ),
    ] = None,
    policy: Annotated[PolicyKind | None, typer.Option(help="By which rule waiting schools are served.")] = None,
    budget: Annotated[list[str] | None, typer.Option(help="“YEAR=DOLLARS”; may be given several times.")] = None,
    months: Annotated[int | None, typer.Option(help="The horizon.")] = None,
    rename: Annotated[str | None, typer.Option(help="A new name.")] = None,
    state: StateName = None,
    as_json: AsJson = False,
) -> None:
    """Change a scenario; what is not named stays as it is. The whole is checked, and refused in words."""
    with milepost() as deployment, deployment.open_work() as work:
        place = state_named(work, state)
        scenario = scenario_named(work.scenarios.of_state(place.id), name)
        pools = work.pools.of_owner(place.id)
        changed = change_scenario(
            work,
            acting_operator(),
            scenario_id=scenario.id,
            name=rename,
            allocation=_allocation(scenario, pools, pool) if pool else None,
            policy=_policy(scenario, policy) if policy else None,
            budget={**scenario.budget, **_budget(budget)} if budget else None,
            horizon_months=months,
        )
        cost = sum(changed.cost(pools).values())
        work.commit()
    answer(
        as_json,
        _document(changed, pools),
        f"“{changed.name}” now costs ${cost:,.0f} over {changed.horizon_months} months.",
    )


@scenarios.command("remove")
def remove(name: ScenarioName, state: StateName = None, as_json: AsJson = False) -> None:
    """Throw a scenario away."""
    with milepost() as deployment, deployment.open_work() as work:
        scenario = scenario_named(work.scenarios.of_state(state_named(work, state).id), name)
        remove_scenario(work, acting_operator(), scenario_id=scenario.id)
        work.commit()
    answer(as_json, {"removed": str(scenario.id)}, f"“{name}” is gone.")


def _allocation(scenario: Scenario, pools: Sequence[Pool], wanted: Sequence[str]) -> list[PoolAllocation]:
    held = {part.pool_id: dict(part.capacity) for part in scenario.allocation}
    touched = []
    for text in wanted:
        place, equals, units = text.rpartition("=")
        name, at, year = place.partition("@")
        if not equals or (at and not year.isdigit()):
            raise InvalidInput(f"“{text}” is not POOL=UNITS or POOL@YEAR=UNITS.", field=("pool",))
        pool = next((pool for pool in pools if pool.name.casefold() == name.strip().casefold()), None)
        if pool is None:
            known = ", ".join(f"“{pool.name}”" for pool in pools)
            raise NotFound(f"pool called “{name}” (there is {known}), so nothing for", text, field=("pool",))
        capacity = held.setdefault(pool.id, {})
        for each in [int(year)] if at else scenario.fiscal_years:
            capacity[each] = _number(units, text)
        touched.append(pool.id)
    return [PoolAllocation(pool_id, held[pool_id]) for pool_id in dict.fromkeys(touched)]


def _policy(scenario: Scenario, kind: PolicyKind) -> Policy:
    return replace(scenario.policy, kind=kind, weights=scenario.policy.weights if kind is PolicyKind.NEED_INDEX else {})


def _budget(texts: Sequence[str]) -> dict[int, float]:
    budget = {}
    for text in texts:
        year, equals, dollars = text.partition("=")
        if not equals or not year.strip().isdigit():
            raise InvalidInput(f"“{text}” is not YEAR=DOLLARS.", field=("budget",))
        budget[int(year)] = _number(dollars, text)
    return budget


def _number(text: str, whole: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise InvalidInput(f"“{text}” in “{whole}” is not a number.", field=("pool",)) from None


def _document(scenario: Scenario, pools: Sequence[Pool]) -> dict[str, object]:
    names = {pool.id: pool.name for pool in pools}
    return {
        "id": str(scenario.id),
        "name": scenario.name,
        "isBaseline": scenario.is_baseline,
        "startsOn": scenario.starts_on,
        "horizonMonths": scenario.horizon_months,
        "policy": scenario.policy.kind,
        "pools": [
            {"pool": names[held.pool_id], "capacity": {str(year): units for year, units in held.capacity.items()}}
            for held in scenario.allocation
        ],
        "cost": {str(year): dollars for year, dollars in scenario.cost(pools).items()},
        "budget": {str(year): dollars for year, dollars in scenario.budget.items()},
        "version": scenario.version,
    }
