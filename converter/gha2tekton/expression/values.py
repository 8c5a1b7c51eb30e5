"""GitHub's values and their coercions, as the runner does them.

Values are None, bool, float, str, list and dict; whole numbers are floats too.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any

from gha2tekton.expression.syntax import ExpressionError

_DECIMAL = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?\Z")
_BASED = re.compile(r"0x[0-9a-fA-F]+\Z|0o[0-7]+\Z")


def is_truthy(value: Any) -> bool:
    """Falsy are null, false, 0, NaN and the empty string; every object and array is truthy."""
    if isinstance(value, dict | list):
        return True
    if isinstance(value, float):
        return value != 0 and not math.isnan(value)
    return bool(value)


def to_string(value: Any) -> str:
    """The text a value leaves in a string; numbers as .NET prints them with 15 digits."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case int() | float():
            return number_text(float(value))
        case str():
            return value
        case list():
            return "Array"
        case _:
            return "Object"


def number_text(number: float) -> str:
    if math.isnan(number):
        return "NaN"
    if math.isinf(number):
        return "Infinity" if number > 0 else "-Infinity"
    if number == 0:
        return "0"
    text = f"{number:.15g}"
    mantissa, e, exponent = text.partition("e")
    return f"{mantissa}E{exponent[0]}{exponent[1:].zfill(2)}" if e else text


def to_number(value: Any) -> float:
    """The number a value compares as; NaN for what is none."""
    match value:
        case None:
            return 0.0
        case bool():
            return 1.0 if value else 0.0
        case int() | float():
            return float(value)
        case str():
            return _parse_number(value.strip())
        case _:
            return math.nan


def _parse_number(text: str) -> float:
    if text == "":
        return 0.0
    if _DECIMAL.match(text):
        return float(text)
    if _BASED.match(text):
        number = int(text, 0)
        if number >= 1 << 32:
            return math.nan
        return float(number - (1 << 32) if number >= 1 << 31 else number)
    if text in ("Infinity", "-Infinity"):
        return math.inf if text == "Infinity" else -math.inf
    return math.nan


def folded(text: str) -> str:
    """Upper case a character at a time, as an ordinal comparison without case does: no character becomes two."""
    return "".join(upper if len(upper := char.upper()) == 1 else char for char in text)


def equals(left: Any, right: Any) -> bool:
    """Loose equality: strings without case, unlike types as numbers, objects only with themselves."""
    if isinstance(left, str) and isinstance(right, str):
        return left == right or folded(left) == folded(right)
    if isinstance(left, dict | list) or isinstance(right, dict | list):
        return left is right
    if left is None and right is None:
        return True
    return to_number(left) == to_number(right)


def less(left: Any, right: Any) -> bool:
    if isinstance(left, str) and isinstance(right, str):
        return folded(left) < folded(right)
    return to_number(left) < to_number(right)


def compare(operator: str, left: Any, right: Any) -> bool:
    """One of the six comparisons."""
    match operator:
        case "==":
            return equals(left, right)
        case "!=":
            return not equals(left, right)
        case "<":
            return less(left, right)
        case ">":
            return less(right, left)
        case "<=":
            return less(left, right) or equals(left, right)
        case _:
            return less(right, left) or equals(left, right)


def to_json(value: Any, indent: str = "") -> str:
    """JSON with two blanks a level, as ``toJSON`` lays it out."""
    inner = indent + "  "
    match value:
        case None:
            return "null"
        case bool() | int() | float():
            return to_string(value)
        case str():
            return json.dumps(value, ensure_ascii=False)
        case list() if value:
            items = ",\n".join(inner + to_json(item, inner) for item in value)
            return f"[\n{items}\n{indent}]"
        case dict() if value:
            entries = ",\n".join(f"{inner}{json.dumps(key, ensure_ascii=False)}: {to_json(item, inner)}" for key, item in value.items())
            return f"{{\n{entries}\n{indent}}}"
        case list():
            return "[]"
        case _:
            return "{}"


_LENIENT = re.compile(
    r"""(?P<skip>\s+|//[^\n]*|/\*.*?\*/)
      | (?P<string>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
      | (?P<mark>[\[\]{},:])
      | (?P<word>[^\s\[\]{},:"']+)""",
    re.VERBOSE | re.DOTALL,
)


def from_json(text: str) -> Any:
    """The first value of any JSON; the runner's reader takes comments, single quotes, bare keys, trailing commas."""
    if not text.strip():
        raise ExpressionError("Error parsing fromJson: the input is empty")
    try:
        return json.loads(text, parse_int=float, object_pairs_hook=_pairs)
    except (ValueError, RecursionError):
        pass
    if comment := re.match(r"\s*(?://([^\n]*)|/\*(.*?)\*/)", text, re.DOTALL):
        return comment[1] if comment[1] is not None else comment[2]
    tokens: list[tuple[str, str]] = []
    at = 0
    while at < len(text):
        match = _LENIENT.match(text, at)
        if not match:
            # Only the first value counts, so what cannot be read matters only if that value needs it.
            break
        if match.lastgroup != "skip":
            tokens.append((match.lastgroup or "", match[0]))
        at = match.end()
    try:
        value, _ = _read(tokens, 0)
    except (IndexError, RecursionError):
        raise ExpressionError("Error parsing fromJson: unexpected end") from None
    return value


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """The last of several keys that differ in case alone wins, in the place of the first."""
    out: dict[str, Any] = {}
    names: dict[str, str] = {}
    for key, value in pairs:
        out[names.setdefault(folded(key), key)] = value
    return out


def _read(tokens: list[tuple[str, str]], at: int) -> tuple[Any, int]:
    kind, word = tokens[at]
    if kind == "string":
        return _unquoted(word), at + 1
    if word == "[":
        items: list[Any] = []
        at += 1
        while tokens[at][1] != "]" or tokens[at][0] != "mark":
            item, at = _read(tokens, at)
            items.append(item)
            at = _separated(tokens, at, "]")
        return items, at + 1
    if word == "{":
        pairs: list[tuple[str, Any]] = []
        at += 1
        while tokens[at][1] != "}" or tokens[at][0] != "mark":
            kind, key = tokens[at]
            if kind == "mark" or tokens[at + 1] != ("mark", ":"):
                raise ExpressionError("Error parsing fromJson: a key was expected")
            value, at = _read(tokens, at + 2)
            pairs.append((_unquoted(key) if kind == "string" else key, value))
            at = _separated(tokens, at, "}")
        return _pairs(pairs), at + 1
    named: dict[str, Any] = {"true": True, "false": False, "null": None, "NaN": math.nan, "undefined": None}
    if word in named:
        return named[word], at + 1
    number = _parse_number(word) if kind == "word" else math.nan
    if math.isnan(number):
        raise ExpressionError(f"Error parsing fromJson: unexpected {word}")
    return number, at + 1


def _separated(tokens: list[tuple[str, str]], at: int, end: str) -> int:
    if tokens[at] == ("mark", ","):
        return at + 1
    if tokens[at] != ("mark", end):
        raise ExpressionError(f"Error parsing fromJson: unexpected {tokens[at][1]}")
    return at


def _unquoted(word: str) -> str:
    if word[0] == "'":
        word = '"' + word[1:-1].replace("\\'", "'").replace('"', '\\"') + '"'
    try:
        return str(json.loads(word, strict=False))
    except ValueError:
        raise ExpressionError("Error parsing fromJson: a bad escape") from None
