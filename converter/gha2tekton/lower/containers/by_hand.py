"""What of a job's own container and services a person must do: the job fails before its steps until then."""

from __future__ import annotations

from gha2tekton.journal import Journal
from gha2tekton.lower.words import call, safe
from gha2tekton.shell.quote import word
from gha2tekton.workflow.inlining import values
from gha2tekton.workflow.model import Job


def by_hand(job: Job, journal: Journal, unmapped: str) -> str:
    """The step that says so and fails; none where nothing is left of what stands beside the steps."""
    left = {value.path for value in values((job.container, job.services)) if journal.fate(value.path) == "manual"}
    if not left:
        return ""
    told = dict.fromkeys(f"{one.subject}: {one.reason}" for one in journal.outcomes() if one.path in left)
    lines = "".join(f"echo {word(safe(text))} >&2\n" for text in told)
    return call("Container and services to be done by hand", [], f"{lines}exit {0 if unmapped == 'skip' else 1}\n")
