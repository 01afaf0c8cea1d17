"""The command line: what people and scripts get, and with which exit code."""

import json
from pathlib import Path

import pytest

from tests.live import LiveServer, command


def test_help_names_every_command() -> None:
    told = command("--help")
    assert told.returncode == 0
    for name in (
        "serve",
        "worker",
        "migrate",
        "import",
        "forecast",
        "scenario",
        "token",
        "backup",
        "restore",
        "doctor",
    ):
        assert f" {name} " in told.stdout


@pytest.mark.parametrize(
    "arguments", [["nonsense"], ["forecast", "--replications", "many"], ["token", "create"], ["scenario", "show"]]
)
def test_a_command_that_is_not_understood_exits_with_2(arguments: list[str]) -> None:
    assert command(*arguments).returncode == 2


def test_a_wrong_setting_exits_with_1_and_names_it() -> None:
    refused = command("doctor", port="x")
    assert refused.returncode == 1
    assert "MILEPOST_PORT" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_scenario_is_copied_changed_and_thrown_away(server: LiveServer) -> None:
    held = json.loads(command("scenario", "list", "--json", **server.settings).stdout)
    baseline = next(scenario for scenario in held if scenario["isBaseline"])
    assert command("scenario", "copy", baseline["name"], "From the terminal", **server.settings).returncode == 0
    pool = baseline["pools"][0]
    year, units = next(iter(pool["capacity"].items()))
    less = command(
        "scenario", "set", "From the terminal", "--pool", f"{pool['pool']}@{year}={units - 1:g}", "--json",
        **server.settings,
    )  # fmt: skip
    assert less.returncode == 0, less.stderr
    changed = {held["pool"]: held["capacity"] for held in json.loads(less.stdout)["pools"]}
    assert changed[pool["pool"]][year] == units - 1

    too_much = command("scenario", "set", "From the terminal", "--pool", f"{pool['pool']}=1e9", **server.settings)
    assert too_much.returncode == 1
    assert "more than the budget" in too_much.stderr
    negative = command("scenario", "set", "From the terminal", "--pool", f"{pool['pool']}=-1", **server.settings)
    assert negative.returncode == 1
    assert "Give a number from 0" in negative.stderr
    in_force = command("scenario", "set", baseline["name"], "--months", "24", **server.settings)
    assert in_force.returncode == 1
    assert "Copy it" in in_force.stderr
    assert command("scenario", "remove", "From the terminal", **server.settings).returncode == 0
    assert command("scenario", "show", "From the terminal", **server.settings).returncode == 1


@pytest.mark.slow
def test_a_forecast_from_the_terminal_is_the_running_workers_and_repeats_itself(server: LiveServer) -> None:
    options = ["forecast", "--replications", "20", "--seed", "3"]
    first = command(*options, "--json", **server.settings)
    assert first.returncode == 0, first.stderr
    told = json.loads(first.stdout)
    assert (told["replications"], told["seed"], told["outcome"]["replications"]) == (20, 3, 20)
    again = json.loads(command(*options, "--json", **server.settings).stdout)
    assert again["outcome"] == told["outcome"]
    assert again["inputsHash"] == told["inputsHash"]
    shown = command(*options, **server.settings)
    assert "milestones expected to be attained" in shown.stdout
    unknown = command("forecast", "--scenario", "Nobody's", **server.settings)
    assert unknown.returncode == 1
    assert "There is no scenario “Nobody's”" in unknown.stderr
    few = command("forecast", "--replications", "3", **server.settings)
    assert few.returncode == 1
    assert "20 to 20,000 replications" in few.stderr


@pytest.mark.slow
def test_a_forecast_without_a_worker_is_computed_by_the_command_itself(postgres: object, sample_template: str) -> None:
    url = postgres.create_database("no_worker", template=sample_template)  # type: ignore[attr-defined]
    told = command("forecast", "--replications", "20", "--json", database_url=url)
    assert told.returncode == 0, told.stderr
    assert json.loads(told.stdout)["outcome"]["replications"] == 20


def test_a_backup_never_overwrites_and_a_restore_needs_an_empty_place(
    server: LiveServer, postgres: object, tmp_path: Path
) -> None:
    file = tmp_path / "plans.backup"
    assert command("backup", str(file), **server.settings).returncode == 0
    again = command("backup", str(file), **server.settings)
    assert (again.returncode, "never overwrites" in again.stderr) == (1, True)
    full = command("restore", str(file), **server.settings)
    assert (full.returncode, "not empty" in full.stderr) == (1, True)
    nonsense = tmp_path / "nonsense"
    nonsense.write_text("hello")
    url = postgres.create_database("restored")  # type: ignore[attr-defined]
    assert command("restore", str(nonsense), database_url=url).returncode == 1
    assert command("restore", str(file), database_url=url).returncode == 0
    listed = [
        command("scenario", "show", "What is funded now", "--json", **held).stdout
        for held in (server.settings, {"database_url": url})
    ]
    assert listed[0] == listed[1] != ""
