"""What an import came to: what it counted, what it would show, and what was wrong with which row."""

import csv
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from uuid import UUID

from domain.errors import ImportRefused

ROW_ERRORS_KEPT = 100_000
VALUE_SHOWN = 80  # characters of a wrong value that are shown


@dataclass(frozen=True, slots=True)
class RowError:
    """What is wrong with one cell; ``row`` counts as a spreadsheet does, the header being row 1."""

    row: int
    column: str
    value: str
    message: str


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an import has come; ``total`` is None where the end cannot be known. ``done`` is in ``unit``."""

    stage: str
    done: int
    total: int | None
    unit: str


def checking(tell: Callable[[Progress], None]) -> Callable[[int, int], None]:
    """Return what tells ``tell`` how many bytes of a file have been checked."""
    return lambda done, total: tell(Progress("Checking the file", done, total, "bytes"))


@dataclass(frozen=True, slots=True)
class Tally:
    """How many of one kind of thing an import added, changed and found as they are."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0

    @property
    def total(self) -> int:
        return self.added + self.changed + self.unchanged


@dataclass(frozen=True, slots=True)
class PreviewRow:
    """One thing an import does, in words; ``effect`` is ``added`` or ``changed``, ``row`` where the file says so."""

    row: int
    what: str
    name: str
    effect: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did, or in a dry run would do.

    ``readings`` counts the file's readings by state. ``wrong_rows`` is how many mistakes there were in all, ``errors``
    the first of them. ``imported_before``: when this very file was last imported through this profile.
    """

    file_name: str
    sha256: str
    profile: str
    dry_run: bool
    rows: int
    rows_left_out: int
    states: Tally = Tally()
    districts: Tally = Tally()
    schools: Tally = Tally()
    profiles: Tally = Tally()
    indicators: Tally = Tally()
    observations: Tally = Tally()
    goals: Tally = Tally()
    readings: dict[str, int] = field(default_factory=dict)
    preview: tuple[PreviewRow, ...] = ()
    wrong_rows: int = 0
    errors: tuple[RowError, ...] = ()
    imported_before: datetime | None = None
    import_id: UUID | None = None

    def tallies(self) -> dict[str, Tally]:
        """Return what was counted, by kind of thing."""
        kinds = ("states", "districts", "schools", "profiles", "indicators", "observations", "goals")
        return {kind: getattr(self, kind) for kind in kinds}

    @property
    def changes_nothing(self) -> bool:
        """Whether the record already is what the file says."""
        return all(tally.added == tally.changed == 0 for tally in self.tallies().values())

    @property
    def applied(self) -> bool:
        """Whether anything was written."""
        return self.import_id is not None


class RowsRefused(ImportRefused):
    """Some rows are wrong, so nothing was imported; ``report`` says which."""

    def __init__(self, report: ImportReport) -> None:
        first = report.errors[0]
        where = f"row {first.row}, column “{first.column}”" if first.column else f"row {first.row}"
        many = "mistakes" if report.wrong_rows > 1 else "mistake"
        super().__init__(
            f"Nothing was imported: {report.file_name} has {report.wrong_rows:,} {many}. The first, in {where}: "
            f"{first.message}",
            field=("file",),
        )
        self.report = report


class RowErrors:
    """The mistakes found so far, the earlier rows' first; counted beyond what is kept."""

    def __init__(self) -> None:
        self._held: list[RowError] = []
        self.count = 0

    def add(self, errors: Iterable[RowError]) -> None:
        for error in errors:
            self.count += 1
            if len(self._held) < ROW_ERRORS_KEPT:
                self._held.append(error)

    def in_order(self) -> list[RowError]:
        return sorted(self._held, key=lambda error: (error.row, error.column))

    def write(self, path: Path) -> None:
        """Write all that are kept as a CSV file: row, column, value, what is wrong."""
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            out = csv.writer(file)
            out.writerow(["row", "column", "value", "what is wrong"])
            out.writerows([error.row, error.column, _harmless(error.value), error.message] for error in self.in_order())


def _harmless(value: str) -> str:
    """Return a value that a spreadsheet will not take for a formula."""
    return f"'{value}" if value.startswith(("=", "@", "+", "\t")) else value


def contradiction(row: int, indicator: str, earlier: int, was: float | None, value: float | None) -> RowError:
    """Return the mistake of a row that gives another value for a school, year and indicator than an earlier one."""
    said, says = ("nothing" if each is None else f"{each:g}" for each in (was, value))
    return RowError(
        row,
        indicator,
        "" if value is None else f"{value:g}",
        f"Row {earlier} gives {said} for the same school, year and indicator; this row gives {says}.",
    )
