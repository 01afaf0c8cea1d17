"""The whole what-if with gql, a public client: over HTTP, and the forecast followed over a WebSocket."""

import time
from typing import Any

from gql import Client, GraphQLRequest
from gql.transport.httpx import HTTPXAsyncTransport
from gql.transport.websockets import WebsocketsTransport

from tests.live import LiveServer

STATE = """
query State {
  viewer { signedIn mayPlanSupports }
  states {
    id name
    baseline { id name cost { year dollars budget } }
    pools { id name kind }
    schools(filter: { identified: true }, first: 3) { totalCount nodes { name milestoneCounts { total } } }
  }
}
"""

COPY = """
mutation Copy($input: CopyScenarioInput!) {
  copyScenario(input: $input) { scenario { id version allocation { pool { id kind } capacity { year units } } }
    errors { field code message } }
}
"""

CHANGE = """
mutation Change($input: ChangeScenarioInput!) {
  changeScenario(input: $input) { scenario { id version cost { year dollars } } errors { field code message } }
}
"""

RUN = """
mutation Run($input: RunForecastInput!) {
  runForecast(input: $input) { forecast { id state } errors { field code message } }
}
"""

FOLLOW = """
subscription Follow($id: ID!) {
  forecastProgress(id: $id) {
    state done replications
    outcome {
      replications
      scenarios {
        scenarioName milestones expectedAttained { value low high } pools { pool { name } meanWaitMonths { value } }
      }
      differences { identical difference { value low high } probabilityBetter { value } }
    }
  }
}
"""


async def test_a_public_client_does_the_whole_what_if(server: LiveServer) -> None:
    headers = {"Authorization": f"Bearer {server.token('analyst@example.org', '--role', 'STATE_PLANNER')}"}
    over_http = Client(
        transport=HTTPXAsyncTransport(url=server.graphql, headers=headers, timeout=60), fetch_schema_from_transport=True
    )
    async with over_http as session:
        seen = await session.execute(GraphQLRequest(STATE))
        assert seen["viewer"] == {"signedIn": True, "mayPlanSupports": True}
        state = seen["states"][0]
        assert state["schools"]["totalCount"] == 90
        baseline = state["baseline"]["id"]

        copied = (await execute(session, COPY, id=baseline, name="Half the coaches"))["copyScenario"]
        assert copied["errors"] == []
        scenario = copied["scenario"]
        coaches = next(part for part in scenario["allocation"] if part["pool"]["kind"] == "COACHES")
        halved = [{"year": held["year"], "units": held["units"] // 2} for held in coaches["capacity"]]
        place = {"poolId": coaches["pool"]["id"], "capacity": halved}

        wrong = {"poolId": coaches["pool"]["id"], "capacity": [{"year": halved[0]["year"], "units": -1}]}
        refused = (await execute(session, CHANGE, id=scenario["id"], pools=[wrong]))["changeScenario"]
        assert refused["scenario"] is None
        assert refused["errors"][0]["field"] == ["pools", "0", "capacity", str(halved[0]["year"])]

        changed = (await execute(session, CHANGE, id=scenario["id"], pools=[place]))["changeScenario"]
        assert changed["errors"] == []
        assert changed["scenario"]["version"] > scenario["version"]

        asked = time.monotonic()
        scenarios = [baseline, scenario["id"]]
        run = (await execute(session, RUN, scenarioIds=scenarios, replications=20, seed=11))["runForecast"]
        assert run["errors"] == []
        forecast = run["forecast"]["id"]

    told: list[dict[str, Any]] = []
    first_estimate = None
    async with Client(transport=WebsocketsTransport(url=server.socket, init_payload=headers)) as session:
        async for event in session.subscribe(GraphQLRequest(FOLLOW, variable_values={"id": forecast})):
            told.append(event["forecastProgress"])
            if first_estimate is None and told[-1]["outcome"]:
                first_estimate = time.monotonic() - asked

    last = told[-1]
    assert (last["state"], last["done"], last["outcome"]["replications"]) == ("FINISHED", 20, 20)
    done = [event["done"] for event in told]
    assert done == sorted(done)
    assert len({event["outcome"]["replications"] for event in told if event["outcome"]}) > 1, "it sharpened on the way"
    assert first_estimate is not None
    now, halved_coaches = last["outcome"]["scenarios"]
    assert (now["scenarioName"], halved_coaches["scenarioName"]) == (state["baseline"]["name"], "Half the coaches")
    for scenario_outcome in (now, halved_coaches):
        expected = scenario_outcome["expectedAttained"]
        assert 0 < expected["low"] <= expected["value"] <= expected["high"] <= scenario_outcome["milestones"]
    assert waits(halved_coaches)["Improvement coaches"] > waits(now)["Improvement coaches"]
    difference = last["outcome"]["differences"][0]
    assert difference["identical"] is False
    assert difference["difference"]["low"] <= difference["difference"]["value"] <= difference["difference"]["high"]
    print(f"first estimate after {first_estimate:.2f} s")


def waits(outcome: dict[str, Any]) -> dict[str, float]:
    return {use["pool"]["name"]: use["meanWaitMonths"]["value"] for use in outcome["pools"]}


async def execute(session: Any, document: str, **given: Any) -> dict[str, Any]:
    return dict(await session.execute(GraphQLRequest(document, variable_values={"input": given})))
