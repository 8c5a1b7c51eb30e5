"""Where on a run's volumes each job has its files, and what its Tasks are told."""

from __future__ import annotations

from collections.abc import Mapping

from gha2tekton.lower.carrier import JSON, Path
from gha2tekton.lower.settings import ARTIFACTS, CACHE, JOB, Settings
from gha2tekton.plan.model import JobPlan, Plan
from gha2tekton.record import replace
from gha2tekton.tekton.model import Binding, Task
from gha2tekton.tekton.names import label
from gha2tekton.workflow.matrix import Leg

RUN_NAME = "$(context.pipelineRun.name)"


def settings_for(plan: Plan, settings: Settings) -> Settings:
    """The settings with the accelerators that all jobs ask for, so that a param of the run counts them."""
    makers = {job.maker for job in plan.jobs if job.gpu and not job.refused}
    return replace(settings, gpu_resource=makers.pop() or settings.gpu_resource) if len(makers) == 1 else settings


def bound(plan: Plan, job: JobPlan, workspace: str, leg: Leg | None = None) -> Binding:
    """A Task's workspace: every run has directories of its own, and in it jobs and legs; only caches outlive it."""
    if workspace == CACHE:
        return Binding(workspace, workspace)
    if workspace == ARTIFACTS:
        return Binding(workspace, workspace, RUN_NAME)
    if job.layout == "job":
        return Binding(workspace, JOB if plan.staged else workspace)
    own = "" if len(plan.jobs) == 1 else f"/{label(job.job.id)}"
    own += f"/{leg.index}" if leg is not None and len(job.legs) > 1 else ""
    return Binding(workspace, workspace, RUN_NAME + own)


def handed(
    task: Task, paths: Mapping[str, Path], values: Mapping[str, str], needed: dict[str, Path], images: dict[str, str]
) -> dict[str, str]:
    """The params of a PipelineTask; ``needed`` and ``images`` take those that the Pipeline must have for them."""
    out: dict[str, str] = {}
    for name, path in paths.items():
        if name in values:
            out[name] = values[name]
        elif path == ("github", "run_id"):
            out[name] = RUN_NAME
        elif path[0] in ("matrix", JSON):
            out[name] = ""
        else:
            needed[name] = path
            out[name] = f"$(params.{name})"
    for declared in task.params:
        if declared.default is not None:
            images[declared.name] = declared.default
            out[declared.name] = f"$(params.{declared.name})"
    return out
