"""What bundles need of a cluster, counted from their manifests."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from gha2tekton.record import Record, field
from gha2tekton.tekton.pod_security import above_baseline

_UNITS = {"": 1, "Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "Ti": 2**40, "k": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}
ARTIFACTS = "shared-artifacts-workspace"


class Needs(Record, frozen=True):
    """The sums over all bundles."""

    gpus: int = 0
    """The most that runs hold at once, when each Pipeline runs once."""
    memory: int = 0
    """Bytes that these runs are limited to at once, as far as Tasks say it."""
    claims: Mapping[str, int] = field(default_factory=dict)
    """The size in bytes of each claim."""
    artifacts: tuple[str, ...] = ()
    """The claims that hold artifacts."""
    secrets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The keys of each Secret that Tasks read."""
    pipelines: tuple[str, ...] = ()
    images: tuple[str, ...] = ()
    privileged: tuple[str, ...] = ()
    """The Tasks that the baseline profile of Kubernetes refuses."""
    others: tuple[str, ...] = ()
    """Resources of the GPUs' vendor that are asked for beside the one that is counted."""


def needs(manifests: Iterable[Mapping[str, Any]], gpu_resource: str) -> Needs:
    """Count what the manifests of bundles ask for."""
    objects = list(manifests)
    tasks = {item["metadata"]["name"]: item for item in objects if item.get("kind") == "Task"}
    runs = [item for item in objects if item.get("kind") == "PipelineRun"]
    pipelines = [item for item in objects if item.get("kind") == "Pipeline"]
    gpus = memory = 0
    for pipeline in pipelines:
        specs = _specs(runs, pipeline["metadata"]["name"])
        gpus += _at_once(pipeline, lambda place, s=specs: _asked(place, tasks, s, gpu_resource))
        memory += _at_once(pipeline, lambda place, s=specs: _asked(place, tasks, s, "memory"))
    claims = {
        item["metadata"]["name"]: quantity(item["spec"]["resources"]["requests"]["storage"])
        for item in objects
        if item.get("kind") == "PersistentVolumeClaim"
    }
    bound = {
        binding["persistentVolumeClaim"]["claimName"]
        for run in runs
        for binding in run["spec"].get("workspaces") or ()
        if binding["name"] == ARTIFACTS and "persistentVolumeClaim" in binding
    }
    keys: dict[str, set[str]] = {}
    for name, key in _secrets(list(tasks.values())):
        keys.setdefault(name, set()).add(key)
    images = {str(container.get("image", "")) for task in tasks.values() for container in _containers(task)}
    return Needs(
        gpus,
        memory,
        claims,
        tuple(sorted(bound)),
        {name: tuple(sorted(found)) for name, found in sorted(keys.items())},
        tuple(sorted(pipeline["metadata"]["name"] for pipeline in pipelines)),
        tuple(sorted(image for image in images if image and "$(" not in image)),
        tuple(sorted(name for name, task in tasks.items() if _above_baseline(task["spec"]))),
        tuple(sorted(_of_vendor((*tasks.values(), *runs), gpu_resource) - {gpu_resource})),
    )


def quantity(text: object) -> int:
    """A Kubernetes quantity in whole units."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)([KMGT]i|[kMGT])?", str(text))
    return int(float(found[1]) * _UNITS[found[2] or ""]) if found else 0


def _at_once(pipeline: Mapping[str, Any], weight: Any) -> int:
    """The most that places of a Pipeline weigh which may run at the same time: by their depth in the order of runs."""
    places = {place["name"]: place for place in pipeline["spec"].get("tasks") or ()}
    depths: dict[str, int] = {}

    def depth(name: str) -> int:
        if name not in depths:
            depths[name] = 0
            before = [other for other in places[name].get("runAfter") or () if other in places]
            depths[name] = 1 + max((depth(other) for other in before), default=0)
        return depths[name]

    levels: dict[int, int] = {}
    for name, place in places.items():
        levels[depth(name)] = levels.get(depth(name), 0) + weight(place)
    return max(levels.values(), default=0)


def _specs(runs: Iterable[Mapping[str, Any]], pipeline: str) -> dict[str, Mapping[str, Any]]:
    for run in runs:
        if run["spec"].get("pipelineRef", {}).get("name") == pipeline:
            return {spec["pipelineTaskName"]: spec for spec in run["spec"].get("taskRunSpecs") or ()}
    return {}


def _asked(
    place: Mapping[str, Any], tasks: Mapping[str, Any], specs: Mapping[str, Mapping[str, Any]], resource: str
) -> int:
    """What one TaskRun is limited to: its run's word before its Task's."""
    task = tasks.get(place.get("taskRef", {}).get("name", ""), {})
    own = {container["name"]: _limit(container, resource) for container in _containers(task)}
    spec = specs.get(place["name"], {})
    for one in (*(spec.get("stepSpecs") or ()), *(spec.get("sidecarSpecs") or ())):
        own[one["name"]] = max(own.get(one["name"], 0), _limit(one, resource))
    return sum(own.values())


def _above_baseline(spec: Mapping[str, Any]) -> bool:
    for container in (spec.get("stepTemplate") or {}, *_containers({"spec": spec})):
        if any(above_baseline(container.get("securityContext") or {})):
            return True
    return any("hostPath" in volume for volume in spec.get("volumes") or ())


def _of_vendor(objects: Iterable[Mapping[str, Any]], gpu_resource: str) -> set[str]:
    vendor = gpu_resource.partition("/")[0] + "/"
    found: set[str] = set()
    for item in objects:
        places = list(_containers(item))
        for spec in item["spec"].get("taskRunSpecs") or ():
            places += [*(spec.get("stepSpecs") or ()), *(spec.get("sidecarSpecs") or ())]
        for place in places:
            limits = (place.get("computeResources") or {}).get("limits") or {}
            found |= {name for name in limits if name.startswith(vendor)}
    return found


def _containers(task: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    spec = task.get("spec") or {}
    for key in ("steps", "sidecars"):
        yield from spec.get(key) or ()


def _limit(container: Mapping[str, Any], resource: str) -> int:
    limits = (container.get("computeResources") or {}).get("limits") or {}
    return quantity(limits.get(resource, 0))


def _secrets(tasks: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    for task in tasks:
        for container in _containers(task):
            for variable in container.get("env") or ():
                reference = (variable.get("valueFrom") or {}).get("secretKeyRef")
                if reference:
                    yield reference["name"], reference["key"]
