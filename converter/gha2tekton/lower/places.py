"""Where on a run's volumes each job has its files."""

from __future__ import annotations

from gha2tekton.lower.settings import ARTIFACTS, CACHE, JOB
from gha2tekton.plan.model import JobPlan, Plan
from gha2tekton.tekton.model import Binding
from gha2tekton.tekton.names import label
from gha2tekton.workflow.matrix import Leg

RUN_NAME = "$(context.pipelineRun.name)"


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
