"""The Job that looks at GPUs, over what nvidia-smi may say."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow
SHELLS = [shell for shell in ("dash", "bash") if shutil.which(shell)]
ONE = "GPU 0: NVIDIA A100-SXM4-40GB (UUID: GPU-1)\n"
TWO = ONE + "GPU 1: NVIDIA A100-SXM4-40GB (UUID: GPU-2)\n"
SLICE = ONE + "  MIG 1g.5gb      Device  0: (UUID: MIG-1)\n"
SLICES = SLICE + "  MIG 1g.5gb      Device  1: (UUID: MIG-2)\n"
A100 = "NVIDIA A100-SXM4-40GB, 40960, 570.124.06, Disabled\n"
T4 = "Tesla T4, 15360, 535.54.03, [N/A]\n"
CUT = "NVIDIA A100-SXM4-40GB, 40960, 570.124.06, Enabled\n"
MUTE = "NVIDIA GB10, [N/A], 580.1, [N/A]\n"
MISMATCH = "Failed to initialize NVML: Driver/library version mismatch\n"
UNLOADED = (
    "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver. Make sure that the latest NVIDIA "
    "driver is installed and running.\n"
)
# What -L and --query-gpu print, with the status of both; what is asked for; what is said.
PREFLIGHT: list[tuple[str, str, int, dict[str, str], str]] = [
    (ONE, A100, 0, {}, "1 GPUs are here, as asked for"),
    (ONE, A100, 0, {"MEMORY_MIB": "40000", "DRIVER": "570"}, "1 GPUs are here"),
    (ONE, A100, 0, {"MEMORY_MIB": "40961"}, "WRONG: NVIDIA A100-SXM4-40GB has 40960 MiB, and 40961 are asked for"),
    (ONE, A100, 0, {"GPUS": "2"}, "WRONG: 1 GPUs are here, and 2 are asked for"),
    (TWO, A100 + A100, 0, {"GPUS": "2"}, "2 GPUs are here"),
    (TWO, A100 + T4, 0, {"GPUS": "2", "MEMORY_MIB": "16000"}, "WRONG: Tesla T4 has 15360 MiB"),
    (ONE, A100, 0, {"DRIVER": "570.124.06"}, "1 GPUs are here"),
    (ONE, A100, 0, {"DRIVER": "570.124.10"}, "WRONG: driver 570.124.06 is older than 570.124.10"),
    (ONE, T4, 0, {"DRIVER": "550"}, "WRONG: driver 535.54.03 is older than 550"),
    (ONE, MUTE, 0, {"MEMORY_MIB": "16000"}, "note: NVIDIA GB10 does not tell its memory"),
    (ONE, MUTE, 0, {"MEMORY_MIB": "16000", "DRIVER": "590"}, "WRONG: driver 580.1 is older than 590"),
    (SLICE, CUT, 0, {}, "1 GPUs are here"),
    (SLICES, CUT, 0, {"GPUS": "2", "MEMORY_MIB": "80000"}, "2 GPUs are here"),
    (SLICE, CUT, 0, {"GPUS": "2"}, "WRONG: 1 GPUs are here, and 2"),
    (ONE, CUT, 0, {}, "WRONG: the GPU is cut into slices (MIG), and this Pod holds none of them"),
    ("No devices found.\n", "No devices were found\n", 0, {}, "WRONG: 0 GPUs are here, and 1 are asked for"),
    ("No devices were found\n", "", 6, {}, "WRONG: nvidia-smi ends with an error"),
    (MISMATCH, "", 18, {}, "WRONG: the driver of this node was renewed while it was loaded: restart the node"),
    (UNLOADED, "", 9, {}, "WRONG: the driver of this node is not loaded: look at the driver Pods"),
]


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize(("listed", "table", "status", "asked", "said"), PREFLIGHT)
def test_preflight(
    made_platform: Path,
    tmp_path: Path,
    shell: str,
    listed: str,
    table: str,
    status: int,
    asked: dict[str, str],
    said: str,
) -> None:
    program = f"#!/bin/sh\ncase $1 in -L) cat <<'E'\n{listed}E\n;; *) cat <<'E'\n{table}E\n;; esac\nexit {status}\n"
    (tmp_path / "nvidia-smi").write_text(program)
    (tmp_path / "nvidia-smi").chmod(0o755)
    env = {"PATH": f"{tmp_path}:{os.environ['PATH']}", **asked}
    done = subprocess.run([shell, str(made_platform / "gpu/gpu-preflight")], env=env, capture_output=True, text=True)
    assert done.returncode == int("WRONG" in said), done
    assert said in done.stdout + done.stderr
    # What the machine said is there to read.
    assert listed in done.stdout + done.stderr


def test_without_the_container_toolkit(made_platform: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        ["/bin/sh", str(made_platform / "gpu/gpu-preflight")],
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert (done.returncode, "nvidia-smi is not here" in done.stderr) == (1, True)
