"""The Task that works out the legs of a matrix only the run knows; Tekton's matrix then makes a TaskRun of each."""

from __future__ import annotations

from collections.abc import Sequence

from gha2tekton.journal import Journal
from gha2tekton.lower import runtime
from gha2tekton.lower.carrier import Carrier
from gha2tekton.lower.environment import waited_for
from gha2tekton.lower.params import declarations
from gha2tekton.lower.settings import ARTIFACTS, BUSYBOX, MANAGED, WORKSPACES
from gha2tekton.lower.values import escaped
from gha2tekton.plan.model import JobPlan, Plan
from gha2tekton.record import replace
from gha2tekton.tekton.model import Container, EnvVar, Result, Task, When, Workspace

RESULT, ANY, IMAGE_OF = "legs", "any", "image"
LEGS_MINUTES = 10
"""Enough to work out the legs of a matrix."""
LEG_IMAGE = "leg-image"
"""The param of a Task whose legs have images of their own."""

IMAGES = 8
"""How many images they may have together: a PipelineTask each, which runs the legs of one image."""


def slots(job: JobPlan) -> tuple[str, ...]:
    """What the names of a job's PipelineTasks and of the results that they take end with."""
    return tuple(f"-{number}" for number in range(1, IMAGES + 1)) if job.spread else ("",)


def started(legs: str, slot: str) -> When:
    """That there are legs for a PipelineTask; ``legs`` is the one that works them out."""
    if slot:
        return When(f"$(tasks.{legs}.results.{IMAGE_OF}{slot})", ("",), "notin")
    return When(f"$(tasks.{legs}.results.{ANY})", ("true",))


def image_of(legs: str, slot: str) -> dict[str, str]:
    """The params of one PipelineTask that differ from those of the others."""
    return {LEG_IMAGE: f"$(tasks.{legs}.results.{IMAGE_OF}{slot})"} if slot else {}


def legs_task(plan: Plan, job: JobPlan, name: str, carrier: Carrier, journal: Journal) -> Task:
    """The Task; ``carrier`` takes what it must be given. Unsupported where the runtime cannot compute the matrix."""
    env = [
        EnvVar("GHA_STATE", f"$(workspaces.{ARTIFACTS}.path)/.jobs/{job.job.id.lower()}"),
        EnvVar("GHA_MATRIX", escaped(carrier.text(job.matrix))),
        *waited_for(plan, job),
    ]
    results = [Result(RESULT, "The numbers of the legs", "array"), Result(ANY, "true where there are legs")]
    if job.spread:
        env.append(EnvVar("GHA_IMAGE", escaped(carrier.text(job.image))))
        for slot in slots(job):
            results.append(Result(f"{RESULT}{slot}", "The numbers of the legs of one image", "array"))
            results.append(Result(f"{IMAGE_OF}{slot}", "The image; empty where there is none"))
    if job.job.condition is not None:
        env.append(EnvVar("GHA_IF", escaped(carrier.expression(job.scope.condition(job.job.condition.tree)))))
    target = f"tasks/{name}.yaml"
    strategy = job.job.strategy
    if strategy is not None:
        for path in journal.open_leaves(f"{strategy.path}.matrix"):
            journal.exact(path, target)
        if strategy.expression is not None and journal.knows(strategy.expression.path):
            journal.exact(strategy.expression.path, target)
    env += carrier.variables.values()
    step = Container("legs", BUSYBOX, _script(results), env=tuple(env), mounts=(runtime.MOUNT,))
    step = replace(step, env_from=tuple(carrier.sources.values()))
    return Task(
        name,
        (step,),
        f"Works out the legs of jobs.{job.job.id}",
        dict(MANAGED),
        params=declarations(carrier.params),
        workspaces=(Workspace(ARTIFACTS, WORKSPACES[ARTIFACTS], f"/workspaces/{ARTIFACTS}"),),
        results=tuple(results),
        volumes=(runtime.volume(step.script),),
    )


def _script(results: Sequence[Result]) -> str:
    files = " ".join(f'"$(results.{result.name}.path)"' for result in results)
    return f"#!/bin/sh\nexec {runtime.PLACE}/matrix {files}\n"
