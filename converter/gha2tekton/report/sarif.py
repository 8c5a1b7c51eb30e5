"""The report as SARIF 2.1.0, for code scanning and editors.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import quote

from gha2tekton import __version__
from gha2tekton.conversion import Conversion
from gha2tekton.journal import Fate, Outcome
from gha2tekton.source import Span

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

_OUTCOMES: dict[Fate, tuple[str, str]] = {
    "manual": ("error", "The output does not do this, and fails loudly there: a person must."),
    "adapted": ("note", "The output does this with a difference."),
    "dropped": ("note", "This has no effect in Tekton."),
}
"""The level of each outcome that is told, and what it means."""


def render(conversions: Sequence[Conversion]) -> str:
    """One run for all workflows: what is not exact, and what was found in the input."""
    results = [result for conversion in conversions for result in _results(conversion)]
    ids = sorted({result["ruleId"] for result in results})
    index = {id: number for number, id in enumerate(ids)}
    for result in results:
        result["ruleIndex"] = index[result["ruleId"]]
    driver = {"name": "gha2tekton", "semanticVersion": __version__, "rules": [_rule(id) for id in ids]}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {"SRCROOT": {"description": {"text": "The root of the repository."}}},
        "results": results,
    }
    document = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def _rule(id: str) -> dict[str, Any]:
    level, meaning = next((told for fate, told in _OUTCOMES.items() if fate == id), ("", ""))
    if not meaning:
        return {"id": id, "shortDescription": {"text": id.replace("-", " ")}}
    return {"id": id, "shortDescription": {"text": meaning}, "defaultConfiguration": {"level": level}}


def _results(conversion: Conversion) -> Iterator[dict[str, Any]]:
    journal = conversion.journal
    reasons = {one.path: one.reason for one in journal.suppressed if one.path}
    for outcome in journal.outcomes():
        if outcome.fate in _OUTCOMES:
            yield _outcome(outcome, reasons.get(outcome.path))
    for diagnostic in journal.diagnostics:
        span = diagnostic.span or Span(conversion.source, 0, 0)
        yield _result(diagnostic.code, diagnostic.severity, diagnostic.message, span, diagnostic.message)
    for one in journal.suppressed:
        if not one.path:
            yield _result(one.code, "note", one.what, one.span, one.what) | _hushed(one.reason)


def _outcome(outcome: Outcome, hushed: str | None) -> dict[str, Any]:
    target = f" (in the output: {outcome.target})" if outcome.target else ""
    message = f"{outcome.subject}: {outcome.reason}{target}"
    result = _result(outcome.fate, _OUTCOMES[outcome.fate][0], message, outcome.span, outcome.path + outcome.reason)
    return result if hushed is None else result | _hushed(hushed)


def _hushed(reason: str) -> dict[str, Any]:
    return {"suppressions": [{"kind": "inSource", "justification": reason}]}


def _result(rule: str, level: str, message: str, span: Span, same: str) -> dict[str, Any]:
    """``same`` is what stays when lines move."""
    line, column = span.source.position(span.end)
    region = {"startLine": span.line, "startColumn": span.column, "endLine": line, "endColumn": column}
    uri = quote(span.source.name, errors="surrogateescape")
    place = {"artifactLocation": {"uri": uri, "uriBaseId": "SRCROOT"}, "region": region}
    told = f"{rule}\0{span.source.name}\0{same}"
    print_ = hashlib.sha256(told.encode("utf-8", "surrogateescape")).hexdigest()
    return {
        "ruleId": rule,
        "level": level,
        "message": {"text": message},
        "locations": [{"physicalLocation": place}],
        "partialFingerprints": {"gha2tekton/v1": print_},
    }
