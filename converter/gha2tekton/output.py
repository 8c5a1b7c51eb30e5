"""Bundles and reports where they belong: directories, files, pipes."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path

from gha2tekton.conversion import Conversion
from gha2tekton.report import FORMATS, json, text
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


def report(name: str, done: Sequence[Conversion], file: Path | None) -> None:
    """The report in one of ``FORMATS`` to its file or stderr."""
    rendered = rendering(name, done)
    if file is None:
        sys.stderr.write(rendered)
    else:
        _put(rendered, file)


def source_map(done: Sequence[Conversion], file: Path) -> None:
    """Which lines of the bundle each part of the workflows became."""
    from gha2tekton.report import source_map

    _put(source_map.render(done, bundle_of(done).rendered()), file)


def _put(text: str, file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    try:
        file.write_text(text, encoding="utf-8", errors="surrogateescape")
    except OSError as error:  # of a full disk Python does not say which
        raise OSError(error.errno, error.strerror, str(file)) from None


def rendering(name: str, done: Sequence[Conversion]) -> str:
    """The report in one of ``FORMATS``; its module is imported only now."""
    module = import_module(FORMATS[name])
    if name == "html":
        return str(module.render(done, bundle_of(done).rendered()))
    return str(module.render(done))
