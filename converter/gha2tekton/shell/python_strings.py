"""References to environment variables in Python source."""

from __future__ import annotations

import re

_PREFIX = re.compile(r"(?<![A-Za-z0-9_])([rRbBfFuU]{1,2})\Z")


def reference(source: str, at: int, variable: str, trusted: bool) -> str | None:
    """What to write at an offset for a variable's value; None where no form is safe.

    In a string literal it is closed, the value added, and opened again. As code a trusted value is read as a literal.
    """
    opened = _open_string(source, at)
    if opened is None:
        return None
    prefix, quote = opened
    other = "'" if '"' in quote else '"'
    value = f"__import__({other}os{other}).environ[{other}{variable}{other}]"
    if not quote:
        return f"__import__('ast').literal_eval({value})" if trusted else None
    if quote == "#":
        return variable
    if "b" in prefix.lower():
        return None
    if "f" in prefix.lower():
        return f"{{{value}}}"
    return f"{quote} + {value} + {prefix}{quote}"


def _open_string(source: str, at: int) -> tuple[str, str] | None:
    """Prefix and quote of the string literal open at an offset; the quote is empty in code and ``#`` in a comment."""
    index = 0
    while index < at:
        char = source[index]
        if char == "#":
            end = source.find("\n", index)
            if end < 0 or end >= at:
                return "", "#"
            index = end + 1
        elif char in "'\"":
            quote = char * 3 if source.startswith(char * 3, index) else char
            prefix = _PREFIX.search(source[:index])
            end = _close(source, index + len(quote), quote)
            if end < 0 or end > at:
                return (prefix[1] if prefix else ""), quote
            index = end
        else:
            index += 1
    return "", ""


def _close(source: str, at: int, quote: str) -> int:
    """The offset behind the end of a literal, -1 when it stays open."""
    while at < len(source):
        if source[at] == "\\":
            at += 2
        elif source.startswith(quote, at):
            return at + len(quote)
        elif source[at] == "\n" and len(quote) == 1:
            return -1
        else:
            at += 1
    return -1
