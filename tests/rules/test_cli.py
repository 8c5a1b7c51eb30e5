"""gha2tekton rules: what a newcomer needs to add a rule, and what it tells of a tree."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gha2tekton import resources
from gha2tekton.cli import cli

README = (resources.mappings() / "README.md").read_text(encoding="utf-8")
ACTION = """\
name: Fetch
description: |
  Fetches: data
inputs:
  url: {description: "where # it is", required: true}
  on retries: {default: 3}
outputs: {size: {description: s}}
runs: {using: composite, steps: []}
"""
PROGRAM = """\
name: Label
description: Labels.
inputs:
  repo-token: {default: "${{ github.token }}"}
  dot: {default: true}
runs: {using: node20, main: a.js, post: b.js}
"""


def rules(*words: str | Path) -> Result:
    return CliRunner().invoke(cli, ["rules", *map(str, words)])


def test_the_text_for_newcomers_leads_to_a_rule_that_works(tmp_path: Path) -> None:
    """The example of the README, as it stands there, is proved and used."""
    (example,) = re.findall(r"```yaml\n(action: acme/fetch-data.*?)```", README, re.DOTALL)
    path = tmp_path / "rules" / "actions" / "acme" / "fetch-data.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(example)
    result = rules("test", tmp_path / "rules")
    assert (result.exit_code, result.output) == (0, "rules: 1, faults: 0\n")
    workflow = tmp_path / "ci.yml"
    step = "{uses: acme/fetch-data@v1, with: {url: 'https://example.com/a b'}}"
    workflow.write_text(f"on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - {step}\n")
    made = CliRunner().invoke(cli, ["convert", str(workflow), "--rules", str(tmp_path / "rules")])
    assert "curl --fail --retry 3 --output data.bin 'https://example.com/a b'" in made.output
    assert "0 manual" in made.output


@pytest.mark.slow
def test_our_own_rules_are_proved_the_same_way() -> None:
    result = rules("test", resources.mappings())
    assert result.exit_code == 0, result.output


def test_a_stub_has_every_input(tmp_path: Path) -> None:
    (tmp_path / "action.yml").write_text(ACTION)
    result = rules("new", "Acme/fetch", "-o", tmp_path / "mine", "--action-file", tmp_path / "action.yml")
    assert result.exit_code == 0, result.output
    text = (tmp_path / "mine/actions/acme/fetch.yaml").read_text()
    assert "  # where # it is\n  url:\n" in text
    assert "default: 3" in text
    assert rules("test", tmp_path / "mine").exit_code == 0
    assert rules("new", "Acme/fetch", "-o", tmp_path / "mine").exit_code == 2


def test_a_stub_of_a_javascript_action_is_a_rule(tmp_path: Path) -> None:
    (tmp_path / "action.yml").write_text(PROGRAM)
    assert rules("new", "Acme/label", "-o", tmp_path / "mine", "--action-file", tmp_path / "action.yml").exit_code == 0
    proved = rules("test", tmp_path / "mine")
    assert (proved.exit_code, proved.output) == (0, "rules: 1, faults: 0\n")
    text = (tmp_path / "mine/actions/acme/label.yaml").read_text()
    assert re.search(r"^program:\s*\[?\s*-?\s*main,?\s*-?\s*post", text, re.MULTILINE)
    assert 'javascript-action acme/label@v1 main step repo-token "$INPUT_REPO_TOKEN"' in text


def test_a_stub_finds_the_action_in_a_checkout(tmp_path: Path) -> None:
    (tmp_path / "acme" / "fetch@v1").mkdir(parents=True)
    (tmp_path / "acme" / "fetch@v1" / "action.yml").write_text(ACTION)
    assert "  url:\n" in rules("new", "acme/fetch@v1", "--actions-dir", tmp_path).output


@pytest.mark.parametrize("name", ["fetch", "a/", "/b"])
def test_a_stub_needs_an_action(name: str) -> None:
    assert rules("new", name).exit_code == 2


WRONG = [
    ("action: a/b\nrun: echo\n", "it has no example"),
    ("action: a/c\nfate: dropped\ncause: telemetry\nreason: none\n", "belongs into actions/a/c.yaml"),
    ("action: a/b\nrun: |\n  echo {{ x }}\ninputs: {x: used}\nexample:\n  with: {x: 1}\n  run: echo 2\n", "and it becomes:\n    echo 1"),
    ("action: a/b\nrun: |\n  echo {{ y }}\nexample:\n  with: {}\n  run: echo\n", "cannot be filled"),
    ("action: a/b\nrun: echo\nexample:\n  with: {x: 1}\n  run: echo\n", "does not know this input"),
    ("action: a/b\nfoo: 1\n", "b.yaml:2:1"),
    ("action: a/b\nrun: echo {% if given('y') %}1{% endif %}\nexample: {with: {}}\n", "there is no input y"),
    ('action: a/b\ninputs: {x: used}\nrun: echo "{{ x }}/a"\nexample: {with: {x: 1}, run: echo "1/a"}\n', "{{ x }} is a quoted word already"),
    ("action: a/b\nrun: echo {{ options }}\ninputs: {options: used}\nexample: {with: {}}\n", "is input_NAME"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "told"), WRONG)
def test_faults_are_told(text: str, told: str, tmp_path: Path) -> None:
    path = tmp_path / "actions" / "a" / "b.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(text)
    result = rules("test", tmp_path)
    assert (result.exit_code, told in result.output) == (1, True), result.output


@pytest.mark.slow
def test_rules_are_found() -> None:
    assert "actions/checkout\tmapped\t" in rules("list", "checkout").output
    assert "$ papermill\tmapped\tnotebook\n" in rules("list", "papermill").output
    assert "action: actions/checkout\n" in rules("show", "Actions/Checkout@v4").output
    assert rules("show", "no/such").exit_code == 2


def test_coverage(tmp_path: Path) -> None:
    folder = tmp_path / "repository" / ".github" / "workflows"
    folder.mkdir(parents=True)
    steps = "      - uses: actions/checkout@v4\n      - uses: no/such@v1\n      - uses: actions/checkout@v3\n"
    (folder / "a.yml").write_text(f"on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n{steps}")
    result = rules("coverage", tmp_path)
    assert result.output.splitlines() == [
        "2\tactions/actions/checkout",
        "1\tno rule\tno/such",
        "2 of 3 steps that use actions of others have a rule or are drawn in: 66.7%",
    ]
