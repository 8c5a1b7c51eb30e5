"""How jobs that were drawn in hang together: conditions over the results of other jobs, written out.

GitHub judges a call as one job. Drawn in, its jobs are jobs like any other, so that what stood for the call must say
the same of all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from gha2tekton.expression import Call, Compare, Context, Expression, Literal, Logic, Not, Property, calls, is_truthy
from gha2tekton.record import replace
from gha2tekton.workflow.availability import STATUS
from gha2tekton.workflow.model import Condition

_CANCELLED = Not(Call("cancelled", ()))


def call_result(ids: Sequence[str]) -> Expression:
    """``needs.<call>.result``, told by the results of its jobs."""
    words = [Logic("&&", (some(_is(id, word) for id in ids), Literal(word))) for word in ("failure", "cancelled")]
    skipped = Logic("&&", (every(_is(id, "skipped") for id in ids), Literal("skipped")))
    return Logic("||", (*words, skipped, Literal("success")))


def call_succeeded(ids: Sequence[str]) -> Expression:
    """Whether the call's result is success."""
    good = [Compare("!=", _result(id), Literal(word)) for id in ids for word in ("failure", "cancelled")]
    return every((*good, some(Compare("!=", _result(id), Literal("skipped")) for id in ids)))


def succeeded(ids: Iterable[str]) -> Expression:
    """Whether jobs that are needed succeeded."""
    return every(_is(id, "success") for id in ids)


def failed(ids: Iterable[str]) -> Expression:
    """Whether any of the jobs that are needed failed."""
    return some(_is(id, "failure") for id in ids)


def within(
    outer: Condition | None, inner: Condition | None, above: Sequence[str], siblings: Sequence[str]
) -> Expression | None:
    """The condition of a job that was drawn in.

    ``outer`` and ``inner`` are those of the call and of the job, ``above`` what the call needs, ``siblings`` what the
    job needs of its own workflow. None is the plain ``success()`` over all of them.
    """
    tells_outer, tells_inner = _tells(outer), _tells(inner)
    trees = [condition.tree for condition in (outer, inner) if condition is not None]
    if not tells_outer and (not tells_inner or not above):
        return every(trees) if trees else None
    if not tells_outer:
        return every((succeeded(above), *trees))
    # The call runs although something before it failed: what its jobs say of success is of their own siblings only.
    assert outer is not None
    own = [succeeded(siblings)] if not tells_inner else []
    own += [status(inner.tree, succeeded(siblings), failed(siblings))] if inner is not None else []
    first = outer.tree if not siblings else status(outer.tree, succeeded(above), failed(above))
    return _explicit(every((first, *own)))


def after(condition: Condition | None, succeeded: Expression) -> Expression:
    """The condition of a job that needs a call, of which some jobs may be skipped without harm."""
    if condition is None:
        return _explicit(succeeded)
    if not _tells(condition):
        return _explicit(every((succeeded, condition.tree)))
    return _explicit(status(condition.tree, succeeded, None))


def never_skips(tree: Expression) -> bool:
    """Whether a condition lets a job run whatever happened, a cancelled run apart."""
    return tree in (Call("always", ()), _CANCELLED)


def _explicit(tree: Expression) -> Expression:
    """A condition to which no ``success()`` is added."""
    return tree if calls(tree) & STATUS else every((_CANCELLED, tree))


def status(tree: Expression, succeeded: Expression, failed: Expression | None) -> Expression:
    """A condition with ``success()`` and ``failure()`` written out; None leaves the latter."""

    def written(part: Expression) -> Expression | None:
        name = part.name.lower() if isinstance(part, Call) else ""
        return succeeded if name == "success" else failed if name == "failure" else None

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
            return replace(tree, operands=tuple(_replaced(part, by) for part in tree.operands))
        case Call():
            return replace(tree, arguments=tuple(_replaced(part, by) for part in tree.arguments))
        case _:
            return tree


def _tells(condition: Condition | None) -> bool:
    return condition is not None and bool(calls(condition.tree) & STATUS)


def _result(id: str) -> Expression:
    return Property(Property(Context("needs"), id), "result")


def _is(id: str, word: str) -> Expression:
    return Compare("==", _result(id), Literal(word))


def every(trees: Iterable[Expression]) -> Expression:
    """All of them hold; what is known to hold is left out."""
    left = tuple(tree for tree in trees if not (isinstance(tree, Literal) and is_truthy(tree.value)))
    return left[0] if len(left) == 1 else Logic("&&", left) if left else Literal(True)


def some(trees: Iterable[Expression]) -> Expression:
    left = tuple(trees)
    return left[0] if len(left) == 1 else Logic("||", left) if left else Literal(False)
