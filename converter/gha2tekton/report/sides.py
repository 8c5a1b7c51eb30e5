"""The workflow and what it became side by side, each line linked to the other's."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from html import escape

from gha2tekton.conversion import Conversion
from gha2tekton.journal import FATES, Fate, Outcome
from gha2tekton.report.entries import lines_of
from gha2tekton.report.places import Place, Places
from gha2tekton.source import Source

SIGNS: dict[Fate, str] = {"exact": "✓", "adapted": "≈", "dropped": "–", "manual": "!"}
"""Beside the colours, for those who do not see them."""

_Lines = dict[tuple[int, int], Fate]
_Links = dict[tuple[int, int], tuple[int, int]]


class Sides:
    """Both sides of one conversion; ``page`` goes before all ids."""

    def __init__(self, conversion: Conversion, files: Mapping[str, str], page: str) -> None:
        self._page = page
        self._texts = files
        places = Places(conversion, files)
        self._rows = [(outcome, places.of(outcome.path)) for outcome in conversion.journal.outcomes()]
        self.sources: dict[Source, int] = {conversion.source: 0}
        self.files: dict[str, int] = {}
        for outcome, place in self._rows:
            self.sources.setdefault(outcome.span.source, len(self.sources))
            if place:
                self.files.setdefault(place.file, len(self.files))

    def anchor(self, outcome: Outcome) -> str:
        """The id of the line on which a part of the input begins."""
        return f"{self._page}s{self.sources[outcome.span.source]}-{outcome.span.line}"

    def html(self) -> str:
        """Both panes, what is told of a line, and the parts for the page's program."""
        marks, there, back = self._marks()
        inputs = [(source.name, source.text, "s", number) for source, number in self.sources.items()]
        outputs = [(name, self._texts[name], "o", number) for name, number in self.files.items()]
        left = "".join(self._file(text, kind, number, marks, there) for _, text, kind, number in inputs)
        right = "".join(self._file(text, kind, number, {}, back) for _, text, kind, number in outputs)
        parts = json.dumps([self._part(*row) for row in self._rows], ensure_ascii=False).replace("<", "\\u003c")
        return (
            '<div class="told" role="status">Choose a line to see what became of it, or what it comes from.</div>'
            f'<div class="sides">{_side("GitHub", [name for name, *_ in inputs], left)}'
            f"{_side('Tekton', [name for name, *_ in outputs], right)}</div>"
            f'<script type="application/json" class="parts">{parts}</script>'
        )

    def _marks(self) -> tuple[_Lines, _Links, _Links]:
        """The worst outcome of each line of the input, and where lines lead to on either side."""
        marks: _Lines = {}
        there: _Links = {}
        back: _Links = {}
        for outcome, place in self._rows:
            number = self.sources[outcome.span.source]
            first, last = lines_of(outcome)
            for line in range(first, last + 1):
                before = marks.get((number, line), "exact")
                marks[number, line] = max(before, outcome.fate, key=FATES.index)
                if place:
                    there.setdefault((number, line), (self.files[place.file], place.first))
            if place and place.basis != "file":
                for line in range(place.first, place.last + 1):
                    back.setdefault((self.files[place.file], line), (number, first))
        return marks, there, back

    def _part(self, outcome: Outcome, place: Place | None) -> list[object]:
        first, last = lines_of(outcome)
        target = [self.files[place.file], place.first, place.last] if place else [None, None, None]
        told = [outcome.fate, outcome.subject, outcome.reason, outcome.rule]
        return [*told, self.sources[outcome.span.source], first, last, *target]

    def _file(self, text: str, kind: str, number: int, marks: _Lines, links: _Links) -> str:
        return f'<div class="file" tabindex="0">{"".join(self._row(text, kind, number, marks, links))}</div>'

    def _row(self, text: str, kind: str, number: int, marks: _Lines, links: _Links) -> Iterator[str]:
        other = "o" if kind == "s" else "s"
        for line, content in enumerate(text.removesuffix("\n").split("\n"), 1):
            mark = marks.get((number, line))
            link = links.get((number, line))
            classes = " ".join(filter(None, ("row", mark, "linked" if link or mark else "")))
            id = f"{self._page}{kind}{number}-{line}"
            href = f"{self._page}{other}{link[0]}-{link[1]}" if link else id
            sign = f"<b>{SIGNS[mark]}</b>" if mark else "<b> </b>"
            yield (
                f'<div class="{classes}" id="{id}"><a href="#{href}">{line}</a>{sign}'
                f"<code>{escape(content)}</code></div>"
            )


def _side(title: str, names: list[str], panes: str) -> str:
    options = "".join(f'<option value="{number}">{escape(name)}</option>' for number, name in enumerate(names))
    return f'<div class="side"><label>{title} <select>{options}</select></label>{panes}</div>'
