"""Stages that need no container of their own beside the one they call: that one is their step."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence

from gha2tekton.plan.model import ContainerPlan, PlannedStep, Stage
from gha2tekton.plan.mounts import asked
from gha2tekton.plan.steps import guessed_script
from gha2tekton.plan.tools import EVERYWHERE, assumed, changes_machine, in_container
from gha2tekton.plan.verbs import looked_at
from gha2tekton.record import replace
from gha2tekton.shell.any_shell import any_shell
from gha2tekton.shell.docker import CALLS, DockerCall
from gha2tekton.workflow.model import Job, Workflow

_AROUND = frozenset(
    "login, logout, pull, images, ps, version, info, rm, rmi, stop, kill, image prune, image inspect, logs, "
    "compose pull, compose ps, compose images, compose version, compose ls, compose down, compose stop, compose rm, "
    "compose kill, compose logs, compose config, system prune, network create, network rm, volume create".split(", ")
)
"""Verbs that tell of containers, or have no effect here."""
_IN_THE_WAY = ("/tmp", "/workspaces", "/tekton", "/gha2tekton", "/dev/shm", "/proc", "/sys")
"""Where the step has something of its own, so that nothing may be mounted there or above."""
_ALIKE = frozenset({"curl", "wget", "jq"})
"""Programs that do the same wherever they are."""


def native(
    stages: Sequence[Stage], job: Job, workflow: Workflow, problems: Mapping[str, str], wanted: str
) -> tuple[Stage, ...]:
    """The stages; where the scripts of one work in a container, and need no other of their own, that is their step's.

    ``wanted`` is what --docker says, ``problems`` are the rows of commands that cannot be served. Elsewhere containers
    are called beside the step, and ``beside`` tells why.
    """
    defaults = job.defaults or workflow.defaults
    shell = defaults.shell.text if defaults is not None and defaults.shell is not None else ""
    out: list[Stage] = []
    for index, stage in enumerate(stages):
        if not stage.called:
            out.append(stage)
            continue
        why = "" if wanted == "auto" else f"--docker {wanted} asks for it"
        if not why and job.container is not None:
            why = "the scripts have a container of their own"
        if not why and len(stages) == 1:
            why = "the job is one Task, which needs the job's own image"
        if not why and index in (0, len(stages) - 1):
            why = f"the job {'ends' if index else 'begins'} in this Task, which needs the job's own image"
        container, several = _worked_in(stage)
        why = why or several or _why_beside(stage, container, problems, shell)
        own = replace(stage, native=container.name, again=(), supplies=())
        out.append(replace(stage, beside=why) if why else own)
    return tuple(out)


def _worked_in(stage: Stage) -> tuple[ContainerPlan, str]:
    """The container in which a stage's scripts work, or why none can be told from the others."""
    for these in (
        stage.containers,
        [one for one in stage.containers if one.worked_in],
        [one for one in stage.containers if one.worked_in and one.gpus is not None],
        # What runs its own command alone, in the foreground, works too.
        [one for one in stage.containers if one.gpus is not None and not _calls(stage)],
    ):
        if len(these) == 1:
            return these[0], ""
    several = _calls(stage)
    if not several:
        return stage.containers[0], "its scripts work in none of its containers"
    return stage.containers[0], f"it works in {', '.join(several)} at once"


def _calls(stage: Stage) -> list[str]:
    """The containers in which commands are run."""
    return [one.name for one in stage.containers if one.worked_in]


def _why_beside(stage: Stage, container: ContainerPlan, problems: Mapping[str, str], shell: str) -> str:
    """Why a container cannot be shown to do all of its stage; empty where it can."""
    if any(one.builder for one in stage.containers):
        return "images are built in a container of their own"
    if container.plain:
        return f"what {container.image} runs by itself is not known here"
    if container.apart:
        return "something else is mounted in the place of the workspace"
    for step in stage.walk():
        if why := _why_not_there(step, stage, container, problems, shell):
            return f"step '{step.title}' {why}"
    if any(_in_the_way(target) for target in _targets(stage, container)):
        return "something is mounted where the step has its own files"
    return "" if _has_shell(stage, container, shell) else f"bash was not seen in {container.image}"


def _why_not_there(
    step: PlannedStep, stage: Stage, container: ContainerPlan, problems: Mapping[str, str], shell: str
) -> str:
    """Why a step cannot run in the container itself."""
    own = step.step
    if own.run is None or step.action is not None or step.refused:
        return "is no script"
    wanted = own.shell.text if own.shell is not None else shell
    if wanted not in ("", "bash"):
        return f"is for {wanted}"
    for seen in step.commands:
        if in_container(seen):
            continue
        if seen.path in problems:
            return f"asks for what nothing can serve: {problems[seen.path]}"
        if seen.docker is not None:
            if not (seen.docker.verb in _AROUND or any(_called(seen.docker, one) for one in stage.containers)):
                return f"runs docker {seen.docker.verb}"
            continue
        raw = (seen.command.words[0].value or "") if seen.command.words else ""
        if seen.name in CALLS or seen.command.background or changes_machine(seen):
            return f"runs {raw or seen.command.text}, which needs more than the container"
        there = seen.name in EVERYWHERE or (seen.name in _ALIKE and seen.name in container.holds)
        if "/" in raw or (not there and list(assumed((seen,), ""))):
            return f"runs {raw}, which the container may not have"
        if seen.command.name == "sudo":
            return "runs sudo, and the container may have another user"
    return ""


def _called(call: DockerCall, container: ContainerPlan) -> bool:
    """Whether a call is for the container."""
    keys = dict.fromkeys(key for _, key in container.keys)
    if call.verb in ("run", "create"):
        return ("image", call.target or "") in container.keys
    if call.verb in ("exec", "compose exec", "compose run"):
        return container.service is not None or call.target in keys or call.target is None
    if call.verb in ("compose up", "compose create"):
        return container.service is not None
    return bool(looked_at(call, (container,)))


def _targets(stage: Stage, container: ContainerPlan) -> Iterator[str]:
    """Where something is mounted, as it is written."""
    if container.service is not None:
        yield from (target for _, target in container.service.volumes)
    for step in stage.walk():
        for seen in step.commands:
            if seen.docker is not None and _called(seen.docker, container):
                yield from (one.target for one in asked(seen))


def _in_the_way(target: str) -> bool:
    place = posixpath.normpath(target or "/")
    return any(place == own or own.startswith(f"{place.rstrip('/')}/") for own in _IN_THE_WAY)


def _has_shell(stage: Stage, container: ContainerPlan, shell: str) -> bool:
    """Whether the image has the shell that the scripts are for: bash is known or seen there, or any will do."""
    if "bash" in container.holds:
        return True
    service = container.service
    mains = [] if service is None else [words[0] for words in (service.entrypoint, service.command) if words]
    seen = (one.docker for step in stage.walk() for one in step.commands if one.docker is not None)
    calls = [call for call in seen if _called(call, container)]
    firsts = [call.arguments[0] for call in calls if call.arguments and call.verb in _RUNS]
    if any(re.sub(r"^.*/", "", first or "") == "bash" for first in (*mains, *firsts)):
        return True
    return all(
        step.step.shell is None and not shell and any_shell(guessed_script(step.scope, step.step.run.template))
        for step in stage.walk()
        if step.step.run is not None
    )


_RUNS = frozenset({"run", "exec", "compose exec", "compose run"})
