"""The examples that people copy from do what they say, against a live server."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.live import LiveServer

COMPARE = Path(__file__).parents[2] / "examples" / "clients" / "compare_scenarios.py"


def compare(server: LiveServer, *options: str) -> subprocess.CompletedProcess[str]:
    token = server.token("analyst@example.org", "--role", "STATE_PLANNER")
    return subprocess.run(
        [sys.executable, str(COMPARE), "--url", server.graphql, *options],
        env={**os.environ, "MILEPOST_TOKEN": token},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


@pytest.mark.slow
def test_two_more_coaches_are_compared_with_what_is_funded_now(server: LiveServer) -> None:
    done = compare(server, "--more", "2", "--replications", "20", "--seed", "3")
    assert done.returncode == 0, done.stderr
    assert "finished: 20 of 20 replications" in done.stdout
    assert re.search(r"What is funded now: [\d.]+ \([\d.]+ to [\d.]+\) of [\d,]+ milestones", done.stdout)
    assert re.search(r"Improvement coaches, \+2, .* less What is funded now: [+-][\d.]+ milestones", done.stdout)


def test_a_change_that_cannot_be_is_told_in_the_servers_words(server: LiveServer) -> None:
    done = compare(server, "--more", "0.5")
    assert done.returncode == 1
    assert "give a whole number" in done.stderr.lower()
