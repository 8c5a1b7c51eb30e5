"""Whether committed manifests still are what their workflows say."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from gha2tekton import lock
from gha2tekton.discover import SKIPPED, WORKFLOWS, InputError, inside_of, is_repository, named
from gha2tekton.record import Record
from gha2tekton.source import content_of, text_of, why

NAME = lock.NAME


class Found(Record, frozen=True):
    """What a look at the lock file of a bundle says; when nothing is said nothing needs to be converted."""

    bundle: Path
    root: Path
    lock: lock.Lock
    why: tuple[str, ...]
    """Changes of the input, in words."""
    edited: tuple[str, ...]
    """Generated files that are no longer as they were written."""

    @property
    def current(self) -> bool:
        return not self.why and not self.edited

    @property
    def sources(self) -> list[Path]:
        return [self.root / source for source in self.lock.sources]


def look(bundle: Path, terms: Callable[[lock.Lock, Path], tuple[str, Path | None]]) -> Found:
    """Compare a bundle with its lock file; ``terms`` tells the hash of the rules in use and the folder of checkouts.

    Raises LockError, InputError.
    """
    made = lock.read(bundle / NAME)
    root = Path(os.path.normpath(bundle / made.root))
    why = made.changes(root, *terms(made, root))
    names = [shown for _, shown in remaining(made, root)]
    if not names and not is_repository(root):
        raise InputError(f"{bundle / NAME}: no repository lies where it leads; was the bundle moved? Convert again")
    why += [f"{name} is new" for name in names if name not in made.workflows]
    why += [f"{name} is gone" for name in made.workflows if name not in names and f"{name} is gone" not in why]
    return Found(bundle, root, made, tuple(why), tuple(made.edited(bundle)))


def remaining(made: lock.Lock, root: Path) -> list[tuple[Path, str]]:
    """The workflows of a bundle's sources that are there today, each with its name."""
    sources = [root / source for source in made.sources]
    found = named(
        path for source in sources if source.exists() for path in (inside_of(source) if source.is_dir() else [source])
    )
    if any(name.startswith(WORKFLOWS) for name in made.workflows):  # with the last of them their folder goes away
        found = [(path, name) for path, name in found if name.startswith(WORKFLOWS) or name in made.workflows]
    return found


def bundles(place: Path) -> list[Path]:
    """Every directory below that holds a lock file, links not followed."""
    found = []
    stack = [place]
    while stack:
        folder = stack.pop()
        try:
            with os.scandir(folder) as entries:
                inner = {entry.name for entry in entries if entry.is_dir(follow_symlinks=False)}
        except OSError:
            continue
        if os.path.isfile(folder / NAME):
            found.append(folder)
        else:
            stack += [folder / name for name in sorted(inner - SKIPPED)]
    return sorted(found)


def additions(before: Mapping[str, int], now: Mapping[str, int]) -> list[str]:
    """What is said more often now."""
    return [text for text, count in now.items() if count > before.get(text, 0)]


def present(bundle: Path, names: Iterable[str]) -> dict[str, str]:
    """The texts of those files of a bundle that are there."""
    out = {}
    for name in names:
        path = bundle / name
        if path.is_file():
            out[name] = content_of(path).decode("utf-8", "surrogateescape")
    return out


def manifests(files: Mapping[str, str]) -> dict[str, str]:
    """Those of a bundle's files that are manifests."""
    return {name: text for name, text in files.items() if name.endswith((".yaml", ".yml"))}


def read_bundle(place: Path) -> dict[str, str]:
    """The manifests of a directory or file; InputError when there are none."""
    if not place.exists():
        raise InputError(f"{place}: there is no such file or directory")
    single = place.is_file()
    texts: dict[str, str] = {}
    for path in [place] if single else sorted(path for path in place.rglob("*.yaml") if path.is_file()):
        try:
            texts[path.name if single else path.relative_to(place).as_posix()] = text_of(path)
        except (OSError, UnicodeDecodeError) as error:
            raise InputError(f"{path}: {why(error)}") from None
    if not texts:
        raise InputError(f"{place}: there are no manifests here")
    return texts
