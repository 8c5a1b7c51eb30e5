"""Containers that are asked for nothing but their GPU, which the one that computes tells as well."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from gha2tekton.plan.model import ContainerPlan, SeenCommand, Stage
from gha2tekton.record import replace
from gha2tekton.shell.docker import DockerCall

_ASKS = "nvidia-smi"
_ITS_OWN = ("--entrypoint", "--name", "--detach", "--volume", "--mount")
"""Options of what does more than to look."""


def joined(stage: Stage, containers: Sequence[ContainerPlan]) -> tuple[ContainerPlan, ...]:
    """A stage's containers, where those that only look at a GPU ask the one that computes, or the first of them.

    A Pod takes a GPU for each container that has one, so that a look would cost a second.
    """
    asking = [one for one in containers if one.gpus is not None and not one.plain]
    looking = [one for one in asking if _only_looks(stage, one)]
    kept = next((one for one in asking if one not in looking), asking[0] if asking else None)
    gone = [one for one in looking if one is not kept]
    if kept is None or not gone:
        return tuple(containers)
    keys = tuple(key for one in (kept, *gone) for key in one.keys)
    target = replace(kept, keys=keys, looks=tuple(one.image for one in gone))
    return tuple(target if one is kept else one for one in containers if one not in gone)


def told(stages: Sequence[Stage]) -> Mapping[str, str]:
    """What is different for the commands that look, by their rows."""
    return {
        seen.path: f"asked of {one.image}, which has the GPU: another container would take a second"
        for stage in stages
        for one in stage.containers
        for seen, call in _runs(stage)
        if call.target in one.looks
    }


def _only_looks(stage: Stage, container: ContainerPlan) -> bool:
    images = {name for kind, name in container.keys if kind == "image"}
    calls = [call for _, call in _runs(stage) if call.target in images]
    looks = [call for call in calls if call.arguments[:1] == (_ASKS,) and not call.given(*_ITS_OWN)]
    return len(images) == len(container.keys) and len(looks) == len(calls) > 0


def _runs(stage: Stage) -> Iterator[tuple[SeenCommand, DockerCall]]:
    for step in stage.walk():
        for seen in step.commands:
            if seen.docker is not None and seen.docker.verb in ("run", "create"):
                yield seen, seen.docker
