"""``milepost import``: what it says of a file with mistakes, on a dry run as well."""

import json
from pathlib import Path

import pytest

from tests.live import command
from tests.storage.imports.small import PROFILE, csv_file

WRONG = ({"school": "001", "math": "[red]lots"}, {"school": "002", "math": "140"}, {"school": "003", "math": "41"})


@pytest.fixture
def profile(tmp_path: Path) -> str:
    file = tmp_path / "small.toml"
    file.write_text(PROFILE)
    return str(file)


def test_a_dry_run_of_a_file_with_mistakes_exits_with_1_and_says_where_they_are(
    database_url: str, profile: str, tmp_path: Path
) -> None:
    file = csv_file(tmp_path, WRONG)
    tried = command("import", str(file), "--profile", profile, "--dry-run", database_url=database_url)
    assert (tried.returncode, tried.stdout) == (1, "")
    assert "panel.csv has 2 mistakes; as it stands, nothing of it would be imported." in tried.stderr
    assert "row 2, column “math”: " in tried.stderr
    assert f"Every mistake is listed in {tmp_path / 'panel.errors.csv'}." in tried.stderr
    assert "[red]lots" in (tmp_path / "panel.errors.csv").read_text("utf-8-sig")


def test_as_json_the_mistakes_are_part_of_the_answer(database_url: str, profile: str, tmp_path: Path) -> None:
    file = csv_file(tmp_path, WRONG)
    options = ["import", str(file), "--profile", profile, "--json"]
    for more in ([], ["--dry-run"]):
        tried = command(*options, *more, database_url=database_url)
        assert tried.returncode == 1
        told = json.loads(tried.stdout)
        assert told["wrong_rows"] == 2
        assert [(mistake["row"], mistake["column"]) for mistake in told["errors"]] == [(2, "math"), (3, "math")]


def test_a_dry_run_of_a_good_file_exits_with_0(database_url: str, profile: str, tmp_path: Path) -> None:
    tried = command("import", str(csv_file(tmp_path)), "--profile", profile, "--dry-run", database_url=database_url)
    assert tried.returncode == 0, tried.stderr
    assert "This was a dry run; nothing was written." in tried.stdout
