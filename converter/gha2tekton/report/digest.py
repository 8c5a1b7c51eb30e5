"""One conversion as all reports for people tell it: failure first."""

from __future__ import annotations

from collections.abc import Sequence

from gha2tekton.conversion import Conversion
from gha2tekton.journal import FATES, Diagnostic, Fate, Outcome, Suppressed
from gha2tekton.record import Record, replace
from gha2tekton.report.entries import Entry, Work, told, work
from gha2tekton.report.grades import Grade, grades, refusal
from gha2tekton.report.inventory import Item, inventory
from gha2tekton.report.supplies import Supply, merged, start, supplies

_ORDER = ("GitHub-only service", "telemetry", "superseded", "image cache", "no effect outside GitHub")
"""Causes of dropping, what a reader may miss first."""
_PLAIN = "runs in a Pod on Linux"


class Digest(Record, frozen=True):
    """What a reader is told of a workflow, in the order of the telling."""

    name: str
    summary: str
    grade: Grade
    headline: str
    errors: tuple[Diagnostic, ...]
    work: tuple[Work, ...]
    before: tuple[Supply, ...]
    start: tuple[str, ...]
    after: tuple[Supply, ...]
    adapted: tuple[Entry, ...]
    dropped: tuple[Entry, ...]
    notes: tuple[Diagnostic, ...]
    suppressed: tuple[Suppressed, ...]
    tasks: tuple[Grade, ...]
    inventory: tuple[Item, ...]


def digest(conversion: Conversion) -> Digest:
    """Everything that the reports for people tell of a conversion."""
    journal = conversion.journal
    counts = journal.summary()
    fates: dict[Fate, list[Outcome]] = {fate: [] for fate in FATES}
    for outcome in journal.pressing():
        fates[outcome.fate].append(outcome)
    (grade, of_tasks), made = grades(conversion), supplies(journal.setup)
    items = work(fates["manual"], journal)
    # That jobs run in Pods is why a reader is here: what else differs comes first.
    differences = sorted(told(fates["adapted"], journal), key=lambda entry: entry.reason == _PLAIN)
    dropped = sorted(told(fates["dropped"], journal), key=lambda entry: _ORDER.index(entry.reason.partition(":")[0]))
    return Digest(
        name=conversion.source.name,
        summary=f"{sum(counts.values())} parts: " + ", ".join(f"{count} {fate}" for fate, count in counts.items()),
        grade=grade,
        headline=_headline(refusal(journal) if journal.has_errors else "", len(items), len(made), len(differences)),
        errors=tuple(one for one in journal.diagnostics if one.severity == "error"),
        work=tuple(items),
        before=tuple(one for one in made if one.phase == "before"),
        start=tuple(start(conversion.bundle.names)),
        after=tuple(one for one in made if one.phase == "after"),
        adapted=tuple(differences),
        dropped=tuple(dropped),
        notes=tuple(one for one in journal.diagnostics if one.severity != "error"),
        suppressed=journal.suppressed,
        tasks=tuple(of_tasks),
        inventory=tuple(inventory(conversion)),
    )


def _headline(refused: str, items: int, made: int, differences: int) -> str:
    """What is to be done, in one line."""
    if refused:
        return f"not converted: {refused}"
    parts = [
        _count(items, "thing to do by hand", "things to do by hand"),
        _count(made, "thing to supply", "things to supply"),
        _count(differences, "difference to know", "differences to know"),
    ]
    return ", ".join(part for part in parts if part) or "nothing to do"


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}" if number else ""


class Together(Record, frozen=True):
    """What holds for several workflows at once: they make one bundle, with one webhook and the same Secrets."""

    rows: tuple[tuple[int, Digest], ...]
    """Each with its place among the digests, the worst first."""
    before: tuple[Supply, ...]
    start: tuple[str, ...]
    after: tuple[Supply, ...]


def tell(conversions: Sequence[Conversion]) -> tuple[Together | None, list[Digest]]:
    """What all workflows share, and each; what is to be supplied is told once."""
    digests = [digest(conversion) for conversion in conversions]
    if len(digests) < 2:
        return None, digests
    made = supplies(merged([(one.source.name, one.journal.setup) for one in conversions if not one.journal.has_errors]))
    rows = sorted(enumerate(digests), key=lambda row: row[1].grade.letter, reverse=True)
    together = Together(
        rows=tuple(rows),
        before=tuple(one for one in made if one.phase == "before"),
        start=tuple(start(dict.fromkeys(name for one in conversions for name in one.bundle.names))),
        after=tuple(one for one in made if one.phase == "after"),
    )
    return together, [replace(one, before=(), start=(), after=()) for one in digests]
