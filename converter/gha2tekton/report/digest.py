"""What a reader is told of a conversion, in the order in which he needs it: the same for every format."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from gha2tekton.conversion import Conversion
from gha2tekton.journal import Diagnostic, Fate, Outcome, Setup
from gha2tekton.report import grade
from gha2tekton.report.grade import Graded
from gha2tekton.report.inventory import Inventory, inventories

AFTER = frozenset({"webhook", "webhook event"})
"""Kinds of things to supply that need the cluster's objects to be there."""


@dataclass(frozen=True, slots=True)
class Place:
    """A part of the workflow: ``subject`` is its own text, shortened."""

    outcome: Outcome
    subject: str

    @property
    def where(self) -> str:
        return str(self.outcome.span)


@dataclass(frozen=True, slots=True)
class Item:
    """Parts of the workflow that one thing is said of."""

    reason: str
    places: tuple[Place, ...]
    target: str = ""
    rule: str = ""

    @property
    def first(self) -> Outcome:
        return self.places[0].outcome


@dataclass(frozen=True, slots=True)
class Digest:
    """One workflow, told from the worst to the harmless."""

    conversion: Conversion
    grade: Graded
    tasks: tuple[Graded, ...]
    errors: tuple[Diagnostic, ...] = ()
    by_hand: tuple[Item, ...] = ()
    before: tuple[Setup, ...] = ()
    after: tuple[Setup, ...] = ()
    adapted: tuple[Item, ...] = ()
    dropped: tuple[Item, ...] = ()
    notes: tuple[Diagnostic, ...] = ()
    inventories: tuple[Inventory, ...] = field(default=())

    @property
    def name(self) -> str:
        return self.conversion.source.name

    @property
    def counts(self) -> str:
        return ", ".join(f"{count} {fate}" for fate, count in self.conversion.journal.summary().items())

    @property
    def parts(self) -> int:
        return sum(self.conversion.journal.summary().values())


def digest(conversion: Conversion) -> Digest:
    """A conversion as it is told to people."""
    journal = conversion.journal
    errors = tuple(found for found in journal.diagnostics if found.severity == "error")
    outcomes = list(journal.outcomes())
    return Digest(
        conversion,
        grade.workflow(conversion),
        grade.tasks(conversion),
        errors,
        tuple(_items(outcomes, "manual")),
        tuple(entry for entry in journal.setup if entry.kind not in AFTER),
        tuple(entry for entry in journal.setup if entry.kind in AFTER),
        tuple(_items(outcomes, "adapted")),
        tuple(_items(outcomes, "dropped")),
        tuple(found for found in journal.diagnostics if found.severity != "error"),
        inventories(conversion),
    )


def digests(conversions: Sequence[Conversion]) -> Iterator[Digest]:
    """All conversions of a run."""
    return map(digest, conversions)


def _items(outcomes: Iterable[Outcome], fate: Fate) -> Iterator[Item]:
    """What is said of several parts is said once, where the first of them stands."""
    groups: dict[tuple[str, str], list[Outcome]] = {}
    for outcome in outcomes:
        if outcome.fate == fate:
            groups.setdefault((outcome.reason, outcome.target), []).append(outcome)
    for (reason, target), members in groups.items():
        places = tuple(Place(outcome, outcome.subject) for outcome in members)
        yield Item(reason, places, target, members[0].rule)
