"""The public files that the profiles were written for, where they are beside the project."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from storage.database import Database
from storage.imports import load_profile, read_panels, run_import
from tests.storage.imports.small import everything, fingerprint, rows_of

PANELS = [
    ("nc", "nc_school_panel", {"spg_score": 12341, "math_pct": 9846}),
    ("mi", "mi_school_panel", {"math4_pct": 8680}),
    ("nyc", "nyc_math_panel", {"mean_scale": 5323}),
    ("tx", "tx_campus_ratings", {"low": 52738}),
    ("ca", "ca_api_1999_2000", {"api": 9500}),
]
CALIFORNIA = Path(__file__).parents[3] / "examples" / "california" / "api_1999_2000.csv.gz"


@pytest.mark.parametrize(("name", "file", "counts"), PANELS, ids=[name for name, *_ in PANELS])
def test_every_panel_is_read_whole(name: str, file: str, counts: dict[str, int], shared: Path) -> None:
    panels = read_panels(shared / "data" / f"{file}.csv.gz", load_profile(name))
    assert {key: int(np.isfinite(panels[key].readings).sum()) for key in counts} == counts
    assert all(panel.lowest <= np.nanmin(panel.readings) for panel in panels.values())
    assert all(np.nanmax(panel.readings) <= panel.highest for panel in panels.values())


def test_panels_hold_the_units_and_districts_that_milestone_questions_name(shared: Path) -> None:
    questions = pl.read_csv(shared / "data" / "questions_open.csv.gz", infer_schema=False)
    for name, file, _ in PANELS[:3]:
        asked = questions.filter(pl.col("panel") == file).select("indicator", "unit", "district").unique()
        panels = read_panels(shared / "data" / f"{file}.csv.gz", load_profile(name))
        district = dict(zip(panels[asked["indicator"][0]].units, panels[asked["indicator"][0]].districts, strict=True))
        assert all(district[unit] == of for unit, of in asked.select("unit", "district").iter_rows())
        assert set(asked["indicator"]) <= set(panels)


@pytest.fixture(scope="module")
def california(module_database: Database) -> Database:
    """California, loaded as the README says."""
    run_import(module_database, CALIFORNIA, "ca")
    return module_database


def test_california_has_its_schools_readings_and_growth_targets(california: Database) -> None:
    assert rows_of(california, "SELECT kind, count(*) FROM organizations GROUP BY kind ORDER BY kind") == [
        ("DISTRICT", 757),
        ("SCHOOL", 6194),
        ("STATE", 1),
    ]
    assert rows_of(
        california,
        "SELECT observed_on::text, state, count(*), bool_or(source LIKE '%left out of this copy%') FROM observations "
        "GROUP BY 1, 2 ORDER BY 1, 2",
    ) == [
        ("1999-05-15", "OBSERVED", 6194, False),
        ("2000-05-15", "MISSING", 2888, True),
        ("2000-05-15", "OBSERVED", 3306, False),
    ]
    assert rows_of(california, "SELECT direction, count(*) FROM goals GROUP BY 1 ORDER BY 1") == [
        ("RAISE", 5454),
        ("STAY_ABOVE", 740),
    ]


def test_california_met_the_targets_that_it_published_as_met(california: Database) -> None:
    """Of 3,306 schools with both years 2,723 met the school-wide target; the rule of the file is ours as well."""
    ((met,),) = rows_of(
        california,
        "SELECT count(*) FROM milestone_standing('2000-06-01') AS standing WHERE standing.status = 'ATTAINED'",
    )
    assert met == 2723


def test_california_again_changes_nothing(california: Database) -> None:
    before = fingerprint(california)
    assert run_import(california, CALIFORNIA, "ca").changes_nothing
    assert fingerprint(california) == before


def test_michigan_is_imported_and_read_back_equal(shared: Path, database: Database) -> None:
    path = shared / "data" / "mi_school_panel.csv.gz"
    report = run_import(database, path, "mi")
    assert (report.schools.added, report.districts.added, report.observations.added) == (1778, 525, 8766)
    panel = read_panels(path, load_profile("mi"))["math4_pct"]
    stored = rows_of(
        database,
        "SELECT i.value, extract(year FROM observed_on)::int, o.value FROM observations AS o "
        "JOIN organization_identifiers AS i ON i.organization_id = o.organization_id WHERE o.value IS NOT NULL",
    )
    row_of = {unit: row for row, unit in enumerate(panel.units)}
    grid = np.full(panel.readings.shape, np.nan)
    for unit, year, value in stored:
        grid[row_of[unit], year - int(panel.years[0])] = value
    np.testing.assert_array_equal(grid, panel.readings)


def test_a_part_of_the_national_directory_is_imported_twice(shared: Path, tmp_path: Path, database: Database) -> None:
    part = pl.read_csv(shared / "data" / "us_school_directory_2019.csv.gz", infer_schema=False).filter(
        pl.col("state").is_in(["VT", "DE", "DC"])
    )
    part.write_csv(tmp_path / "part.csv")
    report = run_import(database, tmp_path / "part.csv", "nces")
    assert (report.states.added, report.schools.added) == (3, part.height)
    before = everything(database)
    assert run_import(database, tmp_path / "part.csv", "nces").changes_nothing
    assert everything(database) == before
