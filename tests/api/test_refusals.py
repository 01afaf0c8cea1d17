"""What the command line says of input that no command can take, and of trouble of its own."""

import subprocess
import sys

import pytest

from api.__main__ import _in_words
from api.commands.database import _apart
from tests.live import ROOT, LiveServer, command, environment


def test_bytes_that_are_no_text_are_refused() -> None:
    told = subprocess.run(
        [sys.executable.encode(), b"-m", b"api", b"scenario", b"copy", b"one", b"caf\xe9"],
        env=environment(),
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    assert told.returncode == 1
    assert told.stderr.decode() == "caf? is not written in UTF-8.\n"


@pytest.mark.parametrize("seed", ["99999999999999999999999", "-1", "9007199254740992"])
def test_a_seed_that_no_client_could_hold_is_refused(server: LiveServer, seed: str) -> None:
    told = command("forecast", f"--seed={seed}", **server.settings)
    assert told.returncode == 1
    assert told.stderr == "A seed is a whole number from 0 to 9007199254740991.\n"


def test_unexpected_trouble_tells_nothing_of_its_inside() -> None:
    words = _in_words(RuntimeError("SELECT secret FROM api_tokens"))
    assert "MILEPOST_LOG_LEVEL=debug" in words
    assert "SELECT" not in words
    assert "RuntimeError" not in words


def test_the_password_of_the_database_is_no_argument() -> None:
    address, secret = _apart("postgresql+psycopg://planner:s3cret%40word@db.example:5433/plans?sslmode=require")
    assert "s3cret" not in address
    assert all(part in address for part in ("host=db.example", "port=5433", "user=planner", "sslmode=require"))
    assert secret == {"PGPASSWORD": "s3cret@word"}
    assert _apart("postgresql://planner@db.example/plans")[1] == {}


@pytest.mark.parametrize("words", [["scenario", "list"], ["token", "create"], ["sample", "load"], ["forecast"]])
def test_a_misunderstood_command_is_called_by_the_name_people_type(words: list[str]) -> None:
    assert f"Usage: milepost {' '.join(words)} " in command(*words, "--bogus").stderr
