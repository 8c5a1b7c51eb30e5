"""The inventories as a table: what a bundle holds and needs, a row each."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from gha2tekton.conversion import Conversion
from gha2tekton.report.inventory import inventory

HEAD = ("workflow", "kind", "name", "detail", "file", "command")


def render(conversions: Sequence[Conversion]) -> str:
    """All workflows in one table, as RFC 4180 has it, lines ended by a line feed."""
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow(HEAD)
    for conversion in conversions:
        for item in inventory(conversion):
            row = (conversion.source.name, item.kind, item.name, item.detail, item.file, item.command)
            table.writerow([_safe(cell) for cell in row])
    return out.getvalue()


def _safe(cell: str) -> str:
    """A spreadsheet takes no cell for a formula."""
    return f"'{cell}" if cell[:1] in tuple("=+-@\t\r") else cell
