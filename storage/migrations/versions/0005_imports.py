"""Files brought in, and what readings said before they were revised."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

IMPORTS = r"""
CREATE TABLE imports (
    id uuid NOT NULL,
    profile text NOT NULL,
    file_name text NOT NULL,
    sha256 text NOT NULL,
    rows integer NOT NULL,
    counts jsonb NOT NULL,
    account_id uuid,
    imported_at timestamptz NOT NULL,
    CONSTRAINT pk_imports PRIMARY KEY (id),
    CONSTRAINT ck_imports_rows_not_negative CHECK (rows >= 0)
);
CREATE INDEX ix_imports_sha256_profile_imported_at ON imports (sha256, profile, imported_at);
"""

OBSERVATION_REVISIONS = r"""
CREATE TABLE observation_revisions (
    observation_id uuid NOT NULL,
    revision integer NOT NULL,
    state varchar(32) NOT NULL,
    value double precision,
    tested integer,
    standard_error double precision,
    source text NOT NULL,
    recorded_at timestamptz,
    CONSTRAINT pk_observation_revisions PRIMARY KEY (observation_id, revision),
    CONSTRAINT ck_observation_revisions_state_known
        CHECK (state IN ('OBSERVED', 'SUPPRESSED', 'MISSING', 'NOT_APPLICABLE')),
    CONSTRAINT fk_observation_revisions_observation_id
        FOREIGN KEY (observation_id) REFERENCES observations (id) ON DELETE CASCADE
);
"""

# The history of a reading goes only with the reading itself.
ONLY_GROWS = """
CREATE FUNCTION refuse_to_rewrite_history() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND NOT EXISTS (SELECT FROM observations WHERE id = OLD.observation_id) THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'what a reading said before is never changed' USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER refuse_to_rewrite_history BEFORE UPDATE OR DELETE ON observation_revisions
    FOR EACH ROW EXECUTE FUNCTION refuse_to_rewrite_history();
"""

KEEP_REVISION = """
CREATE FUNCTION keep_observation_revision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.revision := OLD.revision + 1;
    INSERT INTO observation_revisions
        (observation_id, revision, state, value, tested, standard_error, source, recorded_at)
    VALUES
        (OLD.id, OLD.revision, OLD.state, OLD.value, OLD.tested, OLD.standard_error, OLD.source, OLD.recorded_at);
    RETURN NEW;
END
$$;
CREATE TRIGGER keep_observation_revision BEFORE UPDATE ON observations FOR EACH ROW
    WHEN (
        (OLD.state, OLD.value, OLD.tested, OLD.standard_error)
        IS DISTINCT FROM (NEW.state, NEW.value, NEW.tested, NEW.standard_error)
    )
    EXECUTE FUNCTION keep_observation_revision();
"""


def upgrade() -> None:
    op.execute(IMPORTS)
    op.execute(OBSERVATION_REVISIONS)
    op.execute(ONLY_GROWS)
    op.execute(KEEP_REVISION)


def downgrade() -> None:
    op.execute("DROP TRIGGER keep_observation_revision ON observations")
    op.execute("DROP FUNCTION keep_observation_revision")
    op.execute("DROP TABLE observation_revisions")
    op.execute("DROP FUNCTION refuse_to_rewrite_history")
    op.execute("DROP TABLE imports")
