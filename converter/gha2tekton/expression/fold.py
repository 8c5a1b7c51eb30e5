"""Partial evaluation: what is known is computed, the rest stays."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gha2tekton.expression.evaluation import Filtered, evaluate_tree, lookup, path_is_env, spread
from gha2tekton.expression.functions import FUNCTIONS
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
from gha2tekton.expression.template import Template
from gha2tekton.expression.values import is_truthy, to_string


class _Unknown:
    """A value that only the run will tell."""

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN = _Unknown()


class Partial(dict[str, Any]):
    """An object of which only some entries are known: what it lacks is unknown instead of null."""


_EXPRESSION = (Context, Property, Index, Filter, Call, Not, Compare, Logic, Literal)


def fold(tree: Expression, known: Mapping[str, Any]) -> Expression:
    """A smaller tree with the same value: ``known`` maps contexts (lower case) to what is known of them.

    A missing context is unknown, so is UNKNOWN at any depth and what a Partial lacks; an Expression among the values
    is put in place of the reference to it.
    """
    return _Fold(known).tree(tree)


def fold_template(template: Template, known: Mapping[str, Any]) -> Template:
    """A template with what is known joined to its text."""
    parts: list[str | Expression] = []
    for part in template:
        folded = part if isinstance(part, str) else fold(part, known)
        text = folded if isinstance(folded, str) else to_string(folded.value) if isinstance(folded, Literal) else None
        if text is None:
            parts.append(folded)
        elif parts and isinstance(parts[-1], str):
            parts[-1] += text
        elif text:
            parts.append(text)
    return tuple(parts)


class _Fold:
    def __init__(self, known: Mapping[str, Any]) -> None:
        self.known = known

    def tree(self, tree: Expression) -> Expression:
        match tree:
            case Literal():
                return tree
            case Context() | Property() | Index() | Filter():
                value = self.reference(tree)
                return value if isinstance(value, _EXPRESSION) else _settled(value, self.rebuilt(tree))
            case Not():
                operand = self.tree(tree.operand)
                return Literal(not is_truthy(operand.value)) if isinstance(operand, Literal) else Not(operand)
            case Compare():
                folded = Compare(tree.operator, self.tree(tree.left), self.tree(tree.right))
                return _computed(folded, folded.left, folded.right)
            case Logic():
                return self.logic(tree)
            case Call():
                return self.call(tree)

    def reference(self, tree: Expression) -> Any:
        """The value a reference leads to: plain, UNKNOWN, or an expression in its place."""
        match tree:
            case Context():
                return self.known.get(tree.name.lower(), UNKNOWN)
            case Property():
                return self.step(tree, self.reference(tree.target), tree.name)
            case Index():
                index = self.tree(tree.index)
                target = self.reference(tree.target)
                if not isinstance(index, Literal):
                    return UNKNOWN
                return self.step(tree, target, index.value)
            case Filter():
                target = self.reference(tree.target)
                if isinstance(target, _EXPRESSION):
                    return Filter(target)
                return UNKNOWN if target is UNKNOWN or isinstance(target, Partial) else spread(target)
            case Literal():
                return tree.value
            case _:
                folded = self.tree(tree)
                return folded.value if isinstance(folded, Literal) else UNKNOWN

    def step(self, tree: Property | Index, target: Any, key: Any) -> Any:
        if target is UNKNOWN:
            return UNKNOWN
        if isinstance(target, _EXPRESSION):
            return Property(target, key) if isinstance(tree, Property) else Index(target, Literal(key))
        value = lookup(target, key, path_is_env(tree.target))
        if value is None and isinstance(target, Partial):
            return UNKNOWN
        return value

    def rebuilt(self, tree: Expression) -> Expression:
        """A reference that stays, with its own parts folded."""
        match tree:
            case Property():
                return Property(self.rebuilt(tree.target), tree.name)
            case Index():
                return Index(self.rebuilt(tree.target), self.tree(tree.index))
            case Filter():
                return Filter(self.rebuilt(tree.target))
            case Context():
                return tree
            case _:
                return self.tree(tree)

    def logic(self, tree: Logic) -> Expression:
        """An operand that decides ends the chain; one that cannot decide leaves it unless it is the last."""
        left: list[Expression] = []
        last = len(tree.operands) - 1
        for index, operand in enumerate(tree.operands):
            folded = self.tree(operand)
            if isinstance(folded, Literal):
                decides = is_truthy(folded.value) == (tree.operator == "||")
                if decides or index == last:
                    left.append(folded)
                if decides:
                    break
            else:
                left.append(folded)
        return left[0] if len(left) == 1 else Logic(tree.operator, tuple(left))

    def call(self, tree: Call) -> Expression:
        folded = Call(tree.name, tuple(self.tree(argument) for argument in tree.arguments))
        name = tree.name.lower()
        if name == "case":
            while len(folded.arguments) > 1 and isinstance(folded.arguments[0], Literal):
                first = folded.arguments[0].value
                if not isinstance(first, bool):
                    return folded
                folded = Call(tree.name, folded.arguments[2:]) if not first else Call(tree.name, (folded.arguments[1],))
            return folded.arguments[0] if len(folded.arguments) == 1 else folded
        return _computed(folded, *folded.arguments) if name in FUNCTIONS else folded


def _computed(tree: Expression, *parts: Expression) -> Expression:
    if not all(isinstance(part, Literal) for part in parts):
        return tree
    try:
        return Literal(evaluate_tree(tree, {}))
    except ExpressionError:
        return tree


def _settled(value: Any, tree: Expression) -> Expression:
    if _open(value):
        return tree
    return Literal(list(value) if isinstance(value, Filtered) else value)


def _open(value: Any) -> bool:
    if value is UNKNOWN or isinstance(value, (Partial, *_EXPRESSION)):
        return True
    if isinstance(value, dict):
        return any(_open(item) for item in value.values())
    return isinstance(value, list) and any(_open(item) for item in value)
