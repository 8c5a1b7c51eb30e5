"""What bundles need is counted."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from tests.platform.making import convert, make, one

from gha2tekton.cli import cli
from gha2tekton.platform.needs import Needs, needs, quantity
from gha2tekton.platform.render import render
from gha2tekton.platform.settings import Platform, PlatformError
from gha2tekton.yaml import documents

ROOT = Path(__file__).parents[2]
GUIDE = ROOT / "fixtures" / "guides" / "gpu-notebook"
README = ROOT / "README.md"
GPU = "nvidia.com/gpu"


def test_numbers_come_from_the_workflows(platform: Path) -> None:
    """Two legs at once hold a GPU each; the job behind them comes later."""
    hard = one(platform, "ResourceQuota")["spec"]["hard"]
    assert hard["requests.nvidia.com/gpu"] == "4"
    assert not any(key.startswith("limits.nvidia") for key in hard)
    text = (platform / "README.md").read_text()
    assert "| GPUs at once, each Pipeline running once | 2 of nvidia.com/gpu |" in text
    assert "| Secret `github-secrets` | KEY, OTHER |" in text


@pytest.mark.slow
def test_a_bundle_counts_as_its_workflow(workflow: Path, platform: Path, tmp_path: Path) -> None:
    bundle = tmp_path / "bundle"
    CliRunner().invoke(cli, ["convert", str(workflow), "-o", str(bundle), "--namespace", "gpu-ci"])
    assert make(bundle, "-o", tmp_path / "again").exit_code == 0
    assert one(tmp_path / "again", "ResourceQuota") == one(platform, "ResourceQuota")
    assert '-k "$here/../runs/1-bundle"' in (tmp_path / "again/scripts/deploy.sh").read_text()


def test_a_bundle_of_another_namespace_is_refused(workflow: Path, tmp_path: Path) -> None:
    bundle = tmp_path / "bundle"
    CliRunner().invoke(cli, ["convert", str(workflow), "-o", str(bundle), "--namespace", "other"])
    result = make(bundle, "-o", tmp_path / "again")
    assert (result.exit_code, "made for namespace other" in result.output) == (2, True)


@pytest.mark.slow
def test_names_that_two_bundles_want_are_refused(workflow: Path, tmp_path: Path) -> None:
    """The same object twice is none of it: bundles share the runtime."""
    first = convert(workflow, tmp_path / "first")
    workflow.write_text(workflow.read_text().replace("echo", "printf %s"))
    second = convert(workflow, tmp_path / "second")
    result = make(first, second, "-o", tmp_path / "p")
    assert result.exit_code == 2
    assert re.search(r"Task ci-a is another than that of \S*first, .* --name-prefix", result.output)
    other = convert(workflow, tmp_path / "other", "--name-prefix", "other-")
    result = make(first, other, "-o", tmp_path / "p")
    assert result.exit_code == 0, result.output
    assert one(tmp_path / "p", "ResourceQuota")["spec"]["hard"]["requests.nvidia.com/gpu"] == "8"
    deploy = (tmp_path / "p/scripts/deploy.sh").read_text()
    assert [found.split("/")[-1] for found in re.findall(r'-k "\$here/\.\./(\S+)"', deploy)] == ["1-first", "2-other"]


def test_the_guide_is_counted() -> None:
    """One GPU for one run, 32 GiB for the container that has it, one claim that holds artifacts."""
    expected = GUIDE / "expected"
    needed = needs([one for path in sorted(expected.rglob("*.yaml")) for one in documents(path.read_text(), "")], GPU)
    assert (needed.gpus, needed.gpus_of_a_pod, needed.memory) == (1, 1, 32 * 2**30)
    assert needed.images == (
        "docker.io/library/python:3.12",
        "nvcr.io/nvidia/rapidsai/notebooks:25.04-cuda12.8-py3.12",
    )
    assert needed.claims == {"gpu-scientific-computing-workspace": 50 * 2**30}
    assert needed.artifacts == ("gpu-scientific-computing-workspace",)
    assert (needed.secrets, needed.privileged, needed.shared) == ({}, (), ())


@pytest.mark.slow
def test_a_workflow_of_the_readme_needs_no_gpu(tmp_path: Path) -> None:
    text = README.read_text().split("```yaml\non: push\n")[1].split("```")[0]
    (tmp_path / "ci.yml").write_text("on: push\n" + text)
    bundle = convert(tmp_path / "ci.yml", tmp_path / "b")
    needed = needs([one for path in sorted(bundle.rglob("*.yaml")) for one in documents(path.read_text(), "")], GPU)
    assert (needed.gpus, needed.gpus_of_a_pod, len(needed.claims)) == (0, 0, 1)
    hard = documents(render(Platform(), needed)["quota/quota.yaml"], "")[0]["spec"]["hard"]
    assert hard["requests.nvidia.com/gpu"] == "2"


def _task(name: str, *containers: tuple[str, int]) -> dict[str, Any]:
    steps = [{"name": n, "computeResources": {"limits": {GPU: str(count)}} if count else {}} for n, count in containers]
    return {"kind": "Task", "metadata": {"name": name}, "spec": {"steps": steps}}


def _place(name: str, task: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "taskRef": {"name": task}, **more}


MATRIX = {"include": [{"params": []}] * 3}
GRID = {"params": [{"name": "a", "value": ["1", "2"]}, {"name": "b", "value": ["1", "2", "3"]}]}
OPEN = {"params": [{"name": "a", "value": "$(tasks.plan.results.legs[*])"}]}
COUNTED: list[tuple[str, list[dict[str, Any]], list[dict[str, Any]], int]] = [
    ("one after the other", [_place("a", "two"), _place("b", "one", runAfter=["a"])], [], 2),
    ("side by side", [_place("a", "two"), _place("b", "one")], [], 3),
    (
        "a long branch beside a short one",
        [_place("a", "none"), _place("b", "two", runAfter=["a"]), _place("c", "one")],
        [],
        3,
    ),
    (
        "by a result",
        [_place("a", "two"), _place("b", "one", params=[{"name": "p", "value": "$(tasks.a.results.x)"}])],
        [],
        2,
    ),
    ("by a condition", [_place("a", "two"), _place("b", "one", when=[{"input": "$(tasks.a.status)"}])], [], 2),
    ("legs", [_place("a", "two", matrix=MATRIX)], [], 6),
    ("a grid of legs", [_place("a", "one", matrix=GRID)], [], 6),
    ("legs that only the run knows", [_place("a", "two", matrix=OPEN)], [], 2),
    ("at the end", [_place("a", "one")], [_place("b", "two"), _place("c", "two")], 4),
    ("a Task in place", [{"name": "a", "taskSpec": _task("x", ("s", 3))["spec"]}], [], 3),
]


@pytest.mark.parametrize(("tasks", "last", "count"), [row[1:] for row in COUNTED], ids=[row[0] for row in COUNTED])
def test_gpus_at_once(tasks: list[dict[str, Any]], last: list[dict[str, Any]], count: int) -> None:
    pipeline = {"kind": "Pipeline", "metadata": {"name": "p"}, "spec": {"tasks": tasks, "finally": last}}
    kinds = [_task("none", ("s", 0)), _task("one", ("s", 1)), _task("two", ("s", 1), ("t", 1))]
    found = needs([pipeline, *kinds], GPU)
    assert found.gpus == count
    assert found.open == (("p/a",) if tasks[0].get("matrix") is OPEN else ())


def test_the_runs_word_counts_before_the_tasks() -> None:
    """For the resource that it names, and for more as for less."""
    pipeline = {"kind": "Pipeline", "metadata": {"name": "p"}, "spec": {"tasks": [_place("a", "two")]}}
    specs = [
        {"name": "s", "computeResources": {"limits": {GPU: "0"}}},
        {"name": "t", "computeResources": {"limits": {"memory": "1Gi"}}},
    ]
    run = {
        "kind": "PipelineRun",
        "spec": {"pipelineRef": {"name": "p"}, "taskRunSpecs": [{"pipelineTaskName": "a", "stepSpecs": specs}]},
    }
    found = needs([pipeline, _task("two", ("s", 1), ("t", 1)), run], GPU)
    assert (found.gpus, found.memory) == (1, 2**30)


QUANTITIES = [("32Gi", 2**35), ("500M", 500 * 10**6), ("1.5Gi", 3 * 2**29), ("7", 7), ("x", 0), (3, 3)]


@pytest.mark.parametrize(("text", "number"), QUANTITIES)
def test_quantities(text: object, number: int) -> None:
    assert quantity(text) == number


@pytest.mark.slow
def test_slices_are_counted_and_never_mixed_with_whole_gpus(workflow: Path, tmp_path: Path) -> None:
    words = ["--gpu-resource", "nvidia.com/mig-1g.5gb"]
    assert make(workflow, "-o", tmp_path / "p", *words).exit_code == 0
    assert one(tmp_path / "p", "ResourceQuota")["spec"]["hard"]["requests.nvidia.com/mig-1g.5gb"] == "4"
    CliRunner().invoke(cli, ["convert", str(workflow), "-o", str(tmp_path / "b"), "--namespace", "gpu-ci"])
    result = make(tmp_path / "b", "-o", tmp_path / "q", *words)
    assert (result.exit_code, "the bundles ask for nvidia.com/gpu" in result.output) == (2, True)


PROFILES: list[tuple[dict[str, Any], str]] = [
    ({}, "baseline"),
    ({"securityContext": {"privileged": True}}, "privileged"),
    ({"securityContext": {"capabilities": {"add": ["SYS_PTRACE"]}}}, "privileged"),
    ({"securityContext": {"capabilities": {"add": ["CHOWN"]}}}, "baseline"),
    ({"securityContext": {"procMount": "Unmasked"}}, "privileged"),
    ({"securityContext": {"seccompProfile": {"type": "Unconfined"}}}, "privileged"),
    ({"securityContext": {"seccompProfile": {"type": "RuntimeDefault"}, "runAsUser": 0}}, "baseline"),
    ({"securityContext": {"appArmorProfile": {"type": "Unconfined"}}}, "privileged"),
    ({"securityContext": {"seLinuxOptions": {"type": "spc_t"}}}, "privileged"),
    ({"securityContext": {"seLinuxOptions": {"user": "root"}}}, "privileged"),
    ({"ports": [{"containerPort": 80, "hostPort": 80}]}, "privileged"),
    ({"ports": [{"containerPort": 80}]}, "baseline"),
]


@pytest.mark.parametrize(("container", "profile"), PROFILES)
def test_the_namespace_takes_the_runs(container: dict[str, Any], profile: str) -> None:
    task = {"kind": "Task", "metadata": {"name": "t"}, "spec": {"steps": [{"name": "s", **container}]}}
    needed = needs([task], "nvidia.com/gpu")
    (made,) = documents(render(Platform(), needed)["base/namespace.yaml"], "")
    assert made["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == profile
    if profile == "privileged":
        with pytest.raises(PlatformError, match=r"would refuse the .* of Task t"):
            render(Platform(pod_security="baseline"), needed)


PODS: list[tuple[dict[str, Any], bool]] = [
    ({"hostNetwork": True}, True),
    ({"volumes": [{"name": "v", "hostPath": {"path": "/"}}]}, True),
    ({"volumes": [{"name": "v", "emptyDir": {}}], "securityContext": {"fsGroup": 1000}}, False),
    ({"securityContext": {"sysctls": [{"name": "kernel.msgmax", "value": "1"}]}}, True),
    ({"securityContext": {"sysctls": [{"name": "net.ipv4.tcp_syncookies", "value": "1"}]}}, False),
]


@pytest.mark.parametrize(("pod", "refused"), PODS)
@pytest.mark.parametrize("place", ["all", "one"])
def test_pods_of_runs_count_too(pod: dict[str, Any], refused: bool, place: str) -> None:
    spec: dict[str, Any] = {"pipelineRef": {"name": "p"}}
    if place == "all":
        spec["taskRunTemplate"] = {"podTemplate": pod}
    else:
        spec["taskRunSpecs"] = [{"pipelineTaskName": "t", "podTemplate": pod}]
    assert bool(needs([{"kind": "PipelineRun", "spec": spec}], GPU).privileged) is refused


def test_secrets_of_triggers_count_and_the_webhooks_does_not() -> None:
    params = [
        {"name": "secretRef", "value": {"secretName": "github-webhook-secret", "secretKey": "webhook-secret"}},
        {"name": "token", "value": {"secretName": "github-token", "secretKey": "token"}},
        {"name": "eventTypes", "value": ["push"]},
    ]
    trigger = {"kind": "Trigger", "metadata": {"name": "t"}, "spec": {"interceptors": [{"params": params}]}}
    assert needs([trigger], GPU).secrets == {"github-token": ("token",)}


SMALL: list[tuple[Platform, str]] = [
    (Platform(quota_gpus=1), "--quota-gpus 1: one Pod asks for 2"),
    (Platform(quota_memory="31Gi"), "--quota-memory 31Gi: one Pod asks for 32Gi"),
    (Platform(quota_gpus=2, quota_memory="32Gi"), ""),
]


@pytest.mark.parametrize(("platform", "told"), SMALL)
def test_a_quota_under_which_nothing_starts_is_refused(platform: Platform, told: str) -> None:
    needed = Needs(gpus=2, gpus_of_a_pod=2, memory_of_a_pod=32 * 2**30)
    if told:
        with pytest.raises(PlatformError, match=told):
            render(platform, needed)
    else:
        assert 'requests.nvidia.com/gpu: "2"' in render(platform, needed)["quota/quota.yaml"]


def test_the_page_says_why_results_are_not_shown() -> None:
    said = "`results/` is not here: it would hold `c`, which one node mounts at a time"
    assert said in render(Platform(), Needs(artifacts=("c",)))["README.md"]
    assert said not in render(Platform(), Needs(artifacts=("c",), shared=("c",)))["README.md"]
