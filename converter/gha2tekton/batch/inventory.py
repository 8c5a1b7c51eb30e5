"""What a workflow uses, and what stands in the way of its conversion."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from gha2tekton.batch.blockers import blockers
from gha2tekton.batch.row import Status, WorkflowRow
from gha2tekton.conversion import Conversion
from gha2tekton.plan.model import JobPlan, Plan


def describe(conversion: Conversion) -> WorkflowRow:
    """The row of one workflow."""
    journal = conversion.journal
    if journal.has_errors or conversion.plan is None:
        errors = [finding for finding in journal.diagnostics if finding.severity == "error"]
        blocked = tuple(("error", code) for code in sorted({finding.code for finding in errors}))
        reason = f"{errors[0].span or conversion.source.name}: {errors[0].message} [{errors[0].code}]" if errors else ""
        return WorkflowRow(conversion.source.name, "refused", {}, blocked, reason=reason)
    plan = conversion.plan
    counts = {str(fate): count for fate, count in journal.summary().items()}
    manual = [outcome for outcome in journal.outcomes() if outcome.fate == "manual"]
    return WorkflowRow(
        conversion.source.name,
        "whole" if not manual else "not" if all(job.refused for job in plan.jobs) else "partly",
        counts,
        blockers(manual),
        _actions(plan),
        tuple(sorted(_labels(plan.jobs))),
        tuple(sorted(event.name for event in plan.workflow.events)),
        tuple(sorted(entry.name for entry in journal.setup if entry.kind == "secret")),
        tuple(sorted(_labels(job for job in plan.jobs if job.gpu))),
        max((job.gpu for job in plan.jobs), default=0),
    )


def _actions(plan: Plan) -> dict[str, str]:
    found: dict[str, str] = {}
    for job in plan.jobs:
        for step in job.walk():
            uses = step.step.uses
            if uses is not None and uses.kind == "remote":
                found[uses.name.lower()] = step.rule.fate if step.rule else "inlined" if step.inner else "unknown"
        uses = job.job.uses
        if uses is not None and uses.kind == "remote":
            found[uses.name.lower()] = "reusable workflow"
    return dict(sorted(found.items()))


def _labels(jobs: Iterable[JobPlan]) -> set[str]:
    return {value.text for job in jobs if job.job.runs_on for value in job.job.runs_on.labels}


def refused(rows: Sequence[WorkflowRow]) -> str:
    """Of workflows that GitHub would not run, or that cannot be read."""
    found = [row.reason for row in rows if row.status == "refused"]
    return first_of(found) if found else ""


def first_of(found: Sequence[str]) -> str:
    """The first of many for a message, and how many more there are."""
    return f"{found[0]} and {len(found) - 1} more" if len(found) > 1 else found[0]


def status(rows: Sequence[WorkflowRow]) -> Status:
    """What a repository is by its workflows."""
    kinds = {row.status for row in rows}
    if len(kinds) == 1:
        return kinds.pop()
    return "partly" if kinds & {"whole", "partly"} else "not"
