"""A small state to import: a profile that uses everything, and rows that it reads."""

import csv
import gzip
import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import text

from storage.database import Database
from storage.imports import ImportProfile, parse_profile

PROFILE = """
kind = "panel"
title = "A small state's report cards"
source = "Small State Report Cards"

[file]
missing = ["NA"]

[file.only]
grade = ["All"]

[state]
code = "VT"
name = "Vermont"

[district]
scheme = "vt:district"
id = "district"
name = "district_name"
shared_names = ["Charter Schools"]

[school]
scheme = "vt:school"
id = "school"
name = "name"

[school.level]
column = "level"
values = { E = "ELEMENTARY", H = "HIGH" }

[year]
column = "year"

[profile]
enrolment = "pupils"
share_disadvantaged = { column = "poor_pct", percent = true }

[withheld]
column = "withheld"
value = "1"
note = "left out of this copy"

[[indicators]]
key = "math"
name = "Mathematics"
unit = "percent"
lowest = 0
highest = 100
column = "math"
tested = "tested"
breaks = [2016]
not_applicable = { column = "level", values = ["H"] }

  [[indicators.marks]]
  column = "mark"
  values = ["3"]
  state = "SUPPRESSED"
  note = "fewer than 10 pupils"

[[covariates]]
key = "turnover"
"""

DEFAULTS: dict[str, str] = {
    "year": "2015",
    "grade": "All",
    "district": "01",
    "district_name": "North",
    "school": "001",
    "name": "Elm",
    "level": "E",
    "pupils": "200",
    "poor_pct": "50",
    "withheld": "0",
    "math": "55",
    "tested": "40",
    "mark": "",
    "turnover": "0.1",
}

Row = Mapping[str, str]

COLUMNS = tuple(DEFAULTS)

THREE: tuple[Row, ...] = (
    {"school": "001", "year": "2015", "math": "55.5"},
    {"school": "001", "year": "2016", "math": "57.25"},
    {"school": "002", "year": "2015", "math": "40", "name": "Oak"},
)


def small_profile(content: str = PROFILE) -> ImportProfile:
    return parse_profile(content, "small")


def csv_text(rows: Iterable[Row], columns: Sequence[str] = COLUMNS) -> str:
    """Return a CSV file of rows; what a row does not say is as in ``DEFAULTS``."""
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, extrasaction="ignore")
    writer.writeheader()
    writer.writerows({**DEFAULTS, **row} for row in rows)
    return out.getvalue()


def csv_file(folder: Path, rows: Iterable[Row] = THREE, *, name: str = "panel.csv", **columns: Any) -> Path:
    """Write rows to a file, packed if its name says so."""
    content = csv_text(rows, **columns).encode()
    file = folder / name
    file.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    return file


def rows_of(database: Database, query: str) -> list[tuple[Any, ...]]:
    with database.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(query))]


KEPT = (
    *("organizations", "organization_identifiers", "organization_parents", "organization_profiles", "indicators"),
    *("observations", "observation_revisions", "goals", "milestones", "imports", "audit"),
)


def everything(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    """Return every row an import can touch, with the transaction that last wrote it."""
    return {table: rows_of(database, f"SELECT xmin, * FROM {table} ORDER BY {table}::text") for table in KEPT}


def fingerprint(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    """Return what ``everything`` returns as one number a table: for much data."""
    return {
        table: rows_of(
            database, f"SELECT count(*), sum(hashtextextended(xmin::text || held::text, 0)) FROM {table} held"
        )
        for table in KEPT
    }


def readings(database: Database) -> list[tuple[Any, ...]]:
    """Return school, year, state, value and revision of every reading."""
    return rows_of(
        database,
        "SELECT i.value, extract(year FROM o.observed_on)::int, o.state, o.value, o.revision FROM observations AS o "
        "JOIN organization_identifiers AS i ON i.organization_id = o.organization_id ORDER BY 1, 2",
    )
