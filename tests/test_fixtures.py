"""Every folder of fixtures/ with a repository or a workflow converts to what lies in its ``expected``."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from gha2tekton import lock
from gha2tekton.cli import cli
from gha2tekton.lower import runtime

ROOT = Path(__file__).parents[1] / "fixtures"
CASES = sorted({path.parent for name in ("repository", "workflow.yml") for path in ROOT.rglob(name)})


def made(case: Path, out: Path) -> dict[str, str]:
    source = case / "repository" if (case / "repository").is_dir() else case / "workflow.yml"
    options = (case / "options.txt").read_text().split() if (case / "options.txt").is_file() else []
    result = CliRunner().invoke(cli, ["convert", str(source), "-o", str(out), *options])
    assert result.exit_code == 0, result.output
    # It holds the hash of all rules, and tests of its own.
    (out / lock.NAME).unlink()
    # The runtime is the same for all, and long: the guide's fixture keeps it for them.
    if ROOT / "guides" not in case.parents:
        (out / runtime.FILE).unlink()
    return {path.relative_to(out).as_posix(): path.read_text() for path in sorted(out.rglob("*")) if path.is_file()}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.relative_to(ROOT).as_posix())
def test_fixture(case: Path, tmp_path: Path, pytestconfig: pytest.Config) -> None:
    files = made(case, tmp_path / "out")
    expected = case / "expected"
    if pytestconfig.getoption("--accept"):
        shutil.rmtree(expected, ignore_errors=True)
        for name, text in files.items():
            (expected / name).parent.mkdir(parents=True, exist_ok=True)
            (expected / name).write_text(text)
    there = {
        path.relative_to(expected).as_posix(): path.read_text()
        for path in sorted(expected.rglob("*"))
        if path.is_file()
    }
    assert files == there


def test_there_are_fixtures() -> None:
    assert CASES
