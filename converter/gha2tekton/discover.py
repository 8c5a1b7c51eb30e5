"""Where workflows lie on disk, and what they are called in messages and output."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from gha2tekton.source import Refused
from gha2tekton.workflow.repository import Repository


class InputError(Refused):
    """Something named as input that cannot be used; the message names it."""


WORKFLOWS = ".github/workflows/"
"""Where GitHub looks for them in a repository."""


def is_repository(folder: Path) -> bool:
    """Whether a directory looks like the top of one."""
    return (folder / ".github").is_dir() or (folder / ".git").exists()


def find(paths: Iterable[Path]) -> list[tuple[Path, str]]:
    """Every workflow named, once however often it is, folders opened, each with the name shown to people."""
    every: list[Path] = []
    for path in paths:
        if not path.is_dir() and not path.exists():
            raise InputError(f"{path}: there is no such file{_remote(path)}")
        every += _inside(path) if path.is_dir() else [path]
    return named(every)


def named(paths: Iterable[Path]) -> list[tuple[Path, str]]:
    """Each file once, whatever ways lead to its directory, with the name shown to people."""
    found: dict[Path, tuple[Path, str]] = {}
    for path in paths:
        found.setdefault(path.parent.resolve() / path.name, (path, shown(path)))
    return list(found.values())


def _inside(folder: Path) -> list[Path]:
    inside = inside_of(folder)
    if not inside:
        told = "name files, a folder of workflows, or the top of a repository; batch takes directories of repositories"
        raise InputError(f"{folder}: there are no workflows in this directory: {told}")
    return inside


def _remote(path: Path) -> str:
    return ": batch fetches repositories, here name what is on the disk" if ":/" in str(path) else ""


def below(paths: Iterable[Path]) -> list[tuple[Path, str]]:
    """Every workflow named, and all of the repositories that lie anywhere below a folder."""
    found: list[tuple[Path, str]] = []
    for path in paths:
        inner = [] if not path.is_dir() or inside_of(path) else sorted(path.rglob(".github/workflows"))
        found += find(folder for folder in inner if inside_of(folder)) if inner else find([path])
    return found


SKIPPED = frozenset({".git", "node_modules", ".venv", "venv", "__pycache__", ".tox", ".cache", ".gha2tekton"})
"""Directories in which nobody looks for repositories or bundles."""


def idle(root: Path) -> list[str]:
    """Workflows of a checkout that GitHub does not see: those in a ``.github`` further down; links not followed."""
    found: list[str] = []
    for folder, names, files in os.walk(root):
        names[:] = [name for name in names if name not in SKIPPED]
        if folder.endswith("/.github/workflows"):
            place = Path(folder).relative_to(root)
            if len(place.parts) > 2:
                found += [(place / file).as_posix() for file in files if file.endswith((".yml", ".yaml"))]
    return sorted(found)


def inside_of(folder: Path) -> list[Path]:
    """The workflows of a repository or of a folder of them, in the order of their names."""
    workflows = folder / ".github" / "workflows"
    if workflows.is_dir():
        folder = workflows
    try:
        return sorted(entry for entry in folder.iterdir() if entry.suffix in (".yml", ".yaml") and not entry.is_dir())
    except OSError as error:
        raise InputError(f"{folder}: {error.strerror}") from None


def shown(path: Path) -> str:
    """The path within its repository, so that output does not depend on where one stands."""
    root = Repository.around(path).root
    folder = path.parent.resolve()
    return (folder / path.name).relative_to(root).as_posix() if root is not None else path.name
