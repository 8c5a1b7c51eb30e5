"""Small Tasks of our own: a job that cannot run here, and the gate that gives a run its status."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from gha2tekton.expression import Expression, Literal, fold, fold_template
from gha2tekton.lower.carrier import Carrier, Unsupported
from gha2tekton.lower.containers.services import lacking
from gha2tekton.lower.environment import leg_count
from gha2tekton.lower.legs import leg_carrier
from gha2tekton.lower.pod_values import with_values
from gha2tekton.lower.settings import ARTIFACTS, BUSYBOX, MANAGED, WORKSPACES
from gha2tekton.lower.words import safe
from gha2tekton.plan.model import JobPlan, Plan
from gha2tekton.plan.scope import input_defaults, literal
from gha2tekton.record import replace
from gha2tekton.shell.quote import word
from gha2tekton.tekton.model import Container, Task, Workspace
from gha2tekton.tekton.names import variable
from gha2tekton.workflow.inlining import reads
from gha2tekton.workflow.model import Workflow

Key = tuple[str, str]
"""The variable that holds a value, and the job whose own it is."""


def refused_task(job: JobPlan, name: str, unmapped: str) -> Task:
    """A Task that says what a person must carry over, quoting the job's beginning, and fails."""
    text = safe(f"This job must be carried over by hand: {job.refused}")
    quoted = "".join(f"#   {safe(line)}\n" for line in job.job.span.source.text[job.job.span.start :].splitlines()[:12])
    end = "exit 0" if unmapped == "skip" else "exit 1"
    script = f"#!/bin/sh\n{quoted}echo {word(text)} >&2\n{end}\n"
    return Task(name, (Container("by-hand", BUSYBOX, script),), f"jobs.{job.job.id}: to be done by hand", dict(MANAGED))


_GATE = """#!/bin/sh
# The run is what its jobs are: a job that failed, was cancelled or never told its result makes it fail.
status=0
cd "$(workspaces.{workspace}.path)/.jobs" 2>/dev/null || cd /
{legs}for job in {jobs}; do
  result=$(cat "$job/result" 2>/dev/null || sed s/yes/skipped/ "$job/skipped" 2>/dev/null || echo failure)
  echo "$job: $result"
  case $result in success | skipped) ;; *) status=1 ;; esac
done
exit $status
"""


_LEGS = """\
legs() {
  if [ -z "$(ls "$1/legs" 2>/dev/null)" ]; then echo "$1"; else ls "$1/legs" | sed "s/^/$1./"; fi
}
"""


def gate_task(name: str, plan: Plan) -> Task:
    """The Task that fails when any job did, by what they say in their state directories."""
    jobs: list[str] = []
    dynamic: list[str] = []
    for id, job in {job.job.id.lower(): job for job in plan.jobs}.items():
        count = leg_count(plan, job)
        if job.matrix:
            dynamic.append(id)
        else:
            jobs += [f"{id}.{leg}" for leg in range(count)] if count > 1 else [id]
    words = [*map(word, jobs), *(f"$(legs {word(job)})" for job in dynamic)]
    script = _GATE.format(jobs=" ".join(words), workspace=ARTIFACTS, legs=_LEGS if dynamic else "")
    return Task(
        name,
        (Container("status", BUSYBOX, script),),
        "Gives the run the status of its jobs",
        dict(MANAGED),
        workspaces=(Workspace(ARTIFACTS, WORKSPACES[ARTIFACTS]),),
    )


def possible(plan: Plan) -> Plan:
    """The plan, with jobs refused that no Task can do.

    They are those whose image would have to be computed after the Pod has started, and those that read two values
    which are one name on Tekton.
    """
    clashes = _clashes(plan)
    return replace(plan, jobs=tuple(_possible(job, plan.workflow, clashes) for job in plan.jobs))


def _clashes(plan: Plan) -> Mapping[Key, Sequence[str]]:
    """What jobs read that differs from something else only by signs which names of params and variables cannot have."""
    found: dict[Key, set[str]] = {}
    for job in plan.jobs:
        for key, path in _keys(job):
            found.setdefault(key, set()).add(path)
    return {key: sorted(paths) for key, paths in found.items() if len(paths) > 1}


def _keys(job: JobPlan) -> Iterator[tuple[Key, str]]:
    for path in dict.fromkeys(reads(job.job)):
        if len(path) > 1 and path[0] in ("github", "inputs", "matrix"):
            yield (variable(path), job.job.id if path[0] == "matrix" else ""), ".".join(path).lower()


def _possible(job: JobPlan, workflow: Workflow, clashes: Mapping[Key, Sequence[str]]) -> JobPlan:
    if clashes and not job.refused:
        for key, _ in _keys(job):
            if key in clashes:
                return replace(job, refused=f"{' and '.join(clashes[key])} are one name on Tekton: rename one of them")
    if job.refused:
        return job
    if why := _lacking(job):
        return replace(job, refused=why)
    carrier = leg_carrier(workflow, job)
    if job.matrix and carrier.tekton(job.image) is None and _computable(job, carrier):
        job = replace(job, spread=True)
    made = with_values(job, workflow)
    if not made.refused:
        return made
    # Where nothing works the image out it is the one for the inputs that nobody gave.
    known = {**job.scope.known, "inputs": input_defaults(workflow)}
    usual = literal(fold_template(job.image, known))
    if not usual or any(_no_image(fold(part, known)) for part in job.image if not isinstance(part, str)):
        return made
    assumed = f"the image is that of the inputs' defaults, {usual}"
    return with_values(replace(job, image=(usual,), assumed=assumed), workflow)


def _lacking(job: JobPlan) -> str:
    """Why one of its services is no sidecar, empty where each can be one."""
    found = ((name, lacking(job, service)) for name, service in job.job.services.items())
    return next((f"service {name} cannot be a sidecar: {why}" for name, why in found if why), "")


def _no_image(tree: Expression) -> bool:
    """Whether it comes to what names no image: the false of a condition that does not hold."""
    return isinstance(tree, Literal) and not isinstance(tree.value, str)


def _computable(job: JobPlan, carrier: Carrier) -> bool:
    """Whether the Task that works out the legs can work out their images too."""
    try:
        carrier.text(job.image)
    except Unsupported:
        return False
    return True
