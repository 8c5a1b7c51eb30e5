"""What was found of the containers of a job's scripts."""

from __future__ import annotations

from collections.abc import Mapping

from gha2tekton.plan.model import ContainerPlan, ImageBuild
from gha2tekton.record import Record, field
from gha2tekton.source import Source
from gha2tekton.workflow.compose import UnreadableCompose


class Found(Record, frozen=True):
    """The containers of a job's scripts; ``problems`` maps a command's row to why it cannot be served."""

    containers: tuple[ContainerPlan, ...] = ()
    problems: Mapping[str, str] = field(default_factory=dict)
    users: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """The containers that each step (by its path) calls or starts."""
    notes: Mapping[str, str] = field(default_factory=dict)
    """What is different for a command that is served."""
    gpus: tuple[int | str, ...] = ()
    """What else asks for GPUs."""
    unreadable: tuple[UnreadableCompose, ...] = ()
    unpushed: frozenset[str] = frozenset()
    """Images that were built and that no registry has."""
    composed: tuple[Source, ...] = ()
    """The compose files that services are started from."""
    builds: tuple[ImageBuild, ...] = ()
    """Images that are built before the job."""
    unfit: Mapping[str, str] = field(default_factory=dict)
    """Services that cannot be sidecars, with the reason."""
