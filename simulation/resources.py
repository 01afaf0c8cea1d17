"""Pools that run out: capacity by period, queues by priority, two pools drawn on together, funds by fiscal year.

Requests that arrive and units that come back at one instant are all taken in before anything is granted: one dispatch
then serves the queue, best priority first. It goes on past a request that does not fit, so no unit stands idle that
somebody waiting could use. Capacity that falls takes nothing from those already served.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from operator import itemgetter

import simpy

from simulation.clock import Calendar, Rank
from simulation.record import NOBODY, Asked, Granted, Record, Released, StillWaiting, Withdrawn


class NotConserved(Exception):
    """A run lost or made up a request or a unit: the engine is wrong, and its result must not be used.

    A fault of ours, not a refusal: nothing that anybody asked for can bring it about.
    """


class Standing(Enum):
    """Where a request stands."""

    WAITING = auto()
    SERVED = auto()
    RELEASED = auto()
    WITHDRAWN = auto()


Needs = tuple[tuple[int, ...], int, tuple[int, ...], int]
"""What a request takes: units of one of these pools, and dollars of one of these funds."""


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
    needs: Needs = ((), 0, (), 0)
    ranking: tuple[bool, float, int] | None = None
    ranked_in: int = NOBODY
    ranked_until: int = 0

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
        free = self.capacity - self.in_use
        return free - len(self.promised - {school}) if self.promised else free


Queue = dict[Needs, dict[int, Request]]
"""Those who wait for one kind of pool, by what they need and by code."""

Priority = Callable[[Request], tuple[float | None, int]]
"""From a waiting request to a number, lower first (None: not to be served), and the tick up to which it holds."""


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
        self._queues: dict[str, Queue] = {kind: {} for kind in sorted(set(kinds))}
        self._dirty: set[str] = set()
        self._open: set[str] = set()
        self._dispatching_at = -1
        self._readings_seen = 0
        self._requests = 0
        self._served = self._released = self._withdrawn = 0
        self._length = [0] * len(kinds)
        self._since = [0] * len(kinds)
        self._queue_ticks = [0] * len(kinds)

    def ask(self, request: Request) -> simpy.Event:
        """Let ``request`` wait; its ``granted`` event happens once it is served."""
        request.number = self._requests
        self._requests += 1
        request.needs = (request.pools, request.units, request.funds, request.dollars)
        self._queues[request.kind].setdefault(request.needs, {})[request.code] = request
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

    def reconsider(self) -> None:
        """What priorities depend on has been read anew: rank every request again before serving the next."""
        self._readings_seen += 1

    def open_doors(self, kind: str) -> None:
        """Serve the queue of a gated ``kind`` at this instant."""
        self._open.add(kind)
        self._look_at(kind)

    def close(self) -> tuple[int, ...]:
        """End the run: note who still waits and check that nothing was lost.

        Returns the time integral of each home pool's queue. Raises ``NotConserved``.
        """
        now = self._calendar.tick
        waiting = [request for queue in self._queues.values() for alike in queue.values() for request in alike.values()]
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
        self._serve([self._queues[kind] for kind in dirty if kind not in self._gated or kind in self._open])
        self._open.clear()

    def _serve(self, queues: list[Queue]) -> None:
        """Serve those who fit, best first over all queues, since they may draw on one fund.

        What does not fit now cannot fit once others have been served.
        """
        ranked = []
        now, seen = self._calendar.tick, self._readings_seen
        for needs, requests in [alike for queue in queues for alike in queue.items()]:
            if self._room_for(needs):
                for request in requests.values():
                    fresh = request.ranked_in == seen and now < request.ranked_until
                    ranking = request.ranking if fresh else self._ranked(request)
                    if ranking is not None:
                        ranked.append((ranking, request))
        ranked.sort(key=itemgetter(0))
        fitting = {request.needs for _, request in ranked}
        for _, request in ranked:
            if request.needs in fitting:
                places = self._places(request)
                if places is not None:
                    self._grant(request, *places)
                elif not self._room_for(request.needs):
                    fitting.discard(request.needs)
                    if not fitting:
                        break

    def _room_for(self, needs: Needs) -> bool:
        """Whether there is room for such needs at all, promised places included."""
        pools, units, funds, dollars = needs
        holdings = self.holdings
        return any(holdings[pool].capacity - holdings[pool].in_use >= units for pool in pools) and (
            not dollars or any(holdings[fund].capacity - holdings[fund].in_use >= dollars for fund in funds)
        )

    def _ranked(self, request: Request) -> tuple[bool, float, int] | None:
        """Return the place of a request in its queue: promised places first, then by priority, then by code."""
        priority, request.ranked_until = self._priority(request)
        request.ranked_in = self._readings_seen
        request.ranking = None if priority is None else (not self.pinned(request), priority, request.code)
        return request.ranking

    def _places(self, request: Request) -> tuple[int, int] | None:
        """Return the pool and the fund from which a request could be served now, or None."""
        pool = self._with_room(request.pools, request.units, request.school)
        if pool == NOBODY:
            return None
        if not request.dollars:
            return pool, NOBODY
        fund = self._with_room(request.funds, request.dollars, request.school)
        return None if fund == NOBODY else (pool, fund)

    def _with_room(self, pools: tuple[int, ...], units: int, school: int) -> int:
        for pool in pools:
            if self.holdings[pool].free_for(school) >= units:
                return pool
        return NOBODY

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
        alike = self._queues[request.kind][request.needs]
        del alike[request.code]
        if not alike:
            del self._queues[request.kind][request.needs]
        self._lengthen(request.home, -1)

    def _lengthen(self, home: int, by: int) -> None:
        now = self._calendar.tick
        self._queue_ticks[home] += self._length[home] * (now - self._since[home])
        self._length[home] += by
        self._since[home] = now
