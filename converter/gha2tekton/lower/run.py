"""The run that starts a Pipeline: what a person creates, and what triggers make."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from gha2tekton.lower.carrier import Path
from gha2tekton.lower.repository import nested, repository_facts
from gha2tekton.lower.settings import ARTIFACTS, CACHE, JOB, MANAGED, SOURCE, STATE, WORKSPACES, Settings
from gha2tekton.lower.values import sent
from gha2tekton.plan.model import Plan
from gha2tekton.tekton.bundle import REPOSITORY
from gha2tekton.tekton.model import Manifest, Pipeline
from gha2tekton.tekton.names import label
from gha2tekton.tekton.run import PipelineRun, TaskRunSpec
from gha2tekton.workflow.model import Workflow


def manual_run(
    plan: Plan,
    base: str,
    pipeline: Pipeline,
    needed: Mapping[str, Path],
    claim: str,
    nodes: Manifest,
    specs: Sequence[TaskRunSpec],
    settings: Settings,
) -> PipelineRun:
    """The run for ``kubectl create``; triggers make theirs from it."""
    values = {param.name: param.default or "" for param in pipeline.params}
    values |= {name: _manual(path, values[name], plan.workflow, settings) for name, path in needed.items()}
    pod = dict(nodes)
    if claim:
        pod["securityContext"] = {"fsGroup": 1000}
    kept = claimed(plan)
    bound = tuple(_bound(space.name, claim if space.name in kept else "") for space in pipeline.workspaces)
    return PipelineRun(
        generate_name=f"{label(base, 50)}-",
        pipeline=pipeline.name,
        service_account=settings.service_account or f"{base}-runner",
        timeout=_longest(pipeline),
        labels=MANAGED,
        params=values,
        workspaces=bound,
        pod_template=pod,
        task_run_specs=tuple(specs),
    )


def claimed(plan: Plan) -> frozenset[str]:
    """The workspaces that lie on a run's claim: a job's own files only where it has several Tasks."""
    return frozenset(WORKSPACES) - {JOB if plan.staged else SOURCE}


def _longest(pipeline: Pipeline) -> str:
    """Long enough for the longest chain of tasks and what comes at the end."""
    minutes: dict[str, int] = {}
    for task in pipeline.tasks:
        minutes[task.name] = _minutes(task.timeout) + max((minutes.get(name, 0) for name in task.run_after), default=0)
    final = max((_minutes(task.timeout) for task in pipeline.finally_), default=0)
    return duration(max(minutes.values(), default=60) + final)


def _bound(name: str, claim: str) -> Manifest:
    if not claim:
        return {"name": name, "emptyDir": {}}
    place = {SOURCE: "source-code", ARTIFACTS: "shared-artifacts", CACHE: "gpu-cache", STATE: "test-execution"}[name]
    return {"name": name, "subPath": place, "persistentVolumeClaim": {"claimName": claim}}


def _manual(path: Path, default: str, workflow: Workflow, settings: Settings) -> str:
    """What a run started by hand says of its event: that of a dispatch on the default branch."""
    repository, branch = settings.github_repository or REPOSITORY, settings.default_branch or "main"
    known: dict[Path, str] = {
        ("git", "url"): f"https://github.com/{repository}.git",
        ("git", "revision"): sent(branch),
        ("github", "ref"): sent(f"refs/heads/{branch}"),
        ("github", "event_name"): "workflow_dispatch",
        ("github", "repository"): repository,
        ("github", "workflow"): sent(workflow.title),
        ("github", "run_number"): "1",
    }
    if settings.github_repository:
        known["github", "event"] = sent(json.dumps(nested(repository_facts(repository, branch)), ensure_ascii=False))
    facts = {("github", "event", *place): sent(text) for place, text in repository_facts(repository, branch).items()}
    return known.get(path) or facts.get(tuple(part.lower() for part in path), default)


def _minutes(duration: str) -> int:
    hours, _, rest = duration.partition("h") if "h" in duration else ("0", "", duration)
    return int(hours or 0) * 60 + int(rest.split("m")[0] or 0) if duration else 60


def duration(minutes: int) -> str:
    """Minutes as Tekton writes them."""
    return f"{minutes // 60}h{minutes % 60}m0s"
