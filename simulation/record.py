"""What happened in one run: facts that processes append, and nothing concluded from them.

Times are ticks; ``school``, ``goal``, ``pool`` and ``milestone`` are codes, that is places in canonical order.
"""

from dataclasses import dataclass, field

from simulation.streams import FloatArray

NOBODY = -1


@dataclass(frozen=True, slots=True)
class Asked:
    """A request joined the queue; ``home`` is the pool it hopes for first. ``goal`` is -1 for a site visit."""

    at: int
    request: int
    school: int
    goal: int
    home: int
    units: int


@dataclass(frozen=True, slots=True)
class Granted:
    """A request was served from ``pool``, and with ``dollars`` of ``fund`` where it needed both (-1: none)."""

    at: int
    request: int
    school: int
    goal: int
    home: int
    pool: int
    units: int
    waited: int
    fund: int
    dollars: int


@dataclass(frozen=True, slots=True)
class Released:
    """What a request held is free again."""

    at: int
    request: int
    pool: int
    units: int


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """A request left the queue unserved."""

    at: int
    request: int
    home: int
    waited: int


@dataclass(frozen=True, slots=True)
class StillWaiting:
    """A request that the horizon found in the queue."""

    at: int
    request: int
    home: int
    waited: int


@dataclass(frozen=True, slots=True)
class Diagnosed:
    """A school knows its needs and its priorities."""

    at: int
    school: int
    priorities: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Interrupted:
    """A departing leader cut a support short; the school asks for the rest of it again."""

    at: int
    goal: int
    left: int


@dataclass(frozen=True, slots=True)
class Ended:
    """A support was delivered in full; ``routine``: what it changed goes on without it."""

    at: int
    goal: int
    support: int
    routine: bool


@dataclass(frozen=True, slots=True)
class LeaderLeft:
    """A school lost its leader."""

    at: int
    school: int


@dataclass(frozen=True, slots=True)
class Attained:
    """A milestone was attained, by its date."""

    at: int
    milestone: int


Fact = Asked | Granted | Released | Withdrawn | StillWaiting | Diagnosed | Interrupted | Ended | LeaderLeft | Attained


@dataclass(slots=True)
class Record:
    """The facts of one run in the order they happened, and the levels of all goals at the marks, shape (g, q).

    ``queue_ticks``: by home pool, the time integral of the queue's length, kept by the pools themselves.
    """

    levels: FloatArray
    facts: list[Fact] = field(default_factory=list)
    queue_ticks: tuple[int, ...] = ()

    def append(self, fact: Fact) -> None:
        self.facts.append(fact)
