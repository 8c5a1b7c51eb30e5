"""What single labels of a job's machine decide, beside the others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gha2tekton.plan.scope import Scope
from gha2tekton.record import replace
from gha2tekton.rules import machines
from gha2tekton.rules.load import RuleSet
from gha2tekton.rules.model import Runner
from gha2tekton.workflow.model import Job

Labels = tuple[frozenset[str], frozenset[str], frozenset[str]]

_NODE = {"node_selector": {}, "tolerations": (), "arch": ""}
"""What of a machine only says which nodes of a cluster it is."""


def idle(job: Job, scope: Scope, runner: Runner, rules: RuleSet, gpus: Callable[[Runner], int]) -> Labels:
    """The labels (and the group) without which the machine is the same, the Pod is, and the Pod is but for its node."""
    labels = job.runs_on.labels if job.runs_on is not None else ()
    told = {value.path: scope.guess(value) or "" for value in labels}
    group = (scope.guess(job.runs_on.group) or "") if job.runs_on is not None and job.runs_on.group else ""

    def weighed(one: Runner, **left: Any) -> Runner:
        """The machine with no more than what a Pod takes from it, without what is ``left`` out."""
        os = "linux" if one.os == "unknown" else one.os
        image = one.image if job.container is None else ""
        return replace(one, gpu=gpus(one), product="", note="", os=os, hosted=False, image=image, **left)

    rest = {
        path: machines.runner(rules, [text for other, text in told.items() if other != path], group)
        for path in (told if len(told) > 1 or group else ())
    }
    if group and told and job.runs_on is not None and job.runs_on.group is not None:
        rest[job.runs_on.group.path] = machines.runner(rules, list(told.values()))
    same = frozenset(path for path, other in rest.items() if other == runner)
    pod = frozenset(path for path, other in rest.items() if weighed(other) == weighed(runner))
    node = frozenset(path for path, other in rest.items() if weighed(other, **_NODE) == weighed(runner, **_NODE))
    return same, pod - same, node - pod - same
