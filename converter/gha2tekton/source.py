"""Text that was read, and places in it."""

from __future__ import annotations

import errno
import os
import re
import stat
from bisect import bisect_right

from gha2tekton.record import Record, field

MAX_CHARACTERS = 1 << 20
"""GitHub reads no larger file."""

_MOST = 64 << 20
_STREAMS = ("/dev/stdin", "/dev/fd/", "/proc/self/fd/")


class Refused(ValueError):
    """What a user gave cannot be used; the message says what, where, and why."""


def content_of(path: str | os.PathLike[str]) -> bytes:
    """What a file holds; OSError, too, for what is no regular file, or none that anyone wrote, which might not end."""
    streams = os.fspath(path).startswith(_STREAMS)
    descriptor = os.open(path, os.O_RDONLY | (0 if streams else os.O_NONBLOCK))
    status = os.fstat(descriptor)
    if stat.S_ISDIR(status.st_mode):
        os.close(descriptor)
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), os.fspath(path))
    with open(descriptor, "rb") as file:
        if not stat.S_ISREG(status.st_mode) and not streams:
            raise OSError(errno.EINVAL, "is no regular file", os.fspath(path))
        if status.st_size > _MOST:
            raise OSError(errno.EFBIG, f"is larger than {_MOST >> 20} MiB", os.fspath(path))
        return file.read()


def text_of(path: str | os.PathLike[str]) -> str:
    """The text of a file; OSError as above, UnicodeDecodeError where it is not UTF-8."""
    return content_of(path).decode("utf-8")


def why(error: OSError | ValueError) -> str:
    """Why a file could not be read, for a message that names the file."""
    if isinstance(error, UnicodeDecodeError):
        return "not UTF-8 text"
    return getattr(error, "strerror", None) or str(error)


_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def printable(text: str) -> str:
    """Text of others for a terminal: what would move its cursor, colour it or turn lines round is written out."""
    if text.isprintable():
        return text
    return _UNSEEN.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


class Source(Record, frozen=True, eq=False):
    """One text with the name shown to people; ``name`` is a POSIX path relative to where the user stands."""

    name: str
    text: str
    _starts: list[int] = field(default_factory=list)

    def position(self, offset: int) -> tuple[int, int]:
        """Line and column of an offset in characters, both counted from 1."""
        starts = self._starts or self._line_starts()
        line = bisect_right(starts, offset)
        return line, offset - starts[line - 1] + 1

    def line(self, number: int) -> str:
        """The text of a line (counted from 1) without its end."""
        starts = self._starts or self._line_starts()
        end = starts[number] if number < len(starts) else len(self.text)
        return self.text[starts[number - 1] : end].rstrip("\r\n")

    def offset(self, line: int, column: int) -> int:
        """The offset of a line and column, both counted from 1."""
        return (self._starts or self._line_starts())[line - 1] + column - 1

    def _line_starts(self) -> list[int]:
        self._starts.append(0)
        at = self.text.find("\n")
        while at >= 0:
            self._starts.append(at + 1)
            at = self.text.find("\n", at + 1)
        return self._starts


class Span(Record, frozen=True):
    """A stretch of a source, in characters; lines, columns and the excerpt are worked out on demand."""

    source: Source
    start: int
    end: int

    @property
    def line(self) -> int:
        return self.source.position(self.start)[0]

    @property
    def column(self) -> int:
        return self.source.position(self.start)[1]

    @property
    def text(self) -> str:
        return self.source.text[self.start : self.end]

    def excerpt(self) -> str:
        """The line and a caret under the place, for a message."""
        line, column = self.source.position(self.start)
        return f"{self.source.line(line)}\n{' ' * (column - 1)}^"

    def __str__(self) -> str:
        line, column = self.source.position(self.start)
        return f"{self.source.name}:{line}:{column}"
