"""Answering a file of milestone questions from panel files: no database, one row of answer a question."""

import csv
import gzip
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import IO, get_args

import polars as pl
from polars.exceptions import PolarsError

from domain.errors import CannotForecast, ImportRefused, InvalidInput
from simulation.backtest import answer
from simulation.panel import Panel
from simulation.questions import Answer, Question, Rule
from storage.imports import load_profile, read_panels

COLUMNS = ("question_id", "indicator", "unit", "origin_year", "target_year", "rule", "threshold")
LARGEST_QUESTIONS = 2_000_000


@dataclass(frozen=True, slots=True)
class Answered:
    """What became of the questions."""

    answered: int
    refused: int


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, and the panel it says it is about ("" where the file does not say)."""

    question: Question
    panel: str


@dataclass(frozen=True, slots=True)
class PanelFile:
    """The panels of one file by indicator, and the years in which an indicator's scale was re-based."""

    name: str
    panels: Mapping[str, Panel]
    breaks: Mapping[str, Sequence[int]]


def answer_questions(
    files: Sequence[tuple[Path, str]],
    questions: Path,
    to: Path,
    *,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Answered:
    """Write an answer or a refusal for each question, in the order asked: id, probability, status, reason.

    ``files`` are panel files, each with its profile. A question that names a panel is answered from the file of that
    name; where a single file is given and no question names it, it is taken for the one that is meant. Raises
    ``ImportRefused`` or ``InvalidInput`` for a file that cannot be read; then nothing is written.
    """
    asked = read_questions(questions)
    held = [_read_panel_file(path, profile) for path, profile in files]
    answers: dict[int, Answer] = {}
    together: defaultdict[tuple[int, str], list[int]] = defaultdict(list)
    places = {file.name: place for place, file in enumerate(held)}
    named = any(one.panel in places for one in asked)
    for at, one in enumerate(asked):
        place = places.get(one.panel)
        if place is None and len(held) == 1 and not (named and one.panel):
            place = 0
        if place is None:
            answers[at] = _refused(one, f"no panel called “{one.panel}” was given.")
        elif one.question.indicator not in held[place].panels:
            answers[at] = _refused(one, f"the panel has no indicator “{one.question.indicator}”.")
        else:
            together[place, one.question.indicator].append(at)
    for (place, indicator), ats in together.items():
        panel, breaks = held[place].panels[indicator], held[place].breaks.get(indicator, ())
        replies = answer(panel, [asked[at].question for at in ats], breaks)
        answers.update(zip(ats, replies, strict=True))
        progress(len(answers), len(asked))
    with _being_written(to) as out:
        rows = csv.writer(out, lineterminator="\n")
        rows.writerow(("question_id", "probability", "status", "reason"))
        for at in range(len(asked)):
            told = answers[at]
            shown = "" if told.probability is None else repr(round(told.probability, 6))
            rows.writerow((told.question_id, shown, told.status, told.reason))
    answered = sum(told.probability is not None for told in answers.values())
    return Answered(answered, len(asked) - answered)


def read_questions(path: Path) -> list[Asked]:
    """Return the questions of a CSV file, compressed or not. An ``outcome`` that stands there is not looked at.

    Raises ``InvalidInput`` that names the row and the column of what is wrong.
    """
    if not path.is_file():
        raise InvalidInput(f"There is no file {path}.", field=("questions",))
    try:
        rows = pl.read_csv(path, infer_schema=False, n_rows=LARGEST_QUESTIONS)
    except (PolarsError, OSError) as trouble:
        raise InvalidInput(f"{path.name} cannot be read as CSV: {trouble}.", field=("questions",)) from None
    missing = [column for column in COLUMNS if column not in rows.columns]
    if missing:
        raise InvalidInput(f"{path.name} has no column {', '.join(missing)}.", field=("questions",))
    for optional in ("panel", "district"):
        if optional not in rows.columns:
            rows = rows.with_columns(pl.lit("").alias(optional))
    wanted = rows.select(*COLUMNS, "panel", "district").fill_null("")
    return [_read_question(number, row) for number, row in enumerate(wanted.iter_rows(named=True), start=2)]


def _read_question(number: int, row: Mapping[str, str]) -> Asked:
    rule = row["rule"]
    if rule not in get_args(Rule):
        raise _wrong(number, "rule", rule, f"one of {', '.join(get_args(Rule))}")
    return Asked(
        Question(
            row["question_id"],
            row["indicator"],
            row["unit"],
            row["district"],
            int(_number(number, "origin_year", row["origin_year"])),
            int(_number(number, "target_year", row["target_year"])),
            "at_least" if rule == "at_least" else "at_most",
            _number(number, "threshold", row["threshold"]),
        ),
        row["panel"],
    )


def _number(number: int, column: str, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        raise _wrong(number, column, text, "a number") from None
    if not isfinite(value):
        raise _wrong(number, column, text, "a number")
    return value


def _wrong(number: int, column: str, text: str, rule: str) -> InvalidInput:
    return InvalidInput(
        f"Row {number}, column {column}: “{text[:80]}” is not {rule}.", field=("questions", number, column)
    )


def _read_panel_file(path: Path, profile_name: str) -> PanelFile:
    if not path.is_file():
        raise ImportRefused(f"There is no file {path}.", field=("panel",))
    profile = load_profile(profile_name)
    return PanelFile(path.name.partition(".")[0], read_panels(path, profile), profile.breaks())


def _refused(one: Asked, reason: str) -> Answer:
    refusal = CannotForecast("NO_PANEL", reason)
    return Answer(one.question.question_id, None, refusal.message)


@contextmanager
def _being_written(to: Path) -> Iterator[IO[str]]:
    """Yield a file that appears under its name only when it is whole."""
    being = to.with_name(to.name + ".part")
    try:
        with gzip.open(being, "wt", newline="") if to.suffix == ".gz" else being.open("w", newline="") as out:
            yield out
        being.replace(to)
    finally:
        being.unlink(missing_ok=True)
