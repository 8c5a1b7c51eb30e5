"""What can be taken out of a file: each leaf, each command of a script, each expression of one."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from typing import Any

from gha2tekton.record import Record
from gha2tekton.shell.script import read
from gha2tekton.source import Source
from gha2tekton.workflow.survey import child
from gha2tekton.yaml import YamlError, compose, plain

_EXPRESSION = re.compile(r"\$\{\{(?:[^'}]|'(?:[^']|'')*'|\}(?!\}))*\}\}")
_Place = tuple[str | int, ...]


class Removal(Record, frozen=True):
    """A file without one part of it; ``path`` is that part's row in the ledger, ``others`` give it other values."""

    path: str
    text: str
    others: Callable[[], Iterator[str]]


def document(source: Source) -> Any:
    """A file's content; None where it is no mapping."""
    try:
        root = compose(source)
    except YamlError:
        return None
    found = plain(root) if root is not None else None
    return found if isinstance(found, dict) else None


def written(content: Any) -> str:
    """A document as text, the same way with all that is in it and without something."""
    return json.dumps(content, indent=1, ensure_ascii=False)


def removals(content: Any, rows: Mapping[str, str]) -> Iterator[Removal]:
    """Each part of a document taken out; ``rows`` are the ledger's, with their subjects, without the file's name."""
    for place in _leaves(content, ()):
        path = _path(place)
        yield Removal(path, written(_removed(content, place)), lambda place=place: _altered(content, place))  # type: ignore[misc]
        if f"{path}.expressions[0]" in rows or f"{path}.commands[0]" in rows:
            script = str(_at(content, place))
            for part, start, end, filler in (*_expressions(script), *_commands(script, path, rows)):
                cut = script[:start] + filler + script[end:]
                yield Removal(path + part, written(_with(content, place, cut)), lambda: iter(()))


def _expressions(script: str) -> Iterator[tuple[str, int, int, str]]:
    for index, found in enumerate(_EXPRESSION.finditer(script)):
        # What is left in its place is not what it says itself.
        yield f".expressions[{index}]", *found.span(), "elsewhere"


def _commands(script: str, path: str, rows: Mapping[str, str]) -> Iterator[tuple[str, int, int, str]]:
    """The commands that stand in the script itself; those within another are taken out with it.

    What a value adds to a script may be commands too: then the rows are found by what they say.
    """
    masked = _EXPRESSION.sub(lambda found: "x" * len(found[0]), script)
    commands = read(masked).commands
    whole = f"{path}.commands[{len(commands)}]" not in rows and f"{path}.commands[{len(commands) - 1}]" in rows
    for index, command in enumerate(commands):
        row = rows.get(f"{path}.commands[{index}]", "")
        same = row.removeprefix("command ") == command.text.split("\n")[0][:60]
        if command.within is None and (whole or same):
            filler = ":" if masked[command.start : command.end].strip() == "true" else "true"
            yield f".commands[{index}]", command.start, command.end, filler


def _leaves(node: Any, place: _Place) -> Iterator[_Place]:
    if isinstance(node, dict) and node:
        for key, value in node.items():
            yield from _leaves(value, (*place, key))
    elif isinstance(node, list) and node:
        for index, value in enumerate(node):
            yield from _leaves(value, (*place, index))
    elif place:
        yield place


def _removed(content: Any, place: _Place) -> Any:
    """The document without one leaf, and without what is empty when it is gone."""
    out = deepcopy(content)
    for depth in range(len(place), 0, -1):
        parent = _at(out, place[: depth - 1])
        del parent[place[depth - 1]]
        if parent:
            break
    return out


def _altered(content: Any, place: _Place) -> Iterator[str]:
    """The document with other values for one leaf: of its own kind, names of kinds, and one that only a run knows."""
    old = _at(content, place)
    match old:
        case bool():
            others: list[Any] = [not old]
        case int() | float():
            others = [old + 1, 1]
        case "true" | "false":
            others = ["false" if old == "true" else "true"]
        case _:
            others = [f"{old or ''}x"]
    for other in (*others, "windows-latest", "${{ github.sha }}", "number", "sh", "5", "1", "true", False):
        yield written(_with(content, place, other))


def _with(content: Any, place: _Place, value: Any) -> Any:
    out = deepcopy(content)
    _at(out, place[:-1])[place[-1]] = value
    return out


def _at(node: Any, place: _Place) -> Any:
    for step in place:
        node = node[step]
    return node


def _path(place: _Place) -> str:
    """The place as the ledger writes it."""
    out = ""
    for step in place:
        out = f"{out}[{step}]" if isinstance(step, int) else child(out, step)
    return out
