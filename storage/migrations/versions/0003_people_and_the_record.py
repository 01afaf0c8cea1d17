"""Who signs in and how they prove it, what was done, and under which idempotency key."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


ACCOUNTS = r"""
CREATE TABLE accounts (
    id uuid NOT NULL,
    email text NOT NULL,
    name text NOT NULL,
    disabled boolean NOT NULL DEFAULT false,
    version integer NOT NULL DEFAULT 1,
    CONSTRAINT pk_accounts PRIMARY KEY (id),
    CONSTRAINT ck_accounts_email_is_address CHECK (position('@' in btrim(email, '@')) > 0)
);
CREATE UNIQUE INDEX uq_accounts_email ON accounts (lower(email));
"""

ACCOUNT_GRANTS = r"""
CREATE TABLE account_grants (
    id bigint GENERATED ALWAYS AS IDENTITY,
    account_id uuid NOT NULL,
    role varchar(32) NOT NULL,
    organization_id uuid,
    starts date NOT NULL,
    ends date,
    CONSTRAINT pk_account_grants PRIMARY KEY (id),
    CONSTRAINT ck_account_grants_ends_after_start CHECK (ends > starts),
    CONSTRAINT ck_account_grants_role_known
        CHECK (role IN ('STATE_ADMIN', 'STATE_PLANNER', 'DISTRICT_LEAD', 'PRINCIPAL', 'TEAM_MEMBER', 'COACH',
        'RESEARCHER', 'GUEST')),
    CONSTRAINT ex_account_grants_one_at_a_time
        EXCLUDE USING gist (identity_range(account_id, role::text || ' ' || coalesce(organization_id::text, ''))
        WITH &&, daterange(starts, ends) WITH &&) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT fk_account_grants_account_id FOREIGN KEY (account_id) REFERENCES accounts (id) ON DELETE CASCADE,
    CONSTRAINT fk_account_grants_organization_id FOREIGN KEY (organization_id) REFERENCES organizations (id)
);
CREATE INDEX ix_account_grants_account_id ON account_grants (account_id);
CREATE INDEX ix_account_grants_organization_id ON account_grants (organization_id);
"""

API_TOKENS = r"""
CREATE TABLE api_tokens (
    id uuid NOT NULL,
    account_id uuid NOT NULL,
    name text NOT NULL,
    prefix text NOT NULL,
    secret_hash bytea NOT NULL,
    scope varchar(32) NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz,
    last_used_at timestamptz,
    revoked_at timestamptz,
    CONSTRAINT pk_api_tokens PRIMARY KEY (id),
    CONSTRAINT ck_api_tokens_scope_known CHECK (scope IN ('READ', 'WRITE')),
    CONSTRAINT ck_api_tokens_prefix_not_blank CHECK (prefix ~ '\S'),
    CONSTRAINT ck_api_tokens_secret_hash_is_sha256 CHECK (octet_length(secret_hash) = 32),
    CONSTRAINT ck_api_tokens_expires_after_creation CHECK (expires_at > created_at),
    CONSTRAINT fk_api_tokens_account_id FOREIGN KEY (account_id) REFERENCES accounts (id) ON DELETE CASCADE
);
CREATE INDEX ix_api_tokens_account_id_created_at ON api_tokens (account_id, created_at);
CREATE UNIQUE INDEX uq_api_tokens_secret_hash ON api_tokens (secret_hash);
"""

SIGN_IN_LINKS = r"""
CREATE TABLE sign_in_links (
    secret_hash bytea NOT NULL,
    account_id uuid NOT NULL,
    expires_at timestamptz NOT NULL,
    CONSTRAINT pk_sign_in_links PRIMARY KEY (secret_hash),
    CONSTRAINT ck_sign_in_links_secret_hash_is_sha256 CHECK (octet_length(secret_hash) = 32),
    CONSTRAINT fk_sign_in_links_account_id FOREIGN KEY (account_id) REFERENCES accounts (id) ON DELETE CASCADE
);
CREATE INDEX ix_sign_in_links_account_id ON sign_in_links (account_id);
CREATE INDEX ix_sign_in_links_expires_at ON sign_in_links (expires_at);
"""

SESSIONS = r"""
CREATE TABLE sessions (
    secret_hash bytea NOT NULL,
    account_id uuid NOT NULL,
    started_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    CONSTRAINT pk_sessions PRIMARY KEY (secret_hash),
    CONSTRAINT ck_sessions_secret_hash_is_sha256 CHECK (octet_length(secret_hash) = 32),
    CONSTRAINT ck_sessions_expires_after_start CHECK (expires_at > started_at),
    CONSTRAINT fk_sessions_account_id FOREIGN KEY (account_id) REFERENCES accounts (id) ON DELETE CASCADE
);
CREATE INDEX ix_sessions_account_id ON sessions (account_id);
CREATE INDEX ix_sessions_expires_at ON sessions (expires_at);
"""

AUDIT = r"""
CREATE TABLE audit (
    id bigint GENERATED ALWAYS AS IDENTITY,
    at timestamptz NOT NULL,
    account_id uuid,
    action text NOT NULL,
    subject_kind text NOT NULL,
    subject uuid NOT NULL,
    details jsonb NOT NULL DEFAULT '{}',
    CONSTRAINT pk_audit PRIMARY KEY (id),
    CONSTRAINT ck_audit_action_not_blank CHECK (action ~ '\S')
);
CREATE INDEX ix_audit_account_id_id ON audit (account_id, id);
CREATE INDEX ix_audit_at ON audit (at);
CREATE INDEX ix_audit_subject_id ON audit (subject, id);
"""

AUDIT_ONLY_GROWS = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% can only grow: % is refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
"""

IDEMPOTENCY_KEYS = r"""
CREATE TABLE idempotency_keys (
    id bigint GENERATED ALWAYS AS IDENTITY,
    account_id uuid,
    key text NOT NULL,
    request_hash text NOT NULL,
    subject uuid,
    claimed_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT pk_idempotency_keys PRIMARY KEY (id),
    CONSTRAINT uq_idempotency_keys_account_id_key UNIQUE NULLS NOT DISTINCT (account_id, key),
    CONSTRAINT ck_idempotency_keys_key_length CHECK (length(key) BETWEEN 1 AND 200),
    CONSTRAINT fk_idempotency_keys_account_id
        FOREIGN KEY (account_id) REFERENCES accounts (id) ON DELETE CASCADE
);
CREATE INDEX ix_idempotency_keys_claimed_at ON idempotency_keys (claimed_at);
"""


def upgrade() -> None:
    op.execute(ACCOUNTS)
    op.execute(ACCOUNT_GRANTS)
    op.execute(API_TOKENS)
    op.execute(SIGN_IN_LINKS)
    op.execute(SESSIONS)
    op.execute(AUDIT)
    op.execute(AUDIT_ONLY_GROWS)
    op.execute(IDEMPOTENCY_KEYS)


def downgrade() -> None:
    for table in (
        "idempotency_keys",
        "audit",
        "sessions",
        "sign_in_links",
        "api_tokens",
        "account_grants",
        "accounts",
    ):
        op.execute(f"DROP TABLE {table}")
    op.execute("DROP FUNCTION refuse_change")
