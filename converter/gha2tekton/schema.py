"""The published schemas, for editors and to word what is wrong with files already known to be wrong.

The verdict on a workflow is not given here: jsonschema is loaded only when it is asked.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from functools import cache, reduce
from operator import getitem
from pathlib import Path
from typing import Any

from gha2tekton.nodes import Mapping as Entries
from gha2tekton.nodes import Node, deepest, plain
from gha2tekton.resources import mappings
from gha2tekton.source import Span


def names() -> tuple[str, ...]:
    """The names of the schemas there are."""
    return tuple(sorted(path.name.removesuffix(".schema.json") for path in _folder().glob("*.schema.json")))


def text(name: str) -> str:
    """A schema as it is published: JSON Schema, draft 2020-12."""
    return (_folder() / f"{name}.schema.json").read_text(encoding="utf-8")


def explain(node: Node, name: str) -> list[tuple[str, Span]]:
    """What a schema finds wrong with a document, and where, in the order of the text; nothing when it is right."""
    found = {
        (message, _locate(node, error.absolute_path, key))
        for error in _errors(plain(node), name)
        for message, key in _worded(error, name)
    }
    return sorted(found, key=lambda one: (one[1].start, one[0]))


def faults(value: Any, name: str) -> list[tuple[str, tuple[str, ...]]]:
    """What a schema finds wrong with plain data, each with the keys that lead to the place."""
    found = (
        (message, tuple(str(step) for step in (*error.absolute_path, *([key] if key else []))))
        for error in _errors(value, name)
        for message, key in _worded(error, name)
    )
    return list(dict.fromkeys(found))


_LONG = 60


def _worded(error: Any, name: str) -> list[tuple[str, str]]:
    """The messages of an error, each with the key that it is about where that is one too many."""
    if error.validator in ("additionalProperties", "unevaluatedProperties") and isinstance(error.instance, dict):
        known = _known(error.schema, name)
        return [(_unknown(key, known), key) for key in error.instance if key not in known]
    told = repr(error.instance)
    shown = told if len(told) <= _LONG else f"{told[:_LONG]}…"
    if error.validator == "pattern" and "title" in error.schema:
        return [(f"{shown} is not {error.schema['title']}", "")]
    return [(error.message.replace(told, shown, 1), "")]


def _unknown(key: str, known: Iterable[str]) -> str:
    near = get_close_matches(key, sorted(known), 1)
    return f"{key!r} is not known here" + (f"; is {near[0]!r} meant?" if near else "")


def _known(schema: Mapping[str, Any], name: str) -> set[str]:
    """The keys that a part of a schema names, and those of what it is made of."""
    found = set(schema.get("properties", {}))
    for part in schema.get("allOf", ()):
        way = part["$ref"].removeprefix("#/").split("/") if "$ref" in part else ()
        found |= _known(reduce(getitem, way, json.loads(text(name))) if way else part, name)
    return found


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

    others = [(f"{other}.schema.json", Resource.from_contents(json.loads(text(other)))) for other in names()]
    return Draft202012Validator(json.loads(text(name)), registry=Registry().with_resources(others))


def _locate(node: Node, path: Iterable[str | int], key: str = "") -> Span:
    """The place of a node, or of the deepest one above it; with ``key`` that of this key of it."""
    node = deepest(node, path)
    if key and isinstance(node, Entries):
        return next((own.span for own, _ in node.entries if own.text == key), node.span)
    return node.span
