"""Stages that need no container of their own beside the one they call: that one is their step."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from gha2tekton.plan.model import ContainerPlan, PlannedStep, SeenCommand, Stage
from gha2tekton.plan.tools import assumed, changes_machine, in_container
from gha2tekton.record import replace
from gha2tekton.shell.docker import CALLS, DockerCall
from gha2tekton.workflow.model import Defaults

_EVERYWHERE = frozenset(
    "ls mkdir cat cp mv rm touch chmod date sleep head tail tee basename dirname wc grep sed sort tr cut".split()
)
"""What the runtime needs of an image itself."""
_AROUND = frozenset({"login", "logout", "pull", "images", "ps", "version", "info", "rm", "rmi", "stop", "image prune"})
"""Verbs that have no effect here."""


def native(
    stages: Sequence[Stage], defaults: Defaults | None, problems: Collection[str], wanted: str
) -> tuple[Stage, ...]:
    """The stages; in those between first and last that only call one image, the image's container does all.

    ``wanted`` is what --docker says, ``problems`` are the rows of commands that cannot be served. The conditions: all
    that the scripts run beside ``docker run`` is there in any image, the image is seen to have bash, and nothing is
    left running in it.
    """
    if wanted != "auto":
        return tuple(stages)
    shell = defaults.shell.text if defaults is not None and defaults.shell is not None else ""
    return tuple(
        replace(stage, native=True, again=(), supplies=())
        if 0 < index < len(stages) - 1 and shell in ("", "bash") and _native(stage, problems)
        else stage
        for index, stage in enumerate(stages)
    )


def _native(stage: Stage, problems: Collection[str]) -> bool:
    if len(stage.containers) != 1:
        return False
    (container,) = stage.containers
    if container.service is not None or container.plain or container.builder or container.apart or container.ports:
        return False
    steps = tuple(stage.walk())
    if not all(_plain(step) for step in steps):
        return False
    commands = [seen for step in steps for seen in step.commands if not in_container(seen)]
    calls = [seen.docker for seen in commands if seen.docker is not None]
    return all(seen.path not in problems and _fits(seen, container) for seen in commands) and any(
        call.arguments and _name(call.arguments[0]) == "bash" for call in calls if call.verb == "run"
    )


def _plain(step: PlannedStep) -> bool:
    """Whether a step is a script that bash runs."""
    own = step.step
    return own.run is not None and own.shell is None and step.action is None and not step.refused


def _fits(seen: SeenCommand, container: ContainerPlan) -> bool:
    if seen.docker is not None:
        return seen.docker.verb in _AROUND or _called(seen.docker, container)
    raw = (seen.command.words[0].value or "") if seen.command.words else ""
    if seen.name in CALLS or "/" in raw or changes_machine(seen) or seen.command.background:
        return False
    return seen.name in _EVERYWHERE or not list(assumed((seen,), ""))


def _called(call: DockerCall, container: ContainerPlan) -> bool:
    """Whether a call runs something in the container to its end."""
    named = ("image", call.target or "") in container.keys
    return call.verb == "run" and named and not call.given("--detach", "--name", "--cidfile", "--publish")


def _name(word: str | None) -> str:
    return re.sub(r"^.*/", "", word or "")
