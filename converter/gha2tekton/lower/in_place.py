"""The container that scripts call as the step: the runtime's docker runs there what it would have handed over."""

from __future__ import annotations

from collections.abc import Sequence

from gha2tekton.lower.sidecars import Served
from gha2tekton.plan.model import Stage
from gha2tekton.record import replace
from gha2tekton.tekton.model import EnvVar

OWN = "GHA_OWN_"
"""What the job's variables begin with in the Pod: under their own names they would hide those of the image."""
OF_SERVICE = "GHA_SERVICE_"
"""What those of a service begin with: only what runs in the container is given them."""

_OF_POD = ("GHA_HANDOFF", "GITHUB_WORKSPACE")
"""What a sidecar is told and the step knows."""


def in_place(served: Served) -> Served:
    """What the step must know that takes the place of the one sidecar."""
    (sidecar,) = served.sidecars
    told = [entry for entry in served.variables if entry.name == "GHA_CONTAINERS"]
    given = [entry for entry in sidecar.env if entry.name not in _OF_POD]
    of_container = (
        entry if entry.name.startswith("GHA_") else replace(entry, name=f"{OF_SERVICE}{entry.name}") for entry in given
    )
    variables = (EnvVar("GHA_IN_PLACE", sidecar.name), *told, *of_container)
    return Served(variables=variables, memory=served.memory, security=sidecar.security)


def image_of(stage: Stage, image: str) -> str:
    """The image of a stage's step; ``image`` is the job's."""
    return stage.containers[0].image if stage.native else image


def own_names(env: Sequence[EnvVar]) -> tuple[EnvVar, ...]:
    """The job's variables under names that no image has."""
    return tuple(replace(entry, name=f"{OWN}{entry.name}") for entry in env)
