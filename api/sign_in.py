"""Who comes in: a browser with the cookie of its session or a program with a token; how a browser signs in and out."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from api import proofs
from api.serving.faults import FaultCode, RequestFault
from api.settings import Settings
from domain.people import NOBODY, Viewer

SESSION_COOKIE = "milepost_session"

SPENT_LINK = """<!doctype html>
<html lang="en">
<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Sign in to Milepost</title>
<h1>This link no longer works</h1>
<p>A sign-in link works once, and not for long. Ask whoever runs Milepost for a new one
(<code>milepost sign-in-link EMAIL</code>).</p>
</html>
"""


@dataclass(frozen=True, slots=True)
class Proof:
    """What a visitor shows: a token, the secret of a session, or nothing."""

    kind: Literal["token", "session", "none"]
    secret: str = ""


def proof_of(connection: HTTPConnection, said: Mapping[str, Any] | None = None) -> Proof:
    """Return what a connection shows; on a socket ``said``, the payload of connection_init, may hold the token.

    Raises ``RequestFault`` for an Authorization that is not ``Bearer`` and a token.
    """
    spoken = {str(name).lower(): value for name, value in (said or {}).items()}
    header = spoken.get("authorization") or connection.headers.get("authorization")
    if header is not None:
        scheme, _, secret = str(header).strip().partition(" ")
        if scheme.lower() != "bearer" or not secret.strip():
            raise not_signed_in("The Authorization must be “Bearer”, a space and a token.")
        return Proof("token", secret.strip())
    if session := connection.cookies.get(SESSION_COOKIE):
        return Proof("session", session)
    return Proof("none")


def not_signed_in(message: str) -> RequestFault:
    """Return the refusal of a proof that does not hold."""
    return RequestFault(
        401, FaultCode.UNAUTHENTICATED, message, headers={"WWW-Authenticate": 'Bearer realm="milepost"'}
    )


def is_foreign(connection: HTTPConnection, settings: Settings) -> bool:
    """Return whether a browser came here from another site's page. Programs send no Origin."""
    origin = connection.headers.get("origin")
    if origin is None:
        return False
    own = {connection.headers.get("host", ""), urlsplit(settings.address).netloc}
    return urlsplit(origin).netloc not in own


class SignIn:
    """Signing in by a one-time link, signing out, and telling who a visitor is."""

    def __init__(self, settings: Settings, open_work: proofs.OpenWork) -> None:
        self._settings = settings
        self._open_work = open_work

    @property
    def routes(self) -> list[BaseRoute]:
        """The addresses of signing in and out."""
        return [Route("/sign-in", self.sign_in), Route("/sign-out", self.sign_out, methods=["POST"])]

    async def viewer(self, proof: Proof) -> Viewer:
        """Return who a visitor is. Raises ``RequestFault`` for a token that does not hold."""
        now = datetime.now(UTC)
        match proof.kind:
            case "token":
                viewer = await run_in_threadpool(proofs.viewer_of_token, self._open_work, proof.secret, now)
                if viewer is None:
                    raise not_signed_in("This token is unknown, has expired or was revoked.")
                return viewer
            case "session":
                # A browser whose session has ended is a guest again, not an error.
                return await run_in_threadpool(proofs.viewer_of_session, self._open_work, proof.secret, now)
            case _:
                return NOBODY

    def again(self, proof: Proof) -> Callable[[], Awaitable[Viewer]]:
        """Return how to ask once more, later on, who a visitor is; one whose proof no longer holds is nobody."""

        async def identify() -> Viewer:
            try:
                return await self.viewer(proof)
            except RequestFault:
                return NOBODY

        return identify

    async def sign_in(self, request: Request) -> Response:
        """Turn a one-time link into a session, and go on to the page."""
        secret = await run_in_threadpool(
            proofs.redeem_link,
            self._open_work,
            request.query_params.get("token", ""),
            datetime.now(UTC),
            days=self._settings.session_days,
        )
        if secret is None:
            return HTMLResponse(SPENT_LINK, status_code=403)
        response = RedirectResponse("/", status_code=303)
        response.set_cookie(
            SESSION_COOKIE,
            secret,
            max_age=round(self._settings.session_days * 86_400),
            httponly=True,
            samesite="lax",
            secure=self._settings.address.startswith("https://"),
        )
        return response

    async def sign_out(self, request: Request) -> Response:
        """End the session; other browsers of the account stay signed in."""
        if is_foreign(request, self._settings):
            raise RequestFault(403, FaultCode.FORBIDDEN, "Only Milepost's own page signs you out.")
        if secret := request.cookies.get(SESSION_COOKIE):
            await run_in_threadpool(proofs.end_session, self._open_work, secret)
        response = Response(status_code=204)
        response.delete_cookie(SESSION_COOKIE, httponly=True, samesite="lax")
        return response
