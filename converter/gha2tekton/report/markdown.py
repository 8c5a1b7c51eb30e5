"""The report for a pull request: what is to be done is a list to tick, the rest folds away."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from gha2tekton.conversion import Conversion
from gha2tekton.report.digest import Digest, Together, tell
from gha2tekton.report.entries import Entry, Group, Work
from gha2tekton.report.grades import MEANING
from gha2tekton.report.nearest import nearest
from gha2tekton.report.supplies import Supply

LIMIT = 65_000
"""GitHub takes 65536 characters in a comment."""

_SPECIAL = re.compile(r"([\\`*_\[\]<>|~])")
_LINKS = re.compile(r"(?<![\w.])@(?=\w)|#(?=\d)")


def render(conversions: Sequence[Conversion]) -> str:
    """All workflows; of what would be too long for a comment the folded parts are left out, which is said."""
    together, told = tell(conversions)
    head = list(_overview(together)) if together else []
    full, short = ("\n".join([*head, *(_page(one, details) for one in told)]) for details in (True, False))
    return full if len(full) <= LIMIT else _cut(short)


def _overview(together: Together) -> Iterator[str]:
    yield "| grade | workflow | |\n|---|---|---|"
    yield from (f"| {one.grade.letter} | {code(one.name)} | {escape(one.headline)} |" for _, one in together.rows)
    yield from _steps(together)
    yield ""


def _cut(text: str) -> str:
    if len(text) <= LIMIT:
        return text
    return (
        text[: max(text.rfind("\n- [ ]", 0, LIMIT), text.rfind("\n## ", 0, LIMIT))]
        + "\n\nThe rest is in report.txt: it is too long for a comment.\n"
    )


def _page(told: Digest, details: bool) -> str:
    return "\n".join(_lines(told, details)) + "\n"


def _lines(told: Digest, details: bool) -> Iterator[str]:
    yield f"## {code(told.name)}: {told.headline}"
    yield f"\nGrade **{told.grade.letter}**: {MEANING[told.grade.letter]}. {told.summary}."
    if told.errors:
        for error in told.errors:
            yield f"\n- {code(str(error.span or told.name))}: {escape(error.message)} {code(error.code)}"
            if error.span:
                yield from _fence(error.span.excerpt().splitlines())
        return
    if told.work:
        yield "\n### To do by hand before applying\n"
        yield "The output does not do this, and fails loudly there.\n"
        for thing in told.work:
            yield from _by_hand(thing)
    yield from _steps(told)
    if not details:
        yield "\nWhat differs, what was dropped and the inventory are in report.txt: they are too long for a comment."
        return
    yield from _section("Works, with a difference", told.adapted)
    yield from _section("Dropped", told.dropped)
    notes = [f"{code(str(n.span or told.name))}: {escape(n.message)} {code(n.code)}" for n in told.notes]
    yield from _folded("Worth knowing", [f"- {note}" for note in notes])
    hushed = [f"- {code(str(s.span))}: {escape(s.what)} {code(s.code)}: {escape(s.reason)}" for s in told.suppressed]
    yield from _folded("Suppressed by comments", hushed)
    tasks = [f"| {g.letter} | {code(g.name)} | {'<br>'.join(map(escape, g.reasons))} |" for g in told.tasks]
    yield from _folded("Tasks", ["| grade | Task | why |", "|---|---|---|", *tasks] if tasks else [])
    parts = [f"- {code(e.place)}: {', '.join(map(code, e.parts))}" for thing in told.work for e in thing.places]
    yield from _folded("Every part that is to be done by hand", parts)
    rows = [f"| {item.kind} | {code(item.name)} | {escape(item.told)} |" for item in told.inventory]
    yield from _folded("Inventory", ["| kind | name | |", "|---|---|---|", *rows] if rows else [])


def _steps(told: Digest | Together) -> Iterator[str]:
    for title, supplies in (("before applying", told.before), ("after applying", told.after)):
        if supplies:
            yield f"\n### To {'supply' if title.startswith('before') else 'do'} {title}\n"
            for supply in supplies:
                yield from _supply(supply)
        if told.start and title.startswith("before"):
            yield "\n### To apply, from the bundle's directory\n"
            yield "- [ ] Put it on the cluster, and start a run"
            yield from _fence(told.start, "sh")


def _by_hand(thing: Work) -> Iterator[str]:
    yield f"- [ ] **{escape(thing.reason)}**"
    for form in dict.fromkeys(nearest(entry.place) for entry in thing.places):
        if form:
            yield f"  <br>Nearest in Tekton: {escape(form)}"
    for entry, quoted in thing.shown():
        targets = f" → {', '.join(map(code, entry.targets))}" if entry.targets else ""
        yield f"  - {escape(entry.title)} ({code(str(entry.span))}{targets})"
        if quoted:
            yield from _fence(quoted, "yaml", 4)


def _supply(supply: Supply) -> Iterator[str]:
    yield f"- [ ] **{escape(supply.title)}**: {escape('; '.join(supply.why))}"
    if supply.command:
        yield from _fence(supply.command.splitlines(), "sh")


def _section(title: str, entries: Sequence[Entry]) -> Iterator[str]:
    lines = []
    for entry in entries:
        targets = f" → {', '.join(map(code, entry.targets))}" if entry.targets else ""
        lines.append(f"- {escape(entry.reason)}{targets}")
        lines += map(_group, entry.groups)
    yield from _folded(f"{title} ({len(entries)})", lines)


def _group(group: Group) -> str:
    """Leaves of one file on one line; one alone with what it says."""
    if len(group.leaves) == 1:
        (leaf,) = group.leaves
        return f"  - {code(str(leaf.span))}: {code(leaf.subject)}"
    place = f"{code(group.place)}: " if group.place else ""
    return f"  - {code(group.file)}: {place}{' · '.join(f'{code(n)} ({leaf.span.line})' for leaf, n in group.told)}"


def _folded(title: str, lines: Sequence[str]) -> Iterator[str]:
    if lines:
        yield f"\n<details><summary>{title}</summary>\n"
        yield from lines
        yield "\n</details>"


def _fence(lines: Sequence[str], language: str = "", indent: int = 2) -> Iterator[str]:
    """A block within a list item; its fence is longer than any in the text."""
    longest = max((len(run) for line in lines for run in re.findall("`+", line)), default=0)
    fence = "`" * max(3, longest + 1)
    pad = " " * indent
    yield f"\n{pad}{fence}{language}"
    yield from (f"{pad}{line}".rstrip() for line in lines)
    yield f"{pad}{fence}\n"


def code(text: str) -> str:
    """Text that shows as it is, whatever it holds."""
    flat = " ".join(text.split())
    fence = "`" * (max((len(run) for run in re.findall("`+", flat)), default=0) + 1)
    pad = " " if flat.startswith("`") or flat.endswith("`") else ""
    return f"{fence}{pad}{flat}{pad}{fence}".replace("|", "\\|") if flat else ""


def escape(text: str) -> str:
    """Text whose marks mean nothing; nobody is mentioned by it."""
    return _LINKS.sub(lambda mark: f"{mark[0]}\u200b", _SPECIAL.sub(r"\\\1", " ".join(text.split())))
