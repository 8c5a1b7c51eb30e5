"""The text report in colour and as wide as the terminal, where there is one."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import TextIO

from gha2tekton.conversion import Conversion
from gha2tekton.report.digest import digests
from gha2tekton.report.text import lines

_STYLES = {
    "To do by hand": "bold red",
    "Not converted": "bold red",
    "Before you apply": "bold yellow",
    "After you applied": "bold yellow",
    "Works, with": "bold cyan",
    "Dropped": "bold",
    "Worth knowing": "bold",
    "Tasks": "bold",
}
_GRADES = {"A": "green", "B": "cyan", "C": "yellow", "D": "red"}


def show(conversions: Sequence[Conversion], stream: TextIO) -> None:
    """Print the report of all workflows to a terminal."""
    from rich.console import Console
    from rich.text import Text

    console = Console(file=stream, highlight=False, soft_wrap=True)
    for told in digests(conversions):
        for line in lines(told):
            style = next((look for head, look in _STYLES.items() if line.startswith(head)), "")
            if line.startswith(f"{told.name}: grade"):
                style = f"bold {_GRADES[told.grade.grade]}"
            for piece in _wrapped(line, console.width):
                text = Text(piece, style=style)
                text.highlight_regex(r"[\w./@-]+\.ya?ml:\d+:\d+", "blue")
                text.highlight_regex(r"→ \S+$", "green")
                text.highlight_regex(r"\[[a-z-]+\]$", "dim")
                console.print(text)
        console.print()


def _wrapped(line: str, width: int) -> list[str]:
    """The line in pieces, those after the first set in under its text; commands stay whole, to be copied."""
    body = line.lstrip()
    indent = len(line) - len(body)
    if len(line) <= width or body.startswith(("kubectl ", "gh ", "helm ")):
        return [line]
    pad = " " * (indent + 4)
    return textwrap.wrap(line, max(40, width), subsequent_indent=pad, break_long_words=False, break_on_hyphens=False)
