"""What a run is told before its Pods start: fields that params hold, and what a Task before a job works out."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from gha2tekton.expression import Call, Expression, Filter, Index, Literal, references, unparse
from gha2tekton.expression.syntax import path as static_path
from gha2tekton.expression.syntax import walk

OF_RUNTIME = frozenset(
    "workspace job action action_path event_path env output path state step_summary run_attempt server_url".split()
)
"""Parts of the github context that the runtime sets itself."""

DERIVED: Mapping[str, str] = {"ref_name": "ref", "ref_type": "ref", "repository_owner": "repository"}
"""Parts of the github context that come of others."""

_NUMBERS = frozenset(("number", "id", "sha", "after", "before", "run_number"))


def is_told(tree: Expression, dynamic: bool) -> bool:
    """Whether a run is told what an expression comes to before its Pods start.

    ``dynamic`` tells that only the run knows the legs of the job, before which nothing else is worked out then.
    """
    paths = references(tree)
    if not paths or not all(map(_is_plain, walk(tree))) or (dynamic and static_path(tree) is None):
        return False
    return all(_is_handed(path, dynamic) for path in paths)


def _is_handed(path: Sequence[str], dynamic: bool) -> bool:
    root, *names = (name.lower() for name in path)
    # What people write in an event is no name of an image.
    written = names[:1] == ["event"] and names[1:2] != ["inputs"] and names[-1] not in _NUMBERS
    handed = is_direct(path) and root != "matrix" and not written
    return handed or (is_computed(path) and not dynamic)


def _is_plain(node: Expression) -> bool:
    if isinstance(node, Call):
        return node.name.lower() in ("contains", "startswith", "endswith", "format")
    return not isinstance(node, Filter) and (not isinstance(node, Index) or isinstance(node.index, Literal))


def said(tree: Expression) -> str:
    """An expression as it stands in the name of an image, without blanks."""
    path = static_path(tree)
    if path is not None:
        return ".".join(path)
    texts = re.split(r"('(?:[^']|'')*')", unparse(tree))
    return "".join(text if at % 2 else text.replace(" ", "") for at, text in enumerate(texts))


def is_direct(path: Sequence[str]) -> bool:
    """Whether a param brings a field as it is, be it to where a Pod is described."""
    root, *names = (name.lower() for name in path)
    if not names or "*" in names or (root == "github" and names in (["event"], ["token"], ["event", "inputs"])):
        return False
    return root in ("inputs", "matrix", "image") or (root == "github" and names[0] not in {*OF_RUNTIME, *DERIVED})


def is_computed(path: Sequence[str]) -> bool:
    """Whether a Task before the job can tell a field that no param brings as it is."""
    root, *names = (name.lower() for name in path)
    if root == "needs":
        return len(names) == 3 and names[1] == "outputs" and names[2] != "*"
    return (root == "vars" and len(names) == 1 and names != ["*"]) or (
        root == "github" and names[:1] != [] and names[0] in DERIVED
    )
