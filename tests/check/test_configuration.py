"""The options file: what it may hold, what holds when, and what is said of a wrong one."""

from __future__ import annotations

import json
import re
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from gha2tekton import schema
from gha2tekton.cli import cli
from gha2tekton.cli.kinds import TEXT
from gha2tekton.cli.options import parameters
from gha2tekton.configuration import load

WORKFLOW = "on: push\njobs:\n  a:\n    runs-on: [self-hosted, big]\n    steps: [{run: echo}]\n"


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / ".github/workflows").mkdir(parents=True)
    (tmp_path / ".github/workflows/ci.yml").write_text(WORKFLOW)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(cli, arguments)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.output


def test_the_schema_knows_every_option() -> None:
    known = json.loads(schema.text("options"))["$defs"]["options"]["properties"]
    assert set(known) == {str(one.opts[0]).lstrip("-") for one in parameters()}


CHOSEN = [
    (".gha2tekton.yaml", "namespace: ci\n", [], "namespace: ci"),
    (".gha2tekton.yaml", "namespace: ci\n", ["--namespace", "mine"], "namespace: mine"),
    (".gha2tekton.yaml", "namespace: ci\nworkflows: {ci.yml: {namespace: own}}\n", [], "namespace: own"),
    (".gha2tekton.yaml", "namespace: ci\nworkflows: {other.yml: {namespace: own}}\n", [], "namespace: ci"),
    ("pyproject.toml", '[tool.gha2tekton]\ngpu-count = 4\nnamespace = "t"\n', [], "namespace: t"),
    ("pyproject.toml", '[tool.other]\nnamespace = "t"\n', [], "namespace:"),
    ("pyproject.toml", "[tool.other\n", [], "namespace:"),
    (".gha2tekton.yaml", "", [], "namespace:"),
]


@pytest.mark.parametrize(("name", "text", "arguments", "line"), CHOSEN)
def test_what_holds(repository: Path, name: str, text: str, arguments: list[str], line: str) -> None:
    (repository / name).write_text(text)
    (repository / ".github/workflows/other.yml").write_text(WORKFLOW)
    status, said = run("config", "show", ".github/workflows/ci.yml", *arguments)
    assert status == 0
    assert line in [told.partition("  #")[0].strip() for told in said.splitlines()]


def test_what_holds_for_a_repository(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (repository / ".gha2tekton.yaml").write_text("memory: 5Gi\nworkflows: {ci.yml: {memory: 6Gi}}\n")
    for place in (".", ".github/workflows"):
        assert "memory: 5Gi  # .gha2tekton.yaml" in run("config", "show", place)[1]
    monkeypatch.chdir("/")
    assert "memory: 5Gi  # .gha2tekton.yaml" in run("config", "show", str(repository))[1]


WRONG = [
    (".gha2tekton.yaml", "layout: job\nmemroy: 1\n", r"\.gha2tekton\.yaml:2:1: .*memroy"),
    (".gha2tekton.yaml", "layout: sideways\n", r"\.gha2tekton\.yaml:1:9: 'sideways' is not one of"),
    (".gha2tekton.yaml", "layout: [\n", r"\.gha2tekton\.yaml:\d+:\d+: "),
    (".gha2tekton.yaml", "- layout\n", r"\.gha2tekton\.yaml:1:1: "),
    (".gha2tekton.yaml", "runners: {labels: {big: {gpus: 1}}}\n", r"\.gha2tekton\.yaml:1:\d+: .*gpus"),
    ("pyproject.toml", "[tool.gha2tekton]\nlayout = 3\n", r"^pyproject\.toml:2:1: 3 is not one of"),
    ("pyproject.toml", "[tool.gha2tekton\n", r"^pyproject\.toml:1:\d+: Expected "),
    (
        "pyproject.toml",
        "[tool.gha2tekton]\n[tool.gha2tekton.workflows.'a.yml']\nlayout = 'job'\n\n memory = 'x'\n",
        r"^pyproject\.toml:5:2: 'x' is not a quantity",
    ),
    ("pyproject.toml", "[tool]\ngha2tekton.storage = 'x'\n", r"^pyproject\.toml:2:1: 'x' is not a quantity"),
    ("pyproject.toml", "[tool.gha2tekton]\nimages = {a = {b = 1}}\n", r"^pyproject\.toml:2:1: "),
    (
        "pyproject.toml",
        "[tool.gha2tekton]\nlayuot = 3\n",
        r"^pyproject\.toml:2:1: 'layuot' is not known here; is 'layout' meant\?",
    ),
    ("pyproject.toml", f"gha2tekton = {'[' * 5000}", r"pyproject\.toml: "),
    (".gha2tekton.yaml", "[" * 5000, r"\.gha2tekton\.yaml:1:\d+: nested deeper"),
    (
        ".gha2tekton.yaml",
        "workflows: {ci.yml: {layout: x}}\n",
        r"^\.?\S*\.gha2tekton\.yaml:1:30: 'x' is not one of [^\n]*\n\Z",
    ),
    (".gha2tekton.yaml", "secrets: {A: {name: x}}\n", r"\.gha2tekton\.yaml:1:\d+: 'key' is a required property"),
    (
        ".gha2tekton.yaml",
        "secrets: {A: {name: X_y, key: k}}\n",
        r"\.gha2tekton\.yaml:1:\d+: 'X_y' is not a name of Kubernetes",
    ),
    (".gha2tekton.yaml", "memory: some\n", r"\.gha2tekton\.yaml:1:9: 'some' is not a quantity of Kubernetes"),
]


@pytest.mark.parametrize(("name", "text", "message"), WRONG)
def test_a_wrong_file_is_named_with_the_place(repository: Path, name: str, text: str, message: str) -> None:
    (repository / name).write_text(text)
    status, said = run("convert", ".", "-o", "out")
    assert status == 2

    assert re.search(message, said)
    assert not (repository / "out").exists()


NAMED = {
    "layout: x\n": ".gha2tekton.yaml:1:9: 'x' is not one of ['auto', 'job', 'stages']\n",
    "rules: [nope]\n": "nope: there is no such folder of rules, which .gha2tekton.yaml names\n",
    "rules: [.github]\n": ".github: a folder without rules, neither actions/ nor commands/, which .gha2tekton.yaml names\n",
    "actions-dir: nope\n": "nope: there is no such folder of checkouts, which .gha2tekton.yaml names\n",
    "rules: [ci]\n": "ci/actions/a/b.yaml:1:1: the file is empty\n",
    "workflows: {c.yml: {memory: 1Gi}}\n": (
        ".gha2tekton.yaml: workflows: there is no workflow c.yml; is ci.yml meant?\n"
    ),
    "pin: nope\n": "nope: No such file or directory\n",
    "pin: pins\n": "pins:1:3: y is not sha256: and 64 digits\n",
}


@pytest.mark.parametrize("text", NAMED)
@pytest.mark.parametrize("words", [("lint",), ("convert",), ("config", "show")], ids=" ".join)
def test_messages_do_not_depend_on_the_place(
    repository: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], text: str
) -> None:
    (repository / ".gha2tekton.yaml").write_text(text)
    (repository / "ci/actions/a").mkdir(parents=True)
    (repository / "ci/actions/a/b.yaml").touch()
    (repository / "pins").write_text("x y\n")
    workflow = repository / ".github/workflows/ci.yml"
    workflow.write_text(WORKFLOW.replace("{run: echo}", "{uses: a/b@v1}"))
    here = run(*words, ".github/workflows/ci.yml")
    monkeypatch.chdir("/")
    assert here == run(*words, str(workflow))
    read = words != ("config", "show") or "ci/" not in NAMED[text]  # which reads no rule
    assert not read or here == (2, NAMED[text])


SHAPES = {
    "namespace": (["ci", "a" * 63], ["CI", "a b", "-a", "a" * 64, "ci\n"]),
    "name-prefix": (["mine", "other-"], ["../x", "Mine", "a" * 41]),
    "gpu-resource": (["nvidia.com/mig-1g.5gb", "amd.com/gpu"], ["gpu", "nvidia.com/", "a/b/c"]),
    "memory": (["64Gi", "1.5Gi", "8000000000"], ["64 Gi", "lots", "0", "-1Gi", "64GiB"]),
    "image": (["python", "r.example.com:5000/a/b:1@sha256:0"], ["a b", "$(x)", "-x"]),
    "build-registry": (["r.example.com:5000/a/b"], ["A/b", "a b", "r.example.com/", "r.example.com/a:1"]),
    "status-url": (["https://tekton.example.com/#/x"], ["javascript:x", "tekton.example.com", "https://a b"]),
    "github-repository": (["octo/hello.world"], ["octo", "a/b/c", "a/b c"]),
    "default-branch": (["release/1.x"], ["a b", "x^", "a:b"]),
    "token-account": (["robot", "renovate[bot]"], ["a b", "x[y]"]),
    "host": (["ci.example.com"], ["CI.example.com", "a b", "https://x", "x/"]),
    "storage-class": (["fast", "a.b"], ["A", "a_b"]),
    "storage": (["1Ti"], ["0Gi", "50 Gi"]),
    "service-account": (["runner"], ["A_b"]),
    "git-secret": (["runner"], ["A_b"]),
    "action-image": (["./x=r/x:1", "a/b@v1=i"], ["x", "a=", "a b=c"]),
}


def test_every_option_of_text_has_a_shape() -> None:
    assert set(SHAPES) == {one.opts[0].lstrip("-") for one in parameters() if one.type is TEXT}


@pytest.mark.parametrize("option", SHAPES)
def test_what_tekton_would_refuse_is_refused(option: str) -> None:
    (parameter,) = (one for one in parameters() if one.opts[0] == f"--{option}")
    context = click.Context(click.Command("x"))
    good, bad = SHAPES[option]
    for value in [*good, *([] if parameter.multiple else [""])]:
        assert TEXT.convert(value, parameter, context) == value
    for value in bad:
        with pytest.raises(click.BadParameter, match=r"is not an? |is not the "):
            TEXT.convert(value, parameter, context)


def test_runners_of_ones_own_win(repository: Path) -> None:
    (repository / ".gha2tekton.yaml").write_text("runners: {labels: {big: {os: linux, gpu: 3, final: true}}}\n")
    assert run("convert", ".", "-o", "out")[0] == 0
    assert 'nvidia.com/gpu: "3"' in (repository / "out/tasks/ci-a.yaml").read_text()


def test_secrets_that_are_there_already(repository: Path) -> None:
    (repository / ".gha2tekton.yaml").write_text("secrets: {hf_token: {name: team-tokens, key: hf}}\n")
    step = "{run: echo, env: {A: '${{ secrets.HF_TOKEN }}', B: '${{ secrets.OTHER }}'}}"
    (repository / ".github/workflows/ci.yml").write_text(WORKFLOW.replace("{run: echo}", step))
    assert run("convert", ".", "-o", "out")[0] == 0
    task = (repository / "out/tasks/ci-a.yaml").read_text()
    assert re.search(
        r"name: GHA_SECRET_HF_TOKEN\n\s+valueFrom:\n\s+secretKeyRef:\n\s+name: team-tokens\n\s+key: hf\n", task
    )
    assert re.search(r"name: github-secrets\n\s+key: OTHER\n", task)
    told = (repository / "out/report.txt").read_text()
    assert "kubectl create secret generic team-tokens --namespace default --from-literal=hf=..." in told
    assert "kubectl create secret generic github-secrets --namespace default --from-literal=OTHER=..." in told
    whole = step.replace("secrets.OTHER", "toJSON(secrets)")
    (repository / ".github/workflows/ci.yml").write_text(WORKFLOW.replace("{run: echo}", whole))
    assert run("check", "--write")[0] == 1
    task = (repository / "out/tasks/ci-a.yaml").read_text()
    assert "secretRef" in task
    assert task.count("key: hf") == task.count("name: GHA_SECRET_HF_TOKEN") > 0


def test_images_of_ones_own_are_chosen(repository: Path) -> None:
    (repository / ".gha2tekton.yaml").write_text(
        "images:\n  mine: {image: registry.example/mine, tool: python, size: 1, source: 'https://example.com', "
        "holds: [sh, bash, echo, python, git]}\n"
    )
    assert run("convert", ".", "-o", "out")[0] == 0
    assert "image: registry.example/mine" in (repository / "out/tasks/ci-a.yaml").read_text()


@pytest.mark.slow
def test_rules_are_found_beside_the_file(repository: Path) -> None:
    (repository / "ci/rules/actions/acme").mkdir(parents=True)
    (repository / "ci/rules/actions/acme/x.yaml").write_text(
        "action: acme/x\nabout: Says so.\nsource: https://github.com/acme/x\ninputs: {}\nrun: echo made\n"
        "example: {with: {}, run: echo made}\n"
    )
    (repository / ".gha2tekton.yaml").write_text("rules: [ci/rules]\n")
    (repository / ".github/workflows/ci.yml").write_text(WORKFLOW.replace("run: echo", "uses: acme/x@v1"))
    assert run("lint")[1] == ""
    assert run("convert", ".", "-o", "out")[0] == 0
    assert run("check")[0] == 0
    rule = repository / "ci/rules/actions/acme/x.yaml"
    rule.write_text(rule.read_text().replace("echo made", "echo otherwise"))
    assert run("check")[0] == 1


def test_all_that_init_writes_may_be_taken(repository: Path) -> None:
    assert run("config", "init")[0] == 0
    path = repository / ".gha2tekton.yaml"
    lines = [line.removeprefix("# ") for line in path.read_text().splitlines()]
    known = [one.opts[0].lstrip("-") for one in parameters()] + ["runners", "images", "secrets", "workflows"]
    kept = [line for line in lines if line.partition(":")[0] in known or line.startswith(("- ", "  "))]
    assert sorted(line.partition(":")[0] for line in kept if line[0].isalpha()) == sorted(known)
    path.write_text("\n".join(kept) + "\n")
    assert load(path).path == path
    (repository / "ci/rules/actions").mkdir(parents=True)
    (repository.parent / "checkouts").mkdir()
    (repository / "ci/images.txt").touch()
    (repository / ".github/workflows/gpu.yml").write_text(WORKFLOW)
    status, said = run("config", "show", ".github/workflows/gpu.yml")
    assert status == 0, said
    assert all(line.endswith("  # .gha2tekton.yaml") for line in said.splitlines()), said
    assert "gpu-count: 2  # .gha2tekton.yaml" in said
    path.write_text("".join(f"{line}\n" for line in kept if "pin" not in line).replace("ci/rules", "nowhere"))
    assert run("config", "show") == (2, "nowhere: there is no such folder of rules, which .gha2tekton.yaml names\n")


def test_a_table_that_begins_in_a_project_makes_a_bundle_stale(repository: Path) -> None:
    (repository / "pyproject.toml").write_text("[project]\nname = 'x'\n")
    assert run("convert", ".", "-o", "out")[0] == 0
    (repository / "pyproject.toml").write_text("[project]\nname = 'y'\n")
    assert run("check") == (0, "out: up to date\n")
    (repository / "pyproject.toml").write_text("[tool.gha2tekton]\nnamespace = 'y'\n")
    status, said = run("check")
    assert status == 1
    assert "because pyproject.toml is new" in said


def test_init_writes_a_file_that_holds_nothing_yet(repository: Path) -> None:
    assert run("config", "init")[0] == 0
    assert run("config", "init")[0] == 2
    assert run("lint")[0] == 0
    text = (repository / ".gha2tekton.yaml").read_text()
    for line in text.splitlines():
        if line.startswith("# layout"):
            (repository / ".gha2tekton.yaml").write_text(text.replace(line, line[2:]))
    assert run("lint")[0] == 0


def test_what_a_command_is_told_beside_conversions(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    unknown = WORKFLOW.replace("steps: [", "steps: [{uses: nobody/knows@v1}, ")
    (repository / ".github/workflows/ci.yml").write_text(unknown)
    (repository / ".gha2tekton.yaml").write_text("output: tekton\nreport: [json=told/r.json]\nfail-on: manual\n")
    monkeypatch.chdir(repository / ".github")
    assert run("convert", "workflows")[0] == 1
    assert (repository / "tekton/pipeline.yaml").is_file()
    assert (repository / "told/r.json").is_file()
    assert run("convert", "workflows", "-o", str(repository / "other"), "--fail-on", "never")[0] == 0
    monkeypatch.chdir(repository)
    assert run("lint")[0] == 1
    (repository / ".gha2tekton.yaml").write_text("fail-on: never\n")
    assert run("lint")[0] == 0


@pytest.mark.parametrize("told", ["output: ../x", "report: [json=../x.json]", "output: /tmp/gha2tekton-nowhere"])
def test_a_repository_does_not_say_where_on_the_machine_is_written(repository: Path, told: str) -> None:
    (repository / "inside/.github/workflows").mkdir(parents=True)
    (repository / "inside/.github/workflows/ci.yml").write_text(WORKFLOW)
    (repository / "inside/.gha2tekton.yaml").write_text(told)
    status, output = run("convert", "inside")
    assert (status, "leads out of the repository" in output) == (2, True)
    assert {path.name for path in repository.iterdir()} == {".github", "inside"}


@pytest.mark.parametrize("told", ["never", "adapted", "manual", "B"])
def test_what_check_does_not_let_in_may_stand_in_the_file(repository: Path, told: str) -> None:
    assert run("convert", ".", "-o", "tekton")[0] == 0
    (repository / ".gha2tekton.yaml").write_text(f"fail-on: {told}\n")
    (repository / ".github/workflows/ci.yml").write_text(WORKFLOW.replace("steps: [", "steps: [{uses: nobody/knows@v1}, "))
    code, output = run("check")
    assert (code, "\n  new, manual: " in output) == (1, told != "never")
