"""What must be so of a run: a webhook is judged before it starts one, any other start and the machine by the jobs."""

from __future__ import annotations

from contextlib import suppress

from gha2tekton.lower.carrier import Carrier, Unsupported
from gha2tekton.plan.model import JobPlan
from gha2tekton.shell.quote import word
from gha2tekton.tekton.names import input_param, variable
from gha2tekton.workflow.model import Input, Workflow


def asked_inputs(workflow: Workflow, carrier: Carrier) -> str:
    """The lines with which a job's script begins: one for each input with a type that the job is given."""
    given = [item for event in workflow.events if event.name == "workflow_dispatch" for item in event.inputs]
    lines = ""
    for item in given:
        wanted = _wanted(item)
        if wanted and input_param((item.name,)) in carrier.params:
            carrier.bring(("inputs", item.name))
            lines += f'input {word(item.name)} "${variable(("inputs", item.name))}" {wanted}\n'
    return lines


def asked_machine(job: JobPlan, carrier: Carrier) -> str:
    """The lines by which a job whose machine only the run knows fails where that is none of Linux."""
    if job.runner is None or not job.runner.guessed or job.job.runs_on is None:
        return ""
    lines = ""
    for label in (job.scope.fold(label) for label in job.job.runs_on.labels):
        if not all(isinstance(part, str) for part in label):
            with suppress(Unsupported):
                lines += f"runs_on {word(carrier.text(label))}\n"
    return lines


def _wanted(item: Input) -> str:
    match item.type:
        case "choice":
            return "--one-of " + " ".join(word(option.text) for option in item.options) if item.options else ""
        case "number" | "boolean":
            return f"--{item.type}"
        case _:
            return ""
