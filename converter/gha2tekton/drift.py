"""Whether two sets of manifests mean the same, and where they differ.

Order counts where Kubernetes and Tekton read it (steps, arguments, variables that refer to earlier ones) and nowhere
else; comments, quoting and the file an object lies in never count.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import unified_diff
from typing import Any

from gha2tekton.record import Record
from gha2tekton.yaml import documents

_KEYS = ("name", "mountPath", "containerPort", "ip")
_ORDERED = frozenset({"steps", "env", "initContainers", "interceptors"})
_ORDER = "(order)"


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
            return [f"{head}:", *(f"    {line}" for line in told)]
        if self.old is None:
            return [f"{head}: added {_short(self.new)}"]
        if self.new is None:
            return [f"{head}: removed {_short(self.old)}"]
        return [f"{head}: {_short(self.old)} → {_short(self.new)}"]


def compare(old: Mapping[str, str], new: Mapping[str, str]) -> list[Change]:
    """How the manifests of ``new`` differ from those of ``old`` (texts by file name); ValueError for broken YAML."""
    before, after = _objects(old), _objects(new)
    found: list[Change] = []
    for subject in sorted(before.keys() | after.keys()):
        if subject not in after:
            found.append(Change(subject, "", before[subject], None))
        elif subject not in before:
            found.append(Change(subject, "", None, after[subject]))
        elif before[subject] != after[subject]:
            found += _changes(subject, _keyed(before[subject]), _keyed(after[subject]))
    return found


def _changes(subject: str, old: Any, new: Any) -> Iterator[Change]:
    from deepdiff import DeepDiff  # a quarter of a second that unchanged manifests need not spend

    tree = DeepDiff(old, new, view="tree", verbose_level=2)
    found = {
        ".".join(str(part) for part in item.path(output_format="list")): item
        for kind, items in tree.items()
        if kind != "deep_distance"
        for item in items
    }
    for place, item in sorted(found.items()):
        yield Change(subject, place, _side(item.t1), _side(item.t2))


def _side(value: Any) -> Any:
    return None if type(value).__name__ == "NotPresent" else value


def _objects(files: Mapping[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for file, text in files.items():
        for document in documents(text, file):
            if isinstance(document, dict):
                metadata = document.get("metadata") or {}
                name = metadata.get("name") or metadata.get("generateName") or file
                space = f"{metadata['namespace']}/" if metadata.get("namespace") else ""
                found[f"{document.get('kind', 'object')} {space}{name}"] = document
            elif document is not None:
                found[file] = document
    return found


def _keyed(value: Any, parent: str = "") -> Any:
    """Lists whose items have names become mappings; where order counts it is kept beside them."""
    if isinstance(value, dict):
        return {key: _keyed(item, key) for key, item in value.items()}
    if isinstance(value, list):
        key = next(
            (key for key in _KEYS if value and all(isinstance(item, dict) and key in item for item in value)), ""
        )
        names = [str(item[key]) for item in value] if key else []
        if names and len(set(names)) == len(names):
            keyed = {name: _keyed(item) for name, item in zip(names, value, strict=True)}
            return {**keyed, _ORDER: names} if parent in _ORDERED else keyed
        return [_keyed(item) for item in value]
    return value


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= 80 and "\n" not in text else f"{text.splitlines()[0][:77]}…"
