"""From a connection to the context of an operation: who asks, what they may read, how their acts are carried out."""

import contextvars
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection
from starlette.routing import BaseRoute

from api.progress import ProgressFeed
from api.proofs import OpenWork
from api.sign_in import SignIn, proof_of
from domain.people import Viewer
from domain.ports import Acting
from domain.reading import Reader
from domain.services.performing import perform
from schema.context import Context


class FrontDoor:
    """Makes the context of each operation."""

    def __init__(self, sign_in: SignIn, open_work: OpenWork, reader: Reader, feed: ProgressFeed) -> None:
        self._sign_in = sign_in
        self._open_work = open_work
        self._reader = reader
        self._feed = feed

    @property
    def routes(self) -> list[BaseRoute]:
        """The addresses at which one comes in and goes."""
        return self._sign_in.routes

    async def context(self, connection: HTTPConnection, said: Mapping[str, Any] | None = None) -> Context:
        """Return the context of one operation. Raises ``RequestFault`` for a proof that does not hold."""
        proof = proof_of(connection, said)
        viewer = await self._sign_in.viewer(proof)
        return Context(
            viewer=viewer,
            now=_now(),
            reader=self._reader,
            perform=_Performing(self._open_work, viewer),
            progress=self._feed.follow,
            request_id=str(connection.scope["state"]["request_id"]),
            identify=self._sign_in.again(proof),
            clock=_now,
        )


class _Performing:
    """Carries out one act in a thread, so that the event loop stays free."""

    def __init__(self, open_work: OpenWork, viewer: Viewer) -> None:
        self._open_work = open_work
        self._viewer = viewer

    async def __call__(
        self, service: Callable[..., object], *, key: str | None, request: dict[str, Any], **arguments: Any
    ) -> UUID:
        acting = Acting(self._viewer, _now())
        return await run_in_threadpool(
            contextvars.copy_context().run,
            lambda: perform(self._open_work, acting, service, key=key, request=request, **arguments),
        )


def _now() -> datetime:
    return datetime.now(UTC)
