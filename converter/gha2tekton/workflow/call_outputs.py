"""What a call gives as outputs, in the terms of the workflow that calls."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gha2tekton.expression import (
    Call,
    Compare,
    Context,
    Expression,
    Index,
    Literal,
    Logic,
    Not,
    Partial,
    Property,
    chain,
    fold,
    fold_template,
    references,
    to_string,
    whole,
)
from gha2tekton.expression.syntax import path as static_path
from gha2tekton.workflow.model import Job, Output, Workflow
from gha2tekton.workflow.results import some


def call_output(
    output: Output, call: Job, ids: Mapping[str, str], workflow: Workflow, inputs: Mapping[str, Any]
) -> Expression:
    """What a call gives as an output, in the caller's terms: nothing where the call itself is skipped."""
    results = {job.id.lower(): Property(Context("needs"), ids[job.id.lower()]) for job in workflow.jobs}
    # What another call gives is told by its jobs already.
    known = {"jobs": results, "needs": Partial(results), "inputs": inputs}
    tree = _as_text(whole(fold_template(output.value.template, known)))
    skips = call.condition is not None or bool(call.needs)
    idle = {ids[job.id.lower()]: {"result": "", "outputs": {}} for job in workflow.jobs}
    if not skips or fold(tree, {"needs": idle}) in (Literal(""), Literal(None)):
        return tree
    ran = some(Compare("!=", Property(Property(Context("needs"), id), "result"), Literal("skipped")) for id in idle)
    return chain("||", chain("&&", ran, tree), Literal(""))


def _as_text(tree: Expression) -> Expression:
    """An output is text, whatever gives it: of a comparison it is 'true' or 'false'."""
    if isinstance(tree, Literal):
        return Literal(to_string(tree.value))
    path = static_path(tree)
    text = path is not None and path[0] == "needs"
    if text or (isinstance(tree, Call) and tree.name.lower() in ("format", "join", "tojson", "hashfiles")):
        return tree
    return Call("format", (Literal("{0}"), tree))


def without_matrix(call: Job, inputs: Mapping[str, Any]) -> Mapping[str, Any]:
    """The inputs of legs that only the run knows: nobody can say here what their matrix gives."""
    return {
        name: Property(Context("job"), f"inputs.{name} of {call.id}") if _of_matrix(given) else given
        for name, given in inputs.items()
    }


def _of_matrix(given: object) -> bool:
    if not isinstance(given, Call | Compare | Index | Logic | Not | Property):
        return False
    return any(path[0] == "matrix" for path in references(given))
