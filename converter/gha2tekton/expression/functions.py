"""The functions of expressions, but for those that speak of a running job."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from gha2tekton.expression.syntax import ExpressionError
from gha2tekton.expression.values import equals, folded, from_json, to_json, to_string

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
    "success": (0, 255),
    "failure": (0, 255),
}
"""Least and most arguments of each function, by its name in lower case."""


def _contains(arguments: Sequence[Any]) -> bool:
    search, item = arguments
    if isinstance(search, list):
        return any(equals(part, item) for part in search)
    if isinstance(search, dict) or isinstance(item, dict | list):
        return False
    return folded(to_string(item)) in folded(to_string(search))


def _starts_with(arguments: Sequence[Any]) -> bool:
    if any(isinstance(argument, dict | list) for argument in arguments):
        return False
    return folded(to_string(arguments[0])).startswith(folded(to_string(arguments[1])))


def _ends_with(arguments: Sequence[Any]) -> bool:
    if any(isinstance(argument, dict | list) for argument in arguments):
        return False
    return folded(to_string(arguments[0])).endswith(folded(to_string(arguments[1])))


def _join(arguments: Sequence[Any]) -> str:
    items = arguments[0]
    separator = arguments[1] if len(arguments) > 1 else ","
    if isinstance(separator, dict | list):
        separator = ","
    if isinstance(items, list):
        return to_string(separator).join(to_string(item) for item in items)
    return "" if isinstance(items, dict) else to_string(items)


def _format(arguments: Sequence[Any]) -> str:
    text = to_string(arguments[0])
    out: list[str] = []
    at = 0
    while at < len(text):
        char = text[at]
        if char in "{}" and text[at + 1 : at + 2] == char:
            out.append(char)
            at += 2
        elif char == "{":
            end = text.find("}", at)
            digits = text[at + 1 : end]
            if end < 0 or not digits.isdecimal() or not digits.isascii():
                raise ExpressionError(f"The following format string is invalid: {text}")
            index = int(digits) + 1
            if index >= len(arguments):
                raise ExpressionError(f"The following format string references more arguments than were supplied: {text}")
            out.append(to_string(arguments[index]))
            at = end + 1
        elif char == "}":
            raise ExpressionError(f"The following format string is invalid: {text}")
        else:
            out.append(char)
            at += 1
    return "".join(out)


FUNCTIONS: dict[str, Callable[[Sequence[Any]], Any]] = {
    "contains": _contains,
    "startswith": _starts_with,
    "endswith": _ends_with,
    "format": _format,
    "join": _join,
    "tojson": lambda arguments: to_json(arguments[0]),
    "fromjson": lambda arguments: from_json(to_string(arguments[0])),
}
"""By name in lower case; ``case`` is lazy and therefore part of evaluation."""
