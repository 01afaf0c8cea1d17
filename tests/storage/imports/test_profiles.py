"""A mapping profile says what the columns mean, and is refused at the key that does not."""

from pathlib import Path

import polars as pl
import pytest

from domain.indicators import ReadingState
from domain.organizations import SchoolLevel
from storage.imports import ImportProfile, InvalidImportProfile, load_profile, parse_profile, profile_names
from tests.storage.imports.small import COLUMNS, PROFILE, small_profile

FILES = {
    "nc": "nc_school_panel",
    "mi": "mi_school_panel",
    "nyc": "nyc_math_panel",
    "tx": "tx_campus_ratings",
    "ca": "ca_api_1999_2000",
    "nces": "us_school_directory_2019",
}


def test_a_profile_says_what_the_columns_mean() -> None:
    profile = small_profile()
    math = profile.indicator("math")
    assert (math.name, math.unit, math.lowest, math.highest) == ("Mathematics", "percent", 0.0, 100.0)
    assert math.marks[0].state is ReadingState.SUPPRESSED
    assert profile.school.level.values == {"E": SchoolLevel.ELEMENTARY, "H": SchoolLevel.HIGH}
    assert profile.file.only == {"grade": ("All",)}
    assert set(profile.columns()) == set(COLUMNS)
    assert profile.breaks() == {"math": (2016,)}


@pytest.mark.parametrize("name", sorted(FILES))
def test_every_profile_that_comes_with_milepost_is_valid(name: str) -> None:
    assert isinstance(load_profile(name), ImportProfile)
    assert name in profile_names()


@pytest.mark.parametrize(("name", "file"), sorted(FILES.items()))
def test_the_columns_of_each_profile_are_in_its_file(name: str, file: str, shared: Path) -> None:
    there = pl.scan_csv(shared / "data" / f"{file}.csv.gz", infer_schema=False).collect_schema().names()
    assert set(load_profile(name).columns()) <= set(there)


def test_profiles_expose_every_indicator_that_milestone_questions_name(shared: Path) -> None:
    asked = pl.read_csv(shared / "data" / "questions_open.csv.gz", infer_schema=False)
    of_file = {file: name for name, file in FILES.items()}
    for panel, indicator in asked.select("panel", "indicator").unique().iter_rows():
        assert load_profile(of_file[panel]).indicator(indicator).key == indicator


@pytest.mark.parametrize(
    ("was", "now", "key", "words"),
    [
        ('kind = "panel"', "", "kind", "it is not there"),
        ('kind = "panel"', 'kind = "list"', "kind", "“list” is not one of panel, directory"),
        ('kind = "panel"', 'kind = "directory"', "indicators", "a directory has no readings"),
        ('id = "school"', "id = 7", "school.id", "it must be a text"),
        ('id = "school"', 'id = " "', "school.id", "must not be blank"),
        ('code = "VT"', 'code = "VT"\nkode = 1', "state.kode", "no such key"),
        ('code = "VT"', 'column = "state"', "state.code", "a panel is about one state"),
        ('code = "VT"', "", "state.code", "either the postal code"),
        ('E = "ELEMENTARY"', 'E = "PRIMARY"', "school.level.values.E", "“PRIMARY” is not one of ELEMENTARY"),
        ("highest = 100", "highest = 0", "indicators.0.highest", "above lowest"),
        ("lowest = 0", 'lowest = "0"', "indicators.0.lowest", "it must be a number"),
        ("lowest = 0", "lowest = true", "indicators.0.lowest", "it must be a number"),
        ('key = "math"', 'key = "Math!"', "indicators.0.key", "small letters"),
        ('state = "SUPPRESSED"', 'state = "HIDDEN"', "indicators.0.marks.0.state", "“HIDDEN” is not one of"),
        ('column = "math"\n', "column = { first = 'a' }\n", "indicators.0.column", "a table such as"),
        ('values = ["3"]', "values = [3]", "indicators.0.marks.0.values", "put numbers in quotation marks"),
        ('missing = ["NA"]', 'encoding = "ebcdic"', "file.encoding", "“ebcdic” is not one of utf-8"),
        ('missing = ["NA"]', 'delimiter = "ab"', "file.delimiter", "one character"),
        ('key = "turnover"', 'key = "math"\ncolumn = "turnover"', "indicators", "two of them have the key “math”"),
        ('column = "year"', "", "year.column", "either the column"),
        ('title = "A small', "title = A small", "", "is not valid TOML"),
    ],
)
def test_a_wrong_profile_is_refused_at_its_key(was: str, now: str, key: str, words: str) -> None:
    with pytest.raises(InvalidImportProfile) as refusal:
        parse_profile(PROFILE.replace(was, now, 1), "mine")
    assert ".".join(map(str, refusal.value.field)) == key
    assert "mine" in refusal.value.message
    assert words in refusal.value.message


def test_an_unknown_name_is_refused_with_those_there_are() -> None:
    with pytest.raises(InvalidImportProfile, match=r"“xy”.*ca, mi, nc, nces, nyc, tx"):
        load_profile("xy")


def test_a_profile_of_ones_own_is_found_by_its_path(tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text(PROFILE)
    assert load_profile(tmp_path / "own.toml").name == "own"
    with pytest.raises(InvalidImportProfile) as refusal:
        load_profile(tmp_path / "absent.toml")
    assert "absent.toml" in refusal.value.message
    assert str(tmp_path) not in refusal.value.message
