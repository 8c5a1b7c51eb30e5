"""Deliveries of GitHub's webhooks: the recorded ones, and variations that filters must tell apart."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Sequence
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


REFS = (
    "refs/heads/main",
    "refs/heads/develop",
    "refs/heads/release/1.0",
    "refs/heads/feature/a/b",
    "refs/heads/v1",
    "refs/tags/v1.2",
    "refs/tags/1.0",
    "refs/tags/v2-rc1",
    "refs/heads/c++",
    "refs/heads/[z-a]",
    "refs/heads/überraschung",
    'refs/heads/it\'s"$(id)"',
)
FILES = (
    (),
    ("docs/index.md",),
    ("notebooks/a.ipynb",),
    ("src/a.py", "README.md"),
    ("README.md",),
    ('docs/ü "x".rst', "docs/it's.md"),
)
MESSAGES = (
    "[skip ci] x",
    "x [ci skip]",
    "fix\n\n\nskip-checks: true",
    "[skip  ci]",
    "a\nb [no ci]",
    "skip-checks: true",
)
ACTIONS = ("opened", "synchronize", "reopened", "closed", "labeled", "ready_for_review", "edited")


def deliveries() -> Iterator[Delivery]:
    """Every recorded payload and the variations."""
    for file in sorted(PAYLOADS.glob("*.json")):
        yield Delivery(file.stem, file.stem.split(".")[0], recorded(file.stem))
    for ref in REFS:
        yield Delivery(f"push {ref}", "push", push(ref))
    for files in FILES:
        for ref in ("refs/heads/main", "refs/tags/v3"):
            yield Delivery(f"push {ref} {files}", "push", push(ref, files))
    for message in MESSAGES:
        yield Delivery(f"push {message!r}", "push", push(message=message))
    yield Delivery("push without commits", "push", push(commits=[]))
    yield Delivery("push by the token", "push", push(sender={"login": "github-actions[bot]", "id": 1}))
    yield Delivery("push without sender", "push", push(sender=None))
    yield Delivery("branch deleted", "push", push(deleted=True, head_commit=None, commits=[], after="0" * 40))
    for action in ACTIONS:
        yield Delivery(f"pull {action}", "pull_request", pull(action))
    for branch in ("main", "develop", "release/1.0", "v1"):
        yield Delivery(f"pull to {branch}", "pull_request", pull(pull_request__base__ref=branch))
    yield Delivery("draft", "pull_request", pull(pull_request__draft=True))
    yield Delivery("conflict", "pull_request", pull(pull_request__mergeable=False))
    yield Delivery("fork", "pull_request", pull(pull_request__head__repo__full_name="Other/Hello-World"))
    yield Delivery("deleted fork", "pull_request", pull(pull_request__head__repo=None))
    for action in ("created", "released", "deleted"):
        yield Delivery(f"release {action}", "release", recorded("release.published", action=action))
    for name, branch in (("CI", "main"), ("CI", "develop"), ("Other", "main")):
        payload = recorded("workflow_run.completed", workflow_run__name=name, workflow_run__head_branch=branch)
        yield Delivery(f"after {name} on {branch}", "workflow_run", payload)
    for inputs in (None, {}, {"size": "small"}, {"size": "huge"}, {"size": "large", "debug": True}, {"debug": "yes"}):
        payload = recorded("workflow_dispatch.default", workflow=".github/workflows/ci.yml", inputs=inputs)
        yield Delivery(f"dispatch {inputs}", "workflow_dispatch", payload)
