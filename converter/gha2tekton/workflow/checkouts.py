"""A folder of checkouts of other repositories, by the names that GitHub gives them."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path

from gha2tekton.source import content_of

_REMOTE = re.compile(r"^\s*url\s*=\s*\S*?[/:]([\w.-]+)/([\w.-]+?)(?:\.git)?/?\s*$", re.MULTILINE)


def find(folder: Path, name: str, ref: str) -> tuple[Path, str] | None:
    """The checkout of ``owner/repo`` with the name that fits it, of the ref before one without; case does not matter.

    It lies in ``owner/repo@ref``, ``owner/repo`` or ``owner__repo``, or in a directory whose remote is that repository.
    """
    known = _index(folder)
    for wanted in (f"{name}@{ref}", name):
        found = known.get(wanted.lower())
        if found is not None:
            return found, wanted
    return None


def lies(folder: Path, label: str) -> Path | None:
    """Where the checkout is that was found under one name."""
    return _index(folder).get(label.lower())


@lru_cache(maxsize=8)
def _index(folder: Path) -> Mapping[str, Path]:
    out: dict[str, Path] = {}
    for path, name in _named(folder):
        out.setdefault(name.lower(), path)
    return out


def _named(folder: Path) -> Iterator[tuple[Path, str]]:
    """Directories with the name that their place gives them, then with the name of their remote."""
    remotes: list[tuple[Path, str]] = []
    for entry in _directories(folder):
        owner, parted, repository = entry.name.partition("__")
        if parted:
            yield entry, f"{owner}/{repository}"
        elif not _is_checkout(entry):
            for inner in _directories(entry):
                yield from _below(inner, entry.name, inner.name)
            continue
        remote = _remote(entry)
        if remote:
            remotes.append((entry, remote))
    yield from remotes


def _below(path: Path, owner: str, name: str) -> Iterator[tuple[Path, str]]:
    """A ref may hold slashes: ``owner/repo@releases/v1`` is a directory within a directory."""
    yield path, f"{owner}/{name}"
    if "@" in name and not _is_checkout(path) and name.count("/") < 4:
        for inner in _directories(path):
            yield from _below(inner, owner, f"{name}/{inner.name}")


def _is_checkout(path: Path) -> bool:
    # Of os.path, to which what may not be looked at is not there.
    return os.path.exists(path / ".git") or os.path.isdir(path / ".github") or os.path.isfile(path / "action.yml")


def _directories(folder: Path) -> list[Path]:
    try:
        return sorted(entry for entry in folder.iterdir() if os.path.isdir(entry) and not entry.name.startswith("."))
    except OSError:
        return []


def _remote(path: Path) -> str:
    try:
        found = _REMOTE.search(content_of(path / ".git" / "config").decode("utf-8", "replace"))
    except OSError:
        return ""
    return f"{found[1]}/{found[2]}" if found else ""
