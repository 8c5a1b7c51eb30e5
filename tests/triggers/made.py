"""Deliveries that nobody recorded: the fields of GitHub's bodies that filters and contexts read.

https://docs.github.com/webhooks/webhook-events-and-payloads
"""

from __future__ import annotations

from typing import Any

from tests.triggers.deliveries import Payload, recorded

_PULL = ("repository", "sender", "pull_request")
SHA = "a10867b14bb761a232cd80139fbd4c0d33264240"


def made(event: str, **fields: Any) -> Payload:
    """A body of an event in the repository of the recorded ones; ``fields`` are added or put in place of others."""
    base = recorded("pull_request.opened")
    body = {name: base[name] for name in (_PULL if event.startswith("pull_request_review") else _PULL[:2])}
    return body | BODIES[event] | fields


_APP = {"id": 29310, "slug": "octoapp", "name": "Octocat App"}
_SUITE = {"id": 118578147, "head_branch": "changes", "head_sha": SHA, "status": "completed", "app": _APP}
_DEPLOYMENT = {"id": 145988746, "sha": SHA, "ref": "master", "task": "deploy", "environment": "production"}
_DISCUSSION = {"number": 90, "title": "Welcome", "category": {"name": "General", "is_answerable": False}}

BODIES: dict[str, Payload] = {
    "branch_protection_rule": {"action": "edited", "rule": {"name": "main", "admin_enforced": True}},
    "check_run": {
        "action": "completed",
        "check_run": {
            "id": 4,
            "name": "Lint it's",
            "head_sha": SHA,
            "status": "completed",
            "conclusion": "success",
            "app": _APP,
            "check_suite": _SUITE,
            "pull_requests": [],
        },
    },
    "check_suite": {"action": "completed", "check_suite": _SUITE | {"conclusion": "failure"}},
    "deployment": {"action": "created", "deployment": _DEPLOYMENT, "workflow": None},
    "deployment_status": {
        "action": "created",
        "deployment": _DEPLOYMENT,
        "deployment_status": {"id": 209, "state": "success", "environment": "production"},
    },
    "discussion": {"action": "created", "discussion": _DISCUSSION},
    "discussion_comment": {"action": "created", "discussion": _DISCUSSION, "comment": {"id": 1, "body": "é $(x)"}},
    "fork": {"forkee": {"full_name": "Octocoders/Hello-World"}},
    "gollum": {"pages": [{"page_name": "Home", "action": "edited"}]},
    "milestone": {"action": "opened", "milestone": {"number": 1, "title": "v1.0", "state": "open"}},
    "page_build": {"id": 130514899, "build": {"status": "built", "error": {"message": None}}},
    "public": {},
    "pull_request_review": {"action": "submitted", "review": {"id": 2, "state": "approved", "body": None}},
    "pull_request_review_comment": {"action": "created", "comment": {"id": 3, "body": "Maybe", "line": 1}},
    "registry_package": {"action": "published", "registry_package": {"name": "hello", "ecosystem": "CONTAINER"}},
    "watch": {"action": "started"},
}
