"""Runs for Pipelines-as-Code."""

from __future__ import annotations

import re

import pytest
from tests.triggers.blocks import BLOCKS
from tests.triggers.reading import NEEDED, SETTINGS, read, run_of

from gha2tekton.lower.pipelines_as_code import lower_pipelines_as_code
from gha2tekton.manifests import dump

NEEDS = {**NEEDED, "title": ("github", "event", "pull_request", "title"), "name": ("github", "event_name")}


def test_an_event_is_a_run_with_its_condition() -> None:
    workflow, journal = read("on:\n  push:\n    branches: [main]\n    paths: ['src/**']\n  pull_request:\n  issues:")
    files = lower_pipelines_as_code(workflow, run_of(NEEDS), NEEDS, SETTINGS, journal)
    assert list(files) == [".tekton/ci-push.yaml", ".tekton/ci-pull-request.yaml"]
    push = files[".tekton/ci-push.yaml"][0]
    condition = push["metadata"]["annotations"]["pipelinesascode.tekton.dev/on-cel-expression"]
    assert condition.startswith("event == 'push'\n")
    assert "body.ref in ['refs/heads/main']" in condition
    assert "files.all.exists(f, f.matches('^(?:src/.*)$'))" in condition
    assert {outcome.path: outcome.fate for outcome in journal.outcomes() if outcome.path.startswith("on.")} == {
        "on.push.branches[0]": "exact",
        "on.push.paths[0]": "adapted",
        "on.pull_request": "exact",
        "on.issues": "manual",
    }


@pytest.mark.parametrize("block", BLOCKS.values(), ids=list(BLOCKS))
def test_only_plain_cel_and_plain_text_are_used(block: str) -> None:
    workflow, journal = read(block)
    files = lower_pipelines_as_code(workflow, run_of(NEEDS), NEEDS, SETTINGS, journal)
    for manifests in files.values():
        condition = manifests[0]["metadata"]["annotations"]["pipelinesascode.tekton.dev/on-cel-expression"]
        assert not re.search(r"\.(translate|substring|split|replace|marshalJSON|canonical)\(", condition)
        for param in manifests[0]["spec"]["params"]:
            # The text is filled in before YAML is read: what stands in the file must be the expression itself.
            assert param["value"] in dump([param])
            if "cel:" in param["value"]:
                assert ".matches('^[A-Za-z0-9" in param["value"]
    assert not journal.open_leaves("on")


def test_a_type_that_starts_nothing_is_told() -> None:
    workflow, journal = read("on:\n  pull_request:\n    types: [opened, labeled]")
    lower_pipelines_as_code(workflow, run_of({}), {}, SETTINGS, journal)
    assert [journal.fate(f"on.pull_request.types[{index}]") for index in (0, 1)] == ["exact", "manual"]


@pytest.mark.parametrize(("cancel", "wanted"), [("true", "true"), ("false", None), ("${{ true }}", None)])
def test_cancel_in_progress(cancel: str, wanted: str | None) -> None:
    workflow, journal = read(f"on: push\nconcurrency:\n  group: a\n  cancel-in-progress: {cancel}")
    files = lower_pipelines_as_code(workflow, run_of({}), {}, SETTINGS, journal)
    annotations = files[".tekton/ci-push.yaml"][0]["metadata"]["annotations"]
    assert annotations.get("pipelinesascode.tekton.dev/cancel-in-progress") == wanted
