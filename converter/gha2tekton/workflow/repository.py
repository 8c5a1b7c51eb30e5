"""The repository around a workflow, and checkouts of others: actions, called workflows, compose files."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from gha2tekton.record import Record, field, replace
from gha2tekton.source import Source
from gha2tekton.workflow import checkouts

MAX_BYTES = 1 << 20
"""GitHub reads no workflow or action larger than this."""


CHECKOUTS = "actions:"
"""Goes before what was asked of the folder of checkouts: ``owner/repo@ref`` itself, and ``owner/repo:file`` in it."""


class Repository(Record, frozen=True, eq=False):
    """A checkout, or none; nothing outside of it is ever read."""

    root: Path | None = None
    actions: Path | None = None
    """A folder of checkouts of other repositories, see ``checkouts``."""
    label: str = ""
    """What the names of its files begin with, so that those of two repositories differ."""
    seen: dict[str, str] = field(default_factory=dict)
    """All that was asked for with what was there, see ``standing``: what is asked again answers the same."""
    instead: Mapping[str, str] = field(default_factory=dict)
    """Texts that are read in place of what files hold, by the files' names."""
    _sources: dict[str, Source | None] = field(default_factory=dict)
    """What was read, once for all who ask."""

    @staticmethod
    def around(path: Path) -> Repository:
        """The repository that a workflow file lies in, told by ``.github`` or ``.git`` above it."""
        here = os.path.join(os.path.realpath(os.path.dirname(path)), os.path.basename(path))
        while (above := os.path.dirname(here)) != here:
            here = above
            if os.path.isdir(os.path.join(here, ".github")) or os.path.exists(os.path.join(here, ".git")):
                return Repository(Path(here))
        return Repository()

    def holds(self, path: Path) -> bool:
        """Whether a path leads to something within it, links followed; everything lies within no repository."""
        return self.root is None or Path(os.path.realpath(path)).is_relative_to(os.path.realpath(self.root))

    def read(self, relative: str) -> Source | None:
        """A text file of the repository; None when it is missing, too large or lies outside."""
        if self.root is None:
            return None
        name = str(PurePosixPath(self.label) / relative)
        key = f"{CHECKOUTS}{self.label}:{PurePosixPath(relative)}" if self.label else name
        if name in self.instead:
            return Source(name, self.instead[name])
        if key not in self._sources:
            data = _bytes(self.root, relative)
            if not os.path.normpath(relative).startswith(".."):  # never read, whatever it is
                self.seen[key] = digest(data) if data is not None else ""
            self._sources[key] = _source(name, data)
        return self._sources[key]

    def action(self, directory: str) -> Source | None:
        """The action file of a directory of the repository."""
        for name in ("action.yml", "action.yaml"):
            found = self.read(str(PurePosixPath(directory) / name))
            if found is not None:
                return found
        return None

    def remote_action(self, name: str, ref: str) -> Source | None:
        """The action file of ``owner/repo[/path]`` among the checkouts."""
        owner, _, rest = name.partition("/")
        repository, _, directory = rest.partition("/")
        checkout = self.checkout(f"{owner}/{repository}", ref)
        return checkout.action(directory) if checkout else None

    def checkout(self, name: str, ref: str) -> Repository | None:
        """The checkout of ``owner/repo``, that of the ref before one without; names are compared without case."""
        if self.actions is None:
            return None
        found = checkouts.find(self.actions, name, ref)
        self.seen[f"{CHECKOUTS}{name}@{ref}"] = found[1] if found else ""
        return replace(self, root=found[0], label=found[1]) if found else None

    @property
    def other_commit(self) -> bool:
        """Whether it is a checkout that does not say of which ref."""
        return bool(self.label) and "@" not in self.label


def standing(root: Path, actions: Path | None, asked: str) -> str:
    """What is there today of something in ``Repository.seen``.

    The hash of a file's content, or the name of a checkout; "" where there is nothing, or nothing that may be read.
    """
    if not asked.startswith(CHECKOUTS):
        return _state(root, asked)
    label, parted, relative = asked.removeprefix(CHECKOUTS).partition(":")
    if actions is None:
        return ""
    if parted:
        place = checkouts.lies(actions, label)
        return _state(place, relative) if place else ""
    name, _, ref = label.partition("@")
    found = checkouts.find(actions, name, ref)
    return found[1] if found else ""


def _state(root: Path, relative: str) -> str:
    data = _bytes(root, relative)
    return digest(data) if data is not None else ""


def _bytes(root: Path, relative: str) -> bytes | None:
    """What a file below a directory holds; None when it is missing, too large or lies outside."""
    try:
        # Most of what is looked for is not there, and following links takes longer.
        if not os.path.isfile(os.path.join(root, relative)):
            return None
        top = os.path.realpath(root)
        path = os.path.realpath(os.path.join(top, relative))
        inside = path == top or path.startswith(os.path.join(top, ""))
        if not inside or os.path.getsize(path) > MAX_BYTES:
            return None
        with open(path, "rb") as file:
            return file.read()
    except (OSError, ValueError):
        return None


def _source(name: str, data: bytes | None) -> Source | None:
    try:
        return None if data is None else Source(name, data.decode("utf-8"))
    except UnicodeDecodeError:
        return None


def digest(data: bytes) -> str:
    """What tells one content of a file from another."""
    return hashlib.sha256(data).hexdigest()
