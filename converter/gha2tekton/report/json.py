"""The report as JSON, stable and versioned: version 1, described by mappings/schemas/report.schema.json."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from gha2tekton.conversion import Conversion
from gha2tekton.journal import Diagnostic, Outcome
from gha2tekton.report.grades import grades
from gha2tekton.report.inventory import inventory

VERSION = 1
_text = json.JSONEncoder(ensure_ascii=False).encode
_quoted = json.encoder.encode_basestring


class _Text(str):
    """A value that is JSON already."""


def render(conversions: Sequence[Conversion]) -> str:
    """One document for all workflows of a run."""
    workflows = ",\n".join(_object(_workflow(conversion), "    ") for conversion in conversions)
    return f'{{\n  "version": {VERSION},\n  "workflows": [\n{workflows}\n  ]\n}}\n'


def _object(fields: dict[str, Any], pad: str) -> str:
    """A field a line, and of a list an item a line: it can be read, compared, and is made quickly."""
    lines = []
    for name, value in fields.items():
        if isinstance(value, list) and value:
            items = f",\n{pad}    ".join(map(_item, value))
            text = f"[\n{pad}    {items}\n{pad}  ]"
        else:
            text = _text(value)
        lines.append(f'{pad}  "{name}": {text}')
    return f"{pad}{{\n" + ",\n".join(lines) + f"\n{pad}}}"


def _item(value: Any) -> str:
    """An entry of a list: what is frequent does without the encoder, which takes a while to begin."""
    if isinstance(value, str):
        return value if isinstance(value, _Text) else _quoted(value)
    if not isinstance(value, dict):
        return _text(value)
    return "{" + ", ".join([f'"{name}": {_item(part)}' for name, part in value.items()]) + "}"


def _workflow(conversion: Conversion) -> dict[str, Any]:
    journal, (grade, of_tasks) = conversion.journal, grades(conversion)
    return {
        "path": conversion.source.name,
        "grade": grade.letter,
        "reasons": list(grade.reasons),
        "summary": journal.summary(),
        "outcomes": [_outcome(outcome) for outcome in journal.outcomes()],
        "setup": [
            {"kind": entry.kind, "name": entry.name, "why": entry.why, "command": entry.command}
            for entry in journal.setup
        ],
        "diagnostics": [_diagnostic(diagnostic) for diagnostic in journal.diagnostics],
        "suppressed": [
            {
                "code": one.code,
                "what": one.what,
                "reason": one.reason,
                "path": one.path,
                "file": one.span.source.name,
                "line": one.span.line,
            }
            for one in journal.suppressed
        ],
        "tasks": [{"file": task.name, "grade": task.letter, "reasons": list(task.reasons)} for task in of_tasks],
        "inventory": [
            {"kind": item.kind, "name": item.name, "detail": item.detail, "file": item.file}
            for item in inventory(conversion)
        ],
        "files": conversion.bundle.names,
    }


def _outcome(outcome: Outcome) -> _Text:
    """The fields by hand: these rows are nearly all of a report."""
    source = outcome.span.source
    line, column = source.position(outcome.span.start)
    also = _text(outcome.also) if outcome.also else "[]"
    return _Text(
        f'{{"path": {_quoted(outcome.path)}, "subject": {_quoted(outcome.subject)}, "file": {_quoted(source.name)}, '
        f'"line": {line}, "column": {column}, "outcome": "{outcome.fate}", "reason": {_quoted(outcome.reason)}, '
        f'"rule": {_quoted(outcome.rule)}, "target": {_quoted(outcome.target)}, "also": {also}}}'
    )


def _diagnostic(diagnostic: Diagnostic) -> dict[str, Any]:
    span = diagnostic.span
    return {
        "code": diagnostic.code,
        "severity": diagnostic.severity,
        "file": span.source.name if span else None,
        "line": span.line if span else None,
        "column": span.column if span else None,
        "message": diagnostic.message,
    }
