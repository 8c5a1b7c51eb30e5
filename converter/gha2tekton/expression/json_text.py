"""JSON as the runner writes and reads it: its reader is Newtonsoft's, which takes far more than JSON."""

from __future__ import annotations

import json
import math
import re
from typing import Any

from gha2tekton.expression.syntax import ExpressionError
from gha2tekton.expression.values import WHITESPACE, folded, to_string

MAX_DEPTH = 64
_ESCAPED = str.maketrans({char: f"\\u{ord(char):04x}" for char in "\x85\u2028\u2029"})


def to_json(value: Any, indent: str = "") -> str:
    """JSON with two blanks a level, as ``toJSON`` lays it out."""
    inner = indent + "  "
    match value:
        case None:
            return "null"
        case str():
            return json.dumps(value, ensure_ascii=False).translate(_ESCAPED)
        case list() if value:
            items = ",\n".join(inner + to_json(item, inner) for item in value)
            return f"[\n{items}\n{indent}]"
        case dict() if value:
            entries = ",\n".join(f"{inner}{to_json(key)}: {to_json(item, inner)}" for key, item in value.items())
            return f"{{\n{entries}\n{indent}}}"
        case list():
            return "[]"
        case dict():
            return "{}"
        case _:
            return to_string(value)


def from_json(text: str) -> Any:
    """The first value in a text; what follows it is not looked at, and a comment before it is taken for it."""
    # Strict JSON is the rule and Python reads it fast; it knows no limit of depth and takes halves of surrogate pairs.
    if text.count("[") + text.count("{") <= MAX_DEPTH and "\\u" not in text:
        try:
            return json.loads(text, parse_int=float, object_pairs_hook=_object)
        except ValueError:
            pass
    return _Reader(text).whole()


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """The last of several keys that differ in case alone wins, in the place and the spelling of the first."""
    out: dict[str, Any] = {}
    names: dict[str, str] = {}
    for key, value in pairs:
        out[names.setdefault(folded(key), key)] = value
    return out


_BLANK = re.compile(f"[{WHITESPACE}\0]*")
_COMMENT = re.compile(r"/\*(?P<block>.*?)\*/|//(?P<line>[^\r\n]*)", re.DOTALL)
_STRING = re.compile(r'"(?P<double>(?:[^"\\]|\\.)*+)"|' + r"'(?P<single>(?:[^'\\]|\\.)*+)'", re.DOTALL)
_ESCAPE = re.compile(r"\\(?:u(?P<hex>[0-9a-fA-F]{4})|(?P<char>.))", re.DOTALL)
_ESCAPES = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r", "\\": "\\", '"': '"', "'": "'", "/": "/"}
_WORD = re.compile(rf"(?:true|false|null|undefined|NaN|-?Infinity)(?=[}}\],{WHITESPACE}]|/[/*]|\Z)")
_WORDS: dict[str, Any] = {
    "true": True,
    "false": False,
    "null": None,
    "undefined": "",
    "NaN": math.nan,
    "Infinity": math.inf,
    "-Infinity": -math.inf,
}
_NUMBER = re.compile(rf"[-+.0-9a-fA-FxX]+(?=[}}\],)/{WHITESPACE}\0]|\Z)")
_HALVES = re.compile(r"[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]")
_PAIR = re.compile(r"[\ud800-\udbff][\udc00-\udfff]")


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.depth = 0

    def fail(self) -> ExpressionError:
        return ExpressionError("Error parsing fromJson", self.at)

    def whole(self) -> Any:
        self.skip(comments=False)
        if comment := _COMMENT.match(self.text, self.at):
            return comment["line"] if comment["block"] is None else comment["block"]
        return self.value()

    def skip(self, comments: bool = True) -> None:
        while match := _BLANK.match(self.text, self.at):
            self.at = match.end()
            comment = _COMMENT.match(self.text, self.at) if comments else None
            if comment is None:
                return
            self.at = comment.end()

    def peek(self) -> str:
        return self.text[self.at : self.at + 1]

    def value(self) -> Any:
        first = self.peek()
        if first == ",":
            # A missing value: its comma is read after it.
            return ""
        if first in ("[", "{"):
            self.depth += 1
            if self.depth > MAX_DEPTH:
                raise self.fail()
            self.at += 1
            value = self.array() if first == "[" else self.object()
            self.depth -= 1
            return value
        if first in ('"', "'"):
            return self.string()
        if word := _WORD.match(self.text, self.at):
            self.at = word.end()
            return _WORDS[word[0]]
        return self.number()

    def array(self) -> list[Any]:
        items: list[Any] = []
        while True:
            self.skip()
            if self.peek() == "]":
                break
            items.append(self.value())
            if not self.separated("]"):
                break
        self.at += 1
        return items

    def object(self) -> dict[str, Any]:
        pairs: list[tuple[str, Any]] = []
        while True:
            self.skip()
            if self.peek() == "}":
                break
            key = self.string() if self.peek() in ('"', "'") else self.bare()
            self.skip(comments=False)
            if self.peek() != ":":
                raise self.fail()
            self.at += 1
            self.skip()
            pairs.append((key, self.value()))
            if not self.separated("}"):
                break
        self.at += 1
        return _object(pairs)

    def separated(self, end: str) -> bool:
        """Whether a comma follows; else the end must."""
        self.skip()
        if self.peek() == ",":
            self.at += 1
            return True
        if self.peek() != end:
            raise self.fail()
        return False

    def bare(self) -> str:
        start = self.at
        while (char := self.peek()) and (char.isalpha() or char.isdecimal() or char in "_$"):
            self.at += 1
        if self.at == start:
            raise self.fail()
        return self.text[start : self.at]

    def string(self) -> str:
        match = _STRING.match(self.text, self.at)
        if match is None:
            raise self.fail()
        self.at = match.end()
        raw = match["double"] if match["single"] is None else match["single"]
        if "\\" not in raw:
            return raw
        text = _HALVES.sub("\ufffd", _ESCAPE.sub(self.escape, raw))
        return _PAIR.sub(lambda pair: pair[0].encode("utf-16", "surrogatepass").decode("utf-16"), text)

    def escape(self, match: re.Match[str]) -> str:
        if match["hex"]:
            return chr(int(match["hex"], 16))
        if match["char"] not in _ESCAPES:
            raise self.fail()
        return _ESCAPES[match["char"]]

    def number(self) -> float:
        match = _NUMBER.match(self.text, self.at)
        if match is None or match[0][0] not in "-.0123456789":
            raise self.fail()
        self.at = match.end()
        word = match[0]
        if len(word) > 1 and word[0] == "0" and word[1] not in ".eE":
            return self.based(word)
        try:
            return float(word)
        except ValueError:
            raise self.fail() from None

    def based(self, word: str) -> float:
        """A number that begins with 0: hexadecimal, or octal whatever its author thought; 64 bits with a sign."""
        base = 16 if word[1] in "xX" else 8
        digits = word[2:] if base == 16 else word
        try:
            number = int(digits, base) if digits.isalnum() else 1 << 64
        except ValueError:
            raise self.fail() from None
        if number >= 1 << 64:
            raise self.fail()
        return float(number - (1 << 64) if number >= 1 << 63 else number)
