"""Organizations and what held of them when, what is measured, and what was promised."""

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


# What an exclusion constraint compares where rows of one identity (and one part of it) must not hold on the same day:
# GiST has no equality of uuid and text without the extension btree_gist, which does not come with every server. The
# range holds one number of 63 bits, made from both.
IDENTITY_RANGE = """
CREATE FUNCTION identity_range(identity uuid, part text) RETURNS int8range
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN int8range(
    uuid_hash_extended(identity, hashtextextended(part, 0)) >> 1,
    uuid_hash_extended(identity, hashtextextended(part, 0)) >> 1,
    '[]'
);
"""

ORGANIZATIONS = r"""
CREATE TABLE organizations (
    id uuid NOT NULL,
    kind varchar(32) NOT NULL,
    name text NOT NULL,
    level varchar(32),
    city text,
    opened date,
    closed date,
    generated boolean NOT NULL DEFAULT false,
    version integer NOT NULL DEFAULT 1,
    CONSTRAINT pk_organizations PRIMARY KEY (id),
    CONSTRAINT ck_organizations_kind_known CHECK (kind IN ('STATE', 'DISTRICT', 'SCHOOL', 'NETWORK')),
    CONSTRAINT ck_organizations_level_known CHECK (level IN ('ELEMENTARY', 'MIDDLE', 'HIGH', 'COMBINED')),
    CONSTRAINT ck_organizations_name_not_blank CHECK (name ~ '\S'),
    CONSTRAINT ck_organizations_closed_after_opened CHECK (closed > opened)
);
CREATE INDEX ix_organizations_kind_name_id ON organizations (kind, name, id);
CREATE INDEX ix_organizations_name_id ON organizations (name, id);
"""

ORGANIZATION_IDENTIFIERS = r"""
CREATE TABLE organization_identifiers (
    organization_id uuid NOT NULL,
    scheme text NOT NULL,
    value text NOT NULL,
    CONSTRAINT pk_organization_identifiers PRIMARY KEY (organization_id, scheme),
    CONSTRAINT uq_organization_identifiers_scheme_value UNIQUE (scheme, value),
    CONSTRAINT ck_organization_identifiers_scheme_not_blank CHECK (scheme ~ '\S'),
    CONSTRAINT ck_organization_identifiers_value_not_blank CHECK (value ~ '\S'),
    CONSTRAINT fk_organization_identifiers_organization_id
        FOREIGN KEY (organization_id) REFERENCES organizations (id) ON DELETE CASCADE
);
"""

ORGANIZATION_PARENTS = r"""
CREATE TABLE organization_parents (
    organization_id uuid NOT NULL,
    parent_id uuid NOT NULL,
    starts date NOT NULL,
    ends date,
    CONSTRAINT pk_organization_parents PRIMARY KEY (organization_id, starts),
    CONSTRAINT ck_organization_parents_ends_after_start CHECK (ends > starts),
    CONSTRAINT ck_organization_parents_parent_is_another CHECK (parent_id <> organization_id),
    CONSTRAINT ex_organization_parents_one_at_a_time
        EXCLUDE USING gist (identity_range(organization_id, '') WITH &&, daterange(starts, ends) WITH &&)
        DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT fk_organization_parents_organization_id
        FOREIGN KEY (organization_id) REFERENCES organizations (id) ON DELETE CASCADE,
    CONSTRAINT fk_organization_parents_parent_id FOREIGN KEY (parent_id) REFERENCES organizations (id)
);
CREATE INDEX ix_organization_parents_parent_id_organization_id
    ON organization_parents (parent_id, organization_id);
"""

# The levels are held apart, so that no cycle can be. Once a statement, because a hundred thousand schools come in one.
ORGANIZATION_PARENT_LEVELS = """
CREATE FUNCTION check_parent_levels() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    wrong record;
BEGIN
    SELECT lower(child.kind) AS child_kind, lower(parent.kind) AS parent_kind INTO wrong
    FROM placed
    JOIN organizations AS child ON child.id = placed.organization_id
    JOIN organizations AS parent ON parent.id = placed.parent_id
    WHERE (child.kind, parent.kind) NOT IN (('SCHOOL', 'DISTRICT'), ('DISTRICT', 'STATE'), ('NETWORK', 'STATE'))
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'a % cannot stand under a %', wrong.child_kind, wrong.parent_kind
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_organization_parents_level';
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER check_parent_levels_of_new AFTER INSERT ON organization_parents
    REFERENCING NEW TABLE AS placed FOR EACH STATEMENT EXECUTE FUNCTION check_parent_levels();
CREATE TRIGGER check_parent_levels_of_changed AFTER UPDATE ON organization_parents
    REFERENCING NEW TABLE AS placed FOR EACH STATEMENT EXECUTE FUNCTION check_parent_levels();
"""

# An organization (depth 0) and all below it, or all above it, on a day.
ORGANIZATION_TREE = """
CREATE FUNCTION organization_scope(root uuid, as_of date) RETURNS TABLE (organization_id uuid, depth integer)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    WITH RECURSIVE scope (organization_id, depth) AS (
        SELECT organizations.id, 0 FROM organizations WHERE organizations.id = root
        UNION ALL
        SELECT link.organization_id, scope.depth + 1
        FROM scope
        JOIN organization_parents AS link ON link.parent_id = scope.organization_id
        WHERE link.starts <= as_of AND (link.ends IS NULL OR as_of < link.ends)
    )
    SELECT scope.organization_id, scope.depth FROM scope;
END;
CREATE FUNCTION organization_lineage(member uuid, as_of date) RETURNS TABLE (organization_id uuid, depth integer)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    WITH RECURSIVE lineage (organization_id, depth) AS (
        SELECT organizations.id, 0 FROM organizations WHERE organizations.id = member
        UNION ALL
        SELECT link.parent_id, lineage.depth + 1
        FROM lineage
        JOIN organization_parents AS link ON link.organization_id = lineage.organization_id
        WHERE link.starts <= as_of AND (link.ends IS NULL OR as_of < link.ends)
    )
    SELECT lineage.organization_id, lineage.depth FROM lineage;
END;
"""

ORGANIZATION_PROFILES = r"""
CREATE TABLE organization_profiles (
    organization_id uuid NOT NULL,
    year integer NOT NULL,
    enrolment integer,
    lowest_grade text,
    highest_grade text,
    share_disadvantaged double precision,
    CONSTRAINT pk_organization_profiles PRIMARY KEY (organization_id, year),
    CONSTRAINT ck_organization_profiles_enrolment_not_negative CHECK (enrolment >= 0),
    CONSTRAINT ck_organization_profiles_share_disadvantaged_is_share
        CHECK (share_disadvantaged BETWEEN 0 AND 1),
    CONSTRAINT fk_organization_profiles_organization_id
        FOREIGN KEY (organization_id) REFERENCES organizations (id) ON DELETE CASCADE
);
"""

ORGANIZATION_DESIGNATIONS = r"""
CREATE TABLE organization_designations (
    organization_id uuid NOT NULL,
    kind varchar(32) NOT NULL,
    starts date NOT NULL,
    ends date,
    reason text NOT NULL DEFAULT '',
    CONSTRAINT pk_organization_designations PRIMARY KEY (organization_id, kind, starts),
    CONSTRAINT ck_organization_designations_kind_known CHECK (kind IN ('CSI', 'TSI', 'ATSI')),
    CONSTRAINT ck_organization_designations_ends_after_start CHECK (ends > starts),
    CONSTRAINT ex_organization_designations_one_at_a_time
        EXCLUDE USING gist (identity_range(organization_id, kind::text) WITH &&, daterange(starts, ends) WITH
        &&) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT fk_organization_designations_organization_id
        FOREIGN KEY (organization_id) REFERENCES organizations (id) ON DELETE CASCADE
);
"""

INDICATORS = r"""
CREATE TABLE indicators (
    id uuid NOT NULL,
    owner_id uuid NOT NULL,
    key text NOT NULL,
    name text NOT NULL,
    unit text NOT NULL,
    lowest double precision NOT NULL,
    highest double precision NOT NULL,
    higher_is_better boolean NOT NULL DEFAULT true,
    decimals integer NOT NULL DEFAULT 0,
    student_sd double precision,
    description text NOT NULL DEFAULT '',
    version integer NOT NULL DEFAULT 1,
    CONSTRAINT pk_indicators PRIMARY KEY (id),
    CONSTRAINT ck_indicators_lowest_below_highest CHECK (lowest < highest),
    CONSTRAINT ck_indicators_key_not_blank CHECK (key ~ '\S'),
    CONSTRAINT ck_indicators_name_not_blank CHECK (name ~ '\S'),
    CONSTRAINT uq_indicators_owner_id_key UNIQUE (owner_id, key),
    CONSTRAINT fk_indicators_owner_id FOREIGN KEY (owner_id) REFERENCES organizations (id)
);
"""

OBSERVATIONS = r"""
CREATE TABLE observations (
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    indicator_id uuid NOT NULL,
    student_group text NOT NULL,
    occasion varchar(32) NOT NULL,
    observed_on date NOT NULL,
    state varchar(32) NOT NULL,
    value double precision,
    tested integer,
    standard_error double precision,
    source text NOT NULL,
    revision integer NOT NULL DEFAULT 1,
    recorded_at timestamptz,
    CONSTRAINT pk_observations PRIMARY KEY (id),
    CONSTRAINT ck_observations_occasion_known CHECK (occasion IN ('ANNUAL', 'INTERIM')),
    CONSTRAINT ck_observations_state_known
        CHECK (state IN ('OBSERVED', 'SUPPRESSED', 'MISSING', 'NOT_APPLICABLE')),
    CONSTRAINT ck_observations_value_iff_observed CHECK ((state = 'OBSERVED') = (value IS NOT NULL)),
    CONSTRAINT ck_observations_precision_only_if_observed
        CHECK (state = 'OBSERVED' OR (tested IS NULL AND standard_error IS NULL)),
    CONSTRAINT ck_observations_value_finite CHECK (value NOT IN ('NaN', 'Infinity', '-Infinity')),
    CONSTRAINT ck_observations_tested_not_negative CHECK (tested >= 0),
    CONSTRAINT ck_observations_standard_error_not_negative
        CHECK (standard_error >= 0 AND standard_error < 'Infinity'),
    CONSTRAINT ck_observations_revision_counts_from_one CHECK (revision >= 1),
    CONSTRAINT uq_observations_key UNIQUE (organization_id, indicator_id, student_group, observed_on, occasion),
    CONSTRAINT fk_observations_organization_id FOREIGN KEY (organization_id) REFERENCES organizations (id),
    CONSTRAINT fk_observations_indicator_id FOREIGN KEY (indicator_id) REFERENCES indicators (id)
);
"""

GOALS = r"""
CREATE TABLE goals (
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    indicator_id uuid NOT NULL,
    title text NOT NULL,
    direction varchar(32) NOT NULL,
    baseline double precision NOT NULL,
    baseline_on date NOT NULL,
    aim double precision NOT NULL,
    due date NOT NULL,
    student_group text NOT NULL,
    term varchar(32) NOT NULL,
    definition_of_success text NOT NULL DEFAULT '',
    practice text,
    accountable text,
    version integer NOT NULL DEFAULT 1,
    CONSTRAINT pk_goals PRIMARY KEY (id),
    CONSTRAINT ck_goals_direction_known CHECK (direction IN ('RAISE', 'LOWER', 'STAY_ABOVE', 'STAY_BELOW')),
    CONSTRAINT ck_goals_term_known CHECK (term IN ('SHORT', 'LONG')),
    CONSTRAINT ck_goals_title_not_blank CHECK (title ~ '\S'),
    CONSTRAINT ck_goals_due_after_baseline CHECK (due > baseline_on),
    CONSTRAINT ck_goals_target_finite
        CHECK (baseline NOT IN ('NaN', 'Infinity', '-Infinity') AND aim NOT IN ('NaN', 'Infinity',
        '-Infinity')),
    CONSTRAINT ck_goals_aim_on_the_right_side
        CHECK (CASE direction WHEN 'RAISE' THEN aim > baseline WHEN 'LOWER' THEN aim < baseline WHEN
        'STAY_ABOVE' THEN aim <= baseline ELSE aim >= baseline END),
    CONSTRAINT fk_goals_organization_id FOREIGN KEY (organization_id) REFERENCES organizations (id),
    CONSTRAINT fk_goals_indicator_id FOREIGN KEY (indicator_id) REFERENCES indicators (id)
);
CREATE INDEX ix_goals_due_id ON goals (due, id);
CREATE INDEX ix_goals_indicator_id ON goals (indicator_id);
CREATE INDEX ix_goals_organization_id_id ON goals (organization_id, id);
"""

MILESTONES = r"""
CREATE TABLE milestones (
    id uuid NOT NULL,
    goal_id uuid NOT NULL,
    kind varchar(32) NOT NULL,
    title text NOT NULL,
    due date NOT NULL,
    threshold double precision,
    required_stage varchar(32),
    required_fidelity double precision,
    attained_on date,
    evidence text NOT NULL DEFAULT '',
    CONSTRAINT pk_milestones PRIMARY KEY (id),
    CONSTRAINT ck_milestones_kind_known
        CHECK (kind IN ('IMPLEMENTATION', 'PROFESSIONAL_PRACTICE', 'INTERIM_ASSESSMENT', 'ANNUAL_ASSESSMENT',
        'EVALUATION')),
    CONSTRAINT ck_milestones_required_stage_known
        CHECK (required_stage IN ('EXPLORATION', 'INSTALLATION', 'INITIAL', 'FULL')),
    CONSTRAINT ck_milestones_title_not_blank CHECK (title ~ '\S'),
    CONSTRAINT ck_milestones_threshold_iff_assessed
        CHECK ((kind IN ('INTERIM_ASSESSMENT', 'ANNUAL_ASSESSMENT')) = (threshold IS NOT NULL)),
    CONSTRAINT ck_milestones_threshold_finite CHECK (threshold NOT IN ('NaN', 'Infinity', '-Infinity')),
    CONSTRAINT ck_milestones_stage_iff_implementation
        CHECK ((kind = 'IMPLEMENTATION') = (required_stage IS NOT NULL)),
    CONSTRAINT ck_milestones_fidelity_iff_practice
        CHECK ((kind = 'PROFESSIONAL_PRACTICE') = (required_fidelity IS NOT NULL)),
    CONSTRAINT ck_milestones_required_fidelity_is_share
        CHECK (required_fidelity > 0 AND required_fidelity <= 1),
    CONSTRAINT fk_milestones_goal_id FOREIGN KEY (goal_id) REFERENCES goals (id) ON DELETE CASCADE
);
CREATE INDEX ix_milestones_due_id ON milestones (due, id);
CREATE INDEX ix_milestones_goal_id_due_id ON milestones (goal_id, due, id);
"""

# How every milestone stands on a day, in the words of domain.goals.MilestoneStatus and by the same rules. A test
# compares the two over random plans.
MILESTONE_STANDING = """
CREATE FUNCTION milestone_standing(as_of date) RETURNS TABLE (
    milestone_id uuid,
    goal_id uuid,
    organization_id uuid,
    indicator_id uuid,
    student_group text,
    kind text,
    due date,
    status text,
    latest_on date,
    latest_value double precision,
    latest_standard_error double precision
)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT
        milestone.id,
        goal.id,
        goal.organization_id,
        goal.indicator_id,
        goal.student_group,
        milestone.kind::text,
        milestone.due,
        CASE
            WHEN milestone.attained_on <= least(as_of, milestone.due) THEN 'ATTAINED'
            WHEN milestone.threshold IS NULL THEN
                CASE
                    WHEN milestone.due < as_of THEN 'OVERDUE'
                    WHEN milestone.due - as_of <= 60 THEN 'AT_RISK'
                    ELSE 'ON_TRACK'
                END
            WHEN EXISTS (
                SELECT FROM observations AS reading
                WHERE reading.organization_id = goal.organization_id
                AND reading.indicator_id = goal.indicator_id
                AND reading.student_group = goal.student_group
                AND reading.observed_on > goal.baseline_on
                AND reading.observed_on <= least(as_of, milestone.due)
                AND (reading.occasion = 'ANNUAL' OR milestone.kind = 'INTERIM_ASSESSMENT')
                AND reading.state = 'OBSERVED'
                AND CASE
                    WHEN goal.direction IN ('RAISE', 'STAY_ABOVE') THEN reading.value >= milestone.threshold
                    ELSE reading.value <= milestone.threshold
                END
            ) THEN 'ATTAINED'
            WHEN milestone.due < as_of THEN 'OVERDUE'
            WHEN latest.observed_on IS NULL THEN 'CANNOT_SAY'
            WHEN CASE
                WHEN goal.direction IN ('RAISE', 'STAY_ABOVE')
                THEN latest.value + latest.standard_error >= path.expected
                ELSE latest.value - latest.standard_error <= path.expected
            END THEN 'ON_TRACK'
            ELSE 'AT_RISK'
        END,
        latest.observed_on,
        latest.value,
        latest.standard_error
    FROM milestones AS milestone
    JOIN goals AS goal ON goal.id = milestone.goal_id
    LEFT JOIN LATERAL (
        SELECT reading.observed_on, reading.value, coalesce(reading.standard_error, 0) AS standard_error
        FROM observations AS reading
        WHERE reading.organization_id = goal.organization_id
        AND reading.indicator_id = goal.indicator_id
        AND reading.student_group = goal.student_group
        AND reading.observed_on > goal.baseline_on
        AND reading.observed_on <= as_of
        AND reading.state = 'OBSERVED'
        ORDER BY reading.observed_on DESC, coalesce(reading.standard_error, 0), reading.value DESC
        LIMIT 1
    ) AS latest ON milestone.threshold IS NOT NULL
    -- The straight path from the baseline to the threshold, written so that every rounding is the one Python does.
    LEFT JOIN LATERAL (
        SELECT goal.baseline + (milestone.threshold - goal.baseline) * least(1.0, greatest(0.0,
            (latest.observed_on - goal.baseline_on)::double precision
            / nullif(milestone.due - goal.baseline_on, 0)::double precision
        )) AS expected
    ) AS path ON true;
END;
"""


def upgrade() -> None:
    op.execute(IDENTITY_RANGE)
    op.execute(ORGANIZATIONS)
    op.execute(ORGANIZATION_IDENTIFIERS)
    op.execute(ORGANIZATION_PARENTS)
    op.execute(ORGANIZATION_PARENT_LEVELS)
    op.execute(ORGANIZATION_TREE)
    op.execute(ORGANIZATION_PROFILES)
    op.execute(ORGANIZATION_DESIGNATIONS)
    op.execute(INDICATORS)
    op.execute(OBSERVATIONS)
    op.execute(GOALS)
    op.execute(MILESTONES)
    op.execute(MILESTONE_STANDING)


def downgrade() -> None:
    op.execute("DROP FUNCTION milestone_standing, organization_scope, organization_lineage")
    for table in (
        "milestones",
        "goals",
        "observations",
        "indicators",
        "organization_designations",
        "organization_profiles",
        "organization_parents",
        "organization_identifiers",
        "organizations",
    ):
        op.execute(f"DROP TABLE {table}")
    op.execute("DROP FUNCTION check_parent_levels, identity_range")
