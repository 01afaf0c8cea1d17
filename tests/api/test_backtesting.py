"""`milepost backtest`: every question gets an answer or a reason, in the order asked."""

import csv
import gzip
import time
from pathlib import Path

import pytest

from api.backtesting import answer_questions, read_questions
from domain.errors import ImprovementError, InvalidInput

HEADER = "question_id,task,panel,indicator,unit,district,origin_year,target_year,rule,threshold"


def questions(tmp_path: Path, *rows: str, header: str = HEADER) -> Path:
    file = tmp_path / "questions.csv"
    file.write_text("\n".join((header, *rows)) + "\n")
    return file


def told(file: Path) -> list[dict[str, str]]:
    with file.open(newline="") as lines:
        return list(csv.DictReader(lines))


@pytest.fixture
def panel(tmp_path: Path) -> Path:
    """Michigan's columns, drawn so that schools differ and drift."""
    rows = ["schid,distid,year,math4_pct,enrolment,free_lunch_pct,rexpp_1997usd,foundation_grant"]
    for school in range(60):
        for year in range(1993, 1999):
            score = 30 + school * 0.7 + (year - 1993) * 2 + (school * 7 + year * 13) % 11
            rows.append(f"{1000 + school},{10 + school // 6},{year},{score:.1f},{200 + school},{school},5000,4800")
    file = tmp_path / "mi_school_panel.csv.gz"
    with gzip.open(file, "wt") as out:
        out.write("\n".join(rows) + "\n")
    return file


def test_each_question_is_answered_or_refused_with_a_reason(panel: Path, tmp_path: Path) -> None:
    asked = questions(
        tmp_path,
        "q1,t,mi_school_panel,math4_pct,1050,18,1996,1997,at_least,50.0",
        "q2,t,nc_school_panel,spg_score,010310,010,2015,2016,at_least,55.0",
        "q3,t,mi_school_panel,math9_pct,1001,10,1996,1997,at_least,60.0",
        "q4,t,mi_school_panel,math4_pct,9999,10,1996,1997,at_least,60.0",
        "q5,t,mi_school_panel,math4_pct,1000,10,1996,1997,at_most,80.0",
    )
    out = tmp_path / "answers.csv"
    done = answer_questions([(panel, "mi")], asked, out)
    answers = told(out)
    assert [answer["question_id"] for answer in answers] == ["q1", "q2", "q3", "q4", "q5"]
    assert [answer["status"] for answer in answers] == ["answered", "refused", "refused", "refused", "answered"]
    assert (done.answered, done.refused) == (2, 3)
    assert all(0.5 < float(answers[place]["probability"]) < 1 for place in (0, 4))
    for place, words in ((1, "nc_school_panel"), (2, "math9_pct")):
        assert answers[place]["probability"] == ""
        assert words in answers[place]["reason"]
        assert answers[place]["reason"].startswith("Cannot forecast because")


def test_no_later_row_and_no_outcome_changes_an_answer(panel: Path, tmp_path: Path) -> None:
    row = "q1,t,mi_school_panel,math4_pct,1020,13,1996,1998,at_least,55.0"
    plain, with_outcome = tmp_path / "a.csv", tmp_path / "b.csv"
    answer_questions([(panel, "mi")], questions(tmp_path, row), plain)
    with gzip.open(panel, "rt") as lines:
        kept = [line for line in lines if line.split(",")[2] not in ("1997", "1998")]
    with gzip.open(panel, "wt") as out:
        out.writelines(kept)
    answer_questions([(panel, "mi")], questions(tmp_path, f"{row},1", header=f"{HEADER},outcome"), with_outcome)
    assert told(plain) == told(with_outcome)


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("q1,t,p,math4_pct,1020,13,soon,1998,at_least,55.0", "Row 2, column origin_year: “soon” is not a number"),
        ("q1,t,p,math4_pct,1020,13,1996,1998,about,55.0", "Row 2, column rule: “about” is not one of"),
        ("q1,t,p,math4_pct,1020,13,1996,1998,at_least,nan", "Row 2, column threshold"),
    ],
)
def test_a_wrong_question_is_named_by_its_row_and_column(tmp_path: Path, row: str, words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        read_questions(questions(tmp_path, row))


def test_a_file_that_cannot_be_read_writes_nothing(panel: Path, tmp_path: Path) -> None:
    out = tmp_path / "answers.csv"
    asked = questions(tmp_path, "q1,x", header="question_id,task")
    for file, file_of_questions in ((panel, asked), (tmp_path / "none.csv", asked), (panel, tmp_path / "none.csv")):
        with pytest.raises(ImprovementError):
            answer_questions([(file, "mi")], file_of_questions, out)
    assert not list(tmp_path.glob("answers*"))


@pytest.mark.slow
def test_the_open_questions_take_less_than_a_minute(shared: Path, tmp_path: Path) -> None:
    data = shared / "data"
    files = [(data / f"{name}_panel.csv.gz", profile) for name, profile in PANELS]
    started = time.process_time()
    done = answer_questions(files, data / "questions_open.csv.gz", tmp_path / "answers.csv")
    assert done.answered + done.refused == 17_711
    assert time.process_time() - started < 60


PANELS = (("nc_school", "nc"), ("mi_school", "mi"), ("nyc_math", "nyc"))
