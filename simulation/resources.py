"""Pools that run out: capacity by period, queues by priority, two pools drawn on together, funds by fiscal year.

Requests that arrive and units that come back at one instant are all taken in before anything is granted: one dispatch
then serves the queue, best priority first. It goes on past a request that does not fit, so no unit stands idle that
somebody waiting could use. Capacity that falls takes nothing from those already served.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto

import simpy

from domain.errors import ImprovementError
from simulation.clock import Calendar, Rank
from simulation.record import NOBODY, Asked, Granted, Record, Released, StillWaiting, Withdrawn


class NotConserved(ImprovementError):
    """A run lost or made up a request or a unit: the engine is wrong, and its result must not be used."""

    code = "NOT_CONSERVED"


class Standing(Enum):
    """Where a request stands."""

    WAITING = auto()
    SERVED = auto()
    RELEASED = auto()
    WITHDRAWN = auto()


@dataclass(eq=False, slots=True)
class Request:
    """What a school asks for: ``units`` of one of ``pools``, and ``dollars`` of one of ``funds`` if above 0.

    ``code`` is unique among requests that can wait at once, and decides between equal priorities.
    """

    code: int
    school: int
    goal: int
    kind: str
    pools: tuple[int, ...]
    units: int
    granted: simpy.Event
    asked: int
    funds: tuple[int, ...] = ()
    dollars: int = 0
    standing: Standing = Standing.WAITING
    pool: int = NOBODY
    number: int = NOBODY

    @property
    def home(self) -> int:
        return self.pools[0]


@dataclass(slots=True)
class Holding:
    """What a pool holds now. Funds are ``consumed`` when given; ``promised`` schools still wait for their place."""

    consumed: bool
    capacity: int = 0
    in_use: int = 0
    promised: set[int] = field(default_factory=set)

    def free_for(self, school: int) -> int:
        """Return the units that ``school`` may take: the places promised to others are not for it."""
        return self.capacity - self.in_use - len(self.promised - {school})


Priority = Callable[[Request], float | None]
"""From a waiting request to a number, lower first; None: not to be served."""


class Pools:
    """All pools of one run, with their queues by kind."""

    def __init__(
        self,
        calendar: Calendar,
        record: Record,
        kinds: Sequence[str],
        priority: Priority,
        *,
        consumed: frozenset[str] = frozenset(),
        gated: frozenset[str] = frozenset(),
        promised: Mapping[int, frozenset[int]] | None = None,
    ) -> None:
        """``kinds`` is each pool's kind, by code. Queues of ``gated`` kinds are served only while their doors open."""
        self._calendar = calendar
        self._record = record
        self._priority = priority
        self._gated = gated
        self.holdings = [
            Holding(kind in consumed, promised=set((promised or {}).get(code, ()))) for code, kind in enumerate(kinds)
        ]
        self._kinds = tuple(kinds)
        self._pinned = promised or {}
        self._queues: dict[str, dict[int, Request]] = {kind: {} for kind in sorted(set(kinds))}
        self._dirty: set[str] = set()
        self._open: set[str] = set()
        self._dispatching_at = -1
        self._requests = 0
        self._served = self._released = self._withdrawn = 0
        self._length = [0] * len(kinds)
        self._since = [0] * len(kinds)
        self._queue_ticks = [0] * len(kinds)

    def ask(self, request: Request) -> simpy.Event:
        """Let ``request`` wait; its ``granted`` event happens once it is served."""
        request.number = self._requests
        self._requests += 1
        self._queues[request.kind][request.code] = request
        self._lengthen(request.home, 1)
        now = self._calendar.tick
        self._record.append(Asked(now, request.number, request.school, request.goal, request.home, request.units))
        self._look_at(request.kind)
        return request.granted

    def withdraw(self, request: Request) -> None:
        """Take a waiting request out of its queue."""
        self._leave(request, Standing.WITHDRAWN)
        self._withdrawn += 1
        now = self._calendar.tick
        self._record.append(Withdrawn(now, request.number, request.home, now - request.asked))

    def release(self, request: Request) -> None:
        """Give back what a served request holds; what was consumed does not come back."""
        if request.standing is not Standing.SERVED:
            raise NotConserved(f"Request {request.number} gives back what it does not hold.")
        request.standing = Standing.RELEASED
        self._released += 1
        holding = self.holdings[request.pool]
        if not holding.consumed:
            holding.in_use -= request.units
            self._look_at(self._kinds[request.pool])
        self._record.append(Released(self._calendar.tick, request.number, request.pool, request.units))

    def occupy(self, request: Request, pool: int) -> None:
        """Let a request that was served before the start hold its units of ``pool``, even past its capacity."""
        request.number = self._requests
        self._requests += 1
        request.standing, request.pool = Standing.SERVED, pool
        self._served += 1
        self.holdings[pool].in_use += request.units
        self.holdings[pool].promised.discard(request.school)
        now = self._calendar.tick
        self._record.append(
            Granted(now, request.number, request.school, request.goal, pool, pool, request.units, 0, NOBODY, 0)
        )

    def set_capacity(self, pool: int, units: int) -> None:
        """From now on ``pool`` holds ``units``; of funds, what was left is gone and what was spent forgotten."""
        holding = self.holdings[pool]
        holding.capacity = units
        if holding.consumed:
            holding.in_use = 0
        self._look_at(*self._queues)

    def open_doors(self, kind: str) -> None:
        """Serve the queue of a gated ``kind`` at this instant."""
        self._open.add(kind)
        self._look_at(kind)

    def close(self) -> tuple[int, ...]:
        """End the run: note who still waits and check that nothing was lost.

        Returns the time integral of each home pool's queue. Raises ``NotConserved``.
        """
        now = self._calendar.tick
        waiting = [request for queue in self._queues.values() for request in queue.values()]
        for request in sorted(waiting, key=lambda held: held.number):
            self._record.append(StillWaiting(now, request.number, request.home, now - request.asked))
        for pool in range(len(self._kinds)):
            self._lengthen(pool, 0)
        if self._requests != len(waiting) + self._served + self._withdrawn:
            raise NotConserved(
                f"Of {self._requests} requests {self._served} were served, {self._withdrawn} withdrawn and "
                f"{len(waiting)} wait."
            )
        if sum(self._length) != len(waiting):
            raise NotConserved(f"{len(waiting)} requests wait, but the queues are {sum(self._length)} long.")
        return tuple(self._queue_ticks)

    def pinned(self, request: Request) -> bool:
        """Whether a place that this request could take is promised to its school."""
        return any(request.school in self._pinned.get(pool, ()) for pool in request.pools)

    def _look_at(self, *kinds: str) -> None:
        """Have the queues of ``kinds`` served when everything else of this instant is done."""
        self._dirty.update(kinds)
        now = self._calendar.tick
        if self._dispatching_at != now:
            self._dispatching_at = now
            self._calendar.at(now, Rank.DISPATCH).callbacks.append(self._dispatch)

    def _dispatch(self, _: simpy.Event) -> None:
        self._dispatching_at = -1
        dirty, self._dirty = sorted(self._dirty), set()
        for kind in dirty:
            queue = self._queues[kind]
            if queue and (kind not in self._gated or kind in self._open):
                self._serve(queue)
        self._open.clear()

    def _serve(self, queue: dict[int, Request]) -> None:
        pools = {pool for request in queue.values() for pool in request.pools}
        if all(self.holdings[pool].capacity <= self.holdings[pool].in_use for pool in pools):
            return
        ranked = []
        for request in queue.values():
            priority = self._priority(request)
            if priority is not None:
                ranked.append((not self.pinned(request), priority, request.code, request))
        ranked.sort(key=lambda entry: entry[:3])
        for _, _, _, request in ranked:
            pool = self._with_room(request.pools, request.units, request.school)
            fund = self._with_room(request.funds, request.dollars, request.school) if request.dollars else NOBODY
            if pool != NOBODY and (fund != NOBODY or not request.dollars):
                self._grant(request, pool, fund)

    def _with_room(self, pools: tuple[int, ...], units: int, school: int) -> int:
        return next((pool for pool in pools if self.holdings[pool].free_for(school) >= units), NOBODY)

    def _grant(self, request: Request, pool: int, fund: int) -> None:
        self._leave(request, Standing.SERVED)
        self._served += 1
        request.pool = pool
        self.holdings[pool].in_use += request.units
        self.holdings[pool].promised.discard(request.school)
        if fund != NOBODY:
            self.holdings[fund].in_use += request.dollars
        now = self._calendar.tick
        self._record.append(
            Granted(
                now,
                request.number,
                request.school,
                request.goal,
                request.home,
                pool,
                request.units,
                now - request.asked,
                fund,
                request.dollars,
            )
        )
        self._calendar.trigger(request.granted, now, Rank.GRANTED, request.code, request)

    def _leave(self, request: Request, standing: Standing) -> None:
        if request.standing is not Standing.WAITING:
            raise NotConserved(f"Request {request.number} leaves a queue in which it does not stand.")
        request.standing = standing
        del self._queues[request.kind][request.code]
        self._lengthen(request.home, -1)

    def _lengthen(self, home: int, by: int) -> None:
        now = self._calendar.tick
        self._queue_ticks[home] += self._length[home] * (now - self._since[home])
        self._length[home] += by
        self._since[home] = now
