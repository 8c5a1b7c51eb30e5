"""Words to trees: GitHub's precedence, arity and limits."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, NamedTuple, NoReturn

from gha2tekton.expression.functions import ANYWHERE, ARITY, FUNCTIONS
from gha2tekton.expression.syntax import (
    Call,
    Compare,
    Context,
    Expression,
    ExpressionError,
    Filter,
    Index,
    Literal,
    Not,
    Property,
    chain,
)
from gha2tekton.expression.tokens import VALUES, Kind, Token, tokens
from gha2tekton.record import Record, field

MAX_LENGTH = 21_000
MAX_DEPTH = 50
"""GitHub's limits: characters, and levels of the tree, in which parentheses do not count."""

_PRECEDENCE = {"||": 1, "&&": 2, "==": 3, "!=": 3, "<": 4, "<=": 4, ">": 4, ">=": 4, "!": 5}
_BOUNDS = re.compile(r"(?P<name>[^(]+)\((?P<least>[0-9]+),(?P<most>[0-9]+|MAX)\)")


@lru_cache(maxsize=8192)
def parse(
    text: str, contexts: frozenset[str] | None = None, functions: frozenset[str] | None = None, offset: int = 0
) -> Expression:
    """The tree of an expression without ``${{ }}``.

    ``contexts`` and ``functions`` are the names known where it stands, in lower case, None for any; the functions
    that work everywhere are always known, and a name may bring its arity as in GitHub's schema: ``success(0,MAX)``.
    ``offset`` is where the text starts in a longer one and is added to every position. ExpressionError is all it ever
    raises.
    """
    if contexts is None and _REFERENCE.fullmatch(text) and text.partition(".")[0] not in VALUES:
        return _reference(text, offset)
    return _Parser(text, contexts, _arities(functions), offset).tree()


_REFERENCE = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*(?:\.[A-Za-z_][A-Za-z0-9_-]*){,40}")
"""Most expressions are no more than this."""


def _reference(text: str, offset: int) -> Expression:
    first, *names = text.split(".")
    end = offset + len(first)
    tree: Expression = Context(first, start=offset, end=end)
    for name in names:
        end += 1 + len(name)
        tree = Property(tree, name, start=offset, end=end)
    return tree


@lru_cache(maxsize=256)
def _arities(functions: frozenset[str] | None) -> dict[str, tuple[int, int]] | None:
    if functions is None:
        return None
    known = {name: ARITY[name] for name in FUNCTIONS}
    for function in functions:
        bounds = _BOUNDS.fullmatch(function)
        if bounds:
            most = 255 if bounds["most"] == "MAX" else int(bounds["most"])
            known[bounds["name"].lower()] = (int(bounds["least"]), most)
        else:
            known[function.lower()] = ARITY.get(function.lower(), (0, 255))
    return known


class _Operand(NamedTuple):
    tree: Expression
    depth: int
    start: int
    """With the parentheses around it, which the tree does not keep."""
    end: int


class _Frame(Record):
    """What stands between one opening bracket and its closing one; the outermost has none."""

    opening: Token | None = None
    function: Token | None = None
    operands: list[_Operand] = field(default_factory=list)
    operators: list[Token] = field(default_factory=list)


class _Parser:
    # Brackets go on a stack of our own, for GitHub bounds the depth of the tree and not that of parentheses.

    def __init__(
        self, text: str, contexts: frozenset[str] | None, arities: dict[str, tuple[int, int]] | None, offset: int
    ) -> None:
        self.text = text
        self.contexts = contexts
        self.arities = arities
        self.offset = offset
        self.frames = [_Frame()]

    def fail(self, problem: str, token: Token) -> NoReturn:
        where = f"Located at position {token.start + 1} within expression: {self.text}"
        raise ExpressionError(f"{problem}: '{token.text}'. {where}", self.offset + token.start)

    def tree(self) -> Expression:
        if len(self.text) > MAX_LENGTH:
            raise ExpressionError(f"Exceeded max expression length {MAX_LENGTH}", self.offset)
        last: Token | None = None
        for token in tokens(self.text):
            self.take(token, last)
            last = token
        if last is None:
            raise ExpressionError("An expression was expected", self.offset)
        if len(self.frames) > 1 or last.kind in (Kind.NOT, Kind.BINARY, Kind.DOT):
            self.fail("Unexpected end of expression", last)
        result = self.reduced()
        if result.depth > MAX_DEPTH:
            raise ExpressionError(f"Exceeded max expression depth {MAX_DEPTH}", self.offset)
        return result.tree

    def take(self, token: Token, last: Token | None) -> None:
        frame = self.frames[-1]
        opening = frame.opening.kind if frame.opening else None
        if last and last.kind is Kind.WILDCARD and not frame.operands and token.kind is not Kind.CLOSE_INDEX:
            self.fail("Unexpected symbol", token)
        match token.kind:
            case Kind.DOT:
                pass
            case Kind.LITERAL:
                self.push(Literal(token.value, **self.at(token.start, token)), 1, token.start, token)
            case Kind.NAME:
                if self.contexts is not None and token.text.lower() not in self.contexts:
                    self.fail("Unrecognized named-value", token)
                self.push(Context(token.text, **self.at(token.start, token)), 1, token.start, token)
            case Kind.FUNCTION:
                if self.arities is not None and token.text.lower() not in self.arities:
                    self.fail("Unrecognized function", token)
            case Kind.PROPERTY:
                target = frame.operands.pop()
                tree = Property(target.tree, token.text, **self.at(target.start, token))
                self.push(tree, target.depth + 1, target.start, token)
            case Kind.WILDCARD:
                # In brackets the closing one does it.
                if last and last.kind is Kind.DOT:
                    self.filter(token)
            case Kind.OPEN_GROUP | Kind.OPEN_INDEX | Kind.OPEN_CALL:
                self.frames.append(_Frame(token, last))
            case Kind.NOT:
                frame.operators.append(token)
            case Kind.BINARY:
                self.reduce(_PRECEDENCE[token.text])
                frame.operators.append(token)
            case Kind.COMMA if opening is Kind.OPEN_CALL:
                self.reduce(0)
            case Kind.CLOSE_ROUND if opening is Kind.OPEN_CALL:
                self.call(frame, token)
            case Kind.CLOSE_ROUND if opening is Kind.OPEN_GROUP and frame.opening:
                inner = self.reduced()
                self.frames.pop()
                self.push(inner.tree, inner.depth, frame.opening.start, token)
            case Kind.CLOSE_INDEX if opening is Kind.OPEN_INDEX:
                self.index(token)
            case _:
                self.fail("Unexpected symbol", token)

    def at(self, start: int, last: Token) -> Any:
        return {"start": self.offset + start, "end": self.offset + last.start + len(last.text)}

    def push(self, tree: Expression, depth: int, start: int, last: Token) -> None:
        self.frames[-1].operands.append(_Operand(tree, depth, start, last.start + len(last.text)))

    def filter(self, token: Token) -> None:
        target = self.frames[-1].operands.pop()
        self.push(Filter(target.tree, **self.at(target.start, token)), target.depth + 1, target.start, token)

    def index(self, token: Token) -> None:
        if not self.frames[-1].operands:
            self.frames.pop()
            self.filter(token)
            return
        index = self.reduced()
        self.frames.pop()
        target = self.frames[-1].operands.pop()
        tree = Index(target.tree, index.tree, **self.at(target.start, token))
        self.push(tree, max(target.depth, index.depth) + 1, target.start, token)

    def call(self, frame: _Frame, token: Token) -> None:
        self.reduce(0)
        self.frames.pop()
        name = frame.function
        assert name, "the words before a call are checked"
        assert frame.opening
        arguments = frame.operands
        known = ANYWHERE if self.arities is None else self.arities
        least, most = known.get(name.text.lower(), (0, 255))
        if len(arguments) < least:
            self.fail("Too few parameters supplied", frame.opening)
        if len(arguments) > most:
            self.fail("Too many parameters supplied", frame.opening)
        if name.text.lower() == "case" and len(arguments) % 2 == 0:
            self.fail("Even number of parameters supplied, requires an odd number of parameters", frame.opening)
        tree = Call(name.text, tuple(argument.tree for argument in arguments), **self.at(name.start, token))
        self.push(tree, max((argument.depth for argument in arguments), default=0) + 1, name.start, token)

    def reduced(self) -> _Operand:
        self.reduce(0)
        return self.frames[-1].operands[-1]

    def reduce(self, precedence: int) -> None:
        """Apply the operators that bind at least as tightly as the one to come."""
        operands, operators = self.frames[-1].operands, self.frames[-1].operators
        while operators and _PRECEDENCE[operators[-1].text] >= precedence:
            operator: Any = operators.pop()
            right = operands.pop()
            if operator.kind is Kind.NOT:
                span = {"start": self.offset + operator.start, "end": self.offset + right.end}
                operands.append(_Operand(Not(right.tree, **span), right.depth + 1, operator.start, right.end))
                continue
            left = operands.pop()
            span = {"start": self.offset + left.start, "end": self.offset + right.end}
            depth = max(left.depth, right.depth) + 1
            tree: Expression
            if operator.text in ("&&", "||"):
                tree = chain(operator.text, left.tree, right.tree, **span)
                # A chain that is taken apart adds no level.
                depth = max(_level(left, operator.text), _level(right, operator.text)) + 1
            else:
                tree = Compare(operator.text, left.tree, right.tree, **span)
            operands.append(_Operand(tree, depth, left.start, right.end))


def _level(operand: _Operand, operator: str) -> int:
    return operand.depth - 1 if getattr(operand.tree, "operator", None) == operator else operand.depth
