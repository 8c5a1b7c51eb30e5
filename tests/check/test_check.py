"""gha2tekton check, lint and diff on a repository whose bundle is committed."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from gha2tekton.cli import cli
from gha2tekton.workflow import checkouts

WORKFLOW = """\
on: push
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: ./.github/actions/greet
      - run: make
"""
ACTION = "runs:\n  using: composite\n  steps:\n    - run: echo hello\n      shell: bash\n"


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / ".github/workflows").mkdir(parents=True)
    (tmp_path / ".github/actions/greet").mkdir(parents=True)
    (tmp_path / ".github/workflows/ci.yml").write_text(WORKFLOW)
    (tmp_path / ".github/actions/greet/action.yml").write_text(ACTION)
    monkeypatch.chdir(tmp_path)
    fresh()
    status, _ = run("convert", ".", "-o", "tekton", "--memory", "4Gi")
    assert status == 0
    return tmp_path


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(cli, arguments)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.output


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_a_fresh_bundle_is_up_to_date(repository: Path) -> None:
    assert run("check") == (0, "tekton: up to date\n")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("file", "old", "new", "why", "told"),
    [
        (".github/workflows/ci.yml", "run: make", "run: make all", ".github/workflows/ci.yml has changed", "+make all"),
        (".github/actions/greet/action.yml", "hello", "you", "greet/action.yml has changed", "+echo you"),
        ("tekton/tasks/ci-build.yaml", "memory: 4Gi", "memory: 9Gi", "edited by hand: tasks/", "9Gi → 4Gi"),
    ],
)
def test_drift_is_told_and_mended(repository: Path, file: str, old: str, new: str, why: str, told: str) -> None:
    before = (repository / "tekton" / "tasks" / "ci-build.yaml").read_text()
    if "memory" in old and old not in before:
        edit(repository / file, "docker.io/library/python:3.12", "docker.io/library/python:3.9")
        told = "docker.io/library/python:3.9 → docker.io/library/python:3.12"
    else:
        edit(repository / file, old, new)
    status, said = run("check")
    assert status == 1
    assert why in said
    assert told in said
    assert run("check", "--write")[0] == 1
    assert run("check") == (0, "tekton: up to date\n")


def test_the_command_line_of_the_conversion_holds_again(repository: Path) -> None:
    lock = json.loads((repository / "tekton/gha2tekton.lock").read_text())
    assert lock["options"] == {"memory": "4Gi"}


@pytest.mark.slow
def test_a_remark_is_no_drift(repository: Path) -> None:
    edit(repository / ".github/workflows/ci.yml", "on: push", "# for all branches\non: push")
    status, said = run("check")
    assert (status, said.splitlines()[0]) == (0, "tekton: means the same still")
    assert run("check", "--write")[0] == 1, "files were written"
    assert run("check") == (0, "tekton: up to date\n")


@pytest.mark.slow
def test_what_a_batch_wrote_is_known(repository: Path) -> None:
    assert run("batch", ".", "-o", "out", "-q", "-j", "1")[0] == 0
    bundle = next(path.parent for path in Path("out").rglob("pipeline.yaml"))
    for place in ("out", str(bundle)):
        status, said = run("check", place)
        assert (status, said) == (2, f"{place}: no gha2tekton.lock here: batch, run again, does what changed\n")
    status, said = run("explain", f"{bundle}/pipeline.yaml:3")
    assert status == 2
    assert "its bundle has no gha2tekton.lock, as those of batch" in said


@pytest.mark.slow
def test_edits_of_form_and_losses_are_named(repository: Path) -> None:
    pipeline = repository / "tekton/pipeline.yaml"
    made = pipeline.read_bytes()
    pipeline.write_bytes(made + b"# mine\n")
    edited = "edited by hand: pipeline.yaml; comments and form alone, which is no drift"
    assert run("check") == (0, f"tekton: means the same still\n  {edited}\n")
    assert run("check", "--write")[0] == 1
    assert pipeline.read_bytes() == made
    (repository / "tekton/report.txt").unlink()
    status, said = run("check")
    assert (status, said.splitlines()[:2]) == (1, ["tekton: out of date", "  not there any longer: report.txt"])


@pytest.mark.slow
def test_a_new_workflow_and_a_lost_one_are_noticed(repository: Path) -> None:
    shutil.copy(repository / ".github/workflows/ci.yml", repository / ".github/workflows/other.yml")
    status, said = run("check")
    assert status == 1
    assert "because .github/workflows/other.yml is new" in said
    run("check", "--write")
    (repository / ".github/workflows/other.yml").unlink()
    status, said = run("check")
    assert status == 1
    assert "because .github/workflows/other.yml is gone" in said


@pytest.mark.parametrize("whole", [True, False], ids=["with their folder", "alone"])
def test_without_workflows_the_bundle_goes_away(repository: Path, whole: bool) -> None:
    (repository / ".git").mkdir()
    (repository / "docker-compose.yml").write_text("services: {}\n")
    (repository / "tekton/overlay").mkdir()
    (repository / "tekton/overlay/kustomization.yaml").write_text("resources: [..]\n")
    (repository / ".github/workflows/ci.yml").unlink()
    if whole:
        shutil.rmtree(repository / ".github")
    status, said = run("check")
    assert status == 1
    assert "because .github/workflows/ci.yml is gone" in said
    assert (repository / "tekton/pipeline.yaml").is_file()
    assert run("check", "--write")[0] == 1
    left = [path.relative_to(repository).as_posix() for path in (repository / "tekton").rglob("*") if path.is_file()]
    assert left == ["tekton/overlay/kustomization.yaml"]
    assert run("check") == (0, "no bundles here, and no workflows\n")


def test_a_bundle_that_was_moved_is_not_taken_for_one_without_workflows(repository: Path) -> None:
    (repository / "deploy").mkdir()
    shutil.move("tekton", "deploy/tekton")
    status, said = run("check", "--write", "deploy")
    assert status == 2
    assert "was the bundle moved?" in said
    assert (repository / "deploy/tekton/pipeline.yaml").is_file()


def test_a_bundle_behind_a_link_is_replaced_where_it_lies(repository: Path) -> None:
    shutil.move("tekton", "elsewhere")
    (repository / "tekton").symlink_to("elsewhere")
    edit(repository / ".github/workflows/ci.yml", "run: make", "run: make all")
    run("convert", ".", "-o", "tekton")
    assert (repository / "tekton").is_symlink()
    assert "make all" in (repository / "elsewhere/tasks/ci-build.yaml").read_text()
    assert sorted(path.name for path in repository.iterdir()) == [".github", "elsewhere", "tekton"]


def test_a_bundle_that_cannot_be_looked_at_hides_no_other(repository: Path) -> None:
    shutil.copytree("tekton", "also")
    (repository / "also/gha2tekton.lock").write_text("{")
    edit(repository / ".github/workflows/ci.yml", "run: make", "run: make all")
    status, said = run("check")
    assert status == 2
    assert "also/gha2tekton.lock: not a lock file of gha2tekton" in said
    assert "+make all" in said


@pytest.mark.slow
def test_one_of_two_files_that_were_named_goes_away(repository: Path) -> None:
    other = repository / ".github/workflows/other.yml"
    other.write_text(WORKFLOW.replace("build", "test"))
    run("convert", ".github/workflows/ci.yml", ".github/workflows/other.yml", "-o", "both")
    other.unlink()
    status, said = run("check", "both")
    assert status == 1
    assert "because .github/workflows/other.yml is gone" in said
    assert run("check", "--write", "both")[0] == 1
    assert run("check", "both")[0] == 0


@pytest.mark.slow
@pytest.mark.parametrize("place", ["acme/greet", "acme/greet@v1", "acme__greet"])
@pytest.mark.parametrize("how", ["on the command line", "in the options file"])
def test_a_checkout_that_comes_later_is_noticed(repository: Path, place: str, how: str) -> None:
    edit(repository / ".github/workflows/ci.yml", "- run: make", "- uses: acme/greet@v1\n      - run: make")
    (repository / "others").mkdir()
    if how == "in the options file":
        (repository / ".gha2tekton.yaml").write_text("actions-dir: others\n")
        run("convert", ".", "-o", "tekton")
    else:
        run("convert", ".", "-o", "tekton", "--actions-dir", "others")
    assert run("check") == (0, "tekton: up to date\n")
    action = repository / "others" / place / "action.yml"
    action.parent.mkdir(parents=True)
    action.write_text(ACTION)
    fresh()
    status, said = run("check")
    assert status == 1
    assert "because acme/greet@v1 is new" in said
    assert run("check", "--write")[0] == 1
    assert run("check") == (0, "tekton: up to date\n")
    edit(action, "hello", "goodbye")
    fresh()
    status, said = run("check")
    assert status == 1
    assert "action.yml has changed" in said
    assert "+echo goodbye" in said


def fresh() -> None:
    """As another process would: the listing of checkouts is read once a process."""
    checkouts._index.cache_clear()


@pytest.mark.slow
def test_what_must_be_done_by_hand_is_told_only_while_it_is_new(repository: Path) -> None:
    edit(repository / ".github/workflows/ci.yml", "- run: make", "- uses: nobody/knows-this@v1\n      - run: make")
    status, said = run("check", "--write")
    assert status == 1
    assert "new, manual: .github/workflows/ci.yml: jobs.build.steps[2].uses" in said
    assert run("check") == (0, "tekton: up to date\n")


@pytest.mark.slow
def test_a_workflow_that_github_refuses(repository: Path) -> None:
    edit(repository / ".github/workflows/ci.yml", "runs-on", "runs-in")
    status, said = run("check")
    assert status == 1
    assert ".github/workflows/ci.yml:4:5:" in said


@pytest.mark.slow
def test_an_overlay_stays(repository: Path) -> None:
    (repository / "tekton/overlay").mkdir()
    (repository / "tekton/overlay/kustomization.yaml").write_text("resources: [..]\n")
    edit(repository / ".github/workflows/ci.yml", "run: make", "run: make all")
    run("check", "--write")
    assert (repository / "tekton/overlay/kustomization.yaml").read_text() == "resources: [..]\n"
    assert run("check") == (0, "tekton: up to date\n")


@pytest.mark.parametrize(
    ("prepare", "said"),
    [
        (lambda root: (root / "tekton/gha2tekton.lock").write_text("{"), "not a lock file of gha2tekton"),
        (lambda root: (root / "tekton/gha2tekton.lock").unlink(), "no gha2tekton.lock below this directory"),
    ],
)
def test_without_a_lock_file_there_is_nothing_to_check(repository: Path, prepare: object, said: str) -> None:
    assert callable(prepare)
    prepare(repository)
    status, told = run("check")
    assert status == 2
    assert said in told


def test_where_no_repository_is_nothing_is_passed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    status, told = run("check")
    assert (status, told.startswith("no bundles below this directory, which is not the top of a repository")) == (
        2,
        True,
    )
    (tmp_path / ".git").mkdir()
    assert run("check") == (0, "no bundles here, and no workflows\n")


def test_lint_names_what_a_person_must_do(repository: Path) -> None:
    assert run("lint") == (0, "")
    edit(repository / ".github/workflows/ci.yml", "- run: make", "- uses: nobody/knows-this@v1\n      - run: make")
    status, said = run("lint", ".github/workflows/ci.yml")
    assert status == 1
    assert said.startswith(".github/workflows/ci.yml:8:15: ")
    assert run("lint", "--fail-on", "never")[0] == 0


def test_diff_of_two_bundles(repository: Path) -> None:
    assert run("diff", "tekton", "tekton") == (0, "")
    shutil.copytree("tekton", "other")
    edit(Path("other/tasks/ci-build.yaml"), "python:3.12", "python:3.11")
    status, said = run("diff", "tekton", "other")
    assert status == 1
    assert "docker.io/library/python:3.12 → docker.io/library/python:3.11" in said
    assert run("diff", "tekton", "nowhere")[0] == 2
