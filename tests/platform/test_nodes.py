"""GPU runs take the nodes that were asked for."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gha2tekton.manifests import dump
from gha2tekton.platform.needs import Needs
from gha2tekton.platform.render import render
from gha2tekton.platform.settings import Platform
from gha2tekton.yaml import documents


def _template(limits: dict[str, str], pod: dict[str, Any]) -> dict[str, Any]:
    spec = {"taskRunTemplate": {"serviceAccountName": "r", **({"podTemplate": pod} if pod else {})}}
    spec["taskRunSpecs"] = [
        {"pipelineTaskName": "t", "stepSpecs": [{"name": "s", "computeResources": {"limits": limits}}]}
    ]
    run = {"kind": "PipelineRun", "metadata": {"generateName": "p-"}, "spec": spec}
    return {"kind": "TriggerTemplate", "metadata": {"name": "tt"}, "spec": {"resourcetemplates": [run]}}


NODES: list[tuple[Platform, dict[str, str], dict[str, Any], dict[str, Any] | None]] = [
    (Platform(), {"memory": "1Gi"}, {}, None),
    (Platform(), {"nvidia.com/gpu": "1"}, {}, {"priorityClassName": "gpu-runs"}),
    (
        Platform(gpu_label="accelerator=nvidia-tesla-gpu"),
        {"nvidia.com/gpu": "$(tt.params.gpu-count)"},
        {"nodeSelector": {"nvidia.com/gpu.present": "true"}, "securityContext": {"fsGroup": 1000}},
        {
            "nodeSelector": {"accelerator": "nvidia-tesla-gpu"},
            "securityContext": {"fsGroup": 1000},
            "priorityClassName": "gpu-runs",
        },
    ),
    (
        Platform(gpu_product="NVIDIA-A100-SXM4-40GB"),
        {"nvidia.com/gpu": "1"},
        {"nodeSelector": {"nvidia.com/gpu.present": "true", "disk": "fast"}},
        {
            "nodeSelector": {
                "nvidia.com/gpu.present": "true",
                "nvidia.com/gpu.product": "NVIDIA-A100-SXM4-40GB",
                "disk": "fast",
            },
            "priorityClassName": "gpu-runs",
        },
    ),
]


@pytest.mark.parametrize(("platform", "limits", "pod", "expected"), NODES)
def test_gpu_runs_take_their_nodes(
    platform: Platform, limits: dict[str, str], pod: dict[str, Any], expected: dict[str, Any] | None
) -> None:
    template = _template(limits, pod)
    held = {
        "kind": "ConfigMap",
        "metadata": {"name": "cm"},
        "data": {"pipelinerun.yaml": dump(template["spec"]["resourcetemplates"])},
    }
    files = render(platform, Needs(), {"../b": [template, held]})
    if expected is None:
        assert not [name for name in files if name.startswith("runs/")]
        return
    (made,) = documents(files["runs/1-b/kustomization.yaml"], "")
    assert made["resources"] == ["../../../b"]
    first, second = (json.loads(patch["patch"])[0] for patch in made["patches"])
    assert first["value"] == {"serviceAccountName": "r", "podTemplate": expected}
    (run,) = documents(second["value"], "")
    assert run["spec"]["taskRunTemplate"]["podTemplate"] == expected


def test_a_selector_of_one_task_is_changed_there() -> None:
    template = _template({"nvidia.com/gpu": "1"}, {"nodeSelector": {"pool": "x"}})
    (run,) = template["spec"]["resourcetemplates"]
    run["spec"]["taskRunSpecs"][0]["podTemplate"] = {"nodeSelector": {"nvidia.com/gpu.present": "true"}}
    files = render(Platform(gpu_label="accelerator=t4"), Needs(), {"../b": [template]})
    (made,) = documents(files["runs/1-b/kustomization.yaml"], "")
    first, second = json.loads(made["patches"][0]["patch"])
    assert first["value"]["podTemplate"] == {"nodeSelector": {"pool": "x"}, "priorityClassName": "gpu-runs"}
    assert second["value"][0]["podTemplate"] == {"nodeSelector": {"accelerator": "t4"}}


def test_a_label_by_hand_is_that_of_the_preflight_too() -> None:
    (job,) = documents(render(Platform(gpu_label="accelerator=t4"), Needs())["gpu/preflight.yaml"], "")
    assert job["spec"]["template"]["spec"]["nodeSelector"] == {"accelerator": "t4"}


def _patched(platform: Platform, *manifests: dict[str, Any]) -> list[Any]:
    files = render(platform, Needs(), {"../b": manifests})
    if "runs/1-b/kustomization.yaml" not in files:
        return []
    (made,) = documents(files["runs/1-b/kustomization.yaml"], "")
    return [json.loads(patch["patch"]) for patch in made["patches"]]


CLAIM = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
CLAIMS: list[tuple[Platform, dict[str, Any], dict[str, Any]]] = [
    (Platform(), CLAIM, {}),
    (Platform(storage_class="fast"), CLAIM, {"/spec/storageClassName": "fast"}),
    (Platform(storage_class="fast"), {**CLAIM, "storageClassName": "own"}, {}),
    (
        Platform(storage_class="efs", shared=True),
        CLAIM,
        {"/spec/storageClassName": "efs", "/spec/accessModes": ["ReadWriteMany"]},
    ),
    (Platform(shared=True), {**CLAIM, "accessModes": ["ReadWriteMany"]}, {}),
]


@pytest.mark.parametrize(("platform", "spec", "expected"), CLAIMS)
def test_claims_of_bundles_take_the_class(platform: Platform, spec: dict[str, Any], expected: dict[str, Any]) -> None:
    claim = {"kind": "PersistentVolumeClaim", "metadata": {"name": "c"}, "spec": spec}
    assert {one["path"]: one["value"] for patch in _patched(platform, claim) for one in patch} == expected


def test_the_cache_comes_to_the_containers_with_a_gpu_alone() -> None:
    gpu = {"limits": {"nvidia.com/gpu": "1"}}
    spec = {
        "steps": [{"name": "a"}, {"name": "b", "computeResources": gpu}],
        "sidecars": [{"name": "c", "computeResources": gpu, "volumeMounts": [{"name": "x", "mountPath": "/x"}]}],
        "volumes": [{"name": "x", "emptyDir": {}}],
    }
    task = {"kind": "Task", "metadata": {"name": "t"}, "spec": spec}
    other = {"kind": "Task", "metadata": {"name": "u"}, "spec": {"steps": [{"name": "a"}]}}
    ((first, second, third),) = _patched(Platform(cache_path="/datasets"), task, other)
    mount = {"name": "gpu-cache", "mountPath": "/datasets"}
    assert (first["path"], first["value"]) == ("/spec/steps/1/volumeMounts", [mount])
    assert (second["path"], second["value"]) == ("/spec/sidecars/0/volumeMounts/-", mount)
    assert (third["path"], third["value"]["persistentVolumeClaim"]) == ("/spec/volumes/-", {"claimName": "gpu-cache"})
    assert not _patched(Platform(), task, other)
