"""The Task that works out the legs of a matrix only the run knows; Tekton's matrix then makes a TaskRun of each."""

from __future__ import annotations

from gha2tekton.journal import Journal
from gha2tekton.lower import runtime
from gha2tekton.lower.carrier import Carrier
from gha2tekton.lower.environment import waited_for
from gha2tekton.lower.refusal import IMAGE
from gha2tekton.lower.settings import ARTIFACTS, MANAGED, WORKSPACES
from gha2tekton.lower.sidecars import escaped
from gha2tekton.plan.model import JobPlan, Plan
from gha2tekton.record import replace
from gha2tekton.tekton.model import Container, EnvVar, Param, Result, Task, Workspace

RESULT, ANY = "legs", "any"
_SCRIPT = f'#!/bin/sh\nexec {runtime.PLACE}/matrix "$(results.{RESULT}.path)" "$(results.{ANY}.path)"\n'


def legs_task(plan: Plan, job: JobPlan, name: str, journal: Journal) -> tuple[Task, Carrier]:
    """The Task, and what it must be given; Unsupported where the runtime cannot compute the matrix either."""
    carrier = Carrier()
    env = [
        EnvVar("GHA_STATE", f"$(workspaces.{ARTIFACTS}.path)/.jobs/{job.job.id.lower()}"),
        EnvVar("GHA_MATRIX", escaped(carrier.text(job.matrix))),
        *waited_for(plan, job),
    ]
    if job.job.condition is not None:
        env.append(EnvVar("GHA_IF", escaped(carrier.expression(job.scope.condition(job.job.condition.tree)))))
    target = f"tasks/{name}.yaml"
    for path in journal.open_leaves(f"{job.job.strategy.path}.matrix") if job.job.strategy else ():
        journal.exact(path, target)
    step = Container("legs", IMAGE, _SCRIPT, env=(*env, *carrier.variables.values()), mounts=(runtime.MOUNT,))
    step = replace(step, env_from=tuple(carrier.sources.values()))
    task = Task(
        name,
        (step,),
        f"Works out the legs of jobs.{job.job.id}",
        dict(MANAGED),
        params=tuple(Param(param) for param in carrier.params),
        workspaces=(Workspace(ARTIFACTS, WORKSPACES[ARTIFACTS], f"/workspaces/{ARTIFACTS}"),),
        results=(Result(RESULT, "The numbers of the legs", "array"), Result(ANY, "true where there are legs")),
        volumes=(runtime.volume(),),
    )
    return task, carrier
