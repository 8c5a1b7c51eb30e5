"""The report as SARIF 2.1.0, which code scanning shows beside the lines.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import quote

from gha2tekton import __version__
from gha2tekton.conversion import Conversion
from gha2tekton.report.digest import Digest, digests
from gha2tekton.source import Span

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {"error": "error", "warning": "warning", "note": "note"}
_RULES = {
    "manual": "A part of a workflow that a person must carry over",
    "adapted": "A part of a workflow that is done with a difference",
}


def render(conversions: Sequence[Conversion]) -> str:
    """One run with all workflows."""
    results = [result for told in digests(conversions) for result in _results(told)]
    names = sorted({result["ruleId"] for result in results})
    rules = [{"id": name, "shortDescription": {"text": _RULES.get(name, name.replace("-", " "))}} for name in names]
    for result in results:
        result["ruleIndex"] = names.index(result["ruleId"])
    driver = {
        "name": "gha2tekton",
        "version": __version__,
        "rules": rules,
    }
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2, ensure_ascii=False) + "\n"


def _results(told: Digest) -> Iterator[dict[str, Any]]:
    for found in (*told.errors, *told.notes):
        yield _result(found.code, _LEVELS[found.severity], found.message, told.name, found.span)
    for rule, level, items in (("manual", "warning", told.by_hand), ("adapted", "note", told.adapted)):
        for item in items:
            for place in item.places:
                yield _result(rule, level, f"{place.subject}: {item.reason}", told.name, place.outcome.span)


def _result(rule: str, level: str, message: str, name: str, span: Span | None) -> dict[str, Any]:
    file = span.source.name if span else name
    place: dict[str, Any] = {"artifactLocation": {"uri": quote(file)}}
    if span is not None:
        place["region"] = {"startLine": span.line, "startColumn": span.column}
    mark = hashlib.sha256(f"{rule}\0{file}\0{message}".encode()).hexdigest()[:32]
    return {
        "ruleId": rule,
        "level": level,
        "message": {"text": message},
        "locations": [{"physicalLocation": place}],
        "partialFingerprints": {"gha2tekton/v1": mark},
    }
