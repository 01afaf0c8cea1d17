"""The tables, a module per story; the migrations make them, and a test compares the two.

A period in which a fact holds is two columns, ``starts`` and ``ends``: up to but not including ``ends``, NULL meaning
still. Every CHECK repeats an invariant that an entity keeps, because rows also come by COPY and by hand.
"""

from storage.tables.conventions import metadata
from storage.tables.forecasts import forecast_batches, forecast_inputs, forecast_is_open, forecast_outcomes, forecasts
from storage.tables.goals import goals, milestone_standing, milestones
from storage.tables.imports import imports, observation_revisions
from storage.tables.indicators import indicators, observations
from storage.tables.organizations import (
    organization_designations,
    organization_identifiers,
    organization_lineage,
    organization_parents,
    organization_profiles,
    organization_scope,
    organizations,
)
from storage.tables.people import account_grants, accounts, api_tokens, sessions, sign_in_links
from storage.tables.record import audit, idempotency_keys
from storage.tables.scenarios import scenarios
from storage.tables.supports import assignments, deliveries, pool_capacities, pools, supports

__all__ = [
    "account_grants",
    "accounts",
    "api_tokens",
    "assignments",
    "audit",
    "deliveries",
    "forecast_batches",
    "forecast_inputs",
    "forecast_is_open",
    "forecast_outcomes",
    "forecasts",
    "goals",
    "idempotency_keys",
    "imports",
    "indicators",
    "metadata",
    "milestone_standing",
    "milestones",
    "observation_revisions",
    "observations",
    "organization_designations",
    "organization_identifiers",
    "organization_lineage",
    "organization_parents",
    "organization_profiles",
    "organization_scope",
    "organizations",
    "pool_capacities",
    "pools",
    "scenarios",
    "sessions",
    "sign_in_links",
    "supports",
]
