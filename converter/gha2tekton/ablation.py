"""The proof that nothing vanishes: take any part out of a workflow, and the output or the reader's report changes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

from gha2tekton.annotation import NAME
from gha2tekton.conversion import Conversion
from gha2tekton.convert import Options, convert
from gha2tekton.journal import SAME_AS_DEFAULT, Outcome
from gha2tekton.record import Record, replace
from gha2tekton.removal import document, removals, written
from gha2tekton.report.entries import is_command, is_expression
from gha2tekton.report.text import styled
from gha2tekton.rules.load import RuleSet
from gha2tekton.source import Source
from gha2tekton.tekton.model import Manifest
from gha2tekton.workflow.repository import Repository

_COMMENT = re.compile(r"(?<=\n)#.*\n")
_POSITION = re.compile(r"(?<=\S):\d+(:\d+)?(?=:|\b)|\[\d+\]|\b\d+ (?=\w)|\(\d+ parts\)|(?<=\S) \(\d+\)|^\s*\d+\. ")
"""Positions and counts of the report, which change with every line."""
_SAID = (SAME_AS_DEFAULT, "repeats")
_WIDE = 1 << 20


class Silence(Record, frozen=True):
    """A part whose absence nobody would notice; ``why`` says what was expected to change."""

    path: str
    why: str


class Finding(Record, frozen=True):
    """How many parts were taken out of a workflow and of the files it draws in, and which of them in silence."""

    workflow: str
    parts: int
    silent: tuple[Silence, ...]


def ablate(source: Source, repository: Repository, rules: RuleSet, options: Options) -> Finding:
    """Convert a workflow once for each leaf, command and expression of it and of the files it draws in, without that.

    A faulty workflow has none.
    """
    first = _State(convert(source, repository, rules, options))
    if first.faulty:
        return Finding(source.name, 0, ())
    parts, silent = 0, []
    for one in (source, *_drawn(first.outcomes.values(), source)):
        prefix = f"{one.name}#" if one is not source else ""

        def converted(text: str, one: Source = one, drawn: str = prefix) -> _State:
            around = replace(repository, instead={one.name: text}) if drawn else repository
            return _State(convert(source if drawn else Source(one.name, text), around, rules, options))

        content = document(one)
        whole = converted(written(content)) if content is not None else None
        if whole is None or whole.faulty:
            continue
        rows = {
            path.removeprefix(prefix): outcome.subject
            for path, outcome in whole.outcomes.items()
            if path.startswith(prefix)
        }
        for removal in removals(content, rows):
            parts += 1
            outcome = whole.outcomes.get(prefix + removal.path)
            why = _silence(whole, converted(removal.text), outcome)
            if why == _NEVER and outcome is not None:
                others = map(converted, removal.others())
                why = "" if any(not other.faulty and _changes(whole, other, outcome) for other in others) else why
            if why:
                silent.append(Silence(prefix + removal.path, why))
    return Finding(source.name, parts, tuple(silent))


class _State:
    """What is compared of a conversion."""

    def __init__(self, conversion: Conversion) -> None:
        self.faulty = conversion.journal.has_errors
        self.outcomes = {outcome.path: outcome for outcome in conversion.journal.outcomes()}
        self.files = {name: tuple(map(_bare, documents)) for name, documents in conversion.bundle.files.items()}
        self._conversion = conversion

    @cached_property
    def told(self) -> Mapping[str, int]:
        """The lines of the report for readers, without positions and counts."""
        return Counter(_POSITION.sub("", text) for _, text in styled([self._conversion], _WIDE))


def _bare(document: Manifest) -> Manifest:
    """A manifest without what quotes the input: an annotation, and comments of scripts."""
    bare: Manifest = _unquoted(document)
    return bare


def _unquoted(node: Any) -> Any:
    match node:
        case dict():
            return {key: _unquoted(value) for key, value in node.items() if key != NAME}
        case list() | tuple():
            return [_unquoted(item) for item in node]
        case str() if "\n#" in node:
            return _COMMENT.sub("", node)
        case _:
            return node


_NEVER = "said to be the default or a repetition, and no other value changes the file that it names"


def _silence(whole: _State, without: _State, outcome: Outcome | None) -> str:
    """What did not change although it should have; empty when all is well."""
    if without.faulty:
        return ""
    if outcome is None:
        return "it is no part of the ledger"
    match outcome.fate:
        case "exact" | "adapted":
            if not outcome.files:
                return f"{outcome.fate}, and its row names no file"
            if _changes(whole, without, outcome):
                return ""
            if any(word in outcome.reason for word in _SAID):
                return _NEVER
            same = [name for name in outcome.files if whole.files.get(name) == without.files.get(name)]
            return f"{outcome.fate} in {' and '.join(outcome.files)}, and {' and '.join(same)} stays the same"
        case "dropped" | "manual":
            return "" if _leaves_the_report(whole, without, outcome) else f"{outcome.fate}, and its line stays"


def _changes(whole: _State, other: _State, outcome: Outcome) -> bool:
    """Whether the files that a row names are others, each of them."""
    return all(whole.files.get(name) != other.files.get(name) for name in outcome.files)


def _leaves_the_report(whole: _State, without: _State, outcome: Outcome) -> bool:
    """Whether a line that names the part is told less often."""
    subject = _POSITION.sub("", outcome.subject).strip()
    key = _POSITION.sub("", outcome.path.rpartition(".")[2]).rpartition("#")[2]
    words = (subject, subject.partition(" ")[2] if is_command(outcome) or is_expression(outcome) else key)
    named = re.compile("|".join(rf"(?<![\w-]){re.escape(one)}(?![\w-])" for one in words if one))
    return any(count > without.told.get(line, 0) and named.search(line) for line, count in whole.told.items())


def _drawn(outcomes: Iterable[Outcome], source: Source) -> list[Source]:
    """The files that leaves come from beside the workflow itself."""
    found = {one.path.partition("#")[0]: one.span.source for one in outcomes if "#" in one.path}
    return [one for name, one in found.items() if name == one.name and name != source.name]
