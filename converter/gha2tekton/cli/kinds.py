"""What values of options may be: with any other Tekton would refuse the manifests."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from typing import Any

import click

from gha2tekton.resources import mappings


class Text(click.ParamType):  # type: ignore[type-arg]  # generic in new versions of click alone
    """Text of the shape that the schema of the options file has for the option; nothing at all is always right."""

    name = "text"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """As click wants it: the value, or a failure that says what is wanted."""
        text = str(value)
        if not text or param is None or text == param.default:
            return text
        shape = _shapes()[param.opts[0].lstrip("-")]
        shape = shape.get("items", shape)
        if not re.search(shape["pattern"], text) or "\n" in text:
            self.fail(f"{text!r} is not {shape['title']}", param, ctx)
        return text


TEXT = Text()


@cache
def _shapes() -> Mapping[str, Any]:
    schema = json.loads((mappings() / "schemas" / "options.schema.json").read_text(encoding="utf-8"))
    properties: Mapping[str, Any] = schema["$defs"]["options"]["properties"]
    return properties
