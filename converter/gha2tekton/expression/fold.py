"""Partial evaluation: what is known is computed, the rest stays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from operator import is_
from typing import Any, final

from gha2tekton.expression.evaluation import Filtered, evaluate_tree, find_key, is_exact, lookup, plain, spread
from gha2tekton.expression.functions import FUNCTIONS
from gha2tekton.expression.open_values import (
    TREES,
    UNKNOWN,
    Partial,
    is_open,
    is_unknown,
    open_contains,
    open_join,
    open_json,
)
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
    path,
    walk,
)
from gha2tekton.expression.template import Template
from gha2tekton.expression.values import compare, is_scalar, is_truthy, to_string
from gha2tekton.record import Record

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
    if len(template) == 1 and template[0] and isinstance(template[0], str):
        return template
    parts: list[str | Expression] = []
    for part in template:
        folded = part if isinstance(part, str) else fold(part, known)
        if type(folded) is Literal and (len(template) > 1 or is_scalar(folded.value)):
            folded = to_string(folded.value)
        if not isinstance(folded, str):
            parts.append(folded)
        elif parts and isinstance(parts[-1], str):
            parts[-1] += folded
        elif folded:
            parts.append(folded)
    return tuple(parts)


@final
class _Known(Record, frozen=True):
    """A value, parts of which may be unknown still, and the tree that stands for it where it cannot be used."""

    value: Any
    tree: Expression


class _Fold:
    def __init__(self, known: Mapping[str, Any]) -> None:
        self.known = known

    def result(self, tree: Expression) -> _Known | Expression:
        """What a tree comes to: itself where nothing in it is known."""
        match tree:  # what is frequent comes first
            case Property():
                target = self.result(tree.target)
                if type(target) is not _Known:
                    if target is tree.target:
                        return tree
                    return Property(target, tree.name, start=tree.start, end=tree.end)
                found = _step(target, tree.name, is_exact(tree.target))
                rest = tree
                if (found is UNKNOWN or not is_scalar(found)) and (below := _target(target)) is not tree.target:
                    rest = Property(below, tree.name, start=tree.start, end=tree.end)
                return _found(found, rest)
            case Context():
                return _found(self.known.get(tree.name.lower(), UNKNOWN), tree)
            case Literal():
                return _Known(tree.value, tree)
            case Call():
                return self.case(tree) if tree.name.lower() == "case" else self.call(tree)
            case Logic():
                return self.logic(tree)
            case Compare():
                left, right = self.result(tree.left), self.result(tree.right)
                if isinstance(left, _Known) and isinstance(right, _Known) and not is_open([left.value, right.value]):
                    return _computed(compare(tree.operator, left.value, right.value))
                sides = _settled(left), _settled(right)
                return tree if _same(sides, tree) else Compare(tree.operator, *sides, start=tree.start, end=tree.end)
            case Not():
                operand = self.result(tree.operand)
                if isinstance(operand, _Known) and not is_open(operand.value):
                    return _computed(not is_truthy(operand.value))
                return Not(_settled(operand), start=tree.start, end=tree.end)
            case Index():
                return self.index(tree)
            case Filter():
                target = self.result(tree.target)
                return _found(_spread(target), Filter(_target(target), start=tree.start, end=tree.end))

    def index(self, tree: Index) -> _Known | Expression:
        target, index = self.result(tree.target), self.result(tree.index)
        rest = Index(_target(target), _settled(index), start=tree.start, end=tree.end)
        if isinstance(target, _Known) and is_scalar(target.value):
            return _found(_step(target, None), rest)
        if not isinstance(index, _Known) or is_open(index.value):
            return rest
        return _found(_step(target, index.value, is_exact(tree.target)), rest)

    def logic(self, tree: Logic) -> _Known | Expression:
        """An operand that decides ends the chain; one that cannot decide leaves it unless it is the last."""
        kept: list[_Known | Expression] = []
        for index, operand in enumerate(tree.operands):
            result = self.result(operand)
            if type(result) is _Known and not is_open(result.value):
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
        operands = tuple(map(_target, kept))
        return tree if _same(operands, tree) else chain(tree.operator, *operands, start=tree.start, end=tree.end)

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
        if (found := _opened(tree, arguments)) is not None:
            return _found(found, tree)
        settled = tuple(map(_settled, arguments))
        folded = tree if _same(settled, tree) else Call(tree.name, settled, start=tree.start, end=tree.end)
        if tree.name.lower() in FUNCTIONS and all(map(_is_closed, settled)):
            try:
                return _Known(evaluate_tree(folded, {}), folded)
            except ExpressionError:
                return folded
        return folded


def _same(parts: tuple[Expression, ...], tree: Expression) -> bool:
    """Whether nothing in a tree has changed."""
    return len(parts) == len(tree.parts) and all(map(is_, parts, tree.parts))


def _opened(tree: Call, arguments: Sequence[_Known | Expression]) -> Expression | None:
    """What a function makes of an object or a list in which expressions stand."""
    if not arguments or not isinstance(arguments[0], _Known) or not is_open(arguments[0].value):
        return None
    match tree.name.lower(), arguments[0].value, arguments[1:]:
        case "tojson", dict() as whole, [] if (path(tree.arguments[0]) or ("",))[0] in _WHOLE:
            return open_json(whole)
        case "contains", Filtered() as values, [item]:
            return open_contains(values, _settled(item))
        case "join", Filtered() as values, []:
            return open_join(values, ",")
        case "join", Filtered() as values, [_Known(value=str() as separator)]:
            return open_join(values, separator)
        case _:
            return None


def _found(value: Any, tree: Expression) -> _Known | Expression:
    if value is UNKNOWN:
        return tree
    if type(value) not in TREES:
        return _Known(value, tree)
    held: Expression = value
    return _Known(held.value, held) if type(held) is Literal else held


def _computed(value: Any) -> _Known:
    return _Known(value, Literal(value))


def _settled(result: _Known | Expression) -> Expression:
    """A result as a tree."""
    if type(result) is not _Known:
        return result
    tree = result.tree
    if type(tree) is Literal or is_open(result.value):
        return tree
    return Literal(plain(result.value), start=tree.start, end=tree.end)


def _target(result: _Known | Expression) -> Expression:
    """A result where it may be dereferenced: a list that an object filter gave must not become a plain one."""
    return result.tree if type(result) is _Known and isinstance(result.value, Filtered) else _settled(result)


def _step(target: _Known | Expression, key: Any, exact: bool = False) -> Any:
    if type(target) is not _Known:
        return UNKNOWN
    if isinstance(target.value, dict) and isinstance(key, str) and key in target.value:
        return target.value[key]
    for item in _items(target.value):
        if is_unknown(item) or (isinstance(item, Partial) and find_key(item, key, exact) is None):
            return UNKNOWN
    return lookup(target.value, key, exact)


def _spread(target: _Known | Expression) -> Any:
    if not isinstance(target, _Known):
        return UNKNOWN
    if any(is_unknown(item) or isinstance(item, Partial) for item in _items(target.value)):
        return UNKNOWN
    return spread(target.value)


def _items(value: Any) -> Sequence[Any]:
    """What a dereference goes to."""
    return value if isinstance(value, Filtered) else (value,)


def _is_closed(tree: Expression) -> bool:
    """Whether a tree is the same everywhere."""
    if isinstance(tree, Literal):
        return True
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
