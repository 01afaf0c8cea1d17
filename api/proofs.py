"""The secrets by which accounts prove who they are: made here, shown once, kept only as hashes."""

import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256

from api.operator import OPERATOR
from domain.errors import InvalidInput, NotFound
from domain.identity import new_id
from domain.people import NOBODY, Account, Role, TokenScope, Viewer
from domain.ports import Acting, ApiToken, UnitOfWork
from domain.services.access import note

TOKEN_START = "mp_"  # noqa: S105 - how every token begins, not one of them
SHOWN_CHARACTERS = 10
SECRET_BYTES = 32

OpenWork = Callable[[], UnitOfWork]


def new_secret(start: str = "") -> str:
    """Return 256 random bits as text that fits into an address and a header."""
    return start + secrets.token_urlsafe(SECRET_BYTES)


def hashed(secret: str) -> bytes:
    """Return the SHA-256 of a secret. Nobody guesses 256 random bits, so nothing slower is needed."""
    return sha256(secret.encode("utf-8", "surrogatepass")).digest()


def issue_token(
    work: UnitOfWork, email: str, name: str, now: datetime, *, days: float | None, scope: TokenScope = TokenScope.WRITE
) -> tuple[str, ApiToken]:
    """Make a token for the account with ``email``; return the secret, which nobody can ever read again, and the record.

    Raises ``NotFound`` if there is no such account.
    """
    if days is not None and not 0 < days <= 3_660:
        raise InvalidInput(f"A token holds from now up to ten years; {days:,.10g} days do not do.", field=("days",))
    account = account_named(work, email)
    secret = new_secret(TOKEN_START)
    token = ApiToken(
        new_id(),
        account.id,
        name,
        secret[:SHOWN_CHARACTERS],
        hashed(secret),
        scope,
        now,
        now + timedelta(days=days) if days is not None else None,
    )
    work.credentials.keep_token(token)
    expires = token.expires_at.isoformat() if token.expires_at else None
    record(work, "create token", account, now, token=str(token.id), scope=scope.value, name=name, expires=expires)
    return secret, token


def issue_sign_in_link(work: UnitOfWork, email: str, now: datetime, *, minutes: float, address: str) -> str:
    """Make a link that signs the account with ``email`` in, once. Raises ``NotFound``."""
    account = account_named(work, email)
    secret = new_secret()
    expires_at = now + timedelta(minutes=minutes)
    work.credentials.keep_sign_in_link(hashed(secret), account.id, expires_at)
    record(work, "create sign-in link", account, now, expires=expires_at.isoformat())
    return f"{address}/sign-in?token={secret}"


def record(work: UnitOfWork, action: str, subject: Account | ApiToken, now: datetime, **details: object) -> None:
    """Put on the record what the operator did to how an account proves who it is, and what it may do. No secrets."""
    note(work, Acting(OPERATOR, now), action, subject, **details)


def account_named(work: UnitOfWork, email: str) -> Account:
    """Return the account with ``email``, or raise ``NotFound``."""
    account = work.accounts.by_email(email)
    if account is None:
        raise NotFound("account", email, field=("email",))
    return account


def redeem_link(open_work: OpenWork, secret: str, now: datetime, *, days: float) -> str | None:
    """Use a sign-in link up and open a session; return the session's secret, or None if the link is no good."""
    with open_work() as work:
        account_id = work.credentials.redeem_sign_in_link(hashed(secret), now)
        if account_id is None or work.accounts.get(account_id).disabled:
            return None
        work.credentials.forget_expired(now)
        session = new_secret()
        work.credentials.open_session(hashed(session), account_id, now, now + timedelta(days=days))
        work.commit()
        return session


def end_session(open_work: OpenWork, secret: str) -> None:
    """Sign a browser out."""
    with open_work() as work:
        work.credentials.end_session(hashed(secret))
        work.commit()


def viewer_of_session(open_work: OpenWork, secret: str, now: datetime) -> Viewer:
    """Return whose session it is; nobody's if it has ended."""
    with open_work() as work:
        account_id = work.credentials.account_of_session(hashed(secret), now)
        return NOBODY if account_id is None else Viewer.of(work.accounts.get(account_id), now.date())


def viewer_of_token(open_work: OpenWork, secret: str, now: datetime) -> Viewer | None:
    """Return whom a token acts for, or None if it does not hold."""
    with open_work() as work:
        token = work.credentials.token(hashed(secret), now)
        if token is None:
            return None
        viewer = Viewer.of(work.accounts.get(token.account_id), now.date())
        if viewer.grants == () and work.accounts.get(token.account_id).disabled:
            return None
        work.credentials.note_use(token.id, now)
        work.commit()
        return reading_only(viewer) if token.scope is TokenScope.READ else viewer


def reading_only(viewer: Viewer) -> Viewer:
    """Return the viewer with every role turned into a guest's, who may read and nothing else."""
    return replace(viewer, grants=tuple(replace(grant, role=Role.GUEST) for grant in viewer.grants))
