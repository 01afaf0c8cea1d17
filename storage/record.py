"""The audit and the idempotency keys, seen through one transaction."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, and_, insert, select, update
from sqlalchemy.dialects.postgresql import insert as insert_or_wait
from sqlalchemy.orm import Session

from domain.errors import InvalidInput, RepeatedKey
from domain.identity import AccountId
from domain.ports import AuditEntry, KeptAnswer
from storage.tables import audit, idempotency_keys

LONGEST_KEY = 200


class SqlAudit:
    """The record of what was done."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def append(self, entry: AuditEntry) -> None:
        self._session.execute(
            insert(audit).values(
                at=entry.at,
                account_id=entry.account_id,
                action=entry.action,
                subject_kind=entry.subject_kind,
                subject=entry.subject,
                details=entry.details,
            )
        )

    def of(self, subject: UUID) -> Sequence[AuditEntry]:
        rows = self._session.execute(select(audit).where(audit.c.subject == subject).order_by(audit.c.id))
        return [
            AuditEntry(
                row.at,
                AccountId(row.account_id) if row.account_id else None,
                row.action,
                row.subject_kind,
                row.subject,
                row.details,
            )
            for row in rows
        ]


def check_key(key: str) -> None:
    """Raise ``InvalidInput`` if ``key`` is no idempotency key."""
    if not 1 <= len(key) <= LONGEST_KEY:
        raise InvalidInput(
            f"An idempotency key has 1 to {LONGEST_KEY} characters; this one has {len(key)}.",
            field=("idempotencyKey",),
        )


class SqlIdempotencyKeys:
    """The keys in use."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def claim(self, account_id: AccountId | None, key: str, request_hash: str) -> KeptAnswer | None:
        check_key(key)
        self._session.flush()
        # The insertion waits for another transaction that has the key, and takes it should that one be undone.
        taken = self._session.execute(
            insert_or_wait(idempotency_keys)
            .values(account_id=account_id, key=key, request_hash=request_hash)
            .on_conflict_do_nothing()
            .returning(idempotency_keys.c.id)
        ).one_or_none()
        if taken is not None:
            return None
        held = self._session.execute(
            select(idempotency_keys.c.request_hash, idempotency_keys.c.subject).where(self._is(account_id, key))
        ).one()
        if held.request_hash != request_hash:
            raise RepeatedKey
        return KeptAnswer(held.request_hash, held.subject)

    def keep(self, account_id: AccountId | None, key: str, subject: UUID | None) -> None:
        self._session.execute(update(idempotency_keys).where(self._is(account_id, key)).values(subject=subject))

    def _is(self, account_id: AccountId | None, key: str) -> ColumnElement[bool]:
        return and_(idempotency_keys.c.account_id.is_not_distinct_from(account_id), idempotency_keys.c.key == key)
