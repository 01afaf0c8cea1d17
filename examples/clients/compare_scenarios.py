"""What if there were two more coaches? Copies the baseline, changes the copy, forecasts both and prints the comparison.

    milepost token create planner@example.org --role STATE_PLANNER
    MILEPOST_TOKEN=... .venv/bin/python examples/clients/compare_scenarios.py --more 2

It talks GraphQL and nothing else: questions and changes over HTTP, the forecast's progress over graphql-transport-ws.
"""

import argparse
import asyncio
import os
from datetime import UTC, datetime
from typing import Any

from gql import Client, gql
from gql.transport.httpx import HTTPXAsyncTransport
from gql.transport.websockets import WebsocketsTransport

BASELINE = gql("""
{ states { name baseline { id name budget { year dollars }
    allocation { pool { id name kind unit unitCost } capacity { year units } } } } }
""")
COPY = gql("""
mutation ($input: CopyScenarioInput!) {
  copyScenario(input: $input) { scenario { id version } errors { message } }
}
""")
CHANGE = gql("""
mutation ($input: ChangeScenarioInput!) {
  changeScenario(input: $input) { scenario { id name cost { year dollars } } errors { field message } }
}
""")
RUN = gql("""
mutation ($input: RunForecastInput!) { runForecast(input: $input) { forecast { id } errors { message } } }
""")
FOLLOW = gql("""
subscription ($id: ID!) {
  forecastProgress(id: $id) { state done replications message outcome { replications
    scenarios { scenarioName milestones cost expectedAttained { value low high }
      pools { pool { name } utilization { value } meanWaitMonths { value } } }
    differences { scenarioName referenceName difference { value low high } probabilityBetter { value } identical } } }
}
""")


def done(payload: dict[str, Any], what: str) -> dict[str, Any]:
    """Return what a mutation has changed, or stop with its reasons against it."""
    if payload["errors"]:
        raise SystemExit("\n".join(error["message"] for error in payload["errors"]))
    changed: dict[str, Any] = payload[what]
    return changed


async def main() -> None:
    """Ask, change, run, follow, print."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--url", default="http://127.0.0.1:8400/graphql")
    options.add_argument("--more", type=float, default=2, help="coaches more in every fiscal year")
    options.add_argument("--replications", type=int, default=200)
    options.add_argument("--seed", type=int, help="the same seed gives the same result")
    asked = options.parse_args()
    proof = {"Authorization": f"Bearer {os.environ['MILEPOST_TOKEN']}"}

    async with Client(transport=HTTPXAsyncTransport(url=asked.url, headers=proof, timeout=30)) as milepost:
        states = (await milepost.execute(BASELINE))["states"]
        if not states or states[0]["baseline"] is None:
            raise SystemExit("There is no state with a baseline that you may see.")
        baseline = states[0]["baseline"]
        coaches = next((held for held in baseline["allocation"] if held["pool"]["kind"] == "COACHES"), None)
        if coaches is None:
            raise SystemExit("The baseline has no coaches.")
        name = f"{coaches['pool']['name']}, {asked.more:+g}, {datetime.now(UTC):%Y-%m-%d %H:%M:%S}"
        copy = done(
            (await milepost.execute(COPY, variable_values={"input": {"id": baseline["id"], "name": name}}))[
                "copyScenario"
            ],
            "scenario",
        )
        extra_dollars = asked.more * coaches["pool"]["unitCost"]
        change = {
            "id": copy["id"],
            "expectedVersion": copy["version"],
            "pools": [
                {
                    "poolId": coaches["pool"]["id"],
                    "capacity": [
                        {"year": held["year"], "units": held["units"] + asked.more} for held in coaches["capacity"]
                    ],
                }
            ],
            "budget": [
                {"year": held["year"], "dollars": held["dollars"] + extra_dollars} for held in baseline["budget"]
            ],
        }
        changed = done(
            (await milepost.execute(CHANGE, variable_values={"input": change}))["changeScenario"], "scenario"
        )
        run = {"scenarioIds": [baseline["id"], changed["id"]], "replications": asked.replications, "seed": asked.seed}
        forecast = done((await milepost.execute(RUN, variable_values={"input": run}))["runForecast"], "forecast")

    socket = WebsocketsTransport(url=asked.url.replace("http", "ws", 1), init_payload=proof)
    async with Client(transport=socket) as milepost:
        told: dict[str, Any] = {}
        async for event in milepost.subscribe(FOLLOW, variable_values={"id": forecast["id"]}):
            told = event["forecastProgress"]
            print(f"{told['state'].lower()}: {told['done']} of {told['replications']} replications")
    if told["state"] != "FINISHED":
        raise SystemExit(told["message"])
    report(states[0]["name"], told["outcome"])


def report(state: str, outcome: dict[str, Any]) -> None:
    """Print the comparison."""
    print(f"\n{state}, after {outcome['replications']} replications")
    for held in outcome["scenarios"]:
        attained = held["expectedAttained"]
        print(
            f"\n{held['scenarioName']}: {attained['value']:.1f} ({attained['low']:.1f} to {attained['high']:.1f}) of "
            f"{held['milestones']} milestones, ${held['cost']:,.0f}"
        )
        for use in held["pools"]:
            wait = use["meanWaitMonths"]["value"]
            print(f"  {use['pool']['name']}: {use['utilization']['value']:.0%} in use, a wait of {wait:.1f} months")
    for held in outcome["differences"]:
        more = held["difference"]
        better = (
            "the same in every world" if held["identical"] else f"P(better) {held['probabilityBetter']['value']:.2f}"
        )
        print(
            f"\n{held['scenarioName']} less {held['referenceName']}: {more['value']:+.2f} milestones "
            f"({more['low']:+.2f} to {more['high']:+.2f}), {better}"
        )


if __name__ == "__main__":
    asyncio.run(main())
