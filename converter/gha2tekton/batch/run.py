"""Carrying out orders: by processes of this machine, or on the workers of a Dask cluster."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Generator, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from itertools import islice
from typing import Any, Protocol

from gha2tekton.batch.row import Row
from gha2tekton.batch.work import Order, failed
from gha2tekton.batch.worker import Crew


class Executor(Protocol):
    """Who carries out orders."""

    def rows(self, orders: Iterable[Order]) -> Generator[Row, None, None]:
        """The row of every order as it is finished, in any order; orders are drawn as there is room for them.

        Closed before its end it ends what is under way.
        """


class Processes:
    """Worker processes of this machine."""

    def __init__(self, jobs: int) -> None:
        self.jobs = jobs

    def rows(self, orders: Iterable[Order]) -> Generator[Row, None, None]:
        waiting = iter(orders)
        crew = Crew()
        pool = ThreadPoolExecutor(self.jobs)
        running: set[Future[Row]] = set()
        try:
            while True:
                for order in islice(waiting, 2 * self.jobs - len(running)):
                    running.add(pool.submit(crew.carry_out, order))
                if not running:
                    return
                done, running = wait(running, return_when=FIRST_COMPLETED)
                for future in done:
                    yield future.result()
        finally:
            crew.end()
            pool.shutdown(cancel_futures=True)


class Dask:
    """The workers of a Dask cluster; sources and output must be reachable from them under the same paths."""

    def __init__(self, address: str, ahead: int = 4) -> None:
        from distributed import Client

        self._client = Client(address, timeout="20s", set_as_default=False)
        self._ahead = ahead

    def rows(self, orders: Iterable[Order]) -> Generator[Row, None, None]:
        from distributed import as_completed

        waiting = iter(orders)
        running: dict[Any, Order] = {}
        completed = as_completed([], loop=self._client.loop)
        run = secrets.token_hex(8)

        def more(count: int) -> None:
            for order in islice(waiting, count):
                future = self._client.submit(_carry_out_there, order, run, pure=False, retries=2)
                running[future] = order
                completed.add(future)

        try:
            more(self._ahead * max(1, len(self._client.scheduler_info()["workers"])))
            for future in completed:
                order = running.pop(future)
                if future.status == "finished":
                    yield future.result()
                elif self._client.status == "running":
                    yield failed(order, "the Dask workers that had it ended; out of memory?")
                else:
                    raise OSError("the scheduler is gone; the same command goes on where this one was")
                more(1)
        finally:
            if self._client.status == "running":
                self._client.cancel(list(running))
                self._client.run(_dismiss, run, on_error="ignore")


_crews: dict[str, Crew] = {}
_lock = threading.Lock()


def _carry_out_there(order: Order, run: str) -> Row:
    """On a Dask worker: by processes of its own, which know nothing of earlier runs."""
    with _lock:
        crew = _crews.get(run)
        if crew is None:
            for other in [name for name, one in _crews.items() if one.idle]:  # whose run may have been killed
                _crews.pop(other).end()
            crew = _crews[run] = Crew()
        worker = crew.claim()
    try:
        return worker.carry_out(order)
    finally:
        crew.release(worker)


def _dismiss(run: str) -> None:
    with _lock:
        crew = _crews.pop(run, None)
    if crew is not None:
        crew.end()
