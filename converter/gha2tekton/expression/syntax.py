"""Trees of expressions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from typing import Literal as OneOf


class ExpressionError(ValueError):
    """The text is no expression, or its evaluation failed; ``offset`` counts characters from its start."""

    def __init__(self, message: str, offset: int = 0) -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset


@dataclass(frozen=True, slots=True)
class Literal:
    """A known value: null, boolean, number or string; folding also makes lists and dicts."""

    value: Any


@dataclass(frozen=True, slots=True)
class Context:
    name: str


@dataclass(frozen=True, slots=True)
class Property:
    """``target.name``."""

    target: Expression
    name: str


@dataclass(frozen=True, slots=True)
class Index:
    """``target[index]``."""

    target: Expression
    index: Expression


@dataclass(frozen=True, slots=True)
class Filter:
    """``target.*`` or ``target[*]``."""

    target: Expression


@dataclass(frozen=True, slots=True)
class Call:
    """``name`` is as written; functions are compared without case."""

    name: str
    arguments: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Not:
    operand: Expression


@dataclass(frozen=True, slots=True)
class Compare:
    operator: OneOf["==", "!=", "<", "<=", ">", ">="]
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Logic:
    """A chain of ``&&`` or ``||``; its value is that of one operand."""

    operator: OneOf["&&", "||"]
    operands: tuple[Expression, ...]


Expression = Literal | Context | Property | Index | Filter | Call | Not | Compare | Logic


def children(tree: Expression) -> tuple[Expression, ...]:
    """The parts of a node, left to right."""
    match tree:
        case Literal() | Context():
            return ()
        case Property() | Filter():
            return (tree.target,)
        case Index():
            return (tree.target, tree.index)
        case Call():
            return tree.arguments
        case Not():
            return (tree.operand,)
        case Compare():
            return (tree.left, tree.right)
        case Logic():
            return tree.operands


def walk(tree: Expression) -> Iterator[Expression]:
    """The node and all below it."""
    yield tree
    for part in children(tree):
        yield from walk(part)


def path(tree: Expression) -> tuple[str, ...] | None:
    """The static context path that a node is, such as ("github", "event", "number"); None for any other node."""
    match tree:
        case Context():
            return (tree.name.lower(),)
        case Property():
            before = path(tree.target)
            return None if before is None else (*before, tree.name)
        case Index(index=Literal(value=str(name))):
            before = path(tree.target)
            return None if before is None else (*before, name)
        case _:
            return None


def references(tree: Expression) -> tuple[tuple[str, ...], ...]:
    """The context paths an expression reads; one that goes on with a dynamic part ends with ``*``."""
    found: dict[tuple[str, ...], None] = {}
    _collect(tree, found)
    return tuple(found)


def _collect(tree: Expression, found: dict[tuple[str, ...], None]) -> None:
    whole = path(tree)
    if whole is not None:
        found.setdefault(whole)
        return
    match tree:
        case Property(target=target) | Filter(target=target):
            _collect_open(target, found)
        case Index(target=target, index=index):
            _collect_open(target, found)
            _collect(index, found)
        case _:
            for part in children(tree):
                _collect(part, found)


def _collect_open(target: Expression, found: dict[tuple[str, ...], None]) -> None:
    whole = path(target)
    if whole is not None:
        found.setdefault((*whole, "*"))
    else:
        _collect(target, found)


def calls(tree: Expression) -> frozenset[str]:
    """The functions an expression calls, in lower case."""
    return frozenset(node.name.lower() for node in walk(tree) if isinstance(node, Call))
