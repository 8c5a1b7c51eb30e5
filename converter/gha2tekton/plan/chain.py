"""Whether Tekton's own stop on failure is enough for a workflow's jobs."""

from __future__ import annotations

from collections.abc import Iterable

from gha2tekton.expression import Template, calls, references
from gha2tekton.plan.order import waves
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
    """Whether anything in a job reads ``needs`` or its condition calls a status function."""
    if job.condition is not None and calls(job.condition.tree) & {"always", "failure", "cancelled", "success"}:
        return True
    return any(
        path[0] == "needs"
        for template in _templates(job)
        for part in template
        if not isinstance(part, str)
        for path in references(part)
    )


def _templates(job: Job) -> Iterable[Template]:
    if job.condition is not None:
        yield (job.condition.tree,)
    values = [job.name, job.timeout_minutes, *job.env.values(), *job.outputs.values(), *job.inputs.values()]
    values += list(job.runs_on.labels) if job.runs_on else []
    if job.container:
        values += [job.container.image, job.container.options, *job.container.env.values()]
    for service in job.services.values():
        values += [service.image, service.options, *service.env.values()]
    for step in job.steps:
        if step.condition is not None:
            yield (step.condition.tree,)
        values += [step.name, step.run, step.working_directory, step.continue_on_error, step.timeout_minutes]
        values += [*step.env.values(), *step.inputs.values()]
    yield from (value.template for value in values if value is not None)
