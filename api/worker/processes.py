"""The processes that compute: started once, warm when the first forecast comes, gone when their worker is."""

import os
import threading
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context, parent_process

from simulation.experiment import prepare, run_prepared

NICENESS = 10


class Processes:
    """A pool of processes that survives the death of any of them."""

    def __init__(self, number: int) -> None:
        self.number = number
        self._pool = self._start()

    def submit(self, inputs_hash: str, payload: bytes, first: int, last: int) -> Future[bytes]:
        """Have replications ``first`` up to ``last`` computed; the result is their statistics, as bytes.

        The future ends with ``BrokenProcessPool`` if a process died; then ``restart``.
        """
        return self._pool.submit(compute, inputs_hash, payload, first, last)

    def restart(self) -> None:
        """Start anew after a process died; whatever was under way is lost."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        self._pool = self._start()

    def stop(self) -> None:
        """End the processes; they do not finish what they are at."""
        children = list((self._pool._processes or {}).values())
        self._pool.shutdown(wait=False, cancel_futures=True)
        for child in children:
            child.terminate()
        for child in children:
            child.join(5)

    def _start(self) -> ProcessPoolExecutor:
        pool = ProcessPoolExecutor(self.number, mp_context=get_context("spawn"), initializer=_settle_in)
        for _ in range(self.number):
            pool.submit(os.getpid)  # a process starts when there is work for it: here is some
        return pool


def compute(inputs_hash: str, payload: bytes, first: int, last: int) -> bytes:
    """Run one batch of replications, in a process of the pool."""
    prepare(payload)
    return run_prepared(inputs_hash, first, last)


def _settle_in() -> None:
    """Let whoever waits for an answer go first, and end when our worker ends: nobody else would tell us."""
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    worker = parent_process()
    assert worker is not None  # noqa: S101 - only ever called in a child

    def wait_for_its_end() -> None:
        worker.join()
        os._exit(1)

    threading.Thread(target=wait_for_its_end, name="parent-watch", daemon=True).start()


__all__ = ["BrokenProcessPool", "Processes", "compute"]
