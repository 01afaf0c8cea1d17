"""``milepost serve`` and ``milepost worker``: the processes that keep Milepost going."""

import os
import signal
import threading
from collections.abc import Callable
from contextlib import ExitStack, suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from api.commands.console import err, milepost, settings
from api.listening import bind
from domain.errors import NotFound

if TYPE_CHECKING:
    from api.deployment import Deployment

SECONDS_TO_LEAVE = 8.0

UntilStdinEnds = Annotated[
    bool, typer.Option("--until-stdin-ends", help="End when standard input does: for the process that started us.")
]


def serve(
    sign_in: Annotated[
        str | None, typer.Option("--sign-in", help="Print a sign-in link for this account once the server answers.")
    ] = None,
    prepare: Annotated[
        bool, typer.Option("--prepare", help="First migrate, and load the sample state if there is no state at all.")
    ] = False,
    until_stdin_ends: UntilStdinEnds = False,
) -> None:
    """Serve the page and GraphQL, with a worker for forecasts, until stopped."""
    from api.commands.data import load_sample_if_empty
    from api.commands.database import bring_up_to_date
    from api.deployment import reached
    from api.server import serve as serve_until_stopped

    listener = bind(settings())
    if until_stdin_ends:
        _at_end_of_stdin(lambda: os.kill(os.getpid(), signal.SIGTERM))
    with ExitStack() as held:
        if prepare:
            # Our own database is kept running from here on, so that it need not start twice.
            bring_up_to_date(held.enter_context(reached(settings())))
        deployment = held.enter_context(milepost())
        if prepare:
            load_sample_if_empty(deployment)

        def tell() -> None:
            err.print(f"Milepost is at {settings().address}", highlight=False, soft_wrap=True)
            if (link := _link(deployment, sign_in)) is not None:
                err.print(f"Sign in: {link}", highlight=False, soft_wrap=True)

        serve_until_stopped(deployment, listener, tell)


def _link(deployment: "Deployment", email: str | None) -> str | None:
    from api.proofs import issue_sign_in_link
    from api.sample_state.generate import PLANNER_EMAIL

    held = deployment.settings
    with deployment.open_work() as work:
        try:
            link = issue_sign_in_link(
                work, email or PLANNER_EMAIL, datetime.now(UTC), minutes=held.sign_in_link_minutes, address=held.address
            )
        except NotFound:
            if email is not None:
                raise
            return None
        work.commit()
        return link


def worker(
    until_stdin_ends: UntilStdinEnds = False,
) -> None:
    """Work on forecasts until stopped; beside a server, or on another machine with the same database."""
    from api.worker.loop import Worker

    held = settings()
    with milepost() as deployment:
        own = Worker(
            deployment.database.url,
            deployment.open_work,
            processes=held.processes,
            lease_seconds=held.lease_seconds,
        )
        for end in (signal.SIGTERM, signal.SIGINT):
            signal.signal(end, lambda *_: own.stop())
        if until_stdin_ends:
            _at_end_of_stdin(own.stop)
        own.work()


def _at_end_of_stdin(leave: Callable[[], None]) -> None:
    """Call ``leave`` when whoever started us is gone; and do not wait for ever until we have left."""

    def watch() -> None:
        # Not through sys.stdin: Python would wait for its lock, which this thread holds, when it ends.
        with suppress(OSError):
            while os.read(0, 4096):
                pass
        leave()
        threading.Event().wait(SECONDS_TO_LEAVE)
        os._exit(1)

    threading.Thread(target=watch, name="stdin-watch", daemon=True).start()
