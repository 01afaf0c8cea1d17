"""Forecasts, what they were computed from, their batches and outcomes, and word of it to whoever listens."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


FORECASTS = r"""
CREATE TABLE forecasts (
    id uuid NOT NULL,
    state_id uuid NOT NULL,
    scenario_ids uuid[] NOT NULL,
    seed bigint NOT NULL,
    replications integer NOT NULL,
    model_version text NOT NULL,
    inputs_hash text NOT NULL,
    requested_at timestamptz NOT NULL,
    requested_by uuid,
    state varchar(32) NOT NULL,
    done integer NOT NULL DEFAULT 0,
    message text NOT NULL DEFAULT '',
    started_at timestamptz,
    ended_at timestamptz,
    version integer NOT NULL DEFAULT 1,
    lease_holder text,
    lease_until timestamptz,
    CONSTRAINT pk_forecasts PRIMARY KEY (id),
    CONSTRAINT ck_forecasts_state_known
        CHECK (state IN ('QUEUED', 'RUNNING', 'FINISHED', 'CANCELLED', 'FAILED')),
    CONSTRAINT ck_forecasts_scenarios_few CHECK (cardinality(scenario_ids) BETWEEN 1 AND 8),
    CONSTRAINT ck_forecasts_replications_bearable CHECK (replications BETWEEN 20 AND 20000),
    CONSTRAINT ck_forecasts_seed_exact_in_json CHECK (seed >= 0 AND seed < 9007199254740992),
    CONSTRAINT ck_forecasts_done_not_negative CHECK (done >= 0),
    CONSTRAINT ck_forecasts_ended_iff_closed CHECK ((state IN ('QUEUED', 'RUNNING')) = (ended_at IS NULL)),
    CONSTRAINT ck_forecasts_lease_has_holder CHECK ((lease_holder IS NULL) = (lease_until IS NULL)),
    CONSTRAINT fk_forecasts_state_id FOREIGN KEY (state_id) REFERENCES organizations (id),
    CONSTRAINT fk_forecasts_requested_by FOREIGN KEY (requested_by) REFERENCES accounts (id)
);
CREATE INDEX ix_forecasts_open ON forecasts (requested_at, id) WHERE state IN ('QUEUED', 'RUNNING');
CREATE INDEX ix_forecasts_state_id_requested_at_id ON forecasts (state_id, requested_at, id);
"""

FORECAST_INPUTS = r"""
CREATE TABLE forecast_inputs (
    forecast_id uuid NOT NULL,
    payload bytea NOT NULL,
    CONSTRAINT pk_forecast_inputs PRIMARY KEY (forecast_id),
    CONSTRAINT fk_forecast_inputs_forecast_id
        FOREIGN KEY (forecast_id) REFERENCES forecasts (id) ON DELETE CASCADE
);
"""

FORECAST_BATCHES = r"""
CREATE TABLE forecast_batches (
    forecast_id uuid NOT NULL,
    first integer NOT NULL,
    last integer NOT NULL,
    payload bytea NOT NULL,
    CONSTRAINT pk_forecast_batches PRIMARY KEY (forecast_id, first),
    CONSTRAINT ck_forecast_batches_stretch_not_empty CHECK (0 <= first AND first < last),
    CONSTRAINT fk_forecast_batches_forecast_id
        FOREIGN KEY (forecast_id) REFERENCES forecasts (id) ON DELETE CASCADE
);
"""

FORECAST_OUTCOMES = r"""
CREATE TABLE forecast_outcomes (
    forecast_id uuid NOT NULL,
    replications integer NOT NULL,
    payload bytea NOT NULL,
    CONSTRAINT pk_forecast_outcomes PRIMARY KEY (forecast_id),
    CONSTRAINT ck_forecast_outcomes_replications_positive CHECK (replications > 0),
    CONSTRAINT fk_forecast_outcomes_forecast_id
        FOREIGN KEY (forecast_id) REFERENCES forecasts (id) ON DELETE CASCADE
);
"""

# Whoever listens hears of a forecast, by its identity, when a transaction that moved it on is committed. A renewed
# lease is no news.
FORECAST_NEWS = """
CREATE FUNCTION announce_forecast() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_TABLE_NAME = 'forecasts' THEN
        PERFORM pg_notify('milepost_forecasts', NEW.id::text);
    ELSE
        PERFORM pg_notify('milepost_forecasts', NEW.forecast_id::text);
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER announce_forecast AFTER INSERT OR UPDATE OF state, done ON forecasts
    FOR EACH ROW EXECUTE FUNCTION announce_forecast();
CREATE TRIGGER announce_forecast AFTER INSERT OR UPDATE ON forecast_outcomes
    FOR EACH ROW EXECUTE FUNCTION announce_forecast();
"""


def upgrade() -> None:
    op.execute(FORECASTS)
    op.execute(FORECAST_INPUTS)
    op.execute(FORECAST_BATCHES)
    op.execute(FORECAST_OUTCOMES)
    op.execute(FORECAST_NEWS)


def downgrade() -> None:
    for table in (
        "forecast_outcomes",
        "forecast_batches",
        "forecast_inputs",
        "forecasts",
    ):
        op.execute(f"DROP TABLE {table}")
    op.execute("DROP FUNCTION announce_forecast")
