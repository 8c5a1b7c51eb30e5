"""The words of a job's script as text: one call of the runtime after the other."""

from __future__ import annotations

import re
from collections.abc import Sequence

from gha2tekton.lower.values import TEKTONS_OWN
from gha2tekton.shell.quote import word

_UNREADABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f]")
WIDTH = 110
"""Longer heads of steps are broken into lines."""

LARGE = 64 * 1024
"""Scripts beyond this many characters go into a ConfigMap: all of a Task's share one argument list."""


def fits(script: str) -> bool:
    """Whether a script may stand in a Task as it is: Tekton has no way to quote what it takes for a reference."""
    return len(script) <= LARGE and not TEKTONS_OWN.search(script) and not _UNREADABLE.search(script)


def usual(name: str) -> bool:
    """Whether a shell can hold a variable of this name; those that it cannot, the runtime keeps in files."""
    return re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name) is not None


def without(options: Sequence[str], *names: str) -> list[str]:
    pairs = zip(options[::2], options[1::2], strict=True)
    return [part for pair in pairs if pair[0] not in names for part in pair]


def safe(text: str) -> str:
    """Quoted text that neither Tekton nor a log takes for anything."""
    return _UNREADABLE.sub("", text).replace("$(", "$ (")


def head(title: str, options: Sequence[str]) -> str:
    return "\n" + broken(["step", word(safe(title)), *options])


def broken(words: Sequence[str]) -> str:
    """A call on one line, or with an option a line where it would be too long."""
    line = " ".join(words)
    if len(line) <= WIDTH or len(words) < 4:
        return line
    count = 2 if words[0] != "end_composite" else 1
    pairs = [" ".join(words[at : at + 2]) for at in range(count, len(words), 2)]
    return " \\\n  ".join([" ".join(words[:count]), *pairs])


def at_end(title: str, options: Sequence[str], key: str, when: str, body: str) -> str:
    """What a step leaves for the job's end, if it ran: a call that ``--main`` of the same key goes with."""
    kept = without(options, "--id", "--if", "--main")
    pairs = [pair for pair in zip(kept[::2], kept[1::2], strict=True) if not _unread(*pair, body)]
    told = [part for pair in pairs for part in pair]
    return call(f"Post {title}", [*told, "--after", word(key), "--if", word(when)], body)


def kept_under(*paths: str) -> str:
    """The name under which a step keeps what its next program gets, of its path and those of its callers."""
    return re.sub(r"[^A-Za-z0-9]+", "-", "-".join(paths)).strip("-")


def _unread(flag: str, value: str, body: str) -> bool:
    """Whether an option is a variable of ours that a script does not name."""
    ours = re.match(r"'?(GHA_\w+)=", value)
    return flag == "--env" and ours is not None and ours[1] not in body


def call(title: str, options: Sequence[str], body: str) -> str:
    body = body if body.endswith("\n") else body + "\n"
    delimiter, count = "STEP", 1
    lines = body.splitlines() if delimiter in body else ()
    while delimiter in lines:
        count += 1
        delimiter = f"STEP_{count}"
    return f"{head(title, options)} <<'{delimiter}'\n{body}{delimiter}\n"
