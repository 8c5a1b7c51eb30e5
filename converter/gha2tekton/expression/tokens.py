"""Text to words, with the rules of which word may follow which."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from enum import Enum, auto
from typing import Any, NamedTuple

from gha2tekton.expression.values import WHITESPACE, parse_number


class Kind(Enum):
    """What a word is, given the word before it."""

    LITERAL = auto()
    NAME = auto()
    FUNCTION = auto()
    PROPERTY = auto()
    WILDCARD = auto()
    DOT = auto()
    OPEN_GROUP = auto()
    OPEN_CALL = auto()
    OPEN_INDEX = auto()
    CLOSE_ROUND = auto()
    CLOSE_INDEX = auto()
    COMMA = auto()
    NOT = auto()
    BINARY = auto()
    UNEXPECTED = auto()


class Token(NamedTuple):
    """A word, its place and, of a literal, its value."""

    kind: Kind
    text: str
    start: int
    value: Any = None


_BLANK = re.compile(f"[{WHITESPACE}]*")
_BOUNDARY = rf"{WHITESPACE}()\[\],.!<>=&|"
_WORD = re.compile(
    rf"""
      (?P<string> '(?:[^']|'')*+(?P<closed>')? )
    | (?P<operator> [!=<>]=|&&|\|\||[!<>] )
    | (?P<mark> [()\[\],*] )
    | (?P<number> [-+0-9](?:[^{_BOUNDARY}]|\.)* )
    | (?P<dot> \. )
    | (?P<other> .[^{_BOUNDARY}]* )
    """,
    re.VERBOSE | re.DOTALL,
)
_FRACTION = re.compile(rf"\.(?:[^{_BOUNDARY}]|\.)*")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
VALUES = {"null": None, "true": True, "false": False, "NaN": math.nan, "Infinity": math.inf}
_MARKS = {
    "(": Kind.OPEN_GROUP,
    ")": Kind.CLOSE_ROUND,
    "[": Kind.OPEN_INDEX,
    "]": Kind.CLOSE_INDEX,
    ",": Kind.COMMA,
    "*": Kind.WILDCARD,
}

_BEFORE_OPERAND: frozenset[Kind | None] = frozenset(
    (None, Kind.COMMA, Kind.OPEN_GROUP, Kind.OPEN_CALL, Kind.OPEN_INDEX, Kind.NOT, Kind.BINARY)
)
_OPENABLE: frozenset[Kind | None] = frozenset(
    (Kind.CLOSE_ROUND, Kind.CLOSE_INDEX, Kind.WILDCARD, Kind.PROPERTY, Kind.NAME)
)
_OPERAND = _OPENABLE | {Kind.LITERAL}
_FOLLOWS: dict[Kind, frozenset[Kind | None]] = {
    Kind.LITERAL: _BEFORE_OPERAND,
    Kind.NAME: _BEFORE_OPERAND,
    Kind.FUNCTION: _BEFORE_OPERAND,
    Kind.PROPERTY: frozenset((Kind.DOT,)),
    Kind.WILDCARD: frozenset((Kind.DOT, Kind.OPEN_INDEX)),
    Kind.DOT: _OPENABLE,
    Kind.OPEN_GROUP: _BEFORE_OPERAND,
    Kind.OPEN_CALL: frozenset((Kind.FUNCTION,)),
    Kind.OPEN_INDEX: _OPENABLE,
    Kind.CLOSE_ROUND: _OPERAND | {Kind.OPEN_CALL},
    Kind.CLOSE_INDEX: _OPERAND,
    Kind.COMMA: _OPERAND,
    Kind.NOT: _BEFORE_OPERAND,
    Kind.BINARY: _OPERAND,
    Kind.UNEXPECTED: frozenset(),
}


def tokens(text: str) -> Iterator[Token]:
    """The words in order; one that makes no sense where it stands is UNEXPECTED, and the caller must stop there."""
    last: Kind | None = None
    at = _after_blank(text, 0)
    while at < len(text):
        token = _token(text, at, last)
        if last not in _FOLLOWS[token.kind]:
            token = Token(Kind.UNEXPECTED, token.text, at)
        yield token
        last = token.kind
        at = _after_blank(text, at + len(token.text))


def _after_blank(text: str, at: int) -> int:
    match = _BLANK.match(text, at)
    return match.end() if match else at


def _token(text: str, at: int, last: Kind | None) -> Token:
    match = _WORD.match(text, at)
    assert match, "any character begins a word"
    word = match[0]
    match match.lastgroup:
        case "string":
            if match["closed"] is None:
                return Token(Kind.UNEXPECTED, word, at)
            return Token(Kind.LITERAL, word, at, word[1:-1].replace("''", "'"))
        case "operator":
            return Token(Kind.NOT if word == "!" else Kind.BINARY, word, at)
        case "mark":
            return Token(Kind.OPEN_CALL if word == "(" and last is Kind.FUNCTION else _MARKS[word], word, at)
        case "number":
            return _number(word, at)
        case "dot":
            fraction = _FRACTION.match(text, at)
            # After a value the point leads to a property.
            return _number(fraction[0], at) if fraction and last in _BEFORE_OPERAND else Token(Kind.DOT, word, at)
        case _:
            return _name(text, word, at, last)


def _number(word: str, at: int) -> Token:
    value = parse_number(word)
    return Token(Kind.UNEXPECTED, word, at) if math.isnan(value) else Token(Kind.LITERAL, word, at, value)


def _name(text: str, word: str, at: int, last: Kind | None) -> Token:
    if not _NAME.fullmatch(word):
        return Token(Kind.UNEXPECTED, word, at)
    if last is Kind.DOT:
        return Token(Kind.PROPERTY, word, at)
    if word in VALUES:
        return Token(Kind.LITERAL, word, at, VALUES[word])
    called = text.startswith("(", _after_blank(text, at + len(word)))
    return Token(Kind.FUNCTION if called else Kind.NAME, word, at)
