"""Conversions of files on disk."""

from __future__ import annotations

from pathlib import Path

from gha2tekton import convert as conversion
from gha2tekton.conversion import Conversion
from gha2tekton.discover import InputError
from gha2tekton.record import replace
from gha2tekton.rules.load import RuleSet
from gha2tekton.source import Source
from gha2tekton.workflow.repository import Repository, digest


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
        before = data[: error.start].decode("utf-8")
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        raise InputError(f"{path}:{line}:{column}: not UTF-8 text") from None
    repository = replace(Repository.around(path), actions=actions)
    repository.seen[shown] = digest(data)
    return replace(conversion.convert(source, repository, rules, options), inputs=repository.seen)
