"""The report as workflow commands, which GitHub shows beside the lines of the workflow.

https://docs.github.com/actions/reference/workflow-commands-for-github-actions
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

from gha2tekton.conversion import Conversion
from gha2tekton.report.digest import digest
from gha2tekton.source import Span

_Level = Literal["error", "warning", "notice"]
_LEVELS: dict[str, _Level] = {"error": "error", "warning": "warning", "note": "notice"}


def render(conversions: Sequence[Conversion]) -> str:
    """A command for each finding, the worst first, for GitHub shows ten of a level."""
    return "".join(f"{line}\n" for conversion in conversions for line in _commands(conversion))


def _commands(conversion: Conversion) -> Iterator[str]:
    told = digest(conversion)
    start = Span(conversion.source, 0, 0)
    for error in told.errors:
        yield _command("error", error.span or start, error.code, error.message)
    for thing in told.work:
        for entry in thing.places:
            yield _command("error", entry.span, f"By hand: {entry.title}", thing.reason)
    for note in told.notes:
        yield _command(_LEVELS[note.severity], note.span or start, note.code, note.message)
    for title, entries in (("Works, with a difference", told.adapted), ("Dropped", told.dropped)):
        for entry in entries:
            for leaf in entry.leaves:
                yield _command("notice", leaf.span, title, f"{leaf.subject}: {entry.reason}")


def _command(level: _Level, span: Span, title: str, message: str) -> str:
    place = {"file": span.source.name, "line": str(span.line), "col": str(span.column), "title": title}
    properties = ",".join(f"{name}={_property(value)}" for name, value in place.items())
    return f"::{level} {properties}::{_data(message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
