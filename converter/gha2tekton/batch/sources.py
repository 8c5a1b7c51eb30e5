"""What was named on the command line, as the list of repositories it stands for."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Literal

from gha2tekton.discover import SKIPPED
from gha2tekton.record import Record, field, replace
from gha2tekton.source import Refused, text_of, why
from gha2tekton.tekton.names import label

_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://|[\w.-]+@[\w.-]+:(?!//)")
_GITHUB = re.compile(
    r"(?:https://(?:[^@/]+@)?github\.com/|ssh://git@github\.com/|git@github\.com:)([\w-]+/[\w.-]+?)(\.git)?/?"
)
_DEPTH = 12


class SourceError(Refused):
    """A list of sources that cannot be read; the message says where."""


class Origin(Record, frozen=True):
    """One repository; ``problem`` says why there is nothing to look at."""

    name: str
    source: str
    ref: str = ""
    kind: Literal["directory", "git"] = "directory"
    problem: str = ""
    given: bool = False
    """Whether a list gives it its name."""
    base: str = field(default_factory=os.getcwd)
    """The directory that a relative source is seen from."""

    @property
    def place(self) -> str:
        """The source as any process can use it."""
        return self.source if _URL.match(self.source) else os.path.join(self.base, self.source)

    @property
    def on_github(self) -> str:
        """``owner/name`` where the source says it."""
        found = _GITHUB.fullmatch(self.source)
        return found[1] if found else ""


def origins(sources: Sequence[str]) -> list[Origin]:
    """Every repository that the sources name, with a name of its own; SourceError for a list that is none.

    Each is there once, or once for each name that a list gives it.

    A source is a repository, a directory with repositories somewhere below, a URL that git knows, or a file that lists
    such things: one a line with an optional ref and name, or JSON objects with ``source``, ``ref`` and ``name``.
    """
    every = [origin for source in sources for origin in _expand(source)]
    called = {(origin.source, origin.ref) for origin in every if origin.given}
    found: dict[tuple[str, str, str], Origin] = {}
    for origin in every:
        if origin.given or (origin.source, origin.ref) not in called:
            found.setdefault((origin.source, origin.ref, origin.name if origin.given else ""), origin)
    return _named(list(found.values()))


def _expand(source: str, lists: tuple[Path, ...] = ()) -> Iterator[Origin]:
    path = Path(source)
    if not source:
        yield Origin("", source, problem="an empty name")
        return
    if _URL.match(source):
        yield Origin("", source, kind="git")
        return
    try:
        os.stat(path)
    except (OSError, ValueError) as error:
        missing = isinstance(error, FileNotFoundError)
        yield Origin("", source, problem="there is no such file or directory" if missing else why(error))
        return
    if path.is_dir():
        yield from _tree(path)
    elif path.is_file():
        if path.resolve() in lists:
            raise SourceError(f"{path}: the list holds itself")
        yield from _listed(path, (*lists, path.resolve()))
    else:
        yield Origin("", source, problem="is neither a directory nor a list")


def _tree(top: Path) -> Iterator[Origin]:
    alone = _repository("", top)
    if alone is not None:
        yield alone
        return
    count = 0
    closed: list[OSError] = []
    for folder, names, _ in os.walk(top, onerror=closed.append):
        here = Path(folder)
        names[:] = sorted(name for name in names if name not in SKIPPED and not os.path.islink(here / name))
        for name in list(names):
            inner = _repository("/".join((here / name).relative_to(top).parts), here / name)
            if inner is not None:
                names.remove(name)
                count += 1
                yield inner
        if len(here.relative_to(top).parts) >= _DEPTH:
            names.clear()
    for error in closed:
        place = Path(error.filename)
        yield Origin("/".join(place.relative_to(top).parts), str(place), problem=_closed(error))
    if not count and not closed:
        yield Origin("", str(top), problem="there are no repositories in this directory, none with .git or .github")


def _repository(name: str, path: Path) -> Origin | None:
    """A directory that is a checkout, a repository without one, or closed so that nobody can tell."""
    try:
        if (path / ".git").exists() or (path / ".github").is_dir():
            return Origin(name, str(path))
        if (path / "HEAD").is_file() and (path / "objects").is_dir() and (path / "refs").is_dir():
            return Origin(name, str(path), kind="git")
    except OSError as error:
        return Origin(name, str(path), problem=_closed(error))
    return None


def _closed(error: OSError) -> str:
    return f"the directory cannot be read: {why(error)}"


def _listed(path: Path, lists: tuple[Path, ...]) -> Iterator[Origin]:
    if path.suffix in (".yml", ".yaml"):
        raise SourceError(f"{path}: a file is taken for a list of repositories; of a workflow name the repository")
    try:
        lines = text_of(path).splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise SourceError(f"{path}: {why(error)}") from None
    for number, line in enumerate(lines, 1):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        if text.startswith("{"):
            yield from _entry(_json(text, f"{path}:{number}"), path, lists)
        else:
            words = text.split()
            if len(words) > 3:
                raise SourceError(f"{path}:{number}: more than a source, a ref and a name; write it as JSON")
            yield from _entry(dict(zip(("source", "ref", "name"), words, strict=False)), path, lists)


def _json(text: str, where: str) -> dict[str, Any]:
    try:
        entry = json.loads(text)
    except ValueError as error:
        raise SourceError(f"{where}: {error}") from None
    if "source" not in entry or not set(entry) <= {"source", "ref", "name"}:
        raise SourceError(f"{where}: an entry has source and perhaps ref and name")
    for name, value in entry.items():
        if not isinstance(value, str):
            raise SourceError(f"{where}: {name} is no text")
    return dict(entry)


def _entry(entry: dict[str, Any], path: Path, lists: tuple[Path, ...]) -> Iterator[Origin]:
    source, ref, name = str(entry["source"]), str(entry.get("ref") or ""), str(entry.get("name") or "")
    place = source if _URL.match(source) else os.path.normpath(path.parent / source)
    for origin in _expand(place, lists):
        kind = "git" if ref and not origin.problem else origin.kind
        yield replace(origin, ref=ref, kind=kind, name=name or origin.name, given=bool(name))


def _named(found: list[Origin]) -> list[Origin]:
    wanted = [label(origin.name or _own_name(origin.source), 50, "repository") for origin in found]
    counts = Counter(wanted)
    named = [
        replace(origin, name=name if counts[name] == 1 else f"{name}-{_mark(origin)}")
        for origin, name in zip(found, wanted, strict=True)
    ]
    return sorted(named, key=lambda origin: origin.name)


def _own_name(source: str) -> str:
    """``owner-repository`` of a URL, the last directory of a path."""
    text = source.rstrip("/").removesuffix(".git").rstrip("/")
    if not _URL.match(source):
        return Path(text).resolve().name
    return "-".join(part for part in re.split(r"[/:]", text)[-2:] if part)


def _mark(origin: Origin) -> str:
    return hashlib.sha256(f"{origin.source}\0{origin.ref}".encode("utf-8", "surrogateescape")).hexdigest()[:6]
