"""The source map: from each part of the input to its lines of the bundle, as JSON, version 1."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from gha2tekton.conversion import Conversion
from gha2tekton.report.addresses import addresses
from gha2tekton.report.places import Places

VERSION = 1


def render(conversions: Sequence[Conversion], files: Mapping[str, str]) -> str:
    """One entry a part that the bundle holds; ``files`` are the bundle's texts by their names."""
    known = {name: addresses(text.split("\n")) for name, text in files.items()}
    rows = []
    for conversion in conversions:
        places = Places(conversion, files)
        for outcome in conversion.journal.outcomes():
            place = places.of(outcome.path)
            if place is None:
                continue
            line, column = outcome.span.source.position(outcome.span.end)
            source = {
                "file": outcome.span.source.name,
                "line": outcome.span.line,
                "column": outcome.span.column,
                "endLine": line,
                "endColumn": column,
                "path": outcome.path,
            }
            target = {
                "file": place.file,
                "line": place.first,
                "endLine": place.last,
                "path": known[place.file][place.first - 1],
                "basis": place.basis,
            }
            rows.append({"source": source, "target": target, "outcome": outcome.fate, "rule": outcome.rule})
    entries = ",\n".join(f"  {json.dumps(row, ensure_ascii=False)}" for row in rows)
    body = f"[\n{entries}\n ]" if rows else "[]"
    return f'{{\n "version": {VERSION},\n "mappings": {body}\n}}\n'
