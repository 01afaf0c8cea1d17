"""The hashes by which accounts prove who they are, seen through one transaction."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Row, delete, insert, or_, select, update
from sqlalchemy.orm import Session

from domain.identity import AccountId
from domain.ports import ApiToken
from storage.tables import api_tokens, sessions, sign_in_links

BETWEEN_NOTES_OF_USE = timedelta(minutes=1)


class SqlCredentials:
    """API tokens, sign-in links and sessions."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def keep_token(self, token: ApiToken) -> None:
        self._session.flush()
        self._session.execute(
            insert(api_tokens).values(
                id=token.id,
                account_id=token.account_id,
                name=token.name,
                prefix=token.prefix,
                secret_hash=token.secret_hash,
                scope=token.scope,
                created_at=token.created_at,
                expires_at=token.expires_at,
                last_used_at=token.last_used_at,
                revoked_at=token.revoked_at,
            )
        )

    def token(self, secret_hash: bytes, now: datetime) -> ApiToken | None:
        row = self._session.execute(select(api_tokens).where(api_tokens.c.secret_hash == secret_hash)).one_or_none()
        token = _token(row) if row else None
        return token if token is not None and token.holds_at(now) else None

    def note_use(self, token_id: UUID, now: datetime) -> None:
        table = api_tokens.c
        stale = or_(table.last_used_at.is_(None), table.last_used_at <= now - BETWEEN_NOTES_OF_USE)
        self._session.execute(update(api_tokens).where(table.id == token_id, stale).values(last_used_at=now))

    def tokens_of(self, account_id: AccountId) -> Sequence[ApiToken]:
        table = api_tokens.c
        rows = self._session.execute(
            select(api_tokens).where(table.account_id == account_id).order_by(table.created_at.desc(), table.id.desc())
        )
        return [_token(row) for row in rows]

    def revoke_token(self, token_id: UUID, now: datetime) -> bool:
        table = api_tokens.c
        revoked = self._session.execute(
            update(api_tokens)
            .where(table.id == token_id, table.revoked_at.is_(None))
            .values(revoked_at=now)
            .returning(table.id)
        )
        return revoked.one_or_none() is not None

    def keep_sign_in_link(self, secret_hash: bytes, account_id: AccountId, expires_at: datetime) -> None:
        self._session.flush()
        self._session.execute(
            insert(sign_in_links).values(secret_hash=secret_hash, account_id=account_id, expires_at=expires_at)
        )

    def redeem_sign_in_link(self, secret_hash: bytes, now: datetime) -> AccountId | None:
        table = sign_in_links.c
        row = self._session.execute(
            delete(sign_in_links)
            .where(table.secret_hash == secret_hash, table.expires_at > now)
            .returning(table.account_id)
        ).one_or_none()
        return AccountId(row.account_id) if row else None

    def open_session(
        self, secret_hash: bytes, account_id: AccountId, started_at: datetime, expires_at: datetime
    ) -> None:
        self._session.flush()
        self._session.execute(
            insert(sessions).values(
                secret_hash=secret_hash, account_id=account_id, started_at=started_at, expires_at=expires_at
            )
        )

    def account_of_session(self, secret_hash: bytes, now: datetime) -> AccountId | None:
        table = sessions.c
        row = self._session.execute(
            select(table.account_id).where(table.secret_hash == secret_hash, table.expires_at > now)
        ).one_or_none()
        return AccountId(row.account_id) if row else None

    def end_session(self, secret_hash: bytes) -> None:
        self._session.execute(delete(sessions).where(sessions.c.secret_hash == secret_hash))

    def end_sessions_of(self, account_id: AccountId) -> None:
        self._session.execute(delete(sessions).where(sessions.c.account_id == account_id))

    def forget_expired(self, now: datetime) -> int:
        forgotten = 0
        for table in (sign_in_links, sessions):
            gone = self._session.execute(delete(table).where(table.c.expires_at <= now).returning(table.c.secret_hash))
            forgotten += len(gone.all())
        return forgotten


def _token(row: Row[*tuple[object, ...]]) -> ApiToken:
    return ApiToken(**row._mapping)
