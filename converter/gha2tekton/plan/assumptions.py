"""Containers whose images hang on a run's inputs: taken as they are where nobody gives any."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from gha2tekton.plan.model import PlannedStep, SeenCommand
from gha2tekton.record import replace
from gha2tekton.shell.docker import DockerCall

_IMAGE = re.compile(r"[\w.-]+(:\d+)?(/[\w.-]+)*(:[\w.-]+)?(@sha256:[0-9a-f]{64})?")


def assumed(
    steps: tuple[PlannedStep, ...], usual: Callable[[], Sequence[PlannedStep]]
) -> tuple[tuple[PlannedStep, ...], Mapping[str, str]]:
    """The steps with the images that ``usual`` knows, which are the steps as defaults of inputs make them.

    With them comes what to say of each such command, by its row.
    """
    if not any(_open(seen) for step in steps for part in step.walk() for seen in part.commands):
        return steps, {}
    known = {
        seen.path: seen.docker
        for step in usual()
        for part in step.walk()
        for seen in part.commands
        if seen.docker is not None and not seen.docker.open and _IMAGE.fullmatch(seen.docker.target or "")
    }
    notes: dict[str, str] = {}
    return tuple(_with(step, known, notes) for step in steps), notes


def joined(notes: Mapping[str, str], more: Mapping[str, str]) -> dict[str, str]:
    """What is said of rows in both, one behind the other."""
    return {**notes, **{row: "; ".join(filter(None, (notes.get(row, ""), why))) for row, why in more.items()}}


def _open(seen: SeenCommand) -> bool:
    return (
        seen.docker is not None
        and seen.docker.verb in ("run", "create")
        and (seen.docker.target is None or seen.docker.open)
    )


def _with(step: PlannedStep, known: Mapping[str, DockerCall], notes: dict[str, str]) -> PlannedStep:
    commands = []
    for seen in step.commands:
        call = known.get(seen.path) if _open(seen) else None
        if call is not None and seen.docker is not None and call.verb == seen.docker.verb:
            of_image = f"the image is that of the inputs' defaults, {call.target}; it fails with another"
            notes[seen.path] = "the options are those of the inputs' defaults" if seen.docker.open else of_image
            seen = replace(seen, docker=call)
        commands.append(seen)
    return replace(step, commands=tuple(commands), inner=tuple(_with(part, known, notes) for part in step.inner))
