"""An import makes the record what the file says: all or nothing, once, and with every earlier value kept."""

import csv
import tempfile
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import uuid4

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from domain.errors import ImportRefused
from domain.identity import AccountId
from storage.database import Database
from storage.imports import ImportReport, Progress, RowsRefused, Tally, run_import
from tests.storage.imports.small import (
    DEFAULTS,
    PROFILE,
    THREE,
    Row,
    csv_file,
    csv_text,
    everything,
    readings,
    rows_of,
    small_profile,
)


def bring(database: Database, folder: Path, *rows: Row, **options: object) -> ImportReport:
    return run_import(database, csv_file(folder, rows), small_profile(), **options)  # type: ignore[arg-type]


def test_a_file_makes_the_state_its_districts_schools_profiles_and_readings(database: Database, tmp_path: Path) -> None:
    report = bring(database, tmp_path, *THREE)
    assert report.applied
    assert (report.states, report.districts, report.schools) == (Tally(1), Tally(1), Tally(2))
    assert (report.profiles, report.indicators, report.observations) == (Tally(3), Tally(1), Tally(3))
    assert (report.rows, report.readings) == (3, {"OBSERVED": 3})
    assert readings(database) == [
        ("001", 2015, "OBSERVED", 55.5, 1),
        ("001", 2016, "OBSERVED", 57.25, 1),
        ("002", 2015, "OBSERVED", 40.0, 1),
    ]
    assert rows_of(database, "SELECT kind, name, level FROM organizations ORDER BY kind, name") == [
        ("DISTRICT", "North", None),
        ("SCHOOL", "Elm", "ELEMENTARY"),
        ("SCHOOL", "Oak", "ELEMENTARY"),
        ("STATE", "Vermont", None),
    ]
    assert rows_of(database, "SELECT DISTINCT year, enrolment, share_disadvantaged FROM organization_profiles") == [
        (2015, 200, 0.5),
        (2016, 200, 0.5),
    ]
    assert rows_of(database, "SELECT DISTINCT tested, source, observed_on FROM observations ORDER BY 3") == [
        (40, "Small State Report Cards", date(2015, 5, 15)),
        (40, "Small State Report Cards", date(2016, 5, 15)),
    ]


def test_a_school_stands_under_its_district_and_that_under_the_state_from_the_first_year(
    database: Database, tmp_path: Path
) -> None:
    bring(database, tmp_path, *THREE)
    assert rows_of(
        database,
        "SELECT child.name, parent.name, starts, ends FROM organization_parents "
        "JOIN organizations AS child ON child.id = organization_id "
        "JOIN organizations AS parent ON parent.id = parent_id ORDER BY 1",
    ) == [
        ("Elm", "North", date(2014, 7, 1), None),
        ("North", "Vermont", date(2014, 7, 1), None),
        ("Oak", "North", date(2014, 7, 1), None),
    ]


def test_the_four_states_of_a_reading_are_never_mixed_up(database: Database, tmp_path: Path) -> None:
    report = bring(
        database,
        tmp_path,
        {"school": "1", "math": "0"},
        {"school": "2", "math": "-9", "mark": "3.0"},
        {"school": "3", "math": "NA"},
        {"school": "4", "math": "", "level": "H"},
        {"school": "5", "math": "", "withheld": "1"},
    )
    assert report.readings == {"OBSERVED": 1, "SUPPRESSED": 1, "MISSING": 2, "NOT_APPLICABLE": 1}
    assert readings(database) == [
        ("1", 2015, "OBSERVED", 0.0, 1),
        ("2", 2015, "SUPPRESSED", None, 1),
        ("3", 2015, "MISSING", None, 1),
        ("4", 2015, "NOT_APPLICABLE", None, 1),
        ("5", 2015, "MISSING", None, 1),
    ]
    assert rows_of(database, "SELECT source, tested FROM observations WHERE state <> 'OBSERVED' ORDER BY source") == [
        ("Small State Report Cards", None),
        ("Small State Report Cards", None),
        ("Small State Report Cards; fewer than 10 pupils", None),
        ("Small State Report Cards; left out of this copy", None),
    ]


def test_rows_that_the_profile_does_not_want_are_left_out(database: Database, tmp_path: Path) -> None:
    assert bring(database, tmp_path, *THREE, {"grade": "3", "math": "nonsense"}).rows_left_out == 1


def test_a_dry_run_tells_everything_and_writes_nothing(database: Database, tmp_path: Path) -> None:
    before = everything(database)
    report = bring(database, tmp_path, *THREE, dry_run=True)
    assert (report.dry_run, report.applied, report.observations) == (True, False, Tally(3))
    assert [(each.what, each.effect, each.after) for each in report.preview if each.row == 2] == [
        ("state", "added", "Vermont"),
        ("district", "added", "North"),
        ("school", "added", "Elm, elementary"),
        ("reading", "added", "55.5"),
    ]
    assert everything(database) == before


def test_a_second_import_changes_nothing_not_even_a_row_version(database: Database, tmp_path: Path) -> None:
    first = bring(database, tmp_path, *THREE)
    before = everything(database)
    second = bring(database, tmp_path, *THREE)
    assert second.changes_nothing
    assert not second.applied
    assert second.observations == Tally(unchanged=3)
    assert (first.imported_before, second.imported_before is not None) == (None, True)
    assert everything(database) == before


def test_the_same_rows_in_another_order_and_writing_change_nothing(database: Database, tmp_path: Path) -> None:
    bring(database, tmp_path, *THREE)
    before = everything(database)
    assert bring(database, tmp_path, *({**row, "year": f"{row['year']}.0"} for row in reversed(THREE))).changes_nothing
    assert everything(database) == before


def test_a_repeated_row_is_one_row(database: Database, tmp_path: Path) -> None:
    assert bring(database, tmp_path, THREE[0], THREE[0]).observations == Tally(1)


def test_an_edited_value_is_a_revision_and_what_it_said_before_is_kept(database: Database, tmp_path: Path) -> None:
    bring(database, tmp_path, *THREE, now=datetime(2026, 1, 1, tzinfo=UTC))
    report = bring(database, tmp_path, {**THREE[0], "math": "56"}, {**THREE[1], "math": ""}, *THREE[2:])
    assert report.observations == Tally(changed=2, unchanged=1)
    assert [(each.before, each.after) for each in report.preview] == [("55.5", "56"), ("57.25", "missing")]
    assert readings(database)[:2] == [("001", 2015, "OBSERVED", 56.0, 2), ("001", 2016, "MISSING", None, 2)]
    assert rows_of(
        database, "SELECT revision, state, value, recorded_at FROM observation_revisions ORDER BY value"
    ) == [
        (1, "OBSERVED", 55.5, datetime(2026, 1, 1, tzinfo=UTC)),
        (1, "OBSERVED", 57.25, datetime(2026, 1, 1, tzinfo=UTC)),
    ]


def test_a_reading_revised_by_hand_keeps_its_history_and_nobody_rewrites_that(
    database: Database, tmp_path: Path
) -> None:
    bring(database, tmp_path, THREE[0])
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE observations SET value = 60"))
        connection.execute(text("UPDATE observations SET source = 'typed'"))
    assert rows_of(database, "SELECT revision, value FROM observation_revisions") == [(1, 55.5)]
    assert readings(database) == [("001", 2015, "OBSERVED", 60.0, 2)]
    for attempt in ("UPDATE observation_revisions SET value = 1", "DELETE FROM observation_revisions"):
        with pytest.raises(Exception, match="never changed"), database.engine.begin() as connection:
            connection.execute(text(attempt))


def test_a_new_name_or_level_changes_the_school_and_a_blank_does_not(database: Database, tmp_path: Path) -> None:
    bring(database, tmp_path, *THREE)
    report = bring(database, tmp_path, {**THREE[2], "name": "Red Oak", "pupils": "210"}, {**THREE[0], "name": ""})
    assert report.schools == Tally(changed=1, unchanged=1)
    assert report.profiles == Tally(changed=1, unchanged=1)
    assert rows_of(database, "SELECT name, version FROM organizations WHERE kind = 'SCHOOL' ORDER BY name") == [
        ("Elm", 1),
        ("Red Oak", 2),
    ]


def test_a_school_that_moves_gets_a_second_parent_and_an_earlier_file_begins_the_first_one_earlier(
    database: Database, tmp_path: Path
) -> None:
    bring(database, tmp_path, THREE[0])
    later: Row = {"year": "2017", "district": "02", "district_name": "South"}
    assert bring(database, tmp_path, later).schools == Tally(changed=1)
    assert bring(database, tmp_path, {"year": "2013"}).schools == Tally(changed=1)
    links = rows_of(
        database,
        "SELECT parent.name, starts, ends FROM organization_parents JOIN organizations AS parent "
        "ON parent.id = parent_id WHERE parent.kind = 'DISTRICT' ORDER BY starts",
    )
    assert links == [("North", date(2012, 7, 1), date(2016, 7, 1)), ("South", date(2016, 7, 1), None)]
    before = everything(database)
    assert bring(database, tmp_path, later, {"year": "2013"}, THREE[0]).changes_nothing
    assert everything(database) == before


def test_a_district_with_a_shared_name_is_called_like_its_school(database: Database, tmp_path: Path) -> None:
    bring(
        database, tmp_path, {"district_name": "Charter Schools"}, {"school": "2", "district": "2", "district_name": ""}
    )
    assert rows_of(database, "SELECT name FROM organizations WHERE kind = 'DISTRICT' ORDER BY 1") == [
        ("Elm",),
        ("Elm",),
    ]


MISTAKES: list[tuple[Row, str, str]] = [
    ({"math": "101"}, "math", "“101” is impossible: Mathematics lies between 0 and 100 percent."),
    ({"math": "-1"}, "math", "“-1” is impossible"),
    ({"math": "high"}, "math", "“high” is not a number"),
    ({"math": "inf"}, "math", "“inf” is not a number"),
    ({"tested": "3.5"}, "tested", "a number tested is a whole number from 0 up"),
    ({"pupils": "-4"}, "pupils", "an enrolment is a whole number from 0 up"),
    ({"poor_pct": "101"}, "poor_pct", "is no share of pupils; one lies between 0 and 100"),
    ({"level": "X"}, "level", "“X” is not a level the profile knows; it knows E, H."),
    ({"year": "spring"}, "year", "“spring” is not a school year"),
    ({"year": "215"}, "year", "“215” is not a school year"),
    ({"year": ""}, "year", "“” is not a school year"),
    ({"year": "2031"}, "year", "“2031” is still to come; the latest school year that can have been is 2026."),
    ({"school": ""}, "school", "Each row is about one school; this row names none."),
    ({"district": ""}, "district", "A school stands under a district; this row names none."),
    ({"school": "9" * 101}, "school", "is longer than 100 characters"),
]


@pytest.mark.parametrize(("wrong", "column", "words"), MISTAKES, ids=[f"{c} {r[c]:.8}" for r, c, _ in MISTAKES])
def test_a_wrong_cell_is_refused_by_row_column_value_and_rule(
    wrong: Row, column: str, words: str, module_database: Database, tmp_path: Path
) -> None:
    before = everything(module_database)
    with pytest.raises(RowsRefused) as refusal:
        bring(module_database, tmp_path, *THREE, {"school": "9", **wrong}, now=datetime(2026, 6, 1, tzinfo=UTC))
    (error,) = refusal.value.report.errors
    assert (error.row, error.column, error.value) == (5, column, wrong[column][:80])
    assert words in error.message
    assert "Nothing was imported" in refusal.value.message
    assert "row 5" in refusal.value.message
    assert everything(module_database) == before


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (
            ({"math": "50"}, {"math": "51"}),
            "Row 2 gives 50 for the same school, year and indicator; this row gives 51.",
        ),
        (
            ({"math": "50"}, {"math": ""}),
            "Row 2 gives 50 for the same school, year and indicator; this row gives nothing",
        ),
        (({}, {"pupils": "201"}), "Row 2 says 200 for the same school and year; this row says 201."),
        (({}, {"name": "Ash"}), "Row 2 says Elm for the same school and year; this row says Ash."),
        (({}, {"district": "02"}), "Row 2 says 01 for the same school and year; this row says 02."),
    ],
)
def test_rows_that_contradict_each_other_are_refused(
    rows: tuple[Row, ...], words: str, module_database: Database, tmp_path: Path
) -> None:
    before = everything(module_database)
    with pytest.raises(RowsRefused) as refusal:
        bring(module_database, tmp_path, *rows)
    assert [(error.row, words in error.message) for error in refusal.value.report.errors] == [(3, True)]
    assert everything(module_database) == before


def test_a_reading_of_a_closed_school_is_refused(database: Database, tmp_path: Path) -> None:
    bring(database, tmp_path, THREE[0])
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE organizations SET closed = '2016-01-31' WHERE kind = 'SCHOOL'"))
    with pytest.raises(RowsRefused, match="Elm closed on 2016-01-31; nothing can be read of it in 2016"):
        bring(database, tmp_path, *THREE[:2])
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE organizations SET closed = NULL, opened = '2015-08-01' WHERE kind = 'SCHOOL'"))
    with pytest.raises(RowsRefused, match="Elm opened on 2015-08-01; nothing can be read of it in 2015"):
        bring(database, tmp_path, THREE[0])


def test_another_district_in_a_year_the_record_knows_is_refused(database: Database, tmp_path: Path) -> None:
    bring(database, tmp_path, *THREE)
    with pytest.raises(RowsRefused, match="Elm stands under North since 2014-07-01; this file puts it under South"):
        bring(database, tmp_path, {**THREE[0], "district": "02", "district_name": "South"})


def test_a_number_that_belongs_to_another_kind_of_organization_is_refused(database: Database, tmp_path: Path) -> None:
    bring(database, tmp_path, *THREE)
    under_itself = small_profile(PROFILE.replace('scheme = "vt:district"', 'scheme = "vt:school"'))
    with pytest.raises(RowsRefused, match="001 is known as the school Elm; it cannot also be a district"):
        run_import(database, csv_file(tmp_path, [{"school": "777", "district": "001"}]), under_itself)


def test_an_indicator_that_is_there_in_another_unit_is_refused(database: Database, tmp_path: Path) -> None:
    bring(database, tmp_path, *THREE)
    points = small_profile(PROFILE.replace('unit = "percent"', 'unit = "points"'))
    with pytest.raises(ImportRefused, match="already has an indicator “math”, in percent between 0 and 100"):
        run_import(database, csv_file(tmp_path), points)


def test_a_missing_column_is_refused_with_those_that_are_there(module_database: Database, tmp_path: Path) -> None:
    path = tmp_path / "short.csv"
    path.write_text(csv_text(THREE, [column for column in DEFAULTS if column != "math"]))
    with pytest.raises(
        ImportRefused, match=r"short.csv lacks the column “math” .* Its columns are: year, grade, district"
    ):
        run_import(module_database, path, small_profile())


def test_all_mistakes_go_into_a_file_that_a_spreadsheet_opens(module_database: Database, tmp_path: Path) -> None:
    listed = tmp_path / "mistakes.csv"
    report = bring(
        module_database,
        tmp_path,
        {"school": "1", "math": "=1+1"},
        {"school": "2", "math": "150", "level": "Z"},
        dry_run=True,
        errors_path=listed,
    )
    assert (report.wrong_rows, report.observations) == (3, Tally())
    with listed.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["row", "column", "value", "what is wrong"]
    assert [row[:3] for row in rows[1:]] == [["2", "math", "'=1+1"], ["3", "level", "Z"], ["3", "math", "150"]]


def test_a_list_of_mistakes_is_made_where_there_are_some_and_emptied_where_they_are_mended(
    database: Database, tmp_path: Path
) -> None:
    listed = tmp_path / "mistakes.csv"
    bring(database, tmp_path, *THREE, errors_path=listed)
    assert not listed.exists()
    with pytest.raises(RowsRefused):
        bring(database, tmp_path, {"math": "high"}, errors_path=listed)
    assert len(listed.read_text("utf-8-sig").splitlines()) == 2
    bring(database, tmp_path, *THREE, errors_path=listed)
    assert len(listed.read_text("utf-8-sig").splitlines()) == 1
    with pytest.raises(ImportRefused, match=r"cannot be written to mistakes\.csv"):
        bring(database, tmp_path, {"math": "high"}, errors_path=tmp_path / "absent" / "mistakes.csv")


def test_parquet_says_what_csv_says(database: Database, tmp_path: Path) -> None:
    bring(database, tmp_path, *THREE)
    before = everything(database)
    table = pl.read_csv(csv_file(tmp_path), infer_schema=False).with_columns(pl.col("math").cast(pl.Float64))
    table.write_parquet(tmp_path / "panel.parquet")
    report = run_import(database, tmp_path / "panel.parquet", small_profile())
    assert (report.changes_nothing, report.observations) == (True, Tally(unchanged=3))
    assert everything(database) == before


def test_a_packed_file_is_read_as_it_is(database: Database, tmp_path: Path) -> None:
    assert run_import(database, csv_file(tmp_path, name="panel.csv.gz"), small_profile()).observations == Tally(3)


def test_an_import_into_a_chosen_state(database: Database, tmp_path: Path) -> None:
    bring(database, tmp_path, THREE[0])
    nowhere = small_profile(PROFILE.replace('code = "VT"', 'code = "ZZ"'))
    for name in ("VT", "vermont"):
        assert run_import(database, csv_file(tmp_path), nowhere, into=name, dry_run=True).states == Tally(unchanged=1)
    with pytest.raises(ImportRefused, match=r"no one state “Ohio” to import into. There are: Vermont\."):
        run_import(database, csv_file(tmp_path), nowhere, into="Ohio")
    ((district,),) = rows_of(database, "SELECT id FROM organizations WHERE kind = 'DISTRICT'")
    with pytest.raises(ImportRefused, match="North is a district; schools and districts are imported into a state"):
        run_import(database, csv_file(tmp_path), nowhere, into=str(district))


def test_an_import_is_on_the_record_with_who_did_it_and_what_it_came_to(database: Database, tmp_path: Path) -> None:
    account = AccountId(uuid4())
    report = bring(database, tmp_path, *THREE, account_id=account)
    ((identity, profile, file, sha256, rows, counts, who),) = rows_of(
        database, "SELECT id, profile, file_name, sha256, rows, counts, account_id FROM imports"
    )
    assert (identity, profile, file, sha256, rows, who) == (
        report.import_id,
        "small",
        "panel.csv",
        report.sha256,
        3,
        account,
    )
    assert counts["observations"] == {"added": 3, "changed": 0, "unchanged": 0}
    assert rows_of(database, "SELECT action, subject, account_id FROM audit") == [("import", identity, account)]


def test_progress_is_told_by_stage(database: Database, tmp_path: Path) -> None:
    told: list[Progress] = []
    bring(database, tmp_path, *THREE, progress=told.append)
    stages = list(dict.fromkeys(each.stage for each in told))
    assert stages == ["Checking the file", "Reading rows", "Comparing with what is there", "Writing"]
    assert all(each.total is not None and 0 <= each.done <= each.total for each in told)


panels = st.dictionaries(
    st.tuples(st.sampled_from(["01", "1", "é", "x,y", '"q"']), st.integers(2010, 2013)),
    st.one_of(st.none(), st.floats(0, 100), st.integers(0, 100).map(float)),
    min_size=1,
    max_size=8,
)


@settings(max_examples=15)
@given(panel=panels)
def test_whatever_is_imported_is_read_back_to_the_last_bit(
    module_database: Database, panel: dict[tuple[str, int], float | None]
) -> None:
    rows = [
        {"school": school, "year": str(year), "math": "" if value is None else repr(value)}
        for (school, year), value in panel.items()
    ]
    with tempfile.TemporaryDirectory() as folder:
        bring(module_database, Path(folder), *rows)
        assert bring(module_database, Path(folder), *rows).changes_nothing
    stored = {(school, year): value for school, year, _, value, _ in readings(module_database)}
    assert {key: stored[key] for key in panel} == panel


def test_two_imports_at_once_take_turns(database: Database, tmp_path: Path) -> None:
    path = csv_file(tmp_path)
    with ThreadPoolExecutor(4) as together:
        reports = list(together.map(lambda _: run_import(database, path, small_profile()), range(4)))
    assert sorted(report.observations.added for report in reports) == [0, 0, 0, 3]
    assert rows_of(database, "SELECT count(*) FROM observations") == [(3,)]
