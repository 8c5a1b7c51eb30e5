"""Putting the files of a bundle on disk all at once, whatever happens meanwhile."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import time
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from gha2tekton.source import content_of
from gha2tekton.tekton.bundle import KUSTOMIZATION, MARK, REFERENCES

LOCK = "gha2tekton.lock"
_OURS = frozenset({REFERENCES, LOCK})
_REPORTS = frozenset({"report.txt", "report.json"})
_REPORT = b'{\n  "version": 1,\n  "workflows": ['
"""How a report begins of a bundle that may hold nothing else."""


class WriteError(OSError):
    """The bundle could not be put on disk; the message names the file."""


def write(files: Mapping[str, str], directory: Path, staging: Path | None = None) -> bool:
    """Put the files in place of those that an earlier conversion left; False when every byte was there already.

    Others see the old directory or the new one, never a mixture. Where files that are not ours lie in it they stay
    untouched, and ours are replaced one by one; WriteError where one of them is in the way. ``staging`` is a directory
    on the same file system for what is not finished, by default the directory's own parent, or where nothing can be
    put beside it, as beside a volume, the directory itself; then files are replaced one by one, too.
    """
    directory = _followed(directory)
    place = staging or _beside(directory)
    if directory.exists() and not directory.is_dir():
        raise WriteError(f"{directory}: is a file; the output needs a directory")
    try:
        _recover(directory, place)
        before = generated(directory)
        wanted = {name: text.encode("utf-8", "surrogateescape") for name, text in files.items()}
        if before == wanted:
            return False
        _see_that_nothing_is_lost(directory, wanted.keys() - before.keys())
        place.mkdir(parents=True, exist_ok=True)
        directory.parent.mkdir(parents=True, exist_ok=True)
        new = Path(tempfile.mkdtemp(prefix=_prefix(directory), suffix=".new", dir=place))
        try:
            for folder in sorted({name.rpartition("/")[0] for name in wanted} - {""}):
                os.makedirs(os.path.join(new, folder), exist_ok=True)
            for name, data in wanted.items():
                with open(os.path.join(new, name), "wb") as file:
                    file.write(data)
            new.chmod(0o755)
            if place != directory and all(name in before for name in _names(directory, whole=True)):
                _swap(new, directory)
            else:
                _replace(new, directory, wanted, before)
        finally:
            shutil.rmtree(new, ignore_errors=True)
    except WriteError:
        raise
    except OSError as error:
        raise WriteError(f"{directory}: cannot be written: {error.strerror}") from error
    return True


def remove(directory: Path) -> None:
    """Take away what an earlier conversion left; what is not ours stays."""
    directory = _followed(directory)
    for name in generated(directory):
        (directory / name).unlink()
    for folder, _, _ in os.walk(directory, topdown=False):
        if not any(Path(folder).iterdir()):
            os.rmdir(folder)


def _beside(directory: Path) -> Path:
    closed = os.path.ismount(directory) or not os.access(directory.parent, os.W_OK | os.X_OK)
    return directory if directory.is_dir() and closed else directory.parent


def _replace(new: Path, directory: Path, wanted: Mapping[str, bytes], before: Mapping[str, bytes]) -> None:
    for name in wanted:
        (directory / name).parent.mkdir(parents=True, exist_ok=True)
        os.replace(new / name, directory / name)
    for name in sorted(set(before) - set(wanted)):
        (directory / name).unlink()
        if not any((directory / name).parent.iterdir()):
            (directory / name).parent.rmdir()


def generated(directory: Path) -> dict[str, bytes]:
    """The files of a directory that a conversion wrote; other bundles that lie in it are not looked into."""
    names = list(_names(directory))
    known = _listed(directory) | _OURS
    found: dict[str, bytes] = {}
    for name in names:
        if name in known or name == "report.json" or name.endswith(".yaml"):
            data = content_of(directory / name)
            if name in known or MARK.encode() in data or data.startswith(_REPORT):
                found[name] = data
    if found:
        found |= {name: content_of(directory / name) for name in _REPORTS.intersection(names) - found.keys()}
    return found


def _listed(directory: Path) -> set[str]:
    """The files that the lock file of a bundle names: ours, whatever a hand has made of them."""
    try:
        return set(json.loads(content_of(directory / LOCK))["outputs"])
    except (OSError, ValueError, KeyError, TypeError):
        return set()


def _see_that_nothing_is_lost(directory: Path, names: Collection[str]) -> None:
    """WriteError where a file is in the way that is somebody else's; what is empty is no loss."""
    others = sorted(name for name in names if os.path.lexists(directory / name) and not _empty(directory / name))
    if others:
        more = f" (as are {len(others) - 1} more)" if len(others) > 1 else ""
        raise WriteError(
            f"{directory / others[0]}: is there already{more} and was not made by gha2tekton, so nothing is written: "
            "move it, or choose another directory"
        )


def _empty(path: Path) -> bool:
    return path.is_file() and not path.stat().st_size


def _names(directory: Path, whole: bool = False) -> Iterator[str]:
    """Every file below, links not followed; those of other bundles, and links to directories, only of the ``whole``."""
    for folder, folders, names in os.walk(directory):
        place = folder[len(os.fspath(directory)) + 1 :].replace(os.sep, "/")
        if place and not whole and {LOCK, REFERENCES, KUSTOMIZATION}.intersection(names):
            folders.clear()
            continue
        folders.sort()
        links = [name for name in folders if whole and os.path.islink(os.path.join(folder, name))]
        yield from (f"{place}/{name}" if place else name for name in sorted([*names, *links]))


def _followed(directory: Path) -> Path:
    """Where a link leads: it is the directory that is replaced, not the way to it."""
    return Path(os.path.realpath(directory)) if directory.is_symlink() else directory


def _prefix(directory: Path) -> str:
    return f".{directory.name}."


def _swap(new: Path, directory: Path) -> None:
    """Renames are the only steps that others can see; the old directory goes away last."""
    if not directory.exists():
        os.rename(new, directory)
        return
    old = new.with_suffix(".old")
    os.rename(directory, old)
    os.rename(new, directory)
    shutil.rmtree(old, ignore_errors=True)


def _recover(directory: Path, place: Path) -> None:
    """What a run that was killed between two renames left: the old directory comes back, else it is rubbish."""
    names = os.listdir(place) if place.is_dir() else []
    for name in names:
        if name.startswith(_prefix(directory)) and name.endswith(".new") and _abandoned(place / name):
            shutil.rmtree(place / name, ignore_errors=True)
    left = sorted(name for name in names if name.startswith(_prefix(directory)) and name.endswith(".old"))
    for old in (place / name for name in left):
        if directory.exists():
            shutil.rmtree(old, ignore_errors=True)
        else:
            os.rename(old, directory)


_LONG = 3600
"""Seconds after which nobody is at work any more on what is unfinished."""


def _abandoned(new: Path) -> bool:
    try:
        return time.time() - new.stat().st_mtime > _LONG
    except OSError:
        return False
