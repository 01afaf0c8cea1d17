"""What can be given, what it is drawn from, who was promised it, and allocations only thought of."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


SUPPORTS = r"""
CREATE TABLE supports (
    id uuid NOT NULL,
    owner_id uuid NOT NULL,
    key text NOT NULL,
    name text NOT NULL,
    kind varchar(32) NOT NULL,
    provider text NOT NULL,
    unit text NOT NULL,
    unit_cost double precision NOT NULL,
    evidence_tier varchar(32) NOT NULL,
    effect_mean double precision NOT NULL,
    effect_sd double precision NOT NULL,
    effect_citation text NOT NULL,
    effect_status varchar(32) NOT NULL,
    effect_published double precision,
    effect_override_mean double precision,
    effect_override_reason text,
    draws_on varchar(32) NOT NULL,
    description text NOT NULL DEFAULT '',
    version integer NOT NULL DEFAULT 1,
    CONSTRAINT pk_supports PRIMARY KEY (id),
    CONSTRAINT ck_supports_kind_known
        CHECK (kind IN ('COACHING', 'SITE_VISIT', 'PROFESSIONAL_LEARNING', 'TECHNICAL_ASSISTANCE', 'TUTORING',
        'FUNDS', 'TEMPLATE')),
    CONSTRAINT ck_supports_evidence_tier_known
        CHECK (evidence_tier IN ('STRONG', 'MODERATE', 'PROMISING', 'RATIONALE')),
    CONSTRAINT ck_supports_effect_status_known CHECK (effect_status IN ('VERIFIED', 'SECONDARY', 'ASSUMED')),
    CONSTRAINT ck_supports_draws_on_known
        CHECK (draws_on IN ('COACHES', 'SITE_VISIT_TEAMS', 'LEARNING_COHORTS', 'ASSISTANCE_DAYS',
        'TUTORING_SEATS', 'FUNDS')),
    CONSTRAINT ck_supports_key_not_blank CHECK (key ~ '\S'),
    CONSTRAINT ck_supports_name_not_blank CHECK (name ~ '\S'),
    CONSTRAINT ck_supports_unit_cost_not_negative CHECK (unit_cost >= 0),
    CONSTRAINT ck_supports_effect_sd_not_negative CHECK (effect_sd >= 0),
    CONSTRAINT ck_supports_override_has_reason
        CHECK ((effect_override_mean IS NULL) = (coalesce(effect_override_reason, '') = '')),
    CONSTRAINT uq_supports_owner_id_key UNIQUE (owner_id, key),
    CONSTRAINT fk_supports_owner_id FOREIGN KEY (owner_id) REFERENCES organizations (id)
);
"""

POOLS = r"""
CREATE TABLE pools (
    id uuid NOT NULL,
    owner_id uuid NOT NULL,
    kind varchar(32) NOT NULL,
    name text NOT NULL,
    unit text NOT NULL,
    unit_cost double precision NOT NULL,
    version integer NOT NULL DEFAULT 1,
    CONSTRAINT pk_pools PRIMARY KEY (id),
    CONSTRAINT ck_pools_kind_known
        CHECK (kind IN ('COACHES', 'SITE_VISIT_TEAMS', 'LEARNING_COHORTS', 'ASSISTANCE_DAYS', 'TUTORING_SEATS',
        'FUNDS')),
    CONSTRAINT ck_pools_name_not_blank CHECK (name ~ '\S'),
    CONSTRAINT ck_pools_unit_cost_not_negative CHECK (unit_cost >= 0),
    CONSTRAINT fk_pools_owner_id FOREIGN KEY (owner_id) REFERENCES organizations (id)
);
CREATE INDEX ix_pools_owner_id_name_id ON pools (owner_id, name, id);
"""

POOL_CAPACITIES = r"""
CREATE TABLE pool_capacities (
    pool_id uuid NOT NULL,
    fiscal_year integer NOT NULL,
    units double precision NOT NULL,
    CONSTRAINT pk_pool_capacities PRIMARY KEY (pool_id, fiscal_year),
    CONSTRAINT ck_pool_capacities_units_not_negative CHECK (units >= 0 AND units < 'Infinity'),
    CONSTRAINT fk_pool_capacities_pool_id FOREIGN KEY (pool_id) REFERENCES pools (id) ON DELETE CASCADE
);
"""

ASSIGNMENTS = r"""
CREATE TABLE assignments (
    id uuid NOT NULL,
    support_id uuid NOT NULL,
    pool_id uuid NOT NULL,
    organization_id uuid NOT NULL,
    starts date NOT NULL,
    ends date,
    promised_units double precision NOT NULL,
    slots double precision NOT NULL,
    goal_id uuid,
    version integer NOT NULL DEFAULT 1,
    CONSTRAINT pk_assignments PRIMARY KEY (id),
    CONSTRAINT ck_assignments_ends_after_start CHECK (ends > starts),
    CONSTRAINT ck_assignments_promised_units_positive CHECK (promised_units > 0),
    CONSTRAINT ck_assignments_slots_positive CHECK (slots > 0),
    CONSTRAINT fk_assignments_support_id FOREIGN KEY (support_id) REFERENCES supports (id),
    CONSTRAINT fk_assignments_pool_id FOREIGN KEY (pool_id) REFERENCES pools (id),
    CONSTRAINT fk_assignments_organization_id FOREIGN KEY (organization_id) REFERENCES organizations (id),
    CONSTRAINT fk_assignments_goal_id FOREIGN KEY (goal_id) REFERENCES goals (id)
);
CREATE INDEX ix_assignments_goal_id ON assignments (goal_id);
CREATE INDEX ix_assignments_organization_id_starts_id ON assignments (organization_id, starts, id);
CREATE INDEX ix_assignments_pool_id_starts_id ON assignments (pool_id, starts, id);
CREATE INDEX ix_assignments_support_id ON assignments (support_id);
"""

DELIVERIES = r"""
CREATE TABLE deliveries (
    id bigint GENERATED ALWAYS AS IDENTITY,
    assignment_id uuid NOT NULL,
    delivered_on date NOT NULL,
    units double precision NOT NULL,
    note text NOT NULL DEFAULT '',
    CONSTRAINT pk_deliveries PRIMARY KEY (id),
    CONSTRAINT ck_deliveries_units_positive CHECK (units > 0),
    CONSTRAINT fk_deliveries_assignment_id
        FOREIGN KEY (assignment_id) REFERENCES assignments (id) ON DELETE CASCADE
);
CREATE INDEX ix_deliveries_assignment_id_delivered_on ON deliveries (assignment_id, delivered_on);
"""

SCENARIOS = r"""
CREATE TABLE scenarios (
    id uuid NOT NULL,
    state_id uuid NOT NULL,
    name text NOT NULL,
    starts_on date NOT NULL,
    horizon_months integer NOT NULL,
    allocation jsonb NOT NULL,
    policy jsonb NOT NULL,
    budget jsonb NOT NULL DEFAULT '{}',
    is_baseline boolean NOT NULL DEFAULT false,
    copied_from uuid,
    version integer NOT NULL DEFAULT 1,
    CONSTRAINT pk_scenarios PRIMARY KEY (id),
    CONSTRAINT ck_scenarios_name_not_blank CHECK (name ~ '\S'),
    CONSTRAINT ck_scenarios_horizon_answerable CHECK (horizon_months BETWEEN 3 AND 72),
    CONSTRAINT ck_scenarios_allocation_is_list CHECK (jsonb_typeof(allocation) = 'array'),
    CONSTRAINT ck_scenarios_budget_is_object CHECK (jsonb_typeof(budget) = 'object'),
    CONSTRAINT ck_scenarios_policy_known
        CHECK (policy ->> 'kind' IN ('FIRST_COME', 'WORST_FIRST', 'TIERED', 'NEED_INDEX', 'FIXED')),
    CONSTRAINT fk_scenarios_state_id FOREIGN KEY (state_id) REFERENCES organizations (id),
    CONSTRAINT fk_scenarios_copied_from FOREIGN KEY (copied_from) REFERENCES scenarios (id) ON DELETE SET NULL
);
CREATE INDEX ix_scenarios_copied_from ON scenarios (copied_from);
CREATE UNIQUE INDEX uq_scenarios_state_id_baseline ON scenarios (state_id) WHERE is_baseline;
CREATE UNIQUE INDEX uq_scenarios_state_id_name ON scenarios (state_id, lower(name));
"""


def upgrade() -> None:
    op.execute(SUPPORTS)
    op.execute(POOLS)
    op.execute(POOL_CAPACITIES)
    op.execute(ASSIGNMENTS)
    op.execute(DELIVERIES)
    op.execute(SCENARIOS)


def downgrade() -> None:
    for table in (
        "scenarios",
        "deliveries",
        "assignments",
        "pool_capacities",
        "pools",
        "supports",
    ):
        op.execute(f"DROP TABLE {table}")
