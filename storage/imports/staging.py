"""Where an import's rows wait in the database: temporary tables of one transaction, filled by COPY, gone at its end.

Everything after this is set-based SQL over them, so memory does not grow with the file.
"""

from collections.abc import Iterable, Sequence
from typing import Any, LiteralString

import polars as pl
from psycopg import Connection, sql

from domain.identity import new_id
from storage.imports.report import RowError
from storage.imports.rows import GAINS, PLACES, READINGS, Told

Row = tuple[Any, ...]

TABLES: LiteralString = """
CREATE TEMP TABLE told_places (
    row bigint, state text, district text, district_name text, school text, school_name text, city text, level text,
    year int, enrolment int, lowest_grade text, highest_grade text, share_disadvantaged double precision
) ON COMMIT DROP;
CREATE TEMP TABLE told_readings (
    row bigint, school text, indicator text, student_group text, year int, state text, value double precision,
    tested int, source text, id uuid
) ON COMMIT DROP;
CREATE TEMP TABLE told_gains (row bigint, school text, gain double precision) ON COMMIT DROP;
CREATE TEMP TABLE fresh_ids (value text, id uuid) ON COMMIT DROP;
"""


def stage(connection: Connection[Row], told: Told) -> None:
    """Put what a batch of rows says into the temporary tables."""
    _copy(connection, "told_places", tuple(PLACES), told.places)
    if told.readings.height:
        with_ids = told.readings.with_columns(id=pl.Series(fresh(told.readings.height), dtype=pl.String))
        _copy(connection, "told_readings", (*READINGS, "id"), with_ids)
    _copy(connection, "told_gains", tuple(GAINS), told.gains)


def stage_ids(connection: Connection[Row], values: Sequence[str]) -> None:
    """Put a new identity for each of ``values`` into ``fresh_ids``, in place of those that were there."""
    connection.execute("TRUNCATE fresh_ids")
    _copy(connection, "fresh_ids", ("value", "id"), pl.DataFrame({"value": list(values), "id": fresh(len(values))}))
    connection.execute("ANALYZE fresh_ids")


def fresh(count: int) -> list[str]:
    """Return new identities, as texts."""
    return [str(new_id()) for _ in range(count)]


def _copy(connection: Connection[Row], table: str, columns: tuple[str, ...], frame: pl.DataFrame) -> None:
    if not frame.height:
        return
    statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT csv)").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    # A null is nothing between two commas and an empty text a pair of quotation marks: what COPY takes them for, too.
    text = frame.select(columns).write_csv(include_header=False)
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        copy.write(text)


def run(connection: Connection[Row], script: LiteralString, **values: object) -> int:
    """Execute one statement and return how many rows it touched."""
    return connection.execute(script, values).rowcount


def rows_of(connection: Connection[Row], query: LiteralString, **values: object) -> Iterable[Row]:
    """Return the rows of a query."""
    return connection.execute(query, values).fetchall()


def mistakes(connection: Connection[Row], query: LiteralString, **values: object) -> list[RowError]:
    """Return a query's rows (row, column, value, message) as mistakes."""
    return [
        RowError(row, column or "", value or "", message)
        for row, column, value, message in rows_of(connection, query, **values)
    ]


def only(connection: Connection[Row], query: LiteralString, **values: object) -> Any:
    """Return the first value a query finds, or None."""
    found = connection.execute(query, values).fetchone()
    return found[0] if found else None
