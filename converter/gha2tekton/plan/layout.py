"""One Task a job, or the guide's stages: which, and where the cuts are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gha2tekton.plan.found import Found
from gha2tekton.plan.losses import replayable
from gha2tekton.plan.model import ROLES, PlannedStep, Role, Stage
from gha2tekton.record import replace
from gha2tekton.workflow.model import Job


def why_whole(job: Job, steps: Sequence[PlannedStep], at_once: int) -> str:
    """Why a job may not be split; empty when it may. ``at_once`` of its legs run side by side."""
    if at_once > 1:
        return "its legs run side by side, and the Tasks of a split job share a claim, so that one node would run all"
    if job.continue_on_error is not None:
        return "its failure may be forgiven, which only its end knows"
    if job.services:
        return "its services must stay beside all its steps"
    if any("background" in step.effects for step in steps):
        return "a process that a script leaves running must stay beside the later steps"
    for step in steps:
        if "system" in step.effects and not replayable(step):
            return f"step '{step.title}' changes the machine in a way that cannot be done again in a later Task"
    return ""


def cut(steps: Sequence[PlannedStep], found: Found) -> tuple[Stage, ...]:
    """The stages of a job: roles only move on, steps without one stay with their neighbours."""
    roles = _with_containers(steps, found)
    current: Role = "prepare"
    placed: list[tuple[Role, PlannedStep]] = []
    for index, (step, role) in enumerate(zip(steps, roles, strict=True)):
        if role == "prepare" and current != "prepare":
            # What is prepared late is for the stage to come: tests are cloned where they run.
            role = next((later for later in roles[index + 1 :] if later not in (None, "prepare")), None)
        if role is not None and ROLES.index(role) > ROLES.index(current):
            current = role
        placed.append((current, step))
    placed = _kept_together(placed, found)
    stages: list[Stage] = []
    for role in ROLES:
        own = tuple(step for where, step in placed if where == role)
        if own:
            stages.append(Stage(own, role))
    return tuple(stages)


def _with_containers(steps: Sequence[PlannedStep], found: Found) -> list[Role | None]:
    """A step that starts a container goes with the first step that works in it."""
    roles = [step.role for step in steps]
    for index, step in enumerate(steps):
        used = found.users.get(step.step.path, frozenset())
        if used and roles[index] in (None, "prepare"):
            later = (
                roles[at]
                for at in range(index + 1, len(steps))
                if found.users.get(steps[at].step.path, frozenset()) & used
            )
            roles[index] = next((role for role in later if role and role != "prepare"), roles[index])
    if "notebook" not in roles:
        for index in _computing(steps, roles, found):
            roles[index] = "notebook"
    # All that work in one container stay in one Task: the first such step decides for those after it.
    first: dict[str, Role] = {}
    for index, step in enumerate(steps):
        for name in sorted(found.users.get(step.step.path, frozenset())):
            role = roles[index]
            if name in first:
                roles[index] = first[name]
            elif role is not None:
                first[name] = role
    return roles


def _computing(steps: Sequence[PlannedStep], roles: Sequence[Role | None], found: Found) -> list[int]:
    """The steps that compute where no notebook does: of the containers that ask for a GPU those of the last.

    What another is asked before, such as nvidia-smi, goes by itself.
    """
    asking = {container.name for container in found.containers if container.gpus is not None}
    used = [found.users.get(step.step.path, frozenset()) & asking for step in steps]
    free = [index for index, role in enumerate(roles) if used[index] and role in (None, "prepare")]
    return [index for index in free if used[index] & used[free[-1]]]


def _kept_together(placed: Sequence[tuple[Role, PlannedStep]], found: Found) -> list[tuple[Role, PlannedStep]]:
    """From the first step that works in a container to the last all is in one stage: a container ends with its Task."""
    out = list(placed)
    spans: dict[str, list[int]] = {}
    for index, (_, step) in enumerate(placed):
        for name in found.users.get(step.step.path, frozenset()):
            spans.setdefault(name, []).append(index)
    for first, *_, last in sorted(places for places in spans.values() if len(places) > 1):
        role = out[first][0]
        out[first : last + 1] = [(role, step) for _, step in out[first : last + 1]]
    return out


def gate(stages: Sequence[Stage]) -> tuple[Stage, ...]:
    """A stage none of whose steps runs after a failure starts only when nothing has failed.

    For one that cannot start Tekton starts nothing behind it, whatever runs after failures on GitHub: that is for jobs
    for which nothing waits, or nothing but what a failure stops.
    """
    last = len(stages) - 1
    return tuple(
        replace(stage, gated=0 < index < last and not any(step.after_failure for step in stage.steps))
        for index, stage in enumerate(stages)
    )


def stage_of(stages: Sequence[Stage], found: Found) -> Mapping[str, int]:
    """The stage in which each container is called."""
    return {
        name: index
        for index, stage in reversed(list(enumerate(stages)))
        for step in stage.steps
        for name in found.users.get(step.step.path, frozenset())
    }


def stageable(steps: Sequence[PlannedStep], found: Found) -> bool:
    """A job that runs notebooks, or containers that ask for a GPU."""
    return any(step.role == "notebook" for step in steps) or any(
        container.gpus is not None for container in found.containers
    )
