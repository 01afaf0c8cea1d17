"""``milepost token`` and ``milepost sign-in-link``: letting people and programs in."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

import typer

from api.commands.console import PLAIN, AsJson, answer, err, milepost, print_json, print_table
from api.operator import OPERATOR
from api.proofs import account_named, issue_sign_in_link, issue_token, record
from domain.calendar import Validity
from domain.errors import InvalidInput, NotFound
from domain.identity import AccountId, OrganizationId, new_id
from domain.people import Account, Role, RoleGrant, TokenScope
from domain.ports import ApiToken, AuditEntry, UnitOfWork

tokens = typer.Typer(no_args_is_help=True, help="Tokens by which programs act for an account.")

DEFAULT_DAYS = 365.0


@tokens.command("create")
def create_token(
    email: Annotated[str, typer.Argument(help="Whose token; the account is made if there is none.")],
    role: Annotated[Role | None, typer.Option(help="Give the account this role as well.")] = None,
    organization: Annotated[
        str | None, typer.Option(help="Where the role holds: the id of an organization (default: everywhere).")
    ] = None,
    name: Annotated[str, typer.Option(help="What the token is for.")] = "command line",
    days: Annotated[float, typer.Option(help="How long it holds.")] = DEFAULT_DAYS,
    scope: Annotated[TokenScope, typer.Option(help="READ tokens change nothing.")] = TokenScope.WRITE,
    as_json: AsJson = False,
) -> None:
    """Make a token and print it: this once, it cannot be shown again."""
    now = datetime.now(UTC)
    with milepost() as deployment, deployment.open_work() as work:
        _ready_account(work, email, role, organization, now)
        secret, token = issue_token(work, email, name, now, days=days, scope=scope)
        work.commit()
    if role is not None and organization is None:
        err.print(
            f"{email} is {role} everywhere and for good. To let a role hold below one organization only, give "
            "--organization.",
            **PLAIN,
        )
    if as_json:
        print_json({"token": secret, "id": token.id, "prefix": token.prefix, "expiresAt": token.expires_at})
    else:
        typer.echo(secret)


@tokens.command("list")
def list_tokens(
    email: Annotated[str, typer.Argument(help="Whose tokens.")],
    as_json: AsJson = False,
) -> None:
    """Show an account's tokens, never their secrets."""
    with milepost() as deployment, deployment.open_work() as work:
        held = work.credentials.tokens_of(account_named(work, email).id)
    now = datetime.now(UTC)
    if as_json:
        print_json(
            [
                {
                    "id": token.id,
                    "name": token.name,
                    "prefix": token.prefix,
                    "scope": token.scope,
                    "createdAt": token.created_at,
                    "expiresAt": token.expires_at,
                    "lastUsedAt": token.last_used_at,
                    "revokedAt": token.revoked_at,
                    "holds": token.holds_at(now),
                }
                for token in held
            ]
        )
        return
    print_table(
        ["id", "begins with", "for", "scope", "holds until", "last used"],
        [
            (
                token.id,
                token.prefix + "…",
                token.name,
                token.scope.value,
                "revoked" if token.revoked_at else token.expires_at.date() if token.expires_at else "revoked by hand",
                token.last_used_at.date() if token.last_used_at else "never",
            )
            for token in held
        ],
        empty="There is no token.",
    )


@tokens.command("revoke")
def revoke_token(
    token: Annotated[UUID, typer.Argument(help="The id of the token, as `milepost token list` shows it.")],
    as_json: AsJson = False,
) -> None:
    """Put a token out of use for good."""
    now = datetime.now(UTC)
    with milepost() as deployment, deployment.open_work() as work:
        if not work.credentials.revoke_token(token, now):
            raise NotFound("token in use with the id", token)
        work.audit.append(AuditEntry(now, OPERATOR.account_id, "revoke", ApiToken.__name__, token, {}))
        work.commit()
    answer(as_json, {"revoked": str(token)}, "The token is out of use.")


def sign_in_link(
    email: Annotated[str, typer.Argument(help="Who signs in.")],
    as_json: AsJson = False,
) -> None:
    """Print a link that signs an account in, once."""
    with milepost() as deployment, deployment.open_work() as work:
        held = deployment.settings
        link = issue_sign_in_link(
            work, email, datetime.now(UTC), minutes=held.sign_in_link_minutes, address=held.address
        )
        work.commit()
    if as_json:
        print_json({"link": link, "minutes": held.sign_in_link_minutes})
    else:
        typer.echo(link)


def _ready_account(work: UnitOfWork, email: str, role: Role | None, organization: str | None, now: datetime) -> None:
    """See that there is such an account, and that it holds the role there, be it by a grant further up."""
    place = _organization(work, organization) if organization else None
    if place is not None and role is None:
        raise InvalidInput("An organization goes with a role; add --role.", field=("organization",))
    account = work.accounts.by_email(email)
    if account is None:
        if role is None:
            raise NotFound("account", email, field=("email",))
        account = Account(AccountId(new_id()), email, email.partition("@")[0])
        work.accounts.add(account)
        record(work, "create", account, now)
    above = {None, *(work.organizations.lineage(place, now.date()) if place is not None else ())}
    standing = [grant for grant in account.grants if grant.validity.holds_on(now.date())]
    if role is not None and not any(grant.role is role and grant.organization_id in above for grant in standing):
        account.grants.append(RoleGrant(role, place, Validity(now.date())))
        record(work, "grant", account, now, role=role.value, organization=str(place) if place else None)


def _organization(work: UnitOfWork, text: str) -> OrganizationId:
    """Return the organization of an id as GraphQL gives it, or as the database does."""
    from schema.relay import read_id

    if named := read_id(text):
        return work.organizations.get(OrganizationId(named[1])).id
    try:
        return work.organizations.get(OrganizationId(UUID(text))).id
    except ValueError:
        raise NotFound("organization", text, field=("organization",)) from None
