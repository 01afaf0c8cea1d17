"""By which rule waiting schools are served: a policy is a pure function from a request to a priority.

A rule gets a ``Waiting`` (what is documented about a request) and the planner's weights, and returns a number: lower is
served first, None is not served at all. Equal numbers are decided by canonical rank, never by who asked the computer
first. A new policy is a file in this folder, named in ``_RULES``, with its ``KIND``, its ``priority``, and whether that
``WATCHES_CLOCK``: priorities of a rule that does are worked out anew as a wait grows, those of another only when
schools have been read.
"""

from collections.abc import Callable, Mapping

from domain.scenarios import NeedTerm, PolicyKind
from simulation.policies import first_come, fixed, need_index, tiered, worst_first
from simulation.policies.attributes import Waiting

PriorityRule = Callable[[Waiting, Mapping[NeedTerm, float]], float | None]

_RULES = (first_come, worst_first, tiered, need_index, fixed)

POLICIES: Mapping[PolicyKind, PriorityRule] = {rule.KIND: rule.priority for rule in _RULES}
WATCHING_CLOCK: frozenset[PolicyKind] = frozenset(rule.KIND for rule in _RULES if rule.WATCHES_CLOCK)
