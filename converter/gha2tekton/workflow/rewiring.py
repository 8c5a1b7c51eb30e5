"""What needed a call turned into what needs the jobs that it became."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gha2tekton.expression import Context, Expression, Partial, Property, fold
from gha2tekton.record import Record, replace
from gha2tekton.workflow.inlining import inline, reads, told_by
from gha2tekton.workflow.model import Event, Job, Value
from gha2tekton.workflow.results import renamed_status, word


class Drawn(Record, frozen=True):
    """The jobs that a call became."""

    ids: tuple[str, ...]
    ends: tuple[str, ...]
    """Those that must be done before the call is: that no other of them needs, where none can run after a failure."""

    outputs: Mapping[str, Expression]
    leaves: Mapping[str, tuple[Value, ...]]
    """What says each output."""
    idle: frozenset[str] = frozenset()
    """The paths of those that say what holds without them."""

    @property
    def word(self) -> str:
        """How conditions speak of the call."""
        return word(self.ids)


def rewired(job: Job, drawn: Mapping[str, Drawn]) -> Job:
    """A job with the calls it needs replaced by their jobs; ``drawn`` holds calls by id in lower case."""
    calls = {name: drawn[name] for name in job.needed if name in drawn}
    if not calls:
        return job
    outputs = {name: {"result": _result(name), "outputs": dict(call.outputs)} for name, call in calls.items()}
    read = [path for path in reads(replace(job, called=())) if path[0] == "needs" and len(path) > 3]
    leaves = [
        leaf
        for _, name, _, output, *_ in read
        if name.lower() in calls
        for leaf in _ignoring_case(calls[name.lower()].leaves, output)
    ]
    needed: dict[str, Any] = Partial(outputs)
    if any(path == ("needs",) for path in reads(replace(job, called=()))):
        # A whole context has the names that the workflow gave its jobs.
        needed = {need.text: outputs.get(need.text.lower()) or told_by(need.text) for need in job.needs}
    new = inline(job, {"needs": needed})
    if new.condition is not None:
        tree = renamed_status(new.condition.tree, {name: call.word for name, call in calls.items()})
        new = replace(new, condition=replace(new.condition, tree=tree))
    asked = needed_by(new)
    needs: list[Value] = []
    for need in job.needs:
        call = calls.get(need.text.lower())
        if call is None:
            needs.append(need)
        else:
            needs += [renamed(need, id) for id in call.ids if id in call.ends or id.lower() in asked]
    told = {name: call.ids for name, call in calls.items()}
    # What a call gives may speak of jobs that the call needs, and this job does not.
    lent = asked - needed_by(job) - {need.text.lower() for need in needs} - calls.keys()
    origin = next(need for need in job.needs if need.text.lower() in calls)
    for name in sorted(lent):
        ids = drawn[name].ids if name in drawn else (name,)
        needs += [renamed(origin, id) for id in ids]
        told |= {name: ids} if name in drawn else {}
    idle = job.idle.union(*(call.idle.intersection(leaf.path for leaf in leaves) for call in calls.values()))
    called = (*job.called, *dict.fromkeys(leaves))
    return replace(
        new,
        needs=tuple(needs),
        calls={**job.calls, **told},
        called=called,
        idle=idle,
        borrowed=job.borrowed | lent,
    )


def resolved(call: Drawn, drawn: Mapping[str, Drawn]) -> Drawn:
    """A call whose outputs hand on what calls before it give: these by their jobs."""
    earlier = Partial({name: Partial(outputs=dict(one.outputs)) for name, one in drawn.items()})
    return replace(call, outputs={name: fold(tree, {"needs": earlier}) for name, tree in call.outputs.items()})


def handed_on(event: Event, drawn: Mapping[str, Drawn]) -> Event:
    """A ``workflow_call`` whose outputs tell what calls give by the jobs of these."""
    jobs = Partial({name: {"outputs": dict(call.outputs)} for name, call in drawn.items()})
    outputs = []
    for output in event.outputs:
        read = [path for path in reads(output.value) if path[0] == "jobs" and len(path) > 3]
        calls = [(drawn[name.lower()], given) for _, name, _, given, *_ in read if name.lower() in drawn]
        leaves = [leaf for call, given in calls for leaf in _ignoring_case(call.leaves, given)]
        outputs.append(replace(output, value=inline(output.value, {"jobs": jobs}), called=tuple(dict.fromkeys(leaves))))
    return replace(event, outputs=tuple(outputs))


def _result(name: str) -> Expression:
    return Property(Property(Context("needs"), name), "result")


def renamed(need: Value, id: str) -> Value:
    """What a job needs, under another id."""
    return replace(need, raw=id, template=(id,))


def needed_by(job: Job) -> set[str]:
    """The jobs whose results or outputs a job reads."""
    paths = reads(replace(job, called=()))
    return {path[1].lower() for path in paths if path[0] == "needs" and len(path) > 1}


def _ignoring_case(leaves: Mapping[str, tuple[Value, ...]], name: str) -> tuple[Value, ...]:
    return next((found for key, found in leaves.items() if key.lower() == name.lower()), ())
