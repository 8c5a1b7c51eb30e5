"""The repository around a workflow: local actions, called workflows, compose files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from gha2tekton.source import Source

MAX_BYTES = 1 << 20
"""GitHub reads no workflow or action larger than this."""


@dataclass(frozen=True, slots=True)
class Repository:
    """A checkout, or none; nothing outside of it is ever read."""

    root: Path | None = None
    actions: Path | None = None
    """A folder of checkouts of remote actions: ``owner/repo[@ref]``."""

    @staticmethod
    def around(path: Path) -> Repository:
        """The repository that a workflow file lies in, told by ``.github`` or ``.git`` above it."""
        for parent in path.resolve().parents:
            if (parent / ".github").is_dir() or (parent / ".git").exists():
                return Repository(parent)
        return Repository()

    def read(self, relative: str) -> Source | None:
        """A text file of the repository; None when it is missing, too large or lies outside."""
        return _read(self.root, relative)

    def action(self, directory: str) -> Source | None:
        """The action file of a directory of the repository."""
        return self._first(self.root, directory, "action.yml", "action.yaml")

    def remote_action(self, name: str, ref: str) -> Source | None:
        """The action file of ``owner/repo[/path]`` among the checkouts."""
        parts = name.split("/")
        for folder in (f"{parts[0]}/{parts[1]}@{ref}", f"{parts[0]}/{parts[1]}"):
            found = self._first(self.actions, "/".join([folder, *parts[2:]]), "action.yml", "action.yaml")
            if found:
                return found
        return None

    @staticmethod
    def _first(root: Path | None, directory: str, *names: str) -> Source | None:
        for name in names:
            found = _read(root, str(PurePosixPath(directory) / name))
            if found:
                return found
        return None


def _read(root: Path | None, relative: str) -> Source | None:
    if root is None:
        return None
    try:
        path = (root / relative).resolve()
        if not path.is_relative_to(root.resolve()) or not path.is_file() or path.stat().st_size > MAX_BYTES:
            return None
        text = path.read_bytes().decode("utf-8")
    except (OSError, ValueError):
        return None
    return Source(str(PurePosixPath(relative)), text)
