"""What a Pod must be told is worked out before it starts, and what is none fails there."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.runtime.machine import Machine

IMAGES = [
    # what is said of the image, with TAG empty or 1.2, and what it comes to; "" where it is none
    ("ghcr.io/o/x:${{ env.TAG }}", "ghcr.io/o/x:1.2"),
    ("docker://x:${{ env.TAG }}", "x:1.2"),
    ("localhost:5000/o/x_y@sha256:0${{ 'a' }}", "localhost:5000/o/x_y@sha256:0a"),
    ("${{ env.NONE || 'busybox' }}", "busybox"),
    ("x:${{ env.NONE }}", ""),
    ("x:${{ env.NONE }}-cuda", ""),
    ("${{ env.NONE }}/x:1", ""),
    ("ghcr.io/${{ env.NONE }}/x:1", ""),
    ("x@${{ env.NONE }}", ""),
    ("${{ env.NONE }}", ""),
    ("${{ 1 > 2 && 'x' }}", ""),
    ("x:1 --privileged${{ env.NONE }}", ""),
    ("${{ fromJSON('{') }}", ""),
]


def call(machine: Machine, directory: Path, kind: str, text: str, **env: str) -> tuple[int, str, str]:
    """The exit status, whether the job starts, and the value."""
    starts, value = directory / "starts", directory / "value"
    told = {"GHA_VALUE_1": text, "TAG": "1.2", "NONE": "", "GHA_STATES": f"{directory}/a.0 {directory}/a.1", **env}
    ended = machine.call("pod-values", str(starts), kind, "jobs.a.container", str(value), **told)
    return ended.code, starts.read_text(), value.read_text()


def results(directory: Path) -> list[str]:
    return [(directory / leg / "result").read_text() for leg in ("a.0", "a.1") if (directory / leg).exists()]


@pytest.mark.slow
@pytest.mark.parametrize(("text", "image"), IMAGES, ids=[text for text, _ in IMAGES])
def test_images(machine: Machine, directory: Path, text: str, image: str) -> None:
    wanted = (0, "true", image) if image else (1, "false", "")
    assert call(machine, directory, "image", text) == wanted
    assert results(directory) == ([] if image else ["failure", "failure"])


TEXTS = [
    ("a ${{ env.TAG }} b", "a 1.2 b"),
    ("${{ env.NONE }}", ""),
    ("x$(${{ env.TAG }})", None),
    ("$${{ 'a' }}$", "$a$"),
]


PARTS = [("${{ env.TAG }}", "1.2"), ("${{ env.NONE }}", ""), ("${{ env.TAG }} -v /:/x", ""), ("${{ 'o/x' }}", "o/x")]


@pytest.mark.slow
@pytest.mark.parametrize(("text", "value"), PARTS)
def test_parts_of_images(machine: Machine, directory: Path, text: str, value: str) -> None:
    wanted = (0, "true", value) if value else (1, "false", "")
    assert call(machine, directory, "part", text) == wanted


@pytest.mark.slow
@pytest.mark.parametrize(("text", "value"), TEXTS)
def test_variables(machine: Machine, directory: Path, text: str, value: str | None) -> None:
    wanted = (1, "false", "") if value is None else (0, "true", value)
    assert call(machine, directory, "text", text) == wanted


def test_a_job_that_is_skipped_does_not_start(machine: Machine, directory: Path) -> None:
    assert call(machine, directory, "image", "${{ env.NONE }}", GHA_IF="1 > 2") == (0, "false", "")
    assert results(directory) == ["skipped", "skipped"]


def test_a_failure_may_be_forgiven(machine: Machine, directory: Path) -> None:
    assert call(machine, directory, "image", "x:", GHA_CONTINUE_ON_ERROR="${{ 1 < 2 }}")[:2] == (1, "false")
    assert results(directory) == ["success", "success"]


def test_nothing_is_told_where_nobody_asks(machine: Machine, directory: Path) -> None:
    assert call(machine, directory, "image", "x:1", GHA_STATES="") == (0, "true", "x:1")
    assert results(directory) == []
