"""Executes a PipelineRun with Tekton's own reconcilers and step code; containers are processes of this machine."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.conformance.toolchain import isolation, judges


@dataclass(frozen=True, slots=True)
class StepRecord:
    """One container of a TaskRun and how it ended; `exit_code` is None when it never did."""

    name: str
    exit_code: int | None
    reason: str
    log: str


@dataclass(frozen=True, slots=True)
class TaskRecord:
    """One TaskRun: `status` is True, False or Unknown in Kubernetes' words."""

    name: str
    pipeline_task: str
    status: str
    reason: str
    message: str
    results: Mapping[str, Any]
    steps: tuple[StepRecord, ...]

    @property
    def log(self) -> str:
        """What all steps printed, in their order."""
        return "".join(step.log for step in self.steps)


@dataclass(frozen=True, slots=True)
class RunRecord:
    """One executed PipelineRun. `exit_status`: 0 succeeded, 1 failed or refused, 2 broken, 3 late."""

    exit_status: int
    reason: str
    message: str
    output: str
    results: Mapping[str, Any]
    skipped: Mapping[str, str]
    tasks: tuple[TaskRecord, ...]
    directory: Path

    @property
    def succeeded(self) -> bool:
        return self.exit_status == 0

    def task(self, pipeline_task: str) -> TaskRecord:
        """The TaskRun of a pipeline task; KeyError when it never started."""
        for task in self.tasks:
            if task.pipeline_task == pipeline_task:
                return task
        raise KeyError(f"{pipeline_task} did not run: {self.output}")

    def claim(self, name: str) -> Path:
        """The directory that holds a PersistentVolumeClaim's files."""
        return self.directory / "workspaces" / name

    def pods(self) -> list[dict[str, Any]]:
        """The Pods that were made, as Kubernetes objects, in the order of their start."""
        found = [json.loads(_text(file)) for file in sorted((self.directory / "pods").glob("*.json"))]
        return sorted(found, key=lambda pod: str(pod["status"].get("startTime", "")))

    def volume(self, pod: Mapping[str, Any], name: str) -> Path:
        """The directory of a Pod's volume; an emptyDir's is there only after `keep`."""
        volume = next(v for v in pod["spec"]["volumes"] if v["name"] == name)
        if claim := volume.get("persistentVolumeClaim"):
            return self.claim(claim["claimName"])
        return self.directory / "scratch" / "pods" / str(pod["metadata"]["name"]) / "volumes" / name

    @property
    def log(self) -> str:
        """What everything printed, for a failing test."""
        return self.output + "".join(f"--- {t.pipeline_task}\n{t.message}\n{t.log}" for t in self.tasks)


def run(
    files: Sequence[Path],
    pipelinerun: Path,
    out: Path,
    *,
    params: Mapping[str, str] | None = None,
    workspaces: Mapping[str, Path] | None = None,
    images: Mapping[str, Mapping[str, Any]] | None = None,
    path: Sequence[Path] = (),
    network: str = "pod",
    keep: bool = False,
    timeout: int = 120,
) -> RunRecord:
    """Applies `files`, then executes the run.

    `images`: name → entrypoint, cmd, env, workingDir, uid, root; a step without command or script needs it.
    `path`: directories of stand-ins, first on the containers' PATH, not below /tmp, which containers see empty.
    `keep`: what lies in emptyDir volumes stays, for `RunRecord.volume`.
    Raises Unavailable without Go, root or namespaces.
    """
    isolation()
    out.mkdir(parents=True, exist_ok=True)
    command = [str(judges() / "tekton-run"), "--pipelinerun", str(pipelinerun), "--out", str(out)]
    command += ["--timeout", str(timeout), "--net", network, *(["--keep"] if keep else [])]
    for file in files:
        command += ["--files", str(file)]
    for name, value in (params or {}).items():
        command += ["--param", f"{name}={value}"]
    for name, directory in (workspaces or {}).items():
        command += ["--workspace", f"{name}={directory}"]
    if images:
        table = out / "images.json"
        table.write_text(json.dumps(images), encoding="utf-8")
        command += ["--images", str(table)]
    standard = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    environment = dict(os.environ, TEKTON_RUN_PATH=":".join([*map(str, path), standard]))
    done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=timeout + 60, check=False)
    if done.returncode == 2:
        raise RuntimeError(f"tekton-run: {done.stderr[-4000:]}{done.stdout[-2000:]}")
    return _record(done.returncode, done.stdout, out)


def _record(exit_status: int, output: str, out: Path) -> RunRecord:
    file = out / "summary.json"
    summary = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    return RunRecord(
        exit_status=exit_status,
        reason=summary.get("reason", "Refused"),
        message=summary.get("message", output),
        output=output,
        results=summary.get("results") or {},
        skipped={s["name"]: s.get("reason", "") for s in summary.get("skipped") or ()},
        tasks=tuple(_task(t, out) for t in summary.get("tasks") or ()),
        directory=out,
    )


def _task(found: Mapping[str, Any], out: Path) -> TaskRecord:
    steps = tuple(
        StepRecord(s["name"], s.get("exitCode"), s.get("reason") or "", _text(out / s["log"]))
        for s in found.get("steps") or ()
    )
    return TaskRecord(
        found["name"],
        found.get("pipelineTask", ""),
        found["status"],
        found["reason"],
        found.get("message", ""),
        found.get("results") or {},
        steps,
    )


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""
