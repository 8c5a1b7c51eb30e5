"""The report for a terminal: first what a person must do, then what differs, then what was dropped."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gha2tekton.conversion import Conversion
from gha2tekton.journal import Setup
from gha2tekton.report.digest import Digest, Item, digests
from gha2tekton.report.grade import GRADES


def render(conversions: Sequence[Conversion]) -> str:
    """All workflows, each under its path."""
    return "\n".join("".join(f"{line}\n" for line in lines(item)) for item in digests(conversions))


def lines(told: Digest) -> Iterator[str]:
    """The lines of one workflow; sections begin without indent."""
    yield f"{told.name}: grade {told.grade.grade}, {GRADES[told.grade.grade]}"
    yield f"  {told.parts} parts: {told.counts}"
    if told.errors:
        yield ""
        yield "Not converted: GitHub would refuse this workflow"
        for found in told.errors:
            yield f"  {found.span or told.name}: {found.message} [{found.code}]"
            if found.span:
                yield from (f"      {line}" for line in found.span.excerpt().splitlines())
        return
    if told.by_hand:
        yield ""
        yield "To do by hand: the output does not do this, and fails loudly there"
        for number, item in enumerate(told.by_hand, 1):
            yield from _by_hand(number, item)
    yield from _setup("Before you apply it, supply", told.before)
    yield from _setup("After you applied it", told.after)
    yield from _items("Works, with a difference", told.adapted)
    yield from _items("Dropped", told.dropped)
    if told.notes:
        yield ""
        yield "Worth knowing"
        for note in told.notes:
            yield f"  {note.span or told.name}: {note.message} [{note.code}]"
    if len(told.tasks) > 1:
        yield ""
        yield "Tasks"
        for task in told.tasks:
            why = f": {'; '.join(task.reasons)}" if task.reasons else ""
            yield f"  {task.grade}  {task.name}{why}"


def _by_hand(number: int, item: Item) -> Iterator[str]:
    yield f"  {number}. {item.reason}"
    for place in item.places:
        yield f"     {place.where}: {place.subject}"
    if item.target:
        yield f"     where it belongs: {item.target}"


def _setup(title: str, entries: Sequence[Setup]) -> Iterator[str]:
    if not entries:
        return
    yield ""
    yield title
    for entry in entries:
        yield f"  {entry.kind} {entry.name}: {entry.why}"
        if entry.command:
            yield f"      {entry.command}"


def _items(title: str, items: Sequence[Item]) -> Iterator[str]:
    if not items:
        return
    yield ""
    yield title
    for item in items:
        target = f" → {item.target}" if item.target else ""
        if len(item.places) == 1:
            yield f"  {item.places[0].where}: {item.places[0].subject}: {item.reason}{target}"
            continue
        yield f"  {item.reason}{target}"
        for place in item.places:
            yield f"      {place.where}: {place.subject}"
