"""What a bundle was made from: the lock file beside it tells in a blink that nothing has changed since.

Nothing heavy is imported here: this is the path of a pre-commit check that finds nothing to do.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from gha2tekton import __version__
from gha2tekton.record import Record, field, plain
from gha2tekton.resources import mappings
from gha2tekton.source import Refused, content_of, why
from gha2tekton.workflow.repository import CHECKOUTS, standing

VERSION = 1
NAME = "gha2tekton.lock"
PROJECT = "pyproject.toml"


class LockError(Refused):
    """The lock file cannot be used; the message names it."""


class Lock(Record, frozen=True):
    """The conversion that a bundle came from; ``root`` leads from the bundle to the repository."""

    root: str
    sources: tuple[str, ...]
    """What was converted, as paths within the repository: files, or folders of workflows."""
    workflows: tuple[str, ...]
    options: Mapping[str, Any]
    """What stood on the command line; an options file is one of the inputs."""
    inputs: Mapping[str, str]
    outputs: Mapping[str, str]
    manual: Mapping[str, int] = field(default_factory=dict)
    """What a person must do, as it was known when this was written: how often each thing was said."""
    adapted: Mapping[str, int] = field(default_factory=dict)
    tool: str = __version__
    rules: str = ""

    def text(self) -> str:
        """The file: JSON with sorted keys, one entry a line so that it merges."""
        return json.dumps({"version": VERSION, **plain(self)}, indent=1, sort_keys=True, ensure_ascii=False) + "\n"

    def changes(self, root: Path, rules: str, checkouts: Path | None = None) -> list[str]:
        """What differs today from what the bundle was made of, in words; nothing when the bundle is up to date.

        ``checkouts`` is the folder of checkouts of other repositories, ``rules`` the hash of the rules in use.
        """
        found = []
        if self.tool != __version__:
            found.append(f"gha2tekton is {__version__}, the manifests were made by {self.tool}")
        elif self.rules != rules:
            found.append("the mapping rules have changed")
        for name, before in self.inputs.items():
            now = hash_of(root / name) if name.startswith("../") else standing(root, checkouts, name)
            if now != before and not (name == PROJECT and not before and silent(root / name)):
                said = name.removeprefix(CHECKOUTS).replace(":", "/") if name.startswith(CHECKOUTS) else name
                found.append(f"{said} {'is new' if not before else 'is gone' if not now else 'has changed'}")
        return found

    def edited(self, directory: Path) -> list[str]:
        """The generated files that are no longer as they were written."""
        return [name for name, before in self.outputs.items() if hash_of(directory / name) != before]


def silent(project: Path) -> bool:
    """Whether a file that is everybody's is not there or, right or wrong, says nothing to us."""
    try:
        return b"gha2tekton" not in content_of(project)
    except OSError:
        return not project.is_file()


def read(path: Path) -> Lock:
    """The lock file at a path; LockError when it is none."""
    try:
        found = json.loads(content_of(path).decode("utf-8", "surrogateescape"))
        if found.pop("version") != VERSION:
            raise LockError(f"{path}: written by another version of gha2tekton; convert again")
        for name in ("sources", "workflows"):
            found[name] = tuple(found[name])
        return Lock(**found)
    except OSError as error:
        raise LockError(f"{path}: {why(error)}") from None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        if isinstance(error, LockError):
            raise
        raise LockError(f"{path}: not a lock file of gha2tekton; convert again") from None


def relative(path: Path, start: Path) -> str:
    """The way from one directory to a path, with slashes."""
    return Path(os.path.relpath(path.resolve(), start.resolve())).as_posix()


def hashes(files: Mapping[str, str]) -> dict[str, str]:
    """The hash of each file's text."""
    return {name: hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest() for name, text in files.items()}


def rules_hash(folders: Sequence[Path] = ()) -> str:
    """One hash over all mapping rules in use."""
    return hashlib.sha256("".join([*map(_folder_hash, folders), _own_hash()]).encode()).hexdigest()


@cache
def _own_hash() -> str:
    """That of our own rules, which stay what they are as long as a process runs."""
    return _folder_hash(mappings())


def _folder_hash(folder: Path) -> str:
    total = hashlib.sha256()
    for name in sorted(_below(str(folder))) if folder.is_dir() else ():
        total.update("/".join(name).encode("utf-8", "surrogateescape") + b"\0")
        with open(os.path.join(folder, *name), "rb", buffering=0) as file:
            total.update(hashlib.sha256(file.read()).digest())
    return total.hexdigest()


def _below(folder: str, *way: str) -> Iterator[tuple[str, ...]]:
    """The ways to all files, each as its parts."""
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                if entry.name != "__pycache__":
                    yield from _below(entry.path, *way, entry.name)
            elif entry.is_file():
                yield (*way, entry.name)


def hash_of(path: Path) -> str:
    """The hash of a file's content, "" where there is none."""
    try:
        return hashlib.sha256(content_of(path)).hexdigest()
    except OSError:
        return ""
