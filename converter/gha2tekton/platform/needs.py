"""What bundles need of a cluster, counted from their manifests."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import reduce
from typing import Any

from gha2tekton.journal import ALL
from gha2tekton.platform.at_once import at_once, legs
from gha2tekton.record import Record, field
from gha2tekton.tekton.pod_security import refused

_UNITS = {"": 1, "Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "Ti": 2**40, "k": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}
ARTIFACTS = "shared-artifacts-workspace"
WEBHOOK = "github-webhook-secret"
"""Made by a script of its own: its value is made up, not asked for."""

Manifests = Iterable[Mapping[str, Any]]


class Needs(Record, frozen=True):
    """The sums over all bundles."""

    gpus: int = 0
    """The most that runs hold at once, when each Pipeline runs once."""
    gpus_of_a_pod: int = 0
    """The most that one Pod holds, which one node must have."""
    memory: int = 0
    """Bytes that these runs are limited to at once, as far as Tasks say it."""
    claims: Mapping[str, int] = field(default_factory=dict)
    """The size in bytes of each claim."""
    artifacts: tuple[str, ...] = ()
    """The claims that hold artifacts."""
    shared: tuple[str, ...] = ()
    """The claims that several nodes may mount at once."""
    secrets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The keys of each Secret that Tasks and Triggers read, but for the webhook's; ``ALL`` for one taken whole."""
    pipelines: tuple[str, ...] = ()
    images: tuple[str, ...] = ()
    privileged: tuple[str, ...] = ()
    """What the baseline profile of Kubernetes refuses, with its Task or Pipeline."""
    others: tuple[str, ...] = ()
    """Resources of the GPUs' vendor that are asked for beside the one that is counted."""
    open: tuple[str, ...] = ()
    """Places with a GPU of which only the run knows how many there are; one is counted."""
    memory_of_a_pod: int = 0
    """Bytes, the most that one Pod asks for."""


def needs(manifests: Manifests, gpu_resource: str) -> Needs:
    """Count what the manifests of one bundle ask for."""
    objects = list(manifests)
    tasks = {item["metadata"]["name"]: item for item in objects if item.get("kind") == "Task"}
    pipelines = {item["metadata"]["name"]: item for item in objects if item.get("kind") == "Pipeline"}
    runs = [item for item in objects if item.get("kind") == "PipelineRun"]
    claims = [item for item in objects if item.get("kind") == "PersistentVolumeClaim"]
    gpus = memory = most = largest = 0
    unknown: list[str] = []
    for name, pipeline in pipelines.items():
        specs = _specs(runs, name)
        places = [*(pipeline["spec"].get("tasks") or ()), *(pipeline["spec"].get("finally") or ())]
        held = {place["name"]: _asked(place, tasks, specs, gpu_resource) for place in places}
        limits = {place["name"]: _asked(place, tasks, specs, "memory") for place in places}
        count = {place["name"]: legs(place) for place in places}
        most = max(most, *held.values(), 0)
        largest = max(largest, *limits.values(), 0)
        unknown += [f"{name}/{place}" for place, number in count.items() if not number and held[place]]
        gpus += at_once(pipeline, {place: held[place] * (count[place] or 1) for place in held})
        memory += at_once(pipeline, {place: limits[place] * (count[place] or 1) for place in held})
    keys: dict[str, set[str]] = {}
    for secret, key in (*_secrets(tasks.values()), *_secrets_of_triggers(objects)):
        keys.setdefault(secret, set()).add(key)
    images = {_image(container, task) for task in tasks.values() for container in _containers(task)}
    return Needs(
        gpus,
        most,
        memory,
        {item["metadata"]["name"]: quantity(item["spec"]["resources"]["requests"]["storage"]) for item in claims},
        tuple(sorted(set(_bound(runs)))),
        tuple(sorted(item["metadata"]["name"] for item in claims if "ReadWriteMany" in item["spec"]["accessModes"])),
        {name: tuple(sorted(found)) for name, found in sorted(keys.items())},
        tuple(sorted(pipelines)),
        tuple(sorted(image for image in images if image and "$(" not in image)),
        tuple(sorted({*_refused(tasks), *_refused_of_runs(runs)})),
        tuple(sorted(_of_vendor((*tasks.values(), *runs), gpu_resource) - {gpu_resource})),
        tuple(sorted(unknown)),
        largest,
    )


def total(parts: Sequence[Needs]) -> Needs:
    """Of bundles that share a cluster."""
    return reduce(_added, parts, Needs())


def _added(one: Needs, other: Needs) -> Needs:
    sizes = {name: max(one.claims.get(name, 0), other.claims.get(name, 0)) for name in {*one.claims, *other.claims}}
    secrets = {
        name: tuple(sorted({*one.secrets.get(name, ()), *other.secrets.get(name, ())}))
        for name in sorted({*one.secrets, *other.secrets})
    }
    return Needs(
        one.gpus + other.gpus,
        max(one.gpus_of_a_pod, other.gpus_of_a_pod),
        one.memory + other.memory,
        dict(sorted(sizes.items())),
        tuple(sorted({*one.artifacts, *other.artifacts})),
        tuple(sorted({*one.shared, *other.shared})),
        secrets,
        tuple(sorted((*one.pipelines, *other.pipelines))),
        tuple(sorted({*one.images, *other.images})),
        tuple(sorted({*one.privileged, *other.privileged})),
        tuple(sorted({*one.others, *other.others})),
        tuple(sorted({*one.open, *other.open})),
        max(one.memory_of_a_pod, other.memory_of_a_pod),
    )


def quantity(text: object) -> int:
    """A Kubernetes quantity in whole units."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)([KMGT]i|[kMGT])?", str(text))
    return int(float(found[1]) * _UNITS[found[2] or ""]) if found else 0


def _specs(runs: Manifests, pipeline: str) -> dict[str, Mapping[str, Any]]:
    for run in runs:
        if run["spec"].get("pipelineRef", {}).get("name") == pipeline:
            return {spec["pipelineTaskName"]: spec for spec in run["spec"].get("taskRunSpecs") or ()}
    return {}


def _bound(runs: Manifests) -> Iterator[str]:
    """The claims that runs bind for artifacts."""
    for run in runs:
        for binding in run["spec"].get("workspaces") or ():
            if binding["name"] == ARTIFACTS and "persistentVolumeClaim" in binding:
                yield binding["persistentVolumeClaim"]["claimName"]


def _asked(
    place: Mapping[str, Any], tasks: Mapping[str, Any], specs: Mapping[str, Mapping[str, Any]], resource: str
) -> int:
    """What one TaskRun is limited to: its run's word before its Task's."""
    task = tasks.get(place.get("taskRef", {}).get("name", ""), {"spec": place.get("taskSpec") or {}})
    own = {container["name"]: _limit(container, resource) for container in _containers(task)}
    spec = specs.get(place["name"], {})
    for one in (*(spec.get("stepSpecs") or ()), *(spec.get("sidecarSpecs") or ())):
        if resource in _limits(one):
            own[one["name"]] = _limit(one, resource)
    return sum(own.values())


def _refused(tasks: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    for name, task in tasks.items():
        containers = (task["spec"].get("stepTemplate") or {}, *_containers(task))
        for why in refused({"volumes": task["spec"].get("volumes")}, containers):
            yield f"{why} of Task {name}"


def _refused_of_runs(runs: Manifests) -> Iterator[str]:
    for run in runs:
        spec = run["spec"]
        for place in (spec.get("taskRunTemplate") or {}, *(spec.get("taskRunSpecs") or ())):
            for why in refused(place.get("podTemplate") or {}, ()):
                yield f"{why} of the runs of {(spec.get('pipelineRef') or {}).get('name', '')}"


def _image(container: Mapping[str, Any], task: Mapping[str, Any]) -> str:
    """Its name; that of a param is the param's default."""
    image = str(container.get("image", ""))
    for param in task["spec"].get("params") or ():
        image = image.replace(f"$(params.{param['name']})", str(param.get("default", "$(")))
    return image


def _of_vendor(objects: Manifests, gpu_resource: str) -> set[str]:
    vendor = gpu_resource.partition("/")[0] + "/"
    found: set[str] = set()
    for item in objects:
        places = list(_containers(item))
        for spec in item["spec"].get("taskRunSpecs") or ():
            places += [*(spec.get("stepSpecs") or ()), *(spec.get("sidecarSpecs") or ())]
        found |= {name for place in places for name in _limits(place) if name.startswith(vendor)}
    return found


def _containers(task: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    spec = task.get("spec") or {}
    for key in ("steps", "sidecars"):
        yield from spec.get(key) or ()


def _limits(container: Mapping[str, Any]) -> Mapping[str, Any]:
    return (container.get("computeResources") or {}).get("limits") or {}


def _limit(container: Mapping[str, Any], resource: str) -> int:
    return quantity(_limits(container).get(resource, 0))


def _secrets(tasks: Manifests) -> Iterator[tuple[str, str]]:
    for task in tasks:
        for container in _containers(task):
            for variable in container.get("env") or ():
                reference = (variable.get("valueFrom") or {}).get("secretKeyRef")
                if reference:
                    yield reference["name"], reference["key"]
            for source in container.get("envFrom") or ():
                if "secretRef" in source:
                    yield source["secretRef"]["name"], ALL


def _secrets_of_triggers(objects: Manifests) -> Iterator[tuple[str, str]]:
    for item in objects:
        if item.get("kind") == "Trigger":
            for interceptor in item["spec"].get("interceptors") or ():
                for param in interceptor.get("params") or ():
                    match param["value"]:
                        case {"secretName": str(name), "secretKey": str(key)} if name != WEBHOOK:
                            yield name, key
