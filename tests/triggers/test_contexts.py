"""Every event that a webhook carries: one run, told what GitHub's contexts hold.

https://docs.github.com/actions/reference/workflows-and-actions/events-that-trigger-workflows
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.triggers.deliveries import Payload, push, recorded
from tests.triggers.firing import Listener
from tests.triggers.made import SHA, made
from tests.triggers.reading import PATH, admitted, lower
from tests.triggers.test_values import in_container

from gha2tekton.lower.triggers.webhooks import webhooks
from gha2tekton.tekton.names import param

pytestmark = pytest.mark.conformance

PROPERTIES = (
    *("event_name", "ref", "ref_name", "ref_type", "sha", "head_ref", "base_ref", "actor", "triggering_actor"),
    *("repository", "repository_owner", "repository_id", "repository_owner_id", "actor_id", "run_id", "run_number"),
    *("run_attempt", "workflow", "workflow_ref", "server_url", "api_url", "graphql_url", "repositoryUrl"),
)
FIELDS = (
    *("action", "number", "issue.number", "issue.title", "issue.pull_request.url", "comment.body", "label.name"),
    *("ref", "ref_type", "state", "context", "check_run.conclusion", "check_run.app.slug", "check_suite.head_sha"),
    *("deployment.environment", "deployment.id", "deployment_status.state", "review.state", "review.body"),
    *("release.tag_name", "release.prerelease", "release.draft", "client_payload", "workflow_run.conclusion"),
    *("workflow_run.id", "forkee.full_name", "milestone.title", "pages.0.page_name", "discussion.category.name"),
    *("pull_request.head.sha", "pull_request.merged", "repository.private", "sender.login", "sender.id", "before"),
    *("head_commit.id", "head_commit.author", "commits.0.id", "forced", "rule.admin_enforced", "nothing.at.all"),
    *("branches.0.name", "pull_request.milestone", "pull_request.labels", "merge_group.head_sha", "created"),
)
NEEDED: dict[str, tuple[str, ...]] = {
    **{f"github-{name.lower().replace('_', '-')}": ("github", name) for name in PROPERTIES},
    **{param(("event", *field.split("."))): ("github", "event", *field.split(".")) for field in FIELDS},
    "git-repo-url": ("git", "url"),
    "git-revision": ("git", "revision"),
}
MAIN = {
    "ref": "refs/heads/master",
    "ref_name": "master",
    "ref_type": "branch",
    "sha": "",
    "revision": "refs/heads/master",
}
MERGE = {
    "ref": "refs/pull/2/merge",
    "ref_name": "2/merge",
    "ref_type": "branch",
    "revision": "refs/pull/2/merge",
    "sha": "ec26c3e57ca3a959ca5aad62de7213c562f8c821",
}
DEPLOYED = MAIN | {"sha": SHA, "revision": SHA}


def tagged(name: str) -> dict[str, str]:
    return {"ref": f"refs/tags/{name}", "ref_name": name, "ref_type": "tag", "sha": "", "revision": f"refs/tags/{name}"}


def branched(name: str, sha: str, revision: str = "") -> dict[str, str]:
    revision = revision or sha
    return {"ref": f"refs/heads/{name}", "ref_name": name, "ref_type": "branch", "sha": sha, "revision": revision}


_DEPLOYMENT = made("deployment")["deployment"]
_COMMENT = recorded("issue_comment.created", issue__pull_request={"url": "https://x"}, comment__body="/test $(id) é")
CASES: list[tuple[str, Payload, dict[str, str]]] = [
    *(
        (event, made(event), MAIN)
        for event in (
            *("branch_protection_rule", "check_run", "check_suite", "discussion", "discussion_comment", "fork", "gollum"),
            *("milestone", "page_build", "public", "registry_package", "watch"),
        )
    ),
    ("issues", recorded("issues.opened", issue__title="it's \"$(id)\""), MAIN),
    ("issue_comment", recorded("issue_comment.created"), MAIN),
    ("issue_comment", _COMMENT, MAIN),
    ("label", recorded("label.created"), MAIN),
    ("delete", recorded("delete.default"), MAIN),
    ("status", recorded("status.default"), MAIN),
    ("repository_dispatch", recorded("repository_dispatch.default", client_payload={"a": [1, 2.5, "x", None]}), MAIN),
    ("workflow_run", recorded("workflow_run.completed"), MAIN),
    ("create", recorded("create.default"), tagged("simple-tag")),
    ("create", recorded("create.default", ref="f/ü", ref_type="branch"), branched("f/ü", "", "refs/heads/f/ü")),
    ("release", recorded("release.published"), tagged("0.0.1")),
    ("pull_request_review", made("pull_request_review"), MERGE),
    ("pull_request_review_comment", made("pull_request_review_comment"), MERGE),
    ("deployment", made("deployment"), DEPLOYED),
    ("deployment_status", made("deployment_status"), DEPLOYED),
    (
        "deployment",
        made("deployment", deployment=_DEPLOYMENT | {"ref": SHA}),
        {"ref": "", "ref_name": "", "ref_type": "branch", "sha": SHA, "revision": SHA},
    ),
    (
        "deployment",
        made("deployment", deployment=_DEPLOYMENT | {"ref": "refs/tags/v1"}),
        tagged("v1") | {"sha": SHA, "revision": SHA},
    ),
    (
        "merge_group",
        recorded("merge_group.checks_requested", merge_group__head_ref="refs/heads/gh-readonly-queue/main/pr-1"),
        branched("gh-readonly-queue/main/pr-1", "2ffea6db159f6b6c47a24e778fb9ef40cf6b1c7d"),
    ),
    ("push", push("refs/heads/new", before="0" * 40, created=True, forced=True), branched("new", "c" * 40)),
    ("push", push("refs/tags/v1", after="a" * 40, base_ref="refs/heads/main"), tagged("v1") | dict.fromkeys(("sha", "revision"), "c" * 40)),
    ("push", push("refs/heads/a", head_commit=None, commits=[], after="b" * 40), branched("a", "b" * 40)),
    ("workflow_dispatch", recorded("workflow_dispatch.default", workflow=PATH, inputs=None, ref="refs/tags/v1"), tagged("v1")),
]  # fmt: skip


def printed(value: Any) -> str:
    """A value as an expression of GitHub's prints it; an object as the JSON that the runtime reads."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def at(payload: Any, field: str) -> Any:
    for part in field.split("."):
        if isinstance(payload, list):
            payload = payload[int(part)] if len(payload) > int(part) else None
        else:
            payload = payload.get(part) if isinstance(payload, dict) else None
    return payload


@pytest.fixture(scope="module")
def listener(tmp_path_factory: pytest.TempPathFactory) -> Listener:
    events = [event for event, webhook in webhooks().items() if not webhook.undelivered]
    triggers, _, _ = lower(f"on: [{', '.join(events)}]", NEEDED)
    return Listener(admitted(triggers), tmp_path_factory.mktemp("contexts"))


@pytest.mark.parametrize(("event", "payload", "wanted"), CASES, ids=[f"{i}-{case[0]}" for i, case in enumerate(CASES)])
def test_a_run_knows_its_event(listener: Listener, event: str, payload: Payload, wanted: dict[str, str]) -> None:
    fired = {name: item for name, item in listener.fire(event, payload).items() if item.outcome != "filtered"}
    assert list(fired) == [f"ci-{event.replace('_', '-')}"]
    (made_run,) = fired.values()
    assert made_run.outcome == "created", made_run.reason
    params = {name: in_container(value) for name, value in made_run.params.items()}
    repository, sender = payload["repository"], payload["sender"]
    expected: dict[str, str] = {
        "event_name": event,
        "head_ref": "",
        "base_ref": "",
        "run_number": "1",
        "run_attempt": "1",
        "server_url": "https://github.com",
        "api_url": "https://api.github.com",
        "workflow": PATH,
        "graphql_url": "https://api.github.com/graphql",
        "repositoryUrl": repository["git_url"],
        "actor": sender["login"],
        "triggering_actor": sender["login"],
        "actor_id": str(sender["id"]),
        "repository": repository["full_name"],
        "repository_id": str(repository["id"]),
        "repository_owner": repository["owner"]["login"],
        "repository_owner_id": str(repository["owner"]["id"]),
        "workflow_ref": f"{repository['full_name']}/{PATH}@{wanted['ref']}",
        **{name: value for name, value in wanted.items() if name != "revision"},
    }
    told = {name: params[f"github-{name.lower().replace('_', '-')}"] for name in expected}
    assert told == expected
    assert params["git-revision"] == wanted["revision"]
    assert params["github-run-id"]
    fields = {field: params[param(("event", *field.split(".")))] for field in FIELDS}
    objects = {field for field in FIELDS if isinstance(at(payload, field), (dict, list))}
    assert {field: json.loads(fields[field]) for field in objects} == {field: at(payload, field) for field in objects}
    assert {field: fields[field] for field in FIELDS if field not in objects} == {
        field: printed(at(payload, field)) for field in FIELDS if field not in objects
    }


def test_a_long_push_comes_without_its_commits(listener: Listener, tmp_path: Any) -> None:
    triggers, journal, _ = lower("on: push", {**NEEDED, "event": ("github", "event")})
    fire = Listener(admitted(triggers), tmp_path).fire
    commit = {"id": "c" * 40, "message": "é $(id) " * 50, "added": [], "modified": ["a"], "removed": []}
    for count, kept in ((2, 2), (1500, 0)):
        payload = push(commits=[commit] * count)
        params = fire("push", payload)["ci-push"].params
        assert json.loads(in_container(params["event"])) == payload | {"commits": [commit] * kept}
        assert len(params["event"].encode()) < 120_000
    assert any("holds no commits" in finding.message for finding in journal.diagnostics)
