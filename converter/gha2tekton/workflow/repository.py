"""The repository around a workflow, and checkouts of others: actions, called workflows, compose files."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from gha2tekton.record import Record, field
from gha2tekton.source import Source
from gha2tekton.workflow import checkouts

MAX_BYTES = 1 << 20
"""GitHub reads no workflow or action larger than this."""


CHECKOUTS = "actions:"
"""Goes before the names of files that lie in the folder of checkouts."""


class Repository(Record, frozen=True, eq=False):
    """A checkout, or none; nothing outside of it is ever read."""

    root: Path | None = None
    actions: Path | None = None
    """A folder of checkouts of other repositories, see ``checkouts``."""
    label: str = ""
    """What the names of its files begin with, so that those of two repositories differ."""
    seen: dict[str, str] = field(default_factory=dict)
    """Every file that was asked for with the hash of what was there, "" where nothing was."""
    instead: Mapping[str, str] = field(default_factory=dict)
    """Texts that are read in place of what files hold, by the files' names."""

    @staticmethod
    def around(path: Path) -> Repository:
        """The repository that a workflow file lies in, told by ``.github`` or ``.git`` above it."""
        for parent in path.resolve().parents:
            if (parent / ".github").is_dir() or (parent / ".git").exists():
                return Repository(parent)
        return Repository()

    def read(self, relative: str) -> Source | None:
        """A text file of the repository; None when it is missing, too large or lies outside."""
        if self.root is None:
            return None
        name = str(PurePosixPath(self.label) / relative)
        key = f"{CHECKOUTS}{name}" if self.label else name
        if name in self.instead:
            return Source(name, self.instead[name])
        self.seen[key] = ""
        try:
            root = self.root.resolve()
            path = (root / relative).resolve()
            if not path.is_relative_to(root) or not path.is_file() or path.stat().st_size > MAX_BYTES:
                return None
            data = path.read_bytes()
            self.seen[key] = digest(data)
            return Source(name, data.decode("utf-8"))
        except (OSError, ValueError, RuntimeError):
            return None

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
        found = checkouts.find(self.actions, name, ref) if self.actions else None
        return Repository(found[0], self.actions, found[1], self.seen, self.instead) if found else None

    @property
    def other_commit(self) -> bool:
        """Whether it is a checkout that does not say of which ref."""
        return bool(self.label) and "@" not in self.label


def digest(data: bytes) -> str:
    """What tells one content of a file from another."""
    return hashlib.sha256(data).hexdigest()
