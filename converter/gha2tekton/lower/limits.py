"""How long a job may take: Tekton ends a Pod at its limit, the runtime leaves room for what GitHub still runs then."""

from __future__ import annotations

from gha2tekton.expression import Call, Expression, Not, calls
from gha2tekton.expression.syntax import walk
from gha2tekton.journal import Journal
from gha2tekton.lower.carrier import Carrier, Unsupported
from gha2tekton.lower.values import escaped
from gha2tekton.plan.model import JobPlan
from gha2tekton.tekton.model import EnvVar

DEFAULT = 360
"""GitHub's limit in minutes of a job that names none; Tekton's would be 60."""

_ENDS = {Call("success", ()), Call("failure", ())}

ROOM = 5
"""Minutes that GitHub gives the steps of a cancelled job that run always()."""


def task_minutes(job: JobPlan) -> int:
    """The limit of a PipelineTask in whole minutes."""
    number = _number(job)
    if number is None:
        return DEFAULT + (ROOM if job.job.timeout_minutes is not None else 0)
    return max(1, int(number)) + (ROOM if _kept_by_runtime(job) else 0)


def limit(job: JobPlan, carrier: Carrier, journal: Journal) -> list[EnvVar]:
    """What the runtime must know of a job's limit, where it is the one to keep it."""
    value = job.job.timeout_minutes
    if value is None:
        return []
    text = job.scope.text(value)
    if text is None:
        try:
            text = carrier.text(job.scope.fold(value))
        except Unsupported as problem:
            journal.manual(value.path, str(problem), "pipeline.yaml")
            return []
    elif _number(job) is None:
        journal.manual(value.path, "a time limit is a number of minutes", "pipeline.yaml")
        return []
    journal.exact(value.path, "pipeline.yaml")
    return [EnvVar("GHA_TIMEOUT_MINUTES", escaped(text))] if _kept_by_runtime(job) else []


def _number(job: JobPlan) -> float | None:
    text = job.scope.text(job.job.timeout_minutes)
    try:
        return float(text) if text else None
    except ValueError:
        return None


def _kept_by_runtime(job: JobPlan) -> bool:
    """Whether the limit spans Tasks, is only known to the run, or steps run behind it."""
    if job.layout == "stages" or _number(job) is None:
        return True
    conditions = (step.step.condition for step in job.walk())
    return any(condition is not None and _after_cancel(condition.tree) for condition in conditions)


def _after_cancel(tree: Expression) -> bool:
    """Whether a step may run although its job is cancelled, which is neither success nor failure."""
    if calls(tree) & {"always", "cancelled"}:
        return True
    return any(node.operand in _ENDS for node in walk(tree) if isinstance(node, Not))
