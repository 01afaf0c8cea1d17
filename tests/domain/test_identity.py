"""Identities are UUIDs of version 7: made in the order of time, and never twice."""

import time

from domain.identity import new_id


def test_an_identity_says_its_version_and_variant() -> None:
    identity = new_id()
    assert identity.version == 7
    assert identity.variant == "specified in RFC 4122"


def test_identities_follow_time() -> None:
    before = time.time_ns() // 1_000_000
    first = new_id()
    time.sleep(0.002)
    second = new_id()
    assert first < second
    assert before <= first.int >> 80 <= time.time_ns() // 1_000_000


def test_identities_differ() -> None:
    assert len({new_id() for _ in range(10_000)}) == 10_000
