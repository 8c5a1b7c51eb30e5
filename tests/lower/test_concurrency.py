"""A workflow's concurrency group in its bundle, and what GitHub hears of a run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests import conversion

from gha2tekton.conversion import Conversion
from gha2tekton.convert import Options
from gha2tekton.lower.settings import Settings

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


def convert(text: str, **settings: Any) -> Conversion:
    return conversion.convert(text, options=Options(output=Settings(**settings)))


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
def test_a_group_is_kept_by_the_first_task(group: str, env: dict[str, str]) -> None:
    done = convert(f"on: push\n{group}\n{JOBS}", concurrency="keep")
    bundle = done.bundle.files
    (step,) = bundle["tasks/ci-concurrency.yaml"][0]["spec"]["steps"]
    given = {one["name"]: one.get("value") for one in step["env"]}
    assert env.items() <= given.items()
    first, a, b = bundle["pipeline.yaml"][0]["spec"]["tasks"]
    assert {"name": "own_run", "value": "$(context.pipelineRun.name)"} in first["params"]
    assert (a["runAfter"], b["runAfter"]) == (["concurrency"], ["a"])
    (spec,) = bundle["runs/ci.yaml"][0]["spec"]["taskRunSpecs"]
    assert spec == {"pipelineTaskName": "concurrency", "serviceAccountName": "ci-concurrency"}
    (role,) = [one for one in bundle["rbac.yaml"] if one["kind"] == "Role"]
    assert role["rules"] == [
        {"apiGroups": ["tekton.dev"], "resources": ["pipelineruns", "taskruns"], "verbs": ["get", "list", "patch"]}
    ]
    fates = {one.path: one.fate for one in done.journal.outcomes() if one.path.startswith("concurrency")}
    assert set(fates.values()) == {"adapted"}


@pytest.mark.parametrize("text", ["concurrency: one\non: push", "on: push"])
def test_without_the_option_a_group_is_told_of(text: str) -> None:
    done = convert(text + JOBS, concurrency="report" if "concurrency" in text else "keep")
    assert "tasks/ci-concurrency.yaml" not in done.bundle.files
    assert {one.fate for one in done.journal.outcomes() if one.path.startswith("concurrency")} <= {"dropped"}


CHECKS = [
    ("name: Build", "Build (1, x)", "Build (2, x)"),
    ("name: 'Build ${{ matrix.n }}'", "Build 1", "Build 2"),
    ("name: 'Build ${{ github.ref }}'", "a (1, x)", "a (2, x)"),
    ("timeout-minutes: 5", "a (1, x)", "a (2, x)"),
    (f"name: {'x' * 93}", f"{'x' * 93} (1, x)", f"{'x' * 93} (2, x)"),
    (f"name: {'x' * 94}", f"{'x' * 94} (1...", f"{'x' * 94} (2..."),
]


@pytest.mark.parametrize(("name", "first", "second"), CHECKS)
def test_checks_are_named_as_github_names_them(name: str, first: str, second: str) -> None:
    job = f"{name}\n    strategy: {{matrix: {{n: [1, 2], o: [x]}}}}\n    runs-on: ubuntu-latest\n    steps: [{{run: make}}]"
    done = convert(f"on: pull_request\njobs:\n  a:\n    {job}\n")
    (task, *_) = done.bundle.files["pipeline.yaml"][0]["spec"]["tasks"]
    states = next(one["value"] for one in task["params"] if one["name"] == "states")
    assert states.splitlines() == [f"pending\t{first}", f"pending\t{second}"]


def test_checks_of_one_name_are_one_that_fails_where_one_of_them_does() -> None:
    job = "runs-on: ubuntu-latest, steps: [{run: make}]"
    legs = "name: '${{ matrix.n == 9 }}', strategy: {matrix: {n: [1, 2]}}"
    done = convert(
        f"on: pull_request\njobs:\n  a: {{name: Build, {job}}}\n  b: {{name: build, {job}}}\n  c: {{{legs}, {job}}}\n"
    )
    spec = done.bundle.files["pipeline.yaml"][0]["spec"]
    told = [
        next(one["value"] for one in task["params"] if one["name"] == "states").splitlines()
        for task in (spec["tasks"][0], spec["finally"][-1])
    ]
    assert told == [
        ["pending\tBuild", "pending\tfalse"],
        ["$(tasks.a.status)$(tasks.b.status)\tBuild", "$(tasks.c-1.status)$(tasks.c-2.status)\tfalse"],
    ]


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
    text = (
        "on: pull_request\njobs:\n  a:\n    strategy: {matrix: {n: [1, 2]}}\n"
        f"    uses: ./.github/workflows/b.yml\n    {key}\n"
    )
    done = conversion.convert(text, tmp_path)
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
def test_github_hears_of_pull_requests(events: str, settings: dict[str, Any], told: bool) -> None:
    done = convert(f"on: {events}\n{JOBS}", **settings)
    assert ("tasks/ci-github-status.yaml" in done.bundle.files) is told


LEGS = """
jobs:
  a:
    runs-on: ubuntu-latest
    strategy: {matrix: {n: [1, 2]}}
    concurrency: {group: 'a-${{ matrix.n }}', cancel-in-progress: true}
    steps: [{run: make}]
  b:
    needs: a
    if: always()
    runs-on: ubuntu-latest
    concurrency: one
    steps: [{run: make}]
"""


def env_of(bundle: dict[str, Any], task: str) -> dict[str, str]:
    (step,) = bundle[f"tasks/{task}.yaml"][0]["spec"]["steps"]
    return {entry["name"]: entry.get("value", "") for entry in step["env"]}


def test_a_jobs_group_is_kept_by_a_task_before_it() -> None:
    done = convert(f"on: push{LEGS}", concurrency="keep", github_status=True)
    bundle = done.bundle.files
    places = {place["name"]: place for place in bundle["pipeline.yaml"][0]["spec"]["tasks"]}
    for name, needs in (("a-1", None), ("a-2", None), ("b", ["a-1", "a-2"])):
        held, job = places[f"{name}-concurrency"], places[name]
        assert held.get("runAfter") == needs
        assert job["runAfter"] == [f"{name}-concurrency"]
        asked = {"input": f"$(tasks.{name}-concurrency.results.go)", "operator": "in", "values": ["true"]}
        assert job["when"] == [asked]
        assert held["onError"] == "continue"
        assert {"name": "own_places", "value": name} in held["params"]
    assert env_of(bundle, "ci-a-concurrency")["GHA_GROUP"] == "a-${{ matrix.n }}"
    assert env_of(bundle, "ci-a-concurrency")["GHA_STATE"].endswith("/.jobs/a.$(params.leg)")
    wanted = {"GHA_GROUP": "one", "GHA_IF": "always()", "GHA_NEEDED": "a", "GHA_HOLD": "$(context.taskRun.name)"}
    assert wanted.items() <= env_of(bundle, "ci-b-concurrency").items()
    specs = bundle["runs/ci.yaml"][0]["spec"]["taskRunSpecs"]
    assert [spec["serviceAccountName"] for spec in specs] == ["ci-concurrency"] * 3
    (final,) = [one for one in bundle["pipeline.yaml"][0]["spec"]["finally"] if one["name"] == "github-status"]
    states = next(param["value"] for param in final["params"] if param["name"] == "states").splitlines()
    assert states[2] == "$(tasks.b-concurrency.status) $(tasks.b.status)\tb"
    fates = {one.path: one.fate for one in done.journal.outcomes() if ".concurrency" in one.path}
    assert set(fates.values()) == {"adapted"}
    assert len(fates) == 3


UNKEPT = [
    ("jobs: {a: {runs-on: x, concurrency: one, strategy: {matrix: '${{ fromJSON(vars.M) }}'}, steps: [{run: make}]}}", "the legs of its matrix"),
    ("jobs: {a: {uses: ./.github/workflows/b.yml, concurrency: one}}", "all jobs of a call share it"),
]  # fmt: skip


@pytest.mark.parametrize(("jobs", "why"), UNKEPT)
def test_a_group_that_cannot_be_kept_says_why(tmp_path: Path, jobs: str, why: str) -> None:
    folder = tmp_path / ".github" / "workflows"
    folder.mkdir(parents=True)
    called = "on: workflow_call\njobs: {b: {runs-on: x, steps: [{run: make}]}, c: {runs-on: x, steps: [{run: make}]}}\n"
    (folder / "b.yml").write_text(called)
    options = Options(output=Settings(concurrency="keep"))
    done = conversion.convert(f"on: push\n{jobs}\n", tmp_path, options)
    assert not [name for name in done.bundle.files if "concurrency" in name]
    (row,) = [one for one in done.journal.outcomes() if one.path == "jobs.a.concurrency"]
    assert row.fate == "dropped"
    assert why in row.reason


def test_inputs_may_have_any_name() -> None:
    inputs = "{run: {default: a}, places: {default: b}, own-run: {default: c}}"
    text = f"on: {{workflow_dispatch: {{inputs: {inputs}}}}}\nconcurrency: '${{{{ inputs.run }}}}'{LEGS}"
    text = text.replace("concurrency: one", "concurrency: '${{ inputs.places }} ${{ inputs.own-run }}'")
    bundle = convert(text, concurrency="keep").bundle.files
    run, *_ = bundle["pipeline.yaml"][0]["spec"]["tasks"]
    wanted = {"run": "$(params.run)", "own_run": "$(context.pipelineRun.name)"}
    assert {param["name"]: param["value"] for param in run["params"]} == wanted
    (held,) = [one for one in bundle["pipeline.yaml"][0]["spec"]["tasks"] if one["name"] == "b-concurrency"]
    assert {param["name"]: param["value"] for param in held["params"]} == {
        "places": "$(params.places)",
        "own-run": "$(params.own-run)",
        "own_run": "$(context.pipelineRun.name)",
        "own_places": "b",
    }


def test_a_chain_stops_where_a_job_gives_way() -> None:
    text = f"on: push\n{JOBS}".replace("  b:\n", "  b:\n    concurrency: one\n")
    done = convert(text, concurrency="keep")
    _, held, b = done.bundle.files["pipeline.yaml"][0]["spec"]["tasks"]
    assert (held["runAfter"], b["runAfter"]) == (["a"], ["b-concurrency"])
    assert "when" not in b
    assert "onError" not in held
    assert "workspaces" not in held
