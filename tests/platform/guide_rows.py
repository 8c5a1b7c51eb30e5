"""What was looked at in the guide, row by row, and how to see that our output does it right.

The numbers are those of docs/platform.md, which follow the guide's snippets in their order.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from gha2tekton.platform.needs import Needs, needs
from gha2tekton.platform.render import render
from gha2tekton.platform.settings import Platform, PlatformError
from gha2tekton.yaml import documents

ROOT = Path(__file__).parents[2]
EXPECTED = ROOT / "fixtures" / "guides" / "gpu-notebook" / "expected"
GPU = "nvidia.com/gpu"
Object = Mapping[str, Any]


class Output:
    """The guide's workflow as it is converted, the platform for it, and the page."""

    def __init__(self) -> None:
        self.bundle = [
            one for path in sorted(EXPECTED.rglob("*.yaml")) for one in documents(path.read_text(), str(path))
        ]
        self.report = re.sub(r"\s+", " ", (EXPECTED / "report.txt").read_text())
        needed = needs(self.bundle, GPU)
        options = {"namespace": "gpu-ci", "shared": True, "storage_class": "fast", "gpu_memory": 16000}
        self.files = render(Platform(**options), needed, {"../b": self.bundle})
        self.platform = [
            one for name, text in self.files.items() if name.endswith(".yaml") for one in documents(text, name)
        ]
        self.scripts = "".join(text for name, text in self.files.items() if name.startswith("scripts/"))
        self.page = re.sub(r"\s+", " ", (ROOT / "docs" / "platform.md").read_text())

    def kind(self, kind: str) -> list[Any]:
        return [one for one in (*self.bundle, *self.platform) if one.get("kind") == kind]

    def one(self, kind: str, name: str = "") -> Any:
        (found,) = [one for one in self.kind(kind) if name in ("", one["metadata"].get("name"))]
        return found

    @property
    def run(self) -> Any:
        """The run of the bundle, which its template makes too."""
        return next(one for one in self.bundle if one.get("kind") == "PipelineRun")

    @property
    def pipeline(self) -> Any:
        return self.one("Pipeline")

    @property
    def tasks(self) -> dict[str, Any]:
        return {one["metadata"]["name"]: one["spec"] for one in self.bundle if one.get("kind") == "Task"}

    @property
    def places(self) -> list[Any]:
        return [*self.pipeline["spec"]["tasks"], *self.pipeline["spec"]["finally"]]

    def containers(self) -> Iterator[Any]:
        for task in self.tasks.values():
            yield from (*task["steps"], *task.get("sidecars", ()))

    def filters(self) -> str:
        return json.dumps([one["spec"]["interceptors"] for one in self.kind("Trigger")])

    def interceptor(self, trigger: Object, name: str) -> dict[str, Any]:
        (found,) = [one for one in trigger["spec"]["interceptors"] if one["ref"]["name"] == name]
        return {param["name"]: param["value"] for param in found["params"]}


Row = Callable[[Output], bool]
ROWS: dict[int, Row] = {}


def row(number: int) -> Callable[[Row], Row]:
    def keep(function: Row) -> Row:
        ROWS[number] = function
        return function

    return keep


def says(*texts: str) -> Row:
    """Named on the page, where output has nothing to show for it."""
    return lambda out: all(text in out.page for text in texts)


def _class(provisioner: str) -> Any:
    (made,) = documents(
        render(Platform(provisioner=provisioner, storage_class="c"), Needs())["storage/storage-class.yaml"], ""
    )
    return made


def _refuses(bundle: list[Any], resource: str) -> bool:
    try:
        render(Platform(gpu_resource=resource), needs(bundle, resource))
    except PlatformError:
        return True
    return False


ROWS |= {
    1: lambda out: "Tekton needs 1.28 or newer" in out.scripts,
    2: lambda out: "kubectl version -o json" in out.scripts and "--short" not in out.scripts,
    3: lambda out: "gpu-operator.yaml" not in out.scripts and says("Helm chart `gpu-operator`")(out),
    4: lambda out: (
        out.run["spec"]["taskRunTemplate"]["podTemplate"]["nodeSelector"] == {"nvidia.com/gpu.present": "true"}
        and "accelerator: t4" in render(Platform(gpu_label="accelerator=t4"), Needs())["gpu/preflight.yaml"]
    ),
    5: lambda out: r"{.status.allocatable.nvidia\.com/gpu}" in out.scripts,
    6: lambda out: _class("ebs.csi.aws.com")["parameters"].keys() >= {"type", "iops", "throughput"},
    7: lambda out: (
        len(re.findall(r"https://infra\.tekton\.dev/\S+/previous/v\d+\.\d+\.\d+/\S+\.yaml", out.scripts)) == 3
        and "storage.googleapis.com" not in out.scripts
    ),
    8: lambda out: "deployment/tekton-triggers-core-interceptors" in out.scripts and "get crd" in out.scripts,
    9: lambda out: all(
        one.get("metadata", {}).get("namespace") != "tekton-pipelines" for one in (*out.bundle, *out.platform)
    ) and "namespace: gpu-ci" in out.files["kustomization.yaml"],
    10: lambda out: all(task["steps"] and all("name" in param for param in task["params"]) for task in out.tasks.values()),
    11: lambda out: out.one("Task", "gpu-papermill-execution")["metadata"]["labels"]["gha2tekton.dev/gpu"] == "required",
    12: lambda out: all("resources" not in task for task in out.tasks.values())
    and any("computeResources" in one for one in out.containers()),
    13: lambda out: (
        not re.search(r"\$\(", json.dumps([one.get("computeResources") for one in out.containers()]))
        and out.run["spec"]["taskRunSpecs"][0]["stepSpecs"][0]["computeResources"]["limits"][GPU] == "1"
    ),
    14: lambda out: all(
        one["computeResources"]["requests"].items() <= one["computeResources"]["limits"].items()
        for one in out.containers()
        if "computeResources" in one
    ),
    15: lambda out: any(one["image"] == "$(params.container-image)" for one in out.containers()),
    17: lambda out: [place.get("runAfter") for place in out.places[:5]]
    == [None, ["prepare-environment"], ["execute-notebook-gpu"], ["convert-to-html"], ["run-tests"]],
    18: lambda out: bool(out.tasks["publish-results"]["steps"]),
    19: lambda out: {param["name"] for param in out.run["spec"]["params"]}
    <= {param["name"] for param in out.pipeline["spec"]["params"]},
    20: lambda out: len({one["persistentVolumeClaim"]["claimName"] for one in out.run["spec"]["workspaces"]}) == 1
    and len({one["subPath"] for one in out.run["spec"]["workspaces"]}) == 4,
    21: lambda out: all(one["spec"].keys() >= {"accessModes", "resources"} for one in out.kind("PersistentVolumeClaim")),
    22: lambda out: "timeout" not in out.run["spec"]
    and "pipeline" in out.run["spec"]["timeouts"]
    and all("timeout" in place for place in out.places),
    23: lambda out: "kubectl create -f runs/" in out.report
    and "generateName" in out.run["metadata"]
    and "runs/" not in (EXPECTED / "kustomization.yaml").read_text(),
    24: lambda out: out.run["spec"]["pipelineRef"] == {"name": out.pipeline["metadata"]["name"]},
    25: lambda out: all(
        one.keys() == {"ref", "params"} for trigger in out.kind("Trigger") for one in trigger["spec"]["interceptors"]
    ),
    26: lambda out: {out.one("EventListener")["spec"]["serviceAccountName"]}
    == {
        one["subjects"][0]["name"]
        for one in out.bundle
        if one.get("kind") in ("RoleBinding", "ClusterRoleBinding")
    },
    27: lambda out: all({"bindings", "template"} <= one["spec"].keys() for one in out.kind("Trigger")),
    28: lambda out: [out.interceptor(one, "github")["eventTypes"] for one in out.kind("Trigger")]
    == [["push"], ["workflow_dispatch"]],
    29: lambda out: all(
        text in out.filters() for text in ("body.commits.exists(c, ", "'added', 'modified', 'removed'")
    ),
    30: lambda out: ".exists(" in out.filters(),
    31: lambda out: "https://<host>/" in out.report and "over TLS" in out.report and "http://" not in out.scripts,
    32: lambda out: "content type application/json" in out.report and "secretRef" in out.filters(),
    33: lambda out: "single events event push: tick it" in out.report,
    34: lambda out: "curl" not in out.scripts and says("redeliver from GitHub's page")(out),
    35: says("`tkn pipelinerun logs -f`", "a run has a Pod for each Task"),
    36: lambda out: says("`-c step-…`")(out)
    and out.tasks["gpu-papermill-execution"]["steps"][0]["name"] == "gpu-papermill-execute",
    37: lambda out: "Service el-gpu-scientific-computing-eventlistener" in out.report,
    38: lambda out: "eventlistener/$listener" in out.scripts and "el-$listener" in out.scripts,
    39: lambda out: 'for place in "$namespace" tekton-pipelines' in out.scripts and "--all-containers" in out.scripts,
    40: lambda out: "pipelineruns taskruns" in out.scripts and says("status by jsonpath (40)")(out),
    42: lambda out: "tolerations" in out.run["spec"]["taskRunTemplate"]["podTemplate"]
    and not [one for one in out.bundle if one.get("kind") == "Deployment"],
    43: lambda out: '"key": "nvidia.com/gpu.memory"' in out.files["runs/1-b/kustomization.yaml"],
    44: lambda out: _refuses(out.bundle, "nvidia.com/mig-1g.5gb"),
    45: lambda out: all(one["persistentVolumeClaim"].keys() == {"claimName"} for one in out.run["spec"]["workspaces"])
    and out.one("PersistentVolumeClaim", "gpu-cache")["spec"]["storageClassName"] == "fast",
    46: lambda out: out.one("PersistentVolumeClaim", "gpu-cache")["spec"]["accessModes"] == ["ReadWriteMany"]
    and "ReadWriteMany" in out.files["runs/1-b/kustomization.yaml"],
    47: lambda out: out.one("Task", "preload-data")["spec"]["workspaces"][0]["name"] == "cache",
    48: lambda out: "coschedule" in out.scripts and says("they share a node, which then needs all their GPUs")(out),
    49: lambda out: out.one("ServiceMonitor", "dcgm-exporter")["spec"]["namespaceSelector"] == {"matchNames": ["gpu-operator"]},
    50: lambda out: [key for key in out.one("ResourceQuota")["spec"]["hard"] if GPU in key] == [f"requests.{GPU}"]
    and out.one("LimitRange")["spec"]["limits"][0]["defaultRequest"].keys() == {"cpu", "memory"},
    51: lambda out: [one["computeResources"]["limits"][GPU] for one in out.containers() if "computeResources" in one] == ["1"],
    53: lambda out: out.interceptor(out.kind("Trigger")[0], "github")["secretRef"]
    == {"secretName": "github-webhook-secret", "secretKey": "webhook-secret"}
    and "generic github-webhook-secret -n" in out.scripts
    and "--from-file=webhook-secret=" in out.scripts,
    54: lambda out: "tr -d ' \\n'" in out.scripts and "base64 -w" not in out.scripts,
    57: lambda out: out.one("PrometheusRule")["apiVersion"] == "monitoring.coreos.com/v1",
    58: lambda out: "top nodes" not in out.scripts and "DCGM_FI_DEV_GPU_UTIL" in out.files["monitoring/dashboard.json"],
    59: says("with `-c step-…` (36, 59)"),
    60: lambda out: out.run["spec"]["taskRunTemplate"]["podTemplate"]["securityContext"] == {"fsGroup": 1000}
    and "rapidsai/notebooks:25.04-cuda12.8-py3.12" in json.dumps(out.run),
}  # fmt: skip


@row(16)
def _all_is_passed(out: Output) -> bool:
    for place in out.places:
        task = out.tasks[place["taskRef"]["name"]]
        wanted = {param["name"] for param in task["params"] if "default" not in param}
        if not wanted <= {param["name"] for param in place["params"]}:
            return False
        if {one["name"] for one in task["workspaces"]} != {one["name"] for one in place["workspaces"]}:
            return False
    return True


@row(41)
def _tekton_is_read(out: Output) -> bool:
    """By the labels and the port of its Service."""
    monitor = out.one("ServiceMonitor", "tekton-pipelines-controller")
    return bool(
        monitor["apiVersion"] == "monitoring.coreos.com/v1"
        and monitor["spec"]["namespaceSelector"] == {"matchNames": ["tekton-pipelines"]}
        and monitor["spec"]["selector"]["matchLabels"]["app.kubernetes.io/part-of"] == "tekton-pipelines"
        and monitor["spec"]["endpoints"][0]["port"] == "http-metrics"
    )


@row(52)
def _contexts_lie_where_they_belong(out: Output) -> bool:
    labels = out.one("Namespace")["metadata"]["labels"]
    pods = [
        one["spec"]["jobTemplate"]["spec"]["template"]["spec"]
        if one["kind"] == "CronJob"
        else one["spec"]["template"]["spec"]
        for one in out.platform
        if one.get("kind") in ("CronJob", "Deployment", "Job")
    ]
    above = [
        key
        for pod in pods
        for key in pod.get("securityContext", {})
        if key in ("capabilities", "readOnlyRootFilesystem")
    ]
    below = [
        key for pod in pods for one in pod["containers"] for key in one["securityContext"] if key.startswith("fsGroup")
    ]
    dropped = all(
        one["securityContext"]["capabilities"]["drop"] == ["ALL"] for pod in pods for one in pod["containers"]
    )
    return not above + below and dropped and labels["pod-security.kubernetes.io/enforce"] == "baseline"


@row(55)
def _failures_are_counted(out: Output) -> bool:
    text = out.files["monitoring/rules.yaml"]
    return (
        "tekton_pipelinerun_failed_total" not in text
        and 'duration_seconds_count{namespace="gpu-ci", status="failed"}' in text
    )


@row(56)
def _memory_is_counted(out: Output) -> bool:
    text = out.files["monitoring/rules.yaml"]
    return "nvidia_gpu_memory_used_percent" not in text and "DCGM_FI_DEV_FB_USED" in text
