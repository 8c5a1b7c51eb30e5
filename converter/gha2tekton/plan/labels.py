"""What single labels of a job's machine decide, beside the others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gha2tekton.plan.runners import labels_of
from gha2tekton.plan.scope import Scope
from gha2tekton.record import replace
from gha2tekton.rules import machines
from gha2tekton.rules.load import RuleSet
from gha2tekton.rules.model import Runner
from gha2tekton.workflow.inlining import values
from gha2tekton.workflow.model import Job

Labels = tuple[frozenset[str], frozenset[str], frozenset[str]]

_NODE = {"node_selector": {}, "tolerations": (), "arch": ""}
"""What of a machine only says which nodes of a cluster it is."""


def idle(
    job: Job,
    scope: Scope,
    runner: Runner,
    rules: RuleSet,
    machine: Callable[[Job, Scope], Runner],
    gpus: Callable[[Runner], int],
) -> Labels:
    """The labels (and the group) without which the machine is the same, the Pod is, and the Pod is but for its node.

    The labels of a list that the matrix gives are those that stand in it. ``machine`` is that of a job in a scope,
    ``gpus`` what this one asks for on a machine.
    """
    labels = job.runs_on.labels if job.runs_on is not None else ()
    told: dict[str, tuple[str, ...]] = {}
    for value in labels:
        texts = labels_of(value, scope)[0]
        told |= _of_matrix(job, texts) or {value.path: texts}
    group = (scope.guess(job.runs_on.group) or "") if job.runs_on is not None and job.runs_on.group else ""

    def without(path: str) -> Runner:
        """The machine of the job that does not ask for one of them."""
        assert job.runs_on is not None
        if path not in {value.path for value in (*labels, job.runs_on.group) if value is not None}:
            return machines.runner(
                rules, [text for other, texts in told.items() if other != path for text in texts], group
            )
        left = tuple(value for value in labels if value.path != path)
        kept = job.runs_on.group if job.runs_on.group is not None and job.runs_on.group.path != path else None
        return machine(replace(job, runs_on=replace(job.runs_on, labels=left, group=kept)), scope)

    def weighed(one: Runner, **left: Any) -> Runner:
        """The machine with no more than what a Pod takes from it, without what is ``left`` out."""
        os = "linux" if one.os == "unknown" else one.os
        image = one.image if job.container is None else ""
        return replace(
            one, gpu=gpus(one), product="", note="", os=os, hosted=False, guessed=False, image=image, unread=(), **left
        )

    rest = {path: without(path) for path in (told if len(told) > 1 or group else ())}
    if group and told and job.runs_on is not None and job.runs_on.group is not None:
        rest[job.runs_on.group.path] = without(job.runs_on.group.path)
    same = frozenset(path for path, other in rest.items() if replace(other, unread=()) == replace(runner, unread=()))
    pod = frozenset(path for path, other in rest.items() if weighed(other) == weighed(runner))
    node = frozenset(path for path, other in rest.items() if weighed(other, **_NODE) == weighed(runner, **_NODE))
    return same, pod - same, node - pod - same


def _of_matrix(job: Job, texts: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """The leaves of the matrix that the labels of a list stand in; nothing where that is not plain."""
    strategy = job.strategy
    if strategy is None or len(texts) < 2:
        return {}
    leaves = [value for value in values((strategy.vectors, strategy.include)) if value.path.endswith("]")]
    found = {value.path: value.text for value in leaves if value.literal in texts}
    return {path: (text,) for path, text in found.items()} if sorted(found.values()) == sorted(texts) else {}
