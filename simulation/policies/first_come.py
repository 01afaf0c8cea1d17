"""First come, first served."""

from collections.abc import Mapping

from domain.scenarios import NeedTerm, PolicyKind
from simulation.policies.attributes import Waiting

KIND = PolicyKind.FIRST_COME
WATCHES_CLOCK = False


def priority(request: Waiting, weights: Mapping[NeedTerm, float]) -> float:
    """Return the month of asking."""
    return request.asked
