"""All collections of the domain seen through one transaction over memory."""

from types import TracebackType
from typing import Self

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
from storage.in_memory import collections, records
from storage.in_memory.transaction import Memory, Transaction


class InMemoryUnitOfWork:
    """One transaction from ``with`` to ``commit``; may be entered again when it has been left."""

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

    def __init__(self, memory: Memory | None = None) -> None:
        self._memory = memory or Memory()

    def __enter__(self) -> Self:
        transaction = self._transaction = Transaction(self._memory)
        self.organizations = collections.InMemoryOrganizations(transaction)
        self.indicators = collections.InMemoryIndicators(transaction)
        self.observations = collections.InMemoryObservations(transaction)
        self.goals = collections.InMemoryGoals(transaction)
        self.supports = collections.InMemorySupports(transaction)
        self.pools = collections.InMemoryPools(transaction)
        self.assignments = collections.InMemoryAssignments(transaction)
        self.scenarios = collections.InMemoryScenarios(transaction)
        self.forecasts = collections.InMemoryForecasts(transaction)
        self.ledger = records.InMemoryForecastLedger(transaction)
        self.accounts = collections.InMemoryAccounts(transaction)
        self.credentials = records.InMemoryCredentials(transaction)
        self.audit = records.InMemoryAudit(transaction)
        self.idempotency_keys = records.InMemoryIdempotencyKeys(transaction)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._transaction.end()

    def commit(self) -> None:
        """Make everything lasting; raise ``StaleVersion``, or what a broken rule means to a planner."""
        self._transaction.commit()
