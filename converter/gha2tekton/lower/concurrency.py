"""A workflow's concurrency group: a first Task that waits for, or cancels, what else runs of the group.

https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax#concurrency
"""

from __future__ import annotations

from collections.abc import Sequence

from gha2tekton.journal import Journal
from gha2tekton.lower import runtime
from gha2tekton.lower.carrier import Carrier, Unsupported
from gha2tekton.lower.event_types import boolean_inputs
from gha2tekton.lower.settings import MANAGED, Settings
from gha2tekton.lower.sidecars import escaped
from gha2tekton.lower.status import IMAGE
from gha2tekton.plan.model import Plan
from gha2tekton.record import replace
from gha2tekton.tekton.model import Container, EnvVar, Param, PipelineTask, Task
from gha2tekton.tekton.names import label
from gha2tekton.tekton.run import TaskRunSpec
from gha2tekton.workflow.model import Value

NAME = "concurrency"
_RUN = "run"
_WAIT = "24h0m0s"
"""As long as GitHub lets a run wait for a runner of one's own."""


def account(repository: str) -> str:
    """The ServiceAccount that sees and cancels the runs of a repository."""
    return label(f"{repository}-{NAME}")


def holding_task(plan: Plan, name: str, journal: Journal) -> tuple[Task, Carrier] | None:
    """The Task, and what it must be given; None where a workflow has no group or nothing can compute it."""
    asked = plan.workflow.concurrency
    if asked is None:
        return None
    types = {item.name: item.type for event in plan.workflow.events for item in event.inputs}
    typed = boolean_inputs({name: kind == "boolean" for name, kind in types.items()}, "inputs")
    carrier = Carrier(typed, types)
    values: list[tuple[str, Value | None]] = [
        ("GHA_GROUP", asked.group), ("GHA_CANCEL", asked.cancel_in_progress), ("GHA_QUEUE", asked.queue),
    ]  # fmt: skip
    try:
        env = [EnvVar(name, escaped(carrier.text(value.template))) for name, value in values if value is not None]
    except Unsupported:
        return None
    env.append(EnvVar("GHA_RUN", f"$(params.{_RUN})"))
    for _, value in values:
        if value is not None:
            reason = "kept by the run's first Task among the runs of the namespace; what waits is a run already"
            journal.adapted(value.path, reason, f"tasks/{name}.yaml")
    script = f"#!/bin/sh\nexec {runtime.PLACE}/concurrency\n"
    step = Container("wait", IMAGE, script, env=(*env, *carrier.variables.values()), mounts=(runtime.MOUNT,))
    task = Task(
        name,
        (step,),
        "Waits until no other run of the workflow's concurrency group is running",
        dict(MANAGED),
        params=tuple(Param(param) for param in (_RUN, *carrier.params)),
        volumes=(runtime.volume(),),
    )
    return task, carrier


def held(
    task: Task, carrier: Carrier, name: str, places: Sequence[PipelineTask], settings: Settings, base: str
) -> tuple[list[PipelineTask], TaskRunSpec]:
    """The Pipeline's tasks with this one before all of them, and the account that it alone runs under."""
    params = {param: f"$(params.{param})" for param in carrier.params} | {_RUN: "$(context.pipelineRun.name)"}
    first = PipelineTask(name, task.name, timeout=_WAIT, params=params)
    behind = [place if place.run_after else replace(place, run_after=(name,)) for place in places]
    return [first, *behind], TaskRunSpec(name, service_account=account(settings.shared or base))
