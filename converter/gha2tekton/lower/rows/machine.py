"""What became of a job's machine: rows of the ledger for its labels and its group."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from gha2tekton.journal import Journal
from gha2tekton.lower.settings import RUN
from gha2tekton.plan.model import JobPlan
from gha2tekton.rules.model import Runner


def account(plan: JobPlan, groups: Sequence[JobPlan], journal: Journal) -> None:
    """Rows for what asks for a job's machine: its labels and group."""
    asked = plan.job.runs_on
    if asked is None:
        return
    machine = plan.runner or Runner("linux")
    # The Pipeline may be the same without the GPU of one job: other jobs have some too.
    by_label = plan.gpu > 0 and machine.gpu > 0
    values = (*asked.labels, *([asked.group] if asked.group else []))
    saying = [value for value in values if value.path not in plan.idle]
    for value in values:
        repeats = value.path in plan.repeated
        if value.path in plan.idle and value.text.lower() in machine.unread:
            reason = "no entry in runners.yaml knows this label: one with a nodeSelector there chooses nodes"
            journal.dropped(value.path, "no effect outside GitHub", reason)
        elif value.path in plan.idle:
            journal.dropped(value.path, "superseded", "the other labels ask for the same machine")
        elif repeats and by_label and plan.scope.guess(value) is None:
            reason = "only the run knows this label, and the others ask for the machine"
            journal.dropped(value.path, "no effect outside GitHub", reason)
        elif repeats and by_label and len(saying) > 1 and machine.product and machine.product in value.text.lower():
            reason = "any model of GPU does: an entry in runners.yaml with a nodeSelector chooses one"
            journal.dropped(value.path, "no effect outside GitHub", reason)
        elif repeats:
            reason = f"{of_job(plan)}; the label repeats what asks for that already"
            journal.adapted(value.path, reason, "pipeline.yaml")
        else:
            target = RUN if by_label or value.path in plan.placing else "pipeline.yaml"
            journal.adapted(value.path, _machines(groups), target)


def of_job(plan: JobPlan) -> str:
    """What is told of the machine of a job."""
    runner = plan.runner or Runner("linux")
    gpu = f" with {plan.gpu} GPU{'s' if plan.gpu > 1 else ''} on one container" if plan.gpu else ""
    note = f"; {runner.note}" if runner.note else ""
    if plan.gpu and not runner.gpu:
        note = note.replace(" without a GPU", "; what it runs asks for the GPU")
    if plan.gpu > 1:
        note = note.replace(": one is asked for", "")
    if runner.unread:
        note = f", on any such node: no entry in runners.yaml knows {', '.join(runner.unread)}{note}"
    return f"runs in a Pod on Linux{gpu}{note}"


def _machines(groups: Iterable[JobPlan]) -> str:
    """The machines of a job's legs, those with the most GPUs first."""
    alive = sorted((group for group in groups if not group.refused), key=lambda group: -group.gpu)
    first, *others = dict.fromkeys(map(of_job, alive))
    return "; other legs: ".join((first, *others))
