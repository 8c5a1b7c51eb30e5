"""How far a Task, and a workflow, can be trusted as it is, and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

from gha2tekton.conversion import Conversion, once
from gha2tekton.journal import FATES, Fate, Journal
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

_Tally = dict[Fate, dict[str, int]]


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
    tallies = _tallies(conversion)
    made = [_grade(name, tally, ()) for name, tally in tallies.items() if name]
    if journal.has_errors:
        return Grade("", "D", (refusal(journal),)), made
    warnings = [f"{d.message} [{d.code}]" for d in journal.diagnostics if d.severity == "warning"]
    own = _grade("", tallies[""], warnings)
    lost = any(task.letter == "D" for task in made)
    return Grade("", "D" if lost else own.letter if own.letter != "D" else "C", own.reasons), made


def _tallies(conversion: Conversion) -> dict[str, _Tally]:
    """For the whole workflow, "", and each file of a Task how often which reason is given for which fate."""
    names = ("", *(name for name in conversion.bundle.names if name.startswith("tasks/")))
    tallies: dict[str, _Tally] = {name: {fate: {} for fate in FATES} for name in names}
    for outcome in conversion.journal.pressing():
        for name in ("", *outcome.files):
            if name in tallies:
                reasons = tallies[name][outcome.fate]
                reasons[outcome.reason] = reasons.get(outcome.reason, 0) + 1
    return tallies


def _grade(name: str, tally: _Tally, warnings: Iterable[str]) -> Grade:
    reasons = tuple(_counted(tally["manual"]) or [*_counted(tally["adapted"]), *warnings])
    if tally["manual"]:
        return Grade(name, "C" if tally["exact"] or tally["adapted"] else "D", reasons)
    return Grade(name, "B" if reasons else "A", reasons)


def _counted(reasons: Mapping[str, int]) -> list[str]:
    return [f"{reason} ({count} parts)" if count > 1 else reason for reason, count in reasons.items()]
