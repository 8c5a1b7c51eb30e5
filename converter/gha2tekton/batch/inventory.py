"""What a workflow uses, and what stands in the way of its conversion."""

from __future__ import annotations

import re

from gha2tekton.batch.row import WorkflowRow
from gha2tekton.conversion import Conversion
from gha2tekton.journal import Outcome
from gha2tekton.plan.model import Plan

_UNKNOWN = re.compile(r"no rule knows ([^\s@]+)")
_CALLED = re.compile(r"^(\S+): calls of reusable workflows")
_PLACES = re.compile(r"\[\d+\]")


def describe(conversion: Conversion) -> WorkflowRow:
    """The row of one workflow."""
    journal = conversion.journal
    counts = {str(fate): count for fate, count in journal.summary().items()}
    if journal.has_errors or conversion.plan is None:
        codes = sorted({finding.code for finding in journal.diagnostics if finding.severity == "error"})
        return WorkflowRow(conversion.source.name, "refused", counts, tuple(("error", code) for code in codes))
    plan = conversion.plan
    manual = [outcome for outcome in journal.outcomes() if outcome.fate == "manual"]
    return WorkflowRow(
        conversion.source.name,
        "partly" if manual else "whole",
        counts,
        tuple(sorted({_blocker(outcome) for outcome in manual})),
        _actions(plan),
        tuple(sorted(_runners(plan))),
        tuple(sorted(event.name for event in plan.workflow.events)),
        tuple(sorted(entry.name for entry in journal.setup if entry.kind == "secret")),
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
            found[uses.name.lower()] = "unknown"
    return dict(sorted(found.items()))


def _runners(plan: Plan) -> set[str]:
    values = [value for job in plan.workflow.jobs if job.runs_on for value in job.runs_on.labels]
    return {value.text for value in values}


def _blocker(outcome: Outcome) -> tuple[str, str]:
    """What would have to change for this to be converted, without the names of this one place."""
    found = _UNKNOWN.search(outcome.reason)
    if found:
        return "action", found[1].lower()
    found = _CALLED.search(outcome.reason)
    if found:
        return "reusable workflow", found[1]
    if outcome.rule.startswith("actions/"):
        return "action", f"{outcome.rule.removeprefix('actions/')}: {outcome.reason}"
    place = _PLACES.sub("", outcome.path.rpartition(":")[2])
    if ".runs-on" in place or "macos" in outcome.reason.lower() or "windows" in outcome.reason.lower():
        return "runner", outcome.subject.rpartition(": ")[2] if ".runs-on" in place else outcome.reason
    if place.startswith("on."):
        return "event", place.removeprefix("on.").split(".")[0]
    return "other", outcome.reason
