"""Checkouts of remote repositories: one commit, and of its files only what a conversion reads."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path

from gha2tekton.batch.sources import Origin

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
"""Patterns of the files that conversions read, as sparse checkouts write them."""

_ENVIRONMENT = {
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ASKPASS": "true",
    "GIT_SSH_COMMAND": "ssh -o BatchMode=yes",
    "GIT_ALLOW_PROTOCOL": "file:git:http:https:ssh",
    "GIT_LFS_SKIP_SMUDGE": "1",
    "LC_ALL": "C",
}


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
    out = _git(["ls-remote", "--", origin.place, origin.ref or "HEAD"], None, limit)
    if not out.strip():
        raise FetchError(f"there is no {origin.ref}" if origin.ref else "there are no commits")
    return out.split(maxsplit=1)[0]


def checkout(origin: Origin, place: Path, limit: Clock) -> str:
    """Bring what is needed of a repository to a new directory; the commit it is at."""
    place.mkdir(parents=True)
    _git(["init", "--quiet"], place, limit)
    _git(["remote", "add", "origin", origin.place], place, limit)
    _git(["sparse-checkout", "set", "--no-cone", *NEEDED], place, limit)
    wanted = origin.ref or "HEAD"
    _git(["fetch", "--quiet", "--depth", "1", "--no-tags", "--filter=blob:none", "--", "origin", wanted], place, limit)
    _git(["checkout", "--quiet", "--detach", "FETCH_HEAD"], place, limit)
    return _git(["rev-parse", "HEAD"], place, limit).strip()


def changed_since(place: Path, when: str, limit: Clock) -> bool:
    """Whether the last commit of a checkout is not older than a date that git understands; one without git has none."""
    if not (place / ".git").exists():
        return False
    return bool(_git(["log", "-1", "--format=%H", f"--since={when}"], place, limit).strip())


_running: set[subprocess.Popen[str]] = set()


def stop() -> None:
    """End what runs, with all that it started itself."""
    for process in list(_running):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


def _git(arguments: list[str], place: Path | None, clock: Clock) -> str:
    """Run git; its whole process group is ended when the time is over."""
    safe = ["-c", "core.hooksPath=/dev/null", "-c", "safe.directory=*", "-c", "core.fsmonitor=false"]
    safe += ["-c", "log.showSignature=false"]
    process = subprocess.Popen(
        ["git", *safe, *arguments],
        cwd=place,
        env={**os.environ, **_ENVIRONMENT},
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
            f"git {arguments[0]} did not end within {clock.limit:g} s; --time-limit gives it more", _last(process)
        ) from None
    except BaseException:
        stop()
        raise
    finally:
        _running.discard(process)
    if process.returncode:
        said = [line for line in error.splitlines() if line.strip()]
        fatal = [line for line in said if line.startswith(("fatal:", "error:", "ERROR:"))]
        raise FetchError((fatal or said or [f"git {arguments[0]} failed"])[0], error)
    return out


def _last(process: subprocess.Popen[str]) -> str:
    """What was said before the end; what has left the group may hold the other side of the pipe open."""
    try:
        return process.communicate(timeout=1)[1]
    except subprocess.TimeoutExpired:
        return ""
