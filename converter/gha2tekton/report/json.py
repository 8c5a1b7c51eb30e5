"""The report as JSON, stable and versioned: version 1."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from gha2tekton.conversion import Conversion
from gha2tekton.report import grade

VERSION = 1


def render(conversions: Sequence[Conversion]) -> str:
    """One document for all workflows of a run."""
    workflows = ",\n".join(_object(_workflow(conversion), "    ") for conversion in conversions)
    return f'{{\n  "version": {VERSION},\n  "workflows": [\n{workflows}\n  ]\n}}\n'


def _object(fields: dict[str, Any], pad: str) -> str:
    """A field a line, and of a list an item a line: it can be read, compared, and is made quickly."""
    lines = []
    for name, value in fields.items():
        text = json.dumps(value, ensure_ascii=False)
        if isinstance(value, list) and value:
            items = ",\n".join(f"{pad}    {json.dumps(item, ensure_ascii=False)}" for item in value)
            text = f"[\n{items}\n{pad}  ]"
        lines.append(f'{pad}  "{name}": {text}')
    return f"{pad}{{\n" + ",\n".join(lines) + f"\n{pad}}}"


def _workflow(conversion: Conversion) -> dict[str, Any]:
    journal = conversion.journal
    return {
        "path": conversion.source.name,
        "grade": grade.workflow(conversion).grade,
        "summary": journal.summary(),
        "tasks": [
            {"file": task.name, "grade": task.grade, "reasons": list(task.reasons)} for task in grade.tasks(conversion)
        ],
        "outcomes": [
            {
                "path": outcome.path,
                "subject": outcome.subject,
                "line": outcome.span.line,
                "column": outcome.span.column,
                "outcome": outcome.fate,
                "reason": outcome.reason,
                "rule": outcome.rule,
                "target": outcome.target,
            }
            for outcome in journal.outcomes()
        ],
        "setup": [
            {"kind": entry.kind, "name": entry.name, "why": entry.why, "command": entry.command}
            for entry in journal.setup
        ],
        "diagnostics": [
            {
                "code": diagnostic.code,
                "severity": diagnostic.severity,
                "line": diagnostic.span.line if diagnostic.span else None,
                "column": diagnostic.span.column if diagnostic.span else None,
                "message": diagnostic.message,
            }
            for diagnostic in journal.diagnostics
        ],
        "files": conversion.bundle.names,
    }
