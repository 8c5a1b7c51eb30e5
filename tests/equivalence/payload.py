"""The webhook body of a case: a recorded one, about the case's repository, with the case's own changes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.equivalence.case import Case, Repository

RECORDED = Path(__file__).parents[1] / "triggers" / "payloads"


def payload(case: Case, repository: Repository) -> dict[str, Any]:
    """GitHub's body for the case's event, on branch main at the repository's commit."""
    action = case.payload.get("action", "opened")
    names = (f"{case.event}.{action}", f"{case.event}.default", f"{case.event}.with-new-branch")
    files = [RECORDED / f"{name}.json" for name in names if (RECORDED / f"{name}.json").exists()]
    body: dict[str, Any] = json.loads(files[0].read_text(encoding="utf-8"))
    body = merged(body, {"repository": {"default_branch": "main"}})
    if case.event == "push":
        commit = {"id": repository.commit, "message": "a case", "added": [], "modified": ["README.md"], "removed": []}
        body |= {"ref": "refs/heads/main", "after": repository.commit, "deleted": False, "base_ref": None}
        body |= {"head_commit": commit, "commits": [commit]}
    if case.event == "workflow_dispatch":
        body |= {"ref": "refs/heads/main", "inputs": dict(case.inputs)}
    return merged(body, case.payload)


def merged(body: dict[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """The body with the changes in it, at any depth."""
    out = dict(body)
    for name, value in changes.items():
        old = out.get(name)
        out[name] = merged(old, value) if isinstance(old, dict) and isinstance(value, Mapping) else value
    return out
