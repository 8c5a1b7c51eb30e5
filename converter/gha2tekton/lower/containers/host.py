"""Claims in the place of directories that the machine of a runner keeps."""

from __future__ import annotations

import posixpath

from gha2tekton.journal import Journal, Setup
from gha2tekton.plan.host_directories import Bind, claim
from gha2tekton.plan.model import JobPlan
from gha2tekton.tekton.model import Manifest, Mount


def volumes(job: JobPlan) -> list[Manifest]:
    """The volumes of a job's Tasks."""
    return [
        {"name": claim(one.path), "persistentVolumeClaim": {"claimName": claim(one.path)} | _only(one.read_only)}
        for one in job.host
    ]


def mounts(job: JobPlan) -> tuple[Mount, ...]:
    """Where steps and the sidecars that serve their calls have the directories: in the same places."""
    return tuple(Mount(claim(one.path), one.path, read_only=one.read_only) for one in job.host if one.called)


def mount(job: JobPlan, bind: Bind) -> Mount | None:
    """What a container of the workflow mounts, None for what is not of the machine."""
    if not bind.of_host or not bind.target:
        return None
    source = posixpath.normpath(bind.source)
    for one in job.host:
        if f"{source}/".startswith(f"{one.path}/"):
            return Mount(claim(one.path), bind.target, source[len(one.path) + 1 :], bind.read_only)
    return None


def ask(job: JobPlan, journal: Journal) -> None:
    """Asks for the claims, which no bundle can make: what they hold is on the machine."""
    for one in job.host:
        name = claim(one.path)
        use = "reads it" if one.read_only else "reads and writes it"
        why = f"it stands for {one.path} of the runner's machine, and nothing starts without it: job {job.job.id} {use}"
        journal.need(Setup("data", name, why))


def _only(read_only: bool) -> Manifest:
    return {"readOnly": True} if read_only else {}
