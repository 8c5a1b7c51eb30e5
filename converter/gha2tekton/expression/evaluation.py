"""Values of trees over contexts that are wholly known."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
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
from gha2tekton.expression.values import folded, compare, is_truthy, to_number, to_string

Functions = Mapping[str, Callable[[Sequence[Any]], Any]]


class Filtered(list[Any]):
    """What an object filter gives: indexing it goes to its items."""


def evaluate(text: str, contexts: Mapping[str, Any], functions: Functions | None = None) -> Any:
    """The value of an expression (None, bool, float, str, list or dict) as GitHub's runner computes it.

    ``functions`` supplies those of a running job (success, hashFiles, …) by name in lower case. ExpressionError is
    raised for what GitHub refuses.
    """
    return evaluate_tree(parse(text), contexts, functions)


def evaluate_tree(tree: Expression, contexts: Mapping[str, Any], functions: Functions | None = None) -> Any:
    """Like evaluate, of a parsed expression."""
    value = _Evaluation(contexts, functions or {}).value(tree)
    return list(value) if isinstance(value, Filtered) else value


class _Evaluation:
    def __init__(self, contexts: Mapping[str, Any], functions: Functions) -> None:
        self.contexts = {name.lower(): value for name, value in contexts.items()}
        self.functions = functions

    def value(self, tree: Expression) -> Any:
        match tree:
            case Literal():
                return float(tree.value) if isinstance(tree.value, int) and not isinstance(tree.value, bool) else tree.value
            case Context():
                if tree.name.lower() not in self.contexts:
                    raise ExpressionError(f"Unrecognized named-value: '{tree.name}'")
                return self.contexts[tree.name.lower()]
            case Property():
                return lookup(self.value(tree.target), tree.name, path_is_env(tree.target))
            case Index():
                target = self.value(tree.target)
                return lookup(target, self.value(tree.index), path_is_env(tree.target))
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
        if name == "case":
            *pairs, default = tree.arguments
            for predicate, result in zip(pairs[::2], pairs[1::2], strict=True):
                holds = self.value(predicate)
                if not isinstance(holds, bool):
                    raise ExpressionError("case() needs predicates that are true or false")
                if holds:
                    return self.value(result)
            return self.value(default)
        function = self.functions.get(name) or FUNCTIONS.get(name)
        if function is None:
            raise ExpressionError(f"Unrecognized function: '{tree.name}'")
        return function([self.value(argument) for argument in tree.arguments])


def path_is_env(target: Expression) -> bool:
    """The ``env`` context alone is compared with case, on Linux runners."""
    return isinstance(target, Context) and target.name.lower() == "env"


def lookup(target: Any, key: Any, exact: bool = False) -> Any:
    """A property or an item; null where there is none."""
    if isinstance(target, Filtered):
        found = Filtered()
        for item in target:
            if isinstance(item, dict):
                name = _key(item, to_string(key), exact) if not isinstance(key, dict | list) else None
                if name is not None:
                    found.append(item[name])
            elif isinstance(item, list) and (index := _position(key)) is not None and index < len(item):
                found.append(item[index])
        return found
    if isinstance(target, dict):
        if isinstance(key, dict | list):
            return None
        name = _key(target, to_string(key), exact)
        return target[name] if name is not None else None
    if isinstance(target, list):
        index = _position(key)
        return target[index] if index is not None and index < len(target) else None
    return None


def _key(mapping: Mapping[str, Any], name: str, exact: bool) -> str | None:
    if name in mapping:
        return name
    if exact:
        return None
    wanted = folded(name)
    return next((key for key in mapping if folded(key) == wanted), None)


def _position(key: Any) -> int | None:
    number = to_number(key)
    return int(math.floor(number)) if math.isfinite(number) and number >= 0 else None


def spread(target: Any) -> Filtered:
    """What ``.*`` makes of a value; once filtered, one level deeper."""
    if isinstance(target, Filtered):
        return Filtered(inner for item in target for inner in spread(item))
    if isinstance(target, dict):
        return Filtered(target.values())
    return Filtered(target) if isinstance(target, list) else Filtered()
