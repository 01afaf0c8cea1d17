"""A real server on a free port, with the toy schema behind our own transports."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import uvicorn

from api.app import Parts, build_app
from api.health import Readiness
from api.settings import Settings
from tests.api.serving.toy import Counts, ToyDoor, toy_schema


@dataclass
class ToyServer:
    address: str
    counts: Counts

    @property
    def graphql(self) -> str:
        return f"{self.address}/graphql"

    @property
    def socket(self) -> str:
        return self.graphql.replace("http", "ws", 1)


@contextmanager
def serving(settings: Settings) -> Iterator[ToyServer]:
    door = ToyDoor()
    app = build_app(settings, Parts(toy_schema(), door, lambda: Readiness("ok", "ok", "ok")))
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        app, ws="websockets-sansio", http="httptools", log_config=None, access_log=False, ws_max_size=262_144
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield ToyServer(f"http://127.0.0.1:{listener.getsockname()[1]}", door.counts)
    finally:
        server.should_exit = True
        thread.join(10)
        listener.close()


@pytest.fixture(scope="session")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ToyServer]:
    settings = Settings(
        web_folder=Path(tmp_path_factory.mktemp("web")),
        operation_seconds=1.5,
        websocket_init_seconds=1.0,
        websocket_operations=60,
    )
    with serving(settings) as server:
        yield server
