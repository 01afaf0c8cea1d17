"""Answer every open milestone question and print the scorecard beside the reference forecasters.

    python -m benchmarks.backtest [FOLDER]

FOLDER holds the panels and ``questions_open.csv.gz`` (by default ../shared/data). Prints the Brier score by task and
horizon, coverage of the bands, refusals and the seconds it took.
"""

import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from simulation.backtest import answer
from simulation.calibration import calibrate_panel
from simulation.panel import FloatArray, Panel
from simulation.prediction import predict
from simulation.questions import Question
from simulation.reference_forecasts import REFERENCES
from simulation.scoring import Scorecard, ScorecardRow, brier_parts, coverage, log_score, score
from storage.imports.panels import read_panels
from storage.imports.profile_file import load_profile

BANDS = (0.5, 0.8, 0.95)
COMPARED = ("mi_reach_60", "nc_gain_3", "nc_math_gain_5", "nc_reach_55")


PROFILES = {"nc_school_panel": "nc", "mi_school_panel": "mi", "nyc_math_panel": "nyc"}


@cache
def load_panels(folder: Path, name: str) -> dict[str, Panel]:
    """Return the panel file ``name`` of ``folder``, a panel an indicator, read through its mapping profile."""
    return read_panels(folder / f"{name}.csv.gz", load_profile(PROFILES[name]))


def load_panel(folder: Path, name: str, indicator: str) -> Panel:
    """Return the panel of one indicator in the file ``name`` of ``folder``."""
    return load_panels(folder, name)[indicator]


def load_questions(folder: Path) -> pl.DataFrame:
    """Return the open questions with their outcomes."""
    return pl.read_csv(
        folder / "questions_open.csv.gz", schema_overrides={"unit": pl.String, "district": pl.String}
    ).sort("task", "origin_year", "target_year", maintain_order=True)


def as_questions(rows: pl.DataFrame) -> list[Question]:
    """Return the questions alone: a forecaster is never given the outcome."""
    fields = ("question_id", "indicator", "unit", "district", "origin_year", "target_year", "rule", "threshold")
    return [Question(**dict(zip(fields, row, strict=True))) for row in rows.select(fields).iter_rows()]


def chances_of(panel: Panel, questions: Sequence[Question]) -> tuple[FloatArray, int]:
    """Return the model's probabilities, a refusal counting as one half, and how many were refused."""
    answers = answer(panel, questions)
    chances = [0.5 if each.probability is None else each.probability for each in answers]
    return np.array(chances), sum(each.probability is None for each in answers)


def reference_chances(
    panel: Panel, rows: NDArray[np.int64], thresholds: FloatArray, origin: int, target: int
) -> dict[str, FloatArray]:
    """Return what each reference forecaster says of questions that share origin and target."""
    known = panel.up_to(origin)
    return {name: forecast(known, rows, thresholds, target - origin) for name, forecast in REFERENCES.items()}


def scorecard_rows(panel: Panel, asked: pl.DataFrame) -> Iterator[ScorecardRow]:
    """Yield a row for each task and origin and target year of the questions ``asked`` about ``panel``."""
    chances, _ = chances_of(panel, as_questions(asked))
    place = {unit: row for row, unit in enumerate(panel.units)}
    asked = asked.with_columns(pl.Series("chance", chances), pl.Series("row", [place[u] for u in asked["unit"]]))
    for (task, origin, target), group in asked.group_by("task", "origin_year", "target_year", maintain_order=True):
        outcomes = group["outcome"].to_numpy().astype(np.float64)
        thresholds = group["threshold"].to_numpy().astype(np.float64)
        said = reference_chances(panel, group["row"].to_numpy(), thresholds, origin, target)
        yield ScorecardRow(
            str(task),
            target - origin,
            score(group["chance"].to_numpy(), outcomes),
            {name: score(each, outcomes) for name, each in said.items()},
        )


def said_of_each_task(
    panels: Mapping[tuple[str, str], Panel], questions: pl.DataFrame
) -> dict[str, tuple[FloatArray, FloatArray]]:
    """Return the model's probabilities and the outcomes, each shape (k,), by task."""
    said = {}
    for (name, indicator), panel in panels.items():
        asked = questions.filter(panel=name, indicator=indicator)
        chances, _ = chances_of(panel, as_questions(asked))
        for task in asked["task"].unique():
            here = (asked["task"] == task).to_numpy()
            said[str(task)] = chances[here], asked["outcome"].to_numpy()[here].astype(np.float64)
    return said


def band_coverage(panel: Panel) -> list[tuple[int, int, int, dict[float, float]]]:
    """Return origin, horizon, schools and the share of later readings in each central band, for every origin.

    Every third school is enough to tell.
    """
    found = []
    for column in range(1, len(panel.years) - 1):
        known = panel.up_to(int(panel.years[column]))
        stand = calibrate_panel(known)
        for horizon in (1, 2):
            if column + horizon >= len(panel.years):
                continue
            ahead = predict(stand, horizon)
            later = panel.readings[:, column + horizon]
            rows = np.flatnonzero(np.isfinite(later) & np.isfinite(known.readings).any(axis=1))[::3]
            shares = {
                band: coverage(
                    ahead.quantiles(rows, 0.5 - band / 2.0), ahead.quantiles(rows, 0.5 + band / 2.0), later[rows]
                )
                for band in BANDS
            }
            found.append((int(panel.years[column]), horizon, len(rows), shares))
    return found


def main(folder: Path) -> None:
    questions = load_questions(folder)
    panels = {
        (name, indicator): load_panel(folder, name, indicator)
        for name, indicator in questions.select("panel", "indicator").unique(maintain_order=True).iter_rows()
    }
    started = time.perf_counter()
    refused = sum(
        chances_of(panel, as_questions(questions.filter(panel=name, indicator=indicator)))[1]
        for (name, indicator), panel in panels.items()
    )
    seconds = time.perf_counter() - started
    rows = [
        row
        for (name, indicator), panel in panels.items()
        for row in scorecard_rows(panel, questions.filter(panel=name, indicator=indicator))
    ]
    names = list(REFERENCES)
    print(f"{'task':16}{'years ahead':>12}{'questions':>10}{'model':>8}" + "".join(f"{name:>22}" for name in names))
    for task in sorted({row.task for row in rows}):
        for horizon in (1, 2, 0):
            row = Scorecard(tuple(r for r in rows if horizon in (0, r.horizon))).task(task)
            ahead = str(horizon) if horizon else "all"
            print(
                f"{task:16}{ahead:>12}{row.model.questions:>10}{row.model.brier:>8.4f}"
                + "".join(f"{row.references[name].brier:>22.4f}" for name in names)
            )
    print(f"\n{'task':16}{'log score':>10}{'reliability':>12}{'resolution':>11}{'uncertainty':>12}")
    for task, (chances, outcomes) in sorted(said_of_each_task(panels, questions).items()):
        parts = brier_parts(chances, outcomes)
        print(
            f"{task:16}{log_score(chances, outcomes):>10.4f}{parts.reliability:>12.4f}{parts.resolution:>11.4f}"
            f"{parts.uncertainty:>12.4f}"
        )
    card = Scorecard(tuple(rows))
    ours, theirs = card.mean_brier(COMPARED), card.mean_brier(COMPARED, "shrinkage regression")
    print(f"\nmean over {', '.join(COMPARED)}: {ours:.4f}, shrinkage {theirs:.4f}: {ours / theirs - 1.0:+.1%}")
    print(f"{len(questions):,} questions in {seconds:.1f} s, {refused} refused\n")
    print(f"{'indicator':12}{'origin':>8}{'ahead':>6}{'schools':>9}" + "".join(f"{band:>8.0%}" for band in BANDS))
    everywhere = []
    for (_, indicator), panel in panels.items():
        for origin, horizon, schools, shares in band_coverage(panel):
            everywhere.append(shares)
            print(
                f"{indicator:12}{origin:>8}{horizon:>6}{schools:>9}"
                + "".join(f"{shares[band]:>8.1%}" for band in BANDS)
            )
    print(f"{'mean':35}" + "".join(f"{np.mean([shares[band] for shares in everywhere]):>8.1%}" for band in BANDS))


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parents[1].parent / "shared" / "data")
