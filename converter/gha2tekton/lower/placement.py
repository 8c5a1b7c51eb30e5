"""Which nodes the Pods of a run take, by the machines of their jobs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from gha2tekton.journal import Diagnostic, Journal, Setup
from gha2tekton.lower.job import LoweredTask
from gha2tekton.plan.model import JobPlan
from gha2tekton.record import Record, replace
from gha2tekton.tekton.model import Manifest, PipelineTask
from gha2tekton.tekton.run import TaskRunSpec

_ARCH = "kubernetes.io/arch"
_PRESENT: Mapping[str, Mapping[str, str]] = {
    "nvidia.com": {"nvidia.com/gpu.present": "true"},
    "amd.com": {"feature.node.kubernetes.io/amd-gpu": "true"},
    "gpu.intel.com": {"intel.feature.node.kubernetes.io/gpu": "true"},
}
"""How the operators of those who make GPUs label nodes that have some, by the domains of the resources."""


class Placed(Record, frozen=True):
    """A PipelineTask with what its Pod asks of a node."""

    place: PipelineTask
    job: JobPlan
    selector: Mapping[str, str]
    tolerations: tuple[Mapping[str, str], ...] = ()

    @property
    def template(self) -> Manifest:
        """The parts of a Pod template."""
        return _template(self.selector, self.tolerations)


def asks(place: PipelineTask, job: JobPlan, gpu_resource: str) -> Placed:
    """What the machine of a job is among nodes; ``gpu_resource`` is empty for Tasks of the job that hold no GPU."""
    runner = job.runner
    selector = dict(runner.node_selector) if runner else {}
    tolerations = tuple(runner.tolerations) if runner else ()
    if gpu_resource:
        if not selector.keys() - {_ARCH}:
            selector = {**_PRESENT.get(gpu_resource.partition("/")[0], {}), **selector}
        tolerations = tolerations or ({"key": gpu_resource, "operator": "Exists", "effect": "NoSchedule"},)
    return Placed(place, job, selector, tolerations)


def placed(
    asked: Iterable[Placed], specs: Iterable[TaskRunSpec], claimed: frozenset[str], journal: Journal
) -> tuple[Manifest, tuple[TaskRunSpec, ...]]:
    """The Pod template of the run, and the specs of its Tasks with what they ask beyond it.

    ``claimed`` are the workspaces on the run's claim. Tekton keeps all Pods on one claim on one node, which it chooses
    by the run's own template: https://github.com/tektoncd/pipeline/blob/main/docs/affinityassistants.md
    """
    parts = _of_one_cluster(list(asked))
    group = [part for part in parts if any(binding.workspace in claimed for binding in part.place.workspaces)] or parts
    common = _merged(group) if group is not parts or all(part.template == parts[0].template for part in parts) else {}
    if common is None:
        common = {}
        _tell(group, journal)
    made = {spec.task: spec for spec in specs}
    for part in parts:
        own = {key: value for key, value in part.template.items() if not _covered(value, common.get(key))}
        if own:
            spec = made.get(part.place.name, TaskRunSpec(part.place.name))
            made[part.place.name] = replace(spec, pod_template={**own, **spec.pod_template})
    order = {part.place.name: number for number, part in enumerate(parts)}
    return common, tuple(sorted(made.values(), key=lambda spec: order.get(spec.task, len(order))))


def _of_one_cluster(parts: list[Placed]) -> list[Placed]:
    """Where one job names its architecture, the cluster has several: the others then name GitHub's own, x64."""
    if not any(_ARCH in part.selector for part in parts):
        return parts
    return [
        part if _ARCH in part.selector else replace(part, selector={**part.selector, _ARCH: "amd64"}) for part in parts
    ]


def _merged(parts: list[Placed]) -> Manifest | None:
    """What all ask together; None where no node can be all of it."""
    selector: dict[str, str] = {}
    tolerations: list[Mapping[str, str]] = []
    for part in parts:
        for key, value in part.selector.items():
            if selector.setdefault(key, value) != value:
                return None
        tolerations += [one for one in part.tolerations if one not in tolerations]
    return _template(selector, tolerations)


def _template(selector: Mapping[str, str], tolerations: Sequence[Mapping[str, str]]) -> Manifest:
    parts: Manifest = {"nodeSelector": dict(selector)} if selector else {}
    return parts | ({"tolerations": [dict(one) for one in tolerations]} if tolerations else {})


def _covered(value: Any, common: Any) -> bool:
    if isinstance(value, Mapping):
        return value.items() <= (common or {}).items()
    return all(one in (common or ()) for one in value)


def _tell(group: list[Placed], journal: Journal) -> None:
    names = sorted({part.job.job.id for part in group if part.selector})
    message = (
        f"jobs {', '.join(names)} ask for different nodes, and their Tasks share a claim, which Tekton mounts on one: "
        "make it ReadWriteMany and set the feature flag coschedule to disabled"
    )
    journal.note(Diagnostic("nodes-differ", "warning", message, group[0].job.job.span))
    journal.need(Setup("feature flag", "coschedule", "disabled: Tasks on one claim run on different nodes"))


def own_spec(lowered: LoweredTask, place: str, gpu_resource: str) -> tuple[TaskRunSpec, ...]:
    """What a run gives one task alone, if anything: the GPU of its container, and names for its services."""
    kind, name = lowered.gpu
    names = {"hostAliases": [{"ip": "127.0.0.1", "hostnames": list(lowered.hosts)}]} if lowered.hosts else {}
    if not kind:
        return (TaskRunSpec(place, pod_template=names),) if names else ()
    held = next(part for part in (*lowered.task.steps, *lowered.task.sidecars) if part.name == name)
    limits = {key: value for key, value in held.limits.items() if key in (gpu_resource, "memory")}
    step, sidecar = (name, "") if kind == "step" else ("", name)
    return (TaskRunSpec(place, step, sidecar, limits, names),)
