"""A workflow's concurrency group in its bundle, and what GitHub hears of a run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from gha2tekton import files
from gha2tekton.conversion import Conversion
from gha2tekton.convert import Options
from gha2tekton.lower.settings import Settings
from gha2tekton.rules.load import RuleSet

JOBS = """
jobs:
  a:
    runs-on: ubuntu-latest
    steps: [{run: make}]
  b:
    needs: a
    runs-on: ubuntu-latest
    steps: [{run: make}]
"""


def convert(folder: Path, text: str, **settings: Any) -> Conversion:
    (folder / "ci.yml").write_text(text)
    options = Options(output=Settings(**settings))
    return files.convert_file(folder / "ci.yml", ".github/workflows/ci.yml", RuleSet(), None, options)


GROUPS = [
    ("concurrency: one", {"GHA_GROUP": "one"}),
    (
        "concurrency: {group: 'ci-${{ github.ref }}', cancel-in-progress: true}",
        {"GHA_GROUP": "ci-${{ github.ref }}", "GHA_CANCEL": "true", "GITHUB_REF": "$(params.github-ref)"},
    ),
    (
        "concurrency: {group: a, cancel-in-progress: \"${{ github.ref != 'refs/heads/main' }}\", queue: max}",
        {"GHA_CANCEL": "${{ github.ref != 'refs/heads/main' }}", "GHA_QUEUE": "max"},
    ),
]


@pytest.mark.parametrize(("group", "env"), GROUPS)
def test_a_group_is_kept_by_the_first_task(tmp_path: Path, group: str, env: dict[str, str]) -> None:
    done = convert(tmp_path, f"on: push\n{group}\n{JOBS}", concurrency="keep")
    bundle = done.bundle.files
    (step,) = bundle["tasks/ci-concurrency.yaml"][0]["spec"]["steps"]
    given = {one["name"]: one.get("value") for one in step["env"]}
    assert env.items() <= given.items()
    first, a, b = bundle["pipeline.yaml"][0]["spec"]["tasks"]
    assert {"name": "run", "value": "$(context.pipelineRun.name)"} in first["params"]
    assert (a["runAfter"], b["runAfter"]) == (["concurrency"], ["a"])
    (spec,) = bundle["runs/ci.yaml"][0]["spec"]["taskRunSpecs"]
    assert spec == {"pipelineTaskName": "concurrency", "serviceAccountName": "ci-concurrency"}
    (role,) = [one for one in bundle["rbac.yaml"] if one["kind"] == "Role"]
    assert role["rules"] == [
        {"apiGroups": ["tekton.dev"], "resources": ["pipelineruns"], "verbs": ["get", "list", "patch"]}
    ]
    fates = {one.path: one.fate for one in done.journal.outcomes() if one.path.startswith("concurrency")}
    assert set(fates.values()) == {"adapted"}


@pytest.mark.parametrize("text", ["concurrency: one\non: push", "on: push"])
def test_without_the_option_a_group_is_told_of(tmp_path: Path, text: str) -> None:
    done = convert(tmp_path, text + JOBS, concurrency="report" if "concurrency" in text else "keep")
    assert "tasks/ci-concurrency.yaml" not in done.bundle.files
    assert {one.fate for one in done.journal.outcomes() if one.path.startswith("concurrency")} <= {"dropped"}


CHECKS = [
    ("name: Build", "Build (1, x)", "Build (2, x)"),
    ("name: 'Build ${{ matrix.n }}'", "Build 1", "Build 2"),
    ("name: 'Build ${{ github.ref }}'", "a (1, x)", "a (2, x)"),
    ("timeout-minutes: 5", "a (1, x)", "a (2, x)"),
]


@pytest.mark.parametrize(("name", "first", "second"), CHECKS)
def test_checks_are_named_as_github_names_them(tmp_path: Path, name: str, first: str, second: str) -> None:
    job = f"{name}\n    strategy: {{matrix: {{n: [1, 2], o: [x]}}}}\n    runs-on: ubuntu-latest\n    steps: [{{run: make}}]"
    done = convert(tmp_path, f"on: pull_request\njobs:\n  a:\n    {job}\n")
    (task, *_) = done.bundle.files["pipeline.yaml"][0]["spec"]["tasks"]
    states = next(one["value"] for one in task["params"] if one["name"] == "states")
    assert states.splitlines() == [f"pending\t{first}", f"pending\t{second}"]


CALLS = [
    ("name: First", ["First (1) / Build", "First (2) / Build"]),
    ("name: 'First ${{ matrix.n }}'", ["First 1 / Build", "First 2 / Build"]),
    ("secrets: inherit", ["a (1) / Build", "a (2) / Build"]),
]


@pytest.mark.parametrize(("key", "names"), CALLS)
def test_checks_of_called_workflows_are_told_apart(tmp_path: Path, key: str, names: list[str]) -> None:
    folder = tmp_path / ".github" / "workflows"
    folder.mkdir(parents=True)
    (folder / "b.yml").write_text(
        "on: workflow_call\njobs: {b: {name: Build, runs-on: ubuntu-latest, steps: [{run: make}]}}\n"
    )
    (folder / "ci.yml").write_text(
        "on: pull_request\njobs:\n  a:\n    strategy: {matrix: {n: [1, 2]}}\n"
        f"    uses: ./.github/workflows/b.yml\n    {key}\n"
    )
    done = files.convert_file(folder / "ci.yml", ".github/workflows/ci.yml", RuleSet(), None, Options())
    (task, *_) = done.bundle.files["pipeline.yaml"][0]["spec"]["tasks"]
    states = next(one["value"] for one in task["params"] if one["name"] == "states")
    assert states.splitlines() == [f"pending\t{name}" for name in names]


TOLD = [
    ("pull_request", {}, True),
    ("[push, pull_request_target]", {}, True),
    ("push", {}, False),
    ("push", {"github_status": True}, True),
    ("pull_request", {"github_status": False}, False),
    ("pull_request", {"triggers": "none"}, False),
]


@pytest.mark.parametrize(("events", "settings", "told"), TOLD)
def test_github_hears_of_pull_requests(tmp_path: Path, events: str, settings: dict[str, Any], told: bool) -> None:
    done = convert(tmp_path, f"on: {events}\n{JOBS}", **settings)
    assert ("tasks/ci-github-status.yaml" in done.bundle.files) is told
