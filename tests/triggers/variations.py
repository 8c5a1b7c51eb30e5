"""Deliveries that filters must tell apart: every recorded one, and what else happens to branches, tags and requests."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.triggers.deliveries import PAYLOADS, Delivery, Payload, pull, push, recorded
from tests.triggers.made import BODIES, made
from tests.triggers.reading import PATH

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
    "refs/heads/Main",
    "refs/heads/main-2",
    "refs/heads/release-1.0",
    "refs/heads/refs/tags/v1",
    "refs/heads/dependabot/npm_and_yarn/x-1.0",
    "refs/heads/🐈`%{x}&",
    "refs/heads/u\u0308berraschung",
    "refs/tags/v10.2.3+build",
    "refs/tags/release/v1",
    "refs/tags/main",
)
FILES = (
    (),
    ("docs/index.md",),
    ("notebooks/a.ipynb",),
    ("src/a.py", "README.md"),
    ("README.md",),
    ('docs/ü "x".rst', "docs/it's.md"),
    ("docs/a/b c/d.md", "src/deep/er/a.py"),
    (".github/workflows/ci.yml",),
    ("a,b", "[x]*.md"),
)
MESSAGES = (
    "[skip ci] x",
    "x [ci skip]",
    "fix\n\n\nskip-checks: true",
    "[skip  ci]",
    "a\nb [no ci]",
    "skip-checks: true",
    "[SKIP CI]",
    "the body\n\nsays [actions skip] later\n\nSigned-off-by: é",
    "x" * 100_000,
)
ACTIONS = (
    *("opened", "synchronize", "reopened", "closed", "labeled", "unlabeled", "ready_for_review", "edited", "assigned"),
    *("unassigned", "converted_to_draft", "locked", "unlocked", "enqueued", "dequeued", "milestoned", "demilestoned"),
    *("review_requested", "review_request_removed", "auto_merge_enabled", "auto_merge_disabled", "unheard_of"),
)


def deliveries() -> Iterator[Delivery]:
    """Every recorded payload and the variations."""
    for file in sorted(PAYLOADS.glob("*.json")):
        yield Delivery(file.stem, file.stem.split(".")[0], recorded(file.stem))
    for event in BODIES:
        yield Delivery(event, event, made(event))
    yield from _pushes()
    yield from _pulls()
    for event, actions in _ACTIONS.items():
        for action in actions:
            yield Delivery(f"{event} {action}", event, _acted(event, action))
    for label, event, payload in _OTHERS:
        yield Delivery(label, event, payload)
    for number, inputs in enumerate(_INPUTS):
        yield Delivery(f"dispatch {number}", "workflow_dispatch", dispatch(inputs))


def _pushes() -> Iterator[Delivery]:
    for ref in REFS:
        yield Delivery(f"push {ref}", "push", push(ref))
    for files in FILES:
        for ref in ("refs/heads/main", "refs/tags/v3"):
            yield Delivery(f"push {ref} {files}", "push", push(ref, files))
    for message in MESSAGES:
        yield Delivery(f"push {message!r}", "push", push(message=message))
    zeros = "0" * 40
    one: Payload = {"id": "c" * 40, "message": "x", "added": [], "modified": ["deep/a.txt"], "removed": []}
    yield Delivery("push without commits", "push", push(commits=[]))
    yield Delivery("push without a head", "push", push(commits=[], head_commit=None))
    yield Delivery("push of commits that are null", "push", push(commits=None))
    yield Delivery("push of a message that is null", "push", push(head_commit={"id": "c" * 40, "message": None}))
    yield Delivery("push by the token", "push", push(sender={"login": "github-actions[bot]", "id": 1}))
    yield Delivery("push by a bot", "push", push(sender={"login": "dependabot[bot]", "id": 1}))
    yield Delivery("push without sender", "push", push(sender=None))
    yield Delivery("first push", "push", push("refs/heads/new", ["src/a.py"], before=zeros, created=True))
    yield Delivery("first push of old commits", "push", push("refs/heads/new", commits=[], before=zeros, created=True))
    yield Delivery("forced push", "push", push("refs/heads/main", ["docs/a.md"], forced=True, before="b" * 40))
    yield Delivery("branch deleted", "push", push(deleted=True, head_commit=None, commits=[], after=zeros))
    yield Delivery("tag deleted", "push", push("refs/tags/v1.2", deleted=True, head_commit=None, after=zeros))
    yield Delivery("tag of a branch", "push", push("refs/tags/v3", commits=[], base_ref="refs/heads/main"))
    for count in (300, 1000, 1001):
        yield Delivery(f"push of {count} commits", "push", push("refs/heads/main", commits=[one] * count))
    for kind in ("added", "removed"):
        changed = one | {"modified": [], kind: ["notebooks/b.ipynb"]}
        yield Delivery(f"push of a file {kind}", "push", push("refs/heads/main", commits=[one, changed]))


def _pulls() -> Iterator[Delivery]:
    for action in ACTIONS:
        yield Delivery(f"pull {action}", "pull_request", pull(action))
    for branch in ("main", "develop", "release/1.0", "v1", "Main", "überraschung", 'it\'s"$(id)"'):
        yield Delivery(f"pull to {branch}", "pull_request", pull(pull_request__base__ref=branch))
    yield Delivery("pull from main", "pull_request", pull(pull_request__head__ref="main"))
    yield Delivery("draft", "pull_request", pull(pull_request__draft=True))
    yield Delivery("mergeable", "pull_request", pull("synchronize", pull_request__mergeable=True))
    yield Delivery("conflict", "pull_request", pull(pull_request__mergeable=False))
    yield Delivery("conflict of a closed one", "pull_request", pull("closed", pull_request__mergeable=False))
    yield Delivery("merged", "pull_request", pull("closed", pull_request__merged=True, pull_request__mergeable=None))
    yield Delivery("fork", "pull_request", pull(pull_request__head__repo__full_name="Other/Hello-World"))
    yield Delivery("deleted fork", "pull_request", pull(pull_request__head__repo=None))
    for files in FILES[1:]:
        yield Delivery(f"pull of {files}", "pull_request", pull("synchronize", changed=list(files)))
    yield Delivery("pull by the token", "pull_request", pull(sender={"login": "github-actions[bot]", "id": 1}))
    review = made("pull_request_review")
    away = review["pull_request"] | {"head": review["pull_request"]["head"] | {"repo": None}}
    for event in ("pull_request_review", "pull_request_review_comment"):
        yield Delivery(f"{event} of a fork", event, made(event, pull_request=away))


def dispatch(inputs: Any, **changes: Any) -> Payload:
    """Somebody starts the workflow."""
    return recorded("workflow_dispatch.default", workflow=PATH, inputs=inputs, **changes)


def _acted(event: str, action: str) -> Payload:
    found = sorted(PAYLOADS.glob(f"{event}.*.json"))
    return recorded(found[0].stem, action=action) if found else made(event, action=action)


_ACTIONS = {
    "release": ("created", "edited", "deleted", "released", "prereleased", "unpublished"),
    "issues": ("edited", "labeled", "transferred", "milestoned", "closed"),
    "issue_comment": ("edited", "deleted"),
    "label": ("edited", "deleted"),
    "discussion": ("answered", "closed", "reopened", "category_changed"),
    "discussion_comment": ("edited", "deleted"),
    "check_run": ("created", "rerequested", "requested_action"),
    "check_suite": ("requested", "rerequested"),
    "milestone": ("closed", "deleted"),
    "pull_request_review": ("edited", "dismissed"),
    "pull_request_review_comment": ("edited", "deleted"),
    "registry_package": ("updated", "deleted"),
    "merge_group": ("destroyed",),
    "workflow_run": ("requested", "in_progress"),
    "repository_dispatch": ("train", "Train", 'it\'s "$(x)"', "überraschung"),
    "branch_protection_rule": ("created",),
}
_RELEASE, _RUN = recorded("release.published")["release"], recorded("workflow_run.completed")["workflow_run"]
_CHECK, _SUITE = BODIES["check_run"]["check_run"], BODIES["check_suite"]["check_suite"]
_OURS = {"slug": "github-actions"}
_OTHERS: list[tuple[str, str, Payload]] = [
    *(
        (f"draft {action}", "release", recorded("release.published", action=action, release=_RELEASE | {"draft": True}))
        for action in ("created", "edited", "deleted", "published")
    ),
    *(
        (
            f"after {name} on {branch}",
            "workflow_run",
            recorded("workflow_run.completed", workflow_run=_RUN | {"name": name, "head_branch": branch}),
        )
        for name in ("CI", "Other", "it's $(x)", "ci")
        for branch in ("main", "develop", "release/1.0", "überraschung")
    ),
    ("after a failure", "workflow_run", recorded("workflow_run.completed", workflow_run=_RUN | {"conclusion": "failure"})),
    ("after the token", "workflow_run", recorded("workflow_run.completed", sender={"login": "github-actions[bot]"})),
    ("check of an action", "check_run", made("check_run", check_run=_CHECK | {"app": _OURS})),
    ("check of nobody", "check_run", made("check_run", check_run=_CHECK | {"app": None})),
    ("suite of actions", "check_suite", made("check_suite", check_suite=_SUITE | {"app": _OURS})),
    ("inactive", "deployment_status", made("deployment_status", deployment_status={"id": 1, "state": "inactive"})),
    ("failed", "deployment_status", made("deployment_status", deployment_status={"id": 1, "state": "failure"})),
    ("status of ours", "status", recorded("status.default", description="In progress on Tekton")),
    ("status without words", "status", recorded("status.default", description=None)),
    ("branch made", "create", recorded("create.default", ref="feature/ü", ref_type="branch")),
    ("tag gone", "delete", recorded("delete.default", ref="v1", ref_type="tag")),
    ("comment on a request", "issue_comment", recorded("issue_comment.created", issue__pull_request={"url": "x"})),
    ("merge to develop", "merge_group", recorded("merge_group.checks_requested", merge_group__base_ref="refs/heads/develop")),
    ("dispatch of a tag", "workflow_dispatch", dispatch({"size": "small"}, ref="refs/tags/v1")),
    ("dispatch of another", "workflow_dispatch", dispatch({"size": "small"}) | {"workflow": ".github/workflows/x.yml"}),
]  # fmt: skip
_INPUTS: list[Any] = [
    *(None, {}, {"size": "small"}, {"size": "huge"}, {"size": "Small"}, {"size": ""}, {"size": None}, {"debug": "yes"}),
    *({"size": "large", "debug": value} for value in (True, "false", "", "True", 1)),
    *({"size": "large", "count": value} for value in ("3", 3, 2.5, "-1e3", "three", "", "1 ", "0x1f")),
    *({"size": "large", "note": text} for text in ('it\'s "$(id)" `x` $$ é\n<&>', "", "🐈" * 2000)),
    {"size": "large", "unheard": "of"},
]
