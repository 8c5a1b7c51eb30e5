"""Carrying out orders: in processes of this machine, or on the workers of a Dask cluster."""

from __future__ import annotations

import multiprocessing
import multiprocessing.connection
import os
import signal
import sys
import threading
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from itertools import islice
from multiprocessing import resource_tracker
from typing import Any, Protocol

from gha2tekton.batch.row import Row
from gha2tekton.batch.work import Order, carry_out


class Executor(Protocol):
    """Who carries out orders."""

    def rows(self, orders: Iterable[Order]) -> Iterator[Row]:
        """The row of every order as it is finished, in any order; orders are drawn as there is room for them."""


class Processes:
    """Worker processes of this machine."""

    def __init__(self, jobs: int) -> None:
        self.jobs = jobs

    def rows(self, orders: Iterable[Order]) -> Iterator[Row]:
        waiting = iter(orders)
        while True:
            suspects: list[Order] = []
            ended = yield from self._until_broken(waiting, suspects)
            # One of those that were under way ended its worker: each gets a worker of its own to show which.
            for order in suspects:
                yield self._alone(order)
            if ended:
                return

    def _pool(self, workers: int) -> ProcessPoolExecutor:
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload([carry_out.__module__])
        with _uninterrupted():
            pool = ProcessPoolExecutor(workers, context, initializer=_begin)
            for _ in range(workers):
                pool.submit(os.getpid)
        return pool

    def _until_broken(self, orders: Iterator[Order], suspects: list[Order]) -> Generator[Row, None, bool]:
        """Whether all orders were carried out; else those under way when a worker died are the suspects."""
        with self._pool(self.jobs) as pool:
            running: dict[Future[Row], Order] = {}
            try:
                while True:
                    for order in islice(orders, 2 * self.jobs - len(running)):
                        suspects.append(order)
                        running[pool.submit(carry_out, order)] = order
                        suspects.pop()
                    if not running:
                        return True
                    for future in wait(running, return_when=FIRST_COMPLETED).done:
                        row = future.result()
                        del running[future]
                        yield row
            except BrokenProcessPool:
                suspects += running.values()
                return False
            except BaseException:  # nobody waits for what is under way any longer
                for worker in multiprocessing.active_children():
                    worker.terminate()
                pool.shutdown(cancel_futures=True)
                raise

    def _alone(self, order: Order) -> Row:
        with self._pool(1) as pool:
            try:
                return pool.submit(carry_out, order).result()
            except BrokenProcessPool:
                return _died(order)


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Ctrl-C waits, and processes started meanwhile never hear of it: it is for this one to end them."""
    resource_tracker.ensure_running()  # which would let Ctrl-C in again
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _begin() -> None:
    """In a worker: end an order that is under way when asked to, and end when nobody is there to ask any more."""
    signal.signal(signal.SIGTERM, _end)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_follow, args=(parent.sentinel,), daemon=True).start()


def _end(*_: object) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    sys.exit(1)


def _follow(sentinel: int) -> None:
    multiprocessing.connection.wait([sentinel])
    os._exit(1)


class Dask:
    """The workers of a Dask cluster; sources and output must be reachable from them under the same paths."""

    def __init__(self, address: str, ahead: int = 4) -> None:
        from distributed import Client

        self._client = Client(address, timeout="20s", set_as_default=False)
        self._ahead = ahead

    def rows(self, orders: Iterable[Order]) -> Iterator[Row]:
        from distributed import as_completed

        waiting = iter(orders)
        running: dict[Any, Order] = {}
        completed = as_completed([], loop=self._client.loop)

        def more(count: int) -> None:
            for order in islice(waiting, count):
                future = self._client.submit(carry_out, order, pure=False, retries=2)
                running[future] = order
                completed.add(future)

        more(self._ahead * max(1, len(self._client.scheduler_info()["workers"])))
        for future in completed:
            order = running.pop(future)
            yield future.result() if future.status == "finished" else _died(order)
            more(1)


def _died(order: Order) -> Row:
    origin = order.origin
    return Row(
        origin.name,
        origin.source,
        "failed",
        origin.ref,
        reason="its worker process ended; out of memory?",
        made=order.made,
    )
