"""Runs for Pipelines-as-Code."""

from __future__ import annotations

import re

import pytest
from tests.conversion import convert
from tests.triggers.blocks import BLOCKS
from tests.triggers.reading import NEEDED, SETTINGS, read, run_of

from gha2tekton.convert import Options
from gha2tekton.lower.settings import Settings
from gha2tekton.lower.triggers.pipelines_as_code import lower_pipelines_as_code
from gha2tekton.manifests import dump
from gha2tekton.tekton.model import Manifest

NEEDS = {**NEEDED, "title": ("github", "event", "pull_request", "title"), "name": ("github", "event_name")}


def condition_of(run: Manifest) -> str:
    return str(run["metadata"]["annotations"]["pipelinesascode.tekton.dev/on-cel-expression"])


def test_an_event_is_a_run_with_its_condition() -> None:
    workflow, journal = read("on:\n  push:\n    branches: [main]\n    paths: ['src/**']\n  pull_request:\n  issues:")
    made = lower_pipelines_as_code(workflow, run_of(NEEDS), NEEDS, SETTINGS, journal)
    assert list(made) == [".tekton/ci-push.yaml", ".tekton/ci-pull-request.yaml"]
    push = made[".tekton/ci-push.yaml"][0]
    condition = push["metadata"]["annotations"]["pipelinesascode.tekton.dev/on-cel-expression"]
    assert condition.startswith("event == 'push'\n")
    assert "body.ref in ['refs/heads/main']" in condition
    assert "kind in c && c[kind].exists(f, f.matches('^(?:src/.*)$'))" in condition
    assert {outcome.path: outcome.fate for outcome in journal.outcomes() if outcome.path.startswith("on.")} == {
        "on.push.branches[0]": "exact",
        "on.push.paths[0]": "adapted",
        "on.pull_request": "exact",
        "on.issues": "manual",
    }


@pytest.mark.parametrize("block", BLOCKS.values(), ids=list(BLOCKS))
def test_only_plain_cel_and_plain_text_are_used(block: str) -> None:
    workflow, journal = read(block)
    made = lower_pipelines_as_code(workflow, run_of(NEEDS), NEEDS, SETTINGS, journal)
    for manifests in made.values():
        condition = manifests[0]["metadata"]["annotations"]["pipelinesascode.tekton.dev/on-cel-expression"]
        assert not re.search(r"\.(translate|substring|split|replace|marshalJSON|canonical)\(", condition)
        for param in manifests[0]["spec"]["params"]:
            # The text is filled in before YAML is read: what stands in the file must be the expression itself.
            assert param["value"] in dump([param])
            if "body" in param["value"]:
                # An expression is known by its beginning, and ends at the first brace.
                assert re.fullmatch(r"\{\{ body\.[^}]*\}\}", param["value"])
                assert ".matches('^[][A-Za-z0-9" in param["value"]
    assert not journal.open_leaves("on")


def test_a_type_that_starts_nothing_is_told() -> None:
    workflow, journal = read("on:\n  pull_request:\n    types: [opened, ready_for_review, labeled, edited]")
    lower_pipelines_as_code(workflow, run_of({}), {}, SETTINGS, journal)
    fates = [journal.fate(f"on.pull_request.types[{index}]") for index in range(4)]
    assert fates == ["exact", "exact", "manual", "manual"]


def test_a_member_may_ask_for_a_run() -> None:
    """The body is then a comment, and the base is known by its own name."""
    workflow, journal = read("on:\n  pull_request:\n    branches: ['v*']\n    paths: ['src/**']")
    (run,) = lower_pipelines_as_code(workflow, run_of(NEEDS), NEEDS, SETTINGS, journal)[".tekton/ci-pull-request.yaml"]
    first, event, base, files = re.split(r"\n&& (?=\(!has|target|files)", condition_of(run))
    assert first == "event == 'pull_request'"
    assert event.startswith("(!has(body.pull_request) || (")
    assert base == "target_branch.matches('^(?:v[^/]*)$')"
    assert files.startswith("files.all.exists(f, ")
    values = {param["name"]: param["value"] for param in run["spec"]["params"]}
    assert values["git-revision"] == values["github-ref"] == "refs/pull/{{ pull_request_number }}/merge"


def test_a_run_finds_its_pipeline_in_its_namespace() -> None:
    text = (
        "on: push\nconcurrency: {group: a, cancel-in-progress: true}\njobs:\n  a:\n    runs-on: [self-hosted, gpu]\n"
        "    steps: [{run: 'docker run --gpus all rapids:1 papermill a.ipynb b.ipynb'}]\n"
    )
    options = Options(output=Settings(triggers="pipelines-as-code"))
    done = convert(text, options=options)
    (run,) = done.bundle.files[".tekton/ci-push.yaml"]
    assert run["spec"]["pipelineRef"] == {
        "resolver": "cluster",
        "params": [
            {"name": "kind", "value": "pipeline"},
            {"name": "name", "value": "ci-pipeline"},
            {"name": "namespace", "value": "{{ target_namespace }}"},
        ],
    }
    assert "$(tt.params." not in str(run)
    assert done.journal.fate("concurrency.cancel-in-progress") == "adapted"
    assert done.journal.fate("concurrency.group") == "dropped"


@pytest.mark.parametrize(("cancel", "wanted"), [("true", "true"), ("false", None), ("${{ true }}", None)])
def test_cancel_in_progress(cancel: str, wanted: str | None) -> None:
    workflow, journal = read(f"on: push\nconcurrency:\n  group: a\n  cancel-in-progress: {cancel}")
    made = lower_pipelines_as_code(workflow, run_of({}), {}, SETTINGS, journal)
    annotations = made[".tekton/ci-push.yaml"][0]["metadata"]["annotations"]
    assert annotations.get("pipelinesascode.tekton.dev/cancel-in-progress") == wanted
