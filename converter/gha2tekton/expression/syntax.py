"""Trees of expressions."""

from __future__ import annotations

from typing import Any
from typing import Literal as OneOf

from gha2tekton.record import Record, astuple


class ExpressionError(ValueError):
    """The text is no expression, or its evaluation failed; ``offset`` counts characters from its start."""

    def __init__(self, message: str, offset: int = 0) -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset


class Tree(Record, frozen=True, kw_only=True, eq=False):
    """What all nodes are."""

    start: int = 0
    """Characters before the node in the text that was parsed; no part of its identity. 0 where nothing was parsed."""
    end: int = 0

    @property
    def parts(self) -> tuple[Expression, ...]:
        """The nodes right below, left to right."""
        return ()

    def _identity(self) -> tuple[object, ...]:
        return astuple(self)[:-2]

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self._identity() == other._identity()

    # That of a record looks at no more than whether it is the very same.
    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash(self._identity())


class Literal(Tree, frozen=True, eq=False):
    """A known value: null, boolean, number (a float) or string; folding also makes lists and dicts."""

    value: Any

    # Python takes True for 1.0 and no NaN for another; GitHub's trees must not.
    def __eq__(self, other: object) -> bool:
        return isinstance(other, Literal) and repr(self.value) == repr(other.value)

    def __hash__(self) -> int:
        return hash(repr(self.value))


class Context(Tree, frozen=True, eq=False):
    name: str


class Property(Tree, frozen=True, eq=False):
    """``target.name``."""

    target: Expression
    name: str

    @property
    def parts(self) -> tuple[Expression, ...]:
        return (self.target,)


class Index(Tree, frozen=True, eq=False):
    """``target[index]``."""

    target: Expression
    index: Expression

    @property
    def parts(self) -> tuple[Expression, ...]:
        return (self.target, self.index)


class Filter(Tree, frozen=True, eq=False):
    """``target.*`` or ``target[*]``."""

    target: Expression

    @property
    def parts(self) -> tuple[Expression, ...]:
        return (self.target,)


class Call(Tree, frozen=True, eq=False):
    """``name`` is as written; functions are compared without case."""

    name: str
    arguments: tuple[Expression, ...]

    @property
    def parts(self) -> tuple[Expression, ...]:
        return self.arguments


class Not(Tree, frozen=True, eq=False):
    operand: Expression

    @property
    def parts(self) -> tuple[Expression, ...]:
        return (self.operand,)


class Compare(Tree, frozen=True, eq=False):
    operator: OneOf["==", "!=", "<", "<=", ">", ">="]
    left: Expression
    right: Expression

    @property
    def parts(self) -> tuple[Expression, ...]:
        return (self.left, self.right)


class Logic(Tree, frozen=True, eq=False):
    """A chain of ``&&`` or ``||``; its value is that of one operand. Made by ``chain``."""

    operator: OneOf["&&", "||"]
    operands: tuple[Expression, ...]

    @property
    def parts(self) -> tuple[Expression, ...]:
        return self.operands


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


def walk(tree: Expression) -> list[Expression]:
    """The node and all below it, each before its parts."""
    found, waiting = list[Expression](), [tree]
    while waiting:
        node = waiting.pop()
        found.append(node)
        waiting += node.parts[::-1]
    return found


def path(tree: Expression) -> tuple[str, ...] | None:
    """The static context path that a node is, such as ("github", "event", "number"); None for any other node.

    The context is in lower case, what follows it as written.
    """
    names: list[str] = []
    while True:
        if type(tree) is Property:
            names.append(tree.name)
        elif type(tree) is Context:
            return (tree.name.lower(), *names[::-1])
        elif type(tree) is Index and type(tree.index) is Literal and isinstance(tree.index.value, str):
            names.append(tree.index.value)
        else:
            return None
        tree = tree.target


def references(tree: Expression) -> tuple[tuple[str, ...], ...]:
    """The context paths an expression reads; one that goes on with a dynamic part ends with ``*``."""
    if (whole := path(tree)) is not None:
        return (whole,)
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
            for part in tree.parts:
                _collect(part, found)


def _collect_open(target: Expression, found: dict[tuple[str, ...], None]) -> None:
    whole = path(target)
    if whole is not None:
        found.setdefault((*whole, "*"))
    else:
        _collect(target, found)


def calls(tree: Expression) -> frozenset[str]:
    """The functions an expression calls, in lower case."""
    return frozenset([node.name.lower() for node in walk(tree) if type(node) is Call])
