"""Which nodes GPU runs take, and before whom: put into the runs of bundles without a change to the bundles."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from typing import Any

from gha2tekton.manifests import dump
from gha2tekton.platform.settings import Platform
from gha2tekton.tekton.bundle import REPOSITORY, UNNAMED
from gha2tekton.yaml import documents

PRIORITY = "gpu-runs"
CACHE = "gpu-cache"
_PRODUCT = "nvidia.com/gpu.product"
_HELD = "pipelinerun.yaml"


def selector(platform: Platform) -> dict[str, str]:
    """Labels of nodes with GPUs: the GPU operator's or one that was set by hand, and the product that is asked for.

    Tekton's affinity assistant, which chooses the node of a run with a claim, reads selectors and no affinity.
    """
    key, _, value = (platform.gpu_label or "nvidia.com/gpu.present=true").partition("=")
    return {key: value, **({_PRODUCT: platform.gpu_product} if platform.gpu_product else {})}


def affinity(platform: Platform) -> dict[str, Any]:
    """Nodes with the memory that is asked for, by the label of GPU feature discovery."""
    if not platform.gpu_memory:
        return {}
    term = {"key": "nvidia.com/gpu.memory", "operator": "Gt", "values": [str(platform.gpu_memory - 1)]}
    required = {"nodeSelectorTerms": [{"matchExpressions": [term]}]}
    return {"affinity": {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": required}}}


def overlay(platform: Platform, bundle: str, manifests: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """A kustomization over a bundle by which its GPU runs take their nodes, and the runs for ``kubectl create``.

    It also gives the bundle's claims the class that was asked for, and its GPU containers the cache. Empty where a
    bundle is right as it is.
    """
    patches, runs = [], {}
    for manifest in manifests:
        name = manifest.get("metadata", {}).get("name", "")
        found = list(_patches(platform, manifest))
        if found:
            patches.append({"target": {"kind": manifest["kind"], "name": name}, "patch": json.dumps(found, indent=1)})
        if manifest.get("kind") == "PipelineRun" and _holds(manifest, platform.gpu_resource):
            runs[f"{manifest['metadata']['generateName']}run.yaml"] = _started(platform, manifest)
    if not patches and not runs:
        return {}
    body = {
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "resources": [bundle],
        **({"patches": patches} if patches else {}),
    }
    return {"kustomization.yaml": dump([body]), **runs}


def _started(platform: Platform, run: Mapping[str, Any]) -> str:
    text = dump([_placed(platform, run)])
    head = f"# The bundle's run, on the nodes of this platform: kubectl create -n {platform.namespace} -f this file\n"
    return (head + UNNAMED if REPOSITORY in text else head) + text


def _patches(platform: Platform, manifest: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Triggers make runs from templates; schedules from the text in a ConfigMap."""
    if manifest.get("kind") == "TriggerTemplate":
        for number, run in enumerate(manifest["spec"].get("resourcetemplates") or ()):
            if _holds(run, platform.gpu_resource):
                placed = _placed(platform, run)["spec"]
                for part in ("taskRunTemplate", "taskRunSpecs"):
                    if placed.get(part) != run["spec"].get(part):
                        path = f"/spec/resourcetemplates/{number}/spec/{part}"
                        yield {"op": "add", "path": path, "value": placed[part]}
    if manifest.get("kind") == "PersistentVolumeClaim":
        yield from _claim(platform, manifest["spec"])
    if manifest.get("kind") == "Task" and platform.cache_path:
        yield from _cached(platform, manifest["spec"])
    if manifest.get("kind") == "ConfigMap" and _HELD in (manifest.get("data") or {}):
        runs = documents(manifest["data"][_HELD], _HELD)
        if any(_holds(run, platform.gpu_resource) for run in runs):
            yield {"op": "add", "path": f"/data/{_HELD}", "value": dump([_placed(platform, run) for run in runs])}


def _claim(platform: Platform, spec: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    if platform.storage_class and "storageClassName" not in spec:
        yield {"op": "add", "path": "/spec/storageClassName", "value": platform.storage_class}
    if platform.shared and "ReadWriteMany" not in spec["accessModes"]:
        yield {"op": "replace", "path": "/spec/accessModes", "value": ["ReadWriteMany"]}


def _cached(platform: Platform, spec: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """A volume of the Task, and not a workspace: of those with a claim a TaskRun may have one."""
    mount = {"name": CACHE, "mountPath": platform.cache_path}
    found = False
    for part in ("steps", "sidecars"):
        for number, container in enumerate(spec.get(part) or ()):
            if platform.gpu_resource in ((container.get("computeResources") or {}).get("limits") or {}):
                found = True
                mounts = f"/spec/{part}/{number}/volumeMounts"
                if container.get("volumeMounts"):
                    yield {"op": "add", "path": f"{mounts}/-", "value": mount}
                else:
                    yield {"op": "add", "path": mounts, "value": [mount]}
    if found:
        volume = {"name": CACHE, "persistentVolumeClaim": {"claimName": CACHE}}
        if spec.get("volumes"):
            yield {"op": "add", "path": "/spec/volumes/-", "value": volume}
        else:
            yield {"op": "add", "path": "/spec/volumes", "value": [volume]}


def _holds(run: Mapping[str, Any], resource: str) -> bool:
    """Whether one of its Tasks is given a GPU."""
    return run.get("kind") == "PipelineRun" and any(_asks(spec, resource) for spec in _specs(run))


def _specs(run: Mapping[str, Any]) -> list[dict[str, Any]]:
    return list(run["spec"].get("taskRunSpecs") or ())


def _asks(spec: Mapping[str, Any], resource: str) -> bool:
    parts = (*(spec.get("stepSpecs") or ()), *(spec.get("sidecarSpecs") or ()))
    return any(resource in ((one.get("computeResources") or {}).get("limits") or {}) for one in parts)


def _placed(platform: Platform, run: Mapping[str, Any]) -> dict[str, Any]:
    """The run with the nodes of its GPUs: where a GPU Task has a selector of its own, there, else for all Tasks."""
    made = deepcopy(dict(run))
    pod = made["spec"].setdefault("taskRunTemplate", {}).setdefault("podTemplate", {})
    own = [
        spec["podTemplate"]
        for spec in _specs(made)
        if _asks(spec, platform.gpu_resource) and "nodeSelector" in (spec.get("podTemplate") or {})
    ]
    for place in own or [pod]:
        if platform.gpu_label:
            place["nodeSelector"] = selector(platform)
        elif platform.gpu_product:
            place["nodeSelector"] = {**(place.get("nodeSelector") or {}), **selector(platform)}
        place.update(affinity(platform))
    pod["priorityClassName"] = PRIORITY
    return made
