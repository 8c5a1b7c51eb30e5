"""A workflow's triggers from the text of its ``on``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gha2tekton.journal import Journal
from gha2tekton.lower.triggers.events import TriggerSet, lower_triggers
from gha2tekton.lower.triggers.listener import TriggerSettings, starter_manifests
from gha2tekton.record import replace
from gha2tekton.source import Source
from gha2tekton.tekton.run import PipelineRun, TaskRunSpec
from gha2tekton.workflow.model import Workflow
from gha2tekton.workflow.parse import parse_workflow

PATH = ".github/workflows/ci.yml"
JOBS = "\njobs:\n  build:\n    runs-on: ubuntu-latest\n    steps:\n    - run: make\n"
SETTINGS = TriggerSettings("ci", "demo", template_defaults={"gpu-count": "1"}, runner_account="ci-runner")
NEEDED: Mapping[str, tuple[str, ...]] = {
    "git-repo-url": ("git", "url"),
    "git-revision": ("git", "revision"),
    "github-ref": ("github", "ref"),
}


def read(on: str) -> tuple[Workflow, Journal]:
    """The workflow whose text starts with ``on``, which may have other keys before its jobs."""
    journal = Journal()
    workflow = parse_workflow(Source(PATH, on + JOBS), journal)
    assert workflow is not None, journal.diagnostics
    return workflow, journal


def run_of(needed: Mapping[str, tuple[str, ...]]) -> PipelineRun:
    """What a manual start would create."""
    gpu = TaskRunSpec("build", "build", limits={"nvidia.com/gpu": "$(tt.params.gpu-count)"})
    return PipelineRun("ci-", "ci", "ci-runner", "6h0m0s", params=dict.fromkeys(needed, ""), task_run_specs=(gpu,))


def lower(
    on: str, needed: Mapping[str, tuple[str, ...]] = NEEDED, **settings: Any
) -> tuple[TriggerSet, Journal, Workflow]:
    """The triggers of a workflow, and what became of every leaf."""
    workflow, journal = read(on)
    chosen = replace(SETTINGS, **settings)
    return lower_triggers(workflow, run_of(needed), needed, chosen, journal), journal, workflow


def admitted(triggers: TriggerSet, **settings: Any) -> list[dict[str, Any]]:
    """All Triggers resources of a workflow with its listener."""
    shared = starter_manifests(replace(SETTINGS, **settings), bool(triggers.deliveries), triggers.scheduled)
    found = [manifest for files in (triggers.files, shared) for group in files.values() for manifest in group]
    return [manifest for manifest in found if manifest["apiVersion"].startswith("triggers.tekton.dev/")]
