"""Workflows on disk: finding them, reading them, putting bundles and reports where they belong."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from gha2tekton import convert as conversion
from gha2tekton.conversion import Conversion
from gha2tekton.report import json, text
from gha2tekton.rules.load import RuleSet
from gha2tekton.source import Source
from gha2tekton.tekton.bundle import Bundle, write
from gha2tekton.workflow.repository import Repository

_RENDER = {"text": text.render, "json": json.render}


class InputError(ValueError):
    """A file that cannot be converted at all; the message names it."""


def find(paths: Iterable[Path]) -> list[tuple[Path, str]]:
    """Every workflow named, folders opened, each with the name shown to people."""
    found: list[tuple[Path, str]] = []
    for path in paths:
        if path.is_dir():
            folder = path if not (path / ".github" / "workflows").is_dir() else path / ".github" / "workflows"
            inside = sorted(
                entry for entry in folder.iterdir() if entry.suffix in (".yml", ".yaml") and entry.is_file()
            )
            if not inside:
                raise InputError(f"{path}: there are no workflows in this directory")
            found += [(entry, _shown(entry)) for entry in inside]
        elif path.exists():
            found.append((path, _shown(path)))
        else:
            raise InputError(f"{path}: there is no such file")
    return found


def _shown(path: Path) -> str:
    """The path within its repository, so that output does not depend on where one stands."""
    root = Repository.around(path).root
    absolute = path.resolve()
    return absolute.relative_to(root).as_posix() if root is not None else path.name


def convert_file(
    path: Path, shown: str, rules: RuleSet, actions: Path | None, options: conversion.Options
) -> Conversion:
    """The conversion of one file; InputError when it cannot be read."""
    try:
        source = Source(shown, path.read_bytes().decode("utf-8"))
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not UTF-8 text (byte {error.start})") from None
    repository = replace(Repository.around(path), actions=actions)
    return conversion.convert(source, repository, rules, options)


def put(done: Sequence[Conversion], output: Path | None, reports: Sequence[tuple[str, Path | None]]) -> None:
    """Bundles to a directory or stdout, reports to their files or stderr."""
    good = [item for item in done if not item.journal.has_errors]
    if output is None:
        sys.stdout.write("---\n".join(item.bundle.stream() for item in good))
    else:
        _to_directory(good, output)
    for name, file in reports:
        rendered = _RENDER[name](done)
        if file is None:
            sys.stderr.write(rendered)
        else:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(rendered, encoding="utf-8")


def _to_directory(done: Sequence[Conversion], output: Path) -> None:
    changed = False
    for item in done:
        directory = output if len(done) == 1 else output / Path(item.source.name).stem
        texts = {"report.txt": text.render([item]), "report.json": json.render([item])}
        bundle: Bundle = replace(item.bundle, texts=texts)
        changed = write(bundle.rendered(), directory) or changed
    sys.stderr.write(f"{output}: {'written' if changed else 'unchanged'}\n")
