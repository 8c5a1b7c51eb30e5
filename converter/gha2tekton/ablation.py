"""The proof that nothing vanishes: take any leaf out of a workflow, and the output or the reader's report changes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from gha2tekton.conversion import Conversion
from gha2tekton.convert import Options, convert
from gha2tekton.journal import SAME_AS_DEFAULT, Outcome
from gha2tekton.record import Record
from gha2tekton.rules.load import RuleSet
from gha2tekton.source import Source
from gha2tekton.workflow.repository import Repository
from gha2tekton.yaml import YamlError, compose, plain

_SAID = (SAME_AS_DEFAULT, "repeats")
_Place = tuple[str | int, ...]


class Silence(Record, frozen=True):
    """A leaf whose absence nobody would notice; ``why`` says what was expected to change."""

    path: str
    why: str


class Finding(Record, frozen=True):
    """How many leaves were taken out of a workflow, and which of them in silence."""

    workflow: str
    leaves: int
    silent: tuple[Silence, ...]


def ablate(source: Source, repository: Repository, rules: RuleSet, options: Options) -> Finding:
    """Convert a workflow once for each of its leaves, without it; a faulty workflow has none."""
    try:
        root = compose(source)
    except YamlError:
        return Finding(source.name, 0, ())
    document = plain(root) if root is not None else None
    whole = _converted(document, source, repository, rules, options)
    if whole is None or whole.journal.has_errors:
        return Finding(source.name, 0, ())
    outcomes = {outcome.path: outcome for outcome in whole.journal.outcomes() if "#" not in outcome.path}
    places = list(_leaves(document, ()))
    silent = []
    for place in places:
        without = _converted(_removed(document, place), source, repository, rules, options)
        outcome = outcomes.get(_path(place))
        why = _silence(whole, without, outcome)
        if why:
            silent.append(Silence(_path(place), why))
    return Finding(source.name, len(places), tuple(silent))


def _converted(
    document: Any, source: Source, repository: Repository, rules: RuleSet, options: Options
) -> Conversion | None:
    if not isinstance(document, dict):
        return None
    return convert(Source(source.name, json.dumps(document, indent=1, ensure_ascii=False)), repository, rules, options)


def _silence(whole: Conversion, without: Conversion | None, outcome: Outcome | None) -> str:
    """What did not change although it should have; empty when all is well."""
    if without is None or without.journal.has_errors:
        return ""
    before, after = _files(whole), _files(without)
    if outcome is None:
        return "" if before != after or _told(whole) != _told(without) else "it is no leaf of the ledger"
    file = outcome.target.partition("#")[0]
    match outcome.fate:
        case "exact" | "adapted":
            if before == after:
                said = any(word in outcome.reason for word in _SAID)
                return "" if said else f"{outcome.fate}, and no manifest changes"
            if file and before.get(file) == after.get(file):
                return f"{outcome.fate} in {file}, which does not change"
            return ""
        case "dropped" | "manual":
            changed = before != after or _told(whole) != _told(without)
            return "" if changed else f"{outcome.fate}, and its line stays"


def _files(conversion: Conversion) -> dict[str, str]:
    return conversion.bundle.rendered()


def _told(conversion: Conversion) -> tuple[list[str], list[str], list[str]]:
    """What a reader is told, without positions and counts."""
    journal = conversion.journal
    rows = [f"{o.subject}: {o.reason}" for o in journal.outcomes() if o.fate != "exact"]
    setup = [f"{entry.kind} {entry.name} {entry.why}" for entry in journal.setup]
    return sorted(rows), sorted(setup), sorted(f"{d.code} {d.message}" for d in journal.diagnostics)


def _leaves(node: Any, place: _Place) -> Iterator[_Place]:
    if isinstance(node, dict) and node:
        for key, value in node.items():
            yield from _leaves(value, (*place, key))
    elif isinstance(node, list) and node:
        for index, value in enumerate(node):
            yield from _leaves(value, (*place, index))
    else:
        yield place


def _removed(document: Any, place: _Place) -> Any:
    """The document without one leaf, and without what is empty when it is gone."""
    out = deepcopy(document)
    for depth in range(len(place), 0, -1):
        parent = out
        for step in place[: depth - 1]:
            parent = parent[step]
        del parent[place[depth - 1]]
        if parent:
            break
    return out


def _path(place: _Place) -> str:
    """The place as the ledger writes it."""
    out = ""
    for step in place:
        out += f"[{step}]" if isinstance(step, int) else f".{step}" if out else step
    return out
