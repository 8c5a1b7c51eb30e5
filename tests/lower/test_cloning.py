"""What runs clone a private repository with."""

from __future__ import annotations

import pytest
from tests.conversion import convert

from gha2tekton.convert import Options
from gha2tekton.lower.settings import Settings

CHECKOUT = "on: push\njobs: {a: {runs-on: ubuntu-latest, steps: [{uses: actions/checkout@v4}]}}\n"


@pytest.mark.parametrize("triggers", ["listener", "none"])
def test_a_secret_for_git_is_one_of_the_account(triggers: str) -> None:
    settings = Settings(git_secret="clone", triggers=triggers)  # type: ignore[arg-type]
    done = convert(CHECKOUT, options=Options(output=settings))
    accounts = [one for one in done.bundle.files["rbac.yaml"] if one["kind"] == "ServiceAccount"]
    secrets = {one["metadata"]["name"]: one.get("secrets") for one in accounts}
    assert secrets.pop("ci-runner") == [{"name": "clone"}]
    assert not any(secrets.values())
    assert [one.name for one in done.journal.setup if one.kind == "git secret"] == ["clone"]
    assert not any(one.code == "private-repository" for one in done.journal.diagnostics)


@pytest.mark.parametrize(
    ("text", "told"), [(CHECKOUT, True), (CHECKOUT.replace("uses: actions/checkout@v4", "run: make"), False)]
)
def test_who_clones_without_is_told(text: str, told: bool) -> None:
    done = convert(text)
    assert any(one.code == "private-repository" for one in done.journal.diagnostics) == told


def test_runs_of_forks_need_the_secret_where_they_are() -> None:
    settings = Settings(git_secret="clone", forks="secretless")
    done = convert(CHECKOUT.replace("push", "pull_request"), options=Options(output=settings))
    (namespace,) = [one for one in done.journal.setup if one.kind == "namespace"]
    assert "but Secret clone if the repository is private" in namespace.why
