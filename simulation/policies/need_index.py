"""The greatest need first: a weighted mean of five needs that the planner weighs."""

from collections.abc import Mapping

from domain.scenarios import DEFAULT_NEED_WEIGHTS, NeedTerm, PolicyKind
from simulation.policies.attributes import Waiting

KIND = PolicyKind.NEED_INDEX
WATCHES_CLOCK = True


def priority(request: Waiting, weights: Mapping[NeedTerm, float]) -> float:
    """Return minus the weighted sum of needs; without weights, those of ``DEFAULT_NEED_WEIGHTS``."""
    weighed = weights or DEFAULT_NEED_WEIGHTS
    need = weighed.get(NeedTerm.GAP_TO_PATH, 0.0) * request.gap_need
    need += weighed.get(NeedTerm.LOW_LEVEL, 0.0) * request.level_need
    need += weighed.get(NeedTerm.DISADVANTAGE, 0.0) * request.disadvantage_need
    need += weighed.get(NeedTerm.TIER, 0.0) * request.tier_need
    need += weighed.get(NeedTerm.WAITING, 0.0) * request.waiting_need
    return -need
