"""Standing at past origins: milestone questions answered with nothing but what had been read by then.

Everything is fitted anew for each origin on the panel as it stood there, calibration included, so that no later
reading can change an answer. A question that the data cannot carry is refused in words, never guessed.
"""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from domain.errors import CannotForecast
from simulation.calibration import CalibratedPanel, calibrate_panel
from simulation.panel import Panel
from simulation.prediction import PredictedReadings, predict
from simulation.questions import Answer, Question

FARTHEST = 6  # years: the longest horizon the model is meant for
COMPARABLE = 10  # schools of the same level that make a comparable group
USABLE = 2  # readings that make a school's own history


def answer(panel: Panel, questions: Sequence[Question], breaks: Sequence[int] = ()) -> list[Answer]:
    """Return one answer or refusal a question, in the order asked, for questions about ``panel``'s indicator.

    Only the columns of ``panel`` up to each question's origin are looked at. ``breaks`` are the years in which the
    indicator's scale was re-based; no question is answered across one that lies after its origin.
    """
    units = frozenset(panel.units)
    read = panel.years[np.isfinite(panel.readings).any(axis=0)]
    answers: dict[int, Answer] = {}
    waiting: dict[tuple[int, int], list[int]] = defaultdict(list)
    for at, question in enumerate(questions):
        if reason := _reason_to_refuse_unseen(panel, units, read, question, breaks):
            answers[at] = Answer(question.question_id, None, reason)
        else:
            waiting[question.origin_year, question.target_year].append(at)
    standing: dict[int, CalibratedPanel | CannotForecast] = {}
    for (origin, target), places in sorted(waiting.items()):
        known = panel.up_to(int(read[read <= origin][-1]))
        if origin not in standing:
            standing[origin] = _stand_at(known, [year for year in breaks if year <= origin])
        stand = standing[origin]
        asked = [questions[at] for at in places]
        if isinstance(stand, CannotForecast):
            replies = [Answer(question.question_id, None, stand.message) for question in asked]
        else:
            replies = _answer_from(stand, predict(stand, target - int(known.years[-1])), asked)
        answers.update(zip(places, replies, strict=True))
    return [answers[at] for at in range(len(questions))]


def _stand_at(known: Panel, breaks: Sequence[int]) -> CalibratedPanel | CannotForecast:
    try:
        return calibrate_panel(known, breaks)
    except CannotForecast as refusal:
        return refusal


def _answer_from(stand: CalibratedPanel, ahead: PredictedReadings, asked: Sequence[Question]) -> list[Answer]:
    """Return the answers to questions that share an origin and a target year."""
    panel = stand.panel
    row_of = {unit: row for row, unit in enumerate(panel.units)}
    usable = np.isfinite(panel.readings).sum(axis=1)
    lowest, highest = float(np.nanmin(panel.readings)), float(np.nanmax(panel.readings))
    alike: dict[str, int] = defaultdict(int)
    for level, count in zip(panel.levels, usable, strict=True):
        alike[level] += int(count > 0)

    def refusal(question: Question) -> str:
        row = row_of[question.unit]
        if usable[row] < USABLE and alike[panel.levels[row]] - int(usable[row] > 0) < COMPARABLE:
            return _because(
                f"{question.unit} has {usable[row]} usable {'reading' if usable[row] == 1 else 'readings'} of "
                f"{panel.indicator} up to {question.origin_year} "
                f"and fewer than {COMPARABLE} comparable schools have any."
            )
        if not lowest <= question.threshold <= highest:
            return _because(
                f"the threshold {question.threshold:g} lies outside what any school showed up to "
                f"{question.origin_year} ({lowest:g} to {highest:g})."
            )
        return ""

    reasons = [refusal(question) for question in asked]
    rows = np.array([row_of[question.unit] for question in asked], dtype=np.int64)
    thresholds = np.array([question.threshold for question in asked], dtype=np.float64)
    at_least = np.array([question.rule == "at_least" for question in asked])
    chance = np.empty(len(asked))
    chance[at_least] = ahead.at_least(rows[at_least], thresholds[at_least])
    chance[~at_least] = ahead.at_most(rows[~at_least], thresholds[~at_least])
    return [
        Answer(question.question_id, None, reason) if reason else Answer(question.question_id, float(value))
        for question, reason, value in zip(asked, reasons, chance, strict=True)
    ]


def _reason_to_refuse_unseen(
    panel: Panel, units: frozenset[str], read: NDArray[np.int64], question: Question, breaks: Sequence[int]
) -> str:
    """Return why a question cannot be answered whatever the readings say; "" where it may be.

    ``units`` are the panel's, ``read``, ascending, the years in which any of them was read.
    """
    origin, target = question.origin_year, question.target_year
    if question.indicator != panel.indicator:
        return _because(f"this panel holds {panel.indicator}, not {question.indicator}.")
    if question.unit not in units:
        return _because(f"{question.unit} is not a unit of this panel.")
    if question.rule not in ("at_least", "at_most"):
        return _because(f"the rule {question.rule!r} is neither at_least nor at_most.")
    if not np.isfinite(question.threshold):
        return _because("the threshold is not a number.")
    if target <= origin:
        return _because(f"the target year {target} does not lie after the origin {origin}.")
    known = read[read <= origin]
    if len(known) == 0:
        return _because(f"{panel.indicator} has no reading up to {origin}.")
    if target - int(known[-1]) > FARTHEST:
        return _because(f"{target} is more than {FARTHEST} years after the last reading known, of {int(known[-1])}.")
    for year in sorted(breaks):
        if origin < year <= target:
            return _because(f"the scale of {panel.indicator} is re-based in {year} and nothing bridges the break.")
    return ""


def _because(reason: str) -> str:
    return f"Cannot forecast because {reason}"
