"""The report as commands of GitHub's log, so that a check in a workflow marks the lines.

https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gha2tekton.conversion import Conversion
from gha2tekton.report.digest import Digest, digests
from gha2tekton.source import Span


def render(conversions: Sequence[Conversion]) -> str:
    """A line for each error, each thing to do by hand and each finding."""
    return "".join(f"{line}\n" for told in digests(conversions) for line in _lines(told))


def _lines(told: Digest) -> Iterator[str]:
    for found in (*told.errors, *told.notes):
        kind = {"error": "error", "warning": "warning"}.get(found.severity, "notice")
        yield _command(kind, told.name, found.span, found.code, found.message)
    for item in told.by_hand:
        for place in item.places:
            yield _command("warning", told.name, place.outcome.span, "manual", f"{place.subject}: {item.reason}")


def _command(kind: str, name: str, span: Span | None, title: str, message: str) -> str:
    told = {"file": span.source.name if span else name, "title": f"gha2tekton {title}"}
    if span is not None:
        told |= {"line": str(span.line), "col": str(span.column)}
    properties = ",".join(f"{key}={_property(value)}" for key, value in told.items())
    return f"::{kind} {properties}::{_data(message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
