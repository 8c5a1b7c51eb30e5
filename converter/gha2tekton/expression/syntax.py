"""Trees of expressions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from typing import Literal as OneOf

from gha2tekton.record import Record


class ExpressionError(ValueError):
    """The text is no expression, or its evaluation failed; ``offset`` counts characters from its start."""

    def __init__(self, message: str, offset: int = 0) -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset


class _Span(Record, frozen=True, kw_only=True, eq=False):
    start: int = 0
    """Characters before the node in the text that was parsed; no part of its identity. 0 where nothing was parsed."""
    end: int = 0

    def _identity(self) -> tuple[object, ...]:
        return tuple([getattr(self, name) for name in self.__struct_fields__ if name not in ("start", "end")])

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self._identity() == other._identity()

    def __hash__(self) -> int:
        return hash(self._identity())


class Literal(_Span, frozen=True, eq=False):
    """A known value: null, boolean, number (a float) or string; folding also makes lists and dicts."""

    value: Any

    # Python takes True for 1.0 and no NaN for another; GitHub's trees must not.
    def __eq__(self, other: object) -> bool:
        return isinstance(other, Literal) and repr(self.value) == repr(other.value)

    def __hash__(self) -> int:
        return hash(repr(self.value))


class Context(_Span, frozen=True, eq=False):
    name: str


class Property(_Span, frozen=True, eq=False):
    """``target.name``."""

    target: Expression
    name: str


class Index(_Span, frozen=True, eq=False):
    """``target[index]``."""

    target: Expression
    index: Expression


class Filter(_Span, frozen=True, eq=False):
    """``target.*`` or ``target[*]``."""

    target: Expression


class Call(_Span, frozen=True, eq=False):
    """``name`` is as written; functions are compared without case."""

    name: str
    arguments: tuple[Expression, ...]


class Not(_Span, frozen=True, eq=False):
    operand: Expression


class Compare(_Span, frozen=True, eq=False):
    operator: OneOf["==", "!=", "<", "<=", ">", ">="]
    left: Expression
    right: Expression


class Logic(_Span, frozen=True, eq=False):
    """A chain of ``&&`` or ``||``; its value is that of one operand. Made by ``chain``."""

    operator: OneOf["&&", "||"]
    operands: tuple[Expression, ...]


Expression = Literal | Context | Property | Index | Filter | Call | Not | Compare | Logic


def chain(operator: OneOf["&&", "||"], *operands: Expression, start: int = 0, end: int = 0) -> Logic:
    """Operands joined; one that is itself such a chain is taken apart, as GitHub does, parentheses or not."""
    flat: list[Expression] = []
    for operand in operands:
        if isinstance(operand, Logic) and operand.operator == operator:
            flat += operand.operands
        else:
            flat.append(operand)
    return Logic(operator, tuple(flat), start=start, end=end)


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
