"""What a policy may know of a request: the documented attributes, all of them."""

from typing import NamedTuple


class Waiting(NamedTuple):
    """One request in a queue.

    ``asked``: month of asking. ``tier``: 0 (most intensive) to 2. ``standing``: the level of the school's indicator
    above the state's mean, in SD between schools, improvement upward. The needs lie in [0, 1] and grow with need.
    ``pinned``: a place in the pool is promised to the school.
    """

    asked: float
    tier: int
    standing: float
    gap_need: float
    level_need: float
    disadvantage_need: float
    tier_need: float
    waiting_need: float
    pinned: bool
