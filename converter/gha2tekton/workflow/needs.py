"""What jobs wait for: all of it up the chain, unknown names, and circles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

from gha2tekton.source import Span
from gha2tekton.workflow.model import Job, Value, Workflow
from gha2tekton.workflow.reader import Reader


def check_needs(reader: Reader, jobs: Sequence[Job], span: Span) -> None:
    """Every need must name a job, and some job must be able to start first."""
    known = {job.id.lower(): job for job in jobs}
    if not any(not job.needs for job in jobs):
        reader.error("no-first-job", "The workflow must contain at least one job with no dependencies.", span)
    done: set[str] = set()
    for job in jobs:
        for need in job.needs:
            if need.text.lower() not in known:
                reader.error("unknown-job", f"Job '{job.id}' depends on unknown job '{need.text}'.", need.span)
        circle = _circle(job.id.lower(), known, done)
        chain = " → ".join(known[id].id for id in circle)
        for id, next_id in pairwise(circle):
            message = f"depends on job '{known[next_id].id}' which creates a cycle in the dependency graph: {chain}"
            reader.error("cycle", f"Job '{known[id].id}' {message}", _need(known[id], next_id).span)


def ancestors(job: Job, workflow: Workflow) -> tuple[str, ...]:
    """The ids of all jobs up the chain, in lower case, those that it needs itself first: what success() speaks of."""
    if not job.needs:
        return ()
    jobs = {one.id.lower(): one for one in workflow.jobs}
    above: dict[str, None] = {}
    pending = list(job.needed)
    while pending:
        name = pending.pop(0)
        if name not in above:
            above[name] = None
            pending += jobs[name].needed if name in jobs else ()
    return tuple(above)


def needed_first(workflow: Workflow) -> list[Job]:
    """The jobs, each behind those that it needs, otherwise as written."""
    left, out, done = list(workflow.jobs), list[Job](), set[str]()
    while left:
        ready = next((job for job in left if done.issuperset(job.needed)), left[0])
        left.remove(ready)
        out.append(ready)
        done.add(ready.id.lower())
    return out


def _need(job: Job, id: str) -> Value:
    return next(need for need in job.needs if need.text.lower() == id)


def _circle(start: str, jobs: Mapping[str, Job], done: set[str]) -> tuple[str, ...]:
    """The first circle met from a job on; jobs in ``done`` are known to lead into none or a told one."""
    chain: list[str] = []
    pending: list[tuple[str, list[str]]] = [(start, list(jobs[start].needed))] if start not in done else []
    if pending:
        chain.append(start)
    while pending:
        id, left = pending[-1]
        if not left:
            pending.pop()
            chain.pop()
            done.add(id)
            continue
        need = left.pop(0)
        if need in chain:
            done.update(chain)
            return (*chain[chain.index(need) :], need)
        if need in jobs and need not in done:
            chain.append(need)
            pending.append((need, list(jobs[need].needed)))
    return ()
