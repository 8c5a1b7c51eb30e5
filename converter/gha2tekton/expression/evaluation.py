"""Values of trees over contexts that are wholly known."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from gha2tekton.expression.functions import FUNCTIONS
from gha2tekton.expression.parser import parse
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
)
from gha2tekton.expression.values import compare, folded, is_scalar, is_truthy, to_number, to_string

Functions = Mapping[str, Callable[[Sequence[Any]], Any]]


class Filtered(list[Any]):
    """What an object filter gives: indexing it goes to its items."""


def evaluate(text: str, contexts: Mapping[str, Any], functions: Functions | None = None) -> Any:
    """The value of an expression (None, bool, float, str, list or dict) as GitHub's runner computes it.

    ``contexts`` are all that exist where it stands. ``functions`` supplies those of a running job (success,
    hashFiles, …), each of which is given the values of its arguments. ExpressionError is raised for what GitHub
    refuses.
    """
    known = frozenset(name.lower() for name in contexts)
    tree = parse(text, known, frozenset(name.lower() for name in functions or ()))
    return evaluate_tree(tree, contexts, functions)


def evaluate_tree(tree: Expression, contexts: Mapping[str, Any], functions: Functions | None = None) -> Any:
    """Like evaluate, of a parsed expression."""
    return plain(_Evaluation(contexts, functions or {}).value(tree))


def plain(value: Any) -> Any:
    """A value as callers see it."""
    if isinstance(value, Filtered):
        return list(value)
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


class _Evaluation:
    def __init__(self, contexts: Mapping[str, Any], functions: Functions) -> None:
        self.contexts = {name.lower(): value for name, value in contexts.items()}
        self.functions = {name.lower(): function for name, function in functions.items()}

    def value(self, tree: Expression) -> Any:
        match tree:
            case Literal():
                return tree.value
            case Context():
                if tree.name.lower() not in self.contexts:
                    raise ExpressionError(f"Unrecognized named-value: '{tree.name}'", tree.start)
                return self.contexts[tree.name.lower()]
            case Property():
                return lookup(self.value(tree.target), tree.name, is_exact(tree.target))
            case Index():
                target = self.value(tree.target)
                # What cannot be indexed never looks at its index, not even to fail.
                return None if is_scalar(target) else lookup(target, self.value(tree.index), is_exact(tree.target))
            case Filter():
                return spread(self.value(tree.target))
            case Not():
                return not is_truthy(self.value(tree.operand))
            case Compare():
                return compare(tree.operator, self.value(tree.left), self.value(tree.right))
            case Logic():
                return self.logic(tree)
            case Call():
                return self.call(tree)

    def logic(self, tree: Logic) -> Any:
        value: Any = None
        for operand in tree.operands:
            value = self.value(operand)
            if is_truthy(value) == (tree.operator == "||"):
                return value
        return value

    def call(self, tree: Call) -> Any:
        name = tree.name.lower()
        if name in FUNCTIONS:
            return FUNCTIONS[name](*(partial(self.value, argument) for argument in tree.arguments))
        if name in self.functions:
            return self.functions[name]([plain(self.value(argument)) for argument in tree.arguments])
        raise ExpressionError(f"Unrecognized function: '{tree.name}'", tree.start)


def is_exact(target: Expression) -> bool:
    """The ``env`` context alone is compared with case, on Linux runners."""
    return isinstance(target, Context) and target.name.lower() == "env"


def lookup(target: Any, key: Any, exact: bool = False) -> Any:
    """A property or an item; null where there is none."""
    if isinstance(target, Filtered):
        found = Filtered()
        for item in target:
            if isinstance(item, dict):
                name = find_key(item, key, exact)
                if name is not None:
                    found.append(item[name])
            elif isinstance(item, list) and (index := _position(key)) is not None and index < len(item):
                found.append(item[index])
        return found
    if isinstance(target, dict):
        name = find_key(target, key, exact)
        return None if name is None else target[name]
    if isinstance(target, list):
        index = _position(key)
        return target[index] if index is not None and index < len(target) else None
    return None


def find_key(mapping: Mapping[str, Any], key: Any, exact: bool = False) -> str | None:
    """The spelling that an object has of a key."""
    if not is_scalar(key):
        return None
    name = to_string(key)
    if name in mapping:
        return name
    if exact:
        return None
    wanted = folded(name)
    for spelling in mapping:
        if folded(spelling) == wanted:
            return spelling
    return None


def _position(key: Any) -> int | None:
    number = to_number(key)
    return math.floor(number) if 0 <= number < 1 << 31 else None


def spread(target: Any) -> Filtered:
    """What ``.*`` makes of a value; once filtered, one level deeper."""
    if isinstance(target, Filtered):
        return Filtered(inner for item in target for inner in spread(item))
    if isinstance(target, dict):
        return Filtered(target.values())
    return Filtered(target) if isinstance(target, list) else Filtered()
