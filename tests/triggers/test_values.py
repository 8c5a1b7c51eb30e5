"""What a run is told, compared with what GitHub's contexts hold."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from tests.triggers.deliveries import Payload, pull, push, recorded
from tests.triggers.firing import Listener
from tests.triggers.reading import admitted, lower, run_of

from gha2tekton.lower.values import MARK

pytestmark = pytest.mark.conformance

PROPERTIES = (
    *("event_name", "ref", "ref_name", "ref_type", "sha", "head_ref", "base_ref", "actor", "actor_id", "repository"),
    *("repository_owner", "repository_id", "server_url", "api_url", "workflow", "workflow_ref", "run_number"),
)
NEEDED = {f"github-{name.replace('_', '-')}": ("github", name) for name in PROPERTIES} | {
    "git-repo-url": ("git", "url"),
    "git-revision": ("git", "revision"),
    "title": ("github", "event", "pull_request", "title"),
    "number": ("github", "event", "pull_request", "number"),
    "draft": ("github", "event", "pull_request", "draft"),
    "labels": ("github", "event", "pull_request", "labels", "*", "name"),
    "milestone": ("github", "event", "pull_request", "milestone", "title"),
    "first": ("github", "event", "commits", "0", "message"),
    "tenth": ("github", "event", "commits", "10", "message"),
    "payload": ("github", "event", "client_payload", "Data", "in"),
    "event": ("github", "event"),
    "size": ("inputs", "size"),
    "debug": ("github", "event", "inputs", "debug"),
}
ON = """name: It's $(uname) $$ "here"
on:
  push:
  pull_request:
    types: [opened, closed]
  pull_request_target:
  release:
  repository_dispatch:
  issue_comment:
  create:
  merge_group:
  workflow_run:
  workflow_dispatch:
    inputs:
      size: {type: choice, options: [small, large], default: large}
      debug: {type: boolean}
      note: {default: a $(date) of $$5}
"""
BASE = {
    "server_url": "https://github.com",
    "api_url": "https://api.github.com",
    "workflow": 'It\'s $(uname) $$ "here"',
    "run_number": "1",
    "head_ref": "",
    "base_ref": "",
    "ref_type": "branch",
}
DEFAULT_BRANCH = {"ref": "refs/heads/master", "ref_name": "master", "sha": "", "revision": "refs/heads/master"}
PULL = {
    "ref": "refs/pull/2/merge",
    "ref_name": "2/merge",
    "sha": "ec26c3e57ca3a959ca5aad62de7213c562f8c821",
    "head_ref": "changes",
    "base_ref": "master",
    "revision": "refs/pull/2/merge",
    "number": "2",
    "draft": "false",
    "milestone": "",
    "first": "",
    "size": "",
}
TEXT = "a 'q' \"d\" `id` $(id) $$(GHA_SECRET_X) $$ $HOME \\ é\n<&> 🐈 $((1+1))"

CASES: list[tuple[str, str, Payload, dict[str, str]]] = [
    (
        "push",
        "push",
        push("refs/heads/feature/ü$(id)", message=TEXT),
        {"ref": "refs/heads/feature/ü$(id)", "ref_name": "feature/ü$(id)", "sha": "c" * 40, "revision": "c" * 40}
        | {"first": TEXT, "tenth": "", "title": "", "size": "", "debug": ""},
    ),
    (
        "push",
        "push",
        push("refs/tags/v1", after="a" * 40),
        {"ref": "refs/tags/v1", "ref_name": "v1", "ref_type": "tag", "sha": "c" * 40, "revision": "c" * 40},
    ),
    (
        "pull_request",
        "pull_request",
        pull(pull_request__title=TEXT, pull_request__labels=[]),
        PULL | {"title": TEXT, "labels": "[]"},
    ),
    (
        "pull_request",
        "pull_request",
        pull("closed", pull_request__merged=True, pull_request__merge_commit_sha="d" * 40),
        PULL | {"ref": "refs/heads/master", "ref_name": "master", "sha": "d" * 40, "revision": "refs/heads/master"},
    ),
    ("pull_request_target", "pull_request", pull(), DEFAULT_BRANCH | {"head_ref": "changes", "base_ref": "master"}),
    (
        "release",
        "release",
        recorded("release.published"),
        {"ref": "refs/tags/0.0.1", "ref_name": "0.0.1", "ref_type": "tag", "sha": "", "revision": "refs/tags/0.0.1"},
    ),
    (
        "repository_dispatch",
        "repository_dispatch",
        recorded("repository_dispatch.default", client_payload={"Data": {"in": TEXT}}),
        DEFAULT_BRANCH | {"payload": TEXT},
    ),
    ("issue_comment", "issue_comment", recorded("issue_comment.created"), DEFAULT_BRANCH),
    (
        "workflow_run",
        "workflow_run",
        recorded("workflow_run.completed", workflow_run__head_branch="feature/ü$(id)"),
        DEFAULT_BRANCH,
    ),
    (
        "merge_group",
        "merge_group",
        recorded("merge_group.checks_requested", merge_group__head_ref="refs/heads/gh-readonly-queue/it's/ü-1"),
        {"ref": "refs/heads/gh-readonly-queue/it's/ü-1", "ref_name": "gh-readonly-queue/it's/ü-1"}
        | {"sha": "2ffea6db159f6b6c47a24e778fb9ef40cf6b1c7d"},
    ),
    (
        "create",
        "create",
        recorded("create.default"),
        {"ref": "refs/tags/simple-tag", "ref_name": "simple-tag", "ref_type": "tag", "sha": ""},
    ),
    (
        "workflow_dispatch",
        "workflow_dispatch",
        recorded("workflow_dispatch.default", workflow=".github/workflows/ci.yml", inputs={"debug": True}),
        {"ref": "refs/heads/master", "ref_name": "master", "sha": "", "size": "large", "debug": "true"},
    ),
    (
        "workflow_dispatch",
        "workflow_dispatch",
        recorded("workflow_dispatch.default", workflow=".github/workflows/ci.yml", inputs=None, ref="refs/tags/v1"),
        {"ref": "refs/tags/v1", "ref_type": "tag", "size": "large", "debug": "false"},
    ),
]


def in_container(value: str) -> str:
    """A value as the kubelet leaves it in a container's environment, and the runtime after it."""
    known = {"GHA_SECRET_X": "leaked"}
    value = re.sub(
        r"\$\$|\$\(([^)]+)\)", lambda match: "$" if match[0] == "$$" else known.get(match[1], match[0]), value
    )
    assert not re.search(r"[$][($]", value)
    return value.removeprefix(MARK).replace("%24", "$").replace("%25", "%") if value.startswith(MARK) else value


@pytest.fixture(scope="module")
def listener(tmp_path_factory: pytest.TempPathFactory) -> Listener:
    triggers, _, _ = lower(ON, NEEDED)
    return Listener(admitted(triggers), tmp_path_factory.mktemp("values"))


@pytest.mark.parametrize(("event", "delivery", "payload", "wanted"), CASES, ids=[case[0] for case in CASES])
def test_params_hold_what_github_holds(
    listener: Listener, event: str, delivery: str, payload: Payload, wanted: dict[str, str]
) -> None:
    made = listener.fire(delivery, payload)[f"ci-{event.replace('_', '-')}"]
    assert made.outcome == "created", made.reason
    params = {name: in_container(value) for name, value in made.params.items()}
    repository, sender = payload["repository"], payload["sender"]
    expected: dict[str, Any] = {"event_name": event} | BASE | wanted
    expected |= {
        "actor": sender["login"],
        "actor_id": str(sender["id"]),
        "repository": repository["full_name"],
        "repository_id": str(repository["id"]),
        "repository_owner": repository["owner"]["login"],
        "workflow_ref": f"{repository['full_name']}/.github/workflows/ci.yml@{expected['ref']}",
    }
    if "revision" in expected:
        assert params["git-revision"] == expected.pop("revision")
    names = {name: f"github-{name.replace('_', '-')}" if name in PROPERTIES else name for name in expected}
    assert {name: params[names[name]] for name in expected} == expected
    assert params["git-repo-url"] == repository["clone_url"]
    assert json.loads(params["event"]) == payload


def test_what_was_made_is_a_run_tekton_takes(listener: Listener) -> None:
    run = listener.fire("push", push())["ci-push"].run
    run["metadata"].pop("namespace")
    labels = run["metadata"]["labels"]
    assert labels["gha2tekton.dev/repository"] == "demo"
    expected = run_of(NEEDED).manifest()["spec"]
    limits = run["spec"]["taskRunSpecs"][0]["stepSpecs"][0]["computeResources"]["limits"]
    assert limits == {"nvidia.com/gpu": "1"}
    assert run["spec"]["timeouts"] == expected["timeouts"]
    assert run["spec"]["taskRunTemplate"] == expected["taskRunTemplate"]


@pytest.mark.parametrize(
    ("signed", "headers"),
    [
        (False, ("Content-Type: application/json",)),
        (False, ("Content-Type: application/json", "X-Hub-Signature-256: sha256=" + "0" * 64)),
        (False, ("Content-Type: application/json", "X-Hub-Signature: sha1=" + "0" * 40)),
        (True, ("Content-Type: application/x-www-form-urlencoded",)),
    ],
    ids=["unsigned", "wrong signature", "old signature", "form"],
)
def test_what_github_did_not_sign_starts_nothing(listener: Listener, signed: bool, headers: tuple[str, ...]) -> None:
    made = listener.fire("push", push(), signed, headers)
    assert {item.outcome for item in made.values()} == {"filtered"}


@pytest.mark.parametrize("payload", [{}, {"ref": None}, {"pull_request": None}, {"action": 1}, {"repository": {}}])
@pytest.mark.parametrize(
    "event", ["push", "pull_request", "release", "workflow_dispatch", "workflow_run", "unheard_of"]
)
def test_missing_fields_start_nothing(listener: Listener, event: str, payload: Payload) -> None:
    made = listener.fire(event, payload)
    assert "created" not in {item.outcome for item in made.values()}
