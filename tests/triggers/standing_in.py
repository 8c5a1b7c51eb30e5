"""Conditions that need what is not here, changed files from GitHub's API or Pipelines-as-Code, asked of Tekton's CEL."""

from __future__ import annotations

import copy
import re
from typing import Any

from tests.triggers.deliveries import Payload

CHANGED = "changed"
"""The field of a body in which a delivery of the tests lists its changed files, as GitHub's API would."""


def changed_files(payload: Payload) -> list[str]:
    """What a delivery changed: of a pull request as the tests say, of a push what its commits list."""
    if CHANGED in payload:
        return list(payload[CHANGED])
    commits = payload.get("commits") or []
    return [file for commit in commits for kind in ("added", "modified", "removed") for file in commit[kind]]


def told_changed_files(manifest: dict[str, Any]) -> dict[str, Any]:
    """A Trigger that reads the changed files from the body where it would ask the API."""
    made = copy.deepcopy(manifest)
    for interceptor in made["spec"].get("interceptors", ()):
        if any(param["name"] == "addChangedFiles" for param in interceptor["params"]):
            interceptor["ref"]["name"] = "cel"
            overlay = {"key": "changed_files", "expression": f"has(body.{CHANGED}) ? body.{CHANGED}.join(',') : ''"}
            interceptor["params"] = [{"name": "overlays", "value": [overlay]}]
    return made


def as_pipelines_as_code(condition: str) -> str:
    """Its CEL with the names of a listener's."""
    condition = re.sub(r"^event == '(\w+)'", r"header.match('X-GitHub-Event', '\1')", condition)
    target = "(has(body.pull_request) ? body.pull_request.base.ref : body.target)"
    return condition.replace("target_branch", target).replace("files.all", f"body.{CHANGED}")
