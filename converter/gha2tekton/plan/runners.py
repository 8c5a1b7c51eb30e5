"""The machine that a job runs on: by its labels, by what these may become in a run, or by what the job calls."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence

from gha2tekton.expression import Call, Expression, ExpressionError, Literal, Logic, Template, from_json, whole
from gha2tekton.expression.syntax import path as static_path
from gha2tekton.plan.model import PlannedStep
from gha2tekton.plan.scope import Scope, input_defaults
from gha2tekton.plan.tools import in_container
from gha2tekton.record import replace
from gha2tekton.rules import machines
from gha2tekton.rules.load import RuleSet
from gha2tekton.rules.model import Runner
from gha2tekton.workflow.model import Job, Value, Workflow

_UNKNOWN = "the runner is only known at run time: taken for a Linux machine without a GPU; on any other the job fails"
_MOST = 64
"""Lists of labels that are looked at of those that the branches of expressions may come to."""
Machine = tuple[tuple[str, ...], str]
"""The labels and the group that are asked for."""

SEEN = "nvidia-smi or the CUDA toolkit is called on a machine of your own: one GPU is asked for"


def runner(job: Job, scope: Scope, workflow: Workflow, rules: RuleSet) -> Runner:
    """The machine of a job; its note tells what is taken for granted."""
    if job.runs_on is None:
        return Runner("unknown")
    labels, group = asked(job, scope)
    if _all_told(job, scope) and (labels or group):
        return machines.runner(rules, labels, group)
    usual = scope.with_known(inputs=input_defaults(workflow))
    likely, likely_group = asked(job, usual)
    open_labels = [label for label in job.runs_on.labels if not any(labels_of(label, scope))]
    if _all_told(job, usual) and (likely or likely_group):
        machine = replace(machines.runner(rules, likely, likely_group), guessed=True)
        decided = [text for label in open_labels for text in (*labels_of(label, usual)[0], labels_of(label, usual)[1])]
        decided += [likely_group] if likely_group and not group and likely_group not in decided else []
        if any(decided):
            return _noted(machine, f"the machine is that of the inputs' defaults, {_list(decided)}")
        return _noted(machine, f"{_list(one.text for one in open_labels)} is taken for no label, as its inputs say")
    folded = [usual.fold(label) for label in job.runs_on.labels]
    if (found := _of_branches(rules, folded)) or (found := machines.partly(rules, folded)):
        return found
    if likely or likely_group:
        machine = machines.runner(rules, likely, likely_group)
        unknown = _list(one.text for one in open_labels if not any(labels_of(one, usual)))
        return _noted(machine, f"what {unknown} comes to is only known at run time") if unknown else machine
    started = [name for label in folded for name in _started(label, scope, workflow, rules)]
    if started:
        return _noted(machines.runner(rules, started), f"the machine is the one that {_list(started)} names")
    return Runner("linux", note=_UNKNOWN, guessed=True)


def _all_told(job: Job, scope: Scope) -> bool:
    """Whether each label that a job asks for is known, or is known to be none."""
    labels = job.runs_on.labels if job.runs_on is not None else ()
    return all(any(labels_of(label, scope)) or scope.guess(label) == "" for label in labels)


def asked(job: Job, scope: Scope) -> tuple[list[str], str]:
    """The labels and the group that a job asks for, as far as they are known or likely."""
    if job.runs_on is None:
        return [], ""
    told = [labels_of(label, scope) for label in job.runs_on.labels]
    groups = [scope.guess(job.runs_on.group)] if job.runs_on.group else [group for _, group in told]
    return [label for labels, _ in told for label in labels], next(filter(None, groups), "")


def labels_of(value: Value, scope: Scope) -> Machine:
    """What a leaf of ``runs-on`` asks for: an expression may give a label, a list of them, or labels and a group."""
    text = scope.guess(value)
    if text is not None:
        return ((text,) if text else ()), ""
    match scope.fold(value):
        case (Literal(value=given),):
            return _given(given)
        case _:
            return (), ""


def _given(value: object) -> Machine:
    match value:
        case str():
            return (value,), ""
        case list():
            return tuple(one for one in value if isinstance(one, str) and one), ""
        case {**keys}:
            group = keys.get("group")
            return _given(keys.get("labels"))[0], group if isinstance(group, str) else ""
        case _:
            return (), ""


def shows_gpu(job: Job, scope: Scope, runner: Runner, steps: Iterable[PlannedStep]) -> bool:
    """Whether a job shows that its machine, of which the labels say nothing, has a GPU."""
    labels = [label.lower() for label in asked(job, scope)[0]]
    if runner.hosted or any("cpu" in label for label in labels):
        return False
    parts = [part for step in steps for part in step.walk()]
    if "self-hosted" in labels and any({"cuda", "nvcc"} & part.tools for part in parts):
        return True
    return any(
        seen.name == "nvidia-smi"
        and not in_container(seen)
        and not (seen.command.place.guarded or seen.command.place.in_condition or seen.command.place.depth)
        for part in parts
        for seen in part.commands
    )


def _noted(found: Runner, note: str) -> Runner:
    return replace(found, note=f"{note}; {found.note}" if found.note else note)


def _list(names: Iterable[str]) -> str:
    return ", ".join(filter(None, names))


def _of_branches(rules: RuleSet, labels: Sequence[Template]) -> Runner | None:
    """The most that is asked for in any case, where an expression chooses between labels that it writes out."""
    choices = [_choices(label) for label in labels]
    if not all(choices):
        return None
    all_labels = (tuple(itertools.chain.from_iterable(one)) for one in itertools.product(*choices))
    named = dict.fromkeys(one for one in itertools.islice(all_labels, _MOST) if any(one))
    found = {one: machines.runner(rules, one) for one in named}
    if not found:
        return None
    # Pods run Linux: what may run on it is taken to.
    best = max(found, key=lambda one: (found[one].os not in ("macos", "windows"), found[one].gpu))
    if len(found) == 1:
        return found[best]
    others = " or ".join(_list(one) for one in found if one != best)
    return _noted(replace(found[best], hosted=all(one.hosted for one in found.values())),
                  f"a run decides between {_list(best)} and {others}: the machine is the former")  # fmt: skip


def _choices(label: Template) -> list[tuple[str, ...]]:
    """The lists of labels that a template may become, as far as it writes them out."""
    if len(label) == 1 and not isinstance(label[0], str):
        return [one for one in _values(label[0]) if one != ("",)]
    text = "".join(part for part in label if isinstance(part, str))
    return [(text,)] if len(label) <= 1 else []


def _values(tree: Expression) -> list[tuple[str, ...]]:
    match tree:
        case Literal(value=str() | list() | dict() as given):
            return [_given(given)[0]]
        case Logic(operator="||"):
            return [value for operand in tree.operands for value in _values(operand)]
        case Logic(operator="&&"):
            return _values(tree.operands[-1])
        case Call() if tree.name.lower() == "fromjson" and len(tree.arguments) == 1:
            return [parsed for texts in _values(tree.arguments[0]) for text in texts if (parsed := _parsed(text))]
        case _:
            return []


def _parsed(text: str) -> tuple[str, ...]:
    try:
        return _given(from_json(text))[0]
    except ExpressionError:
        return ()


def _started(label: Template, scope: Scope, workflow: Workflow, rules: RuleSet) -> list[str]:
    """The kind of machine that an earlier job starts, where the label is an output of the action that does."""
    path = static_path(whole(label))
    if path is None or len(path) != 4 or path[0] != "needs" or path[2].lower() != "outputs":
        return []
    job = next((one for one in workflow.jobs if one.id.lower() == path[1].lower()), None)
    output = (
        next((value for name, value in job.outputs.items() if name.lower() == path[3].lower()), None) if job else None
    )
    held = [static_path(part) for part in output.template if not isinstance(part, str)] if output else []
    ids = {one[1].lower() for one in held if one and len(one) == 4 and one[0] == "steps"}
    out: list[str] = []
    for step in job.steps if job else ():
        if step.uses is None or step.id is None or step.id.text.lower() not in ids or step.uses.kind != "remote":
            continue
        rule = rules.action(step.uses.name, step.uses.ref, step.uses.version)
        given = step.inputs.get(rule.machine) if rule and rule.machine else None
        if given is not None and (text := scope.guess(given)):
            out.append(text)
    return out
