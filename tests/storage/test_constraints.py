"""What entities guard in Python, the tables guard again: rows come by COPY and by hand, too."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from storage.database import Database
from storage.unit_of_work import SqlUnitOfWork
from tests.storage.plan import Plan, assignment, forecast, small_plan


@pytest.fixture
def stored(database: Database) -> Plan:
    work = SqlUnitOfWork(database.sessions())
    plan = small_plan(work)
    with work:
        work.assignments.add(assignment(plan.coaching, plan.coaches, plan.east))
        work.forecasts.add(forecast(plan.baseline))
        work.commit()
    return plan


@pytest.fixture
def connection(database: Database, stored: Plan) -> Iterator[Connection]:
    with database.engine.connect() as connected:
        yield connected


READING = """
    INSERT INTO observations
        (id, organization_id, indicator_id, student_group, occasion, observed_on, state, value, tested, standard_error,
         source)
    SELECT gen_random_uuid(), goals.organization_id, indicators.id, 'ALL', 'ANNUAL', '2026-05-15', {}, 'test'
    FROM indicators, goals
"""


@pytest.mark.parametrize(
    ("statement", "constraint"),
    [
        (READING.format("'OBSERVED', NULL, NULL, NULL"), "ck_observations_value_iff_observed"),
        (READING.format("'SUPPRESSED', 0, NULL, NULL"), "ck_observations_value_iff_observed"),
        (READING.format("'SUPPRESSED', NULL, 4, NULL"), "ck_observations_precision_only_if_observed"),
        (READING.format("'MISSING', NULL, NULL, 2.0"), "ck_observations_precision_only_if_observed"),
        (READING.format("'OBSERVED', 'NaN', NULL, NULL"), "ck_observations_value_finite"),
        (READING.format("'OBSERVED', 1, -1, NULL"), "ck_observations_tested_not_negative"),
        (READING.format("'OBSERVED', 1, 1, -0.1"), "ck_observations_standard_error_not_negative"),
        (READING.format("'GUESSED', NULL, NULL, NULL"), "ck_observations_state_known"),
        ("UPDATE organizations SET name = '  '", "ck_organizations_name_not_blank"),
        ("UPDATE organizations SET kind = 'CLASS'", "ck_organizations_kind_known"),
        (
            "UPDATE organizations SET opened = '2020-1-1', closed = '2020-1-1'",
            "ck_organizations_closed_after_opened",
        ),
        ("UPDATE organization_parents SET ends = starts", "ck_organization_parents_ends_after_start"),
        (
            "INSERT INTO organization_profiles SELECT id, 2026, -1 FROM organizations",
            "ck_organization_profiles_enrolment_not_negative",
        ),
        (
            "INSERT INTO organization_profiles SELECT id, 2026, 1, NULL, NULL, 1.01 FROM organizations",
            "ck_organization_profiles_share_disadvantaged_is_share",
        ),
        ("UPDATE indicators SET highest = lowest", "ck_indicators_lowest_below_highest"),
        ("UPDATE goals SET due = baseline_on", "ck_goals_due_after_baseline"),
        ("UPDATE goals SET aim = baseline", "ck_goals_aim_on_the_right_side"),
        ("UPDATE goals SET direction = 'STAY_BELOW', aim = baseline - 1", "ck_goals_aim_on_the_right_side"),
        ("UPDATE goals SET aim = 'NaN'", "ck_goals_target_finite"),
        ("UPDATE milestones SET threshold = NULL", "ck_milestones_threshold_iff_assessed"),
        ("UPDATE milestones SET required_stage = 'FULL'", "ck_milestones_stage_iff_implementation"),
        ("UPDATE milestones SET required_fidelity = 0.5", "ck_milestones_fidelity_iff_practice"),
        (
            "UPDATE milestones SET kind = 'PROFESSIONAL_PRACTICE', threshold = NULL, required_fidelity = 1.5",
            "ck_milestones_required_fidelity_is_share",
        ),
        ("UPDATE supports SET unit_cost = -1", "ck_supports_unit_cost_not_negative"),
        ("UPDATE supports SET effect_sd = -1", "ck_supports_effect_sd_not_negative"),
        ("UPDATE supports SET effect_override_mean = 0.2", "ck_supports_override_has_reason"),
        ("UPDATE pool_capacities SET units = -1", "ck_pool_capacities_units_not_negative"),
        ("UPDATE assignments SET promised_units = 0", "ck_assignments_promised_units_positive"),
        ("UPDATE assignments SET slots = 0", "ck_assignments_slots_positive"),
        ("UPDATE assignments SET ends = starts", "ck_assignments_ends_after_start"),
        (
            "INSERT INTO deliveries (assignment_id, delivered_on, units) SELECT id, starts, 0 FROM assignments",
            "ck_deliveries_units_positive",
        ),
        ("UPDATE scenarios SET horizon_months = 73", "ck_scenarios_horizon_answerable"),
        ('UPDATE scenarios SET policy = \'{"kind": "LOTTERY"}\'', "ck_scenarios_policy_known"),
        ("UPDATE scenarios SET allocation = '{}'", "ck_scenarios_allocation_is_list"),
        ("UPDATE forecasts SET replications = 19", "ck_forecasts_replications_bearable"),
        ("UPDATE forecasts SET seed = 9007199254740992", "ck_forecasts_seed_exact_in_json"),
        ("UPDATE forecasts SET state = 'FINISHED'", "ck_forecasts_ended_iff_closed"),
        ("UPDATE forecasts SET scenario_ids = '{}'", "ck_forecasts_scenarios_few"),
        ("UPDATE forecasts SET lease_holder = 'somebody'", "ck_forecasts_lease_has_holder"),
        ("UPDATE accounts SET email = 'nobody'", "ck_accounts_email_is_address"),
        ("UPDATE account_grants SET role = 'KING'", "ck_account_grants_role_known"),
        (
            "INSERT INTO sign_in_links SELECT '\\x00', id, now() FROM accounts",
            "ck_sign_in_links_secret_hash_is_sha256",
        ),
    ],
)
def test_a_row_that_breaks_an_invariant_is_refused(connection: Connection, statement: str, constraint: str) -> None:
    with pytest.raises(DBAPIError) as refusal:
        connection.execute(text(statement))
    assert getattr(refusal.value.orig, "diag").constraint_name == constraint  # noqa: B009 - psycopg's, unknown here


def test_what_others_refer_to_cannot_be_taken_away(connection: Connection) -> None:
    for table in ("organizations", "indicators", "pools", "supports"):
        with pytest.raises(DBAPIError, match="violates foreign key"), connection.begin_nested():
            connection.execute(text(f"DELETE FROM {table}"))


@pytest.mark.parametrize("change", ["UPDATE audit SET action = 'else'", "DELETE FROM audit", "TRUNCATE audit"])
def test_the_audit_can_only_grow(connection: Connection, change: str) -> None:
    connection.execute(
        text("INSERT INTO audit (at, action, subject_kind, subject) VALUES (now(), 'set', 'Goal', gen_random_uuid())")
    )
    with pytest.raises(DBAPIError, match="audit can only grow"):
        connection.execute(text(change))


def test_the_identity_range_tells_identities_and_their_parts_apart(connection: Connection) -> None:
    apart = connection.scalar(
        text(
            """
            WITH identities AS (SELECT gen_random_uuid() AS id FROM generate_series(1, 2000)),
            ranges AS (SELECT identity_range(id, part) AS held FROM identities, unnest(ARRAY['', 'CSI', 'TSI']) AS part)
            SELECT count(DISTINCT held) FROM ranges WHERE upper(held) = lower(held) + 1
            """
        )
    )
    assert apart == 6000
