"""Tells how what was observed differs from what GitHub does."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class SeenStep:
    """A step and how it ended; without the runtime only Tekton's own name is known, and `id` is empty."""

    id: str
    name: str
    outcome: str
    conclusion: str


@dataclass(frozen=True, slots=True)
class SeenJob:
    """One job or leg; `files` are those in its workspace that the repository does not hold."""

    name: str
    result: str
    steps: tuple[SeenStep, ...] = ()
    outputs: Mapping[str, str] | None = None
    files: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """A whole run: its exit status is 0 on success, else 1."""

    exit: int
    jobs: tuple[SeenJob, ...]


def ended(outcome: str, conclusion: str) -> str:
    """How expected.json writes a step's end: one word, or outcome/conclusion."""
    return outcome if outcome == conclusion else f"{outcome}/{conclusion}"


def normal(name: str) -> str:
    """A name as Kubernetes would have it, so that names of both sides can be compared."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def differences(expected: Mapping[str, Any], seen: Seen) -> list[str]:
    """One line a difference; none means that the run did what GitHub does."""
    lines = [] if seen.exit == expected["exit"] else [f"exit: expected {expected['exit']}, seen {seen.exit}"]
    names = {normal(name): name for name in expected["jobs"]}
    found: dict[str, list[SeenJob]] = {name: [] for name in expected["jobs"]}
    for job in seen.jobs:
        # a leg's task is named after its job and values
        if job.name in found:
            found[job.name].append(job)
            continue
        fitting = [n for n in names if normal(job.name) == n or normal(job.name).startswith(f"{n}-")]
        if fitting:
            found[names[max(fitting, key=len)]].append(job)
    for name, wanted in expected["jobs"].items():
        if isinstance(wanted, list):
            lines += [f"{name} {line}" for line in _legs(wanted, found[name])]
        else:
            lines += [f"{name}: {line}" for line in _one(wanted, found[name])]
    return lines


def _legs(wanted: Sequence[Mapping[str, Any]], seen: list[SeenJob]) -> list[str]:
    """Each expected leg takes the seen leg that differs least from it."""
    ran = [leg for leg in wanted if leg["result"] != "skipped"]
    lines = (
        []
        if len(ran) == len([s for s in seen if s.result != "skipped"])
        else [f"legs: expected {len(ran)}, seen {len(seen)}"]
    )
    left = [s for s in seen if s.result != "skipped"]
    for leg in sorted(ran, key=lambda leg: min((len(_job(leg, s)) for s in left), default=0)):
        best = min(left, key=lambda s: len(_job(leg, s)), default=None)
        if best:
            left.remove(best)
            lines += [f"{leg.get('matrix', {})}: {line}" for line in _job(leg, best)]
    return lines


def _one(wanted: Mapping[str, Any], seen: list[SeenJob]) -> list[str]:
    if not seen:
        return [] if wanted["result"] == "skipped" else [f"expected {wanted['result']}, did not run"]
    return _job(wanted, seen[0])


def _job(wanted: Mapping[str, Any], seen: SeenJob) -> list[str]:
    lines = [] if seen.result == wanted["result"] else [f"expected {wanted['result']}, seen {seen.result}"]
    if wanted["result"] == "skipped":
        return lines
    lines += _steps(wanted.get("steps", {}), seen.steps)
    if seen.outputs is not None and "outputs" in wanted:
        lower = {name.lower(): value for name, value in seen.outputs.items() if value != ""}
        outputs = {name.lower(): value for name, value in wanted["outputs"].items() if value != ""}
        lines += _mapping("output", outputs, lower)
    if seen.files is not None and "files" in wanted:
        lines += _mapping("file", wanted["files"], seen.files)
    return lines


def _steps(wanted: Mapping[str, str], seen: Sequence[SeenStep]) -> list[str]:
    by_key = {key: step for step in reversed(seen) for key in (normal(step.name), normal(step.id)) if key}
    by_id = {step.id: step for step in seen if step.id}
    lines, order = [], []
    for key, end in wanted.items():
        step = by_id.get(key) or by_key.get(normal(key))
        if step is None and len(wanted) == len(seen) == 1:
            step = seen[0]  # a Task of one plain step, which Tekton names in its own way
        if step is None:
            lines.append(f"step {key}: expected {end}, not seen")
            continue
        if ended(step.outcome, step.conclusion) != end:
            lines.append(f"step {key}: expected {end}, seen {ended(step.outcome, step.conclusion)}")
        order.append(step)
    if not lines and [s for s in seen if s in order] != order:
        lines.append(f"order of steps: expected {list(wanted)}, seen {[s.id or s.name for s in seen]}")
    return lines


def _mapping(kind: str, wanted: Mapping[str, str], seen: Mapping[str, str]) -> list[str]:
    lines = []
    for key in sorted({*wanted, *seen}):
        if wanted.get(key) != seen.get(key):
            lines.append(f"{kind} {key}: expected {wanted.get(key)!r}, seen {seen.get(key)!r}")
    return lines
