"""The published schemas, for editors and to word what is wrong with files already known to be wrong.

The verdict on a workflow is not given here: jsonschema is loaded only when it is asked.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from gha2tekton.resources import mappings
from gha2tekton.source import Span
from gha2tekton.yaml import Mapping, Node, Sequence, plain


def names() -> tuple[str, ...]:
    """The names of the schemas there are."""
    return tuple(sorted(path.name.removesuffix(".schema.json") for path in _folder().glob("*.schema.json")))


def text(name: str) -> str:
    """A schema as it is published: JSON Schema, draft 2020-12."""
    return (_folder() / f"{name}.schema.json").read_text(encoding="utf-8")


def explain(node: Node, name: str) -> list[tuple[str, Span]]:
    """What a schema finds wrong with a document, and where, in the order of the text; nothing when it is right."""
    found = [
        (error.message, _unexpected(node, _locate(node, error.absolute_path), error.message))
        for error in _errors(plain(node), name)
    ]
    return sorted(found, key=lambda one: one[1].start)


def _unexpected(node: Node, span: Span, message: str) -> Span:
    """The place of a key that should not be there, rather than of the mapping that holds it."""
    found = re.search(r"\('([^']+)'(?:, '[^']+')* (?:was|were) unexpected\)", message)
    if not found or not isinstance(node, Mapping):
        return span
    if node.span == span:
        return next((key.span for key, _ in node.entries if key.text == found[1]), span)
    for _, inner in node.entries:
        if inner.span.start <= span.start and span.end <= inner.span.end:
            return _unexpected(inner, span, message)
    return span


def faults(value: Any, name: str) -> list[str]:
    """What a schema finds wrong with plain data, each with the way to the place."""
    found = ((".".join(str(step) for step in error.absolute_path), error.message) for error in _errors(value, name))
    return [f"{place}: {message}" if place else message for place, message in found]


def _folder() -> Path:
    return mappings() / "schemas"


def _errors(instance: Any, name: str) -> list[Any]:
    from jsonschema.exceptions import best_match  # type: ignore[import-untyped]  # ships no types

    # Of the alternatives of one place the one that comes closest to what is written says most.
    return [best_match([error]) for error in _validator(name).iter_errors(instance)]


@cache
def _validator(name: str) -> Any:
    from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # ships no types
    from referencing import Registry, Resource

    schema = json.loads(text(name))
    Draft202012Validator.check_schema(schema)
    others = [(f"{other}.schema.json", Resource.from_contents(json.loads(text(other)))) for other in names()]
    return Draft202012Validator(schema, registry=Registry().with_resources(others))


def _locate(node: Node, path: Iterable[str | int]) -> Span:
    """The place of a node, or of the deepest one above it."""
    for step in path:
        below: Node | None = None
        if isinstance(node, Mapping) and isinstance(step, str):
            below = node.get(step)
        elif isinstance(node, Sequence) and isinstance(step, int) and step < len(node.items):
            below = node.items[step]
        if below is None:
            break
        node = below
    return node.span
