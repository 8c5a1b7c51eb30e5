"""Bundles and reports where they belong: directories, files, pipes."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from gha2tekton.conversion import Conversion
from gha2tekton.report import json, text
from gha2tekton.report.formats import render
from gha2tekton.tekton.disk import write
from gha2tekton.together import bundle_of


def output_files(done: Sequence[Conversion]) -> dict[str, str]:
    """Every file of a bundle by its path: the manifests of all workflows that could be converted, and the reports."""
    files = bundle_of(done).rendered()
    return files | {"report.txt": text.render(done), "report.json": json.render(done)}


def put(done: Sequence[Conversion], output: Path | None, files: Mapping[str, str]) -> None:
    """The files of a bundle to a directory; without one the manifests to stdout."""
    if output is None:
        sys.stdout.write(bundle_of(done).stream())
    else:
        sys.stderr.write(f"{output}: {'written' if write(files, output) else 'unchanged'}\n")


def report(done: Sequence[Conversion], reports: Sequence[tuple[str, Path | None]]) -> None:
    """Reports to their files or stderr."""
    for name, file in reports:
        rendered = render(name, done)
        if file is None:
            sys.stderr.write(rendered)
        else:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(rendered, encoding="utf-8")


def source_map(done: Sequence[Conversion], file: Path) -> None:
    """The map of lines of the output to those of the workflows, as JSON."""
    from gha2tekton.report import source_map as maps

    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(maps.render(done), encoding="utf-8")
