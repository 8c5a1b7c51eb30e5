"""What one leg of a matrix tells the Task that it shares with the others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from gha2tekton.expression import Call, to_json, to_string
from gha2tekton.expression.syntax import path as static_path
from gha2tekton.expression.syntax import walk
from gha2tekton.journal import Journal
from gha2tekton.lower.carrier import EVERY, JSON, Carrier, Path
from gha2tekton.lower.event_types import boolean_inputs
from gha2tekton.lower.leg_numbers import weighed_numbers
from gha2tekton.lower.values import sent
from gha2tekton.plan.model import JobPlan, Plan
from gha2tekton.workflow.inlining import reads, values
from gha2tekton.workflow.matrix import Leg
from gha2tekton.workflow.model import Job, MatrixValue, Strategy, Value, Workflow


def kept_as_json(job: Job, legs: Sequence[Leg]) -> frozenset[str]:
    """The names of a matrix whose values lose something as text: objects, what is a boolean in some legs only, and
    numbers where an expression takes them for more than their text."""
    if len(legs) < 2:
        return frozenset()
    read = {path[:2] for path in reads(job) if path[0] == "matrix"}
    if read & {("matrix",), ("matrix", EVERY)}:
        return frozenset([EVERY])
    paths = [path for value in values(job) for path in _printed(value)]
    printed = {path[1].lower() for path in paths if path[0] == "matrix"}
    names = {name for leg in legs for name in leg.values}
    lost = {
        name.lower() for name in names if _loses([leg.values.get(name, _NONE) for leg in legs], name.lower() in printed)
    }
    return frozenset(lost | weighed_numbers(job, legs))


_NONE = object()


def _loses(found: Sequence[object], printed: bool) -> bool:
    kinds = {type(value) for value in found if value is not _NONE}
    return bool(kinds & {dict, list}) or (bool in kinds and kinds != {bool}) or (printed and not kinds <= {str, bool})


def _printed(value: Value) -> Iterator[tuple[str, ...]]:
    """What toJSON is asked for, by its path."""
    for part in value.template:
        for node in () if isinstance(part, str) else walk(part):
            if isinstance(node, Call) and node.name.lower() == "tojson":
                yield from (path for argument in node.arguments if (path := static_path(argument)) and len(path) > 1)


def leg_carrier(workflow: Workflow, job: JobPlan) -> Carrier:
    """What brings values to a Task of a job, for all its legs; nothing is in it yet."""
    kept = frozenset[str]() if job.matrix else kept_as_json(job.job, job.legs)
    inputs = {item.name: item.type for event in workflow.events for item in event.inputs}
    typed = dict(boolean_inputs({name: kind == "boolean" for name, kind in inputs.items()}, "inputs"))
    if len(job.legs) > 1 and EVERY not in kept:
        keys = {key for leg in job.legs for key in leg.values if key.lower() not in kept}
        flags = {key: all(isinstance(leg.values.get(key, True), bool) for leg in job.legs) for key in keys}
        typed |= boolean_inputs(flags, "matrix")
    return Carrier(typed, inputs, bool(job.matrix), kept, bool(job.job.calls))


def leg_values(leg: Leg, paths: Mapping[str, Path], tags: Mapping[int, str]) -> dict[str, str]:
    """The params of one leg: its place among the legs, and what its matrix says at each path that the Task reads.

    ``tags`` are the versions of the job's image by the legs' indexes.
    """
    out: dict[str, str] = {}
    for name, path in paths.items():
        if path == ("leg",) or path == ("strategy", "job-index"):
            out[name] = str(leg.index)
        if path == ("image", "version"):
            out[name] = tags[leg.index]
        if path[0] == JSON:
            held = {key.lower(): value for key, value in leg.values.items()}
            out[name] = sent(to_json(leg.values if path[1] == EVERY else held.get(path[1])))
        if path[0] != "matrix":
            continue
        value: object = leg.values
        for part in path[1:]:
            lowered = {key.lower(): item for key, item in value.items()} if isinstance(value, Mapping) else {}
            value = lowered.get(part.lower())
        out[name] = sent(to_string(value))
    return out


def account_for_lost(job: JobPlan, plan: Plan, target: str, journal: Journal) -> None:
    """Legs that cannot run here, while others of their matrix do: what only they say is to be done by hand."""
    kept = [leg for other in plan.parts(job) if not other.refused for leg in other.legs]
    count = f"{len(job.legs)} legs" if len(job.legs) > 1 else f"the leg {job.legs[0].name}"
    lost = lost_values(job.job.strategy, job.legs, kept) if job.job.strategy else []
    for path in lost or ([value.path for value in job.job.runs_on.labels] if job.job.runs_on else []):
        journal.manual(path, f"{count}: {job.refused}", target)


def lost_values(strategy: Strategy, lost: Sequence[Leg], kept: Sequence[Leg]) -> list[str]:
    """The paths of what a matrix says for legs that are lost and for none that is kept."""
    out: list[str] = []
    for name, vector in strategy.vectors.items():
        items = vector.value if isinstance(vector.value, tuple) else ()
        for item in items:
            if isinstance(item.value, Value) and _only(lost, kept, {name: item.value}):
                out.append(item.path)
    for entry in strategy.include if isinstance(strategy.include, tuple) else ():
        if isinstance(entry.value, Mapping):
            leaves = {key: one.value for key, one in entry.value.items() if isinstance(one.value, Value)}
            if _only(lost, kept, leaves):
                out += _paths(entry)
    return out


def _only(lost: Sequence[Leg], kept: Sequence[Leg], said: Mapping[str, Value]) -> bool:
    def told(leg: Leg) -> bool:
        return all(_says(leg, name, value) for name, value in said.items())

    return any(map(told, lost)) and not any(map(told, kept))


def _says(leg: Leg, name: str, value: Value) -> bool:
    """Whether a leg has this value; one that is only known later may be any."""
    text = value.literal
    return text is None or any(key.lower() == name.lower() and to_string(v) == text for key, v in leg.values.items())


def _paths(value: MatrixValue) -> Iterator[str]:
    match value.value:
        case Value():
            yield value.value.path
        case tuple():
            for item in value.value:
                yield from _paths(item)
        case _:
            for item in value.value.values():
                yield from _paths(item)
