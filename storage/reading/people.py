"""Whoever signs in."""

from sqlalchemy import Connection, select

from domain.calendar import Validity
from domain.identity import AccountId
from domain.people import Account, RoleGrant
from storage.tables import account_grants, accounts


def read_account(connection: Connection, account_id: AccountId) -> Account | None:
    """Return an account with its grants."""
    row = connection.execute(select(accounts).where(accounts.c.id == account_id)).one_or_none()
    if row is None:
        return None
    held = connection.execute(
        select(account_grants).where(account_grants.c.account_id == account_id).order_by(account_grants.c.id)
    )
    grants = [RoleGrant(grant.role, grant.organization_id, Validity(grant.starts, grant.ends)) for grant in held]
    return Account(row.id, row.email, row.name, grants, row.disabled, row.version)
