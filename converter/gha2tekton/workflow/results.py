"""How jobs that were drawn in hang together: the conditions of a call and of its jobs, joined.

Jobs are spoken of in words: an id, or ``a+b`` for a call that became the jobs a and b, which GitHub judges as one job.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from gha2tekton.expression import Call, Compare, Expression, Literal, Logic, Not, calls, chain, is_truthy
from gha2tekton.record import replace
from gha2tekton.workflow.availability import STATUS
from gha2tekton.workflow.model import Condition

_OF_JOBS = frozenset({"success", "failure"})
"""The status functions that GitHub lets a condition ask of single jobs: ``success('build')``."""


def within(
    outer: Condition | None, inner: Condition | None, above: Sequence[str], siblings: Sequence[str]
) -> tuple[Expression | None, tuple[str, ...]]:
    """The condition of a job that was drawn in, and the words that its status functions speak of.

    ``outer`` and ``inner`` are the conditions of the call and of the job, ``above`` and ``siblings`` the words of each
    for what is up its own chain. None is the plain ``success()``.
    """
    trees = [condition.tree for condition in (outer, inner) if condition is not None]
    if not _tells(outer) and not _tells(inner):
        return every(trees) if trees else None, tuple(dict.fromkeys((*siblings, *above)))
    if not _tells(inner) and not siblings:
        return every(trees), tuple(above)
    # Each speaks of its own chain: a call may run although something before it failed, and its jobs then know nothing
    # of that.
    first = [_said_of(outer.tree, above)] if outer is not None else []
    first += [Call("success", tuple(map(Literal, above)))] if above and not _tells(outer) else []
    own = [] if _tells(inner) else [Call("success", ())]
    return every((*first, *own, *([inner.tree] if inner is not None else []))), tuple(siblings)


def word(ids: Iterable[str]) -> str:
    """The word for a call that became these jobs."""
    return "+".join(id.lower() for id in ids)


def renamed_word(said: str, names: Mapping[str, str]) -> str:
    """A word with its ids, in lower case, replaced by other words."""
    return word(names.get(id, id) for id in said.split("+"))


def renamed_status(tree: Expression, names: Mapping[str, str]) -> Expression:
    """A condition in which status functions that name single jobs name others."""

    def written(part: Expression) -> Expression | None:
        if not isinstance(part, Call) or part.name.lower() not in _OF_JOBS or not part.arguments:
            return None
        return replace(part, arguments=tuple(_renamed_literal(argument, names) for argument in part.arguments))

    return _replaced(tree, written)


def _renamed_literal(tree: Expression, names: Mapping[str, str]) -> Expression:
    if isinstance(tree, Literal) and isinstance(tree.value, str):
        return replace(tree, value=renamed_word(tree.value.lower(), names))
    return tree


def _said_of(tree: Expression, words: Sequence[str]) -> Expression:
    """A condition whose status functions name the jobs that they speak of."""

    def written(part: Expression) -> Expression | None:
        name = part.name.lower() if isinstance(part, Call) and not part.arguments else ""
        if name not in _OF_JOBS:
            return None
        return Call(name, tuple(map(Literal, words))) if words else Literal(name == "success")

    return _replaced(tree, written)


def _replaced(tree: Expression, by: Callable[[Expression], Expression | None]) -> Expression:
    found = by(tree)
    if found is not None:
        return found
    match tree:
        case Not():
            return replace(tree, operand=_replaced(tree.operand, by))
        case Compare():
            return replace(tree, left=_replaced(tree.left, by), right=_replaced(tree.right, by))
        case Logic():
            return chain(
                tree.operator, *(_replaced(part, by) for part in tree.operands), start=tree.start, end=tree.end
            )
        case Call():
            return replace(tree, arguments=tuple(_replaced(part, by) for part in tree.arguments))
        case _:
            return tree


def some(trees: Iterable[Expression]) -> Expression:
    left = tuple(trees)
    return left[0] if len(left) == 1 else chain("||", *left) if left else Literal(False)


def _tells(condition: Condition | None) -> bool:
    return condition is not None and bool(calls(condition.tree) & STATUS)


def every(trees: Iterable[Expression]) -> Expression:
    """All of them hold; what is known to hold is left out."""
    left = tuple(tree for tree in trees if not (isinstance(tree, Literal) and is_truthy(tree.value)))
    return left[0] if len(left) == 1 else chain("&&", *left) if left else Literal(True)
