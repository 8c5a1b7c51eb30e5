"""What runs clone a private repository with."""

from __future__ import annotations

from pathlib import Path

import pytest

from gha2tekton import files
from gha2tekton.convert import Options
from gha2tekton.lower.settings import Settings
from gha2tekton.rules.load import RuleSet

CHECKOUT = "on: push\njobs: {a: {runs-on: ubuntu-latest, steps: [{uses: actions/checkout@v4}]}}\n"


@pytest.mark.parametrize("triggers", ["listener", "none"])
def test_a_secret_for_git_is_one_of_the_account(triggers: str, tmp_path: Path) -> None:
    workflow = tmp_path / "ci.yml"
    workflow.write_text(CHECKOUT)
    settings = Settings(git_secret="clone", triggers=triggers)  # type: ignore[arg-type]
    done = files.convert_file(workflow, "ci.yml", RuleSet(), None, Options(output=settings))
    accounts = [one for one in done.bundle.files["rbac.yaml"] if one["kind"] == "ServiceAccount"]
    secrets = {one["metadata"]["name"]: one.get("secrets") for one in accounts}
    assert secrets.pop("ci-runner") == [{"name": "clone"}]
    assert not any(secrets.values())
    assert [one.name for one in done.journal.setup if one.kind == "git secret"] == ["clone"]
    assert not any(one.code == "private-repository" for one in done.journal.diagnostics)


@pytest.mark.parametrize(
    ("text", "told"), [(CHECKOUT, True), (CHECKOUT.replace("uses: actions/checkout@v4", "run: make"), False)]
)
def test_who_clones_without_is_told(text: str, told: bool, tmp_path: Path) -> None:
    workflow = tmp_path / "ci.yml"
    workflow.write_text(text)
    done = files.convert_file(workflow, "ci.yml", RuleSet(), None, Options())
    assert any(one.code == "private-repository" for one in done.journal.diagnostics) == told
