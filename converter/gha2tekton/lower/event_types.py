"""Booleans of an event: params carry them as text, and GitHub does not take 'false' for false.

https://docs.github.com/webhooks/webhook-events-and-payloads
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from typing import Literal as OneOf

from gha2tekton.expression import (
    Call,
    Compare,
    Context,
    Expression,
    Filter,
    Index,
    Literal,
    Logic,
    Not,
    Partial,
    Property,
)
from gha2tekton.expression.syntax import path as static_path
from gha2tekton.record import replace

BOOLEANS = frozenset(
    "archived allow_auto_merge allow_forking allow_merge_commit allow_rebase_merge allow_squash_merge created default "
    "delete_branch_on_merge deleted disabled distinct draft forced fork has_discussions has_downloads has_issues "
    "has_pages has_projects has_wiki immutable is_template locked maintainer_can_modify mergeable merged prerelease "
    "private protected rebaseable site_admin verified web_commit_signoff_required".split()
)
"""Fields of these names are booleans wherever GitHub sends them."""

FREE = frozenset(("client_payload", "inputs"))
"""Parts of an event in which names are the user's own."""


def boolean_inputs(names: Mapping[str, bool], root: str) -> Mapping[str, Any]:
    """For ``typed``: each boolean of a context as a comparison of its text."""
    return {
        root: Partial(
            {
                name: Compare("==", Property(Context(root), name), Literal("true"))
                for name, is_bool in names.items()
                if is_bool
            }
        )
    }


def with_booleans(tree: Expression) -> Expression:
    """An expression in which each boolean of the event is a comparison of its text."""
    path = static_path(tree)
    if path is not None:
        lowered = tuple(part.lower() for part in path)
        known = lowered[:2] == ("github", "event") and len(path) > 2 and lowered[2] not in FREE
        return Compare("==", tree, Literal("true")) if known and lowered[-1] in BOOLEANS else tree
    match tree:
        case Not():
            return replace(tree, operand=with_booleans(tree.operand))
        case Compare():
            return replace(tree, left=with_booleans(tree.left), right=with_booleans(tree.right))
        case Logic():
            return replace(tree, operands=tuple(map(with_booleans, tree.operands)))
        case Call():
            return replace(tree, arguments=tuple(map(with_booleans, tree.arguments)))
        case Property() | Filter():
            return replace(tree, target=with_booleans(tree.target))
        case Index():
            return replace(tree, target=with_booleans(tree.target), index=with_booleans(tree.index))
        case _:
            return tree


def tidied(tree: Expression) -> Expression:
    """A condition in which no comparison is compared with a boolean or negated; its value is the same."""
    match tree:
        case Compare(operator="==" | "!=" as operator, left=left, right=Literal(value=bool(wanted))):
            inner = tidied(left)
            if isinstance(inner, Compare) and inner.operator in _OPPOSITES:
                return inner if (operator == "==") is wanted else _opposite(inner)
            return replace(tree, left=inner)
        case Not(operand=operand):
            inner = tidied(operand)
            if isinstance(inner, Compare) and inner.operator in _OPPOSITES:
                return _opposite(inner)
            return replace(tree, operand=inner)
        case Logic():
            return replace(tree, operands=tuple(map(tidied, tree.operands)))
        case _:
            return tree


_OPPOSITES: Mapping[str, OneOf["==", "!="]] = {"==": "!=", "!=": "=="}


def _opposite(comparison: Compare) -> Compare:
    return replace(comparison, operator=_OPPOSITES[comparison.operator])
