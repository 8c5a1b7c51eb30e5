"""How far a Task, and a workflow, can be trusted as it is, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Literal

from gha2tekton.conversion import Conversion, once
from gha2tekton.journal import Journal, Outcome
from gha2tekton.record import Record

Letter = Literal["A", "B", "C", "D"]
LETTERS: tuple[Letter, ...] = ("A", "B", "C", "D")
"""From best to worst."""

MEANING: dict[Letter, str] = {
    "A": "does what the workflow did",
    "B": "does it with differences that are told",
    "C": "parts are to be done by hand, and fail loudly until then",
    "D": "cannot run as it is",
}


class Grade(Record, frozen=True):
    """A letter with its reasons; ``name`` is the file of a Task, or empty for the whole workflow."""

    name: str
    letter: Letter
    reasons: tuple[str, ...] = ()


def refusal(journal: Journal) -> str:
    """Why nothing was made of a workflow with errors, in short."""
    unreadable = any(finding.code == "unreadable-file" for finding in journal.diagnostics)
    return "it cannot be read" if unreadable else "GitHub would refuse this workflow"


@once
def grades(conversion: Conversion) -> tuple[Grade, list[Grade]]:
    """The grade of a workflow, that of its worst Task or of what belongs to none, and those of its Tasks in order."""
    journal = conversion.journal
    made = _tasks(conversion)
    if journal.has_errors:
        return Grade("", "D", (refusal(journal),)), made
    warnings = [f"{d.message} [{d.code}]" for d in journal.diagnostics if d.severity == "warning"]
    own = _grade("", journal.pressing(), warnings)
    lost = any(task.letter == "D" for task in made)
    return Grade("", "D" if lost else own.letter if own.letter != "D" else "C", own.reasons), made


def _tasks(conversion: Conversion) -> list[Grade]:
    rows: dict[str, list[Outcome]] = {name: [] for name in conversion.bundle.names if name.startswith("tasks/")}
    for outcome in conversion.journal.pressing():
        for file in outcome.files:
            if file in rows:
                rows[file].append(outcome)
    return [_grade(file, found, ()) for file, found in rows.items()]


def _grade(name: str, outcomes: Iterable[Outcome], warnings: Iterable[str]) -> Grade:
    found = list(outcomes)
    manual = Counter(outcome.reason for outcome in found if outcome.fate == "manual")
    adapted = Counter(outcome.reason for outcome in found if outcome.fate == "adapted")
    reasons = tuple(_counted(manual) or [*_counted(adapted), *warnings])
    if manual:
        works = any(outcome.fate in ("exact", "adapted") for outcome in found)
        return Grade(name, "C" if works else "D", reasons)
    return Grade(name, "B" if reasons else "A", reasons)


def _counted(reasons: Counter[str]) -> list[str]:
    return [f"{reason} ({count} parts)" if count > 1 else reason for reason, count in reasons.items()]
