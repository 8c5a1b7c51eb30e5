"""What the command line says about triggers reaches the bundle, and what explains them answers."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from gha2tekton.cli import cli
from gha2tekton.yaml import documents

WORKFLOW = """\
name: CI
on: {pull_request: {branches: [main]}, push: {branches: [main]}, schedule: [{cron: '0 3 * * *'}]}
jobs:
  build:
    runs-on: ubuntu-latest
    strategy: {matrix: {v: [1, 2]}}
    steps: [{uses: actions/checkout@v4}, {run: make}]
  docs: {name: Docs, needs: build, runs-on: ubuntu-latest, steps: [{run: make docs}]}
"""
PAYLOADS = Path(__file__).parent / "payloads"


@pytest.fixture
def workflow(tmp_path: Path) -> Path:
    path = tmp_path / "ci.yml"
    path.write_text(WORKFLOW)
    return path


def convert(workflow: Path, *words: str) -> dict[str, str]:
    out = workflow.parent / "out"
    result = CliRunner().invoke(cli, ["convert", str(workflow), "-o", str(out), *words])
    assert result.exit_code == 0, result.output
    return {path.relative_to(out).as_posix(): path.read_text() for path in sorted(out.rglob("*")) if path.is_file()}


REACHED = [
    (["--host", "ci.example.com"], "triggers/ingress.yaml", "host: ci.example.com"),
    (["--github-repository", "acme/x"], "triggers/push.yaml", "acme/x"),
    (["--github-repository", "acme/x"], "runs/ci.yaml", "https://github.com/acme/x.git"),
    (["--default-branch", "trunk"], "runs/ci.yaml", "trunk"),
    (["--token-account", "robot"], "triggers/push.yaml", "body.sender.login in ['github-actions[bot]', 'robot']"),
    (["--forks", "members"], "triggers/pull-request.yaml", "githubOwners"),
    (["--forks", "secretless", "--namespace", "ci"], "rbac.yaml", "namespace: ci-forks"),
    (["--default-branch", "trunk"], "triggers/schedule.yaml", "refs/heads/trunk"),
    (["--triggers", "pipelines-as-code"], ".tekton/ci-push.yaml", "pipelinesascode.tekton.dev"),
    (["--github-status", "--status-url", "https://tekton.example.com"], "pipeline.yaml", "https://tekton.example.com"),
]


@pytest.mark.parametrize(
    ("words", "file", "text"), REACHED, ids=lambda value: " ".join(value) if isinstance(value, list) else ""
)
def test_each_switch_reaches_its_file(workflow: Path, words: list[str], file: str, text: str) -> None:
    assert text in convert(workflow, *words)[file]


def test_without_triggers_only_people_start_runs(workflow: Path) -> None:
    files = convert(workflow, "--triggers", "none")
    assert not [name for name in files if name.startswith("triggers/")]
    assert "kind: ServiceAccount" in files["rbac.yaml"]
    assert "runs/ci.yaml" in files


def test_what_pipelines_as_code_reads_is_not_applied(workflow: Path) -> None:
    files = convert(workflow, "--triggers", "pipelines-as-code")
    assert ".tekton" not in files["kustomization.yaml"]


@pytest.mark.slow
def test_statuses_have_the_names_of_githubs_checks(workflow: Path) -> None:
    files = convert(workflow, "--github-status")
    (pipeline,) = documents(files["pipeline.yaml"], "pipeline.yaml")
    first, *_ = pipeline["spec"]["tasks"]
    (last,) = pipeline["spec"]["finally"]
    states = {param["name"]: param["value"] for param in last["params"]}["states"]
    assert [line.partition("\t")[2] for line in states.splitlines()] == ["build (1)", "build (2)", "Docs"]
    assert first["name"] == "github-status-pending"
    assert "Secret github-token" in files["report.txt"]


EXPLAINED = [
    ("push", "push.1.json", 1, "no      on.push.branches: only branches are named, and this is a tag"),
    ("pull_request", "pull_request.opened.json", 1, "no      on.pull_request.branches: the base branch is master"),
    ("issues", "issues.opened.json", 1, "nothing under on starts on issues"),
]


@pytest.mark.parametrize(("event", "payload", "status", "line"), EXPLAINED)
def test_explain_names_what_decides(workflow: Path, event: str, payload: str, status: int, line: str) -> None:
    words = ["triggers", "explain", str(workflow), "--event", event, "--payload", str(PAYLOADS / payload)]
    result = CliRunner().invoke(cli, words)
    assert result.exit_code == status
    assert line in result.output


@pytest.mark.parametrize("payload", ["{", "[]", '{"a": 1}'])
def test_explain_of_what_is_no_delivery(workflow: Path, payload: str) -> None:
    file = workflow.parent / "payload.json"
    file.write_text(payload)
    words = ["triggers", "explain", str(workflow), "--event", "pull_request", "--payload", str(file)]
    assert CliRunner().invoke(cli, words).exit_code == 2


def test_people_are_told_what_an_input_takes(workflow: Path) -> None:
    inputs = (
        "{size: {type: choice, options: [s, l], description: How big}, debug: {type: boolean}, "
        "count: {type: number, default: 2}, note: {description: A note}}"
    )
    run = "echo ${{ inputs.size }} ${{ inputs.debug }} ${{ inputs.count }} ${{ inputs.note }}"
    job = f"jobs: {{a: {{runs-on: ubuntu-latest, steps: [{{run: '{run}'}}]}}}}"
    workflow.write_text(f"on: {{workflow_dispatch: {{inputs: {inputs}}}}}\n{job}\n")
    (pipeline,) = documents(convert(workflow)["pipeline.yaml"], "pipeline.yaml")
    told = {param["name"]: (param["description"], param["default"]) for param in pipeline["spec"]["params"]}
    assert {name: told[name] for name in ("size", "debug", "count", "note")} == {
        "size": ("How big (one of s, l)", "s"),
        "debug": ("inputs.debug (true or false)", "false"),
        "count": ("inputs.count (a number)", "2"),
        "note": ("A note", ""),
    }


def test_inputs_may_be_called_as_params_of_ours(workflow: Path) -> None:
    names = ("gpu-count", "git-revision", "container-image", "github-ref", "leg")
    inputs = ", ".join(f"{name}: {{default: own-{name}}}" for name in names)
    run = " ".join(f"${{{{ inputs.{name} }}}}" for name in names)
    steps = f"[{{uses: actions/checkout@v4}}, {{run: 'echo {run} ${{{{ github.ref }}}}'}}]"
    job = f"jobs: {{a: {{runs-on: ubuntu-latest, strategy: {{matrix: {{n: [1, 2]}}}}, steps: {steps}}}}}"
    workflow.write_text(f"on: {{workflow_dispatch: {{inputs: {{{inputs}}}}}}}\n{job}\n")
    files = convert(workflow)
    (pipeline,) = documents(files["pipeline.yaml"], "pipeline.yaml")
    declared = [param["name"] for param in pipeline["spec"]["params"]]
    assert len(declared) == len(set(declared))
    defaults = {param["name"]: param.get("default") for param in pipeline["spec"]["params"]}
    assert [defaults[f"inputs-{name}"] for name in names] == [f"own-{name}" for name in names]
    assert defaults["git-revision"] is None
    for place in pipeline["spec"]["tasks"]:
        given = [param["name"] for param in place["params"]]
        assert len(given) == len(set(given))


GUARD = """\
name: CI
on: {push: {branches: [main]}, schedule: [{cron: '0 3 * * *'}]}
jobs:
  build:
    runs-on: ubuntu-latest
    if: github.ref == format('refs/heads/{0}', github.event.repository.default_branch)
    steps: [{run: "echo ${{ github.event.repository.owner.login }}"}]
"""
SAID = [
    # what the command line says, and the default branch and the owner for runs by the clock and by hand
    ([], ("", ""), ("main", "OWNER")),
    (["--default-branch", "trunk"], ("trunk", ""), ("trunk", "OWNER")),
    (["--default-branch", "trunk", "--github-repository", "acme/x"], ("trunk", "acme"), ("trunk", "acme")),
]


@pytest.mark.parametrize(("words", "clock", "hand"), SAID)
def test_runs_without_a_delivery_know_the_repository(
    workflow: Path, words: list[str], clock: tuple[str, str], hand: tuple[str, str]
) -> None:
    workflow.write_text(GUARD)
    files = convert(workflow, *words)
    held = next(one for one in documents(files["triggers/schedule.yaml"], "") if one["kind"] == "ConfigMap")
    for text, wanted in ((held["data"]["pipelinerun.yaml"], clock), (files["runs/ci.yaml"], hand)):
        params = {item["name"]: item["value"] for run in documents(text, "") for item in run["spec"]["params"]}
        found = (params["github-event-repository-default-branch"], params["github-event-repository-owner-login"])
        assert found == wanted
    told = "event.repository.default_branch" in files["report.txt"]
    assert told is not bool(clock[0])
