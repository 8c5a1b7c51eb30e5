"""Outcomes as a reader takes them: what has one reason and one place is told once."""

from __future__ import annotations

import re
from collections.abc import Sequence
from os.path import commonprefix

from gha2tekton.journal import Fate, Journal, Outcome
from gha2tekton.record import Record
from gha2tekton.source import Span

_JOB = re.compile(r"(?:[^#]*#)?(?:jobs\.[^.\[#]+|runs)")
_STEP = re.compile(r"(?:([^#]*)#)?(?:jobs\.([^.\[#]+)|runs)(?:\.steps\[(\d+)\])?")
"""The files that a workflow draws in stand before their own paths: ``action.yml#runs.steps[0].run``."""

_ITEM = re.compile(r"\[\d+\]")
_BETWEEN = ".[#"


def is_command(outcome: Outcome) -> bool:
    """Whether it is a command of a script."""
    return ".commands[" in outcome.path


def is_expression(outcome: Outcome) -> bool:
    """Whether it is an expression in a script."""
    return ".expressions[" in outcome.path


def command_text(outcome: Outcome) -> str:
    """How the command begins; long ones are cut short."""
    return outcome.subject.removeprefix("command ").partition("…")[0].strip()


def lines_of(outcome: Outcome) -> tuple[int, int]:
    """The first and the last line of a leaf, blank ones at its end left out."""
    span = outcome.span
    return span.line, span.source.position(max(span.start, span.start + len(span.text.rstrip()) - 1))[0]


def part(outcome: Outcome, place: str) -> str:
    """What people call a part below a place: a command by its text, an expression by its own, else the key."""
    if is_command(outcome) or is_expression(outcome):
        return outcome.subject.partition(" ")[2]
    return outcome.path[len(place) :].lstrip(".") or outcome.subject


class Group(Record, frozen=True):
    """Leaves of one file that have one reason, to be told in one line."""

    file: str
    leaves: tuple[Outcome, ...]

    @property
    def place(self) -> str:
        """The path that they have in common, without the file; empty where commands speak for themselves."""
        if all(is_command(leaf) for leaf in self.leaves):
            return ""
        return common([leaf.path.rpartition("#")[2] for leaf in self.leaves])

    @property
    def told(self) -> list[tuple[Outcome, str]]:
        """Each leaf with what it is called below the place: its key, or of a list what it says."""
        out, place = [], self.place
        for leaf in self.leaves:
            name = part(leaf, leaf.path[: leaf.path.find("#") + 1] + place)
            out.append((leaf, leaf.subject.partition(": ")[2] if _ITEM.fullmatch(name) else name))
        return out


class Entry(Record, frozen=True):
    """Leaves of one fate and reason; ``place`` is the path that they have in common."""

    fate: Fate
    reason: str
    place: str
    title: str
    leaves: tuple[Outcome, ...]

    @property
    def span(self) -> Span:
        """Where the first of them stands."""
        return self.leaves[0].span

    @property
    def targets(self) -> tuple[str, ...]:
        """The files of the bundle that they name."""
        return tuple(dict.fromkeys(one for leaf in self.leaves for one in (leaf.target, *leaf.also) if one))

    @property
    def rules(self) -> tuple[str, ...]:
        """The rules that they name."""
        return tuple(dict.fromkeys(leaf.rule for leaf in self.leaves if leaf.rule))

    @property
    def parts(self) -> list[str]:
        """What the leaves are, below the place."""
        return [part(leaf, self.place) for leaf in self.leaves]

    @property
    def groups(self) -> list[Group]:
        """The leaves of each file."""
        files: dict[str, list[Outcome]] = {}
        for leaf in self.leaves:
            files.setdefault(leaf.span.source.name, []).append(leaf)
        return [Group(file, tuple(leaves)) for file, leaves in files.items()]

    def original(self, limit: int) -> list[str]:
        """The lines of the input that hold them, without what all are indented by; at most ``limit``."""
        source = self.span.source
        own = [lines_of(leaf) for leaf in self.leaves if leaf.span.source is source]
        first, last = min(own)[0], max(last for _, last in own)
        lines = [line for line in map(source.line, range(first, last + 1)) if line.strip()]
        margin = min((len(line) - len(line.lstrip()) for line in lines), default=0)
        more = [f"… {len(lines) - limit} more lines"] if len(lines) > limit + 1 else []
        return [line[margin:].rstrip() for line in (lines[:limit] if more else lines)] + more


class Work(Record, frozen=True):
    """One thing to do by hand, in all places that ask for it."""

    reason: str
    places: tuple[Entry, ...]

    def shown(self) -> list[tuple[Entry, list[str]]]:
        """Each place with what it quotes of the input; nothing where it says the same as one before it."""
        limit = 8 if len(self.places) == 1 else 4 if len(self.places) < 6 else 2
        out: list[tuple[Entry, list[str]]] = []
        for place in self.places:
            quoted = place.original(limit)
            out.append((place, [] if any(quoted == other for _, other in out) else quoted))
        return out


def work(manual: Sequence[Outcome], journal: Journal) -> list[Work]:
    """What must be done by hand, a thing for each reason, with the jobs or steps that it is about."""
    groups: dict[str, dict[str, list[Outcome]]] = {}
    for outcome in manual:
        job = _JOB.match(outcome.path)
        places = groups.setdefault(outcome.reason, {})
        places.setdefault(job[0] if job else outcome.path, []).append(outcome)
    return [
        Work(reason, tuple(entry for leaves in places.values() for entry in _places(leaves, journal)))
        for reason, places in groups.items()
    ]


def _places(leaves: list[Outcome], journal: Journal) -> list[Entry]:
    """The job, or each of its steps where nothing but steps is meant."""
    if not common([leaf.path for leaf in leaves]).endswith(".steps"):
        return [_entry(leaves, journal)]
    steps: dict[str, list[Outcome]] = {}
    for leaf in leaves:
        found = _STEP.match(leaf.path)
        steps.setdefault(found[0] if found else leaf.path, []).append(leaf)
    return [_entry(some, journal) for some in steps.values()]


def told(outcomes: Sequence[Outcome], journal: Journal) -> list[Entry]:
    """The outcomes of one fate, an entry for each reason."""
    groups: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        groups.setdefault(outcome.reason, []).append(outcome)
    return [_entry(leaves, journal) for leaves in groups.values()]


def _entry(leaves: list[Outcome], journal: Journal) -> Entry:
    place = common([leaf.path for leaf in leaves])
    return Entry(leaves[0].fate, leaves[0].reason, place, _title(place, leaves[0], journal), tuple(leaves))


def common(paths: Sequence[str]) -> str:
    """The longest path at or above all of these."""
    first, *others = paths
    if not others:
        return first
    shared = len(commonprefix([first, *others]))  # noqa: RUF071  # characters are meant: the cut comes next
    file = max(first.find("#"), 0)
    if shared >= file and all(one[shared : shared + 1] in _BETWEEN for one in (first, *others)):
        return first[:shared]
    return first[: max(0, *(first.rfind(mark, file, shared) for mark in _BETWEEN))]


def _called(step: str, journal: Journal) -> str:
    """What people call a step: its name, else the action, else the command that it begins with."""
    for key in ("name", "uses", "run"):
        if journal.knows(path := f"{step}.{key}"):
            said = journal.leaf(path)[0].partition(": ")[2]
            return said.partition("@")[0] if key == "uses" else said
    return ""


def _title(place: str, first: Outcome, journal: Journal) -> str:
    found = _STEP.match(place)
    if found is None:
        return first.subject if place == first.path else place.replace("#", ", ") or "the workflow"
    owner = f"{found[1]}, job {found[2]}" if found[1] and found[2] else f"job {found[2]}" if found[2] else found[1]
    rest = place[found.end() :].lstrip(".")
    if found[3] is None:
        return ", ".join(part for part in (owner, rest) if part)
    called = _called(found[0], journal)
    name = f" ({called})" if called else ""
    inner = f": {first.subject}" if is_command(first) and place == first.path else f": {rest}" if rest else ""
    return f"{owner}, step {int(found[3]) + 1}{name}{inner}"
