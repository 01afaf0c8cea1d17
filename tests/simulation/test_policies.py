"""By which rule schools are served: each policy as a table of who comes before whom."""

import pytest

from domain.scenarios import NeedTerm, PolicyKind
from simulation.policies import POLICIES
from simulation.policies.attributes import Waiting

USUAL = Waiting(
    asked=3.0,
    tier=1,
    standing=-0.5,
    gap_need=0.5,
    level_need=0.5,
    disadvantage_need=0.5,
    tier_need=0.5,
    waiting_need=0.5,
    pinned=False,
)


def test_every_kind_has_a_rule() -> None:
    assert set(POLICIES) == set(PolicyKind)


@pytest.mark.parametrize(
    ("kind", "sooner"),
    [
        (PolicyKind.FIRST_COME, USUAL._replace(asked=2.9, tier=2, standing=2.0)),
        (PolicyKind.WORST_FIRST, USUAL._replace(asked=9.0, tier=2, standing=-0.6)),
        (PolicyKind.TIERED, USUAL._replace(asked=30.0, tier=0)),
        (PolicyKind.TIERED, USUAL._replace(asked=2.0)),
        (PolicyKind.NEED_INDEX, USUAL._replace(asked=9.0, gap_need=0.6)),
        (PolicyKind.NEED_INDEX, USUAL._replace(waiting_need=0.6)),
    ],
)
def test_who_is_served_before_the_usual_request(kind: PolicyKind, sooner: Waiting) -> None:
    first, usual = POLICIES[kind](sooner, {}), POLICIES[kind](USUAL, {})
    assert first is not None
    assert usual is not None
    assert first < usual


def test_weights_decide_a_need_index() -> None:
    rule = POLICIES[PolicyKind.NEED_INDEX]
    poor, behind = USUAL._replace(disadvantage_need=1.0), USUAL._replace(gap_need=1.0)
    assert rule(poor, {NeedTerm.DISADVANTAGE: 1.0}) == -1.0
    assert rule(behind, {NeedTerm.DISADVANTAGE: 1.0}) == -0.5


def test_a_fixed_policy_serves_only_those_named() -> None:
    rule = POLICIES[PolicyKind.FIXED]
    assert rule(USUAL, {}) is None
    assert rule(USUAL._replace(pinned=True), {}) == 3.0
