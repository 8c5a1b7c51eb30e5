"""A place for what containers must see: they find /tmp empty."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def visible_path() -> Iterator[Path]:
    """A directory that containers see too; it goes with the test."""
    path = Path(tempfile.mkdtemp(prefix="gha2tekton-", dir="/var/tmp"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path, ignore_errors=True)
