"""Kinds of operators, queries, and the dashboard."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from tests.platform.making import make, objects, one

from gha2tekton.manifests import dump
from gha2tekton.platform.dashboard import metric_of
from gha2tekton.platform.needs import Needs
from gha2tekton.platform.render import render
from gha2tekton.platform.settings import Platform
from gha2tekton.yaml import documents

# Fields of the operators' kinds that are used here, from their API references.
CRDS: dict[str, Any] = {
    "ServiceMonitor": {"required": ["selector", "endpoints"], "properties": {
        "selector": {"required": ["matchLabels"]}, "namespaceSelector": {"required": ["matchNames"]},
        "endpoints": {"items": {"additionalProperties": False, "properties": {
            "port": {"type": "string"}, "interval": {"pattern": r"^\d+s$"}, "honorLabels": {"type": "boolean"}}}}}},
    "PodMonitor": {"required": ["selector", "podMetricsEndpoints"], "properties": {
        "podMetricsEndpoints": {"items": {"additionalProperties": False, "properties": {
            "targetPort": {"type": "integer"}, "interval": {"pattern": r"^\d+s$"}}}}}},
    "PrometheusRule": {"required": ["groups"], "properties": {"groups": {"items": {
        "required": ["name", "rules"], "properties": {"rules": {"items": {
            "required": ["alert", "expr"], "additionalProperties": False, "properties": {
                "alert": {"type": "string"}, "expr": {"type": "string"}, "for": {"pattern": r"^\d+[smh]$"},
                "labels": {"additionalProperties": {"type": "string"}},
                "annotations": {"additionalProperties": {"type": "string"}}}}}}}}}},
    "ExternalSecret": {"required": ["secretStoreRef", "target", "data"], "properties": {
        "secretStoreRef": {"required": ["kind", "name"]}, "data": {"items": {
            "required": ["secretKey", "remoteRef"], "properties": {"remoteRef": {"required": ["key", "property"]}}}}}},
}  # fmt: skip
VERSIONS = {"ExternalSecret": "external-secrets.io/v1"}


@pytest.mark.slow
@pytest.mark.parametrize("store", ["", "vault"])
def test_kinds_of_operators_have_the_fields_they_know(workflow: Path, tmp_path: Path, store: str) -> None:
    import jsonschema

    make(workflow, "-o", tmp_path / "p", "--secret-store", store)
    seen = set()
    for manifest in objects(tmp_path / "p"):
        kind = manifest["kind"]
        if kind in CRDS:
            jsonschema.validate(manifest["spec"], CRDS[kind])
            assert manifest["apiVersion"] == VERSIONS.get(kind, "monitoring.coreos.com/v1")
            seen.add(kind)
    assert seen == set(CRDS) - (set() if store else {"ExternalSecret"})


# Every metric that queries name, by who exports it: Tekton's list is docs/metrics.md of its two repositories, the exporter's
# etc/default-counters.csv of NVIDIA/dcgm-exporter, the others are docs/metrics of kube-state-metrics and the kubelet's.
TEKTON = "tekton_pipelines_controller_"
METRICS = {
    *(
        f"{TEKTON}{name}"
        for name in (
            "pipelinerun_duration_seconds_count",
            "pipelinerun_duration_seconds_sum",
            "pipelinerun_duration_seconds_bucket",
            "pipelinerun_taskrun_duration_seconds_count",
            "pipelinerun_taskrun_duration_seconds_sum",
            "running_pipelineruns",
            "running_taskruns_throttled_by_quota",
            "running_taskruns_throttled_by_node",
        )
    ),
    "eventlistener_event_received_total",
    "eventlistener_triggered_resources_total",
    "DCGM_FI_DEV_GPU_UTIL",
    "DCGM_FI_DEV_FB_USED",
    "DCGM_FI_DEV_FB_FREE",
    "DCGM_FI_DEV_XID_ERRORS",
    "kube_pod_container_resource_requests",
    "kube_pod_status_phase",
    "kube_pod_status_unschedulable",
    "kube_pod_status_scheduled_time",
    "kube_pod_created",
    "kube_node_status_allocatable",
    "kube_resourcequota",
    "kube_job_status_failed",
    "kubelet_volume_stats_used_bytes",
    "kubelet_volume_stats_available_bytes",
    "kubelet_volume_stats_capacity_bytes",
    "container_memory_working_set_bytes",
    "container_cpu_usage_seconds_total",
}


def _rules(platform: Path) -> dict[str, Any]:
    (group,) = one(platform, "PrometheusRule")["spec"]["groups"]
    return {rule["alert"]: rule for rule in group["rules"]}


def _board(platform: Path) -> Any:
    return json.loads((platform / "monitoring/dashboard.json").read_text())


def _queries(platform: Path) -> list[str]:
    drawn = [target["expr"] for panel in _board(platform)["panels"] for target in panel.get("targets", ())]
    return [*drawn, *(rule["expr"] for rule in _rules(platform).values())]


def test_queries_parse_and_name_what_is_exported(made_platform: Path) -> None:
    promql = pytest.importorskip("promql_parser")
    named: set[str] = set()
    for query in _queries(made_platform):
        promql.parse(query)
        named |= set(re.findall(r"\b(?:tekton|eventlistener|DCGM|kube|kubelet|container)_\w+", query))
        # Each selects this namespace, but for what Tekton and nodes say of the whole cluster.
        for name, labels in re.findall(r"\b(\w+_\w+)(?:\{([^}]*)\})?(?=[\s\[)]|$)", query):
            if name in METRICS and "running_" not in name and "XID" not in name and "node" not in name:
                assert 'namespace="gpu-ci"' in labels, (name, query)
    assert named - {"container_name"} == METRICS


def test_the_resource_has_the_name_that_kube_state_metrics_gives_it() -> None:
    assert metric_of("nvidia.com/gpu") == "nvidia_com_gpu"
    assert metric_of("nvidia.com/mig-1g.5gb") == "nvidia_com_mig_1g_5gb"
    files = render(Platform(gpu_resource="nvidia.com/mig-1g.5gb"), Needs())
    for name in ("monitoring/rules.yaml", "monitoring/dashboard.json"):
        assert "nvidia_com_mig_1g_5gb" in files[name]
        assert "nvidia_com_gpu" not in files[name]


def test_there_is_an_alert_for_each_thing_that_goes_wrong(made_platform: Path) -> None:
    rules = _rules(made_platform)
    assert list(rules) == [
        "PipelineRunFailed", "RunsFailOften", "RunsWaitForGPUs", "RunsHeldByQuota", "GPUMemoryFull", "GPUHeldIdle", "GPUFault",
        "RunsSlowerThanBefore", "DeliveriesRefused", "ClaimNearlyFull", "HouseworkFailed",
    ]  # fmt: skip
    for rule in rules.values():
        assert rule["labels"]["severity"] in ("info", "warning", "critical")
        assert set(rule["annotations"]) == {"summary", "description"}


GUIDES_METRICS = {
    "Pipeline Success Rate": "Success rate of runs, one day",
    "GPU Utilization": "GPU utilization",
    "Execution Time": "Time of runs",
    "Resource Consumption": "Memory of containers",
    "Queue Wait Time": "Queue wait time",
}


def test_the_guides_key_metrics_have_a_panel_and_a_query(made_platform: Path) -> None:
    page = (made_platform / "README.md").read_text()
    titles = [panel["title"] for panel in _board(made_platform)["panels"]]
    for title in GUIDES_METRICS.values():
        assert title in titles
        assert re.search(rf"\| {title}[^|]*\| `\S", page)


def test_the_dashboards_grid(made_platform: Path) -> None:
    """No panel over another, none beyond the edge, no hole between: Grafana would move them."""
    taken: dict[tuple[int, int], str] = {}
    for panel in _board(made_platform)["panels"]:
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= 24
        for cell in product(range(place["x"], place["x"] + place["w"]), range(place["y"], place["y"] + place["h"])):
            assert cell not in taken, (panel["title"], taken.get(cell))
            taken[cell] = panel["title"]
    assert len(taken) == 24 * (1 + max(y for _, y in taken))


def test_every_panel_says_what_it_is(made_platform: Path) -> None:
    board = _board(made_platform)
    assert (board["schemaVersion"], [one["name"] for one in board["templating"]["list"]]) == (39, ["datasource"])
    assert len({panel["id"] for panel in board["panels"]}) == len(board["panels"])
    for panel in board["panels"]:
        if panel["type"] == "row":
            continue
        assert panel["type"] in ("stat", "timeseries")
        assert len(panel["description"]) > 10
        defaults = panel["fieldConfig"]["defaults"]
        assert defaults["unit"] in ("percentunit", "percent", "short", "s", "bytes")
        steps = [step["value"] for step in defaults.get("thresholds", {}).get("steps", [{"value": None}])]
        assert steps[0] is None
        assert steps[1:] == sorted(steps[1:])
        source = {"type": "prometheus", "uid": "${datasource}"}
        assert panel["datasource"] == source
        for target in panel["targets"]:
            assert target["datasource"] == source
        legends = [target["legendFormat"] for target in panel["targets"]]
        assert panel["type"] == "stat" or (len(legends) == len(set(legends)) and all(legends))


def test_prometheus_finds_what_it_reads_by_a_label() -> None:
    files = render(Platform(monitoring_label="release=prometheus"), Needs())
    (made,) = documents(files["monitoring/kustomization.yaml"], "")
    assert made["labels"] == [{"pairs": {"release": "prometheus"}}]
    assert made["generatorOptions"]["labels"] == {"grafana_dashboard": "1"}


@pytest.mark.slow
def test_alerts_are_raised_when_they_should_be(made_platform: Path, tmp_path: Path) -> None:
    """By Prometheus' own code, where it is there (Debian's package prometheus brings promtool)."""
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("there is no promtool")
    rules = one(made_platform, "PrometheusRule")["spec"]
    (tmp_path / "rules.yaml").write_text(dump([rules]))
    shutil.copy(Path(__file__).with_name("alerts.yaml"), tmp_path)
    for words in (["check", "rules", "rules.yaml"], ["test", "rules", "alerts.yaml"]):
        done = subprocess.run([promtool, *words], cwd=tmp_path, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
