"""Pools against what queueing theory knows, and against what must hold in any queue."""

import heapq
from collections.abc import Callable
from math import factorial

import numpy as np
import pytest
import simpy

from simulation.clock import TICKS_PER_MONTH, Calendar, Rank, duration, ticks
from simulation.distributions import Table, exponential, gamma, lognormal
from simulation.record import Granted, Record, StillWaiting
from simulation.resources import NotConserved, Pools, Request
from simulation.school_life import ProcessGenerator
from simulation.streams import stream, uniform, world_key
from simulation.world import IntArray

FloatLaw = Callable[[int], float]


def drawn(law: Table, purpose: int, seed: int) -> FloatLaw:
    key = stream(world_key(seed, 0), 1, purpose)
    return lambda n: law.draw(key, n)


class Counter:
    """Customers who come, wait for a server of one pool, are served and leave."""

    def __init__(
        self, servers: int, between: FloatLaw, service: FloatLaw, customers: int, classes: FloatLaw | None = None
    ) -> None:
        self.calendar, self.record = Calendar(), Record(np.zeros((0, 0)))
        self.pools = Pools(self.calendar, self.record, ["COACHES"], self._priority)
        self.pools.set_capacity(0, servers)
        self._class: dict[int, float] = {}
        self.calendar.process(self._arrive(between, service, customers, classes))

    def _priority(self, request: Request) -> tuple[float, int]:
        return self._class.get(request.code, 0.0) * 1e12 + request.asked, 2**62

    def _arrive(
        self, between: FloatLaw, service: FloatLaw, customers: int, classes: FloatLaw | None
    ) -> ProcessGenerator:
        at = 0.0
        for n in range(customers):
            at += between(n)
            yield self.calendar.at(ticks(at), Rank.ENTERS, n)
            if classes is not None:
                self._class[n] = 0.0 if classes(n) < 0.5 else 1.0
            self.calendar.process(self._be_served(n, service(n)))

    def _be_served(self, n: int, lasts: float) -> ProcessGenerator:
        request = Request(n, n, n, "COACHES", (0,), 1, simpy.Event(self.calendar), self.calendar.tick)
        yield self.pools.ask(request)
        yield self.calendar.at(self.calendar.tick + duration(lasts), Rank.DELIVERY_ENDS, n)
        self.pools.release(request)

    def waits(self) -> "IntArray":
        """Run until all are served and return their waits in ticks, in order of arrival."""
        self.calendar.run()
        self.pools.close()
        served = sorted((fact for fact in self.record.facts if isinstance(fact, Granted)), key=lambda fact: fact.goal)
        return np.array([fact.waited for fact in served])

    def class_of(self, n: int) -> float:
        return self._class[n]


def mean_and_half_width(waits: "IntArray", batches: int = 20) -> tuple[float, float]:
    """Batch means, the first tenth left out; 99 % for 19 degrees of freedom."""
    kept = waits[len(waits) // 10 :] / TICKS_PER_MONTH
    means = np.array([part.mean() for part in np.array_split(kept, batches)])
    return float(means.mean()), 2.861 * float(means.std(ddof=1)) / batches**0.5


def erlang_c(servers: int, load: float) -> float:
    """Return the probability of having to wait in M/M/c with an offered ``load`` in erlangs."""
    last = load**servers / factorial(servers) * servers / (servers - load)
    return last / (sum(load**k / factorial(k) for k in range(servers)) + last)


@pytest.mark.parametrize(("servers", "utilization"), [(1, 0.6), (3, 0.8), (8, 0.9)])
def test_waits_follow_erlang_c(servers: int, utilization: float) -> None:
    load = servers * utilization
    waits = Counter(
        servers, drawn(exponential(1.0 / load), 1, servers), drawn(exponential(1.0), 2, servers), 12_000
    ).waits()
    expected = erlang_c(servers, load) / (servers - load)
    mean, half = mean_and_half_width(waits)
    assert abs(mean - expected) < half
    assert half < 0.5 * expected


@pytest.mark.parametrize("law", [gamma(1.0, 6.0), lognormal(1.0, 1.2)], ids=["gamma", "lognormal"])
def test_waits_for_one_server_follow_pollaczek_and_khinchine(law: Table) -> None:
    cv_squared = 1.0 / 6.0 if law is gamma(1.0, 6.0) else 1.44
    waits = Counter(1, drawn(exponential(1.0 / 0.6), 1, 5), drawn(law, 2, 5), 15_000).waits()
    expected = 0.6 * (1 + cv_squared) / (2 * (1 - 0.6))
    mean, half = mean_and_half_width(waits)
    assert abs(mean - expected) < half


def test_two_priority_classes_wait_as_cobham_says() -> None:
    service, rate = exponential(1.0), 0.7
    key = stream(world_key(8, 0), 1, 3)
    counter = Counter(1, drawn(exponential(1.0 / rate), 1, 8), drawn(service, 2, 8), 15_000, lambda n: uniform(key, n))
    waits = counter.waits()
    first = np.array([counter.class_of(n) == 0.0 for n in range(len(waits))])
    residual = rate  # half the rate times the mean square of an exponential service of mean 1
    for members, expected in ((first, residual / (1 - rate / 2)), (~first, residual / ((1 - rate / 2) * (1 - rate)))):
        mean, half = mean_and_half_width(waits[members])
        assert abs(mean - expected) < half


def test_waits_agree_with_an_independent_computation_to_the_tick() -> None:
    between, service = drawn(exponential(0.4), 1, 3), drawn(exponential(1.0), 2, 3)
    waits = Counter(3, between, service, 400).waits()
    free = [0, 0, 0]
    at, expected = 0.0, []
    for n in range(400):
        at += between(n)
        begins = max(ticks(at), heapq.heappop(free))
        expected.append(begins - ticks(at))
        heapq.heappush(free, begins + duration(service(n)))
    assert waits.tolist() == expected


def ask(pools: Pools, calendar: Calendar, code: int, units: int = 1, **figures: object) -> Request:
    request = Request(code, code, code, "COACHES", (0,), units, simpy.Event(calendar), calendar.tick)
    for name, value in figures.items():
        setattr(request, name, value)
    pools.ask(request)
    return request


def plain_pools(kinds: list[str] | None = None, **figures: object) -> tuple[Calendar, Record, Pools]:
    calendar, record = Calendar(), Record(np.zeros((0, 0)))
    pools = Pools(calendar, record, kinds or ["COACHES"], lambda request: (request.asked, 2**62), **figures)  # type: ignore[arg-type]
    return calendar, record, pools


def test_simultaneous_requests_are_decided_by_code_and_not_by_who_asked_first() -> None:
    calendar, record, pools = plain_pools()
    pools.set_capacity(0, 1)
    for code in (5, 2, 9):
        ask(pools, calendar, code)
    calendar.run_to(10)
    assert [fact.request for fact in record.facts if isinstance(fact, Granted)] == [1]


def test_a_request_that_does_not_fit_holds_nobody_up() -> None:
    calendar, record, pools = plain_pools()
    pools.set_capacity(0, 3)
    ask(pools, calendar, 1, units=5)
    ask(pools, calendar, 2, units=3)
    calendar.run_to(10)
    assert [fact.units for fact in record.facts if isinstance(fact, Granted)] == [3]


def test_a_support_that_needs_a_pool_and_funds_waits_for_both() -> None:
    calendar, record, pools = plain_pools(["COACHES", "FUNDS"], consumed=frozenset({"FUNDS"}))
    pools.set_capacity(0, 5)
    pools.set_capacity(1, 900)
    ask(pools, calendar, 1, funds=(1,), dollars=1_000)
    calendar.run_to(10)
    assert not [fact for fact in record.facts if isinstance(fact, Granted)]
    pools.set_capacity(1, 1_500)
    calendar.run_to(20)
    granted = [fact for fact in record.facts if isinstance(fact, Granted)]
    assert [(fact.at, fact.waited, fact.dollars) for fact in granted] == [(10, 10, 1_000)]


def test_capacity_that_falls_takes_nothing_from_those_served() -> None:
    calendar, record, pools = plain_pools()
    pools.set_capacity(0, 2)
    first, _ = ask(pools, calendar, 1), ask(pools, calendar, 2)
    calendar.run_to(10)
    pools.set_capacity(0, 1)
    ask(pools, calendar, 3)
    calendar.run_to(20)
    pools.release(first)
    calendar.run_to(30)
    pools.close()
    assert [fact.request for fact in record.facts if isinstance(fact, Granted)] == [0, 1]
    assert [fact.waited for fact in record.facts if isinstance(fact, StillWaiting)] == [20]


def test_a_place_promised_to_a_school_is_kept_for_it_until_it_comes() -> None:
    calendar, record, pools = plain_pools(promised={0: frozenset({7})})
    pools.set_capacity(0, 1)
    ask(pools, calendar, 3)
    calendar.run_to(10)
    late = ask(pools, calendar, 7)
    calendar.run_to(20)
    pools.release(late)
    calendar.run_to(30)
    assert [(fact.at, fact.school) for fact in record.facts if isinstance(fact, Granted)] == [(10, 7), (20, 3)]


def test_giving_back_twice_is_noticed() -> None:
    calendar, _, pools = plain_pools()
    pools.set_capacity(0, 1)
    request = ask(pools, calendar, 1)
    calendar.run_to(10)
    pools.release(request)
    with pytest.raises(NotConserved):
        pools.release(request)
