"""Who can set what an expression gives: the repository's own people, those who start a run, or anybody."""

from __future__ import annotations

from collections.abc import Iterator

from gha2tekton.expression import Call, Compare, Expression, Literal, Logic, Not, references

_OWN = frozenset(
    "workspace job workflow repository repository_owner sha run_id run_number run_attempt server_url ref_type "
    "event_name event_path action_path api_url graphql_url env output path state step_summary repository_id "
    "repository_owner_id actor_id".split()
)
"""Parts of the github context that no event's sender can put text of his own into."""
_ANSWERS = frozenset("contains startswith endswith success failure always cancelled hashfiles".split())
"""Functions whose value is none of the text that they were given."""
_NUMBERED = frozenset("id number run_number run_attempt sha head_sha base_sha merge_commit_sha before after".split())
"""What GitHub itself counts or computes, wherever it stands in an event: a number or the name of a commit."""
_GIVEN = frozenset("inputs client_payload payload custom_properties".split())
"""Parts of events that hold what somebody sent, under names of his own."""


def trusted(tree: Expression) -> bool:
    """Whether only the repository's own people can set what an expression gives."""
    return all(_own(path) for part in given(tree) for path in references(part))


def ordered(tree: Expression) -> bool:
    """Whether beside the repository's own people only those who start a run can set it: its inputs.

    GitHub lets people with write access alone give inputs, and workflows that call this one; what a workflow on hand
    passes to another stands in its place and is judged as what it is.
    https://docs.github.com/en/actions/how-tos/manage-workflow-runs/manually-run-a-workflow
    """
    return all(_own(path) or _input(path) for part in given(tree) for path in references(part))


def given(tree: Expression) -> Iterator[Expression]:
    """The parts of an expression that its value may be, or be made of.

    What decides only which of them it is does not count: all of those are looked at.
    """
    match tree:
        case Literal() | Compare() | Not():
            return
        case Call() if tree.name.lower() in _ANSWERS:
            return
        case Call() if tree.name.lower() == "case":
            for argument in (*tree.arguments[1::2], *tree.arguments[-1:]):
                yield from given(argument)
        case Logic(operator="&&"):
            # An operand that ends the chain early is false, 0, null or empty.
            yield from given(tree.operands[-1])
        case Logic():
            for operand in tree.operands:
                yield from given(operand)
        case Call():
            for argument in tree.arguments:
                yield from given(argument)
        case _:
            yield tree


def _own(path: tuple[str, ...]) -> bool:
    root = path[0]
    if root in ("matrix", "vars", "strategy", "runner"):
        return True
    if root == "github":
        parts = [part.lower() for part in path[1:]]
        if parts[:1] == ["event"]:
            return len(parts) > 1 and parts[-1] in _NUMBERED and not _GIVEN & set(parts)
        return len(parts) == 1 and parts[0] in _OWN
    return root in ("steps", "needs") and len(path) == 3 and path[2].lower() in ("outcome", "conclusion", "result")


def _input(path: tuple[str, ...]) -> bool:
    lowered = tuple(part.lower() for part in path)
    return (len(path) == 2 and lowered[0] == "inputs") or (
        len(path) == 4 and lowered[:3] == ("github", "event", "inputs")
    )
