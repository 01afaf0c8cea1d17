"""The server process: an app over a deployment, listening until it is told to stop."""

import signal
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, nullcontext
from functools import partial

import uvicorn
from starlette.applications import Starlette

from api.app import Parts, build_app
from api.deployment import Deployment
from api.door import FrontDoor
from api.health import look
from api.progress import ProgressFeed
from api.sign_in import SignIn
from api.worker.own import OwnWorker
from schema.root import schema
from storage.reading import SqlReader

MESSAGE_BYTES = 262_144


def create_app(deployment: Deployment) -> Starlette:
    """Wire schema, storage and transports to one app."""
    settings = deployment.settings
    feed = ProgressFeed(deployment.database)
    reader = SqlReader(deployment.database.engine)
    door = FrontDoor(SignIn(settings, deployment.open_work), deployment.open_work, reader, feed)

    @asynccontextmanager
    async def living() -> AsyncIterator[None]:
        async with feed:
            yield

    return build_app(settings, Parts(schema._schema, door, partial(look, deployment.database), living))


def serve(deployment: Deployment, listener: socket.socket, on_started: Callable[[], None]) -> None:
    """Serve until SIGINT or SIGTERM; then let requests finish, and leave."""
    settings = deployment.settings

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            if self.started:
                on_started()

    server = Server(
        uvicorn.Config(
            create_app(deployment),
            loop="auto",
            http="httptools",
            ws="websockets-sansio",
            ws_max_size=MESSAGE_BYTES,
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=settings.shutdown_seconds,
        )
    )
    for end in (signal.SIGTERM, signal.SIGINT):
        signal.signal(end, _leave)  # uvicorn raises them again once it has ended
    with OwnWorker() if settings.own_worker else nullcontext():
        server.run(sockets=[listener])


def _leave(*_: object) -> None:
    """End in good order: everything that was opened is closed on the way out."""
    raise SystemExit(0)
