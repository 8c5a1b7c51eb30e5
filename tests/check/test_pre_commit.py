"""The hooks, run by pre-commit itself on a real repository, from a clone of this one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from gha2tekton.manifests import dump

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
WORKFLOW = """\
on: push
jobs:
  build:
    runs-on: ubuntu-latest
    steps: [{uses: actions/checkout@v4}, {run: make}]
"""
GIT = ["git", "-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "init.defaultBranch=main"]


def git(place: Path, *words: str) -> str:
    return subprocess.run([*GIT, *words], cwd=place, check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture(scope="module")
def hooks(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A repository with what is committed and what is not of this one, as pre-commit clones it."""
    pytest.importorskip("pre_commit")
    place = tmp_path_factory.mktemp("hooks")
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    for name in filter(None, os.fsdecode(listed.stdout).split("\0")):
        if (
            name.startswith(("converter/", "mappings/", "pyproject", "README", ".pre-commit"))
            and (ROOT / name).is_file()
        ):
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            (place / name).write_bytes((ROOT / name).read_bytes())
    git(place, "init", "-q")
    git(place, "add", "-A")
    git(place, "commit", "-qm", "all")
    return place, git(place, "rev-parse", "HEAD")


@pytest.fixture
def repository(tmp_path: Path, hooks: tuple[Path, str]) -> Path:
    (tmp_path / ".github/workflows").mkdir(parents=True)
    (tmp_path / ".github/workflows/ci.yml").write_text(WORKFLOW)
    place, revision = hooks
    entry = {"repo": str(place), "rev": revision, "hooks": [{"id": "gha2tekton-lint"}, {"id": "gha2tekton-check"}]}
    (tmp_path / ".pre-commit-config.yaml").write_text(dump([{"repos": [entry]}]))
    git(tmp_path, "init", "-q")
    done = subprocess.run(
        [sys.executable, "-m", "gha2tekton", "convert", ".", "-o", "tekton"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-qm", "first")
    return tmp_path


def commit(place: Path, home: Path) -> subprocess.CompletedProcess[str]:
    """What pre-commit says of what is staged."""
    git(place, "add", "-A")
    environment = {**os.environ, "PRE_COMMIT_HOME": str(home)}
    environment.pop("PYTHONPATH", None)
    return subprocess.run(
        [sys.executable, "-m", "pre_commit", "run", "--verbose"],
        cwd=place,
        capture_output=True,
        text=True,
        env=environment,
    )


def test_the_hooks(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    home = tmp_path_factory.mktemp("home")
    workflow = repository / ".github/workflows/ci.yml"
    (repository / "notes.txt").write_text("nothing to do with workflows\n")
    done = commit(repository, home)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("Skipped") == 1
    workflow.write_text(WORKFLOW.replace("make", "make all"))
    done = commit(repository, home)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "+make all" in done.stdout
    assert "Workflows can be converted to Tekton.....................................Passed" in done.stdout
    subprocess.run([sys.executable, "-m", "gha2tekton", "check", "--write"], cwd=repository, capture_output=True)
    assert commit(repository, home).returncode == 0
    workflow.write_text(WORKFLOW.replace("{run: make}", "{uses: nobody/knows-this@v1}"))
    done = commit(repository, home)
    assert done.returncode == 1
    assert "nobody/knows-this" in done.stdout
    assert done.stdout.count("Failed") == 2


def test_the_hook_hears_of_what_is_deleted(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """No file is left then that pre-commit could match."""
    home = tmp_path_factory.mktemp("home")
    (repository / ".github/workflows/ci.yml").unlink()
    done = commit(repository, home)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "because .github/workflows/ci.yml is gone" in done.stdout
    subprocess.run([sys.executable, "-m", "gha2tekton", "check", "--write"], cwd=repository, capture_output=True)
    assert not (repository / "tekton").exists()
    assert commit(repository, home).returncode == 0
