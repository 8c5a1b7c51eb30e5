"""The report as JSON, stable and versioned: version 1, described by mappings/schemas/report.schema.json."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from gha2tekton.conversion import Conversion
from gha2tekton.journal import Diagnostic, Outcome
from gha2tekton.report.grades import grades
from gha2tekton.report.inventory import inventory

VERSION = 1
_text = json.JSONEncoder(ensure_ascii=False).encode
_quoted = json.encoder.encode_basestring


def render(conversions: Sequence[Conversion]) -> str:
    """One document for all workflows of a run."""
    out = [f'{{\n  "version": {VERSION},\n  "workflows": [']
    for number, conversion in enumerate(conversions):
        out.append(",\n    {" if number else "\n    {")
        out += _fields(_workflow(conversion), "      ")
        out.append("\n    }")
    out.append("\n  ]\n}\n")
    return "".join(out)


def _fields(fields: dict[str, Any], pad: str) -> Iterator[str]:
    """A field a line, of a list an item a line, each JSON already: it can be read, compared, and is made quickly."""
    before = "\n"
    for name, value in fields.items():
        yield f'{before}{pad}"{name}": '
        before = ",\n"
        if isinstance(value, list) and value:
            yield f"[\n{pad}  "
            yield f",\n{pad}  ".join(value)
            yield f"\n{pad}]"
        else:
            yield _text(value)


def _row(**fields: Any) -> str:
    """An entry of a list on a line; what is frequent does without the encoder, which takes a while to begin."""
    told = [
        f'"{name}": {_quoted(value) if isinstance(value, str) else value if isinstance(value, int) else _text(value)}'
        for name, value in fields.items()
    ]
    return f"{{{', '.join(told)}}}"


def _workflow(conversion: Conversion) -> dict[str, Any]:
    journal, (grade, of_tasks) = conversion.journal, grades(conversion)
    return {
        "path": conversion.source.name,
        "grade": grade.letter,
        "reasons": list(map(_quoted, grade.reasons)),
        "summary": journal.summary(),
        "outcomes": list(map(_outcome, journal.outcomes())),
        "setup": [_row(kind=one.kind, name=one.name, why=one.why, command=one.command) for one in journal.setup],
        "diagnostics": [_diagnostic(diagnostic) for diagnostic in journal.diagnostics],
        "suppressed": [
            _row(
                code=one.code,
                what=one.what,
                reason=one.reason,
                path=one.path,
                file=one.span.source.name,
                line=one.span.line,
            )
            for one in journal.suppressed
        ],
        "tasks": [_row(file=task.name, grade=task.letter, reasons=task.reasons) for task in of_tasks],
        "inventory": [
            _row(kind=item.kind, name=item.name, detail=item.detail, file=item.file) for item in inventory(conversion)
        ],
        "files": list(map(_quoted, conversion.bundle.names)),
    }


def _outcome(outcome: Outcome) -> str:
    """The fields by hand: these rows are nearly all of a report."""
    source = outcome.span.source
    line, column = source.position(outcome.span.start)
    also = ", ".join(map(_quoted, outcome.also))
    return (
        f'{{"path": {_quoted(outcome.path)}, "subject": {_quoted(outcome.subject)}, "file": {_quoted(source.name)}, '
        f'"line": {line}, "column": {column}, "outcome": "{outcome.fate}", "reason": {_quoted(outcome.reason)}, '
        f'"rule": {_quoted(outcome.rule)}, "target": {_quoted(outcome.target)}, "also": [{also}]}}'
    )


def _diagnostic(diagnostic: Diagnostic) -> str:
    span = diagnostic.span
    return _row(
        code=diagnostic.code,
        severity=diagnostic.severity,
        file=span.source.name if span else None,
        line=span.line if span else None,
        column=span.column if span else None,
        message=diagnostic.message,
    )
