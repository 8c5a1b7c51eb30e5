"""Where the files of ``mappings/`` lie: beside the package in a wheel, at the top of a checkout otherwise."""

from __future__ import annotations

from functools import cache
from pathlib import Path


@cache
def mappings() -> Path:
    """The directory of rules, runtime files and schemas."""
    package = Path(__file__).resolve().parent
    shipped = package / "mappings"
    return shipped if shipped.is_dir() else package.parent.parent / "mappings"
