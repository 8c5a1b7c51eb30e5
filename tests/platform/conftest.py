"""A workflow with GPUs, and the platform for it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from tests.platform.making import WORKFLOW, make


@pytest.fixture
def workflow(tmp_path: Path) -> Path:
    path = tmp_path / ".github" / "workflows" / "ci.yml"
    path.parent.mkdir(parents=True)
    path.write_text(WORKFLOW)
    return path


@pytest.fixture(scope="session")
def made_platform(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("made")
    path = place / ".github" / "workflows" / "ci.yml"
    path.parent.mkdir(parents=True)
    path.write_text(WORKFLOW)
    result = make(
        path, "-o", place / "platform", "--host", "results.example.org", "--provisioner", "ebs.csi.aws.com",
        "--storage-class", "fast", "--gpu-memory", "16000", "--operators", "team:ci",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    return place / "platform"


@pytest.fixture
def platform(made_platform: Path, tmp_path: Path) -> Path:
    """One of the test's own."""
    return Path(shutil.copytree(made_platform, tmp_path / "platform"))
