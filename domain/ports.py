"""What the domain asks of the world: collections that act as if all were in memory, and one unit of work.

Every adapter answers the same contract tests (``tests/storage/contract``). ``get`` raises ``NotFound``; lists come in
a stable order (by name, then identity, unless said otherwise).
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from types import TracebackType
from typing import Protocol, Self
from uuid import UUID

from domain.forecasts import Forecast
from domain.goals import Goal
from domain.identity import (
    AccountId,
    ForecastId,
    GoalId,
    IndicatorId,
    MilestoneId,
    OrganizationId,
    PoolId,
    ScenarioId,
    SupportId,
)
from domain.indicators import Indicator, Observation, ObservedValue, Occasion
from domain.organizations import Organization
from domain.people import Account, TokenScope, Viewer
from domain.scenarios import Scenario
from domain.supports import Assignment, Pool, Support


class Organizations(Protocol):
    """Every organization there ever was."""

    def get(self, organization_id: OrganizationId) -> Organization: ...

    def add(self, organization: Organization) -> None: ...

    def lineage(self, organization_id: OrganizationId, on: date) -> tuple[OrganizationId, ...]:
        """Return the organization and all above it on a day, itself first. Raises ``NotFound``."""
        ...

    def below(self, root: OrganizationId, on: date) -> Sequence[Organization]:
        """Return ``root`` and every organization under it on a day."""
        ...

    def states(self) -> Sequence[Organization]: ...

    def by_identifier(self, scheme: str, value: str) -> Organization | None: ...


class Indicators(Protocol):
    """Everything that is measured."""

    def get(self, indicator_id: IndicatorId) -> Indicator: ...

    def add(self, indicator: Indicator) -> None: ...

    def of_owner(self, owner_id: OrganizationId) -> Sequence[Indicator]: ...


class Observations(Protocol):
    """Every reading, whatever its state."""

    def add(self, observation: Observation) -> None: ...

    def find(
        self,
        organization_id: OrganizationId,
        indicator_id: IndicatorId,
        student_group: str,
        occasion: Occasion,
        observed_on: date,
    ) -> Observation | None: ...

    def of_organizations(
        self, organization_ids: Collection[OrganizationId], *, until: date | None = None
    ) -> Sequence[Observation]:
        """Return the readings of these organizations up to and including ``until``, oldest first."""
        ...

    def values(
        self, organization_ids: Collection[OrganizationId], student_groups: Collection[str], *, until: date
    ) -> Sequence[ObservedValue]:
        """Return the observed readings of these organizations and groups up to ``until``, oldest first."""
        ...


class Goals(Protocol):
    """Every goal ever set, with its milestones."""

    def get(self, goal_id: GoalId) -> Goal: ...

    def of_milestone(self, milestone_id: MilestoneId) -> Goal: ...

    def add(self, goal: Goal) -> None: ...

    def of_organizations(self, organization_ids: Collection[OrganizationId]) -> Sequence[Goal]: ...


class Supports(Protocol):
    """The catalogues of supports."""

    def get(self, support_id: SupportId) -> Support: ...

    def add(self, support: Support) -> None: ...

    def of_owner(self, owner_id: OrganizationId) -> Sequence[Support]: ...


class Pools(Protocol):
    """Everything scarce."""

    def get(self, pool_id: PoolId, *, for_update: bool = False) -> Pool:
        """Return the pool; ``for_update`` keeps every other unit of work from changing what it has promised."""
        ...

    def add(self, pool: Pool) -> None: ...

    def of_owner(self, owner_id: OrganizationId) -> Sequence[Pool]: ...


class Assignments(Protocol):
    """What has been promised to whom."""

    def add(self, assignment: Assignment) -> None: ...

    def get(self, assignment_id: UUID) -> Assignment: ...

    def of_pool(self, pool_id: PoolId) -> Sequence[Assignment]: ...

    def of_organizations(self, organization_ids: Collection[OrganizationId]) -> Sequence[Assignment]: ...


class Scenarios(Protocol):
    """Every allocation anybody has thought of."""

    def get(self, scenario_id: ScenarioId) -> Scenario: ...

    def add(self, scenario: Scenario) -> None: ...

    def remove(self, scenario: Scenario) -> None: ...

    def of_state(self, state_id: OrganizationId) -> Sequence[Scenario]:
        """Return the state's scenarios, the baseline first, then by age."""
        ...


class Forecasts(Protocol):
    """Every forecast asked for."""

    def get(self, forecast_id: ForecastId, *, for_update: bool = False) -> Forecast: ...

    def add(self, forecast: Forecast) -> None: ...

    def of_state(self, state_id: OrganizationId) -> Sequence[Forecast]:
        """Return the state's forecasts, newest first."""
        ...

    def open(self) -> Sequence[Forecast]:
        """Return the forecasts still to be worked on, oldest first."""
        ...


class ForecastLedger(Protocol):
    """What a forecast was computed from and has come to: frozen inputs, finished batches, the latest outcome.

    Payloads are opaque here. A batch is a pure function of the inputs and its replications, so keeping it twice is the
    same as keeping it once.
    """

    def keep_inputs(self, forecast_id: ForecastId, payload: bytes) -> None: ...

    def inputs(self, forecast_id: ForecastId) -> bytes: ...

    def keep_batch(self, forecast_id: ForecastId, first: int, last: int, payload: bytes) -> None:
        """Keep the statistics of replications ``first`` up to but not including ``last``."""
        ...

    def batches(self, forecast_id: ForecastId) -> Sequence[tuple[int, int]]:
        """Return the finished stretches of replications, ascending."""
        ...

    def batch(self, forecast_id: ForecastId, first: int) -> bytes: ...

    def keep_outcome(self, forecast_id: ForecastId, replications: int, payload: bytes) -> None:
        """Keep what the forecast says after ``replications`` replications, in place of what it said before."""
        ...

    def outcome(self, forecast_id: ForecastId) -> bytes | None: ...

    def claim(self, worker: str, lease_seconds: float) -> ForecastId | None:
        """Take the oldest open forecast that no living worker holds.

        Its holder must ``renew`` before the lease ends.
        """
        ...

    def renew(self, forecast_id: ForecastId, worker: str, lease_seconds: float) -> bool:
        """Hold on to a forecast; False if it was lost to another worker or has ended."""
        ...

    def release(self, forecast_id: ForecastId, worker: str) -> None: ...


class Accounts(Protocol):
    """Whoever signs in."""

    def get(self, account_id: AccountId) -> Account: ...

    def add(self, account: Account) -> None: ...

    def by_email(self, email: str) -> Account | None: ...


@dataclass(frozen=True, slots=True)
class ApiToken:
    """A secret by which a program acts for an account: what is kept of it.

    ``secret_hash`` is the SHA-256 (32 bytes) of the secret, which is shown once and kept by nobody; ``prefix`` its
    first characters, by which its owner knows it again. It holds until ``expires_at`` (None: until revoked).
    """

    id: UUID
    account_id: AccountId
    name: str
    prefix: str
    secret_hash: bytes
    scope: TokenScope
    created_at: datetime
    expires_at: datetime | None = None
    last_used_at: datetime | None = None
    revoked_at: datetime | None = None

    def holds_at(self, now: datetime) -> bool:
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


class Credentials(Protocol):
    """How accounts prove who they are: SHA-256 hashes of API tokens, one-time sign-in links and sessions.

    What has expired, been revoked or been used up is as good as unknown: asking for it gives None.
    """

    def keep_token(self, token: ApiToken) -> None: ...

    def token(self, secret_hash: bytes, now: datetime) -> ApiToken | None:
        """Return the token that holds now."""
        ...

    def note_use(self, token_id: UUID, now: datetime) -> None:
        """Remember when a token was last used, to the minute, so that reading does not always write."""
        ...

    def tokens_of(self, account_id: AccountId) -> Sequence[ApiToken]:
        """Return every token of an account, also the spent ones, newest first."""
        ...

    def revoke_token(self, token_id: UUID, now: datetime) -> bool:
        """Put a token out of use for good; False if it is unknown or was revoked before."""
        ...

    def keep_sign_in_link(self, secret_hash: bytes, account_id: AccountId, expires_at: datetime) -> None: ...

    def redeem_sign_in_link(self, secret_hash: bytes, now: datetime) -> AccountId | None:
        """Return whose link it is and use it up; of two who redeem it at once only one gets an answer."""
        ...

    def open_session(
        self, secret_hash: bytes, account_id: AccountId, started_at: datetime, expires_at: datetime
    ) -> None: ...

    def account_of_session(self, secret_hash: bytes, now: datetime) -> AccountId | None: ...

    def end_session(self, secret_hash: bytes) -> None: ...

    def end_sessions_of(self, account_id: AccountId) -> None: ...

    def forget_expired(self, now: datetime) -> int:
        """Throw away sign-in links and sessions that have expired; return how many."""
        ...


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """Who did what to which object, and what it was about. ``subject`` is the object's identity."""

    at: datetime
    account_id: AccountId | None
    action: str
    subject_kind: str
    subject: UUID
    details: dict[str, object]


class Audit(Protocol):
    """The record of what was done; it can only grow."""

    def append(self, entry: AuditEntry) -> None: ...

    def of(self, subject: UUID) -> Sequence[AuditEntry]:
        """Return what was done to an object, oldest first."""
        ...


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """What a mutation answered when its idempotency key was first used."""

    request_hash: str
    subject: UUID | None


class IdempotencyKeys(Protocol):
    """The keys already used by an account, each kept with its answer in the transaction that had the effect."""

    def claim(self, account_id: AccountId | None, key: str, request_hash: str) -> KeptAnswer | None:
        """Take the key; return what it was answered with if it was already used.

        A second claim of a key whose first use is still under way waits for it to end. Raises ``RepeatedKey`` if the
        request differs from the first one.
        """
        ...

    def keep(self, account_id: AccountId | None, key: str, subject: UUID | None) -> None: ...


class UnitOfWork(Protocol):
    """All collections seen through one transaction. Leaving it without ``commit`` undoes everything."""

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

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def commit(self) -> None:
        """Make everything lasting, or raise ``StaleVersion`` if somebody else has changed the same object."""
        ...


@dataclass(frozen=True, slots=True)
class Acting:
    """Who acts, and when: what every service is told about its caller."""

    viewer: Viewer
    now: datetime

    @property
    def today(self) -> date:
        return self.now.date()
