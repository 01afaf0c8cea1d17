"""Several at once: keys have one effect, the last place goes to one, and who comes second waits for the first."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest

from domain.errors import CapacityExceeded, InvalidInput, RepeatedKey
from domain.identity import OrganizationId, new_id
from domain.ports import KeptAnswer
from domain.services.supporting import assign_support
from tests.storage.conftest import Works
from tests.storage.plan import Plan, indicator


def test_a_key_used_again_gives_the_first_answer(works: Works, plan: Plan) -> None:
    subject = new_id()
    with works() as work:
        assert work.idempotency_keys.claim(plan.planner.id, "a key", "hash") is None
        work.idempotency_keys.keep(plan.planner.id, "a key", subject)
        work.commit()
    with works() as work:
        assert work.idempotency_keys.claim(plan.planner.id, "a key", "hash") == KeptAnswer("hash", subject)
        with pytest.raises(RepeatedKey) as refusal:
            work.idempotency_keys.claim(plan.planner.id, "a key", "another hash")
        assert refusal.value.field == ("idempotencyKey",)


def test_keys_belong_to_accounts_and_nobody_is_one_of_them(works: Works, plan: Plan) -> None:
    with works() as work:
        assert work.idempotency_keys.claim(plan.planner.id, "a key", "hash") is None
        assert work.idempotency_keys.claim(None, "a key", "other") is None
        work.commit()
    with works() as work:
        assert work.idempotency_keys.claim(None, "a key", "other") == KeptAnswer("other", None)


@pytest.mark.parametrize("key", ["", "x" * 201])
def test_a_key_of_no_or_unseemly_length_is_refused(works: Works, key: str) -> None:
    with works() as work, pytest.raises(InvalidInput, match="1 to 200 characters"):
        work.idempotency_keys.claim(None, key, "hash")


def test_twenty_repeats_at_once_have_one_effect(works: Works, plan: Plan) -> None:
    start = threading.Barrier(20)

    def repeat(number: int) -> object:
        start.wait()
        with works() as work:
            answer = work.idempotency_keys.claim(plan.planner.id, "once", "hash")
            if answer is not None:
                return answer.subject
            made = indicator(plan.state, f"made by {number}")
            work.indicators.add(made)
            time.sleep(0.05)
            work.idempotency_keys.keep(plan.planner.id, "once", made.id)
            work.commit()
            return made.id

    with ThreadPoolExecutor(20) as threads:
        answers = set(threads.map(repeat, range(20)))
    with works() as work:
        made = [held.id for held in work.indicators.of_owner(plan.state.id) if held.id != plan.reading.id]
    assert answers == set(made)
    assert len(made) == 1


def test_a_key_whose_first_use_failed_is_free_again(works: Works, plan: Plan) -> None:
    claimed, failed = threading.Event(), threading.Event()

    def fail() -> None:
        with works() as work:
            work.idempotency_keys.claim(plan.planner.id, "once", "hash")
            claimed.set()
            time.sleep(0.1)
            failed.set()

    def wait_for_it() -> KeptAnswer | None:
        claimed.wait()
        with works() as work:
            answer = work.idempotency_keys.claim(plan.planner.id, "once", "hash")
            assert failed.is_set()
            return answer

    with ThreadPoolExecutor(2) as threads:
        first, second = threads.submit(fail), threads.submit(wait_for_it)
        assert second.result(timeout=10) is None
        first.result(timeout=10)


def test_the_last_place_of_a_pool_goes_to_one(works: Works, plan: Plan) -> None:
    start = threading.Barrier(8)

    def ask(school: OrganizationId) -> bool:
        start.wait()
        try:
            with works() as work:
                assign_support(
                    work,
                    plan.acting,
                    support_id=plan.coaching.id,
                    pool_id=plan.coaches.id,
                    organization_id=school,
                    starts=date(2026, 9, 1),
                    ends=date(2027, 6, 1),
                    promised_units=36.0,
                )
                time.sleep(0.01)
                work.commit()
        except CapacityExceeded:
            return False
        return True

    schools = [plan.east.id, plan.west.id, plan.lake.id] * 3
    with ThreadPoolExecutor(8) as threads:
        got = list(threads.map(ask, schools[:8]))
    assert sum(got) == 2
    with works() as work:
        assert len(work.assignments.of_pool(plan.coaches.id)) == 2


def test_who_holds_a_pool_sees_it_as_it_is_now(works: Works, plan: Plan) -> None:
    with works() as work:
        held = work.pools.get(plan.coaches.id)
        with works() as other:
            other.pools.get(plan.coaches.id).capacity[2027] = 7.0
            other.commit()
        assert work.pools.get(plan.coaches.id, for_update=True) is held
        assert held.capacity[2027] == 7.0
        assert held.version == 2
