"""Expressions that a generated workflow is made of: each has its text, and its value by GitHub's rules."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

Known = dict[str, Any]
"""Contexts by name; ``status`` says what the status functions give."""

STATUS = ("success", "failure", "always", "cancelled")


@dataclass(frozen=True)
class Constant:
    value: Any

    def text(self) -> str:
        return "'" + self.value.replace("'", "''") + "'" if isinstance(self.value, str) else json.dumps(self.value)

    def of(self, known: Known) -> Any:
        return self.value


@dataclass(frozen=True)
class Path:
    """A path into a context; a * stands for all values of an object."""

    parts: tuple[str, ...]

    def text(self) -> str:
        return ".".join(self.parts)

    def of(self, known: Known) -> Any:
        value: Any = known
        filtered = False
        for part in self.parts:
            if part == "*":
                filtered, value = True, list(value.values()) if isinstance(value, Mapping) else []
            elif filtered:
                value = [one[part] for one in value if isinstance(one, Mapping) and part in one]
            else:
                value = value.get(part) if isinstance(value, Mapping) else None
        return value


@dataclass(frozen=True)
class Operation:
    sign: str
    left: Any
    right: Any

    def text(self) -> str:
        return f"({self.left.text()} {self.sign} {self.right.text()})"

    def of(self, known: Known) -> Any:
        left = self.left.of(known)
        match self.sign:
            case "&&":
                return self.right.of(known) if truthy(left) else left
            case "||":
                return left if truthy(left) else self.right.of(known)
            case sign:
                return equal(left, self.right.of(known)) == (sign == "==")


@dataclass(frozen=True)
class Denial:
    operand: Any

    def text(self) -> str:
        return f"!{self.operand.text()}"

    def of(self, known: Known) -> Any:
        return not truthy(self.operand.of(known))


@dataclass(frozen=True)
class Function:
    name: str
    arguments: tuple[Any, ...] = ()

    def text(self) -> str:
        return f"{self.name}({', '.join(one.text() for one in self.arguments)})"

    def of(self, known: Known) -> Any:
        values = [one.of(known) for one in self.arguments]
        match self.name:
            case "always":
                return True
            case "success" | "failure" | "cancelled":
                return known["status"][self.name]
            case "contains" if isinstance(values[0], list):
                return any(equal(one, values[1]) for one in values[0])
            case "contains":
                return printed(values[1]).lower() in printed(values[0]).lower()
            case "join":
                return values[1].join(map(printed, values[0]))
            case "fromJSON":
                return json.loads(printed(values[0]))
        raise ValueError(self.name)


Template = tuple[Any, ...]
"""Strings and expressions, one after the other."""


def path(*parts: str) -> Path:
    return Path(parts)


def both(left: Any, right: Any) -> Operation:
    return Operation("&&", left, right)


def either(left: Any, right: Any) -> Operation:
    return Operation("||", left, right)


def bare(part: Any) -> str:
    """The text of an expression without parentheses around it."""
    text: str = part.text()
    return text[1:-1] if isinstance(part, Operation) else text


def template_text(template: Template) -> str:
    return "".join(part if isinstance(part, str) else f"${{{{ {bare(part)} }}}}" for part in template)


def template_value(template: Template, known: Known) -> str:
    return "".join(part if isinstance(part, str) else printed(part.of(known)) for part in template)


def says_status(part: Any) -> bool:
    """Whether a status function is called anywhere: no success() is added then."""
    if isinstance(part, Function) and part.name in STATUS:
        return True
    if isinstance(part, tuple):
        return any(map(says_status, part))
    return is_dataclass(part) and any(says_status(getattr(part, field.name)) for field in fields(part))


def truthy(value: Any) -> bool:
    return value is True or (not isinstance(value, bool) and value not in (None, "", 0))


def printed(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case list():
            return "Array"
        case dict():
            return "Object"
        case _:
            return str(value)


def equal(left: Any, right: Any) -> bool:
    """GitHub's ==: strings without case, all else that is not alike as numbers."""
    if isinstance(left, str) and isinstance(right, str):
        return left.upper() == right.upper()
    return left is right or _number(left) == _number(right)


def _number(value: Any) -> float:
    try:
        return float(value or 0)
    except (TypeError, ValueError):
        return float("nan")
