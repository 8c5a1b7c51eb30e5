"""What may stand at each place of a file: the published schemas, made ready for a walk over nodes.

The schemas are data for editors and for us alike. Of JSON Schema they use only what is read here, and the keyword
``x-expressions``, which names a row of the table of contexts.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from gha2tekton.record import Record, field
from gha2tekton.resources import mappings


class Fields(Record, eq=False):
    """One form of a mapping; ``rest`` is the shape of keys without a name, None where there are none."""

    named: dict[str, Shape] = field(default_factory=dict)
    required: tuple[str, ...] = ()
    rest: Shape | None = None


class Shape(Record, eq=False):
    """One place: the scalars, the sequence and the mappings that it takes."""

    types: set[str] = field(default_factory=set)
    """Of boolean, number and null; ``text`` is any scalar, ``word`` any but an empty one."""

    words: dict[str, None] = field(default_factory=dict)
    item: Shape | None = None
    forms: list[Fields] = field(default_factory=list)
    expressions: str = ""
    """The row in the table of contexts from here down; empty for that of the place around."""

    def takes(self, value: object, text: str) -> bool:
        """Whether a scalar without expressions may stand here; ``text`` is how GitHub prints it."""
        types = self.types
        if "text" in types or (text and "word" in types):
            return True
        match value:
            case None:
                return "null" in types
            case bool():
                return "boolean" in types or text in self.words
            case float():
                return "number" in types or text in self.words
            case _:
                return text in self.words


@cache
def shape(name: str) -> Shape:
    """The shape of a whole file: ``workflow`` or ``action``."""
    schema = json.loads((mappings() / "schemas" / f"{name}.schema.json").read_text(encoding="utf-8"))
    return _Compiler(schema["$defs"]).shape(schema)


class _Compiler:
    def __init__(self, definitions: Mapping[str, Any]) -> None:
        self.definitions = definitions
        self.named: dict[str, Shape] = {}

    def shape(self, schema: Mapping[str, Any]) -> Shape:
        if "$ref" in schema and schema.keys() <= {"$ref", "description"}:
            return self.reference(schema["$ref"])
        shape = Shape()
        self.add(schema, shape)
        return shape

    def reference(self, path: str) -> Shape:
        """Named shapes are shared, which also ends the recursion of steps within steps."""
        name = path.removeprefix("#/$defs/")
        if name not in self.named:
            self.named[name] = Shape()
            self.add(self.definitions[name], self.named[name])
        return self.named[name]

    def add(self, schema: Mapping[str, Any], shape: Shape) -> None:
        """Let ``shape`` take what ``schema`` takes."""
        shape.expressions = schema.get("x-expressions", shape.expressions)
        reference: str = schema.get("$ref", "#/$defs/expression")
        if reference != "#/$defs/expression":
            self.add(self.definitions[reference.removeprefix("#/$defs/")], shape)
        for part in schema.get("anyOf", ()):
            self.add(part, shape)
        for word in schema.get("enum", [schema["const"]] if "const" in schema else []):
            shape.words[word] = None
        types = schema.get("type", ())
        for kind in (types,) if isinstance(types, str) else types:
            if kind == "object":
                shape.forms.append(self.form(schema))
            elif kind == "array":
                shape.item = self.shape(schema["items"])
            elif kind == "string":
                shape.types.add("word" if schema.get("minLength") else "text")
            elif "string" not in types:
                shape.types.add(kind)

    def form(self, schema: Mapping[str, Any]) -> Fields:
        rest = schema.get("additionalProperties", False)
        return Fields(
            {name: self.shape(part) for name, part in schema.get("properties", {}).items()},
            tuple(schema.get("required", ())),
            self.shape(rest) if rest else None,
        )
