"""From a file's rows to what they say: places, readings and gains, cell by cell, and what is wrong with any cell.

Only what can be judged from one row is judged here; what needs other rows or the database is judged by ``rules``.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import reduce

import polars as pl

from domain.calendar import annual_test_day, school_year_start
from domain.indicators import ReadingState
from domain.organizations import SchoolLevel
from storage.imports.files import ROW
from storage.imports.profiles import ImportProfile, IndicatorColumns, ProfileKind
from storage.imports.report import VALUE_SHOWN, RowError, RowErrors
from storage.imports.us_states import STATE_NAMES

EARLIEST_YEAR = 1900
LONGEST_IDENTIFIER = 100
LONGEST_NAME = 300
LARGEST_WHOLE = 2_000_000_000

# What school files write for grades, small letters, and the grade it stands for; NCES counts pre-kindergarten as -1.
GRADES = {
    **dict.fromkeys(("pk", "pre-k", "prek", "pre-kindergarten", "-1"), "PK"),
    **dict.fromkeys(("kg", "k", "kindergarten", "0", "00"), "KG"),
    **{text: str(grade) for grade in range(1, 14) for text in (str(grade), f"{grade:02}")},
    **dict.fromkeys(("ug", "ungraded"), "UG"),
    **dict.fromkeys(("ae", "adult education"), "AE"),
}
NO_GRADES = ("not applicable", "n", "m", "missing")
GRADE_NUMBER = {"PK": -1, "KG": 0, **{str(grade): grade for grade in range(1, 14)}}

PLACES = {
    "row": pl.Int64,
    "state": pl.String,
    "district": pl.String,
    "district_name": pl.String,
    "school": pl.String,
    "school_name": pl.String,
    "city": pl.String,
    "level": pl.String,
    "year": pl.Int32,
    "enrolment": pl.Int64,
    "lowest_grade": pl.String,
    "highest_grade": pl.String,
    "share_disadvantaged": pl.Float64,
}
READINGS = {
    "row": pl.Int64,
    "school": pl.String,
    "indicator": pl.String,
    "student_group": pl.String,
    "year": pl.Int32,
    "state": pl.String,
    "value": pl.Float64,
    "tested": pl.Int64,
    "source": pl.String,
}
GAINS = {"row": pl.Int64, "school": pl.String, "gain": pl.Float64}


@dataclass(frozen=True, slots=True)
class Told:
    """What a batch of rows says: frames with the columns ``PLACES``, ``READINGS`` and ``GAINS``.

    ``covariates`` has the columns school, year and one a covariate of the profile.
    """

    places: pl.DataFrame
    readings: pl.DataFrame
    gains: pl.DataFrame
    covariates: pl.DataFrame
    left_out: int


def code(column: str) -> pl.Expr:
    """Return a code as it is meant: spreadsheets and data frames write the code 1 as 1.0."""
    return pl.col(column).str.replace(r"^(-?\d+)\.0+$", "${1}")


class RowReader:
    """Reads batches of rows through a profile; mistakes go to ``errors``.

    ``state`` keeps the rows of that state only where the file tells many, and is the state of all where it tells none.
    """

    def __init__(self, profile: ImportProfile, errors: RowErrors, *, today: date, state: str | None = None) -> None:
        self._profile = profile
        self._errors = errors
        self._state = state
        latest = annual_test_day if profile.kind is ProfileKind.PANEL else school_year_start
        self._latest_year = max(year for year in range(today.year - 1, today.year + 2) if latest(year) <= today)

    def read(self, batch: pl.DataFrame) -> Told:
        """Return what the rows of ``batch`` say; its columns are text, with ``ROW`` in front."""
        rows = self._wanted(self._cleaned(batch))
        places = self._places(rows)
        readings = list(self._readings(rows, places))
        covariates = places.select("school", "year").with_columns(
            *(
                self._number(rows, each.column, f"covariate {each.key}").alias(each.key)
                for each in self._profile.covariates
            )
        )
        return Told(
            places,
            pl.concat(readings) if readings else pl.DataFrame(schema=READINGS),
            self._gains(rows, places),
            covariates,
            batch.height - rows.height,
        )

    def _cleaned(self, batch: pl.DataFrame) -> pl.DataFrame:
        said = [column for column in batch.columns if column != ROW]
        nothing = ["", *self._profile.file.missing]
        stripped = batch.with_columns(pl.col(said).str.strip_chars())
        return stripped.with_columns(
            *(pl.when(~pl.col(column).is_in(nothing)).then(pl.col(column)).alias(column) for column in said)
        )

    def _wanted(self, rows: pl.DataFrame) -> pl.DataFrame:
        kept = [code(column).is_in(list(values)) for column, values in self._profile.file.only.items()]
        if self._profile.state.column and self._state:
            kept.append(pl.col(self._profile.state.column).str.to_uppercase() == self._state)
        return rows.filter(reduce(lambda left, right: left & right, kept)) if kept else rows

    # Places

    def _places(self, rows: pl.DataFrame) -> pl.DataFrame:
        columns, share = self._profile.profile, self._profile.profile.share_disadvantaged
        lowest, highest = (self._grade(rows, column) for column in (columns.lowest_grade, columns.highest_grade))
        places = pl.DataFrame(
            {
                "row": rows[ROW],
                "state": self._state_of(rows),
                "district": self._identifier(rows, self._profile.district.id, "A school stands under a district"),
                "district_name": self._district_name(rows),
                "school": self._identifier(rows, self._profile.school.id, "Each row is about one school"),
                "school_name": self._name(rows, self._profile.school.name),
                "city": self._name(rows, self._profile.school.city),
                "level": self._level(rows, lowest, highest),
                "year": self._year(rows),
                "enrolment": self._count(rows, columns.enrolment, "An enrolment"),
                "lowest_grade": lowest,
                "highest_grade": highest,
                "share_disadvantaged": self._share(rows, share.column, share.percent) if share else _nothing(rows),
            }
        )
        return places.cast(PLACES)  # type: ignore[arg-type]

    def _state_of(self, rows: pl.DataFrame) -> pl.Series:
        column = self._profile.state.column
        if column is None:
            return pl.repeat(self._state or self._profile.state.code, rows.height, dtype=pl.String, eager=True)
        codes = rows[column].str.to_uppercase()
        self._refuse(
            rows, column, codes.is_null() | ~codes.is_in(list(STATE_NAMES)), "is not the postal code of a state"
        )
        return codes

    def _identifier(self, rows: pl.DataFrame, column: str, rule: str) -> pl.Series:
        values = rows[column]
        self._refuse(rows, column, values.is_null(), f"{rule}; this row names none.", quoted=False)
        self._refuse(
            rows, column, values.str.len_chars() > LONGEST_IDENTIFIER, f"is longer than {LONGEST_IDENTIFIER} characters"
        )
        return values

    def _name(self, rows: pl.DataFrame, column: str | None) -> pl.Series:
        if column is None:
            return _nothing(rows)
        names = rows[column]
        self._refuse(rows, column, names.str.len_chars() > LONGEST_NAME, f"is longer than {LONGEST_NAME} characters")
        return names

    def _district_name(self, rows: pl.DataFrame) -> pl.Series:
        names = self._name(rows, self._profile.district.name)
        shared = self._profile.district.shared_names
        return names.set(names.is_in(list(shared)).fill_null(False), None) if shared else names

    def _level(self, rows: pl.DataFrame, lowest: pl.Series, highest: pl.Series) -> pl.Series:
        rule = self._profile.school.level
        if rule.always:
            return pl.repeat(rule.always.value, rows.height, dtype=pl.String, eager=True)
        if rule.from_grades:
            return level_of_grades(lowest, highest)
        if rule.column is None:
            return _nothing(rows)
        codes = rows.select(code(rule.column)).to_series()
        known = list(rule.values)
        self._refuse(
            rows, rule.column, ~codes.is_in(known), f"is not a level the profile knows; it knows {', '.join(known)}"
        )
        return codes.replace_strict(
            known, [level.value for level in rule.values.values()], default=None, return_dtype=pl.String
        )

    def _year(self, rows: pl.DataFrame) -> pl.Series:
        rule = self._profile.year
        if rule.column is None:
            return pl.repeat(rule.always, rows.height, dtype=pl.Int32, eager=True)
        years = rows.select(code(rule.column)).to_series().cast(pl.Int32, strict=False)
        bad = years.is_null() | ~years.is_between(EARLIEST_YEAR, EARLIEST_YEAR + 300)
        self._refuse(rows, rule.column, bad, "is not a school year; one is named by its spring, such as 2019")
        self._refuse(
            rows,
            rule.column,
            ~bad & (years > self._latest_year),
            f"is still to come; the latest school year that can have been is {self._latest_year}",
        )
        return years

    def _grade(self, rows: pl.DataFrame, column: str | None) -> pl.Series:
        if column is None:
            return _nothing(rows)
        words = rows[column].str.to_lowercase()
        grades = words.replace_strict(GRADES, default=None, return_dtype=pl.String)
        self._refuse(
            rows,
            column,
            words.is_not_null() & grades.is_null() & ~words.is_in(list(NO_GRADES)),
            "is not a grade, such as Pre-K, Kindergarten or 5",
        )
        return grades

    def _share(self, rows: pl.DataFrame, column: str, percent: bool) -> pl.Series:
        shares, most = self._number(rows, column, "A share"), 100 if percent else 1
        self._refuse(rows, column, ~shares.is_between(0, most), f"is no share of pupils; one lies between 0 and {most}")
        return shares / most

    # Readings

    def _readings(self, rows: pl.DataFrame, places: pl.DataFrame) -> Iterator[pl.DataFrame]:
        for indicator in self._profile.indicators:
            for year in indicator.values.by_year or (None,):
                yield self._readings_of(rows, places, indicator, year)

    def _readings_of(
        self, rows: pl.DataFrame, places: pl.DataFrame, indicator: IndicatorColumns, year: int | None
    ) -> pl.DataFrame:
        column = indicator.values.of(year)
        assert column is not None  # noqa: S101  (a profile's years are those of its columns)
        known = rows.select(
            _known(indicator, column).alias("state"), _note(self._profile, indicator, column).alias("note")
        ).with_columns(source=pl.lit(self._profile.source) + pl.col("note"))
        observed = known["state"] == ReadingState.OBSERVED.value
        # What stands in a cell that is marked as suppressed (such as -9) is no value, and not a wrong one either.
        values = self._number(rows.with_columns(rows[column].set(~observed, None)), column, indicator.name)
        self._refuse(
            rows,
            column,
            ~values.is_between(indicator.lowest, indicator.highest),
            f"is impossible: {indicator.name} lies between {indicator.lowest:g} and {indicator.highest:g} "
            f"{indicator.unit}",
        )
        tested_column = indicator.tested.of(year)
        readings = pl.DataFrame(
            {
                "row": rows[ROW],
                "school": places["school"],
                "indicator": pl.repeat(indicator.key, rows.height, dtype=pl.String, eager=True),
                "student_group": pl.repeat(indicator.student_group, rows.height, dtype=pl.String, eager=True),
                "year": places["year"] if year is None else pl.repeat(year, rows.height, dtype=pl.Int32, eager=True),
                "state": known["state"],
                "value": values,
                "tested": self._count(rows, tested_column, "A number tested").set(~observed, None),
                "source": known["source"],
            }
        ).cast(READINGS)  # type: ignore[arg-type]
        years = pl.col("year").is_between(
            indicator.first_year or EARLIEST_YEAR, indicator.last_year or EARLIEST_YEAR + 300
        )
        return readings.filter(years | pl.col("value").is_not_null())

    def _gains(self, rows: pl.DataFrame, places: pl.DataFrame) -> pl.DataFrame:
        goals = self._profile.goals
        if goals is None:
            return pl.DataFrame(schema=GAINS)
        gains = pl.DataFrame(
            {"row": rows[ROW], "school": places["school"], "gain": self._number(rows, goals.gain, "A gain")}
        ).cast(GAINS)  # type: ignore[arg-type]
        return gains.filter(places["year"] == goals.baseline_year) if self._profile.year.column else gains

    # Numbers

    def _number(self, rows: pl.DataFrame, column: str, what: str) -> pl.Series:
        """Return the numbers of a column, null where there is none or what is there is no number."""
        numbers = rows[column].cast(pl.Float64, strict=False)
        numbers = numbers.set(~numbers.is_finite(), None)
        wrong = rows[column].is_not_null() & numbers.is_null()
        self._refuse(rows, column, wrong, f"is not a number ({what} is wanted here)")
        return numbers

    def _count(self, rows: pl.DataFrame, column: str | None, what: str) -> pl.Series:
        if column is None:
            return _nothing(rows, pl.Int64)
        numbers = self._number(rows, column, what)
        whole = (numbers >= 0) & (numbers == numbers.floor()) & (numbers <= LARGEST_WHOLE)
        self._refuse(rows, column, ~whole, f"will not do: {what.lower()} is a whole number from 0 up")
        return numbers.set(~whole, None).cast(pl.Int64)

    def _refuse(self, rows: pl.DataFrame, column: str, wrong: pl.Series, rule: str, *, quoted: bool = True) -> None:
        """Put the ``wrong`` rows among the errors: the value, then ``rule``; a null in ``wrong`` is not wrong."""
        wrong = wrong.fill_null(False)
        if not wrong.any():
            return
        for row, value in rows.filter(wrong).select(ROW, column).iter_rows():
            shown = "" if value is None else value[:VALUE_SHOWN]
            self._errors.add([RowError(row, column, shown, f"“{shown}” {rule}." if quoted else rule)])


def level_of_grades(lowest: pl.Series, highest: pl.Series) -> pl.Series:
    """Return the level of schools by the grades they span; null where the grades tell none.

    Source: NCES, Common Core of Data (until 2016-17): primary = lowest grade up to 3 and highest up to 8; middle = 4 to
    7 and 4 to 9; high = 7 to 12 and 12; here also 9 and above with any end. Every other span is combined.
    """
    low, high = (
        grade.replace_strict(GRADE_NUMBER, default=None, return_dtype=pl.Int64).alias(name)
        for name, grade in (("low", lowest), ("high", highest))
    )
    rule = (
        pl.when(pl.col("low").is_null() | pl.col("high").is_null())
        .then(None)
        .when((pl.col("low") <= 3) & (pl.col("high") <= 8))
        .then(pl.lit(SchoolLevel.ELEMENTARY.value))
        .when(pl.col("low").is_between(4, 7) & pl.col("high").is_between(4, 9))
        .then(pl.lit(SchoolLevel.MIDDLE.value))
        .when((pl.col("low") >= 9) | (pl.col("low") >= 7) & (pl.col("high") >= 12))
        .then(pl.lit(SchoolLevel.HIGH.value))
        .otherwise(pl.lit(SchoolLevel.COMBINED.value))
    )
    return pl.DataFrame([low, high]).select(rule.alias("level")).to_series()


def _known(indicator: IndicatorColumns, column: str) -> pl.Expr:
    """Return what is known of the values in ``column``, as the words of ``ReadingState``."""
    there = pl.col(column).is_not_null()
    state = pl.when(there).then(pl.lit(ReadingState.OBSERVED.value))
    if rule := indicator.not_applicable:
        nowhere = code(rule.column).is_in(list(rule.values)).fill_null(False)
        state = state.when(nowhere).then(pl.lit(ReadingState.NOT_APPLICABLE.value))  # type: ignore[assignment]
    known: pl.Expr = state.otherwise(pl.lit(ReadingState.MISSING.value))
    for mark in reversed(indicator.marks):
        if mark.state is not ReadingState.OBSERVED:
            known = pl.when(_marked(mark.column, mark.values)).then(pl.lit(mark.state.value)).otherwise(known)
    return known


def _note(profile: ImportProfile, indicator: IndicatorColumns, column: str) -> pl.Expr:
    """Return what to add to the source of a reading, beginning with a semicolon, or an empty text."""
    note: pl.Expr = pl.lit("")
    if held := profile.withheld:
        kept_back = _marked(held.column, (held.value,)) & pl.col(column).is_null()
        note = pl.when(kept_back).then(pl.lit(f"; {held.note}")).otherwise(note)
    for mark in reversed(indicator.marks):
        if mark.note:
            note = pl.when(_marked(mark.column, mark.values)).then(pl.lit(f"; {mark.note}")).otherwise(note)
    return note


def _marked(column: str, values: tuple[str, ...]) -> pl.Expr:
    return code(column).is_in(list(values)).fill_null(False)


def _nothing(rows: pl.DataFrame, kind: type[pl.DataType] = pl.String) -> pl.Series:
    return pl.repeat(None, rows.height, dtype=kind, eager=True)
