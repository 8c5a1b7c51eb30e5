"""Values put in the place of what stands for them: inputs, secrets and results of a called workflow."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from operator import is_not
from typing import Any, TypeVar

from gha2tekton.expression import (
    Call,
    Context,
    Expression,
    Literal,
    Partial,
    Property,
    Template,
    calls,
    chain,
    fold,
    fold_template,
    references,
    to_number,
    to_string,
    unparse_template,
    whole,
)
from gha2tekton.record import Record, astuple, replace
from gha2tekton.source import Source, Span
from gha2tekton.workflow.availability import STATUS
from gha2tekton.workflow.model import Condition, InputType, Uses, Value

_BARE = frozenset({str, int, float, bool, type(None), Span, Source})
"""What holds no leaf, told first: most of a model is such."""
_T = TypeVar("_T")
_FORMAT = re.compile(r"\{\{|\}\}|\{\d{1,3}\}|[^{}]+")
_TEXTS = frozenset({"format", "join", "tojson", "hashfiles"})
_TEXT_CONTEXTS = frozenset({"secrets", "vars", "needs", "steps", "env"})


def inline(part: _T, known: Mapping[str, Any]) -> _T:
    """A part of the model with what is known of contexts folded into its templates and conditions."""
    inlined: _T = _inlined(part, known)
    return inlined


def _inlined(part: Any, known: Mapping[str, Any]) -> Any:
    """The part itself where nothing in it changes."""
    kind = type(part)
    if kind in _BARE:
        return part
    if kind is tuple:
        items = tuple([_inlined(item, known) for item in part])
        return items if any(map(is_not, items, part)) else part
    if kind is dict:
        entries = {key: _inlined(item, known) for key, item in part.items()}
        return entries if any(map(is_not, entries.values(), part.values())) else part
    if kind is Value:
        if all(isinstance(piece, str) for piece in part.template):
            return part
        template = _spliced(fold_template(part.template, known))
        return replace(part, template=template, raw=unparse_template(template))
    if kind is Condition:
        tree = fold(part.tree, known)
        if calls(part.tree) & STATUS and not calls(tree) & STATUS:
            # The check that is added to a condition without status functions must not come back.
            tree = chain("&&", Call("always", ()), tree)
        return part if tree is part.tree else replace(part, tree=tree)
    if not isinstance(part, Record):
        return part
    changed = {}
    for name in part.__struct_fields__:
        was = getattr(part, name)
        if was and type(was) not in _BARE and (now := _inlined(was, known)) is not was:
            changed[name] = now
    return replace(part, **changed) if changed else part


def _spliced(template: Template) -> Template:
    """A template without ``format`` of a known pattern, which texts with values in them leave behind."""
    parts: list[str | Expression] = []
    for part in template:
        if isinstance(part, Call) and part.name.lower() == "format" and isinstance(part.arguments[0], Literal):
            pattern, arguments = part.arguments[0].value, part.arguments[1:]
            pieces = (
                [_piece(piece, arguments) for piece in _FORMAT.findall(pattern)] if isinstance(pattern, str) else []
            )
            if pieces and None not in pieces and "".join(_FORMAT.findall(pattern)) == pattern:
                parts += [piece for piece in pieces if piece is not None]
                continue
        parts.append(part)
    return fold_template(tuple(parts), {})


def _piece(text: str, arguments: tuple[Expression, ...]) -> str | Expression | None:
    """What a stretch of a pattern stands for; None for an argument that is not there."""
    if text in ("{{", "}}"):
        return text[0]
    if text[0] != "{":
        return text
    index = int(text[1:-1])
    return arguments[index] if index < len(arguments) else None


def values(part: Any) -> list[Value]:
    """Every leaf in a part of the model, in the order of its fields."""
    found: list[Value] = []
    _collect(part, found)
    return found


def _collect(part: Any, found: list[Value]) -> None:
    kind = type(part)
    parts: Iterable[Any] = ()
    if kind is Value:
        found.append(part)
    elif kind is Condition:
        found.append(replace(part.value, template=(part.tree,)))
    elif kind is tuple:
        parts = part
    elif kind is dict:
        parts = part.values()
    elif isinstance(part, Record):
        parts = astuple(part)
    for held in parts:
        if held and type(held) not in _BARE:
            _collect(held, found)


def reads(part: Any) -> Iterator[tuple[str, ...]]:
    """Every context path that a part of the model reads; the context in lower case."""
    for value in values(part):
        for piece in value.template:
            if not isinstance(piece, str):
                yield from references(piece)


def called_as(uses: Uses) -> Partial:
    """What jobs know of the file that a call names; of one in the caller's repository, the caller knows the rest.

    https://docs.github.com/en/actions/reference/workflows-and-actions/contexts#job-context
    """
    if uses.kind != "remote":
        return Partial(workflow_file_path=uses.name)
    owner, name, path = uses.value.text.rpartition("@")[0].split("/", 2)
    whole = re.fullmatch(r"[0-9a-f]{40}", uses.ref) is not None
    return Partial(
        workflow_repository=f"{owner}/{name}",
        workflow_ref=uses.value.text,
        workflow_sha=uses.ref if whole else Property(Context("job"), f"workflow_sha of {uses.ref}"),
        workflow_file_path=path,
    )


def alone() -> dict[str, Any]:
    """The contexts ``matrix`` and ``strategy`` of a job without a matrix."""
    strategy = {"fail-fast": True, "job-index": 0.0, "job-total": 1.0, "max-parallel": 1.0}
    return {"matrix": None, "strategy": Partial(strategy)}


def told_by(need: str) -> dict[str, Expression]:
    """What a job tells those that need it."""
    job = Property(Context("needs"), need)
    return {part: Property(job, part) for part in ("result", "outputs")}


def argument(value: Value | None, type: InputType) -> Expression:
    """What an input of a type is when a call or a default gives it ``value``."""
    if value is None:
        return Literal({"boolean": False, "number": 0.0}.get(type, ""))
    tree = whole(value.template)
    if not isinstance(tree, Literal):
        return tree if type in ("boolean", "number") or _is_text(tree) else Call("format", (Literal("{0}"), tree))
    raw = value.raw if value.literal is not None and not isinstance(value.raw, str) else tree.value
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
