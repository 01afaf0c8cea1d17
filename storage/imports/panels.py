"""A panel file read through its profile, for backtests and calibration: no database, nothing written."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from domain.errors import ImportRefused
from domain.indicators import ReadingState
from simulation.panel import FloatArray, Panel
from storage.imports.files import Limits, checked_file, require_columns
from storage.imports.profiles import ImportProfile, ProfileKind
from storage.imports.report import Progress, RowErrors, checking, contradiction
from storage.imports.rows import PLACES, READINGS, RowReader, Told

ENROLMENT = "enrolment"
SHARE_DISADVANTAGED = "share_disadvantaged"


def read_panels(
    path: Path,
    profile: ImportProfile,
    *,
    limits: Limits | None = None,
    today: date | None = None,
    progress: Callable[[Progress], None] = lambda _: None,
) -> dict[str, Panel]:
    """Return one panel an indicator of the profile, by indicator key.

    Units are the schools by their own number, in ascending order, whether or not they have a reading. Covariates are
    the other indicators, those the profile names, the enrolment and the share disadvantaged, where the file has them.
    ``tested`` is the number tested where the file tells it and else the enrolment, the nearest thing known. Raises
    ``ImportRefused`` as an import would, at the first wrong row.
    """
    if profile.kind is not ProfileKind.PANEL:
        raise ImportRefused(
            f"The profile “{profile.name}” is of a directory, which has no readings.", field=("profile",)
        )
    errors = RowErrors()
    reader = RowReader(profile, errors, today=today or date.today())
    told: list[Told] = []
    with checked_file(path, profile.file, limits or Limits(), checking(progress)) as file:
        require_columns(file, profile.columns(), profile.title)
        errors.add(file.ragged)
        done = 0
        for batch in file.batches(profile.columns()):
            told.append(reader.read(batch))
            done += batch.height
            progress(Progress("Reading rows", done, file.rows, "rows"))
    readings = pl.concat([each.readings for each in told]) if told else pl.DataFrame(schema=READINGS)
    if errors.count == 0:
        _refuse_contradictions(readings, errors)
    if errors.count:
        first = errors.in_order()[0]
        where = f"row {first.row}" + (f", column “{first.column}”" if first.column else "")
        raise ImportRefused(
            f"{path.name} has {errors.count:,} mistakes. The first, in {where}: {first.message}", field=("file",)
        )
    places = pl.concat([each.places for each in told]) if told else pl.DataFrame(schema=PLACES)
    if readings.is_empty():
        raise ImportRefused(f"{path.name} has no row that the profile “{profile.name}” keeps.", field=("file",))
    return _panels(profile, places, readings, pl.concat([each.covariates for each in told]))


def _panels(
    profile: ImportProfile, places: pl.DataFrame, readings: pl.DataFrame, others: pl.DataFrame
) -> dict[str, Panel]:
    units = tuple(places["school"].unique().sort())
    seen = readings["year"].unique()
    years = np.arange(seen.min(), int(seen.max()) + 1, dtype=np.int64)  # type: ignore[arg-type]
    place = pl.DataFrame({"school": units, "at": np.arange(len(units))})

    def grid(rows: pl.DataFrame, column: str) -> FloatArray:
        """Return a column of rows with school and year, shape (units, years)."""
        values = np.full((len(units), len(years)), np.nan)
        known = rows.filter(pl.col(column).is_not_null() & pl.col("year").is_between(years[0], years[-1]))
        known = known.join(place, on="school")
        at: NDArray[np.int64] = known["at"].to_numpy()
        values[at, known["year"].to_numpy() - years[0]] = known[column].cast(pl.Float64).to_numpy()
        return values

    def labels(column: str) -> tuple[str, ...]:
        """Return what is said of each unit last."""
        last = places.drop_nulls(column).sort("year", "row").group_by("school").agg(pl.col(column).last())
        return tuple(place.join(last, on="school", how="left").sort("at")[column].fill_null(""))

    enrolment = grid(places, ENROLMENT)
    known: dict[str, FloatArray] = {}
    tested: dict[str, FloatArray] = {}
    for indicator in profile.indicators:
        of_it = readings.filter(
            (pl.col("indicator") == indicator.key) & (pl.col("state") == ReadingState.OBSERVED.value)
        )
        known[indicator.key] = grid(of_it, "value")
        tested[indicator.key] = grid(of_it, "tested") if indicator.tested.names() else enrolment
    covariates = {each.key: grid(others, each.key) for each in profile.covariates}
    covariates |= {ENROLMENT: enrolment, SHARE_DISADVANTAGED: grid(places, SHARE_DISADVANTAGED)}
    covariates = {key: column for key, column in covariates.items() if np.isfinite(column).any()}
    districts, levels = labels("district"), labels("level")
    return {
        each.key: Panel(
            each.key,
            units,
            districts,
            levels,
            years,
            known[each.key],
            tested[each.key],
            {key: column for key, column in known.items() if key != each.key} | covariates,
            each.lowest,
            each.highest,
            each.higher_is_better,
        )
        for each in profile.indicators
    }


def _refuse_contradictions(readings: pl.DataFrame, errors: RowErrors) -> None:
    """Put rows that repeat a school, indicator and year with another value among the errors."""
    key = ["school", "indicator", "student_group", "year"]
    first = (
        readings.sort("row")
        .group_by(key, maintain_order=True)
        .agg(pl.col("row", "state", "value").first().name.prefix("first_"))
    )
    both = readings.join(first, on=key).filter(
        (pl.col("row") != pl.col("first_row"))
        & ((pl.col("state") != pl.col("first_state")) | pl.col("value").ne_missing(pl.col("first_value")))
    )
    errors.add(
        contradiction(row, indicator, earlier, was, value)
        for row, indicator, earlier, was, value in both.select(
            "row", "indicator", "first_row", "first_value", "value"
        ).iter_rows()
    )
