"""The text report on a terminal: as wide as it is, and coloured."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from gha2tekton.conversion import Conversion

_COLOURS = {
    "title": "bold",
    "bad": "red",
    "fair": "bold yellow",
    "good": "bold green",
    "heading": "bold underline",
    "thing": "bold",
    "where": "dim",
    "quote": "cyan",
    "command": "green",
}


def show(done: Sequence[Conversion]) -> None:
    """The report on stderr; without a terminal as it is written to files."""
    from gha2tekton.report import text

    if not sys.stderr.isatty() and not os.environ.get("FORCE_COLOR"):
        click.echo(text.render(done), nl=False, err=True)
        return
    from rich.console import Console
    from rich.text import Text

    console = Console(stderr=True, highlight=False)
    for style, line in text.styled(done, console.width):
        if style == "quote" and len(line) > console.width:
            line = f"{line[: console.width - 1]}…"
        console.print(Text(line, style=_COLOURS.get(style, "")), soft_wrap=True)
