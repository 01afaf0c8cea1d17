"""Secrets are kept as hashes; what has expired, been revoked or been used up is as good as unknown."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from hashlib import sha256

from domain.identity import new_id
from domain.people import TokenScope
from domain.ports import ApiToken
from tests.storage.conftest import Works
from tests.storage.plan import NOW, Plan

HOUR = timedelta(hours=1)


def _hash(secret: str) -> bytes:
    return sha256(secret.encode()).digest()


def _token(plan: Plan, secret: str = "secret", *, created: datetime = NOW, expires: datetime | None = None) -> ApiToken:
    return ApiToken(
        new_id(), plan.planner.id, "nightly export", "mp_abc", _hash(secret), TokenScope.READ, created, expires
    )


def test_a_token_is_known_by_its_hash_until_it_expires(works: Works, plan: Plan) -> None:
    token = _token(plan, expires=NOW + HOUR)
    with works() as work:
        work.credentials.keep_token(token)
        work.commit()
    with works() as work:
        assert work.credentials.token(_hash("secret"), NOW) == token
        assert work.credentials.token(_hash("guess"), NOW) is None
        assert work.credentials.token(_hash("secret"), NOW + HOUR) is None


def test_a_revoked_token_is_out_of_use_for_good(works: Works, plan: Plan) -> None:
    token = _token(plan)
    with works() as work:
        work.credentials.keep_token(token)
        work.commit()
        assert work.credentials.revoke_token(token.id, NOW + HOUR)
        assert not work.credentials.revoke_token(token.id, NOW + 2 * HOUR)
        assert not work.credentials.revoke_token(new_id(), NOW)
        work.commit()
    with works() as work:
        assert work.credentials.token(_hash("secret"), NOW) is None
        assert [held.revoked_at for held in work.credentials.tokens_of(plan.planner.id)] == [NOW + HOUR]


def test_tokens_are_listed_newest_first_with_their_last_use(works: Works, plan: Plan) -> None:
    old, new = _token(plan, "old", created=NOW - HOUR), _token(plan, "new")
    with works() as work:
        work.credentials.keep_token(old)
        work.credentials.keep_token(new)
        work.credentials.note_use(old.id, NOW)
        work.credentials.note_use(old.id, NOW + timedelta(seconds=59))
        work.commit()
    with works() as work:
        held = work.credentials.tokens_of(plan.planner.id)
        assert [(token.id, token.last_used_at) for token in held] == [(new.id, None), (old.id, NOW)]
        work.credentials.note_use(new_id(), NOW)
        work.credentials.note_use(old.id, NOW + timedelta(seconds=60))
        assert work.credentials.tokens_of(plan.planner.id)[1].last_used_at == NOW + timedelta(seconds=60)


def test_a_sign_in_link_works_once(works: Works, plan: Plan) -> None:
    with works() as work:
        work.credentials.keep_sign_in_link(_hash("link"), plan.planner.id, NOW + HOUR)
        work.commit()
    with works() as work:
        assert work.credentials.redeem_sign_in_link(_hash("link"), NOW) == plan.planner.id
        work.commit()
    with works() as work:
        assert work.credentials.redeem_sign_in_link(_hash("link"), NOW) is None


def test_of_ten_who_redeem_a_link_at_once_one_gets_in(works: Works, plan: Plan) -> None:
    with works() as work:
        work.credentials.keep_sign_in_link(_hash("link"), plan.planner.id, NOW + HOUR)
        work.commit()
    start = threading.Barrier(10)

    def redeem(_: int) -> bool:
        start.wait()
        with works() as work:
            redeemed = work.credentials.redeem_sign_in_link(_hash("link"), NOW)
            work.commit()
            return redeemed is not None

    with ThreadPoolExecutor(10) as threads:
        assert sum(threads.map(redeem, range(10))) == 1


def test_sessions_end_by_time_by_sign_out_and_all_at_once(works: Works, plan: Plan) -> None:
    with works() as work:
        for secret in ("phone", "laptop", "library"):
            work.credentials.open_session(_hash(secret), plan.planner.id, NOW, NOW + HOUR)
        work.commit()
    with works() as work:
        assert work.credentials.account_of_session(_hash("phone"), NOW) == plan.planner.id
        assert work.credentials.account_of_session(_hash("phone"), NOW + HOUR) is None
        work.credentials.end_session(_hash("phone"))
        assert work.credentials.account_of_session(_hash("phone"), NOW) is None
        assert work.credentials.account_of_session(_hash("laptop"), NOW) == plan.planner.id
        work.credentials.end_sessions_of(plan.planner.id)
        assert work.credentials.account_of_session(_hash("laptop"), NOW) is None


def test_what_has_expired_is_forgotten(works: Works, plan: Plan) -> None:
    with works() as work:
        work.credentials.keep_sign_in_link(_hash("old link"), plan.planner.id, NOW)
        work.credentials.keep_sign_in_link(_hash("new link"), plan.planner.id, NOW + HOUR)
        work.credentials.open_session(_hash("old"), plan.planner.id, NOW - HOUR, NOW)
        work.credentials.open_session(_hash("new"), plan.planner.id, NOW - HOUR, NOW + HOUR)
        assert work.credentials.redeem_sign_in_link(_hash("old link"), NOW) is None
        assert work.credentials.forget_expired(NOW) == 2
        assert work.credentials.forget_expired(NOW) == 0
        assert work.credentials.account_of_session(_hash("new"), NOW) == plan.planner.id
