"""Processes that carry out orders one at a time, so that one that takes too long, or crashes, ends nothing else."""

from __future__ import annotations

import faulthandler
import gc
import os
import resource
import signal
import subprocess
import sys
import tempfile
import threading
import time
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from queue import SimpleQueue
from typing import IO, NoReturn

from gha2tekton.batch import fetch
from gha2tekton.batch.row import Row
from gha2tekton.batch.work import Order, carry_out, failed

GRACE = 2.0
"""Seconds that a worker has after the time limit to tell itself what did not end, or to end when asked to."""

_START = 60.0
"""Seconds for a worker to be there; they do not count as those of its first order."""

_LOG = 64 << 10
_MAIN = "import sys; sys.path[:] = {path!r}; from gha2tekton.batch.worker import main; main({descriptor})"


class Worker:
    """A process and the way to it; started with its first order, and again when it ended."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    def carry_out(self, order: Order) -> Row:
        """The row of an order, whatever becomes of the process."""
        more = GRACE if self._process else _START
        process = self._process or self._start()
        began, at = time.monotonic(), ""
        try:
            self._way.send(order)
            while self._way.poll(max(0, began + order.limit + more - time.monotonic())):
                match self._way.recv():
                    case Row() as row:
                        return row
                    case "":
                        began, more = time.monotonic(), GRACE
                    case workflow:
                        at, more = f", at {workflow}", 0
        except (EOFError, ConnectionError):
            log = self.end()
            return failed(order, f"its worker process {_fate(process.returncode)}{at}", log)
        process.send_signal(signal.SIGABRT)
        return failed(order, f"took longer than {order.limit:g} s{at}; --time-limit gives it more", self.end())

    def stop(self) -> None:
        """End the process, whatever it has under way; for any thread."""
        process = self._process
        if process is not None:
            process.terminate()
            try:
                process.wait(GRACE)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def _start(self) -> subprocess.Popen[bytes]:
        self._way, far = Pipe()
        self._errors = _file()
        with far:
            self._process = subprocess.Popen(
                [sys.executable, "-c", _MAIN.format(path=sys.path, descriptor=far.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=self._errors,
                pass_fds=[far.fileno()],
                start_new_session=True,  # Ctrl-C is for whoever started it
            )
        return self._process

    def end(self) -> str:
        """End the process when nobody waits for it any longer; what it said of its end."""
        if self._process is None:
            return ""
        self.stop()
        self._process = None
        self._way.close()
        with self._errors as errors:
            errors.seek(0)
            return errors.read(_LOG).decode("utf-8", "replace")


class Crew:
    """As many workers as there are orders at a time."""

    def __init__(self) -> None:
        self._all: list[Worker] = []
        self._free: list[Worker] = []
        self._lock = threading.Lock()
        self._over = False

    def carry_out(self, order: Order) -> Row:
        """The row of an order; for any number of threads."""
        worker = self.claim()
        try:
            return worker.carry_out(order)
        finally:
            self.release(worker)

    def claim(self) -> Worker:
        """A worker that has nothing to do."""
        with self._lock:
            if self._over:
                raise RuntimeError("the workers have been dismissed")
            if not self._free:
                self._free.append(Worker())
                self._all += self._free
            return self._free.pop()

    def release(self, worker: Worker) -> None:
        """Its order is done."""
        with self._lock:
            if not self._over:
                self._free.append(worker)
                return
        worker.end()

    @property
    def idle(self) -> bool:
        return len(self._free) == len(self._all)

    def end(self) -> None:
        """End all workers, and what they have under way."""
        with self._lock:
            self._over = True
            free, self._free = self._free, []
        for worker in self._all:
            worker.stop()
        for worker in free:
            worker.end()


def _file() -> IO[bytes]:
    """For a process's last words; a full disk takes them away, and nothing else."""
    try:
        return tempfile.TemporaryFile()
    except OSError:
        return open(os.devnull, "w+b")


def _fate(status: int) -> str:
    if status == -signal.SIGKILL:
        return "was killed; out of memory?"
    return f"was ended by {signal.Signals(-status).name}" if status < 0 else f"ended with status {status}"


def main(descriptor: int) -> NoReturn:
    """The worker's own side: carry out what comes until nobody is there any more."""
    faulthandler.enable()
    gc.freeze()  # what is imported stays: no need to look through it for cycles
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGTERM, lambda *_: _leave())
    way = Connection(descriptor)
    orders: SimpleQueue[Order] = SimpleQueue()
    threading.Thread(target=_listen, args=(way, orders), daemon=True).start()
    way.send("")  # the time of the first order begins
    while True:
        way.send(carry_out(orders.get(), way.send))


def _listen(way: Connection, orders: SimpleQueue[Order]) -> None:
    try:
        while True:
            orders.put(way.recv())
    finally:
        _leave()


def _leave() -> NoReturn:
    fetch.stop()
    os._exit(1)
