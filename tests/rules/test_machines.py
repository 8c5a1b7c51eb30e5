"""Runner labels to machines, tools to images."""

from __future__ import annotations

import pytest
from tests.conversion import RULES

from gha2tekton.expression import Context, Expression, Property
from gha2tekton.rules.machines import choose, facts, named, partly, runner

LABELS = {
    "ubuntu-latest": ("linux", 0),
    "ubuntu-22.04": ("linux", 0),
    "macos-14": ("macos", 0),
    "windows-2022": ("windows", 0),
    "linux-amd64-gpu-h100-latest-1": ("linux", 1),
    "linux-amd64-gpu-a100-latest-4": ("linux", 4),
    "arc-runners-org-example-2-gpu": ("linux", 2),
    "2GPU": ("linux", 2),
    "l40s-4gpu": ("linux", 4),
    "example-ci-aws-gpu-x2": ("linux", 2),
    "self-hosted linux gpu": ("linux", 1),
    "self-hosted nvidia cu124 v100": ("linux", 1),
    "self-hosted Linux X64 CUDA": ("linux", 1),
    "ubuntu-latest-gpu": ("linux", 1),
    "runs-on=1/family=g4dn.xlarge/image=ubuntu24-gpu-x64": ("linux", 1),
    "gpu-ubuntu-22.04": ("linux", 1),
    "linux.g5.12xlarge.nvidia.gpu": ("linux", 4),
    "aws-g6-12xlarge-plus": ("linux", 4),
    "p4d.24xlarge": ("linux", 8),
    "linux-x86-g2-32-l4-1gpu": ("linux", 1),
    "linux-x86-a3-8g-h100-8gpu": ("linux", 8),
    "gpu-h100x4": ("linux", 4),
    "self-hosted 8xA100-80GB": ("linux", 8),
    "linux.dgx.b200.8": ("linux", 8),
    "a2-highgpu-4g": ("linux", 4),
    "machine-type=g2-standard-48": ("linux", 4),
    "linux.aws.a100": ("linux", 1),
    "Linux-A6000": ("linux", 1),
    "num-gpus=2": ("linux", 2),
    "gpu-t4-4-core": ("linux", 1),
    "aws-g4dn": ("linux", 1),
    "h100-8": ("linux", 1),
    "ubuntu-4x16": ("linux", 0),
    "self-hosted no-gpu": ("linux", 0),
    "non-gpu-runner": ("linux", 0),
    "self-hosted linux": ("linux", 0),
    "nobody-knows-this": ("linux", 0),
}


@pytest.mark.parametrize(("labels", "want"), LABELS.items())
def test_labels(labels: str, want: tuple[str, int]) -> None:
    found = runner(RULES, labels.split())
    assert (found.os, found.gpu) == want


UNREAD = {
    "self-hosted Bench linux": (("bench",), ""),
    "self-hosted gpu t4 x64": ((), "t4"),
    "self-hosted slurm a100": (("slurm",), "a100"),
    "nobody-knows-this": ((), ""),
    "ubuntu-latest amd64": ((), ""),
}


@pytest.mark.parametrize(("labels", "want"), UNREAD.items())
def test_labels_that_no_entry_knows_and_models_that_none_chooses_are_named(
    labels: str, want: tuple[tuple[str, ...], str]
) -> None:
    found = runner(RULES, labels.split())
    assert (found.unread, found.product) == want
    assert bool(found.product) == ("any model of GPU does" in found.note)


OTHERS = {
    "linux.rocm.gpu.2": {"amd.com/gpu": "2"},
    "linux.rocm.gpu.gfx942.1": {"amd.com/gpu": "1"},
    "amd-mi300": {"amd.com/gpu": "1"},
    "self-hosted gpu rocm": {"amd.com/gpu": "1"},
    "intel-gpu": {"gpu.intel.com/i915": "1"},
    "gaudi3": {"habana.ai/gaudi": "1"},
    "linux-tpu-v5e": {"google.com/tpu": "1"},
    "linux-amd64-gpu-a100-latest-1": {},
    "amd64": {},
}


@pytest.mark.parametrize(("labels", "want"), OTHERS.items())
def test_accelerators_that_are_not_nvidias(labels: str, want: dict[str, str]) -> None:
    found = runner(RULES, labels.split())
    assert (found.limits, found.gpu > 0) == (want, "a100" in labels)


ARCHITECTURES = {
    "gb200": "arm64",
    "ubuntu-24.04-arm": "arm64",
    "self-hosted linux ARM64": "arm64",
    "self-hosted gpu arm64": "arm64",
    "linux-arm64-gpu-a100-latest-1": "arm64",
    "linux.arm64.2xlarge": "arm64",
    "linux-amd64-gpu-a100-latest-1": None,
    "self-hosted linux x64": None,
    "charm64": None,
}


@pytest.mark.parametrize(("labels", "want"), ARCHITECTURES.items())
def test_processors(labels: str, want: str | None) -> None:
    assert runner(RULES, labels.split()).node_selector.get("kubernetes.io/arch") == want


PARTLY = [
    (("linux-", "-gpu-", "-latest-1"), 1),
    (("self-hosted-", "-gpu"), 1),
    (("linux-", "-cpu4"), None),
    (("", ""), None),
]


@pytest.mark.parametrize(("pieces", "gpus"), PARTLY)
def test_labels_of_which_the_run_knows_parts(pieces: tuple[str, ...], gpus: int | None) -> None:
    label: list[str | Expression] = [pieces[0]]
    for piece in pieces[1:]:
        label += [Property(Context("matrix"), "x"), piece]
    found = partly(RULES, [tuple(part for part in label if part != "")])
    assert (found and (found.gpu, found.product)) == (gpus and (gpus, ""))


def test_a_label_nobody_knows_is_noted() -> None:
    assert "no entry" in runner(RULES, ["nobody-knows-this"]).note


def test_a_group_counts_as_a_label() -> None:
    assert runner(RULES, [], "aws-g6-12xlarge-plus").gpu == 4


IMAGES = [
    ({"bash", "git"}, {}, "docker.io/library/python:3.12"),
    (set(), {"python": ("3.11",)}, "docker.io/library/python:3.11"),
    (set(), {"python": ("3.x",)}, "docker.io/library/python:3"),
    (set(), {"node": ("20",)}, "docker.io/library/node:20"),
    ({"conda"}, {}, "docker.io/condaforge/miniforge3:25.9.1-0"),
]


@pytest.mark.parametrize(("tools", "versions", "want"), IMAGES)
def test_images(tools: set[str], versions: dict[str, tuple[str, ...]], want: str) -> None:
    assert choose(RULES, tools, versions).reference == (want,)


def test_what_an_image_lacks_is_told() -> None:
    assert choose(RULES, {"nobody-has-this", "bash"}, {}).missing == ("nobody-has-this",)


def test_known_images_have_facts() -> None:
    known = facts(RULES, "nvcr.io/nvidia/rapidsai/notebooks:25.04-cuda12.8-py3.12")
    assert known is not None
    assert known.user == "1001"


TOOLKITS = [
    ({"nvcc", "git"}, {}, "docker.io/nvidia/cuda:12.8.1-devel-ubuntu22.04"),
    ({"cuda"}, {"python": ("3.11",)}, "docker.io/nvidia/cuda:12.8.1-devel-ubuntu22.04"),
    ({"git"}, {"cuda": ("12.4.0",), "python": ("3.11",)}, "docker.io/nvidia/cuda:12.4.0-devel-ubuntu22.04"),
    ({"git", "gcc"}, {"python": ("3.11",)}, "docker.io/library/python:3.11"),
    ({"nvfortran", "git", "make"}, {}, "nvcr.io/nvidia/nvhpc:23.7-devel-cuda12.2-ubuntu22.04"),
    ({"nvcc", "make"}, {}, "docker.io/nvidia/cuda:12.8.1-devel-ubuntu22.04"),
    ({"mpirun", "python"}, {}, "docker.io/library/python:3.12"),
]


@pytest.mark.parametrize(("tools", "versions", "want"), TOOLKITS)
def test_what_compiles_for_gpus(tools: set[str], versions: dict[str, tuple[str]], want: str) -> None:
    assert choose(RULES, tools, versions).reference == (want,)


def test_a_path_names_a_tool() -> None:
    assert named(RULES, "export PATH=/usr/local/cuda/bin:$PATH") == {"cuda"}
    assert named(RULES, "pip install jax[cuda12]") == frozenset()
