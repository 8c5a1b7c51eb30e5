"""The inventories as CSV: a row for each thing that the cluster or a person must have ready."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from gha2tekton.conversion import Conversion
from gha2tekton.report.inventory import inventories

HEAD = ("workflow", "inventory", "first", "second", "third", "fourth")


def render(conversions: Sequence[Conversion]) -> str:
    """All lists of all workflows in one table."""
    stream = io.StringIO()
    table = csv.writer(stream, lineterminator="\n")
    table.writerow(HEAD)
    for conversion in conversions:
        for inventory in inventories(conversion):
            for row in inventory.rows:
                cells = (*row, "", "", "", "")[:4]
                table.writerow(_safe(cell) for cell in (conversion.source.name, inventory.name, *cells))
    return stream.getvalue()


def _safe(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell[:1] in "=+-@\t\r" and cell else cell
