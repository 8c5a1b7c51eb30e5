"""The functions of expressions, but for those that speak of a running job.

Arguments come unevaluated, for GitHub evaluates none that it does not need, and one that would fail then does not.

https://docs.github.com/actions/reference/workflows-and-actions/expressions#functions
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from gha2tekton.expression.json_text import from_json, to_json
from gha2tekton.expression.syntax import ExpressionError
from gha2tekton.expression.values import equals, folded, is_scalar, to_string

Lazy = Callable[[], Any]

ARITY: dict[str, tuple[int, int]] = {
    "contains": (2, 2),
    "startswith": (2, 2),
    "endswith": (2, 2),
    "format": (1, 255),
    "join": (1, 2),
    "tojson": (1, 1),
    "fromjson": (1, 1),
    "case": (3, 255),
    "hashfiles": (1, 255),
    "always": (0, 0),
    "cancelled": (0, 0),
    "success": (0, 0),
    "failure": (0, 0),
}
"""Least and most arguments of each function, by its name in lower case."""

ANYWHERE = ARITY | {"success": (0, 255), "failure": (0, 255)}
"""The same where the place is not known: in the ``if`` of a job, these two take ids of jobs."""


def _contains(search: Lazy, item: Lazy) -> bool:
    where = search()
    if isinstance(where, list):
        wanted = item() if where else None
        return any(equals(wanted, part) for part in where)
    return _texts(where, item, lambda text, part: part in text)


def _starts_with(text: Lazy, start: Lazy) -> bool:
    return _texts(text(), start, str.startswith)


def _ends_with(text: Lazy, end: Lazy) -> bool:
    return _texts(text(), end, str.endswith)


def _texts(left: Any, right: Lazy, test: Callable[[str, str], bool]) -> bool:
    if not is_scalar(left):
        return False
    part = right()
    return is_scalar(part) and test(folded(to_string(left)), folded(to_string(part)))


def _join(items: Lazy, separator: Lazy = lambda: ",") -> str:
    values = items()
    if not isinstance(values, list):
        return to_string(values) if is_scalar(values) else ""
    between = separator() if len(values) > 1 else ""
    return (to_string(between) if is_scalar(between) else ",").join(map(to_string, values))


def _case(*arguments: Lazy) -> Any:
    *pairs, default = arguments
    for predicate, result in zip(pairs[::2], pairs[1::2], strict=True):
        holds = predicate()
        if not isinstance(holds, bool):
            raise ExpressionError("case predicate must evaluate to a boolean value")
        if holds:
            return result()
    return default()


_PIECE = re.compile(r"(?P<text>[^{}]+|\{\{|\}\})|\{(?P<index>0*[0-9]{1,3})(?::(?P<specifiers>(?:[^}]|\}\})*+))?\}")


def _format(pattern: Lazy, *arguments: Lazy) -> str:
    text = to_string(pattern())
    pieces: list[re.Match[str]] = []
    at = 0
    while at < len(text):
        piece = _PIECE.match(text, at)
        if piece is None or int(piece["index"] or 0) > 255:
            raise ExpressionError(f"The following format string is invalid: {text}")
        if piece["index"] and int(piece["index"]) >= len(arguments):
            raise ExpressionError(f"The following format string references more arguments than were supplied: {text}")
        pieces.append(piece)
        at = piece.end()
    return "".join(_filled(piece, arguments) for piece in pieces)


def _filled(piece: re.Match[str], arguments: tuple[Lazy, ...]) -> str:
    if piece["index"] is None:
        return piece[0][:1] if piece[0] in ("{{", "}}") else piece[0]
    value = arguments[int(piece["index"])]()
    if piece["specifiers"]:
        given = piece["specifiers"].replace("}}", "}")
        raise ExpressionError(f"The format specifiers '{given}' are not valid for objects of type '{_kind(value)}'")
    return to_string(value)


def _kind(value: Any) -> str:
    if value is None:
        return "Null"
    if isinstance(value, bool):
        return "Boolean"
    return "String" if isinstance(value, str) else "Number" if is_scalar(value) else to_string(value)


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "contains": _contains,
    "startswith": _starts_with,
    "endswith": _ends_with,
    "format": _format,
    "join": _join,
    "tojson": lambda value: to_json(value()),
    "fromjson": lambda text: from_json(to_string(text())),
    "case": _case,
}
"""What works everywhere, by name in lower case."""
