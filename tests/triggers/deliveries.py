"""Deliveries of GitHub's webhooks: the recorded ones, and variations that filters must tell apart."""

from __future__ import annotations

import copy
import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

PAYLOADS = Path(__file__).parent / "payloads"
Payload = dict[str, Any]


class Delivery(NamedTuple):
    label: str
    event: str
    payload: Payload


@cache
def _recorded(name: str) -> str:
    return (PAYLOADS / f"{name}.json").read_text(encoding="utf-8")


def recorded(name: str, **changes: Any) -> Payload:
    """A recorded payload; ``a__b=value`` sets the field ``a.b``."""
    payload: Payload = json.loads(_recorded(name))
    for path, value in changes.items():
        *above, last = path.split("__")
        place = payload
        for part in above:
            place = place[part]
        place[last] = copy.deepcopy(value)
    return payload


def push(
    ref: str = "refs/heads/main", files: Sequence[str] = ("README.md",), message: str = "work", **changes: Any
) -> Payload:
    """A push of one commit that modifies some files."""
    commit = {"id": "c" * 40, "message": message, "added": [], "modified": list(files), "removed": []}
    fields: Payload = {"ref": ref, "after": "c" * 40, "head_commit": commit, "commits": [commit]}
    return recorded("push.with-new-branch", **fields | changes)


def pull(action: str = "opened", **changes: Any) -> Payload:
    """A pull request of the repository itself."""
    return recorded("pull_request.opened", action=action, **changes)
