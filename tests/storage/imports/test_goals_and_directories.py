"""Goals that a file sets, and files that list schools alone."""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import text

from domain.errors import ImportRefused
from storage.database import Database
from storage.imports import RowsRefused, Tally, parse_profile, run_import
from tests.storage.imports.small import everything, rows_of

WIDE = """
kind = "panel"
title = "An index by year"
source = "State index"

[state]
code = "VT"

[district]
scheme = "vt:district"
id = "district"

[school]
scheme = "vt:school"
id = "school"

[year]
always = 2000

[[indicators]]
key = "index"
name = "Index"
unit = "points"
lowest = 200
highest = 1000
column = { 1999 = "i99", 2000 = "i00" }
tested = { 2000 = "tested" }

[goals]
indicator = "index"
gain = "target"
baseline_year = 1999
due_year = 2000
title = "Reach {aim}"

  [goals.without_gain]
  direction = "STAY_ABOVE"
  aim = 800
  title = "Stay at 800 or above"
"""

DIRECTORY = """
kind = "directory"
title = "Directory"
source = "Directory"

[state]
column = "state"

[district]
scheme = "nces_lea"
id = "lea"
name = "lea_name"

[school]
scheme = "nces"
id = "id"
name = "name"
city = "city"

[school.level]
from_grades = true

[year]
always = 2019

[profile]
lowest_grade = "low"
highest_grade = "high"
"""


def written(folder: Path, content: str) -> Path:
    path = folder / "file.csv"
    path.write_text(content)
    return path


MAY_1999, MAY_2000 = date(1999, 5, 15), date(2000, 5, 15)
INDEX = "school,district,i99,i00,tested,target\n1,01,600,620,90,10\n2,01,850,,,\n3,01,790,780,80,\n"


def test_a_gain_becomes_a_goal_with_one_milestone_and_a_high_school_has_to_stay(
    database: Database, tmp_path: Path
) -> None:
    report = run_import(database, written(tmp_path, INDEX), parse_profile(WIDE, "wide"))
    assert (report.goals, report.observations) == (Tally(2), Tally(6))
    assert rows_of(
        database,
        "SELECT goals.title, direction, baseline, baseline_on, aim, goals.due, milestones.kind, threshold "
        "FROM goals JOIN milestones ON goal_id = goals.id ORDER BY 1",
    ) == [
        ("Reach 610", "RAISE", 600.0, MAY_1999, 610.0, MAY_2000, "ANNUAL_ASSESSMENT", 610.0),
        ("Stay at 800 or above", "STAY_ABOVE", 850.0, MAY_1999, 800.0, MAY_2000, "ANNUAL_ASSESSMENT", 800.0),
    ]
    assert rows_of(database, "SELECT status FROM milestone_standing('2000-06-01') ORDER BY 1") == [
        ("ATTAINED",),
        ("OVERDUE",),
    ]


def test_goals_are_set_once_and_not_moved_back(database: Database, tmp_path: Path) -> None:
    run_import(database, written(tmp_path, INDEX), parse_profile(WIDE, "wide"))
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE goals SET aim = 640 WHERE aim = 610"))
    before = everything(database)
    assert run_import(database, written(tmp_path, INDEX), parse_profile(WIDE, "wide")).goals == Tally(unchanged=2)
    assert everything(database) == before


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("9,01,995,,,10", "The aim would be 1005, and the indicator lies between 200 and 1000."),
        ("9,01,600,,,-5", "To raise from 600 to 595 is the wrong way."),
        ("9,01,,600,,5", "A gain of 5 has no reading of 1999 to start from."),
    ],
)
def test_a_goal_that_could_not_be_set_is_refused(
    row: str, words: str, module_database: Database, tmp_path: Path
) -> None:
    with pytest.raises(RowsRefused) as refusal:
        run_import(module_database, written(tmp_path, f"{INDEX}{row}\n"), parse_profile(WIDE, "wide"))
    assert [(error.row, error.column, error.message) for error in refusal.value.report.errors] == [(5, "target", words)]
    assert rows_of(module_database, "SELECT count(*) FROM organizations") == [(0,)]


SCHOOLS = """id,lea,name,lea_name,city,state,low,high
010000500870,0100005,Albert Middle,Albert City,Albert,AL,7,8
010000500871,0100005,Albert High,Albert City,Albert,AL,9,12
010000500872,0100005,Albert Primary,Albert City,Albert,AL,Pre-K,5
010000500873,0100005,Over the Border,Albert City,Border,GA,Kindergarten,12
020000100001,0200001,Nome School,Nome,Nome,AK,Ungraded,Ungraded
"""


def test_a_directory_makes_states_districts_and_schools(database: Database, tmp_path: Path) -> None:
    report = run_import(database, written(tmp_path, SCHOOLS), parse_profile(DIRECTORY, "directory"))
    assert (report.states, report.districts, report.schools, report.profiles) == (
        Tally(3),
        Tally(2),
        Tally(5),
        Tally(5),
    )
    assert rows_of(
        database,
        "SELECT s.name, s.level, s.city, p.lowest_grade, p.highest_grade FROM organizations AS s "
        "JOIN organization_profiles AS p ON p.organization_id = s.id ORDER BY 1",
    ) == [
        ("Albert High", "HIGH", "Albert", "9", "12"),
        ("Albert Middle", "MIDDLE", "Albert", "7", "8"),
        ("Albert Primary", "ELEMENTARY", "Albert", "PK", "5"),
        ("Nome School", None, "Nome", "UG", "UG"),
        ("Over the Border", "COMBINED", "Border", "KG", "12"),
    ]


def test_a_district_in_two_states_stands_under_the_one_with_more_of_its_schools(
    database: Database, tmp_path: Path
) -> None:
    run_import(database, written(tmp_path, SCHOOLS), parse_profile(DIRECTORY, "directory"))
    assert rows_of(
        database,
        "SELECT d.name, s.name FROM organization_parents JOIN organizations AS d ON d.id = organization_id "
        "JOIN organizations AS s ON s.id = parent_id WHERE d.kind = 'DISTRICT' ORDER BY 1",
    ) == [("Albert City", "Alabama"), ("Nome", "Alaska")]


def test_of_a_national_file_the_rows_of_one_state_are_taken(database: Database, tmp_path: Path) -> None:
    directory = parse_profile(DIRECTORY, "directory")
    run_import(database, written(tmp_path, SCHOOLS), directory)
    report = run_import(database, written(tmp_path, SCHOOLS.replace("Nome School", "Nome High")), directory, into="AK")
    assert (report.rows_left_out, report.schools) == (4, Tally(changed=1))
    with pytest.raises(ImportRefused, match="has no row that the profile “directory” keeps for Georgia"):
        run_import(database, written(tmp_path, SCHOOLS.replace(",GA,", ",AL,")), directory, into="Georgia")


@pytest.mark.parametrize(
    ("was", "now", "column", "words"),
    [
        (",GA,", ",XX,", "state", "“XX” is not the postal code of a state."),
        (",7,8", ",7,eighth", "high", "“eighth” is not a grade, such as Pre-K, Kindergarten or 5."),
        (",0200001,", ",,", "lea", "A school stands under a district; this row names none."),
        ("020000100001,0200001", "010000500870,0100005", "name", "Row 2 says Albert Middle for the same school"),
    ],
)
def test_wrong_rows_of_a_directory_are_refused(
    was: str, now: str, column: str, words: str, module_database: Database, tmp_path: Path
) -> None:
    with pytest.raises(RowsRefused) as refusal:
        run_import(module_database, written(tmp_path, SCHOOLS.replace(was, now)), parse_profile(DIRECTORY, "directory"))
    assert (column, True) in [(error.column, words in error.message) for error in refusal.value.report.errors]
