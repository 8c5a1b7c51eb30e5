"""Tekton's own admission over what is written for triggers, and over what templates create."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from tests.triggers.blocks import BLOCKS
from tests.triggers.firing import judge
from tests.triggers.reading import admitted, lower

from gha2tekton.lower.status import Check, pending, status_params, status_task, verdict
from gha2tekton.manifests import dump
from gha2tekton.tekton.model import Pipeline, PipelineTask

pytestmark = pytest.mark.conformance


@pytest.mark.parametrize("forks", ["refuse", "secretless", "members"])
def test_triggers_and_their_runs_are_admitted(tmp_path: Path, forks: str) -> None:
    for index, block in enumerate(BLOCKS.values()):
        triggers, _, _ = lower(block, name=f"w{index}", forks=forks)
        (tmp_path / f"w{index}.yaml").write_text(dump(admitted(triggers, forks=forks)), encoding="utf-8")
    runs = tmp_path / "runs"
    done = subprocess.run(
        [judge("triggers-validate"), "--emit-templates", str(runs), str(tmp_path)], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout
    done = subprocess.run([judge("tekton-validate"), str(runs)], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_what_a_schedule_creates_is_admitted(tmp_path: Path) -> None:
    triggers, _, _ = lower("on:\n  schedule:\n  - cron: '0 3 * * 1'")
    held, _ = triggers.files["triggers/schedule.yaml"]
    (tmp_path / "run.yaml").write_text(held["data"]["pipelinerun.yaml"], encoding="utf-8")
    done = subprocess.run([judge("tekton-validate"), str(tmp_path)], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_status_tasks_are_admitted(tmp_path: Path) -> None:
    task = status_task("ci-github-status", ("github-token", "token"))
    build = PipelineTask("build", task.name, params=dict.fromkeys(("repository", "api", "sha", "states"), "x"))
    checks = (Check("build (a, b)", "$(tasks.build.status)"),)
    first, last = pending("before", task.name, checks), verdict("after", task.name, checks)
    pipeline = Pipeline("ci", (build, first), params=status_params(), finally_=(last,))
    (tmp_path / "all.yaml").write_text(dump([task.manifest(), pipeline.manifest()]), encoding="utf-8")
    done = subprocess.run([judge("tekton-validate"), str(tmp_path)], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
