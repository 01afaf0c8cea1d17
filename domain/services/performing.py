"""One act from beginning to end: under its idempotency key, inside one unit of work, committed once."""

import hashlib
import json
from collections.abc import Callable, Mapping
from uuid import UUID

from domain.errors import Conflict, InvalidInput
from domain.ports import Acting, UnitOfWork

LONGEST_KEY = 200


def perform(
    open_work: Callable[[], UnitOfWork],
    acting: Acting,
    service: Callable[..., object],
    *,
    key: str | None,
    request: Mapping[str, object],
    **arguments: object,
) -> UUID:
    """Run ``service(work, acting, **arguments)``, commit, and return the identity of the entity it answered with.

    ``request`` is what the caller asked, as JSON values. Under a ``key`` that the same account has used before for the
    same request nothing happens a second time: what comes back is what came back then. Raises ``RepeatedKey`` if the
    request is another one, ``StaleVersion`` if somebody else was faster, and whatever the service refuses; then
    nothing has been written, the key included.
    """
    if key is not None and not 1 <= len(key) <= LONGEST_KEY:
        raise InvalidInput(
            f"An idempotency key has 1 to {LONGEST_KEY} characters; this one has {len(key)}.",
            field=("idempotencyKey",),
        )
    with open_work() as work:
        account_id = acting.viewer.account_id
        if key is not None:
            answered = work.idempotency_keys.claim(account_id, key, request_hash(request))
            if answered is not None:
                if answered.subject is None:
                    raise Conflict("This request is still being carried out.", field=("idempotencyKey",))
                return answered.subject
        subject: UUID = service(work, acting, **arguments).id  # type: ignore[attr-defined]
        if key is not None:
            work.idempotency_keys.keep(account_id, key, subject)
        work.commit()
        return subject


def request_hash(request: Mapping[str, object]) -> str:
    """Return the SHA-256, in hexadecimal, of a request; the order of its fields does not matter."""
    text = json.dumps(request, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode("ascii")).hexdigest()
