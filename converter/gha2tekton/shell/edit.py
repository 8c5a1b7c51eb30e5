"""Changes to a text that leave all else as it is."""

from __future__ import annotations

from collections.abc import Iterable

from gha2tekton.record import Record


class Edit(Record, frozen=True):
    """New text for the characters from ``start`` to ``end``."""

    start: int
    end: int
    text: str


def applied(text: str, edits: Iterable[Edit]) -> str:
    """A text with edits made that do not overlap."""
    out: list[str] = []
    at = 0
    for edit in sorted(edits, key=lambda edit: edit.start):
        out += [text[at : edit.start], edit.text]
        at = edit.end
    return "".join(out) + text[at:]
