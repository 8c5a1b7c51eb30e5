"""Putting the files of a bundle on disk all at once, whatever happens meanwhile."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from gha2tekton.source import content_of
from gha2tekton.tekton.bundle import MARK, REFERENCES

LOCK = "gha2tekton.lock"
_OURS = frozenset({REFERENCES, LOCK})


class WriteError(OSError):
    """The bundle could not be put on disk; the message names the file."""


def write(files: Mapping[str, str], directory: Path, staging: Path | None = None) -> bool:
    """Put the files in place of those that an earlier conversion left; False when every byte was there already.

    Others see the old directory or the new one, never a mixture. Where files that are not ours lie in it they stay
    untouched, and ours are replaced one by one. ``staging`` is a directory on the same file system for what is not
    finished, by default the directory's own parent.
    """
    directory = _followed(directory)
    place = staging or directory.parent
    if directory.exists() and not directory.is_dir():
        raise WriteError(f"{directory}: is a file; the output needs a directory")
    try:
        _recover(directory, place)
        before = generated(directory)
        wanted = {name: text.encode("utf-8", "surrogateescape") for name, text in files.items()}
        if before == wanted:
            return False
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
            if set(_names(directory)) <= set(before):
                _swap(new, directory)
            else:
                _replace(new, directory, wanted, before)
        finally:
            shutil.rmtree(new, ignore_errors=True)
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


def _replace(new: Path, directory: Path, wanted: Mapping[str, bytes], before: Mapping[str, bytes]) -> None:
    for name in wanted:
        (directory / name).parent.mkdir(parents=True, exist_ok=True)
        os.replace(new / name, directory / name)
    for name in sorted(set(before) - set(wanted)):
        (directory / name).unlink()
        if not any((directory / name).parent.iterdir()):
            (directory / name).parent.rmdir()


def generated(directory: Path) -> dict[str, bytes]:
    """The files of a directory that a conversion wrote."""
    found: dict[str, bytes] = {}
    for name in _names(directory):
        if name in _OURS or name.startswith("report."):
            found[name] = content_of(directory / name)
        elif name.endswith(".yaml"):
            data = content_of(directory / name)
            if data.startswith(MARK.encode()):
                found[name] = data
    return found


def _names(directory: Path) -> list[str]:
    """Every file below, links not followed."""
    found: list[str] = []
    for folder, _, names in os.walk(directory):
        place = folder[len(os.fspath(directory)) + 1 :].replace(os.sep, "/")
        found += [f"{place}/{name}" if place else name for name in names]
    return sorted(found)


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
    left = sorted(name for name in names if name.startswith(_prefix(directory)) and name.endswith(".old"))
    for old in (place / name for name in left):
        if directory.exists():
            shutil.rmtree(old, ignore_errors=True)
        else:
            os.rename(old, directory)
