"""The report for a terminal: first what a person must do, then what differs, then what was dropped."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

from gha2tekton.conversion import Conversion
from gha2tekton.record import Record
from gha2tekton.report.digest import Digest, Together, tell
from gha2tekton.report.entries import Entry, Group, Work
from gha2tekton.report.grades import LETTERS, MEANING
from gha2tekton.report.nearest import nearest
from gha2tekton.report.supplies import Supply
from gha2tekton.source import printable

Style = Literal["", "title", "bad", "fair", "good", "heading", "thing", "where", "quote", "command"]

WIDTH = 100
_BLANKS = dict.fromkeys(map(ord, "\n\r\v\f"), " ")
_GRADES: dict[str, Style] = {"A": "good", "B": "good", "C": "fair", "D": "bad"}


class Line(Record, frozen=True):
    """A line of the report; ``verbatim`` ones are never broken."""

    text: str = ""
    style: Style = ""
    indent: int = 0
    first: str = ""
    """What stands before the text and is hung over by the lines after it."""
    verbatim: bool = False

    def folded(self, width: int) -> list[str]:
        """The lines that it takes at a width."""
        head = f"{' ' * self.indent}{self.first}"
        if self.verbatim or not self.text:
            return [f"{head}{self.text}".rstrip()]
        rest = head + (self.text if self.text.isprintable() else self.text.expandtabs().translate(_BLANKS)).rstrip()
        hang, room, out = " " * len(head), max(width, 40), []
        while len(rest) > room:
            # A word that is longer than a line has one to itself.
            cut = rest.rfind(" ", len(head), room + 1)
            cut = rest.find(" ", max(room, len(head))) if cut < 0 else cut
            if cut < 0:
                break
            out.append(rest[:cut].rstrip())
            rest = f"{hang}{rest[cut:].lstrip()}"
        return [*out, rest]


def render(conversions: Sequence[Conversion]) -> str:
    """All workflows, each under its path."""
    return "".join([f"{printable(text)}\n" for line in _lines(conversions) for text in line.folded(WIDTH)])


def styled(conversions: Sequence[Conversion], width: int) -> Iterator[tuple[Style, str]]:
    """The lines of the report, no longer than ``width`` where words allow, each with what it is."""
    return ((line.style, printable(text)) for line in _lines(conversions) for text in line.folded(width))


def _lines(conversions: Sequence[Conversion]) -> Iterator[Line]:
    together, told = tell(conversions)
    for number, lines in enumerate([_overview(together), *map(_workflow, told)]):
        yield from lines
        if len(told) > 1 and number < len(told):
            yield Line()


def _overview(together: Together | None) -> Iterator[Line]:
    if together is None:
        return
    yield Line(f"{len(together.rows)} workflows, the worst first", "title")
    for _, one in together.rows:
        yield Line(f"{one.name}: {one.headline}", _GRADES[one.grade.letter], 2, f"{one.grade.letter}  ")
    yield from _steps(together, 0)


def _workflow(told: Digest) -> Iterator[Line]:
    yield Line(f"{told.name}: {told.headline}", "title", verbatim=True)
    yield Line(f"grade {told.grade.letter}: {MEANING[told.grade.letter]}", _GRADES[told.grade.letter], 2)
    yield Line(told.summary, "where", 2)
    if told.errors:
        yield from _heading(f"N{told.headline[1:]}")
        for error in told.errors:
            yield Line(f"{error.span or told.name}: {error.message} [{error.code}]", "bad", 2)
            if error.span:
                yield from (Line(text, "quote", 6, verbatim=True) for text in error.span.excerpt().splitlines())
        return
    number = 0
    if told.work:
        yield from _heading("To do by hand before applying: the output does not do this, and fails loudly there")
        for thing in told.work:
            number += 1
            yield from _by_hand(thing, number)
    yield from _steps(told, number)
    yield from _section("Works, with a difference", told.adapted)
    yield from _section("Dropped", told.dropped)
    if told.notes:
        yield from _heading("Worth knowing")
        for note in told.notes:
            yield Line(f"{note.span or told.name}: {note.message} [{note.code}]", "", 2, "- ")
    if told.suppressed:
        yield from _heading("Suppressed by comments")
        for one in told.suppressed:
            yield Line(f"{one.span}: {one.what} [{one.code}]: {one.reason}", "", 2, "- ")
    yield from _tasks(told)
    yield from _inventory(told)
    yield from _parts(told)


def _steps(told: Digest | Together, number: int) -> Iterator[Line]:
    """What is to be supplied and applied, numbered on."""
    if told.before:
        yield from _heading("To supply before applying")
        for supply in told.before:
            number += 1
            yield from _supply(supply, number)
    if told.start:
        yield from _heading("To apply, from the bundle's directory")
        number += 1
        yield Line("Put it on the cluster, and start a run", "thing", 2, f"{number}. ")
        yield from (Line(command, "command", 5, "$ ", True) for command in told.start)
    if told.after:
        yield from _heading("To do after applying")
        for supply in told.after:
            number += 1
            yield from _supply(supply, number)


def _heading(title: str) -> Iterator[Line]:
    yield Line()
    yield Line(title, "heading", verbatim=True)


def _by_hand(thing: Work, number: int) -> Iterator[Line]:
    yield Line(thing.reason, "thing", 2, f"{number}. ")
    for entry, quoted in thing.shown():
        count = f" ({len(entry.leaves)} parts)" if len(entry.leaves) > 1 else ""
        yield Line(f"{entry.title}{count}", "bad", 5, "at ")
        yield Line(f"{entry.span}{_into(entry.targets)}", "where", 8, verbatim=True)
        yield from (Line(text, "quote", 8, "│ ", True) for text in quoted)
    for form in dict.fromkeys(nearest(entry.place) for entry in thing.places):
        if form:
            yield Line(form, "", 5, "nearest in Tekton: ")


def _supply(supply: Supply, number: int) -> Iterator[Line]:
    yield Line(supply.title, "thing", 2, f"{number}. ")
    yield from (Line(why, "", 5) for why in supply.why)
    for index, text in enumerate(supply.command.splitlines()):
        yield Line(text, "command", 5, "  " if index else "$ ", True)


def _section(title: str, entries: Sequence[Entry]) -> Iterator[Line]:
    if entries:
        yield from _heading(title)
    for entry in entries:
        yield Line(f"{entry.reason}{_into(entry.targets)}", "", 2, "- ")
        yield from (_group(group) for group in entry.groups)


def _group(group: Group) -> Line:
    """Leaves of one file on one line; one alone with what it says."""
    if len(group.leaves) == 1:
        (leaf,) = group.leaves
        return Line(f"{leaf.span}: {leaf.subject}", "where", 4, verbatim=True)
    place = f"{group.place}: " if group.place else ""
    parts = " · ".join(f"{name} ({leaf.span.line})" for leaf, name in group.told)
    return Line(f"{group.file}: {place}{parts}", "where", 4)


def _into(targets: Sequence[str]) -> str:
    """The files that something went into, the first of many."""
    more = f" and {len(targets) - 3} more" if len(targets) > 4 else ""
    return f" → {', '.join(targets[:3] if more else targets)}{more}" if targets else ""


def _tasks(told: Digest) -> Iterator[Line]:
    if told.tasks:
        yield from _heading("Tasks")
    for letter in reversed(LETTERS):
        names = [grade.name for grade in told.tasks if grade.letter == letter]
        if names:
            yield Line(f"{MEANING[letter]}: {', '.join(names)}", _GRADES[letter], 2, f"{letter}  ")


def _inventory(told: Digest) -> Iterator[Line]:
    rows: dict[str, list[Line]] = {}
    for item in told.inventory:
        if not item.file and item.kind != "feature flag":
            continue  # what is to be supplied has been told
        text = f"{item.name}: {item.told}" if item.detail else item.name
        rows.setdefault(item.kind, []).append(Line(text, "", 4, "- "))
    if rows:
        yield from _heading("Inventory")
    for kind, lines in rows.items():
        yield Line(kind, "where", 2)
        yield from lines


def _parts(told: Digest) -> Iterator[Line]:
    if told.work:
        yield from _heading("Every part that is to be done by hand")
    for thing in told.work:
        for entry in thing.places:
            yield Line(", ".join(entry.parts), "where", 2, f"{entry.place or 'workflow'}: ")
