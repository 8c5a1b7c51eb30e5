"""Whether two sets of manifests mean the same, and where they differ.

Order counts where Kubernetes and Tekton read it (steps, arguments, variables that refer to earlier ones) and nowhere
else; comments, quoting, what is null and the file an object lies in never count.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from difflib import unified_diff
from typing import Any

from gha2tekton.record import Record
from gha2tekton.yaml import documents

_KEYS = ("name", "mountPath", "containerPort", "ip")
_ORDERED = frozenset({"steps", "env", "initContainers", "interceptors"})
_SETS = frozenset(
    {"verbs", "apiGroups", "resources", "resourceNames", "accessModes", "runAfter", "when", "values", "finalizers"}
)
"""Keys of lists whose items have no names and no order."""
_ORDER = "(order)"
_BETWEEN = ", "


class Change(Record, frozen=True):
    """One difference: ``place`` is dotted, empty for a whole object; a side without the thing is None."""

    subject: str
    place: str
    old: Any
    new: Any

    def lines(self) -> list[str]:
        """For people: one line, and for long texts the lines that differ."""
        head = f"{self.subject}{': ' if self.place else ''}{self.place}"
        if not self.place:
            return [f"{head}: {'only in the old' if self.new is None else 'only in the new'}"]
        if isinstance(self.old, str) and isinstance(self.new, str) and "\n" in self.old + self.new:
            told = list(unified_diff(self.old.splitlines(), self.new.splitlines(), n=1, lineterm=""))[2:]
            if told:
                return [f"{head}:", *(f"    {line}" for line in told)]
        if self.old is None:
            return [f"{head}: added {_short(self.new)}"]
        if self.new is None:
            return [f"{head}: removed {_short(self.old)}"]
        alike = type(self.old) is not type(self.new) or str(self.old).strip() == str(self.new).strip()
        old, new = (repr(one) if alike else _short(one) for one in (self.old, self.new))
        return [f"{head}: {old} → {new}"]


def compare(old: Mapping[str, str], new: Mapping[str, str]) -> list[Change]:
    """How the manifests of ``new`` differ from those of ``old`` (texts by file name); ValueError for broken YAML."""
    before, after = _objects(old), _objects(new)
    found = [*_renamed(before, after)]
    for subject in sorted(before.keys() | after.keys()):
        if subject not in after:
            found.append(Change(subject, "", before[subject], None))
        elif subject not in before:
            found.append(Change(subject, "", None, after[subject]))
        elif not _same(before[subject], after[subject]):
            found += _changes(subject, before[subject], after[subject])
    return sorted(found, key=lambda change: change.subject)


def _renamed(before: dict[str, Any], after: dict[str, Any]) -> Iterator[Change]:
    """Objects that differ in their names alone, each taken out of both sides."""
    fresh = {_text(_nameless(after[subject])): subject for subject in sorted(after.keys() - before.keys())}
    for subject in sorted(before.keys() - after.keys()):
        other = fresh.pop(_text(_nameless(before[subject])), None)
        if other is not None and _name(before[subject]) and _name(after[other]):
            yield Change(subject, "metadata.name", _name(before.pop(subject)), _name(after.pop(other)))


def _name(document: Any) -> str:
    metadata = document.get("metadata") if isinstance(document, dict) else None
    return str(metadata.get("name") or "") if isinstance(metadata, dict) else ""


def _nameless(document: Any) -> Any:
    if not _name(document):
        return document
    return {**document, "metadata": {key: value for key, value in document["metadata"].items() if key != "name"}}


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True, default=str)


def _same(old: Any, new: Any) -> bool:
    """As Python has it, but that true is not 1."""
    return (old == new and repr(old) == repr(new)) or _text(old) == _text(new)


def _changes(subject: str, old: Any, new: Any) -> Iterator[Change]:
    from deepdiff import DeepDiff  # a quarter of a second that unchanged manifests need not spend

    tree = DeepDiff(old, new, view="tree", verbose_level=2)
    found = {
        tuple(str(part) for part in item.path(output_format="list")): item
        for kind, items in tree.items()
        if kind != "deep_distance"
        for item in items
    }
    if not found:
        yield from _kinds(subject, (), old, new)
    for place, item in sorted(found.items()):
        before, after = _side(item.t1), _side(item.t2)
        if place[-1:] == (_ORDER,) and before and after:
            one, other = before.split(_BETWEEN), after.split(_BETWEEN)
            before = _BETWEEN.join(name for name in one if name in other)
            after = _BETWEEN.join(name for name in other if name in one)
            if before == after:
                continue  # what came or went is told by itself
        yield Change(subject, ".".join(place), before, after)


def _kinds(subject: str, place: tuple[str, ...], old: Any, new: Any) -> Iterator[Change]:
    """Values that Python takes for equal and that are of different kinds, such as those that are true and 1."""
    if isinstance(old, dict):
        for key in old:
            yield from _kinds(subject, (*place, key), old[key], new[key])
    elif isinstance(old, list):
        for number, pair in enumerate(zip(old, new, strict=True)):
            yield from _kinds(subject, (*place, str(number)), *pair)
    elif type(old) is not type(new):
        yield Change(subject, ".".join(place), old, new)


def _side(value: Any) -> Any:
    return None if type(value).__name__ == "NotPresent" else value


def _objects(files: Mapping[str, str]) -> dict[str, Any]:
    """Every object, by what it is called: those that are called alike have numbers."""
    found: dict[str, Any] = {}
    for file, text in files.items():
        for document in documents(text, file, kubectl=True):
            if document is None:
                continue
            subject = base = _subject(document, file)
            number = 2
            while subject in found:
                subject, number = f"{base} #{number}", number + 1
            found[subject] = _keyed(document)
    return found


def _subject(document: Any, file: str) -> str:
    if not isinstance(document, dict):
        return file
    metadata = document.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    name = metadata.get("name") or metadata.get("generateName") or file
    space = f"{metadata['namespace']}/" if metadata.get("namespace") else ""
    return f"{document.get('kind', 'object')} {space}{name}"


def _keyed(value: Any, parent: str = "") -> Any:
    """Lists whose items have names become mappings; where order counts it is kept beside them."""
    if isinstance(value, dict):
        return {str(key): _keyed(item, str(key)) for key, item in value.items() if item is not None}
    if isinstance(value, list):
        key = next(
            (key for key in _KEYS if value and all(isinstance(item, dict) and key in item for item in value)), ""
        )
        names = [str(item[key]) for item in value] if key else []
        if names and len(set(names)) == len(names):
            keyed = {name: _keyed(item) for name, item in zip(names, value, strict=True)}
            return {**keyed, _ORDER: _BETWEEN.join(names)} if parent in _ORDERED else keyed
        items = [_keyed(item) for item in value]
        return sorted(items, key=_text) if parent in _SETS else items
    return value


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= 80 and "\n" not in text else f"{text.splitlines()[0][:77]}…"
