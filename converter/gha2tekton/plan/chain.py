"""Whether Tekton's own stop on failure is enough for a workflow's jobs."""

from __future__ import annotations

from gha2tekton.expression import calls
from gha2tekton.plan.order import waves
from gha2tekton.record import replace
from gha2tekton.workflow.inlining import reads
from gha2tekton.workflow.matrix import fails_fast
from gha2tekton.workflow.model import Job, Workflow


def chained(workflow: Workflow) -> bool:
    """Whether a failure stops just what it stops on GitHub, without any word about other jobs' results."""
    needed = {name for job in workflow.jobs for name in job.needed}
    for job in workflow.jobs:
        if job.continue_on_error is not None or _speaks_of_others(job):
            return False
        # Legs that still wait when one fails: Tekton would not start them.
        if job.strategy is not None and job.strategy.max_parallel is not None and not fails_fast(job.strategy):
            return False
        if job.strategy is not None and job.strategy.fail_fast is not None and job.strategy.fail_fast.literal is None:
            return False
        # A job that its own condition skips must skip those that need it.
        if job.condition is not None and job.id.lower() in needed:
            return False
    return _in_ranks(workflow)


def _in_ranks(workflow: Workflow) -> bool:
    """Whether the jobs that wait for others wait for all that can start before."""
    needed = {job.id.lower(): frozenset(job.needed) for job in workflow.jobs}
    before: tuple[str, ...] = ()
    for wave in waves(workflow.jobs):
        if not all(needed[id].issuperset(before) for id in wave):
            return False
        before = wave
    return True


def _speaks_of_others(job: Job) -> bool:
    """Whether anything that a job does reads ``needs``, or its condition calls a status function."""
    if job.condition is not None and calls(job.condition.tree) & {"always", "failure", "cancelled", "success"}:
        return True
    # A matrix of the run has a Task of its own that reads; an environment is GitHub's.
    return any(path[0] == "needs" for path in reads(replace(job, strategy=None, environment=None)))
