"""An import: one file, one profile, one transaction. Everything is written, or nothing.

The rows go into temporary tables, where they are resolved, checked against each other and the record, and compared with
what is there; only what is new or different is written. So a second import of the same file writes nothing at all, and
one that is interrupted can simply be repeated.
"""

import dataclasses
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import psycopg
from psycopg import ClientCursor, Connection

from domain.errors import Conflict, ImportRefused
from domain.identity import AccountId, new_id
from storage.database import CONNECT_SECONDS, Database, DatabaseUnreachable, libpq_url
from storage.imports import places, readings
from storage.imports.files import CheckedFile, Limits, checked_file, require_columns
from storage.imports.profile_file import load_profile
from storage.imports.profiles import ImportProfile
from storage.imports.report import ImportReport, Progress, RowErrors, RowsRefused, checking
from storage.imports.rows import RowReader
from storage.imports.staging import TABLES, Row, only, rows_of, run, stage
from storage.imports.us_states import POSTAL

# Any number will do, as long as every Milepost takes the same: one import at a time, the others wait.
IMPORT_LOCK = 0x494D_504F_5254
CHOSEN = "the chosen state"  # stands for the postal code of a state that has none
ERRORS_SHOWN = 50
PREVIEW_OF_EACH = 4

Tell = Callable[[Progress], None]


class _NothingToKeep(Exception):
    """Ends the transaction without a trace: a dry run, mistakes, or nothing that would change."""


def run_import(
    database: Database,
    path: Path,
    profile: ImportProfile | str | Path,
    *,
    into: str | None = None,
    dry_run: bool = False,
    errors_path: Path | None = None,
    progress: Tell = lambda _: None,
    account_id: AccountId | None = None,
    limits: Limits | None = None,
    now: datetime | None = None,
) -> ImportReport:
    """Bring in the file at ``path`` through ``profile`` (itself, its name, or the path of its TOML file).

    ``into`` names a state that is already there (postal code, name or identity) to take in place of the profile's;
    of a file about many states only its rows are taken. ``errors_path`` gets every mistake in a row, if any, as CSV.
    A dry run tells what would happen, mistakes included, and writes nothing. Raises ``ImportRefused`` for a file or a
    profile that will not do, its subclass ``RowsRefused`` (with the report) for mistakes in rows, ``Conflict`` if
    somebody else changed the same things meanwhile, and ``DatabaseUnreachable``.
    """
    if not isinstance(profile, ImportProfile):
        profile = load_profile(profile)
    at = now or datetime.now(UTC)
    errors = RowErrors()
    if errors_path is not None and errors_path.exists():
        _write_errors(errors, errors_path)  # what an earlier try had to list must not be taken for this one's
    with checked_file(path, profile.file, limits or Limits(), checking(progress)) as file:
        require_columns(file, profile.columns(), profile.title)
        errors.add(file.ragged)
        report = _in_one_transaction(database, file, profile, into, dry_run, errors, progress, account_id, at)
    if errors_path is not None and errors.count:
        _write_errors(errors, errors_path)
    report = dataclasses.replace(report, wrong_rows=errors.count, errors=tuple(errors.in_order()[:ERRORS_SHOWN]))
    if errors.count and not dry_run:
        raise RowsRefused(report)
    return report


def _in_one_transaction(
    database: Database,
    file: CheckedFile,
    profile: ImportProfile,
    into: str | None,
    dry_run: bool,
    errors: RowErrors,
    progress: Tell,
    account_id: AccountId | None,
    now: datetime,
) -> ImportReport:
    importing = _Importing(file, profile, errors, progress, now)
    try:
        with psycopg.connect(
            libpq_url(database.url),
            connect_timeout=CONNECT_SECONDS,
            application_name="milepost import",
            cursor_factory=ClientCursor,  # CREATE TABLE AS takes no parameters from the server
            options="-c timezone=UTC -c work_mem=64MB -c jit=off",
        ) as connection:
            importing.stage(connection, into, dry_run)
            if not errors.count:
                importing.compare(connection)
            if dry_run or errors.count or importing.report.changes_nothing:
                raise _NothingToKeep
            importing.write(connection, account_id)
    except _NothingToKeep:
        pass
    except (
        psycopg.errors.UniqueViolation,
        psycopg.errors.ExclusionViolation,
        psycopg.errors.ForeignKeyViolation,
        psycopg.errors.DeadlockDetected,
        psycopg.errors.SerializationFailure,
    ) as reason:
        raise Conflict(
            "Somebody else changed the same schools or readings while the file was being imported. Nothing was "
            "written; import it again."
        ) from reason
    except psycopg.OperationalError as reason:
        raise DatabaseUnreachable(
            "The database went away during the import. Nothing was written; import the file again when it is back."
        ) from reason
    return importing.report


class _Importing:
    """One import on its way, and what it has come to so far."""

    def __init__(
        self, file: CheckedFile, profile: ImportProfile, errors: RowErrors, progress: Tell, now: datetime
    ) -> None:
        self._file = file
        self._profile = profile
        self._errors = errors
        self._progress = progress
        self._now = now
        self._into: UUID | None = None
        self.report = ImportReport(file.name, file.sha256, profile.name, False, file.rows, 0)

    def stage(self, connection: Connection[Row], into: str | None, dry_run: bool) -> None:
        """Read the rows into the temporary tables and look for contradictions among them."""
        connection.execute("SELECT pg_advisory_xact_lock(%s)", [IMPORT_LOCK])
        connection.execute(TABLES)
        code = None
        if into is not None:
            self._into, code = _chosen_state(connection, into, self._profile)
        reader = RowReader(self._profile, self._errors, today=self._now.date(), state=code)
        done = left_out = 0
        for batch in self._file.batches(self._profile.columns()):
            told = reader.read(batch)
            if not self._errors.count:  # once a row is wrong the others are only looked at
                stage(connection, told)
            done, left_out = done + batch.height, left_out + told.left_out
            self._progress(Progress("Reading rows", done, self._file.rows, "rows"))
        if left_out == self._file.rows:
            raise ImportRefused(
                f"{self._file.name} has no row that the profile “{self._profile.name}” keeps"
                + (f" for {into}." if into else "."),
                field=("file",),
            )
        before = only(
            connection,
            "SELECT imported_at FROM imports WHERE sha256 = %(sha256)s AND profile = %(profile)s "
            "ORDER BY imported_at DESC LIMIT 1",
            sha256=self._file.sha256,
            profile=self._profile.name,
        )
        self.report = dataclasses.replace(self.report, dry_run=dry_run, rows_left_out=left_out, imported_before=before)

    def compare(self, connection: Connection[Row]) -> None:
        """Find out who and what is meant, what contradicts, and what would change."""
        steps = 4
        self._progress(Progress("Comparing with what is there", 0, steps, "steps"))
        for table in ("told_places", "told_readings", "told_gains"):
            connection.execute(f"ANALYZE {table}")
        columns = [year for each in self._profile.indicators for year in each.values.by_year]
        places.resolve(connection, self._profile, self._into, min(columns, default=None))
        self._progress(Progress("Comparing with what is there", 1, steps, "steps"))
        places.check(connection, self._profile, self._errors)
        readings.refuse_contradictions(connection, self._errors)
        self._progress(Progress("Comparing with what is there", 2, steps, "steps"))
        if self._errors.count:
            return
        counted = places.tallies(connection)
        shown = places.preview(connection, PREVIEW_OF_EACH)
        if self._profile.indicators:
            readings.resolve(connection, self._profile)
            readings.resolve_goals(connection, self._profile, self._errors)
            counted |= readings.tallies(connection, self._profile)
            shown += readings.preview(connection, PREVIEW_OF_EACH)
            self.report = dataclasses.replace(self.report, readings=readings.states(connection))
        self.report = dataclasses.replace(self.report, preview=tuple(shown), **counted)  # type: ignore[arg-type]
        self._progress(Progress("Comparing with what is there", steps, steps, "steps"))

    def write(self, connection: Connection[Row], account_id: AccountId | None) -> None:
        """Write what is new or different, and the record of it."""
        self._progress(Progress("Writing", 0, 2, "steps"))
        places.write(connection)
        self._progress(Progress("Writing", 1, 2, "steps"))
        if self._profile.indicators:
            readings.write(connection, self._profile, self._now)
        import_id, report = new_id(), self.report
        counts = {name: dataclasses.asdict(tally) for name, tally in report.tallies().items()}
        run(
            connection,
            "INSERT INTO imports (id, profile, file_name, sha256, rows, counts, account_id, imported_at) "
            "VALUES (%(id)s, %(profile)s, %(file)s, %(sha256)s, %(rows)s, %(counts)s, %(account)s, %(now)s)",
            id=import_id,
            profile=report.profile,
            file=report.file_name,
            sha256=report.sha256,
            rows=report.rows,
            counts=json.dumps(counts),
            account=account_id,
            now=self._now,
        )
        run(
            connection,
            "INSERT INTO audit (at, account_id, action, subject_kind, subject, details) "
            "VALUES (%(now)s, %(account)s, 'import', 'Import', %(id)s, %(details)s)",
            id=import_id,
            account=account_id,
            now=self._now,
            details=json.dumps({"file": report.file_name, "profile": report.profile, "sha256": report.sha256}),
        )
        self.report = dataclasses.replace(report, import_id=import_id)
        try:
            connection.commit()
        except psycopg.OperationalError as reason:
            raise DatabaseUnreachable(
                "The database went away in the last moment of the import; whether it was written cannot be told. "
                "Import the file again: if it was, nothing will change."
            ) from reason
        self._progress(Progress("Writing", 2, 2, "steps"))


def _chosen_state(connection: Connection[Row], into: str, profile: ImportProfile) -> tuple[UUID, str]:
    """Return the state that ``into`` names and the code its rows bear. Raises ``ImportRefused``."""
    found = list(
        rows_of(
            connection,
            "SELECT held.id, held.kind, held.name, postal.value FROM organizations AS held "
            "LEFT JOIN organization_identifiers AS postal "
            "ON postal.organization_id = held.id AND postal.scheme = %(postal)s "
            "WHERE held.id::text = lower(%(into)s) OR upper(postal.value) = upper(%(into)s) "
            "OR held.kind = 'STATE' AND lower(held.name) = lower(%(into)s)",
            into=into,
            postal=POSTAL,
        )
    )
    if len(found) != 1:
        names = [
            name for (name,) in rows_of(connection, "SELECT name FROM organizations WHERE kind = 'STATE' ORDER BY 1")
        ]
        there = f"There are: {', '.join(names)}." if names else "There is none yet; leave this out and it is made."
        raise ImportRefused(f"There is no one state “{into}” to import into. {there}", field=("into",))
    identity, kind, name, postal = found[0]
    if kind != "STATE":
        raise ImportRefused(
            f"{name} is a {kind.lower()}; schools and districts are imported into a state.", field=("into",)
        )
    if postal is None and profile.state.column:
        raise ImportRefused(
            f"{name} has no postal code, so its rows cannot be told from those of other states.", field=("into",)
        )
    return identity, postal or CHOSEN


def _write_errors(errors: RowErrors, path: Path) -> None:
    try:
        errors.write(path)
    except OSError as reason:
        raise ImportRefused(
            f"The list of mistakes cannot be written to {path.name}. See that its folder is there and lets you write.",
            field=("errors",),
        ) from reason
