"""Values put in the place of what stands for them: inputs, secrets and results of a called workflow."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

from gha2tekton.expression import (
    Call,
    Compare,
    Context,
    Expression,
    Literal,
    Logic,
    Property,
    Template,
    calls,
    fold,
    fold_template,
    is_truthy,
    references,
    to_number,
    to_string,
)
from gha2tekton.source import Source, Span
from gha2tekton.workflow.availability import STATUS
from gha2tekton.workflow.model import Condition, InputType, Value

_T = TypeVar("_T")
_TEXTS = frozenset({"format", "join", "tojson", "hashfiles"})
_TEXT_CONTEXTS = frozenset({"secrets", "vars", "needs", "steps", "env"})


def inline(part: _T, known: Mapping[str, Any]) -> _T:
    """A part of the model with what is known of contexts folded into its templates and conditions."""
    inlined: _T = _inlined(part, known)
    return inlined


def _inlined(part: Any, known: Mapping[str, Any]) -> Any:
    match part:
        case None | str() | bool() | float() | int() | Span() | Source():
            return part
        case Value():
            plain = all(isinstance(piece, str) for piece in part.template)
            return part if plain else replace(part, template=fold_template(part.template, known))
        case Condition():
            tree = fold(part.tree, known)
            if calls(part.tree) & STATUS and not calls(tree) & STATUS:
                # The check that is added to a condition without status functions must not come back.
                tree = Logic("&&", (Call("always", ()), tree))
            return replace(part, tree=tree)
        case tuple():
            return tuple(_inlined(item, known) for item in part)
        case dict():
            return {key: _inlined(item, known) for key, item in part.items()}
        case _ if is_dataclass(part) and not isinstance(part, type):
            return replace(part, **{field.name: _inlined(getattr(part, field.name), known) for field in fields(part)})
        case _:
            return part


def values(part: Any) -> Iterator[Value]:
    """Every leaf in a part of the model."""
    match part:
        case Value():
            yield part
        case Condition():
            yield replace(part.value, template=(part.tree,))
        case tuple():
            for item in part:
                yield from values(item)
        case dict():
            yield from values(tuple(part.values()))
        case _ if is_dataclass(part) and not isinstance(part, type | Span | Source):
            for field in fields(part):
                yield from values(getattr(part, field.name))


def reads(part: Any) -> Iterator[tuple[str, ...]]:
    """Every context path that a part of the model reads; the context in lower case."""
    for value in values(part):
        for piece in value.template:
            if not isinstance(piece, str):
                yield from references(piece)


def expression(template: Template) -> Expression:
    """One expression with the value of a template."""
    if not template:
        return Literal("")
    if len(template) == 1:
        return Literal(template[0]) if isinstance(template[0], str) else template[0]
    pattern = ""
    arguments: list[Expression] = []
    for part in template:
        if isinstance(part, str):
            pattern += part.replace("{", "{{").replace("}", "}}")
        else:
            pattern += f"{{{len(arguments)}}}"
            arguments.append(part)
    return Call("format", (Literal(pattern), *arguments))


def argument(value: Value | None, type: InputType) -> Expression:
    """What an input of a type is when a call or a default gives it ``value``."""
    if value is None:
        return Literal({"boolean": False, "number": 0.0}.get(type, ""))
    tree = expression(value.template)
    if not isinstance(tree, Literal):
        return tree if type in ("boolean", "number") or _is_text(tree) else Call("format", (Literal("{0}"), tree))
    raw = value.raw if value.literal is not None else tree.value
    match type:
        case "boolean":
            return Literal(raw if isinstance(raw, bool) else to_string(raw).lower() == "true")
        case "number":
            return Literal(to_number(raw))
        case _:
            return Literal(to_string(raw))


def _is_text(tree: Expression) -> bool:
    """Whether a value can only be a string, so that nothing need turn it into one."""
    match tree:
        case Literal():
            return isinstance(tree.value, str)
        case Call():
            return tree.name.lower() in _TEXTS
        case Property():
            below: Expression = tree
            while isinstance(below, Property):
                below = below.target
            return isinstance(below, Context) and below.name.lower() in _TEXT_CONTEXTS
        case _:
            return False
