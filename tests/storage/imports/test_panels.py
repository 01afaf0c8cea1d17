"""A panel file read for backtests says just what its rows say."""

import tempfile
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.errors import ImportRefused
from storage.imports import load_profile, read_panels
from tests.storage.imports.small import THREE, Row, csv_file, small_profile


def test_a_panel_has_a_row_a_school_and_a_column_a_year(tmp_path: Path) -> None:
    (panel,) = read_panels(csv_file(tmp_path), small_profile()).values()
    assert (panel.indicator, panel.units, panel.years.tolist()) == ("math", ("001", "002"), [2015, 2016])
    np.testing.assert_array_equal(panel.readings, [[55.5, 57.25], [40.0, np.nan]])
    np.testing.assert_array_equal(panel.tested, [[40, 40], [40, np.nan]])
    assert (panel.districts, panel.levels) == (("01", "01"), ("ELEMENTARY", "ELEMENTARY"))
    assert (panel.lowest, panel.highest) == (0.0, 100.0)
    assert set(panel.covariates) == {"turnover", "enrolment", "share_disadvantaged"}
    np.testing.assert_array_equal(panel.covariates["share_disadvantaged"], [[0.5, 0.5], [0.5, np.nan]])


def test_years_without_a_row_are_there_and_empty(tmp_path: Path) -> None:
    (panel,) = read_panels(csv_file(tmp_path, [{"year": "2012"}, {"year": "2015"}]), small_profile()).values()
    assert panel.years.tolist() == [2012, 2013, 2014, 2015]
    assert np.isfinite(panel.readings).tolist() == [[True, False, False, True]]


def test_what_is_suppressed_or_not_applicable_is_no_number(tmp_path: Path) -> None:
    rows: list[Row] = [{"school": "1", "math": "-9", "mark": "3"}, {"school": "2", "math": "", "level": "H"}]
    (panel,) = read_panels(csv_file(tmp_path, rows), small_profile()).values()
    assert panel.units == ("1", "2")
    assert np.isnan(panel.readings).all()


def test_a_wrong_row_is_refused_as_an_import_would(tmp_path: Path) -> None:
    with pytest.raises(ImportRefused, match="row 3, column “math”: “500” is impossible"):
        read_panels(csv_file(tmp_path, [{}, {"school": "2", "math": "500"}]), small_profile())
    with pytest.raises(ImportRefused, match="row 3, column “math”: Row 2 gives 50"):
        read_panels(csv_file(tmp_path, [{"math": "50"}, {"math": "51"}]), small_profile())
    with pytest.raises(ImportRefused, match="is of a directory"):
        read_panels(csv_file(tmp_path), load_profile("nces"))
    with pytest.raises(ImportRefused, match="has no row that the profile “small” keeps"):
        read_panels(csv_file(tmp_path, [{"grade": "3"}]), small_profile())


def test_parquet_gives_the_same_panel(tmp_path: Path) -> None:
    of_csv = read_panels(csv_file(tmp_path), small_profile())["math"]
    pl.read_csv(tmp_path / "panel.csv", infer_schema=False).write_parquet(tmp_path / "panel.parquet")
    of_parquet = read_panels(tmp_path / "panel.parquet", small_profile())["math"]
    np.testing.assert_array_equal(of_parquet.readings, of_csv.readings)
    assert (of_parquet.units, of_parquet.levels) == (of_csv.units, of_csv.levels)


words = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=8)


@settings(max_examples=60)
@given(
    readings=st.dictionaries(
        st.tuples(words.filter(lambda word: word != "NA"), st.integers(2010, 2014)),
        st.none() | st.floats(0, 100),
        min_size=1,
        max_size=12,
    )
)
def test_whatever_is_written_is_read_back_to_the_last_bit(readings: dict[tuple[str, int], float | None]) -> None:
    rows = [
        {"school": school, "year": str(year), "math": "" if value is None else repr(value)}
        for (school, year), value in readings.items()
    ]
    with tempfile.TemporaryDirectory() as folder:
        panel = read_panels(csv_file(Path(folder), rows), small_profile())["math"]
    read = {
        (unit, int(year)): None if np.isnan(panel.readings[row, column]) else float(panel.readings[row, column])
        for row, unit in enumerate(panel.units)
        for column, year in enumerate(panel.years)
    }
    assert {key: read[key] for key in readings} == readings
    assert sum(value is not None for value in read.values()) == sum(value is not None for value in readings.values())


def test_three_schools_written_as_a_spreadsheet_would_are_the_same(tmp_path: Path) -> None:
    plain = read_panels(csv_file(tmp_path, THREE), small_profile())["math"]
    as_floats = [{**row, "year": f"{row['year']}.0", "mark": ""} for row in THREE]
    np.testing.assert_array_equal(
        read_panels(csv_file(tmp_path, as_floats), small_profile())["math"].readings, plain.readings
    )
