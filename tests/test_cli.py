"""The command line: what goes where, what bad input gets, and that a second run changes nothing."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gha2tekton.cli import cli

WORKFLOW = """\
name: Small
on: push
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - run: make
      - uses: nobody/knows-this@v1
"""


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(cli, ["convert", *map(str, arguments)])


@pytest.fixture
def workflow(tmp_path: Path) -> Path:
    path = tmp_path / "repository" / ".github" / "workflows" / "small.yml"
    path.parent.mkdir(parents=True)
    path.write_text(WORKFLOW)
    return path


def test_without_a_directory_yaml_goes_to_stdout_and_the_report_to_stderr(workflow: Path) -> None:
    result = run(workflow)
    assert result.exit_code == 0
    assert result.stdout.startswith("apiVersion:")
    assert "To do by hand" in result.stderr
    assert result.stderr.splitlines()[-1] == "1 manual"


def test_a_second_run_writes_nothing(workflow: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert "written" in run(workflow, "-o", out).stderr
    before = {path: path.stat().st_mtime_ns for path in out.rglob("*")}
    assert "unchanged" in run(workflow, "-o", out).stderr
    assert before == {path: path.stat().st_mtime_ns for path in out.rglob("*")}


def test_the_folder_of_a_repository_is_taken(workflow: Path, tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    run(workflow, "-o", one)
    run(workflow.parents[2], "-o", other)
    assert (one / "pipeline.yaml").read_bytes() == (other / "pipeline.yaml").read_bytes()


def test_the_json_report_is_stable(workflow: Path, tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    run(workflow, "-o", tmp_path / "out", "--report", f"json={report}")
    document = json.loads(report.read_text())
    assert document["version"] == 1
    (told,) = document["workflows"]
    assert sum(told["summary"].values()) == len(told["outcomes"])
    assert set(told) >= {"path", "grade", "summary", "tasks", "outcomes", "setup", "diagnostics", "files"}
    by_hand = [outcome for outcome in told["outcomes"] if outcome["outcome"] == "manual"]
    assert [(row["path"], row["line"], row["column"]) for row in by_hand] == [("jobs.build.steps[2].uses", 9, 15)]


def test_an_outcome_can_fail_the_run(workflow: Path) -> None:
    assert run(workflow, "--fail-on", "manual").exit_code == 1
    assert run(workflow, "--fail-on", "never").exit_code == 0


def test_the_placeholder_of_an_unknown_action_fails_and_quotes(workflow: Path) -> None:
    text = run(workflow).stdout
    assert "#   uses: nobody/knows-this@v1" in text
    assert "must be carried over by hand" in text
    skipped = run(workflow, "--unmapped", "skip").stdout
    assert "must be carried over by hand" not in skipped
    assert "This step was left out" in skipped


BAD = {
    "invalid YAML": ("on: [push\njobs: {}\n", "2:"),
    "no workflow": ("a: 1\n", "1:"),
    "a list": ("- a\n", "1:"),
    "empty": ("", "1:1"),
    "an unknown key": ("on: push\njobs:\n  a:\n    runs-on: x\n    stepz: []\n", "5:5"),
}


@pytest.mark.parametrize("text", BAD.values(), ids=BAD.keys())
def test_bad_input_gets_one_line_with_its_place(text: tuple[str, str], tmp_path: Path) -> None:
    path = tmp_path / "bad.yml"
    path.write_text(text[0])
    result = run(path, "-o", tmp_path / "out")
    assert result.exit_code == 2, result.output
    assert result.stderr.splitlines()
    assert all(line.startswith(f"bad.yml:{text[1].split(':')[0]}") for line in result.stderr.splitlines()), (
        result.stderr
    )
    assert not (tmp_path / "out").exists()


def test_a_compose_file_that_is_no_yaml_is_named_with_the_place(workflow: Path, tmp_path: Path) -> None:
    repository = workflow.parents[2]
    workflow.write_text(WORKFLOW.replace("make", "docker compose up -d"))
    (repository / "compose.yaml").write_text("services:\n  web: {image: nginx\n  db: [\n")
    result = run(workflow, "-o", tmp_path / "out")
    assert result.exit_code == 2, result.output
    assert result.stderr.startswith("compose.yaml:")
    assert len(result.stderr.splitlines()) == 1
    assert not (tmp_path / "out").exists()


def test_missing_files_and_empty_folders(tmp_path: Path) -> None:
    for path in (tmp_path / "missing.yml", tmp_path):
        result = run(path, "-o", tmp_path / "out")
        assert (result.exit_code, len(result.stderr.splitlines())) == (2, 1)
        assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--report", "json={0}"), "{0}: is a directory"),
        (("--source-map", "{0}"), "{0}: is a directory"),
        (("--report", "csv={0}/file/x"), "{0}/file/x: cannot be written: {0}/file: File exists"),
    ],
)
def test_a_run_that_could_not_report_does_not_begin(
    workflow: Path, tmp_path: Path, words: tuple[str, ...], told: str
) -> None:
    (tmp_path / "file").touch()
    result = run(workflow, "-o", tmp_path / "out", *(word.format(tmp_path) for word in words))
    assert (result.exit_code, result.stderr) == (2, told.format(tmp_path) + "\n")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("name", ["workflow", "action"])
def test_the_schemas_are_printed(name: str) -> None:
    result = CliRunner().invoke(cli, ["schema", name])
    assert result.exit_code == 0
    assert json.loads(result.stdout)["$schema"].startswith("https://json-schema.org/")


MISTAKES = {
    "convert empty": "empty: there are no workflows in this directory: name files, a folder of workflows, or the top of",
    "convert https://github.com/a/b": "https:/github.com/a/b: there is no such file: batch fetches repositories, here",
    "batch repositories -o repositories": "repositories: one is a repository itself; name another directory for the",
    "batch repositories -o out --scheduler here": "Invalid value for '--scheduler': 'here' is no address of a scheduler",
    "batch repositories/one/.github/workflows -o out": "repositories/one/.github/workflows: there are no repositories",
    "audit workflow.yml": "workflow.yml: a file is taken for a list of repositories; of a workflow name the repository",
    "images nowhere": "nowhere: there is no such file or directory",
    "images empty": "empty: there are no manifests here",
    "images broken.yaml": "broken.yaml:2:1: ",
    "config show nowhere": "nowhere: there is no such file or directory",
    "config show --config empty/x": "empty/x: No such file or directory",
    "rules new ../../x -o out": "../../x: name an action, owner/name",
    "triggers explain empty --event push --payload workflow.yml": "empty: Is a directory",
    "triggers explain workflow.yml --event push --payload empty": "empty: Is a directory",
}


@pytest.mark.parametrize("words", MISTAKES)
def test_mistakes_are_told_with_what_is_wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: str) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "workflow.yml").write_text(WORKFLOW)
    (tmp_path / "broken.yaml").write_text("a: [b\n")
    (tmp_path / "repositories/one/.github/workflows").mkdir(parents=True)
    (tmp_path / "repositories/one/.github/workflows/ci.yml").write_text(WORKFLOW)
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(cli, words.split())
    said = result.stderr.splitlines()[-1].removeprefix("Error: ")
    assert (result.exit_code, said[: len(MISTAKES[words])]) == (2, MISTAKES[words])
    assert not (tmp_path / "out").exists()


def test_an_unknown_option_is_told(workflow: Path) -> None:
    assert run(workflow, "--nonsense").exit_code == 2


def test_the_output_never_takes_the_place_of_a_file(workflow: Path) -> None:
    result = run(workflow, "-o", workflow)
    assert result.exit_code == 2, result.output
    assert "is a file; the output needs a directory" in result.output
    assert workflow.read_text() == WORKFLOW


def test_a_workflow_that_is_named_twice_is_converted_once(workflow: Path, tmp_path: Path) -> None:
    top = workflow.parents[2]
    result = run(workflow, top, top / ".github", f"{top}/../{top.name}", "-o", tmp_path / "out")
    assert result.exit_code == 2, "there are no workflows in .github itself"
    assert "name files, a folder of workflows, or the top of a repository" in result.stderr
    assert run(workflow, top, f"{top}/../{top.name}", "-o", tmp_path / "out").exit_code == 0
    assert len(list((tmp_path / "out/tasks").iterdir())) == 1
    assert CliRunner().invoke(cli, ["check", str(tmp_path / "out")]).output.endswith("up to date\n")


@pytest.mark.parametrize("option", ["--rules", "--actions-dir", "--pin", "--config"])
def test_a_path_that_leads_nowhere_is_told(workflow: Path, tmp_path: Path, option: str) -> None:
    result = run(workflow, option, tmp_path / "nowhere", "-o", tmp_path / "out")
    assert (result.exit_code, len(result.stderr.splitlines())) == (2, 1)
    assert result.stderr.startswith(f"{tmp_path}/nowhere: ")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("name", ["kustomization.yaml", "tasks/build.yaml", "report.txt", "report.json"])
def test_what_is_somebody_elses_is_not_written_over(workflow: Path, tmp_path: Path, name: str) -> None:
    out = tmp_path / "out"
    run(workflow, "-o", out)
    name = name.replace("build", next((out / "tasks").iterdir()).stem)
    made = (out / name).read_bytes()
    other = tmp_path / "other"
    (other / name).parent.mkdir(parents=True)
    (other / name).write_text("mine: 1\n")
    result = run(workflow, "-o", other)
    assert result.exit_code == 2
    assert result.stderr.startswith(f"{other / name}: is there already and was not made by gha2tekton, so nothing is")
    assert [path for path in other.rglob("*") if path.is_file()] == [other / name]
    assert (other / name).read_text() == "mine: 1\n"
    (other / name).write_text("")  # as a power cut leaves what was being written
    assert run(workflow, "-o", other).exit_code == 0
    (other / name).write_text("edited: 1\n")  # the lock file knows it
    assert run(workflow, "-o", other).exit_code == 0
    assert (other / name).read_bytes() == made


def test_what_a_killed_run_left_goes_away(workflow: Path, tmp_path: Path) -> None:
    for name in (".out.old1.new", ".out.now1.new"):
        (tmp_path / name / "tasks").mkdir(parents=True)
    os.utime(tmp_path / ".out.old1.new", (1, 1))
    assert run(workflow, "-o", tmp_path / "out").exit_code == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == [".out.now1.new", "out", "repository"]


@pytest.mark.slow
def test_a_volume_is_written_to(workflow: Path, tmp_path: Path) -> None:
    """Nothing can be renamed to where it is mounted, and what lies beside it is of another file system."""
    volume = tmp_path / "volume"
    volume.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "tmpfs", str(volume)], capture_output=True).returncode:
        pytest.skip("no right to mount")
    try:
        assert run(workflow, "-o", volume).exit_code == 0
        run(workflow, "-o", tmp_path / "out")
        workflow.write_text(WORKFLOW.replace("name: Small", "name: Other"))
        assert run(workflow, "-o", volume).exit_code == 0
        run(workflow, "-o", tmp_path / "out")
        names = sorted(path.relative_to(volume) for path in volume.rglob("*"))
        assert names == sorted(path.relative_to(tmp_path / "out") for path in (tmp_path / "out").rglob("*"))
        assert (volume / "pipeline.yaml").read_bytes() == (tmp_path / "out/pipeline.yaml").read_bytes()
    finally:
        subprocess.run(["umount", str(volume)], check=True)


def test_what_lies_in_the_directory_of_a_bundle_stays(workflow: Path, tmp_path: Path) -> None:
    outer, inner = tmp_path / "out", tmp_path / "out/ci/tekton"
    run(workflow, "-o", outer)
    run(workflow, "-o", inner)
    (outer / "notes.md").write_text("mine\n")
    (outer / "report.md").write_text("mine\n")
    (outer / "link").symlink_to(tmp_path)
    before = {path: path.read_bytes() for path in outer.rglob("*") if path.is_file()}
    workflow.write_text(WORKFLOW.replace("make", "make all"))
    assert "written" in run(workflow, "-o", outer).stderr
    after = {path: path.read_bytes() for path in outer.rglob("*") if path.is_file()}
    assert before.keys() == after.keys()
    assert {path for path in after if after[path] != before[path]}.isdisjoint(
        {*inner.rglob("*"), outer / "notes.md", outer / "report.md"}
    )
    assert (outer / "link").is_symlink()


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_an_unreadable_file(workflow: Path) -> None:
    workflow.chmod(0)
    assert run(workflow).exit_code == 2


@pytest.mark.parametrize(("word", "told"), [("convrt", "Did you mean 'convert'?"), ("x", "No such command 'x'.\n")])
def test_a_command_that_is_none_leads_to_the_one_that_is_meant(word: str, told: str) -> None:
    result = CliRunner().invoke(cli, [word])
    assert (result.exit_code, told in result.output) == (2, True)
