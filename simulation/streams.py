"""Luck with an address: every draw is a pure function of who draws it, for what, and for the how-manieth time.

    stream = mix(mix(mix(mix(seed) + replication * G) ^ entity) + purpose * G)
    draw n = mix(stream + (n + 1) * G)

with ``mix`` the SplitMix64 finalizer and G its increment, so a stream is exactly a SplitMix64 sequence. Nothing is
consumed: no draw depends on the order of events, on other schools, or on how replications are batched. The scalar and
the NumPy forms give the same bits.

Source: Steele, Lea & Flood (2014), "Fast splittable pseudorandom number generators", OOPSLA '14, and Vigna's
reference implementation.
"""

from enum import IntEnum
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

UintArray = NDArray[np.uint64]
FloatArray = NDArray[np.float64]

GOLDEN = 0x9E3779B97F4A7C15
_MASK = (1 << 64) - 1
_UNIT = 2.0**-53


class Purpose(IntEnum):
    """What a draw is for. A number, once given, is never used for anything else."""

    LEVEL = 1
    LONG_RUN = 2
    DEVIATION = 3
    WALK = 4
    NOISE = 5
    DRIFT = 6
    STATE_YEAR = 7
    DISTRICT_YEAR = 8
    EFFECT = 9
    MULTIPLIER = 10
    ENTRY = 11
    VISIT = 12
    NEEDS = 13
    CHOICE = 14
    DELIVERY = 15
    DELAY = 16
    RESPONSE = 17
    LEADER = 18
    CUT = 19
    ROUTINE = 20
    TEACHERS = 21
    FIDELITY = 22
    DIP = 23
    EVALUATION = 24
    PACE = 25


def entity_key(text: str) -> int:
    """Return the lasting 64-bit key of an entity, made of its identity and not of its place in a list."""
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "little")


def mix(bits: int) -> int:
    """Return the SplitMix64 finalizer of 64 bits (variant 13 of Stafford)."""
    bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9 & _MASK
    bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EB & _MASK
    return bits ^ (bits >> 31)


def world_key(seed: int, replication: int) -> int:
    """Return what all streams of one replication start from."""
    return mix((mix(seed & _MASK) + replication * GOLDEN) & _MASK)


def stream(world: int, entity: int, purpose: int) -> int:
    """Return the stream of an entity for a purpose."""
    return mix((mix(world ^ entity) + purpose * GOLDEN) & _MASK)


def bits(stream_key: int, index: int) -> int:
    """Return the 64 bits of draw ``index``, counted from 0, of a stream."""
    return mix((stream_key + (index + 1) * GOLDEN) & _MASK)


def uniform(stream_key: int, index: int) -> float:
    """Return a draw strictly between 0 and 1: an odd multiple of 2**-53."""
    return ((bits(stream_key, index) >> 12) * 2 + 1) * _UNIT


def mixed(values: UintArray) -> UintArray:
    """Return ``mix`` of each element."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


def streams(world: int, entities: UintArray, purpose: int) -> UintArray:
    """Return ``stream`` of each of the ``entities``, shape (n,)."""
    offset = np.uint64(purpose * GOLDEN & _MASK)
    return mixed(mixed(np.uint64(world) ^ entities) + offset)


def uniforms(stream_keys: UintArray, draws: int, first: int = 0) -> FloatArray:
    """Return ``draws`` uniforms of each stream from draw ``first`` on, shape (n, draws) for n ``stream_keys``."""
    steps = np.arange(first + 1, first + draws + 1, dtype=np.uint64) * np.uint64(GOLDEN)
    odd = (mixed(stream_keys[:, None] + steps[None, :]) >> np.uint64(12)) * np.uint64(2) + np.uint64(1)
    return odd.astype(np.float64) * _UNIT
