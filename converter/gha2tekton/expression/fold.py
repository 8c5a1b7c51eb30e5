"""Partial evaluation: what is known is computed, the rest stays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gha2tekton.expression.evaluation import Filtered, evaluate_tree, find_key, is_exact, lookup, plain, spread
from gha2tekton.expression.functions import FUNCTIONS
from gha2tekton.expression.json_text import to_json
from gha2tekton.expression.syntax import (
    Call,
    Compare,
    Context,
    Expression,
    ExpressionError,
    Filter,
    Index,
    Literal,
    Logic,
    Not,
    Property,
    calls,
    chain,
    walk,
)
from gha2tekton.expression.template import Template
from gha2tekton.expression.values import compare, is_scalar, is_truthy, to_string
from gha2tekton.record import Record


class _Unknown:
    """A value that only the run will tell."""

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN = _Unknown()


class Partial(dict[str, Any]):
    """An object of which only some entries are known: what it lacks is unknown instead of null."""


_EXPRESSION = (Context, Property, Index, Filter, Call, Not, Compare, Logic, Literal)
_STATUS = frozenset({"success", "failure", "always", "cancelled"})
_WHOLE = frozenset({"inputs", "secrets", "needs"})
"""Contexts that toJSON is given as a whole, and whose names may be others than those of the workflow."""

_TESTS = _STATUS | {"contains", "startswith", "endswith"}
"""Functions that give a boolean and never fail."""


def fold(tree: Expression, known: Mapping[str, Any]) -> Expression:
    """A smaller tree with the same value: ``known`` maps contexts (lower case) to what is known of them.

    A missing context is unknown, so is UNKNOWN at any depth and what a Partial lacks; an Expression among the values
    is put in place of the reference to it and not folded again. What GitHub would refuse to compute stays as it is.
    Status functions may vanish with an operand that does not matter, so ``with_status_check`` comes first.
    """
    return _settled(_Fold(known).result(tree))


def fold_template(template: Template, known: Mapping[str, Any]) -> Template:
    """A template with what is known joined to its text; a list or an object that stands alone stays a Literal."""
    parts: list[str | Expression] = []
    for part in template:
        folded = part if isinstance(part, str) else fold(part, known)
        if isinstance(folded, Literal) and (len(template) > 1 or is_scalar(folded.value)):
            folded = to_string(folded.value)
        if not isinstance(folded, str):
            parts.append(folded)
        elif parts and isinstance(parts[-1], str):
            parts[-1] += folded
        elif folded:
            parts.append(folded)
    return tuple(parts)


class _Known(Record, frozen=True):
    """A value, parts of which may be unknown still, and the tree that stands for it where it cannot be used."""

    value: Any
    tree: Expression


class _Fold:
    def __init__(self, known: Mapping[str, Any]) -> None:
        self.known = known

    def result(self, tree: Expression) -> _Known | Expression:
        match tree:
            case Literal():
                return _Known(tree.value, tree)
            case Context():
                return _found(self.known.get(tree.name.lower(), UNKNOWN), tree)
            case Property():
                target = self.result(tree.target)
                rest = Property(_target(target), tree.name, start=tree.start, end=tree.end)
                return _found(_step(target, tree.name, is_exact(tree.target)), rest)
            case Index():
                return self.index(tree)
            case Filter():
                target = self.result(tree.target)
                return _found(_spread(target), Filter(_target(target), start=tree.start, end=tree.end))
            case Not():
                operand = self.result(tree.operand)
                if isinstance(operand, _Known) and not _open(operand.value):
                    return _computed(not is_truthy(operand.value))
                return Not(_settled(operand), start=tree.start, end=tree.end)
            case Compare():
                left, right = self.result(tree.left), self.result(tree.right)
                if isinstance(left, _Known) and isinstance(right, _Known) and not _open([left.value, right.value]):
                    return _computed(compare(tree.operator, left.value, right.value))
                return Compare(tree.operator, _settled(left), _settled(right), start=tree.start, end=tree.end)
            case Logic():
                return self.logic(tree)
            case Call():
                return self.case(tree) if tree.name.lower() == "case" else self.call(tree)

    def index(self, tree: Index) -> _Known | Expression:
        target, index = self.result(tree.target), self.result(tree.index)
        rest = Index(_target(target), _settled(index), start=tree.start, end=tree.end)
        if isinstance(target, _Known) and is_scalar(target.value):
            return _found(_step(target, None), rest)
        if not isinstance(index, _Known) or _open(index.value):
            return rest
        return _found(_step(target, index.value, is_exact(tree.target)), rest)

    def logic(self, tree: Logic) -> _Known | Expression:
        """An operand that decides ends the chain; one that cannot decide leaves it unless it is the last."""
        kept: list[_Known | Expression] = []
        for index, operand in enumerate(tree.operands):
            result = self.result(operand)
            if isinstance(result, _Known) and not _open(result.value):
                decides = is_truthy(result.value) == (tree.operator == "||")
                if not decides and index < len(tree.operands) - 1:
                    continue
                if isinstance(result.value, bool) and kept:
                    # Among booleans the deciding one is the value of them all, and the other has no say even if last.
                    before = [_settled(each) for each in kept]
                    if decides and all(_is_test(each) and calls(each) <= _TESTS for each in before):
                        return result
                    if not decides and _is_test(before[-1]):
                        continue
                kept.append(result)
                if decides:
                    break
            else:
                kept.append(result)
        if len(kept) == 1:
            return kept[0]
        return chain(tree.operator, *map(_target, kept), start=tree.start, end=tree.end)

    def case(self, tree: Call) -> _Known | Expression:
        """Pairs that do not hold leave; one that holds is the default of those before it."""
        *pairs, default = tree.arguments
        kept: list[Expression] = []
        for at in range(0, len(pairs), 2):
            predicate = self.result(pairs[at])
            if isinstance(predicate, _Known) and isinstance(predicate.value, bool):
                if predicate.value:
                    default = pairs[at + 1]
                    break
                continue
            kept += [_settled(predicate), _target(self.result(pairs[at + 1]))]
        last = self.result(default)
        return Call(tree.name, (*kept, _target(last)), start=tree.start, end=tree.end) if kept else last

    def call(self, tree: Call) -> _Known | Expression:
        arguments = [self.result(argument) for argument in tree.arguments]
        if tree.name.lower() == "tojson" and isinstance(tree.arguments[0], Context):
            whole = arguments[0]
            if tree.arguments[0].name.lower() in _WHOLE and isinstance(whole, _Known) and _open(whole.value):
                return _json(whole.value, tree)
        folded = Call(tree.name, tuple(map(_settled, arguments)), start=tree.start, end=tree.end)
        if all(_is_closed(argument) for argument in folded.arguments) and tree.name.lower() in FUNCTIONS:
            try:
                return _Known(evaluate_tree(folded, {}), folded)
            except ExpressionError:
                return folded
        return folded


def _json(value: Any, tree: Call) -> _Known | Expression:
    """``toJSON`` of an object, in which some values are expressions; they are not folded again."""
    unknown: list[Expression] = []
    body = _laid_out(value, unknown, "")
    if body is None:
        return tree
    if unknown:
        return Call("format", (Literal(body), *unknown))
    return _computed(body.replace("{{", "{").replace("}}", "}"))


def _laid_out(value: Any, unknown: list[Expression], indent: str) -> str | None:
    """The pattern of an object for ``format``; None where parts of it are not known at all."""
    if isinstance(value, Partial) or any(item is UNKNOWN for item in value.values()):
        return None
    lines: list[str] = []
    for key, item in value.items():
        item = item.value if isinstance(item, Literal) else item
        if isinstance(item, _EXPRESSION):
            shown: str | None = f"{{{len(unknown)}}}"
            unknown.append(Call("toJSON", (item,)))
        elif isinstance(item, dict) and _open(item):
            shown = _laid_out(item, unknown, f"{indent}  ")
        else:
            shown = _escaped(to_json(item, f"{indent}  "))
        if shown is None:
            return None
        lines.append(f"{indent}  {_escaped(to_json(key))}: {shown}")
    return "{{\n" + ",\n".join(lines) + f"\n{indent}}}}}"


def _escaped(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")


def _found(value: Any, tree: Expression) -> _Known | Expression:
    if value is UNKNOWN:
        return tree
    if isinstance(value, Literal):
        return _Known(value.value, value)
    return value if isinstance(value, _EXPRESSION) else _Known(value, tree)


def _computed(value: Any) -> _Known:
    return _Known(value, Literal(value))


def _settled(result: _Known | Expression) -> Expression:
    """A result as a tree."""
    if not isinstance(result, _Known):
        return result
    if _open(result.value):
        return result.tree
    tree = result.tree
    return tree if isinstance(tree, Literal) else Literal(plain(result.value), start=tree.start, end=tree.end)


def _target(result: _Known | Expression) -> Expression:
    """A result where it may be dereferenced: a list that an object filter gave must not become a plain one."""
    return result.tree if isinstance(result, _Known) and isinstance(result.value, Filtered) else _settled(result)


def _step(target: _Known | Expression, key: Any, exact: bool = False) -> Any:
    if not isinstance(target, _Known):
        return UNKNOWN
    for item in _items(target.value):
        if _is_unknown(item) or (isinstance(item, Partial) and find_key(item, key, exact) is None):
            return UNKNOWN
    return lookup(target.value, key, exact)


def _spread(target: _Known | Expression) -> Any:
    if not isinstance(target, _Known):
        return UNKNOWN
    if any(_is_unknown(item) or isinstance(item, Partial) for item in _items(target.value)):
        return UNKNOWN
    return spread(target.value)


def _items(value: Any) -> Sequence[Any]:
    """What a dereference goes to."""
    return value if isinstance(value, Filtered) else (value,)


def _is_unknown(value: Any) -> bool:
    return value is UNKNOWN or isinstance(value, _EXPRESSION)


def _open(value: Any) -> bool:
    """Whether any part of a value is not known."""
    if _is_unknown(value) or isinstance(value, Partial):
        return True
    if isinstance(value, dict):
        return any(map(_open, value.values()))
    return isinstance(value, list) and any(map(_open, value))


def _is_closed(tree: Expression) -> bool:
    """Whether a tree is the same everywhere."""
    return not any(isinstance(node, Context) for node in walk(tree)) and calls(tree) <= FUNCTIONS.keys()


def _is_test(tree: Expression) -> bool:
    """Whether the value of a tree is a boolean."""
    match tree:
        case Not() | Compare():
            return True
        case Literal():
            return isinstance(tree.value, bool)
        case Logic():
            return all(map(_is_test, tree.operands))
        case Call():
            return tree.name.lower() in _TESTS
        case _:
            return False
