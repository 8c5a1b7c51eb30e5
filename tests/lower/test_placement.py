"""Which nodes the Pods of a run take, a row for each mixture of machines."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import Any

import pytest

from gha2tekton import files
from gha2tekton.conversion import Conversion
from gha2tekton.convert import Options
from gha2tekton.rules.load import RuleSet

RUNNERS = """
labels:
  big: {os: linux, gpu: 4, nodeSelector: {pool: big}, tolerations: [{key: big, operator: Exists}], limits: {cpu: "8"}}
  small: {os: linux, gpu: 1, nodeSelector: {pool: small}}
  plain: {os: linux, limits: {memory: 4Gi}}
"""
GPU = {
    "nodeSelector": {"nvidia.com/gpu.present": "true"},
    "tolerations": [{"key": "nvidia.com/gpu", "operator": "Exists", "effect": "NoSchedule"}],
}
ARM = {"nodeSelector": {"kubernetes.io/arch": "arm64"}}
X64 = {"nodeSelector": {"kubernetes.io/arch": "amd64"}}
FIRST_TOLERATION = {"nodeSelector": {"pool": "big"}, "tolerations": [{"key": "big", "operator": "Exists"}]}
SMALL = {"nodeSelector": {"pool": "small"}, "tolerations": GPU["tolerations"]}
UPLOAD = "uses: actions/upload-artifact@v4\n  with: {name: x, path: x}"

ROWS: list[tuple[str, list[str], bool, dict[str, Any], dict[str, Any]]] = [
    ("nothing asked", ["ubuntu-latest"], False, {}, {}),
    ("one GPU job", ["gpu"], False, GPU, {}),
    ("a GPU job beside another", ["gpu", "ubuntu-latest"], False, {}, {"a": GPU}),
    ("a GPU job beside another on one claim", ["gpu", "ubuntu-latest"], True, GPU, {}),
    ("one ARM job", ["ubuntu-24.04-arm"], False, ARM, {}),
    ("ARM and x64", ["ubuntu-24.04-arm", "ubuntu-latest"], False, {}, {"a": ARM, "b": X64}),
    ("ARM and x64 on one claim", ["ubuntu-24.04-arm", "ubuntu-latest"], True, {}, {"a": ARM, "b": X64}),
    ("two pools", ["big", "small"], False, {}, {"a": FIRST_TOLERATION, "b": SMALL}),
    ("a label with more about the node", ["big"], False, FIRST_TOLERATION, {}),
]


def convert(folder: Path, labels: list[str], shared: bool) -> Conversion:
    (folder / "rules").mkdir()
    (folder / "rules/runners.yaml").write_text(RUNNERS)
    jobs = ""
    for name, label in zip("ab", labels, strict=False):
        jobs += f"{name}:\n  runs-on: {label}\n  steps:\n  - run: make\n"
        jobs += textwrap.indent(f"- {UPLOAD}\n", "  ") if shared else ""
    path = folder / "ci.yml"
    path.write_text(f"on: push\njobs:\n{textwrap.indent(jobs, '  ')}")
    return files.convert_file(path, ".github/workflows/ci.yml", RuleSet((folder / "rules",)), None, Options())


@pytest.mark.parametrize(("labels", "shared", "run", "own"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_nodes(labels: list[str], shared: bool, run: dict[str, Any], own: dict[str, Any], tmp_path: Path) -> None:
    done = convert(tmp_path, labels, shared)
    made = done.bundle.files["runs/ci.yaml"][0]["spec"]
    pod = dict(made["taskRunTemplate"].get("podTemplate") or {})
    assert pod.pop("securityContext", None) == ({"fsGroup": 1000} if shared else None)
    assert pod == run
    specs = {spec["pipelineTaskName"]: spec.get("podTemplate") for spec in made.get("taskRunSpecs") or ()}
    assert {name: pod for name, pod in specs.items() if pod} == own
    told = [note.code for note in done.journal.diagnostics if note.code == "nodes-differ"]
    assert told == (["nodes-differ"] if shared and own else [])


SIZES = [
    (["gpu", "ubuntu-latest"], {"a": "$(tt.params.gpu-count)"}, "1"),
    (["small", "gpu"], {"a": "$(tt.params.gpu-count)", "b": "$(tt.params.gpu-count)"}, "1"),
    (["big", "small"], {"a": "4", "b": "1"}, None),
]


@pytest.mark.parametrize(("labels", "counts", "param"), SIZES)
def test_each_job_gets_its_own_number_of_gpus(
    labels: list[str], counts: dict[str, str], param: str | None, tmp_path: Path
) -> None:
    bundle = convert(tmp_path, labels, False).bundle.files
    template = bundle["triggers/template.yaml"][0]["spec"]
    (run,) = template["resourcetemplates"]
    specs = {spec["pipelineTaskName"]: spec for spec in run["spec"]["taskRunSpecs"]}
    found = {name: spec["stepSpecs"][0]["computeResources"]["limits"]["nvidia.com/gpu"] for name, spec in specs.items()}
    assert found == counts
    defaults = {one["name"]: one.get("default") for one in template.get("params", ())}
    assert defaults.get("gpu-count") == param
    names = {one["name"] for one in bundle["pipeline.yaml"][0]["spec"].get("params", ())}
    assert ("gpu-count" in names, "memory-limit" in names) == (param is not None, False)


def test_limits_of_a_machine_are_those_of_its_container(tmp_path: Path) -> None:
    done = convert(tmp_path, ["plain", "big"], False)
    steps = {name: done.bundle.files[f"tasks/ci-{name}.yaml"][0]["spec"]["steps"][0] for name in "ab"}
    assert steps["a"]["computeResources"]["limits"] == {"memory": "4Gi"}
    assert steps["b"]["computeResources"]["limits"] == {"cpu": "8", "nvidia.com/gpu": "4"}
