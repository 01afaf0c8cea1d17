from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulation.backtest import answer
from simulation.panel import Panel
from simulation.questions import Question, Rule
from simulation.scoring import Scorecard
from tests.simulation.panels import made_up_panel

PANEL = made_up_panel(21, schools=60, years=6)  # 2011 to 2016


def question(
    unit: str = "S0003", origin: int = 2014, target: int = 2015, threshold: float = 55.0, rule: Rule = "at_least"
) -> Question:
    return Question(f"{unit} {target}", "score", unit, "", origin, target, rule, threshold)


def ask(asked: Question, panel: Panel = PANEL, breaks: tuple[int, ...] = ()) -> str:
    """Return the reason of a refusal."""
    (reply,) = answer(panel, [asked], breaks)
    assert (reply.status, reply.probability) == ("refused", None)
    return reply.reason


def test_every_question_is_answered_in_the_order_asked() -> None:
    asked = [question(f"S{row:04d}", origin, origin + 1 + row % 2) for row in range(60) for origin in (2014, 2012)]
    replies = answer(PANEL, asked)
    assert [reply.question_id for reply in replies] == [each.question_id for each in asked]
    assert {reply.status for reply in replies} == {"answered"}
    assert all(reply.probability is not None and 0.0 < reply.probability < 1.0 for reply in replies)


def test_a_higher_threshold_is_less_likely_met() -> None:
    low, middle, high = (reply.probability for reply in answer(PANEL, [question(threshold=x) for x in (45, 55, 65)]))
    assert low is not None
    assert middle is not None
    assert high is not None
    assert low > middle > high


def test_at_least_and_at_most_share_out_the_chance() -> None:
    up, down = answer(PANEL, [question(rule="at_least"), question(rule="at_most")])
    assert up.probability is not None
    assert down.probability is not None
    assert up.probability + down.probability == pytest.approx(1.0, abs=1e-3)


@settings(max_examples=15)
@given(seed=st.integers(0, 10_000), origin=st.sampled_from([2012, 2013, 2014]))
def test_no_reading_after_the_origin_changes_an_answer(seed: int, origin: int) -> None:
    random = np.random.default_rng(seed)
    later = PANEL.years > origin

    def altered(values: np.ndarray) -> np.ndarray:  # type: ignore[type-arg]
        other = values + random.normal(0.0, 30.0, values.shape)
        other[random.uniform(size=values.shape) < 0.2] = np.nan
        return np.where(later, other, values)

    covariate = np.repeat(np.linspace(0.0, 1.0, 60)[:, None], 6, axis=1)
    panel = replace(PANEL, covariates={"share": covariate})
    changed = replace(
        panel,
        readings=altered(panel.readings),
        tested=np.abs(altered(panel.tested)),
        covariates={"share": altered(covariate)},
    )
    asked = [question(f"S{row:04d}", origin, target) for row in range(0, 60, 7) for target in (origin + 1, origin + 2)]
    assert answer(changed, asked) == answer(panel, asked)


def test_the_origin_may_lie_after_the_last_reading() -> None:
    (late,) = answer(PANEL.up_to(2013), [question(origin=2014, target=2015)])
    (known,) = answer(PANEL.up_to(2013), [question(origin=2013, target=2015)])
    assert late.probability == known.probability


def test_a_year_not_yet_read_moves_the_origin_back() -> None:
    readings = PANEL.readings.copy()
    readings[:, 3:] = np.nan
    (late,) = answer(replace(PANEL, readings=readings), [question(origin=2014, target=2015)])
    (known,) = answer(PANEL, [question(origin=2013, target=2015)])
    assert late.probability == known.probability


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        (question(unit="Nowhere"), "Nowhere is not a unit of this panel"),
        (question(origin=2014, target=2014), "2014 does not lie after the origin 2014"),
        (question(origin=2009, target=2012), "score has no reading up to 2009"),
        (question(target=2025), "more than 6 years after the last reading known, of 2014"),
        (question(threshold=float("nan")), "the threshold is not a number"),
        (question(threshold=140.0), "the threshold 140 lies outside what any school showed up to 2014"),
        (question(origin=2011, target=2012), "two successive years at 0 schools"),
        (replace(question(), indicator="reading"), "this panel holds score, not reading"),
        (replace(question(), rule="exactly"), "the rule 'exactly' is neither at_least nor at_most"),
    ],
)
def test_what_the_data_cannot_carry_is_refused_in_words(asked: Question, reason: str) -> None:
    assert reason in ask(asked)
    assert ask(asked).startswith("Cannot forecast because ")


def test_nothing_is_forecast_across_a_broken_scale() -> None:
    assert "re-based in 2015 and nothing bridges" in ask(question(origin=2014, target=2016), breaks=(2015,))
    (before,) = answer(PANEL, [question(origin=2013, target=2014)], breaks=(2015,))
    assert before.status == "answered"


def test_one_reading_is_enough_among_comparable_schools_only() -> None:
    readings = PANEL.readings.copy()
    readings[3, :3] = np.nan  # S0003 has only 2014
    (among,) = answer(replace(PANEL, readings=readings), [question()])
    assert among.status == "answered"
    alone = replace(PANEL, readings=readings, levels=tuple("H" if row == 3 else "E" for row in range(60)))
    assert "S0003 has 1 usable reading of score up to 2014 and fewer than 10 comparable" in ask(question(), alone)


def test_no_questions_no_answers() -> None:
    assert answer(PANEL, []) == []


def test_real_questions_are_answered_better_than_by_shrinkage_regression(shared: Path) -> None:
    from benchmarks.backtest import COMPARED, load_panel, load_questions, scorecard_rows

    data = shared / "data"
    questions = load_questions(data)
    questions = questions.filter(questions["task"].is_in(COMPARED)).gather_every(3)
    rows = []
    for name, indicator in questions.select("panel", "indicator").unique(maintain_order=True).iter_rows():
        asked = questions.filter(panel=name, indicator=indicator)
        rows += scorecard_rows(load_panel(data, name, indicator), asked)
    card = Scorecard(tuple(rows))
    assert card.mean_brier(COMPARED) <= card.mean_brier(COMPARED, "shrinkage regression")
    for task in COMPARED:
        row = card.task(task)
        assert row.model.brier <= min(row.references[n].brier for n in ("shrinkage regression", "base rate")) + 0.005
