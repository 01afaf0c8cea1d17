"""Identities that the seed decides, so that a sample state loaded twice is the same state."""

import hashlib
from uuid import UUID


class Identities:
    """A stream of UUIDs of version 8 (RFC 9562, section 5.8): a counter hashed with the seed."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._drawn = 0

    def next(self) -> UUID:
        self._drawn += 1
        digest = hashlib.blake2b(f"milepost sample {self._seed} {self._drawn}".encode(), digest_size=16).digest()
        bits = int.from_bytes(digest, "big")
        bits = bits & ~(0xF << 76) | 0x8 << 76
        bits = bits & ~(0x3 << 62) | 0x2 << 62
        return UUID(int=bits)
