"""The options file: what the command line takes, kept with the repository.

It is ``.gha2tekton.yaml`` at the top of the repository, or the table ``tool.gha2tekton`` of ``pyproject.toml``. Names
are those of the command line; ``workflows`` holds overrides by file name.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from gha2tekton.lock import PROJECT, silent
from gha2tekton.record import Record, field
from gha2tekton.source import Refused, Source, text_of, why

NAMES = (".gha2tekton.yaml", ".gha2tekton.yml")
_SCHEMA = "options"
_TABLE = ("tool", "gha2tekton")
_WORKFLOWS = ".github/workflows"


class ConfigurationError(Refused):
    """The options file is wrong; each line of the message begins with file:line:column where there is one."""


class Configuration(Record, frozen=True):
    """The values of an options file, dashes of their names made underscores; without a file ``path`` is None."""

    path: Path | None = None
    name: str = ""
    """What it is called in messages: as a repository's own file by its place there, so that they are alike anywhere."""
    values: Mapping[str, Any] = field(default_factory=dict)
    workflows: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    tables: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """``runners``, ``images`` and ``secrets`` of the user's own."""

    def of(self, workflow: str) -> dict[str, Any]:
        """The values for one workflow, by its path or its file's name."""
        return {
            **self.values,
            **self.workflows.get(workflow.rpartition("/")[2], {}),
            **self.workflows.get(workflow, {}),
        }


def load(path: Path) -> Configuration:
    """The options file at a path, or that of a repository when the path is a directory (none there: no values)."""
    if not path.is_dir():
        return _read(path, path.as_posix())
    found = next((name for name in NAMES if os.path.lexists(path / name)), None)
    if found is not None:
        return _read(path / found, found)
    if not silent(path / PROJECT) and _table(path / PROJECT, PROJECT)[0] is not None:
        return _read(path / PROJECT, PROJECT)
    return Configuration()


def _read(path: Path, name: str) -> Configuration:
    from gha2tekton import schema  # most repositories have no options file, and need none of it

    if path.suffix == ".toml":
        table, text = _table(path, name)
        values = table or {}
        faults = [f"{name}:{_toml_place(text, way)}: {message}" for message, way in schema.faults(values, _SCHEMA)]
    else:
        values, faults = _yaml(path, name)
    if faults:
        raise ConfigurationError("\n".join(faults))
    settled = {key.replace("-", "_"): value for key, value in values.items()}
    workflows = settled.pop("workflows", {})
    tables: dict[str, dict[str, Any]] = {
        name: settled.pop(name) for name in ("runners", "images", "secrets") if name in settled
    }
    if "images" in tables:
        tables["images"] = {"images": tables["images"]}
    overrides = {name: {key.replace("-", "_"): value for key, value in own.items()} for name, own in workflows.items()}
    return Configuration(path, name, settled, overrides, tables)


def see_that_workflows_exist(configuration: Configuration, root: Path) -> None:
    """ConfigurationError where a repository's own options are for a workflow that it does not have."""
    for name in configuration.workflows:
        if not (root / name).is_file() and not (root / _WORKFLOWS / name).is_file():
            from difflib import get_close_matches

            folder = root / _WORKFLOWS
            there = sorted(entry.name for entry in folder.iterdir()) if folder.is_dir() else []
            near = get_close_matches(name.rpartition("/")[2], there, 1)
            meant = f"; is {near[0]} meant?" if near else ""
            raise ConfigurationError(f"{configuration.name}: workflows: there is no workflow {name}{meant}")


def _yaml(path: Path, name: str) -> tuple[dict[str, Any], list[str]]:
    from gha2tekton import schema
    from gha2tekton.yaml import Mapping, YamlError, compose, plain

    try:
        node = compose(Source(name, text_of(path)))
    except YamlError as error:
        raise ConfigurationError(f"{error.span}: {error.message}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{name}: {why(error)}") from None
    if node is None:
        return {}, []
    faults = [f"{span}: {message}" for message, span in schema.explain(node, _SCHEMA)]
    return (plain(node) if isinstance(node, Mapping) else {}), faults


def _table(path: Path, name: str) -> tuple[dict[str, Any] | None, str]:
    """The table of a TOML file that is ours, if there is one, and the whole text."""
    import tomllib

    try:
        text = text_of(path)
        tool = tomllib.loads(text).get("tool", {})
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{name}: {why(error)}") from None
    except tomllib.TOMLDecodeError as error:
        place = re.search(r" \(at line (\d+), column (\d+)\)$", str(error))
        message = str(error)[: place.start()] if place else str(error)
        raise ConfigurationError(f"{name}:{f'{place[1]}:{place[2]}:' if place else ''} {message}") from None
    except RecursionError:
        raise ConfigurationError(f"{name}: nested too deep") from None
    return (tool.get("gha2tekton") if isinstance(tool, dict) else None), text


def _toml_place(text: str, way: tuple[str, ...]) -> str:
    """Line and column of what stands at the end of a way, or of the deepest thing above it that has a line."""
    whole = (*_TABLE, *way)
    best, place = 0, "1:1"
    for keys, line, column in _toml_keys(text):
        if best < len(keys) and whole[: len(keys)] == keys:
            best, place = len(keys), f"{line}:{column}"
    return place


_TOML_LINE = re.compile(r"""\s*(?P<table>\[[^\[\]]+\]\s*(?:#.*)?$)?(?P<key>(?:[\w.-]|"[^"]*"|'[^']*')+(?=\s*=))?""")


def _toml_keys(text: str) -> Iterator[tuple[tuple[str, ...], int, int]]:
    """The tables and keys that begin a line, each with the names that lead to it."""
    table: tuple[str, ...] = ()
    for number, line in enumerate(text.splitlines(), 1):
        found = _TOML_LINE.match(line)
        if found and found["table"]:
            table = _names(found["table"])
            yield table, number, found.start("table") + 1
        elif found and found["key"]:
            yield (*table, *_names(f"{found['key']}=0")), number, found.start("key") + 1


def _names(text: str) -> tuple[str, ...]:
    """The keys of a document that has one within another."""
    import tomllib

    try:
        rest: Any = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return ()
    found: list[str] = []
    while isinstance(rest, dict) and rest:
        found.append(next(iter(rest)))
        rest = rest[found[-1]]
    return tuple(found)
