"""What a broken constraint means to a planner. Both adapters refuse in these words, so they cannot disagree.

Only rules that can be broken by two people acting at once, each within the rules, are told here; any other broken
constraint is a fault of ours and goes up as it is.
"""

from collections.abc import Callable

from domain.errors import (
    Conflict,
    DuplicateObservation,
    ImprovementError,
    InvalidAllocation,
    InvalidInput,
    InvalidOrganization,
    InvalidParent,
)

_REFUSALS: dict[str, Callable[[], ImprovementError]] = {
    "uq_observations_key": lambda: DuplicateObservation(
        "Somebody else has just put a reading of that day on the record. Look at it, then decide again.",
        field=("value",),
    ),
    "uq_organization_identifiers_scheme_value": lambda: InvalidOrganization(
        "Another organization already bears this identifier.", field=("identifiers",)
    ),
    "ex_organization_parents_one_at_a_time": lambda: InvalidParent(
        "An organization cannot have two parents on one day.", field=("validity",)
    ),
    "ck_organization_parents_level": lambda: InvalidParent(
        "A school stands under a district, and a district or a network under a state.", field=("parentId",)
    ),
    "ex_organization_designations_one_at_a_time": lambda: InvalidOrganization(
        "A school cannot be identified twice in the same way on one day.", field=("designations",)
    ),
    "ex_account_grants_one_at_a_time": lambda: InvalidInput(
        "The account already holds this role there in that time.", field=("role",)
    ),
    "uq_accounts_email": lambda: InvalidInput("There already is an account with this address.", field=("email",)),
    "uq_indicators_owner_id_key": lambda: Conflict("There already is an indicator with this key.", field=("key",)),
    "uq_supports_owner_id_key": lambda: Conflict("There already is a support with this key.", field=("key",)),
    "uq_scenarios_state_id_name": lambda: InvalidAllocation(
        "There already is a scenario of this name.", field=("name",)
    ),
    "uq_scenarios_state_id_baseline": lambda: Conflict("The state already has a baseline scenario."),
}


def refusal_of(constraint: str | None) -> ImprovementError | None:
    """Return what the broken ``constraint`` says to a planner; None if it should never be broken by one."""
    making = _REFUSALS.get(constraint or "")
    return making() if making else None
