"""Concurrency groups: a Task before a run's or a job's that waits for, or cancels, what else is of the group.

https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax#concurrency
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from gha2tekton.expression import Template
from gha2tekton.journal import Journal
from gha2tekton.lower import runtime
from gha2tekton.lower.carrier import Carrier, Unsupported
from gha2tekton.lower.environment import leg_count, waited_for
from gha2tekton.lower.event_types import boolean_inputs
from gha2tekton.lower.job import LoweredTask
from gha2tekton.lower.params import declarations
from gha2tekton.lower.settings import ARTIFACTS, MANAGED, WORKSPACES, Settings
from gha2tekton.lower.status import IMAGE
from gha2tekton.lower.values import escaped
from gha2tekton.plan.model import JobPlan, Plan
from gha2tekton.record import replace
from gha2tekton.tekton.model import Container, EnvVar, Param, PipelineTask, Result, Task, Workspace
from gha2tekton.tekton.names import label
from gha2tekton.tekton.run import TaskRunSpec
from gha2tekton.workflow.inlining import reads
from gha2tekton.workflow.model import Concurrency, Value

NAME = "concurrency"
GO = "go"
_RUN, _PLACES = "own_run", "own_places"
"""Params whose names no input's can be: those have dashes alone."""

_WAIT = "24h0m0s"
"""As long as GitHub lets a run wait for a runner of one's own."""


def account(repository: str) -> str:
    """The ServiceAccount that sees and cancels the runs of a repository."""
    return label(f"{repository}-{NAME}")


def holding_task(plan: Plan, name: str, journal: Journal) -> tuple[Task, Carrier] | None:
    """The Task of a workflow's group, and what it must be given; None where there is no group to keep."""
    asked = plan.workflow.concurrency
    if asked is None:
        return None
    types = {item.name: item.type for event in plan.workflow.events for item in event.inputs}
    typed = boolean_inputs({name: kind == "boolean" for name, kind in types.items()}, "inputs")
    carrier = Carrier(typed, types)
    try:
        env = _asked(asked, carrier, lambda value: value.template)
    except Unsupported:
        return None
    reason = "kept by the run's first Task among the runs of the namespace; what waits is a run already"
    _account(asked, reason, f"tasks/{name}.yaml", journal)
    about = "Waits until nothing else of the workflow's concurrency group is running"
    return _task(name, about, env, carrier), carrier


def job_task(plan: Plan, job: JobPlan, name: str, carrier: Carrier, journal: Journal) -> LoweredTask | None:
    """The Task of a job's group, filled by ``carrier``; None where there is none, or none that can be kept."""
    asked = job.job.concurrency
    if asked is None:
        return None
    lost = _unkept(plan, job, asked)
    try:
        env = [] if lost else _asked(asked, carrier, job.scope.fold)
        condition = job.job.condition
        if condition is not None and not lost:
            env.append(EnvVar("GHA_IF", escaped(carrier.expression(job.scope.condition(condition.tree)))))
        if not job.state and any(path[0] == "needs" for value in _values(asked) for path in reads(value)):
            lost = "the results of other jobs are not kept in this workflow"
    except Unsupported as problem:
        lost = str(problem)
    if lost:
        for value in _values(asked):
            journal.dropped(value.path, "GitHub-only service", f"the job's group is not kept: {lost}")
        return None
    env += [EnvVar("GHA_HOLD", "$(context.taskRun.name)"), EnvVar("GHA_PLACES", f"$(params.{_PLACES})")]
    env += [EnvVar("GHA_GO", f"$(results.{GO}.path)"), *waited_for(plan, job)]
    if job.state:
        legs = leg_count(plan, job) > 1
        own = f"$(workspaces.{ARTIFACTS}.path)/.jobs/{job.job.id.lower()}"
        env.append(EnvVar("GHA_STATE", own + (".$(params.leg)" if legs else "")))
        carrier.params |= {"leg": ("leg",)} if legs else {}
    reason = (
        "kept by a Task before the job's, among the runs and jobs of the namespace; a job that is cancelled keeps "
        "those of its run from starting that have not begun"
    )
    _account(asked, reason, f"tasks/{name}.yaml", journal)
    task = _task(
        name, f"Waits until nothing else of the concurrency group of jobs.{job.job.id} is running", env, carrier
    )
    state = (Workspace(ARTIFACTS, WORKSPACES[ARTIFACTS], f"/workspaces/{ARTIFACTS}"),) if job.state else ()
    go = Result(GO, "true where the job may run")
    params = (*task.params, Param(_PLACES, "The tasks of the Pipeline that the job is"))
    task = replace(task, params=params, workspaces=state, results=(go,))
    return LoweredTask(task, job.stages[0], carrier.params, tuple(space.name for space in state))


def _unkept(plan: Plan, job: JobPlan, asked: Concurrency) -> str:
    """Why a job's group cannot be kept, empty where it can."""
    if job.matrix:
        return "only the run knows the legs of its matrix"
    paths = {value.path for value in _values(asked)}
    others = (other.job for other in plan.jobs if other.job.id != job.job.id and other.job.concurrency is not None)
    if any(value.path in paths for other in others if other.concurrency for value in _values(other.concurrency)):
        return "all jobs of a call share it"
    return ""


def _values(asked: Concurrency) -> list[Value]:
    return [value for value in (asked.group, asked.cancel_in_progress, asked.queue) if value is not None]


def _asked(asked: Concurrency, carrier: Carrier, fold: Callable[[Value], Template]) -> list[EnvVar]:
    """What the runtime is asked; ``carrier`` brings what it reads, and is Unsupported where nothing can compute it."""
    values = (
        ("GHA_GROUP", asked.group),
        ("GHA_CANCEL", asked.cancel_in_progress),
        ("GHA_QUEUE", asked.queue),
    )
    return [EnvVar(name, escaped(carrier.text(fold(value)))) for name, value in values if value is not None]


def _account(asked: Concurrency, reason: str, target: str, journal: Journal) -> None:
    for value in _values(asked):
        journal.adapted(value.path, reason, target)


def _task(name: str, about: str, env: list[EnvVar], carrier: Carrier) -> Task:
    given = (*env, EnvVar("GHA_RUN", f"$(params.{_RUN})"), *carrier.variables.values())
    script = f"#!/bin/sh\nexec {runtime.PLACE}/concurrency\n"
    return Task(
        name,
        (Container("wait", IMAGE, script, env=given, mounts=(runtime.MOUNT,)),),
        about,
        dict(MANAGED),
        params=(Param(_RUN, "The run that it belongs to"), *declarations(carrier.params)),
        volumes=(runtime.volume(script),),
    )


def held(
    task: Task, carrier: Carrier, name: str, places: Sequence[PipelineTask], settings: Settings, base: str
) -> tuple[list[PipelineTask], TaskRunSpec]:
    """The Pipeline's tasks with this one before all of them, and the account that it alone runs under."""
    params = {param: f"$(params.{param})" for param in carrier.params} | {_RUN: "$(context.pipelineRun.name)"}
    first = PipelineTask(name, task.name, timeout=_WAIT, params=params)
    behind = [place if place.run_after else replace(place, run_after=(name,)) for place in places]
    return [first, *behind], TaskRunSpec(name, service_account=account(settings.shared or base))


def before(job: PipelineTask, places: Sequence[str], settings: Settings, base: str) -> tuple[PipelineTask, TaskRunSpec]:
    """A job's Task of this kind with what the Pipeline alone knows, and the account that it runs under."""
    params = {**job.params, _RUN: "$(context.pipelineRun.name)", _PLACES: ",".join(places)}
    spec = TaskRunSpec(job.name, service_account=account(settings.shared or base))
    return replace(job, params=params, timeout=_WAIT), spec


def holders(tasks: Iterable[PipelineTask]) -> dict[str, str]:
    """The tasks that keep jobs' groups, by the last task of the job."""
    return {task.params[_PLACES].rpartition(",")[2]: task.name for task in tasks if _PLACES in task.params}
