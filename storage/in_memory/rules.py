"""What the database's unique and exclusion constraints hold, over Python objects and under the same names."""

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any
from uuid import UUID

from domain.calendar import Validity
from domain.indicators import Indicator, Observation
from domain.organizations import PARENT_KIND, Organization
from domain.people import Account
from domain.scenarios import Scenario
from domain.supports import Support
from storage.refusals import refusal_of

Everything = Callable[[type[Any]], Mapping[UUID, Any]]


def _scenario_names(scenario: Scenario) -> Iterator[Hashable]:
    yield scenario.state_id, scenario.name.lower()


def _baselines(scenario: Scenario) -> Iterator[Hashable]:
    if scenario.is_baseline:
        yield scenario.state_id


def _addresses(account: Account) -> Iterator[Hashable]:
    yield account.email.lower()


def _owned_keys(held: Indicator | Support) -> Iterator[Hashable]:
    yield held.owner_id, held.key


def _identifiers(organization: Organization) -> Iterator[Hashable]:
    yield from organization.identifiers.items()


def _readings(observation: Observation) -> Iterator[Hashable]:
    yield (
        observation.organization_id,
        observation.indicator_id,
        observation.student_group,
        observation.occasion,
        observation.observed_on,
    )


_UNIQUE: Sequence[tuple[str, type, Callable[[Any], Iterator[Hashable]]]] = (
    ("uq_observations_key", Observation, _readings),
    ("uq_organization_identifiers_scheme_value", Organization, _identifiers),
    ("uq_accounts_email", Account, _addresses),
    ("uq_indicators_owner_id_key", Indicator, _owned_keys),
    ("uq_supports_owner_id_key", Support, _owned_keys),
    ("uq_scenarios_state_id_name", Scenario, _scenario_names),
    ("uq_scenarios_state_id_baseline", Scenario, _baselines),
)


def _parents(organization: Organization) -> Iterator[tuple[Hashable, Validity]]:
    return ((None, link.validity) for link in organization.parents)


def _designations(organization: Organization) -> Iterator[tuple[Hashable, Validity]]:
    return ((held.kind, held.validity) for held in organization.designations)


def _grants(account: Account) -> Iterator[tuple[Hashable, Validity]]:
    return (((grant.role, grant.organization_id), grant.validity) for grant in account.grants)


_ONE_AT_A_TIME: Sequence[tuple[str, type, Callable[[Any], Iterator[tuple[Hashable, Validity]]]]] = (
    ("ex_organization_parents_one_at_a_time", Organization, _parents),
    ("ex_organization_designations_one_at_a_time", Organization, _designations),
    ("ex_account_grants_one_at_a_time", Account, _grants),
)


def check_rules(changed: Mapping[type, Mapping[UUID, Any]], everything: Everything) -> None:
    """Raise what a broken rule means to a planner; ``changed`` holds all entities of the classes that were touched."""
    for constraint, kind, keys_of in _UNIQUE:
        keys = [key for held in changed.get(kind, {}).values() for key in keys_of(held)]
        if len(set(keys)) < len(keys):
            _refuse(constraint)
    for constraint, kind, facts_of in _ONE_AT_A_TIME:
        for held in changed.get(kind, {}).values():
            for (what, when), (other, then) in combinations(facts_of(held), 2):
                if what == other and when.overlaps(then):
                    _refuse(constraint)
    organizations = everything(Organization) if Organization in changed else {}
    for organization in organizations.values():
        for link in organization.parents:
            parent = organizations.get(link.parent_id)
            if parent is not None and parent.kind is not PARENT_KIND[organization.kind]:
                _refuse("ck_organization_parents_level")


def _refuse(constraint: str) -> None:
    if refusal := refusal_of(constraint):
        raise refusal
