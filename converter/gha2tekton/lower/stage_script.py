"""The whole script of a Task: what precedes its steps, the steps, and what the end of the job adds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from gha2tekton.lower import runtime
from gha2tekton.lower.asked_inputs import asked_inputs, asked_machine
from gha2tekton.lower.carrier import Unsupported
from gha2tekton.lower.script import ScriptWriter
from gha2tekton.lower.words import call, safe
from gha2tekton.plan.model import JobPlan
from gha2tekton.record import replace
from gha2tekton.shell.quote import word
from gha2tekton.workflow.model import Workflow


def stage_script(
    workflow: Workflow, job: JobPlan, index: int, names: Sequence[str], writer: ScriptWriter, variables: str
) -> str:
    """The script of stage ``index``; ``names`` are those of the job's Tasks, ``variables`` the lines that set them."""
    stage = job.stages[index]
    lines = variables + _supplies(stage.supplies, always=index > 0)
    lines += "".join(map(writer.again, stage.again))
    last = index == len(job.stages) - 1
    for before, home in zip(job.stages[:-1] if last else (), names, strict=False):
        # What a step has to do at the job's end is here; its rows are told where it runs itself.
        apart = replace(writer, target=f"tasks/{home}.yaml")
        for earlier in (one for one in before.steps if one.ends):
            apart.step(earlier, composite=False)
    lines += writer.steps(stage.steps)
    if last:
        lines += "".join(reversed(writer.post)) + _outputs(job, writer)
    asked = asked_inputs(workflow, writer.carrier) + asked_machine(job, writer.carrier) if index == 0 else ""
    return f"#!{runtime.JOB}\n{asked}{lines}"


def variable_lines(values: Iterable[tuple[str, str]], wrong: Sequence[str]) -> str:
    """Calls that set what only the runtime can compute; with any that is ``wrong`` the job fails before its steps."""
    lines = "".join(f"job_env {word(f'{name}={text}')}\n" for name, text in values)
    if wrong:
        message = word(safe("These variables must be set by hand: " + "; ".join(wrong)))
        lines += call("Variables to set by hand", [], f"echo {message} >&2\nexit 1\n")
    return lines


def _supplies(supplies: Sequence[str], *, always: bool) -> str:
    if not supplies:
        return ""
    options = ["--if", word("always()")] if always else []
    return call("Install what the runner had", options, "".join(f"{line}\n" for line in supplies))


def _outputs(job: JobPlan, writer: ScriptWriter) -> str:
    lines = ""
    for name, value in job.job.outputs.items():
        try:
            text = writer.carrier.text(job.scope.fold(value))
        except Unsupported as problem:
            writer.journal.manual(value.path, str(problem), writer.target)
            continue
        lines += f"output {word(name)} {word(text)}\n"
        writer.journal.exact(value.path, writer.target)
    return f"\n{lines}" if lines else ""
