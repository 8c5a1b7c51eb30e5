"""Text to tree: GitHub's lexer and precedence."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from gha2tekton.expression.functions import ARITY
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
from gha2tekton.expression.values import to_number

MAX_LENGTH = 21_000
MAX_DEPTH = 50
"""GitHub's limits: characters, and levels of the tree, in which parentheses do not count."""

_TOKEN = re.compile(
    r"""\s*(?:
      (?P<string>'(?:[^']|'')*')
    | (?P<number>[-+]?(?:0x[0-9a-fA-F]+|0o[0-7]+|(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?|Infinity)(?=[\s()\[\],!<>=&|]|\.[^\d.]|\Z))
    | (?P<name>[A-Za-z_][A-Za-z0-9_-]*)(?=[\s()\[\],.!<>=&|]|\Z)
    | (?P<operator>==|!=|<=|>=|&&|\|\||[\[\]()<>!.,*])
    )""",
    re.VERBOSE,
)
_SPACE = re.compile(r"\s*\Z")
_WORD = re.compile(r"[^\s()\[\],]+|.", re.DOTALL)
_WORDS: dict[str, Any] = {"true": True, "false": False, "null": None, "NaN": float("nan"), "Infinity": float("inf")}
_Token = tuple[str, str, int]


@lru_cache(maxsize=8192)
def parse(text: str) -> Expression:
    """The tree of an expression without ``${{ }}``; ExpressionError, with its offset, is all it ever raises."""
    if len(text) > MAX_LENGTH:
        raise ExpressionError(f"Exceeded max expression length {MAX_LENGTH}")
    tokens = _tokens(text)
    if not tokens:
        raise ExpressionError("An expression was expected")
    try:
        tree = _Parser(text, tokens).whole()
    except RecursionError:
        raise ExpressionError(f"Exceeded max expression depth {MAX_DEPTH}") from None
    return tree


def _tokens(text: str) -> list[_Token]:
    tokens: list[_Token] = []
    at = 0
    while not _SPACE.match(text, at):
        match = _TOKEN.match(text, at)
        if match and match["number"] and match["number"][0] == "." and tokens and tokens[-1][1] not in _BEFORE_OPERAND:
            # After a value the point is a dereference.
            tokens.append(("operator", ".", match.start("number")))
            at = match.start("number") + 1
            continue
        if not match:
            start = len(text) - len(text[at:].lstrip())
            word = _WORD.match(text, start)
            where = f"Located at position {start + 1} within expression: {text}"
            raise ExpressionError(f"Unexpected symbol: '{word[0] if word else ''}'. {where}", start)
        kind = match.lastgroup or ""
        tokens.append((kind, match[kind], match.start(kind)))
        at = match.end()
    return tokens


_BEFORE_OPERAND = frozenset({"(", "[", ",", "!", "!=", "==", "<", "<=", ">", ">=", "&&", "||"})


class _Parser:
    def __init__(self, text: str, tokens: list[_Token]) -> None:
        self.text = text
        self.tokens = [*tokens, ("end", "", len(text))]
        self.at = 0
        self.depth = 0

    def whole(self) -> Expression:
        tree = self.either()
        if self.tokens[self.at][0] != "end":
            raise self.unexpected()
        return tree

    def unexpected(self) -> ExpressionError:
        kind, word, offset = self.tokens[self.at]
        if kind == "end":
            word = self.tokens[self.at - 1][1] if self.at else ""
            return ExpressionError(
                f"Unexpected end of expression: '{word}'. Located at position {offset + 1} within expression: {self.text}",
                offset,
            )
        where = f"Located at position {offset + 1} within expression: {self.text}"
        return ExpressionError(f"Unexpected symbol: '{word}'. {where}", offset)

    def next_is(self, *operators: str) -> bool:
        kind, word, _ = self.tokens[self.at]
        return kind == "operator" and word in operators

    def take(self, operator: str) -> bool:
        if self.next_is(operator):
            self.at += 1
            return True
        return False

    def need(self, operator: str) -> None:
        if not self.take(operator):
            raise self.unexpected()

    def either(self) -> Expression:
        operands = [self.both()]
        while self.take("||"):
            operands.append(self.both())
        return Logic("||", tuple(operands)) if len(operands) > 1 else operands[0]

    def both(self) -> Expression:
        operands = [self.equality()]
        while self.take("&&"):
            operands.append(self.equality())
        return Logic("&&", tuple(operands)) if len(operands) > 1 else operands[0]

    def equality(self) -> Expression:
        left = self.order()
        while self.next_is("==", "!="):
            operator = self.take_operator()
            left = Compare(operator, left, self.order())
        return left

    def order(self) -> Expression:
        left = self.unary()
        while self.next_is("<", "<=", ">", ">="):
            operator = self.take_operator()
            left = Compare(operator, left, self.unary())
        return left

    def take_operator(self) -> Any:
        self.at += 1
        return self.tokens[self.at - 1][1]

    def unary(self) -> Expression:
        if not self.take("!"):
            return self.postfix()
        self.deeper()
        operand = self.unary()
        self.depth -= 1
        return Not(operand)

    def deeper(self) -> None:
        self.depth += 1
        if self.depth >= MAX_DEPTH:
            raise ExpressionError(f"Exceeded max expression depth {MAX_DEPTH}", self.tokens[self.at][2])

    def postfix(self) -> Expression:
        kind, word, offset = self.tokens[self.at]
        tree: Expression
        if kind == "operator" and word == "(":
            self.at += 1
            tree = self.either()
            self.need(")")
        elif kind == "string":
            self.at += 1
            return Literal(word[1:-1].replace("''", "'"))
        elif kind == "number":
            self.at += 1
            return Literal(to_number(word))
        elif kind == "name":
            self.at += 1
            if word in _WORDS:
                return Literal(_WORDS[word])
            tree = self.call(word, offset) if self.next_is("(") else Context(word)
        else:
            raise self.unexpected()
        return self.dereferenced(tree)

    def dereferenced(self, tree: Expression) -> Expression:
        while True:
            if self.take("."):
                if self.take("*"):
                    tree = Filter(tree)
                    continue
                kind, word, _ = self.tokens[self.at]
                if kind != "name":
                    raise self.unexpected()
                self.at += 1
                tree = Property(tree, word)
            elif self.take("["):
                if self.take("*"):
                    tree = Filter(tree)
                else:
                    self.deeper()
                    tree = Index(tree, self.either())
                    self.depth -= 1
                self.need("]")
            else:
                return tree

    def call(self, name: str, offset: int) -> Expression:
        self.need("(")
        self.deeper()
        arguments: list[Expression] = []
        if not self.next_is(")"):
            arguments.append(self.either())
            while self.take(","):
                arguments.append(self.either())
        self.need(")")
        self.depth -= 1
        least, most = ARITY.get(name.lower(), (0, 255))
        where = f"Located at position {offset + 1} within expression: {self.text}"
        if len(arguments) < least:
            raise ExpressionError(f"Too few parameters supplied: '{name}'. {where}", offset)
        if len(arguments) > most:
            raise ExpressionError(f"Too many parameters supplied: '{name}'. {where}", offset)
        if name.lower() == "case" and len(arguments) % 2 == 0:
            message = f"Even number of parameters supplied, requires an odd number of parameters: '{name}'"
            raise ExpressionError(f"{message}. {where}", offset)
        return Call(name, tuple(arguments))
