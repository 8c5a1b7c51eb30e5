"""The options file: what the command line takes, kept with the repository.

It is ``.gha2tekton.yaml`` at the top of the repository, or the table ``tool.gha2tekton`` of ``pyproject.toml``. Names
are those of the command line; ``workflows`` holds overrides by file name.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gha2tekton import schema
from gha2tekton.record import Record, field
from gha2tekton.source import Refused, Source, text_of, why
from gha2tekton.yaml import Mapping as MappingNode
from gha2tekton.yaml import YamlError, compose, plain

NAMES = (".gha2tekton.yaml", ".gha2tekton.yml")
_SCHEMA = "options"


class ConfigurationError(Refused):
    """The options file is wrong; each line of the message begins with file:line:column where there is one."""


class Configuration(Record, frozen=True):
    """The values of an options file, dashes of their names made underscores; without a file ``path`` is None."""

    path: Path | None = None
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
        return _read(path)
    found = next((path / name for name in NAMES if (path / name).is_file()), None)
    if found is not None:
        return _read(found)
    project = path / "pyproject.toml"
    return _read(project) if project.is_file() and _table(project) is not None else Configuration()


def _read(path: Path) -> Configuration:
    if path.suffix == ".toml":
        values = _table(path) or {}
        faults = [f"{path}: {message}" for message in schema.faults(values, _SCHEMA)]
    else:
        values, faults = _yaml(path)
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
    return Configuration(path, settled, overrides, tables)


def _yaml(path: Path) -> tuple[dict[str, Any], list[str]]:
    try:
        node = compose(Source(path.as_posix(), text_of(path)))
    except YamlError as error:
        raise ConfigurationError(f"{error.span}: {error.message}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path}: {why(error)}") from None
    if node is None:
        return {}, []
    faults = [f"{span}: {message}" for message, span in schema.explain(node, _SCHEMA)]
    return (plain(node) if isinstance(node, MappingNode) else {}), faults


def _table(path: Path) -> dict[str, Any] | None:
    try:
        tool = tomllib.loads(text_of(path)).get("tool", {})
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path}: {why(error)}") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{path}: {error}") from None
    except RecursionError:
        raise ConfigurationError(f"{path}: nested too deep") from None
    return tool.get("gha2tekton") if isinstance(tool, dict) else None
