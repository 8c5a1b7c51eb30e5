"""The order of jobs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from graphlib import TopologicalSorter

from gha2tekton.plan.model import JobPlan, Plan
from gha2tekton.workflow.model import Job


def ordered(plan: Plan) -> list[JobPlan]:
    """Jobs after those they need, otherwise as written."""
    wave = {id: number for number, ids in enumerate(waves(job.job for job in plan.jobs)) for id in ids}
    return sorted(plan.jobs, key=lambda job: wave[job.job.id.lower()])


def waves(jobs: Iterable[Job]) -> Iterator[tuple[str, ...]]:
    """The ids of the jobs, in lower case, that can start first, then those that only wait for these, and so on."""
    sorter = TopologicalSorter({job.id.lower(): job.needed for job in jobs})
    sorter.prepare()
    while ready := sorter.get_ready():
        yield ready
        sorter.done(*ready)
