"""Who is who: time-ordered identities (UUIDv7), one type a concept."""

import os
import time
from typing import NewType
from uuid import UUID

OrganizationId = NewType("OrganizationId", UUID)
IndicatorId = NewType("IndicatorId", UUID)
ObservationId = NewType("ObservationId", UUID)
GoalId = NewType("GoalId", UUID)
MilestoneId = NewType("MilestoneId", UUID)
SupportId = NewType("SupportId", UUID)
PoolId = NewType("PoolId", UUID)
AssignmentId = NewType("AssignmentId", UUID)
ScenarioId = NewType("ScenarioId", UUID)
ForecastId = NewType("ForecastId", UUID)
AccountId = NewType("AccountId", UUID)


def new_id() -> UUID:
    """Return a UUID of version 7: 48 bits of milliseconds since 1970, then 74 random bits.

    Source: RFC 9562, section 5.7.
    """
    milliseconds = time.time_ns() // 1_000_000
    random = int.from_bytes(os.urandom(10), "big")
    bits = (milliseconds & (1 << 48) - 1) << 80 | random
    bits = bits & ~(0xF << 76) | 0x7 << 76
    bits = bits & ~(0x3 << 62) | 0x2 << 62
    return UUID(int=bits)
