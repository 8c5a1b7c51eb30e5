"""What a batch has done so far, beside its output: killed at any moment, it goes on where it was.

While a run lasts each finished repository is a line at the end of ``journal.jsonl``. When all are done the lines, in
the order of the names, become ``state.jsonl``, so that the end is the same however often the run was interrupted.
A line is believed only where the output is as it says: after a power cut, too, when lines may be there and output not.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Collection, Iterator
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

from gha2tekton.batch.row import Row, parse
from gha2tekton.source import Refused

FOLDER = ".gha2tekton"


def log_of(output: Path, name: str) -> Path:
    """Where all is kept that is known of a repository that failed."""
    return output / FOLDER / "logs" / f"{name}.log"


_FILES = ("state.jsonl", "journal.jsonl")


def settled(folder: Path) -> set[tuple[str, str, str]]:
    """Name, source and ref of all that did not fail, as far as what is kept in a directory says."""
    found: dict[str, Row] = {}
    for path in (folder / name for name in _FILES):
        for line in path.read_bytes().splitlines() if path.exists() else ():
            try:
                row = parse(line.decode())
            except ValueError:
                break  # torn by a kill
            found[row.name] = row
    return {(row.name, row.source, row.ref) for row in found.values() if row.status != "failed"}


class Busy(Refused):
    """Another run works on the same directory."""


class State:
    """The state that is kept in a directory; use it as a context, which locks the directory."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.staging = self.folder / "staging"
        self._final, self._journal = (folder / name for name in _FILES)
        self._places: dict[str, tuple[Path, int]] = {}
        self._fresh: set[str] = set()
        self._readers: dict[Path, BinaryIO] = {}

    def __enter__(self) -> State:
        self.folder.mkdir(parents=True, exist_ok=True)
        self._lock = os.open(self.folder / "lock", os.O_CREAT | os.O_RDWR, 0o644)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(self._lock)
            raise Busy(f"{self.folder}: another run is at work here; let it end, or stop it") from None
        self._index(self._final)
        self._fresh = set(self._index(self._journal))
        self._files = ExitStack()
        self._out = self._files.enter_context(open(self._journal, "ab"))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._files.close()
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
        line = self._line(name)
        return None if line is None else parse(line.decode())

    def _line(self, name: str) -> bytes | None:
        place = self._places.get(name)
        if place is None:
            return None
        if place[0] not in self._readers:
            self._readers[place[0]] = self._files.enter_context(place[0].open("rb"))
        reader = self._readers[place[0]]
        reader.seek(place[1])
        return reader.readline()

    def done(self, name: str) -> bool:
        """Whether the run that was interrupted finished this one."""
        return name in self._fresh

    def add(self, row: Row) -> None:
        """Keep a finished row; a kill does not take it away when this has returned."""
        at = self._out.tell()
        self._out.write(row.line().encode() + b"\n")
        self._out.flush()
        self._places[row.name] = (self._journal, at)

    def finish(self) -> None:
        """All is done: the rows are the state, in the order of their names; what was unfinished goes away.

        Those of other repositories, which were not asked for this time, stay.
        """
        part = self._final.with_suffix(".part")
        with part.open("wb") as file:
            for name in sorted(self._places):
                file.write(self._line(name) or b"")
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, self._final)
        self._journal.unlink()
        shutil.rmtree(self.staging, ignore_errors=True)

    def rows(self, names: Collection[str]) -> Iterator[Row]:
        """The rows of these names in the finished state."""
        with self._final.open("rb") as file:
            for row in (parse(line.decode()) for line in file):
                if row.name in names:
                    yield row
