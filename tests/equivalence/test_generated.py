"""Workflows that chance made end as GitHub's rules say; a failing seed is made again by its number."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from ruamel.yaml import YAML
from tests.conformance.requirement import needed
from tests.conformance.toolchain import isolation, judges
from tests.equivalence.case import WORKFLOW, Case, Repository, git
from tests.equivalence.comparison import differences
from tests.equivalence.conversion import convert, execute
from tests.equivalence.generated.github import expected
from tests.equivalence.generated.maker import SECRETS, make
from tests.equivalence.generated.workflows import Files
from tests.equivalence.observation import observe

FIRST, LAST = os.environ.get("GHA2TEKTON_SEEDS", "0-5").split("-")
SEEDS = range(int(FIRST), int(LAST) + 1)


def lay_out(files: Files, path: Path) -> Repository:
    """The repository of a seed under git; its workflow is the one that cases have."""
    written = {name: workflow.written() for name, workflow in files.workflows.items()}
    texts = {WORKFLOW.parent / name: text for name, text in written.items() if name != "main.yml"}
    texts |= {Path(name) / "action.yml": action.written() for name, action in files.actions.items()}
    for name, text in {**texts, WORKFLOW: written["main.yml"]}.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        YAML(typ="safe").dump(text, path / name)
    (path / "in.ipynb").write_text("{}\n", encoding="utf-8")
    git(path, "init", "-q", "-b", "main")
    git(path, "add", "-A")
    git(path, "commit", "-q", "-m", "a case")
    return Repository(path, git(path, "rev-parse", "HEAD"), path.with_name("remotes"))


def told(seed: int, notebooks: bool, place: Path, out: Path) -> list[str]:
    """How the run of a seed's conversion differs from what GitHub does."""
    files = make(seed, notebooks=notebooks)
    repository = lay_out(files, place / "repo")
    report = convert(repository, out / "manifests")
    programs = ("papermill", "jupyter") if notebooks else ()
    case = Case(place, f"seed {seed}", "workflow_dispatch", secrets=SECRETS, stand_ins=programs)
    record = execute(case, repository, out / "manifests", out / "run")
    found = differences(expected(files, SECRETS), observe(record, repository.files()))
    # A stage that does not start tells nothing of its steps.
    found = [line for line in found if not line.endswith("expected skipped, not seen")]
    return [*found, report, record.log] if found else []


@pytest.mark.equivalence
@pytest.mark.parametrize("notebooks", [False, True], ids=["jobs", "stages"])
@pytest.mark.parametrize("seed", SEEDS)
def test_what_chance_made(seed: int, notebooks: bool, visible_path: Path, tmp_path: Path) -> None:
    needed(isolation, judges)
    assert (found := told(seed, notebooks, visible_path, tmp_path)) == [], "\n".join(found)
