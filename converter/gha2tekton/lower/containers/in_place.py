"""The container that scripts call as the step: the runtime's docker runs there what it would have handed over."""

from __future__ import annotations

from collections.abc import Sequence

from gha2tekton.lower.containers.sidecars import SHM_VOLUME, Served
from gha2tekton.plan.model import Stage
from gha2tekton.record import replace
from gha2tekton.tekton.model import EnvVar

OWN = "GHA_OWN_"
"""What the job's variables begin with in the Pod: under their own names they would hide those of the image."""
OF_SERVICE = "GHA_SERVICE_"
"""What those of a service begin with: only what runs in the container is given them."""

_OF_POD = ("GHA_HANDOFF", "GITHUB_WORKSPACE")
"""What a sidecar is told and the step knows."""
_OF_OTHERS = ("GHA_HANDOFF", "GHA_GPU_CONTAINER")
"""What tells the step of sidecars."""


def in_place(served: Served, own: str) -> Served:
    """What the step must know that takes the place of one of the sidecars, and the others."""
    sidecar = next(one for one in served.sidecars if one.name == own)
    others = tuple(one for one in served.sidecars if one.name != own)
    gpu = "" if served.gpu == own else served.gpu
    told = [entry for entry in served.variables if entry.name not in _OF_OTHERS]
    told += [entry for entry in served.variables if others and entry.name in _OF_OTHERS and entry.value != own]
    given = [entry for entry in sidecar.env if entry.name not in _OF_POD]
    of_container = (
        entry if entry.name.startswith("GHA_") else replace(entry, name=f"{OF_SERVICE}{entry.name}") for entry in given
    )
    variables = (EnvVar("GHA_IN_PLACE", sidecar.name), *told, *of_container)
    shared = any(mount.name == SHM_VOLUME for mount in sidecar.mounts)
    return replace(
        served,
        sidecars=others,
        variables=variables,
        gpu=gpu,
        security=sidecar.security,
        limits=sidecar.limits,
        shared_memory=shared,
    )


def image_of(stage: Stage, image: str) -> str:
    """The image of a stage's step; ``image`` is the job's."""
    return stage.own.image if stage.own is not None else image


def own_names(env: Sequence[EnvVar]) -> tuple[EnvVar, ...]:
    """The job's variables under names that no image has."""
    return tuple(replace(entry, name=f"{OWN}{entry.name}") for entry in env)
