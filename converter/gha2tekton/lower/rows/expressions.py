"""What became of each expression of a script: a row of the ledger, with how its value gets there."""

from __future__ import annotations

from collections.abc import Mapping

from gha2tekton.expression import Expression, references, unparse
from gha2tekton.journal import Journal
from gha2tekton.lower.carrier import CHECK_RUN
from gha2tekton.plan.scope import Scope, literal
from gha2tekton.record import replace
from gha2tekton.workflow.model import Value
from gha2tekton.workflow.survey import enrol_expressions

_KNOWN = "known at conversion, and put in"


def account(script: Value, scope: Scope, held: Mapping[str, str], journal: Journal, target: str) -> None:
    """Rows for the expressions of a script; ``held`` has the variables of what only a run knows, by the texts."""
    rows: list[str] = []
    while journal.knows(path := f"{script.path}.expressions[{len(rows)}]"):
        rows.append(path)
    trees = [part for part in script.template if not isinstance(part, str)]
    if trees and not rows:
        # A script that is an input of an action: only the action's rule knows that it is one.
        rows = enrol_expressions(journal, script.path, script.span, script.template)
    # Calls of workflows have put into theirs what they know: their expressions are others by now.
    aligned = trees if len(trees) == len(rows) else [None] * len(rows)
    for path, tree in zip(rows, aligned, strict=True):
        if tree is None:
            journal.exact(path, target)
            continue
        folded = scope.fold(replace(script, template=(tree,)))
        differs = "; ".join(dict.fromkeys(filter(None, (_difference(p) for p in folded if not isinstance(p, str)))))
        names = filter(None, (held.get(unparse(part)) for part in folded if not isinstance(part, str)))
        if differs:
            journal.adapted(path, differs, target)
        elif literal(folded) is not None:
            journal.exact(path, target, reason=_KNOWN)
        else:
            journal.exact(path, target, reason=f"held by {told}" if (told := ", ".join(names)) else "")


def _difference(tree: Expression) -> str:
    """How the value of an expression is another than GitHub's; empty where it is the same."""
    paths = ([part.lower() for part in path] for path in references(tree))
    return CHECK_RUN if ["job", "check_run_id"] in paths else ""
