"""GitHub's values and their coercions, as the runner does them.

Values are None, bool, float, str, list and dict; whole numbers are floats too.
"""

from __future__ import annotations

import math
import re
from typing import Any

WHITESPACE = "\t\n\v\f\r \x85\xa0\u1680" + "".join(map(chr, range(0x2000, 0x200B))) + "\u2028\u2029\u202f\u205f\u3000"
"""What .NET takes for white space; Python's own idea of it differs."""

_DECIMAL = re.compile(r"[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?")
_BASED = re.compile(r"0x[0-9a-fA-F]+|0o[0-7]+")
_INFINITIES = {"Infinity": math.inf, "+Infinity": math.inf, "-Infinity": -math.inf}


def is_scalar(value: Any) -> bool:
    return not isinstance(value, (dict, list))


def is_truthy(value: Any) -> bool:
    """Falsy are null, false, 0, NaN and the empty string; every object and array is truthy."""
    if isinstance(value, (dict, list)):
        return True
    if isinstance(value, float):
        return value != 0 and not math.isnan(value)
    return bool(value)


def to_string(value: Any) -> str:
    """The text a value leaves in a string; numbers as .NET prints them with 15 digits."""
    match value:
        case str():
            return value
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case int() | float():
            return _number_text(float(value))
        case list():
            return "Array"
        case _:
            return "Object"


def _number_text(number: float) -> str:
    if math.isnan(number):
        return "NaN"
    if math.isinf(number):
        return "Infinity" if number > 0 else "-Infinity"
    if number == 0:
        return "0"
    mantissa, e, exponent = f"{number:.15g}".partition("e")
    return f"{mantissa}E{exponent[0]}{exponent[1:].zfill(2)}" if e else mantissa


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
            return parse_number(value)
        case _:
            return math.nan


def parse_number(text: str) -> float:
    """The number that a text is, 0 for a blank one, NaN for any other."""
    text = text.strip(WHITESPACE)
    if text == "":
        return 0.0
    if _DECIMAL.fullmatch(text):
        return float(text)
    if _BASED.fullmatch(text):
        number = int(text, 0)
        if number >= 1 << 32:
            return math.nan
        # The runner reads 32 bits with a sign.
        return float(number - (1 << 32) if number >= 1 << 31 else number)
    return _INFINITIES.get(text, math.nan)


def folded(text: str) -> str:
    """What texts that differ in case alone have in common: upper case, by .NET's rule of one character for one."""
    if text.isascii():
        return text.upper()
    # Dotless i and long s are their own upper case in .NET.
    return "".join(char if char in "\u0131\u017f" or len(upper := char.upper()) != 1 else upper for char in text)


def equals(left: Any, right: Any) -> bool:
    """Loose equality: strings without case, unlike types as numbers, objects only with themselves."""
    if isinstance(left, str) and isinstance(right, str):
        return left == right or folded(left) == folded(right)
    if isinstance(left, dict | list) or isinstance(right, dict | list):
        return left is right
    if left is None and right is None:
        return True
    return to_number(left) == to_number(right)


def _less(left: Any, right: Any) -> bool:
    if isinstance(left, str) and isinstance(right, str):
        return _ordinal(left) < _ordinal(right)
    return to_number(left) < to_number(right)


def _ordinal(text: str) -> bytes:
    return folded(text).encode("utf-16-be", "surrogatepass")


def compare(operator: str, left: Any, right: Any) -> bool:
    """One of the six comparisons."""
    match operator:
        case "==":
            return equals(left, right)
        case "!=":
            return not equals(left, right)
        case "<":
            return _less(left, right)
        case ">":
            return _less(right, left)
        case "<=":
            return _less(left, right) or equals(left, right)
        case _:
            return _less(right, left) or equals(left, right)
