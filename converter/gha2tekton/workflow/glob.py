"""GitHub's patterns for branches, tags and paths.

https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax#filter-pattern-cheat-sheet
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

_LITERAL = re.compile(r"[A-Za-z0-9_/ ]")
_SINGLE = re.compile(r"(?:\\?.|\[.*\])\Z", re.DOTALL)
"""A piece of an expression that a quantifier may follow."""

_SET = re.compile(r"[\\\[&|~]|-(?=-)")
"""What sets give a meaning of their own to, in one dialect or another."""


@lru_cache(maxsize=4096)
def to_regex(pattern: str) -> str:
    """An anchored regular expression, good for RE2 and Python, that matches what the pattern (without ``!``) does.

    A pattern that makes none, such as one with a class that runs backwards, matches only itself.
    """
    found = _translated(pattern)
    if "[" not in pattern:
        return found
    try:
        re.compile(found)
    except re.error:
        return "^" + "".join(_escape(char) for char in pattern) + "$"
    return found


def _translated(pattern: str) -> str:
    out: list[str] = []
    at = 0
    while at < len(pattern):
        char = pattern[at]
        if pattern.startswith("**/", at):
            out.append("(?:.+/)?")
            at += 3
            continue
        if pattern.startswith("**", at):
            out.append(".*")
            at += 2
            continue
        if char == "*":
            out.append("[^/]*")
        elif char in "?+" and out:
            out[-1] = out[-1] + char if _SINGLE.match(out[-1]) else f"(?:{out[-1]}){char}"
        elif char == "[" and (end := pattern.find("]", at + 2)) > 0:
            out.append(f"[{_SET.sub(_escaped, pattern[at + 1 : end])}]")
            at = end
        elif char == "\\" and at + 1 < len(pattern):
            at += 1
            out.append(_escape(pattern[at]))
        else:
            out.append(_escape(char))
        at += 1
    return "^" + "".join(out) + "$"


def _escaped(match: re.Match[str]) -> str:
    return "\\" + match[0]


def _escape(char: str) -> str:
    return char if _LITERAL.match(char) or ord(char) > 127 else "\\" + char


@lru_cache(maxsize=4096)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(to_regex(pattern).removesuffix("$") + r"\Z", re.DOTALL)


def matches(patterns: Iterable[str], name: str) -> bool:
    """Whether a list of patterns takes a name: in order, a later match wins, ``!`` takes names out again."""
    taken = False
    for pattern in patterns:
        if pattern.startswith("!"):
            taken = taken and not _compiled(pattern[1:]).match(name)
        else:
            taken = taken or _compiled(pattern).match(name) is not None
    return taken
