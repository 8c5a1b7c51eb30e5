"""Conversions of files on disk, and putting bundles and reports where they belong."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from gha2tekton import convert as conversion
from gha2tekton.conversion import Conversion
from gha2tekton.discover import InputError
from gha2tekton.report import json, text
from gha2tekton.rules.load import RuleSet
from gha2tekton.source import Source
from gha2tekton.tekton.disk import write
from gha2tekton.workflow.repository import Repository, digest

_RENDER = {"text": text.render, "json": json.render}


def convert_file(
    path: Path, shown: str, rules: RuleSet, actions: Path | None, options: conversion.Options
) -> Conversion:
    """The conversion of one file; InputError when it cannot be read."""
    try:
        data = path.read_bytes()
        source = Source(shown, data.decode("utf-8"))
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not UTF-8 text (byte {error.start})") from None
    repository = replace(Repository.around(path), actions=actions)
    repository.seen[shown] = digest(data)
    return replace(conversion.convert(source, repository, rules, options), inputs=repository.seen)


def output_files(done: Sequence[Conversion]) -> dict[str, str]:
    """Every file of a bundle by its path: the manifests of all workflows that could be converted, and the reports."""
    good = [item for item in done if not item.journal.has_errors]
    out: dict[str, str] = {}
    for item in good:
        place = "" if len(good) == 1 else f"{Path(item.source.name).stem}/"
        texts = {"report.txt": text.render([item]), "report.json": json.render([item])}
        out |= {f"{place}{name}": body for name, body in {**item.bundle.rendered(), **texts}.items()}
    return out


def put(done: Sequence[Conversion], output: Path | None, files: Mapping[str, str]) -> None:
    """The files of a bundle to a directory; without one the manifests to stdout."""
    if output is None:
        sys.stdout.write("---\n".join(item.bundle.stream() for item in done if not item.journal.has_errors))
    else:
        sys.stderr.write(f"{output}: {'written' if write(files, output) else 'unchanged'}\n")


def report(done: Sequence[Conversion], reports: Sequence[tuple[str, Path | None]]) -> None:
    """Reports to their files or stderr."""
    for name, file in reports:
        rendered = _RENDER[name](done)
        if file is None:
            sys.stderr.write(rendered)
        else:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(rendered, encoding="utf-8")
