"""Reads from an executed run what its jobs did. Where the runtime keeps a job's state is known here alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tests.conformance.execution import RunRecord, TaskRecord
from tests.equivalence.case import contents
from tests.equivalence.comparison import Seen, SeenJob, SeenStep

Pod = Mapping[str, Any]
_OURS = frozenset({"GHA_MATRIX", "GHA_VALUE_1", "BUILDAH_ISOLATION"})
"""What the steps of Tasks of ours have, which work out a job's legs or images, or build images, before it."""
STATUS = {"True": "success", "False": "failure"}


def observe(record: RunRecord, before: Mapping[str, str]) -> Seen:
    """The jobs of a run that was executed with `keep`; `before` are the repository's files."""
    stages: dict[str, list[Pod]] = {}
    for pod in record.pods():
        if not _OURS.isdisjoint(_variables(pod)):
            continue
        # the Tasks of a split job share its state directory
        stages.setdefault(str(_state(record, pod) or pod["metadata"]["name"]), []).append(pod)
    jobs = [_job(record, pods, before) for pods in stages.values()]
    ended = [job for pod in record.pods() for job in _unstarted(record, pod)]
    jobs += ended
    jobs += [SeenJob(name, "skipped") for name in record.skipped if name not in {job.name for job in ended}]
    return Seen(min(record.exit_status, 1), tuple(jobs))


def _job(record: RunRecord, pods: list[Pod], before: Mapping[str, str]) -> SeenJob:
    state, last = _state(record, pods[-1]), pods[-1]
    task = _task(record, last)
    workspace = _workspace(record, last)
    files = contents(workspace, without=before) if workspace else None
    if state is None or not (state / "steps").exists():
        steps = tuple(SeenStep("", s.name, *2 * (("success", "failure")[s.exit_code != 0],)) for s in task.steps)
        return SeenJob(task.pipeline_task, STATUS.get(task.status, task.status), steps, None, files)
    if files is not None and workspace and state.is_relative_to(workspace):
        own = str(state.relative_to(workspace)).split("/")[0] + "/"
        files = {name: text for name, text in files.items() if not name.startswith(own)}
    name = _variables(last).get("GHA_JOB") or task.pipeline_task
    result = _text(state / "result") or STATUS.get(task.status, task.status)
    return SeenJob(name, result, tuple(map(_step, sorted((state / "steps").iterdir()))), _outputs(state), files)


def _unstarted(record: RunRecord, pod: Pod) -> Iterator[SeenJob]:
    """Jobs and legs of which a Task before them says how they ended: they never start."""
    for path in _variables(pod).get("GHA_STATES", "").split():
        state = _place(record, pod, path)
        if state is not None and (state / "result").exists() and not (state / "steps").exists():
            yield SeenJob(state.name.partition(".")[0], _text(state / "result"))


def _step(entry: Path) -> SeenStep:
    return SeenStep(*(_text(entry / part) for part in ("id", "name", "outcome", "conclusion")))


def _outputs(state: Path) -> dict[str, str]:
    place = state / "outputs"
    return {file.name: _text(file) for file in sorted(place.iterdir())} if place.exists() else {}


def _text(file: Path) -> str:
    return file.read_bytes().decode() if file.exists() else ""


def _task(record: RunRecord, pod: Pod) -> TaskRecord:
    run = pod["metadata"]["labels"]["tekton.dev/taskRun"]
    return next(task for task in record.tasks if task.name == run)


def _steps(pod: Pod) -> list[Mapping[str, Any]]:
    return [c for c in pod["spec"]["containers"] if c["name"].startswith("step-")]


def _variables(pod: Pod) -> dict[str, str]:
    """Constant variables of a Pod's steps."""
    return {e["name"]: e["value"] for c in _steps(pod) for e in c.get("env", ()) if "value" in e}


def _state(record: RunRecord, pod: Pod) -> Path | None:
    path = _variables(pod).get("GHA_STATE")
    return _place(record, pod, path) if path else None


def _workspace(record: RunRecord, pod: Pod) -> Path | None:
    path = _variables(pod).get("GITHUB_WORKSPACE")
    for container in _steps(pod):
        path = path or container.get("workingDir")
    return _place(record, pod, path) if path else None


def _place(record: RunRecord, pod: Pod, path: str) -> Path | None:
    """Where a path of the containers lies on this machine; None when no volume holds it."""
    mounts = {m["mountPath"].rstrip("/"): m for c in _steps(pod) for m in c.get("volumeMounts", ())}
    for at in sorted(mounts, key=len, reverse=True):
        if path == at or path.startswith(f"{at}/"):
            root = record.volume(pod, mounts[at]["name"]) / mounts[at].get("subPath", "")
            found = root / path[len(at) :].lstrip("/")
            return found if found.exists() else None
    return None
