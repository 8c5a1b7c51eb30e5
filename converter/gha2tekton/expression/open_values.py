"""Functions of objects and lists in which some values are only known later, and stand there as expressions."""

from __future__ import annotations

from typing import Any

from gha2tekton.expression.json_text import to_json
from gha2tekton.expression.syntax import (
    Call,
    Compare,
    Context,
    Expression,
    Filter,
    Index,
    Literal,
    Logic,
    Not,
    Property,
    chain,
)
from gha2tekton.expression.values import to_string


class Unknown:
    """A value that only the run will tell."""

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN = Unknown()


class Partial(dict[str, Any]):
    """An object of which only some entries are known: what it lacks is unknown instead of null."""


TREES = frozenset({Context, Property, Index, Filter, Call, Not, Compare, Logic, Literal})
"""The classes of Expression; looking a type up is much quicker than isinstance says no."""


def is_unknown(value: Any) -> bool:
    """Whether nothing of a value is known."""
    return value is UNKNOWN or type(value) in TREES


def is_open(value: Any) -> bool:
    """Whether any part of a value is not known."""
    if is_unknown(value) or isinstance(value, Partial):
        return True
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return any(map(is_open, inner))


def open_json(value: Any) -> Expression | None:
    """``toJSON`` of an object, whose expressions are not folded again; None where parts of it are not known at all."""
    unknown: list[Expression] = []
    body = _laid_out(value, unknown, "")
    if body is None:
        return None
    if unknown:
        return Call("format", (Literal(body), *unknown))
    return Literal(body.replace("{{", "{").replace("}}", "}"))


def open_contains(values: list[Any], item: Expression) -> Expression | None:
    """``contains`` of a list, by comparing what is in it."""
    if any(value is UNKNOWN or isinstance(value, (dict, list)) for value in values):
        return None
    same = [Compare("==", value if is_unknown(value) else Literal(value), item) for value in values]
    return chain("||", *same) if len(same) > 1 else same[0]


def open_join(values: list[Any], separator: str) -> Expression | None:
    """``join`` of a list."""
    if any(value is UNKNOWN or isinstance(value, (dict, list)) for value in values):
        return None
    unknown = [value for value in values if is_unknown(value)]
    holes = iter(range(len(unknown)))
    texts = [f"{{{next(holes)}}}" if is_unknown(value) else _escaped(to_string(value)) for value in values]
    return Call("format", (Literal(_escaped(separator).join(texts)), *unknown))


def _laid_out(value: Any, unknown: list[Expression], indent: str) -> str | None:
    """The pattern of an object for ``format``; None where parts of it are not known at all."""
    if isinstance(value, Partial) or any(item is UNKNOWN for item in value.values()):
        return None
    lines: list[str] = []
    for key, item in value.items():
        item = item.value if isinstance(item, Literal) else item
        if type(item) in TREES:
            shown: str | None = f"{{{len(unknown)}}}"
            unknown.append(Call("toJSON", (item,)))
        elif isinstance(item, dict) and is_open(item):
            shown = _laid_out(item, unknown, f"{indent}  ")
        else:
            shown = _escaped(to_json(item, f"{indent}  "))
        if shown is None:
            return None
        lines.append(f"{indent}  {_escaped(to_json(key))}: {shown}")
    return "{{\n" + ",\n".join(lines) + f"\n{indent}}}}}"


def _escaped(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")
