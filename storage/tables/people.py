"""Who signs in, what they may do where, and the hashes of the secrets by which they prove who they are."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    Table,
    Text,
    Uuid,
    false,
    func,
)

from domain.people import Role, TokenScope
from storage.tables.conventions import (
    Instant,
    identity,
    known_word,
    metadata,
    not_blank,
    once_at_a_time,
    one_of,
    period,
    version,
)

accounts = Table(
    "accounts",
    metadata,
    identity(),
    Column("email", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("disabled", Boolean, nullable=False, server_default=false()),
    version(),
    CheckConstraint("position('@' in btrim(email, '@')) > 0", name="email_is_address"),
)
Index("uq_accounts_email", func.lower(accounts.c.email), unique=True)

account_grants = Table(
    "account_grants",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("account_id", Uuid, ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False),
    one_of("role", Role),
    # NULL means every organization.
    Column("organization_id", Uuid, ForeignKey("organizations.id")),
    *period(),
    known_word("role", Role),
    once_at_a_time(
        "ex_account_grants_one_at_a_time", "account_id", "role::text || ' ' || coalesce(organization_id::text, '')"
    ),
    Index(None, "account_id"),
    Index(None, "organization_id"),
)


def _secret_hash(*, primary_key: bool) -> Column[bytes]:
    return Column("secret_hash", LargeBinary, primary_key=primary_key, nullable=False)


def _is_sha256() -> CheckConstraint:
    return CheckConstraint("octet_length(secret_hash) = 32", name="secret_hash_is_sha256")


api_tokens = Table(
    "api_tokens",
    metadata,
    identity(),
    Column("account_id", Uuid, ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False),
    Column("name", Text, nullable=False),
    Column("prefix", Text, nullable=False),
    _secret_hash(primary_key=False),
    one_of("scope", TokenScope),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant),
    Column("last_used_at", Instant),
    Column("revoked_at", Instant),
    known_word("scope", TokenScope),
    not_blank("prefix"),
    _is_sha256(),
    CheckConstraint("expires_at > created_at", name="expires_after_creation"),
    Index("uq_api_tokens_secret_hash", "secret_hash", unique=True),
    Index(None, "account_id", "created_at"),
)

sign_in_links = Table(
    "sign_in_links",
    metadata,
    _secret_hash(primary_key=True),
    Column("account_id", Uuid, ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False),
    Column("expires_at", Instant, nullable=False),
    _is_sha256(),
    Index(None, "account_id"),
    Index(None, "expires_at"),
)

sessions = Table(
    "sessions",
    metadata,
    _secret_hash(primary_key=True),
    Column("account_id", Uuid, ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    _is_sha256(),
    CheckConstraint("expires_at > started_at", name="expires_after_start"),
    Index(None, "account_id"),
    Index(None, "expires_at"),
)
