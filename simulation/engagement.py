"""One support at work on one goal, and one goal's practice in use: states that change only at events.

Between events nothing is updated: a level is worked out from the last change when somebody looks. Rates are made anew
from their parts at each change, never added to.
"""

from dataclasses import dataclass, field
from enum import Enum, auto

import simpy

from simulation.clock import TICKS_PER_MONTH
from simulation.effects import Curve, Curves, Ramp, dip, gain, kept_share
from simulation.record import Attained, Record


class Phase(Enum):
    """What a support does to its goal."""

    IN_FORCE = auto()
    PAUSED = auto()
    FADING = auto()


@dataclass(eq=False, slots=True)
class Engagement:
    """A support at work. Gains in student SD, times in ticks.

    ``clock``: months in force up to ``since``, from when on they count again (in the future while a support has not
    taken hold). ``strength``: fidelity reached x load. ``delivering``: it holds units of its pool; ``routine``: it goes
    on without them; ``process``: who delivers it.
    """

    support: int
    amplitude: float
    fidelity: float
    ramp: Ramp
    accrued: Curve
    began: int
    since: int
    depth: float = 0.0
    deepest: float = 0.0
    over: float = 0.0
    strength: float = 1.0
    clock: float = 0.0
    gained: float = 0.0
    faded_from: int = 0
    phase: Phase = Phase.IN_FORCE
    delivering: bool = True
    process: simpy.Process | None = None
    routine: bool = False

    @property
    def organizational(self) -> bool:
        return self.ramp.organizational

    def settle(self, now: int) -> None:
        """Take what has been gained up to ``now`` into account, before something changes."""
        if self.phase is Phase.IN_FORCE and now > self.since:
            elapsed = (now - self.since) / TICKS_PER_MONTH
            self.gained += gain(self.amplitude, self.strength, self.accrued, self.clock, elapsed)
            self.clock += elapsed
            self.since = now

    def gain_at(self, now: int, curves: Curves) -> float:
        """Return what is gained by ``now``, in student SD; changes nothing."""
        if self.phase is Phase.FADING:
            return self.gained * kept_share(curves, (now - self.faded_from) / TICKS_PER_MONTH)
        if self.phase is Phase.IN_FORCE and now > self.since:
            elapsed = (now - self.since) / TICKS_PER_MONTH
            return self.gained + gain(self.amplitude, self.strength, self.accrued, self.clock, elapsed)
        return self.gained

    def dip_at(self, now: int) -> float:
        """Return the passing loss of getting started, in student SD, at most 0."""
        return dip(self.depth, (now - self.began) / TICKS_PER_MONTH, self.deepest, self.over)

    def bear(self, load: float, now: int) -> None:
        """From now on the school's load leaves the share ``load`` of every effect."""
        self.settle(now)
        self.strength = self.fidelity * load

    def set_back(self, share: float, now: int) -> None:
        """People who knew the practice left: so much of its implementation is to be done again."""
        self.settle(now)
        if self.organizational:
            self.clock -= self.clock * share

    def pause(self, now: int) -> None:
        self.settle(now)
        self.phase, self.delivering = Phase.PAUSED, False

    def resume(self, takes_hold: int) -> None:
        self.phase, self.delivering, self.since = Phase.IN_FORCE, True, takes_hold

    def fade(self, now: int) -> None:
        """What has been gained begins to be lost."""
        self.settle(now)
        self.phase, self.delivering, self.routine, self.faded_from = Phase.FADING, False, False, now

    def end_delivery(self, now: int, routine: bool) -> None:
        """Nothing more is delivered; what was learnt stays in force, for good if it is ``routine``."""
        self.settle(now)
        self.delivering, self.routine = False, routine


@dataclass(eq=False, slots=True)
class Practice:
    """How far a goal's practice is in use, in supported months; ``pace`` of them pass in a month.

    ``awaiting``: (milestone, supported months it needs, due tick) of what is still to be attained.
    """

    progress: float
    pace: float
    awaiting: list[tuple[int, float, int]] = field(default_factory=list)
    since: int = 0

    def settle(self, now: int, record: Record) -> None:
        """Bring the practice up to ``now`` and record what it attained on the way, in time."""
        elapsed = (now - self.since) / TICKS_PER_MONTH
        reached = self.progress + self.pace * elapsed
        if self.awaiting:
            left = []
            for milestone, needed, due in self.awaiting:
                if reached < needed:
                    left.append((milestone, needed, due))
                    continue
                wait = (needed - self.progress) / self.pace if needed > self.progress else 0.0
                at = min(now, self.since + int(wait * TICKS_PER_MONTH + 0.5))
                if at <= due:
                    record.append(Attained(at, milestone))
            self.awaiting = left
        self.progress = reached
        self.since = now

    def set_back(self, share: float, now: int, record: Record) -> None:
        self.settle(now, record)
        self.progress -= self.progress * share
