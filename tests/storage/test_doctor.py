"""The doctor says in plain words what is wrong and what to do, and changes nothing by looking."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from storage import doctor
from storage.doctor import Finding, diagnose
from storage.embedded import EmbeddedPostgres


@pytest.fixture(scope="module")
def server() -> Iterator[EmbeddedPostgres]:
    with tempfile.TemporaryDirectory(prefix="mp-") as folder, EmbeddedPostgres(Path(folder), durable=False) as server:
        yield server


def _by_name(findings: list[Finding]) -> dict[str, Finding]:
    return {finding.name: finding for finding in findings}


def test_a_machine_before_the_first_start_is_well(tmp_path: Path) -> None:
    findings = diagnose(tmp_path / "home", None)
    assert [finding.name for finding in findings] == ["Python", "home folder", "disk space", "embedded database"]
    assert all(finding.ok and not finding.advice for finding in findings)
    assert not (tmp_path / "home").exists()


def test_a_running_embedded_server_is_described(server: EmbeddedPostgres) -> None:
    home = server.status().folder.parent
    findings = _by_name(diagnose(home, None))
    assert str(os.getpid()) in findings["embedded database"].meaning
    assert findings["database"].ok
    assert findings["server version"].meaning.startswith("The server is PostgreSQL 18.")
    assert findings["encoding"].ok
    assert findings["clock"].ok


def test_a_server_that_does_not_wait_for_the_disk_is_pointed_out(server: EmbeddedPostgres, tmp_path: Path) -> None:
    finding = _by_name(diagnose(tmp_path, server.url("milepost")))["durability"]
    assert not finding.ok
    assert "fsync" in finding.meaning


def test_missing_tables_come_with_the_command_that_makes_them(server: EmbeddedPostgres, tmp_path: Path) -> None:
    finding = _by_name(diagnose(tmp_path, server.url("milepost")))["tables"]
    assert (finding.ok, finding.advice) == (False, "Run `milepost migrate`.")


def test_a_database_that_does_not_answer_ends_the_visit_without_an_error(tmp_path: Path) -> None:
    findings = _by_name(diagnose(tmp_path, "postgresql://a:secret@127.0.0.1:1/db"))
    assert not findings["database"].ok
    assert "secret" not in findings["database"].meaning
    assert "tables" not in findings


def test_a_file_where_the_home_should_be_is_pointed_out(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("")
    assert not _by_name(diagnose(tmp_path / "home", "postgresql://127.0.0.1:1/db"))["home folder"].ok


def test_a_nearly_full_disk_is_pointed_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda place: SimpleNamespace(free=5_000_000))
    assert not _by_name(diagnose(tmp_path, None))["disk space"].ok


def test_data_of_another_version_are_pointed_out(tmp_path: Path) -> None:
    data = tmp_path / "postgres" / "data"
    data.mkdir(parents=True)
    (data / "PG_VERSION").write_text("16\n")
    finding = _by_name(diagnose(tmp_path, None))["embedded database"]
    assert not finding.ok
    assert "written by PostgreSQL 16" in finding.meaning


def test_clocks_that_disagree_are_pointed_out(
    server: EmbeddedPostgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "time", SimpleNamespace(time=lambda: 1_000_000_000.0))
    finding = _by_name(diagnose(tmp_path, server.url("milepost")))["clock"]
    assert not finding.ok
    assert "seconds apart" in finding.meaning
