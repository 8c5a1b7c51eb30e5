"""What calls say in vain: values that all legs have, secrets that nobody gives, conditions below one that is false."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gha2tekton.expression import Expression, Literal, unparse
from gha2tekton.record import replace
from gha2tekton.workflow.model import Condition, Job, MatrixValue

_CONDITION = re.compile(r"(?:.*#)?jobs\.[\w-]+\.if")


def plain(tree: Expression) -> bool:
    """Whether a condition, with all that is known in it, is the one of a job that states none."""
    return unparse(tree) in ("success()", "true")


def is_false(tree: Expression) -> bool:
    """Whether a condition is known never to hold."""
    return isinstance(tree, Literal) and tree.value in (False, "", None)


def single(vector: MatrixValue) -> bool:
    """Whether all legs have one value of a vector."""
    return isinstance(vector.value, tuple) and len(vector.value) == 1


def never_given(job: Job, inlined: Job) -> Iterator[str]:
    """The secrets that calls within hand on, and that their own workflow is not given."""
    for before, now in zip(job.called, inlined.called, strict=True):
        if ".secrets." in now.path and before.literal is None and now.literal == "":
            yield now.path


def kept_by(job: Job) -> Job:
    """A job that never runs since a call within never does, with that call's condition as the one that says so."""
    condition = job.condition
    if condition is None or not is_false(condition.tree):
        return job
    causes = [value for value in job.called if _CONDITION.fullmatch(value.path) and value.literal in ("false", "")]
    if not causes or any(value.path == condition.value.path for value in causes):
        return job
    return replace(
        job,
        condition=Condition(causes[-1], condition.tree),
        readers={**job.readers, condition.value.path: ()},
    )
