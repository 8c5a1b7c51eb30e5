"""Conversions of files on disk."""

from __future__ import annotations

from pathlib import Path

from gha2tekton import convert as conversion
from gha2tekton.conversion import Conversion
from gha2tekton.journal import Diagnostic, Journal
from gha2tekton.record import replace
from gha2tekton.rules.load import RuleSet
from gha2tekton.source import Source, Span, content_of, why
from gha2tekton.tekton.bundle import Bundle
from gha2tekton.workflow.repository import MAX_BYTES, Repository, digest, standing


def convert_file(
    path: Path, shown: str, rules: RuleSet, actions: Path | None, options: conversion.Options
) -> Conversion:
    """The conversion of one file; one that cannot be read is told in its journal as what GitHub refuses is."""
    repository = replace(Repository.around(path), actions=actions)
    if not repository.holds(path):
        return _unreadable(path, Source(shown, ""), 0, "the file is a link that leads out of its repository")
    try:
        data = content_of(path)
        source = Source(shown, data.decode("utf-8"))
    except OSError as error:
        return _unreadable(path, Source(shown, ""), 0, f"the file cannot be read: {why(error)}")
    except UnicodeDecodeError as error:
        source = Source(shown, data.decode("utf-8", "replace"))
        start = len(data[: error.start].decode("utf-8"))
        return _unreadable(path, source, start, "not UTF-8 text: save the file in that encoding")
    repository.seen[shown] = digest(data) if len(data) <= MAX_BYTES else ""
    return replace(conversion.convert(source, repository, rules, options), inputs=repository.seen)


def _unreadable(path: Path, source: Source, start: int, message: str) -> Conversion:
    journal = Journal()
    journal.note(Diagnostic("unreadable-file", "error", message, Span(source, start, start)))
    root = Repository.around(path).root or path.parent
    return Conversion(source, Bundle(), journal, inputs={source.name: standing(root, None, source.name)})
