"""The version of a tool that a file of the repository states, for the choice of an image."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping

from gha2tekton.plan.scope import Scope
from gha2tekton.rules.model import Provides
from gha2tekton.workflow.model import Value
from gha2tekton.workflow.repository import Repository

_PLAIN = re.compile(r"(?:[a-z]+-|v)?(\d+(?:\.\d+)*)")
_NAMES = {"go": "golang", "node": "nodejs"}
"""What .tool-versions calls tools."""


def stated(repository: Repository, provides: Provides, inputs: Mapping[str, Value], scope: Scope) -> str:
    """A plain version from the file that a step names, or that its tool's action looks for by itself; empty for none.

    Ranges are left to the run, whose step brings what the file says then.
    """
    asked = inputs.get(provides.version)
    said = scope.guess(asked) if asked is not None else ""
    named = inputs.get(provides.file)
    files = provides.files if said == "" else tuple(one for one in provides.files if one == said)
    if named is not None and not said:
        files = (scope.guess(named) or "",)
    for name in filter(None, files):
        source = repository.read(posixpath.normpath(name))
        if source is not None:
            return _version(provides.tool, posixpath.basename(name), source.text)
    return ""


def _version(tool: str, name: str, text: str) -> str:
    lines = [line.partition("#")[0].split() for line in text.splitlines()]
    if name == ".tool-versions":
        words = [line[1] for line in lines if len(line) > 1 and line[0] in (tool, _NAMES.get(tool))]
    elif name in ("go.mod", "go.work"):
        words = [line[1] for key in ("toolchain", "go") for line in lines if line[:1] == [key] and len(line) > 1]
        words = [word.removeprefix("go") for word in words if word != "default"]
    elif name.endswith((".json", ".toml")) or "=" in text:
        words = []
    else:
        words = [line[0] for line in lines if line]
    found = _PLAIN.fullmatch(words[0]) if words else None
    return found[1] if found else ""
