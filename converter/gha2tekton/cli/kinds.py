"""What values of options may be: with any other Tekton would refuse the manifests."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime
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
        shape = shapes()[param.opts[0].lstrip("-")]
        shape = shape.get("items", shape)
        if not re.search(shape["pattern"], text) or "\n" in text:
            self.fail(f"{text!r} is not {shape['title']}", param, ctx)
        return text


TEXT = Text()


class Since(click.ParamType):  # type: ignore[type-arg]  # as above
    """A day, or how long ago, as git takes it; git itself takes anything, and what it does not know for now."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """As click wants it: with a time where it is a day, which git would take for the present one."""
        text = str(value).strip().lower()
        if not text or re.fullmatch(r"[1-9]\d{0,4} (hour|day|week|month|year)s? ago", text):
            return text
        try:
            return datetime.fromisoformat(text).isoformat()
        except ValueError:
            self.fail(f"{value!r} is no date: write 2025-01-31, or 90 days ago", param, ctx)


SINCE = Since()


class Scheduler(click.ParamType):  # type: ignore[type-arg]  # as above
    """Where a scheduler listens."""

    name = "address"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """As click wants it: the value, or a failure that says what is wanted."""
        if not re.fullmatch(r"([a-z+]+://)?[^\s/:]*(\[[0-9a-fA-F:.]+\])?:\d{1,5}/?", str(value)):
            self.fail(f"{value!r} is no address of a scheduler, such as tcp://10.0.0.1:8786", param, ctx)
        return str(value)


SCHEDULER = Scheduler()


@cache
def shapes() -> Mapping[str, Any]:
    """The schema of each option in the options file."""
    schema = json.loads((mappings() / "schemas" / "options.schema.json").read_text(encoding="utf-8"))
    properties: Mapping[str, Any] = schema["$defs"]["options"]["properties"]
    return properties
