"""Nodes of a text: what stands where."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from gha2tekton.record import Record
from gha2tekton.source import Span

Plain = None | bool | float | str


class Scalar(Record, frozen=True, eq=False):
    """A leaf: ``value`` typed as YAML 1.2 core types it, ``text`` as it was written."""

    text: str
    value: Plain
    span: Span
    plain: bool


class Mapping(Record, frozen=True, eq=False):
    entries: tuple[tuple[Scalar, Node], ...]
    span: Span

    def get(self, key: str) -> Node | None:
        """The value under a key, compared exactly."""
        return next((node for name, node in self.entries if name.text == key), None)


class Sequence(Record, frozen=True, eq=False):
    items: tuple[Node, ...]
    span: Span


Node = Scalar | Mapping | Sequence


def deepest(node: Node, way: Iterable[str | int]) -> Node:
    """The node at the end of a way of keys and positions, or the last one on it that is there."""
    for step in way:
        below: Node | None = None
        if isinstance(node, Mapping) and isinstance(step, str):
            below = node.get(step)
        elif isinstance(node, Sequence) and isinstance(step, int) and step < len(node.items):
            below = node.items[step]
        if below is None:
            break
        node = below
    return node


def plain(node: Node) -> Any:
    """Nodes to dicts, lists and scalars, for files whose positions matter no longer."""
    match node:
        case Scalar():
            value = node.value
            return int(value) if isinstance(value, float) and value.is_integer() else value
        case Mapping():
            return {key.text: plain(value) for key, value in node.entries}
        case Sequence():
            return [plain(item) for item in node.items]


def joined(value: Any) -> Any:
    """Mappings with the keys of those that ``<<`` names, which YAML 1.1 calls merging."""
    if isinstance(value, list):
        return [joined(item) for item in value]
    if not isinstance(value, dict):
        return value
    under: dict[Any, Any] = {}
    others = value.get("<<") or ()
    for other in reversed([others] if isinstance(others, dict) else others):
        under |= joined(other) if isinstance(other, dict) else {}
    return under | {key: joined(item) for key, item in value.items() if key != "<<"}
