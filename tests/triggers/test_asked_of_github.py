"""Interceptors that ask GitHub's API, fired with its answers: changed files of pull requests, and who is a member."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.triggers.deliveries import Payload, recorded
from tests.triggers.firing import Listener
from tests.triggers.reading import admitted, lower

pytestmark = pytest.mark.conformance

REPOSITORY = "Codertocat/Hello-World"
FILES = "/repos/Codertocat/Hello-World/pulls/2/files"
OWNERS = "/repos/Codertocat/Hello-World/contents/OWNERS"
COLLABORATORS = "/repos/Codertocat/Hello-World/collaborators"


def outcomes(directory: Path, on: str, payload: Payload, api: dict[str, Any], **settings: Any) -> dict[str, str]:
    triggers, _, _ = lower(on, **settings)
    fired = Listener(admitted(triggers, **settings), directory).fire("pull_request", payload, api=api)
    return {name: one.outcome for name, one in fired.items()}


def pull_request(**changes: Any) -> Payload:
    return recorded("pull_request.opened", **changes)


MANY = [f"docs/{number}.md" for number in range(100)]
CHANGED = [
    ("paths: ['src/**']", ["README.md", "src/a/b.py"], "created"),
    ("paths: ['src/**']", ["README.md", "srcs/b.py"], "filtered"),
    ("paths: ['src/**']", [*MANY, "src/last.py"], "created"),
    ("paths-ignore: ['docs/**']", MANY, "filtered"),
    ("paths-ignore: ['docs/**']", [*MANY, "é .py"], "created"),
]


@pytest.mark.parametrize(("filter_", "files", "outcome"), CHANGED)
def test_files_that_a_pull_request_changes(filter_: str, files: list[str], outcome: str, tmp_path: Path) -> None:
    payload = pull_request()
    assert (payload["repository"]["full_name"], payload["number"]) == (REPOSITORY, 2)
    api = {FILES: [{"filename": name} for name in files]}
    assert outcomes(tmp_path, f"on:\n  pull_request:\n    {filter_}", payload, api) == {"ci-pull-request": outcome}


FORK = {"pull_request__head__repo__full_name": "stranger/fork", "sender__login": "stranger"}
MEMBERS = {
    "of the organization": ({"/orgs/Codertocat/public_members": [{"login": "stranger"}]}, "created"),
    "of the repository": ({COLLABORATORS: [{"login": "other"}, {"login": "stranger"}]}, "created"),
    "in OWNERS": ({COLLABORATORS: [], OWNERS: {"encoding": "", "content": "approvers: [Stranger]"}}, "created"),
    "of the repository, beyond the first page": (
        {COLLABORATORS: [{"login": f"u{n}"} for n in range(30)] + [{"login": "stranger"}]},
        "filtered",
    ),
    "of nothing": ({COLLABORATORS: [{"login": "other"}]}, "filtered"),
    "nobody answers": ({}, "filtered"),
}


@pytest.mark.parametrize(("api", "outcome"), MEMBERS.values(), ids=list(MEMBERS))
def test_a_fork_of_a_member(api: dict[str, Any], outcome: str, tmp_path: Path) -> None:
    found = outcomes(tmp_path, "on: pull_request", pull_request(**FORK), api, forks="members")
    assert found == {"ci-pull-request": "filtered", "ci-pull-request-forks": outcome}


def test_members_are_asked_about_forks_alone(tmp_path: Path) -> None:
    found = outcomes(tmp_path, "on: pull_request", pull_request(), {}, forks="members")
    assert found == {"ci-pull-request": "created", "ci-pull-request-forks": "filtered"}
