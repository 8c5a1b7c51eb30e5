"""The order of jobs."""

from __future__ import annotations

from gha2tekton.plan.model import JobPlan, Plan


def ordered(plan: Plan) -> list[JobPlan]:
    """Jobs after those they need, otherwise as written."""
    done: set[str] = set()
    left = list(plan.jobs)
    out: list[JobPlan] = []
    while left:
        ready = [job for job in left if all(name in done for name in job.job.needed)] or left[:1]
        for job in ready:
            out.append(job)
            left.remove(job)
        done |= {job.job.id.lower() for job in ready}
    return out
