"""Several workflows of one repository become one bundle."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from gha2tekton.cli import cli
from gha2tekton.yaml import documents

WORKFLOW = """\
name: {name}
on: {{push: {{}}, schedule: [{{cron: '0 3 * * *'}}]}}
jobs:
  {job}:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - run: make
      - uses: actions/upload-artifact@v4
        with: {{name: out, path: out}}
"""


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    place = tmp_path / "project"
    (place / ".github/workflows").mkdir(parents=True)
    for file, name, job in (("a.yml", "CI", "build"), ("b.yml", "CI", "build"), ("c.yml", "Docs", "build")):
        (place / ".github/workflows" / file).write_text(WORKFLOW.format(name=name, job=job))
    return place


def convert(repository: Path, *words: str) -> dict[str, str]:
    out = repository.parent / "out"
    result = CliRunner().invoke(cli, ["convert", str(repository), "-o", str(out), *words])
    assert result.exit_code == 0, result.output
    return {path.relative_to(out).as_posix(): path.read_text() for path in sorted(out.rglob("*")) if path.is_file()}


def test_what_is_shared_is_there_once(repository: Path) -> None:
    files = convert(repository)
    objects = [
        (document["kind"], document["metadata"].get("name"))
        for name, text in files.items()
        if name.endswith(".yaml") and not name.startswith(("runs/", "kustomization", "name-"))
        for document in documents(text, name)
    ]
    assert len(set(objects)) == len(objects)
    assert [name for kind, name in objects if kind == "EventListener"] == ["project-eventlistener"]
    assert [name for kind, name in objects if kind == "PersistentVolumeClaim"] == ["project-workspace"]
    assert len([name for kind, name in objects if kind == "ConfigMap" and name.startswith("gha2tekton-")]) == 2
    assert sorted(name for kind, name in objects if kind == "Pipeline") == [
        "ci-b-pipeline",
        "ci-pipeline",
        "docs-pipeline",
    ]


def test_every_file_is_listed_and_reported(repository: Path) -> None:
    files = convert(repository)
    (kustomization,) = documents(files["kustomization.yaml"], "kustomization.yaml")
    made = {name for name in files if name.endswith(".yaml")} - {"kustomization.yaml", "name-references.yaml"}
    assert set(kustomization["resources"]) == {name for name in made if not name.startswith("runs/")}
    assert files["pipelines/ci-b.yaml"].startswith("# Made by gha2tekton from .github/workflows/b.yml.")
    assert files["rbac.yaml"].startswith("# Made by gha2tekton from .github/workflows.")
    for name in ("a.yml", "b.yml", "c.yml"):
        assert f".github/workflows/{name}: " in files["report.txt"]
    assert "→ pipelines/ci-b.yaml" in files["report.txt"]


def test_the_remote_names_the_repository(repository: Path) -> None:
    (repository / ".git").mkdir()
    (repository / ".git/config").write_text(
        '[core]\n\tbare = false\n[remote "origin"]\n\turl = git@x.org:a/Rapids.git\n'
    )
    assert "name: rapids-eventlistener" in convert(repository)["triggers/eventlistener.yaml"]


def _linked(target: Path) -> Callable[[Path], None]:
    return lambda path: path.symlink_to(target)


UNREADABLE: dict[str, tuple[Callable[[Path], object], str]] = {
    "another encoding": (lambda path: path.write_bytes(b"on: push\nname: caf\xe9\n"), r"b\.yml:2:10: not UTF-8 text"),
    "UTF-16": (lambda path: path.write_text("on: push\n", encoding="utf-16"), r"b\.yml:1:1: not UTF-8 text"),
    "a pipe": (os.mkfifo, r"b\.yml:1:1: the file cannot be read: is no regular file"),
    "a device": (_linked(Path("/dev/zero")), r"b\.yml:1:1: the file is a link that leads out"),
    "a link out": (_linked(Path("/etc/hostname")), r"b\.yml:1:1: the file is a link that leads out of its repository"),
    "a link to nothing": (_linked(Path("nowhere")), r"b\.yml:1:1: the file cannot be read: No such file"),
    "a link to itself": (_linked(Path("b.yml")), r"b\.yml:1:1: the file cannot be read: "),
    "larger than memory": (
        lambda path: truncated(path, 1 << 40),
        r"b\.yml:1:1: the file cannot be read: is larger than 64 MiB",
    ),
    "longer than GitHub takes": (lambda path: path.write_text("#" * (2 << 20)), r"b\.yml:1:1: The maximum file size"),
}


def truncated(path: Path, size: int) -> None:
    path.touch()
    os.truncate(path, size)


@pytest.mark.slow
@pytest.mark.parametrize("case", UNREADABLE)
def test_what_cannot_be_read_leaves_the_others_alone(repository: Path, case: str) -> None:
    make, message = UNREADABLE[case]
    path = repository / ".github/workflows/b.yml"
    path.unlink()
    make(path)
    result = CliRunner().invoke(cli, ["convert", str(repository), "-o", str(repository.parent / "out")])
    assert result.exit_code == 1, result.output
    assert (repository.parent / "out/pipelines/ci.yaml").is_file()
    assert re.search(message, (repository.parent / "out/report.txt").read_text())
    alone = CliRunner().invoke(cli, ["convert", str(path)])
    assert alone.exit_code == 2, alone.output
    assert re.search(f"{message}|there is no such file", alone.output)
    assert CliRunner().invoke(cli, ["check", str(repository.parent / "out")]).exit_code < 2


def test_a_refused_workflow_leaves_the_others_alone(repository: Path) -> None:
    (repository / ".github/workflows/b.yml").write_text("on: push\njobs: 3\n")
    result = CliRunner().invoke(cli, ["convert", str(repository), "-o", str(repository.parent / "out")])
    assert result.exit_code == 1
    assert (repository.parent / "out/pipelines/ci.yaml").is_file()
    assert "Not converted" in (repository.parent / "out/report.txt").read_text()


def test_runs_that_pipelines_as_code_makes_are_of_each_workflow(repository: Path) -> None:
    files = convert(repository, "--triggers", "pipelines-as-code")
    runs = [name for name in files if name.startswith(".tekton/")]
    assert len(runs) == len(set(runs)) == 3
