"""The most intensive tier first; within a tier, first come."""

from collections.abc import Mapping

from domain.scenarios import NeedTerm, PolicyKind
from simulation.policies.attributes import Waiting

KIND = PolicyKind.TIERED
WATCHES_CLOCK = False

_LONGER_THAN_ANY_HORIZON = 1_000.0


def priority(request: Waiting, weights: Mapping[NeedTerm, float]) -> float:
    """Return the tier, then the month of asking, as one number."""
    return request.tier * _LONGER_THAN_ANY_HORIZON + request.asked
