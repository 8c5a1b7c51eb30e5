"""The formats of reports by their names."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module

from gha2tekton.conversion import Conversion

FORMATS: Mapping[str, str] = {
    "text": "text",
    "json": "json",
    "markdown": "markdown",
    "html": "html",
    "sarif": "sarif",
    "github": "commands",
    "csv": "csv",
}
"""Each format and the module that renders it."""


def render(name: str, conversions: Sequence[Conversion]) -> str:
    """The report of all workflows in a format of ``FORMATS``."""
    made: Callable[[Sequence[Conversion]], str] = import_module(f"gha2tekton.report.{FORMATS[name]}").render
    return made(conversions)
