"""How long a job may take: Tekton ends a Pod at its limit, the runtime leaves room for what GitHub still runs then."""

from __future__ import annotations

from collections.abc import Iterator

from gha2tekton.expression import Call, Expression, Literal, Logic, Not, calls, fold_template, whole
from gha2tekton.expression.syntax import walk
from gha2tekton.journal import Journal
from gha2tekton.lower.carrier import Carrier, Unsupported
from gha2tekton.lower.values import escaped
from gha2tekton.plan.model import JobPlan
from gha2tekton.tekton.model import EnvVar

DEFAULT = 360
"""GitHub's limit in minutes of a job that names none, and of any on its own machines; Tekton's would be 60."""
LONGEST = 5 * 24 * 60
"""GitHub's limit of any job on a machine of one's own. https://docs.github.com/actions/reference/limits"""

_ENDS = {Call("success", ()), Call("failure", ())}

ROOM = 5
"""Minutes that GitHub gives the steps of a cancelled job that run always()."""


def task_minutes(job: JobPlan) -> int:
    """The limit of a PipelineTask in whole minutes."""
    number = _number(job)
    if job.job.timeout_minutes is None:
        return DEFAULT
    if number is None:
        return _most(job) + ROOM
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
    return _read(job.scope.text(job.job.timeout_minutes))


def _read(text: object) -> float | None:
    try:
        return float(text) if isinstance(text, str | float) and text != "" else None
    except ValueError:
        return None


def _most(job: JobPlan) -> int:
    """The most minutes that a limit may be which the run decides: what the expression writes out, or GitHub's own."""
    longest = DEFAULT if job.runner is not None and job.runner.hosted else LONGEST
    limit = job.scope.fold(job.job.timeout_minutes)
    whole_limits = [whole(fold_template(limit, {"matrix": dict(leg.values)})) for leg in job.legs]
    found = [_read(value) for tree in whole_limits for value in (_outcomes(tree) if tree is not None else (None,))]
    numbers = [number if number > 0 else DEFAULT for number in found if number is not None]
    return min(longest, int(max(numbers))) if numbers and len(numbers) == len(found) else longest


def _outcomes(tree: Expression) -> Iterator[object]:
    """What an expression may come to, as far as it writes that out; what ends a chain early stands for no limit."""
    match tree:
        case Literal(value=bool() | None | ""):
            yield 0.0
        case Literal():
            yield tree.value
        case Logic(operator="&&"):
            yield 0.0
            yield from _outcomes(tree.operands[-1])
        case Logic():
            # Only the last operand of a chain of alternatives may come to nothing.
            for operand in tree.operands[:-1]:
                yield from (value for value in _outcomes(operand) if value != 0.0)
            yield from _outcomes(tree.operands[-1])
        case _:
            yield None


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
