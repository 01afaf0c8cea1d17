"""The ledger of forecasts, the credentials, the audit and the idempotency keys, answered from memory."""

import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from domain.errors import NotFound, RepeatedKey
from domain.forecasts import Forecast
from domain.identity import AccountId, ForecastId
from domain.ports import ApiToken, AuditEntry, KeptAnswer
from storage.credentials import BETWEEN_NOTES_OF_USE
from storage.in_memory.transaction import Transaction, ordered
from storage.record import check_key


class InMemoryForecastLedger:
    """Inputs, batches, outcomes and leases."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self._forecasts = transaction.entities(Forecast)
        self._inputs = transaction.rows("forecast_inputs")
        self._batches = transaction.rows("forecast_batches")
        self._outcomes = transaction.rows("forecast_outcomes")
        self._leases = transaction.rows("leases")

    def keep_inputs(self, forecast_id: ForecastId, payload: bytes) -> None:
        self._inputs.setdefault(forecast_id, payload)

    def inputs(self, forecast_id: ForecastId) -> bytes:
        if forecast_id not in self._inputs:
            raise NotFound("forecast", forecast_id)
        held: bytes = self._inputs[forecast_id]
        return held

    def keep_batch(self, forecast_id: ForecastId, first: int, last: int, payload: bytes) -> None:
        self._batches.setdefault((forecast_id, first), (last, payload))

    def batches(self, forecast_id: ForecastId) -> Sequence[tuple[int, int]]:
        return sorted((first, held[0]) for (owner, first), held in self._batches.items() if owner == forecast_id)

    def batch(self, forecast_id: ForecastId, first: int) -> bytes:
        if (forecast_id, first) not in self._batches:
            raise NotFound("batch", first)
        payload: bytes = self._batches[forecast_id, first][1]
        return payload

    def keep_outcome(self, forecast_id: ForecastId, replications: int, payload: bytes) -> None:
        self._outcomes[forecast_id] = payload

    def outcome(self, forecast_id: ForecastId) -> bytes | None:
        return self._outcomes.get(forecast_id)

    def claim(self, worker: str, lease_seconds: float) -> ForecastId | None:
        for forecast in ordered(self._forecasts.all(), "requested_at"):
            if not self._transaction.lock(("Forecast", forecast.id), wait=False):
                continue
            self._forecasts.refresh(forecast.id)
            _, until = self._leases.get(forecast.id, (None, 0.0))
            if forecast.state.open and until <= time.monotonic():
                self._leases[forecast.id] = (worker, time.monotonic() + lease_seconds)
                return forecast.id
        return None

    def renew(self, forecast_id: ForecastId, worker: str, lease_seconds: float) -> bool:
        self._transaction.lock(("Forecast", forecast_id))
        self._forecasts.refresh(forecast_id)
        forecast = self._forecasts.find(forecast_id)
        holder, _ = self._leases.get(forecast_id, (None, 0.0))
        if forecast is None or not forecast.state.open or holder != worker:
            return False
        self._leases[forecast_id] = (worker, time.monotonic() + lease_seconds)
        return True

    def release(self, forecast_id: ForecastId, worker: str) -> None:
        self._transaction.lock(("Forecast", forecast_id))
        holder, _ = self._leases.get(forecast_id, (None, 0.0))
        if holder == worker:
            del self._leases[forecast_id]


class InMemoryCredentials:
    """API tokens, sign-in links and sessions."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self._tokens = transaction.rows("api_tokens")
        self._links = transaction.rows("sign_in_links")
        self._sessions = transaction.rows("sessions")

    def keep_token(self, token: ApiToken) -> None:
        self._tokens[token.id] = token

    def token(self, secret_hash: bytes, now: datetime) -> ApiToken | None:
        held = (token for token in self._tokens.values() if token.secret_hash == secret_hash and token.holds_at(now))
        return next(held, None)

    def note_use(self, token_id: UUID, now: datetime) -> None:
        token = self._tokens.get(token_id)
        if token is None:
            return
        if token.last_used_at is None or token.last_used_at <= now - BETWEEN_NOTES_OF_USE:
            self._tokens[token_id] = replace(token, last_used_at=now)

    def tokens_of(self, account_id: AccountId) -> Sequence[ApiToken]:
        tokens = [token for token in self._tokens.values() if token.account_id == account_id]
        return sorted(tokens, key=lambda token: (token.created_at, token.id), reverse=True)

    def revoke_token(self, token_id: UUID, now: datetime) -> bool:
        token = self._tokens.get(token_id)
        if token is None or token.revoked_at is not None:
            return False
        self._tokens[token_id] = replace(token, revoked_at=now)
        return True

    def keep_sign_in_link(self, secret_hash: bytes, account_id: AccountId, expires_at: datetime) -> None:
        self._links[secret_hash] = (account_id, expires_at)

    def redeem_sign_in_link(self, secret_hash: bytes, now: datetime) -> AccountId | None:
        self._transaction.lock(("sign_in_links", secret_hash))
        account_id, expires_at = self._links.get(secret_hash, (None, now))
        if expires_at <= now:
            return None
        del self._links[secret_hash]
        redeemed: AccountId | None = account_id
        return redeemed

    def open_session(
        self, secret_hash: bytes, account_id: AccountId, started_at: datetime, expires_at: datetime
    ) -> None:
        self._sessions[secret_hash] = (account_id, expires_at)

    def account_of_session(self, secret_hash: bytes, now: datetime) -> AccountId | None:
        account_id, expires_at = self._sessions.get(secret_hash, (None, now))
        return account_id if now < expires_at else None

    def end_session(self, secret_hash: bytes) -> None:
        self._sessions.pop(secret_hash, None)

    def end_sessions_of(self, account_id: AccountId) -> None:
        for secret_hash in [key for key, (owner, _) in self._sessions.items() if owner == account_id]:
            del self._sessions[secret_hash]

    def forget_expired(self, now: datetime) -> int:
        forgotten = 0
        for table in (self._links, self._sessions):
            for secret_hash in [key for key, (_, expires_at) in table.items() if expires_at <= now]:
                del table[secret_hash]
                forgotten += 1
        return forgotten


class InMemoryAudit:
    """The record of what was done."""

    def __init__(self, transaction: Transaction) -> None:
        self._entries = transaction.rows("audit")

    def append(self, entry: AuditEntry) -> None:
        self._entries[time.monotonic_ns(), len(self._entries)] = entry

    def of(self, subject: UUID) -> Sequence[AuditEntry]:
        return [self._entries[place] for place in sorted(self._entries) if self._entries[place].subject == subject]


class InMemoryIdempotencyKeys:
    """The keys in use."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self._answers = transaction.rows("idempotency_keys")

    def claim(self, account_id: AccountId | None, key: str, request_hash: str) -> KeptAnswer | None:
        check_key(key)
        self._transaction.lock(("idempotency_keys", account_id, key))
        held: KeptAnswer | None = self._answers.get((account_id, key))
        if held is None:
            self._answers[account_id, key] = KeptAnswer(request_hash, None)
        elif held.request_hash != request_hash:
            raise RepeatedKey
        return held

    def keep(self, account_id: AccountId | None, key: str, subject: UUID | None) -> None:
        self._answers[account_id, key] = replace(self._answers[account_id, key], subject=subject)
