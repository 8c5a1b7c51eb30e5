"""Where the fixtures keep what a conversion writes."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2] / "fixtures"
EXPECTED = sorted(ROOT.glob("*/*/expected"))
"""Every directory that a conversion is expected to write."""
RUNTIME = ROOT / "guides/gpu-notebook/expected/runtime.yaml"
"""What all of them apply, kept once."""


def named(directories: list[Path]) -> list[object]:
    """The directories as parameters of a test, named by their fixture."""
    return [pytest.param(d, id=str(d.parent.relative_to(ROOT))) for d in directories]


def holds(directory: Path, text: str) -> bool:
    """Whether some manifest of the directory contains a text."""
    return any(text in f.read_text(encoding="utf-8") for f in directory.rglob("*.yaml"))
