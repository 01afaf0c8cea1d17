"""What was acknowledged survives ``kill -9`` of PostgreSQL; what was not leaves no trace."""

import os
import signal
import threading

from sqlalchemy.exc import OperationalError

from domain.errors import ImprovementError
from storage.database import Database, migrate
from storage.embedded import EmbeddedPostgres
from storage.unit_of_work import SqlUnitOfWork
from tests.storage.plan import indicator, small_plan


def test_only_committed_rows_survive_a_killed_database(durable_postgres: EmbeddedPostgres) -> None:
    url = durable_postgres.start()
    migrate(url)
    database = Database(url)
    plan = small_plan(SqlUnitOfWork(database.sessions()))
    acknowledged: list[str] = []
    enough = threading.Event()

    def record_until_it_dies() -> None:
        work = SqlUnitOfWork(database.sessions())
        try:
            for number in range(1_000_000):
                with work:
                    for part in ("first", "second"):
                        work.indicators.add(indicator(plan.state, f"{number} {part}"))
                        work.session.flush()
                    work.commit()
                acknowledged.append(str(number))
                if number == 50:
                    enough.set()
        except (OperationalError, ImprovementError):
            enough.set()

    recorder = threading.Thread(target=record_until_it_dies)
    recorder.start()
    assert enough.wait(60)
    pid = durable_postgres.status().pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    recorder.join(60)
    assert not recorder.is_alive()

    durable_postgres.start()
    with SqlUnitOfWork(database.sessions()) as work:
        kept = [held.key for held in work.indicators.of_owner(plan.state.id) if held.id != plan.reading.id]
    numbers = {key.split()[0] for key in kept}
    assert set(acknowledged) <= numbers
    assert len(numbers - set(acknowledged)) <= 1, "at most the one whose commit was not answered any more"
    assert len(kept) == 2 * len(numbers), "both parts of a transaction or neither"
    database.close()
