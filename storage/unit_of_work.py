"""All collections of the domain seen through one transaction of PostgreSQL."""

from types import TracebackType
from typing import Self

from sqlalchemy import event, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, class_mapper, sessionmaker
from sqlalchemy.orm.exc import StaleDataError

from domain.errors import ImprovementError, NotFound, StaleVersion
from domain.ports import (
    Accounts,
    Assignments,
    Audit,
    Credentials,
    ForecastLedger,
    Forecasts,
    Goals,
    IdempotencyKeys,
    Indicators,
    Observations,
    Organizations,
    Pools,
    Scenarios,
    Supports,
)
from storage import repositories
from storage.credentials import SqlCredentials
from storage.ledger import SqlForecastLedger
from storage.mapping import count_changes_of_children, hold
from storage.record import SqlAudit, SqlIdempotencyKeys
from storage.refusals import refusal_of


class SqlUnitOfWork:
    """One transaction from ``with`` to ``commit``; may be entered again when it has been left.

    ``session`` is there for what is written in bulk beside the collections (``storage.bulk``).
    """

    session: Session
    organizations: Organizations
    indicators: Indicators
    observations: Observations
    goals: Goals
    supports: Supports
    pools: Pools
    assignments: Assignments
    scenarios: Scenarios
    forecasts: Forecasts
    ledger: ForecastLedger
    accounts: Accounts
    credentials: Credentials
    audit: Audit
    idempotency_keys: IdempotencyKeys

    def __init__(self, sessions: sessionmaker[Session]) -> None:
        self._sessions = sessions

    def __enter__(self) -> Self:
        # What was committed may be read after it, whoever made the sessions.
        session = self._sessions(expire_on_commit=False)
        event.listen(session, "before_flush", count_changes_of_children)
        event.listen(session, "loaded_as_persistent", hold)
        self.session = session
        self.organizations = repositories.SqlOrganizations(session)
        self.indicators = repositories.SqlIndicators(session)
        self.observations = repositories.SqlObservations(session)
        self.goals = repositories.SqlGoals(session)
        self.supports = repositories.SqlSupports(session)
        self.pools = repositories.SqlPools(session)
        self.assignments = repositories.SqlAssignments(session)
        self.scenarios = repositories.SqlScenarios(session)
        self.forecasts = repositories.SqlForecasts(session)
        self.ledger = SqlForecastLedger(session)
        self.accounts = repositories.SqlAccounts(session)
        self.credentials = SqlCredentials(session)
        self.audit = SqlAudit(session)
        self.idempotency_keys = SqlIdempotencyKeys(session)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            # A query writes what was changed before it, so a refusal can come from anywhere within.
            if isinstance(error, StaleDataError | IntegrityError) and (refusal := self._refusal(error)):
                raise refusal from error
        finally:
            self.session.close()

    def commit(self) -> None:
        """Make everything lasting; raise ``StaleVersion``, or what a constraint means to a planner."""
        try:
            self.session.commit()
        except (StaleDataError, IntegrityError) as fault:
            if refusal := self._refusal(fault):
                raise refusal from fault
            raise

    def _refusal(self, fault: StaleDataError | IntegrityError) -> ImprovementError | None:
        self.session.rollback()
        if isinstance(fault, IntegrityError):
            diagnosis = getattr(fault.orig, "diag", None)
            return refusal_of(getattr(diagnosis, "constraint_name", None))
        for entity, identity, version in self.session.info.get("changing", ()):
            table = class_mapper(entity).local_table
            current = self.session.scalar(select(table.c.version).where(table.c.id == identity))
            if current is None:
                return NotFound(entity.__name__.lower(), identity)
            if current != version:
                return StaleVersion(entity.__name__.lower(), expected=version, current=current)
        return None
