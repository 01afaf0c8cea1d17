"""Only the schools the planner names are served."""

from collections.abc import Mapping

from domain.scenarios import NeedTerm, PolicyKind
from simulation.policies.attributes import Waiting

KIND = PolicyKind.FIXED
WATCHES_CLOCK = False


def priority(request: Waiting, weights: Mapping[NeedTerm, float]) -> float | None:
    """Return the month of asking of a school with a place, and None for any other."""
    return request.asked if request.pinned else None
