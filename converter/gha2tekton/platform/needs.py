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
    memory_of_a_pod: int = 0
    """Bytes, the most that one Pod asks for."""
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


def needs(manifests: Manifests, gpu_resource: str) -> Needs:
    """Count what the manifests of one bundle ask for."""
    objects = list(manifests)
    tasks = {item["metadata"]["name"]: item for item in _of_kind(objects, "Task")}
    pipelines = _of_kind(objects, "Pipeline")
    runs = _of_kind(objects, "PipelineRun")
    claims = {item["metadata"]["name"]: item["spec"] for item in _of_kind(objects, "PersistentVolumeClaim")}
    keys: dict[str, set[str]] = {}
    for secret, key in (*_secrets(tasks.values()), *_secrets_of_triggers(objects)):
        keys.setdefault(secret, set()).add(key)
    images = {_image(container, task) for task in tasks.values() for container in _containers(task)}
    rest = Needs(
        claims={name: quantity(spec["resources"]["requests"]["storage"]) for name, spec in claims.items()},
        artifacts=tuple(_bound(runs)),
        shared=tuple(name for name, spec in claims.items() if "ReadWriteMany" in spec["accessModes"]),
        secrets={name: tuple(found) for name, found in keys.items()},
        images=tuple(image for image in images if image and "$(" not in image),
        privileged=(*_refused(tasks), *_refused_of_runs(runs)),
        others=tuple(_of_vendor((*tasks.values(), *runs), gpu_resource) - {gpu_resource}),
    )
    return total([*(_of_pipeline(pipeline, tasks, runs, gpu_resource) for pipeline in pipelines), rest])


def _of_kind(objects: Manifests, kind: str) -> list[Mapping[str, Any]]:
    return [item for item in objects if item.get("kind") == kind]


def _of_pipeline(pipeline: Mapping[str, Any], tasks: Mapping[str, Any], runs: Manifests, gpu_resource: str) -> Needs:
    """What one run of a Pipeline holds."""
    name = pipeline["metadata"]["name"]
    specs = _specs(runs, name)
    places = [*(pipeline["spec"].get("tasks") or ()), *(pipeline["spec"].get("finally") or ())]
    gpus = {place["name"]: _asked(place, tasks, specs, gpu_resource) for place in places}
    memory = {place["name"]: _asked(place, tasks, specs, "memory") for place in places}
    count = {place["name"]: legs(place) for place in places}
    return Needs(
        gpus=at_once(pipeline, {place: gpus[place] * (count[place] or 1) for place in count}),
        gpus_of_a_pod=max(gpus.values(), default=0),
        memory=at_once(pipeline, {place: memory[place] * (count[place] or 1) for place in count}),
        memory_of_a_pod=max(memory.values(), default=0),
        pipelines=(name,),
        open=tuple(f"{name}/{place}" for place, number in count.items() if not number and gpus[place]),
    )


def total(parts: Sequence[Needs]) -> Needs:
    """Of what shares a cluster; names come once each and in order."""
    return reduce(_added, parts, Needs())


def _added(one: Needs, other: Needs) -> Needs:
    claims = {name: max(one.claims.get(name, 0), other.claims.get(name, 0)) for name in {*one.claims, *other.claims}}
    secrets = {
        name: _either(one.secrets.get(name, ()), other.secrets.get(name, ())) for name in {*one.secrets, *other.secrets}
    }
    return Needs(
        gpus=one.gpus + other.gpus,
        gpus_of_a_pod=max(one.gpus_of_a_pod, other.gpus_of_a_pod),
        memory=one.memory + other.memory,
        memory_of_a_pod=max(one.memory_of_a_pod, other.memory_of_a_pod),
        claims=dict(sorted(claims.items())),
        artifacts=_either(one.artifacts, other.artifacts),
        shared=_either(one.shared, other.shared),
        secrets=dict(sorted(secrets.items())),
        pipelines=tuple(sorted((*one.pipelines, *other.pipelines))),
        images=_either(one.images, other.images),
        privileged=_either(one.privileged, other.privileged),
        others=_either(one.others, other.others),
        open=_either(one.open, other.open),
    )


def _either(one: Iterable[str], other: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({*one, *other}))


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
