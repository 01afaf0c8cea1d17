"""The school furthest below the state first."""

from collections.abc import Mapping

from domain.scenarios import NeedTerm, PolicyKind
from simulation.policies.attributes import Waiting

KIND = PolicyKind.WORST_FIRST
WATCHES_CLOCK = False


def priority(request: Waiting, weights: Mapping[NeedTerm, float]) -> float:
    """Return how the school stands; the lowest is served first."""
    return request.standing
