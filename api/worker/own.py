"""The server's own worker: another process, so that the event loop stays free; started anew when it dies."""

import subprocess
import sys
import threading
from types import TracebackType
from typing import Self

import structlog

FIRST_PAUSE_SECONDS = 0.2
LONGEST_PAUSE_SECONDS = 10.0
PATIENCE_SECONDS = 10.0

log = structlog.get_logger(__name__)


class OwnWorker:
    """Keeps ``milepost worker`` running beside this process. Used as ``with``.

    The worker reads from a pipe whose other end we hold. When we end, however that happens, it finds the pipe closed
    and ends too.
    """

    def __init__(
        self, command: tuple[str, ...] = (sys.executable, "-m", "api", "worker", "--until-stdin-ends")
    ) -> None:
        self._command = command
        self._child: subprocess.Popen[bytes] | None = None
        self._stop = threading.Event()
        self._watch = threading.Thread(target=self._keep, name="own-worker", daemon=True)

    @property
    def pid(self) -> int | None:
        """The process id of the worker, if it runs."""
        child = self._child
        return child.pid if child is not None and child.poll() is None else None

    def __enter__(self) -> Self:
        self._watch.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        if (child := self._child) is not None:
            if child.stdin is not None:
                child.stdin.close()
            try:
                child.wait(PATIENCE_SECONDS)
            except subprocess.TimeoutExpired:
                child.kill()
        self._watch.join(PATIENCE_SECONDS)

    def _keep(self) -> None:
        pause = FIRST_PAUSE_SECONDS
        while not self._stop.is_set():
            self._child = subprocess.Popen(self._command, stdin=subprocess.PIPE)  # noqa: S603 - our own command
            code = self._child.wait()
            if self._stop.is_set():
                return
            log.warning("the worker ended, starting another", code=code, pause=pause)
            self._stop.wait(pause)
            pause = min(2 * pause, LONGEST_PAUSE_SECONDS)
