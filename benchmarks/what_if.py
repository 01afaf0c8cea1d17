"""How long a planner waits: the sample state's baseline and a copy of it, 200 replications, through a real server.

    python -m benchmarks.what_if [--replications 200] [--repeats 3]

Starts Milepost in a folder of its own, asks by GraphQL, follows the forecast over a WebSocket, and prints seconds from
the request to the first estimate and to the end, with the peak memory of the server and of its worker. The first
estimate has to come within 3 s, the end within 60 s, and the worker's memory has to stay under 1 GiB.
"""

import argparse
import asyncio
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import psutil
from gql import Client, gql
from gql.transport.httpx import HTTPXAsyncTransport
from gql.transport.websockets import WebsocketsTransport

ROOT = Path(__file__).resolve().parents[1]
FIRST_ESTIMATE_SECONDS = 3.0
END_SECONDS = 60.0
WORKER_MIB = 1024.0

BASELINE = gql("{ states { baseline { id } } }")
COPY = gql(
    "mutation ($input: CopyScenarioInput!) { copyScenario(input: $input) { scenario { id } errors { message } } }"
)
CHANGE = gql(
    "mutation ($input: ChangeScenarioInput!) { changeScenario(input: $input) { errors { message } scenario { id } } }"
)
RUN = gql("mutation ($input: RunForecastInput!) { runForecast(input: $input) { forecast { id } errors { message } } }")
FOLLOW = gql("""
subscription ($id: ID!) { forecastProgress(id: $id) { state done outcome { replications
  scenarios { milestones expectedAttained { value low high } } differences { difference { value low high } } } } }
""")


class Memory:
    """The greatest memory seen of a server and of the processes below it, in MiB."""

    def __init__(self, server: psutil.Process) -> None:
        self._server = server
        self.server = 0.0
        self.worker = 0.0

    async def watch(self) -> None:
        while True:
            self.server = max(self.server, _mib(self._server))
            self.worker = max(self.worker, sum(_mib(child) for child in self._server.children(recursive=True)))
            await asyncio.sleep(0.2)


def _mib(process: psutil.Process) -> float:
    try:
        return float(process.memory_full_info().uss) / 2**20
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return 0.0


async def ask(url: str, token: str, replications: int, repeats: int, server: psutil.Process) -> bool:
    """Ask ``repeats`` times and print what was waited for; return whether all of it was soon enough."""
    proof = {"Authorization": f"Bearer {token}"}
    memory = Memory(server)
    watching = asyncio.create_task(memory.watch())
    good = True
    async with (
        Client(transport=HTTPXAsyncTransport(url=url, headers=proof, timeout=60)) as http,
        Client(transport=WebsocketsTransport(url=url.replace("http", "ws", 1), init_payload=proof)) as stream,
    ):

        async def change(document: Any, given: dict[str, Any], field: str) -> dict[str, Any]:
            payload: dict[str, Any] = (await http.execute(document, variable_values={"input": given}))[field]
            if payload["errors"]:
                raise SystemExit(payload["errors"][0]["message"])
            return payload

        baseline = (await http.execute(BASELINE))["states"][0]["baseline"]["id"]
        copy = (await change(COPY, {"id": baseline, "name": "Worst first"}, "copyScenario"))["scenario"]["id"]
        await change(CHANGE, {"id": copy, "policy": {"kind": "WORST_FIRST"}}, "changeScenario")
        for repeat in range(repeats):
            began = time.perf_counter()
            given = {"scenarioIds": [baseline, copy], "replications": replications, "seed": 7 + repeat}
            forecast = (await change(RUN, given, "runForecast"))["forecast"]["id"]
            returned = time.perf_counter() - began
            first = 0.0
            told: dict[str, Any] = {}
            async for event in stream.subscribe(FOLLOW, variable_values={"id": forecast}):
                told = event["forecastProgress"]
                if told["outcome"] and not first:
                    first = time.perf_counter() - began
            ended = time.perf_counter() - began
            attained = [held["expectedAttained"]["value"] for held in told["outcome"]["scenarios"]]
            print(
                f"{told['state'].lower()}: mutation {returned:.2f} s, first estimate {first:.2f} s, "
                f"{told['outcome']['replications']} replications x 2 scenarios {ended:.1f} s; expected attained "
                f"{attained[0]:.1f} and {attained[1]:.1f} of {told['outcome']['scenarios'][0]['milestones']}",
                flush=True,
            )
            good &= told["state"] == "FINISHED" and first < FIRST_ESTIMATE_SECONDS and ended < END_SECONDS
    watching.cancel()
    print(f"peak memory: server {memory.server:.0f} MiB, worker with its processes {memory.worker:.0f} MiB")
    return good and memory.worker < WORKER_MIB


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--replications", type=int, default=200)
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    with socket.socket() as free, tempfile.TemporaryDirectory() as home:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        environment = {**os.environ, "MILEPOST_HOME": home, "MILEPOST_PORT": str(port)}
        milepost = [sys.executable, "-m", "api"]
        subprocess.run([*milepost, "migrate"], cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)
        subprocess.run([*milepost, "sample", "load"], cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)
        server = subprocess.Popen([*milepost, "serve"], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
        try:
            _wait_for(f"http://127.0.0.1:{port}/readyz", server)
            token = subprocess.run(
                [*milepost, "token", "create", "planner@sample.example", "--role", "STATE_PLANNER"],
                cwd=ROOT, env=environment, check=True, capture_output=True, text=True,
            ).stdout.strip()  # fmt: skip
            url = f"http://127.0.0.1:{port}/graphql"
            good = asyncio.run(ask(url, token, options.replications, options.repeats, psutil.Process(server.pid)))
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(30)
    return 0 if good else 1


def _wait_for(url: str, server: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        if server.poll() is not None:
            raise SystemExit("The server ended by itself.")
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise SystemExit("The server did not become ready within a minute.")


if __name__ == "__main__":
    sys.exit(main())
