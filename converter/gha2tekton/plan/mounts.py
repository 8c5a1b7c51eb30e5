"""What docker run mounts in the place that is the workspace's here."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable

from gha2tekton.plan.host_directories import Bind, binds
from gha2tekton.plan.model import SeenCommand
from gha2tekton.plan.scope import WORKSPACE
from gha2tekton.shell.docker import parse_call

_HERE = re.compile(r"(\$\(pwd\)|`pwd`|\$PWD|\$\{PWD\}|\.)/?")
_ROOT = re.compile(rf"(\$GITHUB_WORKSPACE|\$\{{GITHUB_WORKSPACE\}}|{WORKSPACE})/?")


def displaces(seen: SeenCommand, directory: str) -> bool:
    """Whether a call asks for something else where the workspace is, which then must be elsewhere."""
    return any(_displaces(one, directory) for one in asked(seen))


def asked(seen: SeenCommand) -> tuple[Bind, ...]:
    """What a call mounts, with variables as they are written."""
    raw = parse_call([seen.name, *(re.sub(r"[\"']", "", word.text) for word in seen.command.words[1:])])
    return binds(raw) if raw is not None else ()


def displaced(mounts: Iterable[tuple[str, str]], directory: str) -> bool:
    """Whether a service is given something else there; ``directory`` is that of its compose file."""
    return any(_displaces(Bind(_absolute(source, directory), place), "") for source, place in mounts)


def _absolute(source: str, directory: str) -> str:
    return posixpath.normpath(posixpath.join(WORKSPACE, directory, source)) if source.startswith(".") else source


def _displaces(asked: Bind, directory: str) -> bool:
    place = posixpath.normpath(asked.target or "/")
    if place != WORKSPACE and not place.startswith(f"{WORKSPACE}/"):
        return False
    below = place.removeprefix(WORKSPACE).strip("/")
    root = _ROOT.match(asked.source) or (_HERE.match(asked.source) if directory in ("", ".") else None)
    return root is None or posixpath.normpath(asked.source[root.end() :] or ".") != (below or ".")
