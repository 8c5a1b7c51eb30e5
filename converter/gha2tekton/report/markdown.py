"""The report as Markdown that fits a pull request: what to do first, the rest folded away."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from gha2tekton.conversion import Conversion
from gha2tekton.journal import Setup
from gha2tekton.report.digest import Digest, Item, digests
from gha2tekton.report.grade import GRADES

LIMIT = 60_000
"""Characters that a comment of GitHub can hold, with room to spare."""


def render(conversions: Sequence[Conversion]) -> str:
    """All workflows; what does not fit is left out and said so."""
    text = "\n".join("\n".join(_workflow(told)) + "\n" for told in digests(conversions))
    if len(text) <= LIMIT:
        return text
    cut = text[:LIMIT].rsplit("\n", 1)[0]
    closing = "\n</details>" * (cut.count("<details>") - cut.count("</details>"))
    return f"{cut}{closing}\n\n*The rest is in the report of another format.*\n"


def _workflow(told: Digest) -> Iterator[str]:
    yield f"## `{told.name}`: grade {told.grade.grade}"
    yield ""
    yield f"{GRADES[told.grade.grade].capitalize()}. {told.parts} parts: {told.counts}."
    if told.errors:
        yield "\n### Not converted: GitHub would refuse this workflow\n"
        for found in told.errors:
            yield f"- `{found.span or told.name}` {_escaped(found.message)} (`{found.code}`)"
        return
    if told.by_hand:
        yield "\n### To do by hand\n"
        for number, item in enumerate(told.by_hand, 1):
            yield f"{number}. {_escaped(item.reason)}" + (f" → `{item.target}`" if item.target else "")
            yield from (f"   - `{place.where}` {_code(place.subject)}" for place in item.places)
    yield from _setup("Before you apply it", told.before)
    yield from _setup("After you applied it", told.after)
    yield from _folded("Works, with a difference", told.adapted)
    yield from _folded("Dropped", told.dropped)
    if told.notes:
        yield f"\n<details><summary>Worth knowing ({len(told.notes)})</summary>\n"
        for note in told.notes:
            yield f"- `{note.span or told.name}` {_escaped(note.message)} (`{note.code}`)"
        yield "\n</details>"


def _setup(title: str, entries: Sequence[Setup]) -> Iterator[str]:
    if not entries:
        return
    yield f"\n### {title}\n"
    for entry in entries:
        yield f"- [ ] {entry.kind} `{entry.name}`: {_escaped(entry.why)}"
        if entry.command:
            yield f"\n  ```sh\n  {entry.command}\n  ```\n"


def _folded(title: str, items: Sequence[Item]) -> Iterator[str]:
    if not items:
        return
    count = sum(len(item.places) for item in items)
    yield f"\n<details><summary>{title} ({count})</summary>\n"
    yield "| where | what | how |\n|---|---|---|"
    for item in items:
        for place in item.places:
            target = f" → `{item.target}`" if item.target else ""
            yield f"| `{place.where}` | {_code(place.subject)} | {_escaped(item.reason)}{target} |"
    yield "\n</details>"


def _escaped(text: str) -> str:
    return re.sub(r"([\\`*_{}\[\]<>#|])", r"\\\1", " ".join(text.split()))


def _code(text: str) -> str:
    one = " ".join(text.split()).replace("|", "\\|")
    ticks = "`" * (max((len(run) for run in re.findall("`+", one)), default=0) + 1)
    return f"{ticks} {one} {ticks}" if "`" in one else f"{ticks}{one}{ticks}"
