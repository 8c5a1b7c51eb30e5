"""Which lines of the output come from which part of the workflow, and back."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from gha2tekton.conversion import Conversion
from gha2tekton.journal import Outcome
from gha2tekton.lower.words import safe
from gha2tekton.plan.model import PlannedStep
from gha2tekton.shell.quote import word

VERSION = 1


@dataclass(frozen=True, slots=True)
class Link:
    """Lines ``first`` to ``last`` of a file of the bundle (counted from 1) and the outcome that they stand for."""

    file: str
    first: int
    last: int
    outcome: Outcome


def links(conversion: Conversion, files: Mapping[str, str] | None = None) -> tuple[Link, ...]:
    """Every outcome that names a file of the bundle, with the lines there: those of its step, else the whole file."""
    texts = files if files is not None else conversion.bundle.rendered()
    outcomes = list(conversion.journal.outcomes())
    spans = _steps(conversion, texts, {outcome.path: outcome for outcome in outcomes})
    out: list[Link] = []
    for outcome in outcomes:
        file = outcome.target.partition("#")[0]
        if file not in texts:
            continue
        place = next((spans[path] for path in _above(outcome.path) if path in spans), None)
        if place is not None and place[0] == file:
            out.append(Link(file, place[1], place[2], outcome))
        else:
            line = _line_of(texts[file], outcome)
            out.append(Link(file, line or 1, line or texts[file].count("\n") or 1, outcome))
    return tuple(out)


def render(conversions: Sequence[Conversion]) -> str:
    """The map as JSON: for each file of the output its stretches of lines with where they come from."""
    document: dict[str, list[dict[str, object]]] = {}
    for conversion in conversions:
        for link in links(conversion):
            document.setdefault(link.file, []).append(
                {
                    "lines": [link.first, link.last],
                    "source": str(link.outcome.span),
                    "path": link.outcome.path,
                    "outcome": link.outcome.fate,
                    "rule": link.outcome.rule,
                }
            )
    ordered = {name: sorted(rows, key=_place) for name, rows in sorted(document.items())}
    return json.dumps({"version": VERSION, "files": ordered}, indent=1, ensure_ascii=False) + "\n"


def _place(row: dict[str, object]) -> tuple[object, object]:
    return row["lines"], row["path"]


def _steps(
    conversion: Conversion, texts: Mapping[str, str], outcomes: Mapping[str, Outcome]
) -> dict[str, tuple[str, int, int]]:
    """The lines of each step's call in the script of its Task."""
    found: dict[str, tuple[str, int, int]] = {}
    reached: dict[str, int] = {}
    cut = {name: text.splitlines() for name, text in texts.items()}
    for job in conversion.plan.jobs if conversion.plan else ():
        for stage in job.stages:
            for step in _walk(stage.steps):
                file = next((o.target.partition("#")[0] for o in _own(step, outcomes) if o.target), "")
                if file not in cut:
                    continue
                head = re.compile(rf"\s*(step|composite) {re.escape(word(safe(step.title)))}(\s|$)")
                lines = cut[file]
                start = next((n for n in range(reached.get(file, 0), len(lines)) if head.match(lines[n])), None)
                if start is None:
                    continue
                reached[file] = start + 1
                found[step.step.path] = (file, start + 1, _end(lines, start) + 1)
    return found


def _walk(steps: Sequence[PlannedStep]) -> Iterator[PlannedStep]:
    for step in steps:
        yield from step.walk()


def _own(step: PlannedStep, outcomes: Mapping[str, Outcome]) -> Iterator[Outcome]:
    for value in (step.step.run, step.step.uses.value if step.step.uses else None):
        if value is not None and value.path in outcomes:
            yield outcomes[value.path]


def _end(lines: Sequence[str], start: int) -> int:
    """The last line of a call: that of its here-document's end, or of its words."""
    at = start
    while at + 1 < len(lines) and lines[at].rstrip().endswith("\\"):
        at += 1
    found = re.search(r"<<'(\w+)'$", lines[at])
    if found is None:
        return at
    return next((n for n in range(at + 1, len(lines)) if lines[n].strip() == found[1]), at)


def _above(path: str) -> Iterator[str]:
    """A path and those above it."""
    yield path
    while (cut := max(path.rfind("."), path.rfind("["))) > 0:
        path = path[:cut]
        yield path


def _line_of(text: str, outcome: Outcome) -> int:
    """The line that names the last key of a leaf, where just one does; 0 otherwise."""
    key = re.sub(r"\[\d+\]$", "", outcome.path).rsplit(".", 1)[-1]
    if len(key) < 3:
        return 0
    hits = [
        n for n, line in enumerate(text.splitlines(), 1) if re.search(rf"(?<![\w-]){re.escape(key)}(?![\w-])", line)
    ]
    return hits[0] if len(hits) == 1 else 0
