"""Which deliveries GitHub would act on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from tests.triggers.blocks import BLOCKS
from tests.triggers.deliveries import Payload, pull, push, recorded
from tests.triggers.made import made
from tests.triggers.reading import JOBS, PATH, read
from tests.triggers.variations import dispatch

from gha2tekton.cli import cli
from gha2tekton.lower.triggers.decision import explain, starting

FORK = {"pull_request__head__repo__full_name": "Other/Hello-World"}

MANY: Payload = {"id": "c" * 40, "message": "x", "added": [], "modified": ["docs/a.txt"], "removed": []}

CASES: list[tuple[str, str, Payload, tuple[str, ...]]] = [
    ("word", "push", push(), ("push",)),
    ("word", "pull_request", pull(), ()),
    ("word", "push", push(deleted=True), ()),
    ("word", "push", push(message="later [skip ci]"), ()),
    ("word", "push", push(message="skip ci"), ("push",)),
    ("word", "push", push(sender={"login": "github-actions[bot]"}), ()),
    ("list", "issues", recorded("issues.opened"), ("issues",)),
    ("defaults", "pull_request", pull("closed"), ()),
    ("defaults", "pull_request", pull("synchronize"), ("pull_request",)),
    ("defaults", "pull_request", pull(pull_request__draft=True), ("pull_request",)),
    ("defaults", "pull_request", pull(pull_request__mergeable=False), ()),
    ("branches", "push", push("refs/heads/develop"), ("push",)),
    ("branches", "push", push("refs/heads/other"), ()),
    ("branches", "push", push("refs/tags/main"), ()),
    ("branches", "pull_request", pull(pull_request__base__ref="main"), ("pull_request",)),
    ("branches", "pull_request", pull(pull_request__base__ref="other"), ()),
    ("order", "push", push("refs/heads/feature/x"), ()),
    ("order", "push", push("refs/heads/feature/a/b"), ("push",)),
    ("order", "push", push("refs/tags/v2.1"), ()),
    ("negative", "push", push("refs/heads/develop"), ()),
    ("ignored", "push", push("refs/heads/release/1"), ()),
    ("ignored", "push", push("refs/tags/v1"), ()),
    ("tags", "push", push("refs/heads/v1"), ()),
    ("tags", "push", push("refs/tags/v1"), ("push",)),
    ("both", "push", push("refs/tags/v3", ["docs/a"]), ("push",)),
    ("both", "push", push("refs/heads/main", ["docs/a"]), ()),
    ("paths", "push", push("refs/heads/x", ["notebooks/a.ipynb"]), ("push",)),
    ("paths", "push", push("refs/heads/x", ["docs/a.md"]), ()),
    ("paths", "push", push("refs/tags/v1", ["docs/a.md"]), ("push",)),
    ("paths", "push", push("refs/heads/x", [], commits=[]), ()),
    ("paths ignored", "push", push("refs/heads/x", ["docs/a", "README.md"]), ()),
    ("paths ignored", "push", push("refs/heads/x", ["docs/a", "src/a"]), ("push",)),
    ("types", "pull_request", pull("closed"), ("pull_request",)),
    ("types", "pull_request", pull(), ()),
    ("target", "pull_request", pull(**FORK), ("pull_request_target",)),
    ("defaults", "pull_request", pull(**FORK), ("pull_request",)),
    ("chain", "workflow_run", recorded("workflow_run.completed", workflow_run__name="Other"), ()),
    (
        "plain dispatch",
        "workflow_dispatch",
        recorded("workflow_dispatch.default", workflow=PATH),
        ("workflow_dispatch",),
    ),
    ("plain dispatch", "workflow_dispatch", recorded("workflow_dispatch.default"), ()),
    ("dispatch", "workflow_dispatch", recorded("workflow_dispatch.default", workflow=PATH, inputs={}), ()),
    ("dispatch", "workflow_dispatch", dispatch({"size": "small", "count": "1e3"}), ("workflow_dispatch",)),
    ("dispatch", "workflow_dispatch", dispatch({"size": "small", "count": ""}), ("workflow_dispatch",)),
    ("dispatch", "workflow_dispatch", dispatch({"size": "small", "count": "three"}), ()),
    ("any release", "release", recorded("release.published", action="created", release__draft=True), ()),
    ("any release", "release", recorded("release.published", action="created"), ("release",)),
    ("any release", "release", recorded("release.published", release__draft=True), ("release",)),
    ("repository", "discussion", made("discussion", action="answered"), ("discussion",)),
    ("repository", "discussion", made("discussion", action="closed"), ()),
    ("checks", "status", recorded("status.default"), ("status",)),
    ("checks", "status", recorded("status.default", description="Successful on Tekton"), ()),
    ("checks", "check_suite", made("check_suite", action="requested"), ()),
    ("wide", "push", push("refs/heads/dependabot/pip/x", ["src/a"]), ()),
    ("wide", "push", push("refs/tags/v1.2", ["README.md"]), ("push",)),
    ("wide", "push", push("refs/heads/new", ["a"], before="0" * 40, created=True), ("push",)),
    ("paths", "push", push("refs/heads/new", [], commits=[], before="0" * 40, created=True), ()),
    ("paths", "push", push("refs/heads/x", ["docs/a.md"], commits=[MANY] * 1001), ("push",)),
    ("paths", "push", push("refs/heads/x", ["docs/a.md"], commits=[MANY] * 1000), ()),
    ("chains", "workflow_run", recorded("workflow_run.completed", workflow_run__head_branch="develop"), ()),
    ("queue", "merge_group", recorded("merge_group.checks_requested", action="destroyed"), ()),
    ("comments", "issue_comment", recorded("issue_comment.created", issue__pull_request={}), ("issue_comment",)),
]


@pytest.mark.parametrize(("block", "delivery", "payload", "wanted"), CASES)
def test_github_decides(block: str, delivery: str, payload: Payload, wanted: tuple[str, ...]) -> None:
    workflow, _ = read(BLOCKS[block])
    assert starting(explain(workflow, delivery, payload, PATH)) == wanted


@pytest.mark.parametrize(
    ("block", "delivery", "payload", "place", "why"),
    [
        ("branches", "push", push("refs/heads/x"), "on.push.branches", "the branch is x"),
        ("branches", "push", push("refs/tags/x"), "on.push.branches", "only branches are named, and this is a tag"),
        ("tags", "push", push("refs/heads/x"), "on.push.tags", "only tags are named, and this is a branch"),
        ("paths", "push", push(files=["docs/a"]), "on.push.paths", "none of 1 changed files counts"),
        ("paths ignored", "push", push(files=["a.md"]), "on.push.paths-ignore", "none of 1 changed files counts"),
        ("defaults", "pull_request", pull("closed"), "on.pull_request", "the action is closed"),
        ("word", "issues", recorded("issues.opened"), "on", "nothing under on starts on issues"),
    ],
)
def test_the_filter_that_decides_is_named(block: str, delivery: str, payload: Payload, place: str, why: str) -> None:
    workflow, _ = read(BLOCKS[block])
    against = [decision for decision in explain(workflow, delivery, payload, PATH) if decision.github is False]
    assert [decision.place for decision in against] == [place]
    assert against[0].why.startswith(why)


def test_forks_are_let_in_only_when_asked() -> None:
    workflow, _ = read("on: pull_request")
    payload = pull(**FORK)
    assert starting(explain(workflow, "pull_request", payload), ours=True) == ()
    assert starting(explain(workflow, "pull_request", payload, forks=True), ours=True) == ("pull_request",)


@pytest.mark.parametrize(("files", "wanted"), [(None, None), (["src/a"], True), (["docs/a"], False)])
def test_a_pull_request_needs_its_files_from_elsewhere(files: Any, wanted: bool | None) -> None:
    workflow, _ = read("on:\n  pull_request:\n    paths: ['src/**']")
    decisions = explain(workflow, "pull_request", pull(), changed_files=files)
    assert decisions[-1].github is wanted


TOLD: list[tuple[str, str, Any, str, int]] = [
    ("word", "push", push(), "GitHub runs it; Tekton runs it", 0),
    ("tags", "PUSH", push("refs/tags/x"), "GitHub does not run it, for on.push.tags; Tekton does not run it, for on.push.tags", 1),
    ("defaults", "pull_request", pull(**FORK), "GitHub runs it; Tekton does not run it, for on.pull_request", 1),
    ("word", "push", {}, "not a body of push: 'ref' is missing", 2),
    ("word", "push", {"ref": 1, "head_commit": "x"}, "a field of it is of another kind than GitHub sends", 2),
    ("chain", "workflow_run", {"workflow_run": {"name": None}, "action": "completed"}, "of another kind", 2),
    ("word", "push", [], "not the body of a delivery", 2),
    ("schedule", "schedule", {}, "no delivery starts it: a CronJob does, by its clock", 0),
    ("called", "workflow_call", {}, "no delivery starts it: another workflow calls it", 1),
    ("cards", "project_card", {}, "classic projects no longer exist (ours: no)", 1),
    ("pull paths", "pull_request", pull(), "GitHub may run it: on.pull_request.paths is not known", 0),
]  # fmt: skip
ODD = {
    "schedule": "on:\n  schedule:\n  - cron: '0 3 * * *'",
    "called": "on: workflow_call",
    "cards": "on: project_card",
    "pull paths": "on:\n  pull_request:\n    paths: ['src/**']",
}


@pytest.mark.parametrize(("block", "event", "payload", "says", "code"), TOLD)
def test_explain_says_what_decides(tmp_path: Path, block: str, event: str, payload: Any, says: str, code: int) -> None:
    (tmp_path / "ci.yml").write_text((BLOCKS | ODD)[block] + JOBS, encoding="utf-8")
    (tmp_path / "body.json").write_text(json.dumps(payload), encoding="utf-8")
    words = [
        "triggers",
        "explain",
        str(tmp_path / "ci.yml"),
        "--event",
        event,
        "--payload",
        str(tmp_path / "body.json"),
    ]
    done = CliRunner().invoke(cli, words)
    assert says in done.output
    assert done.exit_code == code
