"""Where in a manifest a line stands: the path of its field, as ``spec.steps[0].script``."""

from __future__ import annotations

import re
from collections.abc import Sequence

_KEY = re.compile(r'(?:"((?:[^"\\]|\\.)*)"|\'([^\']*)\'|([^\s"\'#][^:]*?)):(?:\s|$)')
_BLOCK = re.compile(r":\s+\|\S*\s*$|^\s*(?:- )*-\s+\|\S*\s*$")


def addresses(lines: Sequence[str]) -> list[str]:
    """For each line of a file that we wrote the path of the field that it belongs to, "" where there is none."""
    out: list[str] = []
    levels: list[tuple[int, str | int]] = []
    deeper = -1
    for line in lines:
        indent = len(line) - len(line.lstrip(" "))
        if deeper >= 0 and (not line.strip() or indent > deeper):
            out.append(out[-1])
            continue
        deeper = -1
        if not line.strip() or line.startswith(("#", "---")):
            levels.clear()
            out.append("")
            continue
        rest = line
        while True:
            indent = len(rest) - len(rest.lstrip(" "))
            text = rest[indent:]
            if not text.startswith("- ") and text != "-":
                break
            _item(levels, indent)
            rest = " " * (indent + 2) + text[2:]
        found = _KEY.match(text)
        if found:
            while (
                levels and levels[-1][0] >= indent and not (isinstance(levels[-1][1], int) and levels[-1][0] < indent)
            ):
                levels.pop()
            levels.append((indent, next(group for group in found.groups() if group is not None)))
        if _BLOCK.search(line):
            deeper = indent
        out.append(_path(levels))
    return out


def _item(levels: list[tuple[int, str | int]], indent: int) -> None:
    """A dash at an indent: the next item of the list, which may begin at the indent of its own key."""
    number = 0
    while levels and levels[-1][0] >= indent:
        at, name = levels[-1]
        if at == indent and isinstance(name, int):
            number = name + 1
        elif at == indent:
            break
        levels.pop()
    levels.append((indent, number))


def _path(levels: Sequence[tuple[int, str | int]]) -> str:
    out = ""
    for _, name in levels:
        if isinstance(name, int):
            out += f"[{name}]"
        else:
            word = name if re.fullmatch(r"[\w-]+", name) else f'"{name}"'
            out += f".{word}" if out else word
    return out
