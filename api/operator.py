"""Who acts when a command is run on the machine itself."""

from datetime import UTC, date, datetime

from domain.calendar import Validity
from domain.people import Role, RoleGrant, Viewer
from domain.ports import Acting

OPERATOR = Viewer(None, "operator", (RoleGrant(Role.STATE_ADMIN, None, Validity(date.min)),))
"""Whoever may run commands on this machine may do anything with the database they reach."""


def acting_operator() -> Acting:
    """Return the operator, acting now."""
    return Acting(OPERATOR, datetime.now(UTC))
