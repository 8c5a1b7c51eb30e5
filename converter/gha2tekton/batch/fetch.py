"""Checkouts of remote repositories: one commit, and of its files only what a conversion reads."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from gha2tekton.batch.sources import Origin
from gha2tekton.discover import SKIPPED

NEEDED = (
    "/.github/",
    "/.gha2tekton.yaml",
    "/.gha2tekton.yml",
    "/pyproject.toml",
    "action.yml",
    "action.yaml",
    "*compose*.yml",
    "*compose*.yaml",
    ".env",
)
"""Patterns of the files that most conversions read, as sparse checkouts write them; see ``bring`` for others."""

_ENVIRONMENT = {
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ASKPASS": "true",
    "GIT_SSH_COMMAND": "ssh -o BatchMode=yes",
    "GIT_LFS_SKIP_SMUDGE": "1",
    "LC_ALL": "C",
}


_AWAY = {"GIT_ALLOW_PROTOCOL": "file:git:http:https:ssh"}
"""For what is asked of a remote, in directories of our own; the other side decides for itself what it fetches."""

_HERE = {"GIT_ALLOW_PROTOCOL": "none", "GIT_NO_LAZY_FETCH": "1"}
"""A checkout may be anybody's: what it lacks git would fetch by the program that its own settings name."""


class FetchError(OSError):
    """A repository could not be had; the message is git's own, ``log`` all that it said."""

    def __init__(self, message: str, log: str = "") -> None:
        super().__init__(message)
        self.log = log


class Clock:
    """The time that one repository has, in seconds."""

    def __init__(self, limit: float) -> None:
        self.limit = limit
        self._end = time.monotonic() + limit

    @property
    def left(self) -> float:
        """Not less than nothing."""
        return max(0.0, self._end - time.monotonic())


def commit_of(origin: Origin, limit: Clock) -> str:
    """The commit that a ref stands for on the remote, without fetching it."""
    ref = origin.ref or "HEAD"
    if re.fullmatch(r"[0-9a-f]{40}|[0-9a-f]{64}", ref):
        return ref
    out = _git(["ls-remote", "--", origin.place, ref, f"{ref}^{{}}"], None, limit, away=True)
    commits = {name: commit for commit, name in (line.split("\t", 1) for line in out.splitlines())}
    for name in (ref, f"refs/{ref}", f"refs/tags/{ref}", f"refs/heads/{ref}"):  # the order in which git itself looks
        if name in commits:
            return commits.get(f"{name}^{{}}", commits[name])
    raise FetchError(_nothing(origin))


def _nothing(origin: Origin) -> str:
    return f"there is no branch, tag or commit {origin.ref}" if origin.ref else "there are no commits"


def checkout(origin: Origin, place: Path, limit: Clock) -> str:
    """Bring what is needed of a repository to a new directory; the commit it is at."""
    folder = place / ".git" / "info"
    folder.mkdir(parents=True)
    (folder / "sparse-checkout").write_text("".join(f"{pattern}\n" for pattern in NEEDED), encoding="utf-8")
    remote = [*_url(origin), "-c", "core.sparseCheckout=true"]
    shallow = ["--depth", "1", "--no-tags", "--filter=blob:none"]
    _git(["init", "--quiet", "--template="], place, limit)
    try:
        _git([*remote, "fetch", "--quiet", *shallow, "--", "origin", origin.ref or "HEAD"], place, limit, away=True)
    except FetchError as error:
        missing = re.search("couldn't find remote ref|invalid refspec", str(error))
        raise FetchError(_nothing(origin), error.log) if missing else error from None
    _git([*remote, "checkout", "--quiet", "--detach", "FETCH_HEAD"], place, limit, away=True)
    return (place / ".git" / "HEAD").read_text(encoding="ascii").strip()


def listed(place: Path, limit: Clock) -> tuple[str, ...]:
    """The names of all files that the commit of such a checkout holds."""
    return tuple(_git(["ls-tree", "-r", "-z", "--name-only", "HEAD"], place, limit).split("\0")[:-1])


def idle(names: Iterable[str]) -> list[str]:
    """As discover.idle, of the names of a commit's files."""
    found = [name for name in names if name.rpartition("/")[0].endswith("/.github/workflows")]
    return sorted(name for name in found if name.endswith((".yml", ".yaml")) and not SKIPPED & set(name.split("/")))


def bring(
    origin: Origin, place: Path, held: Iterable[str], files: Iterable[str], folders: Iterable[str], limit: Clock
) -> bool:
    """Bring those of the files, and all below the folders, that the commit of such a checkout holds (``held``).

    False where all of them are there.
    """
    asked = {way for name in files if "\0" not in name for way in _ways(_within(place, name))}
    below = tuple(f"{_within(place, name)}/" for name in folders)
    missing = [n for n in held if (n in asked or n.startswith(below)) and not os.path.lexists(place / n)]
    words = ["--literal-pathspecs", *_url(origin), "checkout", "--quiet", "--ignore-skip-worktree-bits", "HEAD", "--"]
    for at in range(0, len(missing), _AT_ONCE):
        _git([*words, *missing[at : at + _AT_ONCE]], place, limit, away=True)
    return bool(missing)


_AT_ONCE = 500
"""Names on one command line."""


def _url(origin: Origin) -> list[str]:
    return ["-c", f"remote.origin.url={origin.place}"]


def _within(place: Path, name: str) -> str:
    """The name that a file of a checkout has by way of no link."""
    return os.path.relpath(os.path.realpath(place / name), os.path.realpath(place))


def _ways(name: str) -> Iterator[str]:
    """A name and those of all directories above: any of them may be a link."""
    while name:
        yield name
        name = name.rpartition("/")[0]


def changed_since(place: Path, when: str, limit: Clock) -> bool:
    """Whether the last commit of a checkout is not older than a date that git understands; one without git has none."""
    if not (place / ".git").exists():
        return False
    return bool(_git(["log", "-1", "--format=%H", f"--since={when}"], place, limit).strip())


_UNREAD = "Could not read from remote repository"
"""Git's own words where ssh has said why."""

_running: set[subprocess.Popen[str]] = set()


def stop() -> None:
    """End what runs, with all that it started itself."""
    for process in list(_running):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


def _git(arguments: list[str], place: Path | None, clock: Clock, away: bool = False) -> str:
    """Run git; its whole process group is ended when the time is over."""
    safe = ["-c", "core.hooksPath=/dev/null", "-c", "safe.directory=*", "-c", "core.fsmonitor=false"]
    safe += ["-c", "log.showSignature=false"]
    process = subprocess.Popen(
        ["git", *safe, *arguments],
        cwd=place,
        env={**os.environ, **_ENVIRONMENT, **(_AWAY if away else _HERE)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        start_new_session=True,
    )
    _running.add(process)
    try:
        out, error = process.communicate(timeout=clock.left)
    except subprocess.TimeoutExpired:
        stop()
        raise FetchError(
            f"git {_verb(arguments)} did not end within {clock.limit:g} s; --time-limit gives it more", _last(process)
        ) from None
    except BaseException:
        stop()
        raise
    finally:
        _running.discard(process)
    if process.returncode:
        said = [line for line in error.splitlines() if line.strip()]
        fatal = [line for line in said if line.startswith(("fatal:", "error:", "ERROR:")) and _UNREAD not in line]
        raise FetchError((fatal or said or [f"git {_verb(arguments)} failed"])[0], error)
    return out


def _verb(arguments: list[str]) -> str:
    """The command among the words for git."""
    return next(word for word, before in zip(arguments, ["", *arguments], strict=False) if "-c" not in (word, before))


def _last(process: subprocess.Popen[str]) -> str:
    """What was said before the end; what has left the group may hold the other side of the pipe open."""
    try:
        return process.communicate(timeout=1)[1]
    except subprocess.TimeoutExpired:
        return ""
