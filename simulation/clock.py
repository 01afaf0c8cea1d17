"""The clock and the calendar of events: whole ticks, and one documented order among simultaneous events.

Time is counted in ticks of 1/4,096 of a month (about eleven minutes), so sums of time are exact, waits are whole
numbers, and "at the same time" means just that. Events are ordered by (tick, rank, code): the rank is the kind of event
(``Rank``), the code the place of what it happens to in canonical order. Who scheduled first never matters.
"""

from enum import IntEnum
from typing import Any

import simpy

TICKS_PER_MONTH = 4_096
_CODES = 1 << 40


class Rank(IntEnum):
    """What comes first among simultaneous events.

    The year opens, people leave, schools are read, work ends and starts. Only when all have asked and given back is
    anything granted. The horizon comes after everything, so what happens on it still counts.
    """

    YEAR_OPENS = 1
    LEADER_LEAVES = 2
    READING = 3
    DELIVERY_ENDS = 4
    VISIT_ENDS = 5
    ENTERS = 6
    NEEDS_KNOWN = 7
    RESPONDS = 8
    DOORS_OPEN = 9
    DISPATCH = 10
    GRANTED = 11
    MARK = 12
    HORIZON = 13


def ticks(months: float) -> int:
    """Return a time in whole ticks, halves rounded up."""
    return int(months * TICKS_PER_MONTH + 0.5)


def duration(months: float) -> int:
    """Return how long something takes in ticks: at least one."""
    return max(1, ticks(months))


def months(at: int) -> float:
    """Return a time in ticks as months, exactly."""
    return at / TICKS_PER_MONTH


class Calendar(simpy.Environment):
    """SimPy's environment, in which every event of the model carries its canonical rank and code."""

    @property
    def tick(self) -> int:
        """The present, in ticks."""
        now: int = self._now  # type: ignore[assignment]
        return now

    def at(self, tick: int, rank: Rank, code: int = 0, value: Any = None) -> simpy.Event:
        """Return an event that happens at ``tick``, in its canonical place among those of that tick."""
        return self.trigger(simpy.Event(self), tick, rank, code, value)

    def trigger(self, event: simpy.Event, tick: int, rank: Rank, code: int = 0, value: Any = None) -> simpy.Event:
        """Let a waiting ``event`` happen at ``tick``."""
        event._ok = True
        event._value = value
        self.schedule(event, rank * _CODES + code, tick - self.tick)  # type: ignore[arg-type]
        return event

    def run_to(self, tick: int) -> None:
        """Run every event up to and including ``tick``."""
        self.run(until=self.at(tick, Rank.HORIZON))
