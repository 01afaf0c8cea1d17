"""An import that is killed half-way has written nothing, and can simply be repeated."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from domain.errors import Conflict
from storage.database import Database, DatabaseUnreachable, libpq_url
from storage.imports import Progress, Tally, run_import
from tests.storage.imports.small import THREE, csv_file, everything, rows_of, small_profile

ROOT = Path(__file__).parents[3]

# Imports, and says on its standard output when it has written half; then it waits to be killed.
VICTIM = """
import sys, time
from pathlib import Path
from storage.database import Database
from storage.imports import run_import
from tests.storage.imports.small import small_profile

def halfway(progress):
    if progress.stage == "Writing" and progress.done == 1:
        print("halfway", flush=True)
        time.sleep(600)

run_import(Database(sys.argv[1]), Path(sys.argv[2]), small_profile(), progress=halfway)
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="there is no kill -9 here")
def test_a_killed_import_leaves_nothing_and_the_next_one_succeeds(database: Database, tmp_path: Path) -> None:
    before = everything(database)
    path = csv_file(tmp_path)
    victim = subprocess.Popen(
        [sys.executable, "-c", VICTIM, database.url, str(path)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    )
    assert victim.stdout
    with victim.stdout:
        assert victim.stdout.readline() == "halfway\n"
        os.kill(victim.pid, signal.SIGKILL)
        victim.wait()
    assert everything(database) == before
    # The server needs a moment to notice; until then the lock of imports is held, and the next one waits for it.
    assert run_import(database, path, small_profile()).observations == Tally(3)


def test_a_connection_lost_half_way_is_told_in_words(database: Database, tmp_path: Path) -> None:
    before = everything(database)

    def cut(progress: Progress) -> None:
        if progress.stage == "Writing" and progress.done == 1:
            with psycopg.connect(libpq_url(database.url), autocommit=True) as connection:
                connection.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE application_name = 'milepost import' AND datname = current_database()"
                )

    with pytest.raises(DatabaseUnreachable, match=r"went away during the import. Nothing was written"):
        run_import(database, csv_file(tmp_path), small_profile(), progress=cut)
    assert everything(database) == before


def test_a_reading_that_somebody_else_records_meanwhile_is_a_conflict_and_not_a_crash(
    database: Database, tmp_path: Path
) -> None:
    run_import(database, csv_file(tmp_path, THREE[:1]), small_profile())

    def record(progress: Progress) -> None:
        if progress.stage == "Writing" and progress.done == 1:
            with psycopg.connect(libpq_url(database.url), autocommit=True) as connection:
                connection.execute(
                    "INSERT INTO observations (id, organization_id, indicator_id, student_group, occasion, "
                    "observed_on, state, value, source) SELECT gen_random_uuid(), organization_id, indicator_id, "
                    "student_group, occasion, '2016-05-15', state, 1, source FROM observations"
                )

    with pytest.raises(Conflict, match="Somebody else changed the same schools or readings"):
        run_import(database, csv_file(tmp_path), small_profile(), progress=record)
    assert rows_of(database, "SELECT count(*) FROM organizations WHERE kind = 'SCHOOL'") == [(1,)]
    assert run_import(database, csv_file(tmp_path), small_profile()).observations == Tally(1, 1, 1)
