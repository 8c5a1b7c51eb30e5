"""A repository with several workflows: its one bundle is admitted and rendered, and each event starts just its own."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.conformance.judge import admit, admit_triggers, fire, kustomize, refusals

from gha2tekton.cli import cli

pytestmark = [pytest.mark.conformance, pytest.mark.usefixtures("built_judges")]

WORKFLOWS = {
    "ci.yml": "name: CI\non: {push: {branches: [main]}}\njobs: {build: {runs-on: ubuntu-latest, steps: [{run: make}]}}\n",
    "again.yml": "name: CI\non: {push: {branches: ['release/**']}}\n"
    "jobs: {build: {runs-on: ubuntu-latest, steps: [{uses: actions/checkout@v4}, {run: make}]}}\n",
    "tagged.yml": "name: Tagged\non: {push: {tags: ['v*']}, schedule: [{cron: '0 3 * * *'}]}\n"
    "jobs: {ship: {runs-on: ubuntu-latest, steps: [{run: make ship}]}}\n",
}


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    place = tmp_path / "project/.github/workflows"
    place.mkdir(parents=True)
    for name, text in WORKFLOWS.items():
        (place / name).write_text(text)
    result = CliRunner().invoke(cli, ["convert", str(tmp_path / "project"), "-o", str(tmp_path / "out")])
    assert result.exit_code == 0, result.output
    return tmp_path / "out"


def test_all_of_it_is_admitted_and_rendered(bundle: Path) -> None:
    assert not refusals(admit(bundle / "tasks", bundle / "pipelines", bundle / "runs"))
    assert not refusals(admit_triggers(bundle / "triggers", bundle / "pipelines", bundle / "tasks"))
    assert kustomize(bundle).count("kind: EventListener") == 1


@pytest.mark.parametrize(
    ("ref", "started"),
    [
        ("refs/heads/main", ["ci-ci"]),
        ("refs/heads/release/1", ["ci"]),
        ("refs/tags/v1", ["tagged"]),
        ("refs/heads/other", []),
    ],
)
def test_each_event_starts_its_own(bundle: Path, tmp_path: Path, ref: str, started: list[str]) -> None:
    repository = {
        "full_name": "acme/project",
        "clone_url": "https://github.com/acme/project.git",
        "html_url": "https://github.com/acme/project",
        "default_branch": "main",
        "owner": {"login": "acme"},
    }
    commit = {"id": "a" * 40, "message": "a change", "added": [], "removed": [], "modified": ["x"]}
    payload = {
        "ref": ref,
        "before": "b" * 40,
        "after": "a" * 40,
        "deleted": False,
        "created": False,
        "repository": repository,
        "sender": {"login": "somebody", "id": 1},
        "head_commit": commit,
        "commits": [commit],
    }
    delivery = fire(bundle / "triggers", "push", payload, tmp_path / "fired")
    names = sorted(name for name, fired in delivery.triggers.items() if fired.outcome == "created")
    assert [name.removesuffix("-push") for name in names] == started
