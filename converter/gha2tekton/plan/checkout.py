"""What a step checks out beside the repository, or in its place."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping

from gha2tekton.expression import unparse_template
from gha2tekton.plan.scope import Scope
from gha2tekton.record import Record
from gha2tekton.workflow.model import Step
from gha2tekton.workflow.repository import Repository

_EVENT = r"(repository|pull_request\.(head|base)\.repo|workflow_run\.head_repository)\.full_name"
_NAME = rf"github\.(repository|event\.{_EVENT})"
_OWN = re.compile(rf"\$\{{\{{{_NAME}(\|\|{_NAME})*\}}\}}")


class Checkout(Record, frozen=True):
    """A directory of the workspace that was fetched; ``repository`` is "" for the job's own or a fork of it."""

    place: str
    repository: str | None
    """None where only the run knows it."""
    ref: str = ""

    def repository_of(self, own: Repository) -> Repository | None:
        """The files that it fetched; None when they are not at hand."""
        if self.repository is None:
            return None
        return own.checkout(self.repository, self.ref) if self.repository else own

    def inside(self, path: str) -> str:
        """A path of the workspace within what was fetched."""
        return path if self.place == "." else posixpath.relpath(path, self.place)


def checkout_of(step: Step, scope: Scope) -> Checkout:
    """What a step of actions/checkout fetches, as far as its scope knows."""
    told = {name: scope.guess(value) for name, value in step.inputs.items()}
    place = posixpath.normpath(told.get("path") or ".")
    asked = step.inputs.get("repository")
    name = told["repository"] if asked else ""
    # In the place of the repository a name that only the run knows is that of a fork of it.
    if name is None and (place == "." or _OWN.fullmatch(re.sub(r"\s", "", unparse_template(scope.fold(asked))))):
        name = ""
    return Checkout(place, name, told.get("ref") or "")


def around(fetched: Mapping[str, Checkout], path: str) -> Checkout | None:
    """What was fetched to the innermost directory that holds a path of the workspace."""
    places = (one for one in fetched if one == "." or path == one or path.startswith(f"{one}/"))
    innermost = max(places, key=len, default=None)
    return fetched[innermost] if innermost is not None else None
