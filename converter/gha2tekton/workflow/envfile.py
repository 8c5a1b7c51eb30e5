"""The files that GITHUB_ENV, GITHUB_OUTPUT and GITHUB_STATE name.

https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands#multiline-strings
"""

from __future__ import annotations

from collections.abc import Iterator


class EnvFileError(ValueError):
    """A line that the runner refuses; what stood before it holds."""


def read_pairs(text: str) -> Iterator[tuple[str, str]]:
    """Names and values in turn, as the runner on Linux reads them; EnvFileError at the first fault.

    A line is ``NAME=VALUE``, or ``NAME<<WORD`` before the lines of a value and a line that is just ``WORD``. Nothing
    is trimmed or unquoted, a carriage return belongs to its line, and a later pair of a name replaces the earlier.
    """
    lines = text.removeprefix("\ufeff").split("\n")
    ended = lines[-1] == ""
    if ended:
        lines.pop()
    at = 0
    while at < len(lines):
        line = lines[at]
        at += 1
        if not line:
            continue
        name, equals, value = line.partition("=")
        if "<<" in name or (not equals and "<<" in line):
            name, _, word = line.partition("<<")
            if not name or not word:
                raise EnvFileError(f"Invalid format '{line}'. Name must not be empty and delimiter must not be empty")
            start = at
            while at < len(lines) and lines[at] != word:
                at += 1
            if at == len(lines):
                if not ended and at > start:
                    raise EnvFileError("Invalid value. EOF marker missing new line.")
                raise EnvFileError(f"Invalid value. Matching delimiter not found '{word}'")
            value = "\n".join(lines[start:at])
            at += 1
        elif not equals:
            raise EnvFileError(f"Invalid format '{line}'")
        yield name, value
