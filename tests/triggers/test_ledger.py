"""What becomes of every leaf under ``on``, and that the output depends on those that it claims to honour."""

from __future__ import annotations

import json

import pytest
from tests.triggers.blocks import BLOCKS
from tests.triggers.reading import NEEDED, lower

from gha2tekton.journal import SAME_AS_DEFAULT

OTHERS = {
    "schedule": "on:\n  schedule:\n  - cron: '0 3 * * 1'\n  - cron: '5 4 * * *'\n    timezone: Asia/Taipei",
    "call": "on:\n  workflow_call:\n    inputs:\n      n: {type: string, default: a}\n  push:",
    "undelivered": "on:\n  project_card:\n    types: [moved]\n  push:",
}

FATES = [
    ("word", "on", "exact", "triggers/push.yaml"),
    ("list", "on[1]", "exact", "triggers/pull-request.yaml"),
    ("defaults", "on.release", "exact", "triggers/release.yaml"),
    ("globs", "on.push.branches[2]", "exact", "triggers/push.yaml"),
    ("paths", "on.push.paths[0]", "adapted", "triggers/push.yaml"),
    ("chain", "on.workflow_run.workflows[0]", "adapted", "triggers/workflow-run.yaml"),
    ("dispatch", "on.workflow_dispatch.inputs.size.options[1]", "exact", "triggers/workflow-dispatch.yaml"),
    ("dispatch", "on.workflow_dispatch.inputs.debug.description", "exact", "triggers/template.yaml"),
    ("schedule", "on.schedule[1].timezone", "exact", "triggers/schedule.yaml"),
    ("call", "on.workflow_call.inputs.n.default", "dropped", ""),
    ("undelivered", "on.project_card.types[0]", "manual", ""),
]


@pytest.mark.parametrize("block", [*BLOCKS.values(), *OTHERS.values()], ids=[*BLOCKS, *OTHERS])
def test_no_leaf_is_left_without_outcome(block: str) -> None:
    _, journal, _ = lower(block)
    assert not journal.open_leaves("on")


@pytest.mark.parametrize(("block", "path", "fate", "target"), FATES)
def test_outcome(block: str, path: str, fate: str, target: str) -> None:
    _, journal, _ = lower((BLOCKS | OTHERS)[block])
    outcome = next(outcome for outcome in journal.outcomes() if outcome.path == path)
    assert (outcome.fate, outcome.target) == (fate, target)


ABLATIONS = [
    ("on:\n  push:\n    branches: [main, develop]", ", develop"),
    ("on:\n  push:\n    branches: ['**', '!x']", ", '!x'"),
    ("on:\n  push:\n    tags-ignore: [v1, v2]", ", v2"),
    ("on:\n  push:\n    paths: [a, b]", ", b"),
    ("on:\n  pull_request:\n    paths-ignore: [a, b]", ", b"),
    ("on:\n  release:\n    types: [published, edited]", ", edited"),
    ("on:\n  workflow_run:\n    workflows: [A, B]", ", B"),
    ("on: [push, issues]", ", issues"),
    ("on:\n  schedule:\n  - cron: '0 3 * * 1'\n    timezone: Asia/Taipei", "\n    timezone: Asia/Taipei"),
    ("on:\n  schedule:\n  - cron: '0 3 * * 1'\n  - cron: '0 4 * * 1'", "\n  - cron: '0 4 * * 1'"),
    ("on:\n  workflow_dispatch:\n    inputs:\n      a: {description: A, type: boolean}", "description: A, "),
    ("on:\n  workflow_dispatch:\n    inputs:\n      a: {description: A, type: boolean}", ", type: boolean"),
    ("on:\n  workflow_dispatch:\n    inputs:\n      a: {default: x, type: string}", "default: x, "),
    ("on:\n  workflow_dispatch:\n    inputs:\n      a: {required: true, type: string}", "required: true, "),
    ("on:\n  workflow_dispatch:\n    inputs:\n      a: {type: choice, options: [x, y]}", ", y"),
]


@pytest.mark.parametrize(("block", "leaf"), ABLATIONS)
def test_what_is_claimed_is_there(block: str, leaf: str) -> None:
    assert leaf in block
    before, after = (json.dumps(dict(lower(text)[0].files)) for text in (block, block.replace(leaf, "")))
    assert before != after


def test_a_default_is_said_to_be_one() -> None:
    block = "on:\n  workflow_dispatch:\n    inputs:\n      a: {type: string, required: false}"
    _, journal, _ = lower(block)
    reasons = {
        outcome.path.rsplit(".")[-1]: outcome.reason for outcome in journal.outcomes() if "inputs" in outcome.path
    }
    assert reasons == {"type": SAME_AS_DEFAULT, "required": SAME_AS_DEFAULT}


def test_what_a_person_must_supply_is_listed() -> None:
    _, journal, _ = lower("on:\n  push:\n  pull_request:\n    paths: [src]\n  pull_request_target:")
    assert [(setup.kind, setup.name) for setup in journal.setup] == [
        ("secret", "github-token"),
        ("secret", "github-webhook-secret"),
        ("webhook", "demo"),
        ("webhook event", "pull_request"),
        ("webhook event", "push"),
    ]
    assert all(";" not in setup.why for setup in journal.setup)


@pytest.mark.parametrize(
    ("block", "needed", "codes"),
    [
        ("on: push", {}, {"deleted-ref-ignored"}),
        ("on: pull_request", {}, {"forks-refused", "skip-message-unseen"}),
        ("on: issues", {"sha": ("github", "sha")}, {"context-differs"}),
        ("on: issues", {"t": ("github", "event", "issue", "title")}, set()),
        ("on:\n  schedule:\n  - cron: '0 3 * * 1'", {}, {"default-branch-unknown"}),
    ],
)
def test_differences_are_announced(block: str, needed: dict[str, tuple[str, ...]], codes: set[str]) -> None:
    _, journal, _ = lower(block, needed)
    assert {diagnostic.code for diagnostic in journal.diagnostics} == codes


def test_same_input_same_bytes() -> None:
    block = BLOCKS["dispatch"] + "  push:\n    branches: [b, a]"
    first, second = (json.dumps(dict(lower(block, NEEDED)[0].files)) for _ in range(2))
    assert first == second
