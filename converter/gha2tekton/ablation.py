"""The proof that nothing vanishes: take any leaf out of a workflow, and the output or the reader's report changes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any

from gha2tekton.annotation import NAME
from gha2tekton.conversion import Conversion
from gha2tekton.convert import Options, convert
from gha2tekton.journal import SAME_AS_DEFAULT, Outcome
from gha2tekton.record import Record, replace
from gha2tekton.rules.load import RuleSet
from gha2tekton.source import Source
from gha2tekton.tekton.model import Manifest
from gha2tekton.workflow.repository import Repository
from gha2tekton.yaml import YamlError, compose, plain

_COMMENT = re.compile(r"(?<=\n)#.*\n")
_SAID = (SAME_AS_DEFAULT, "repeats")
_Place = tuple[str | int, ...]
_Files = Mapping[str, tuple[Manifest, ...]]


class Silence(Record, frozen=True):
    """A leaf whose absence nobody would notice; ``why`` says what was expected to change."""

    path: str
    why: str


class Finding(Record, frozen=True):
    """How many leaves were taken out of a workflow and of the files it draws in, and which of them in silence."""

    workflow: str
    leaves: int
    silent: tuple[Silence, ...]


def ablate(source: Source, repository: Repository, rules: RuleSet, options: Options) -> Finding:
    """Convert a workflow once for each leaf of it and of the files it draws in, without that leaf.

    A faulty workflow has none.
    """
    first = _State(convert(source, repository, rules, options))
    if first.faulty:
        return Finding(source.name, 0, ())
    leaves, silent = 0, []
    for one in (source, *_drawn(first.outcomes.values(), source)):
        drawn = one is not source

        def converted(document: Any, one: Source = one, drawn: bool = drawn) -> _State | None:
            if not isinstance(document, dict):
                return None
            text = json.dumps(document, indent=1, ensure_ascii=False)
            around = replace(repository, instead={one.name: text}) if drawn else repository
            return _State(convert(source if drawn else Source(one.name, text), around, rules, options))

        document = _document(one)
        whole = converted(document)
        if whole is None or whole.faulty:
            continue
        for place in _leaves(document, ()):
            path = f"{one.name}#{_path(place)}" if drawn else _path(place)
            outcome = whole.outcomes.get(path)
            if drawn and outcome is None:
                # Of an action or a compose file only what the workflow asks for is drawn in.
                continue
            leaves += 1
            why = _silence(whole, converted(_removed(document, place)), outcome)
            if why == _NEVER:
                others = map(converted, _altered(document, place))
                changed = any(other and not other.faulty and _changes(whole, other) for other in others)
                why = "" if changed else why
            if why:
                silent.append(Silence(path, why))
    return Finding(source.name, leaves, tuple(silent))


class _State:
    """What is compared of a conversion."""

    def __init__(self, conversion: Conversion) -> None:
        journal = conversion.journal
        self.faulty = journal.has_errors
        self.outcomes = {outcome.path: outcome for outcome in journal.outcomes()}
        self.files = {name: tuple(map(_bare, documents)) for name, documents in conversion.bundle.files.items()}
        rows = [f"{one.subject}: {one.reason}" for one in self.outcomes.values() if one.fate != "exact"]
        setup = [f"{entry.kind} {entry.name} {entry.why}" for entry in journal.setup]
        self.told = (sorted(rows), sorted(setup), sorted(f"{one.code} {one.message}" for one in journal.diagnostics))


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


_NEVER = "said to be the default or a repetition, and no other value changes a manifest"


def _silence(whole: _State, without: _State | None, outcome: Outcome | None) -> str:
    """What did not change although it should have; empty when all is well."""
    if without is None or without.faulty:
        return ""
    if outcome is None:
        return "" if _changes(whole, without) or whole.told != without.told else "it is no leaf of the ledger"
    match outcome.fate:
        case "exact" | "adapted":
            if not _changes(whole, without):
                said = any(word in outcome.reason for word in _SAID)
                return _NEVER if said else f"{outcome.fate}, and no manifest changes"
            if outcome.files and all(whole.files.get(name) == without.files.get(name) for name in outcome.files):
                return f"{outcome.fate} in {' and '.join(outcome.files)}, which does not change"
            return ""
        case "dropped" | "manual":
            changed = _changes(whole, without) or whole.told != without.told
            return "" if changed else f"{outcome.fate}, and its line stays"


def _changes(whole: _State, without: _State | None) -> bool:
    return without is None or without.faulty or whole.files != without.files


def _drawn(outcomes: Any, source: Source) -> list[Source]:
    """The files that leaves come from beside the workflow itself."""
    found = {one.path.partition("#")[0]: one.span.source for one in outcomes if "#" in one.path}
    return [one for name, one in found.items() if name == one.name and name != source.name]


def _document(source: Source) -> Any:
    """A file's content."""
    try:
        root = compose(source)
    except YamlError:
        return None
    return plain(root) if root is not None else None


def _leaves(node: Any, place: _Place) -> Iterator[_Place]:
    if isinstance(node, dict) and node:
        for key, value in node.items():
            yield from _leaves(value, (*place, key))
    elif isinstance(node, list) and node:
        for index, value in enumerate(node):
            yield from _leaves(value, (*place, index))
    elif place:
        yield place


def _removed(document: Any, place: _Place) -> Any:
    """The document without one leaf, and without what is empty when it is gone."""
    out = deepcopy(document)
    for depth in range(len(place), 0, -1):
        parent = _at(out, place[: depth - 1])
        del parent[place[depth - 1]]
        if parent:
            break
    return out


def _altered(document: Any, place: _Place) -> Iterator[Any]:
    """The document with other values for one leaf: of its own kind, names of kinds, and one that only a run knows."""
    old = _at(document, place)
    match old:
        case bool():
            others: list[Any] = [not old]
        case int() | float():
            others = [old + 1]
        case "true" | "false":
            others = ["false" if old == "true" else "true"]
        case _:
            others = [f"{old or ''}x"]
    for other in (*others, "windows-latest", "${{ github.sha }}", "number", "sh", "5", "1", "true"):
        out = deepcopy(document)
        _at(out, place[:-1])[place[-1]] = other
        yield out


def _at(node: Any, place: _Place) -> Any:
    for step in place:
        node = node[step]
    return node


def _path(place: _Place) -> str:
    """The place as the ledger writes it."""
    out = ""
    for step in place:
        out += f"[{step}]" if isinstance(step, int) else f".{step}" if out else step
    return out
