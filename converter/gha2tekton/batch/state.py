"""What a batch has done so far, beside its output: killed at any moment, it goes on where it was.

While a run lasts each finished repository is a line at the end of ``journal.jsonl``. When all are done the lines, in
the order of the names, become ``state.jsonl``, so that the end is the same however often the run was interrupted.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

from gha2tekton.batch.row import Row, parse
from gha2tekton.source import Refused

FOLDER = ".gha2tekton"


def log_of(output: Path, name: str) -> Path:
    """Where all is kept that is known of a repository that failed."""
    return output / FOLDER / "logs" / f"{name}.log"


class Busy(Refused):
    """Another run works on the same directory."""


class State:
    """The state of the batch whose output is a directory; use it as a context, which locks the directory."""

    def __init__(self, output: Path) -> None:
        self.folder = output / FOLDER
        self.staging = self.folder / "staging"
        self._journal = self.folder / "journal.jsonl"
        self._final = self.folder / "state.jsonl"
        self._places: dict[str, tuple[Path, int]] = {}
        self._fresh: set[str] = set()

    def __enter__(self) -> State:
        self.folder.mkdir(parents=True, exist_ok=True)
        self._lock = os.open(self.folder / "lock", os.O_CREAT | os.O_RDWR, 0o644)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(self._lock)
            raise Busy(f"{self.folder.parent}: another batch is at work here") from None
        self._index(self._final)
        self._fresh = set(self._index(self._journal))
        self._out = open(self._journal, "ab")  # closed when the context ends
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._out.close()
        os.close(self._lock)

    def _index(self, path: Path) -> list[str]:
        """Where each row begins; what a kill tore is cut off."""
        names: list[str] = []
        if not path.exists():
            return names
        good = 0
        with path.open("rb") as file:
            for line in file:
                try:
                    name = parse(line.decode()).name
                except ValueError:
                    break
                if not line.endswith(b"\n"):
                    break
                self._places[name] = (path, good)
                names.append(name)
                good += len(line)
        if good != path.stat().st_size:
            os.truncate(path, good)
        return names

    def previous(self, name: str) -> Row | None:
        """The row of an earlier run, or of this one before it was interrupted."""
        place = self._places.get(name)
        if place is None:
            return None
        with place[0].open("rb") as file:
            file.seek(place[1])
            return parse(file.readline().decode())

    def done(self, name: str) -> bool:
        """Whether the run that was interrupted finished this one."""
        return name in self._fresh

    def add(self, row: Row) -> None:
        """Keep a finished row; it is on disk when this returns."""
        at = self._out.tell()
        self._out.write(row.line().encode() + b"\n")
        self._out.flush()
        os.fsync(self._out.fileno())
        self._places[row.name] = (self._journal, at)

    def finish(self, names: list[str]) -> None:
        """All is done: the rows of these names are the state, in their order; what was unfinished goes away."""
        part = self._final.with_suffix(".part")
        with part.open("wb") as file:
            for name in sorted(names):
                row = self.previous(name)
                assert row is not None
                file.write(row.line().encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, self._final)
        self._journal.unlink()
        shutil.rmtree(self.staging, ignore_errors=True)

    def rows(self) -> Iterator[Row]:
        """The rows of the finished state."""
        with self._final.open("rb") as file:
            for line in file:
                yield parse(line.decode())
