"""Manifests to text: plain data as YAML that readers of 1.1 and 1.2 take alike.

libyaml's emitter gives up block scalars for text with emoji or blanks at a line's end, which real scripts
have; they must stay readable, so the few forms that manifests need are written here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property
from typing import Any

_SAFE_PLAIN = re.compile(
    r"[A-Za-z0-9_./$](?:[A-Za-z0-9_./$()+@%^=,-]|:(?=[^ ]))*(?: (?:[A-Za-z0-9_./$()+@%^=,-]|:(?=[^ ]))+)*\Z"
)
_YAML_1_1 = re.compile(
    r"(?:y|n|yes|no|on|off|true|false|null|~)\Z|[-+.]?[0-9._][0-9a-fox_:.+-]*\Z|[-+]?\.(?:inf|nan)\Z|=\Z|<<\Z",
    re.IGNORECASE,
)
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x84\x86-\x9f\ufeff\ufffe\uffff\x85\u2028\u2029\ud800-\udfff]")


def needs_quotes(text: str) -> bool:
    """Whether a reader of YAML 1.1 or 1.2 could take the plain text for anything but that string."""
    return not _SAFE_PLAIN.match(text) or _YAML_1_1.match(text) is not None


class Constant(dict[str, Any]):
    """A manifest that is the same in every bundle of a process: its text is made once."""

    @cached_property
    def text(self) -> str:
        out: list[str] = []
        _lines(self, "", "", out)
        return "".join(out)


def dump(documents: Sequence[Any], head: str = "") -> str:
    """Manifests (dicts, lists, strings, whole numbers, booleans, None) as YAML documents; equal data, equal bytes."""
    out = [head]
    for number, document in enumerate(documents):
        if number:
            out.append("---\n")
        if isinstance(document, Constant):
            out.append(document.text)
        elif isinstance(document, (dict, list, tuple)):
            _lines(document, "", "", out)
        else:
            _scalar("", document, "  ", out)
    return "".join(out)


def _lines(value: Any, first: str, pad: str, out: list[str]) -> None:
    """The entries of a mapping or sequence, each behind ``pad``, the first behind ``first``."""
    if isinstance(value, dict):
        for key, item in value.items():
            name = _written[key]
            if isinstance(item, str) and "\n" not in item:
                out.append(f"{first}{name}: {_written[item]}\n")
            elif item and isinstance(item, dict):
                out.append(f"{first}{name}:\n")
                _lines(item, f"{pad}  ", f"{pad}  ", out)
            elif item and isinstance(item, (list, tuple)):
                out.append(f"{first}{name}:\n")
                _lines(item, pad, pad, out)
            else:
                _scalar(f"{first}{name}:", item, f"{pad}  ", out)
            first = pad
        return
    deeper = f"{pad}  "
    for item in value:
        if item and isinstance(item, (dict, list, tuple)):
            _lines(item, f"{first}- ", deeper, out)
        else:
            _scalar(f"{first}-", item, deeper, out)
        first = pad


def _scalar(head: str, value: Any, pad: str, out: list[str]) -> None:
    """A value behind what names it, below it where it has lines of its own."""
    if isinstance(value, str) and "\n" in value and value.strip("\n") and _readable(value):
        out.append(f"{head} |{_chomping(value)}\n")
        out += _block(value, pad)
    else:
        out.append(f"{head} {_inline(value)}\n")


def _readable(text: str) -> bool:
    """Whether nothing but its lines' ends would have to be written as an escape; the search is slow in a long text."""
    return text.replace("\n", "").isprintable() or not _CONTROL.search(text)


def _chomping(text: str) -> str:
    mark = "2" if text.lstrip("\n")[0] in " \t" or text[0] == "\n" else ""
    if not text.endswith("\n"):
        return mark + "-"
    return mark + ("+" if text.endswith("\n\n") else "")


def _block(text: str, pad: str) -> list[str]:
    lines = text.removesuffix("\n").split("\n")
    return [f"{pad}{line}\n" if line else "\n" for line in lines]


_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def _inline(value: Any) -> str:
    match value:
        case str():
            return _written[value]
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case dict():
            return "{}"
        case list() | tuple():
            return "[]"
        case _:
            raise TypeError(f"no YAML form for {type(value).__name__}")


class _Strings(dict[str, str]):
    """How strings are written; most come again and again, as keys do."""

    def __missing__(self, value: str) -> str:
        if len(self) >= 1 << 12:
            self.clear()
        self[value] = made = _string(str(value))
        return made


_written = _Strings()


def _string(value: str) -> str:
    if not needs_quotes(value):
        return value
    if _CONTROL.search(value) or "\n" in value:
        escaped = "".join(_ESCAPES.get(char) or _escape(char) for char in value)
        return f'"{escaped}"'
    if "'" in value and '"' not in value and "\\" not in value:
        return f'"{value}"'
    if '"' in value or "\\" in value:
        return "'" + value.replace("'", "''") + "'"
    return f'"{value}"'


def _escape(char: str) -> str:
    if not _CONTROL.match(char):
        return char
    code = ord(char)
    if 0xD800 <= code < 0xE000:
        return "\ufffd"  # a byte in the name of a file that is no text
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
