"""What needed a call turned into what needs the jobs that it became."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gha2tekton.expression import Expression, Partial
from gha2tekton.record import Record, replace
from gha2tekton.workflow.inlining import inline, reads, told_by
from gha2tekton.workflow.model import Condition, Job, Value
from gha2tekton.workflow.results import after, call_result, call_succeeded, every, succeeded


class Drawn(Record, frozen=True):
    """The jobs that a call became."""

    ids: tuple[str, ...]
    ends: tuple[str, ...]
    """Those that must be done before the call is: that no other of them needs, where none can run after a failure."""

    whole: bool
    """All of them are skipped or none, so that each speaks for the call."""

    outputs: Mapping[str, Expression]
    leaves: Mapping[str, Value]


def rewired(job: Job, drawn: Mapping[str, Drawn]) -> Job:
    """A job with the calls it needs replaced by their jobs; ``drawn`` holds calls by id in lower case."""
    calls = {name: drawn[name] for name in job.needed if name in drawn}
    if not calls:
        return job
    outputs = {name: {"result": call_result(call.ids), "outputs": dict(call.outputs)} for name, call in calls.items()}
    read = [path for path in reads(replace(job, called=())) if path[0] == "needs" and len(path) > 3]
    leaves = [
        leaf
        for _, name, _, output, *_ in read
        if name.lower() in calls and (leaf := _ignoring_case(calls[name.lower()].leaves, output))
    ]
    needed: dict[str, Any] = Partial(outputs)
    if any(path == ("needs",) for path in reads(replace(job, called=()))):
        # A whole context has the names that the workflow gave its jobs.
        needed = {need.text: outputs.get(need.text.lower()) or told_by(need.text) for need in job.needs}
    new = inline(job, {"needs": needed})
    if not all(call.whole for call in calls.values()):
        good = every(call_succeeded(calls[name].ids) if name in calls else succeeded([name]) for name in job.needed)
        said = new.condition.value if new.condition else job.needs[0]
        new = replace(new, condition=Condition(said, after(new.condition, good)))
    asked = needed_by(new)
    needs: list[Value] = []
    for need in job.needs:
        call = calls.get(need.text.lower())
        if call is None:
            needs.append(need)
        else:
            needs += [renamed(need, id) for id in call.ids if id in call.ends or id.lower() in asked]
    return replace(new, needs=tuple(needs), called=(*job.called, *dict.fromkeys(leaves)))


def renamed(need: Value, id: str) -> Value:
    """What a job needs, under another id."""
    return replace(need, raw=id, template=(id,))


def needed_by(job: Job) -> set[str]:
    """The jobs whose results or outputs a job reads."""
    paths = reads(replace(job, called=()))
    return {path[1].lower() for path in paths if path[0] == "needs" and len(path) > 1}


def _ignoring_case(leaves: Mapping[str, Value], name: str) -> Value | None:
    return next((leaf for key, leaf in leaves.items() if key.lower() == name.lower()), None)
