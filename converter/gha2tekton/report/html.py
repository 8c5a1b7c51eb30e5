"""The report as one HTML file without network: what to do, and workflow and Tekton side by side, linked both ways."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape

from gha2tekton.conversion import Conversion
from gha2tekton.journal import FATES, Outcome, Setup
from gha2tekton.report.digest import Digest, Item, digest
from gha2tekton.report.grade import GRADES
from gha2tekton.report.html_page import SCRIPT, STYLE
from gha2tekton.report.source_map import Link, links

_LARGE = 32 * 1024
"""Characters beyond which a file that comes from no line of the workflow, such as the runtime, is left out."""


def render(conversions: Sequence[Conversion]) -> str:
    """All workflows on one page."""
    body = "".join(_workflow(number, conversion) for number, conversion in enumerate(conversions, 1))
    contents = "".join(
        f'<li><a href="#w{number}">{escape(told.name)}</a> {_badge(told.grade.grade)}'
        for number, told in enumerate(map(digest, conversions), 1)
    )
    head = f"<nav><ul>{contents}</ul></nav>" if len(conversions) > 1 else ""
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>From GitHub Actions to Tekton</title><style>{STYLE}</style>"
        f"<h1>From GitHub Actions to Tekton</h1>{head}{body}<script>{SCRIPT}</script></html>\n"
    )


def _workflow(number: int, conversion: Conversion) -> str:
    told = digest(conversion)
    parts = [
        f'<section id="w{number}"><h2>{escape(told.name)} {_badge(told.grade.grade)}</h2>'
        f"<p>{escape(GRADES[told.grade.grade].capitalize())}. {told.parts} parts.</p>{_bar(conversion)}"
    ]
    if told.errors:
        rows = "".join(
            f"<li><code>{escape(str(found.span or told.name))}</code> {escape(found.message)}"
            + (f"<pre>{escape(found.span.excerpt())}</pre>" if found.span else "")
            for found in told.errors
        )
        parts.append(f'<h3 class="manual">Not converted: GitHub would refuse this workflow</h3><ul>{rows}</ul>')
        return "".join(parts) + "</section>"
    if told.by_hand:
        rows = "".join(f"<li>{_item(number, item)}" for item in told.by_hand)
        parts.append(f'<h3 class="manual">To do by hand</h3><ol>{rows}</ol>')
    parts += [_setup("Before you apply it, supply", told.before), _setup("After you applied it", told.after)]
    parts += [_folded(number, "Works, with a difference", told.adapted), _folded(number, "Dropped", told.dropped)]
    if told.notes:
        rows = "".join(f"<li>{escape(note.message)} <code>{escape(str(note.span or ''))}</code>" for note in told.notes)
        parts.append(f"<details><summary>Worth knowing ({len(told.notes)})</summary><ul>{rows}</ul></details>")
    parts.append(_tasks(told))
    for inventory in told.inventories:
        heads = "".join(f"<th>{escape(column)}" for column in inventory.columns)
        rows = "".join("<tr>" + "".join(f"<td>{escape(cell)}" for cell in row) for row in inventory.rows)
        table = f'<div class="scroll"><table><thead><tr>{heads}<tbody>{rows}</table></div>'
        parts.append(
            f"<details><summary>{escape(inventory.name[0].upper() + inventory.name[1:])}</summary>{table}</details>"
        )
    parts.append(_sides(number, conversion))
    return "".join(parts) + "</section>"


def _badge(grade: str) -> str:
    return f'<b class="grade {grade}" title="{escape(GRADES[grade])}">{grade}</b>'  # type: ignore[index]  # one of the four


def _bar(conversion: Conversion) -> str:
    counts = [(fate, count) for fate, count in conversion.journal.summary().items() if count]
    pieces = "".join(f'<div class="{fate}" style="flex:{count}"></div>' for fate, count in counts)
    key = "".join(f'<i class="{fate}"></i>{fate} {count}' for fate, count in counts)
    return f'<div class="bar" role="img" aria-label="parts by outcome">{pieces}</div><p class="key">{key}</p>'


def _item(number: int, item: Item) -> str:
    places = "".join(
        f"<li>{_place(number, place.outcome)} <code>{escape(place.subject)}</code>" for place in item.places
    )
    target = f" → {_file_link(number, item.target)}" if item.target else ""
    return f"{escape(item.reason)}{target}<ul>{places}</ul>"


def _place(number: int, outcome: Outcome) -> str:
    name, line = outcome.span.source.name, outcome.span.line
    if "#" in outcome.path:
        return f"<small>{escape(str(outcome.span))}</small>"
    return f'<a href="#w{number}-L{line}">{escape(name.rsplit("/", 1)[-1])}:{line}</a>'


def _file_link(number: int, target: str) -> str:
    file = target.partition("#")[0]
    return f'<a href="#w{number}-{escape(file)}">{escape(target)}</a>'


def _setup(title: str, entries: Sequence[Setup]) -> str:
    if not entries:
        return ""
    rows = "".join(
        f"<li><b>{escape(entry.kind)} {escape(entry.name)}</b>: {escape(entry.why)}"
        + (f"<pre>{escape(entry.command)}</pre>" if entry.command else "")
        for entry in entries
    )
    return f'<h3 class="adapted">{escape(title)}</h3><ol>{rows}</ol>'


def _folded(number: int, title: str, items: Sequence[Item]) -> str:
    if not items:
        return ""
    count = sum(len(item.places) for item in items)
    rows = "".join(f"<li>{_item(number, item)}" for item in items)
    return f"<details><summary>{escape(title)} ({count})</summary><ul>{rows}</ul></details>"


def _tasks(told: Digest) -> str:
    if not told.tasks:
        return ""
    rows = "".join(
        f"<tr><td>{_badge(task.grade)}<td>{escape(task.name)}<td>{escape('; '.join(task.reasons))}"
        for task in told.tasks
    )
    return f'<details open><summary>Tasks</summary><div class="scroll"><table>{rows}</table></div></details>'


def _sides(number: int, conversion: Conversion) -> str:
    files = conversion.bundle.rendered()
    found = links(conversion, files)
    left = _numbered(
        conversion.source.text, f"w{number}-L", _by_line(link for link in found), _worst(conversion), number
    )
    behind: dict[str, dict[int, list[int]]] = {}
    for link in found:
        if "#" not in link.outcome.path:
            for line in range(link.first, link.last + 1):
                behind.setdefault(link.file, {}).setdefault(line, []).append(link.outcome.span.line)
    used = {link.file for link in found}
    shown = [name for name, text in files.items() if name in used or len(text) <= _LARGE]
    ordered = sorted(shown, key=lambda name: (name not in used, not name.startswith("tasks/"), name))
    right = "".join(
        f'<details id="w{number}-{escape(name)}"{" open" if name.startswith("tasks/") else ""}>'
        f"<summary>{escape(name)}</summary>{_output(number, name, files[name], behind.get(name, {}))}</details>"
        for name in ordered
    )
    return (
        "<h3>Side by side</h3><p class=key>Choose a line: what it became, or came from, is marked.</p>"
        f'<div class="sides"><div class="side source"><h4>{escape(conversion.source.name)}</h4>{left}</div>'
        f'<div class="side">{right}</div></div>'
    )


def _by_line(found: Iterator[Link]) -> Mapping[int, list[str]]:
    """For each line of the workflow the stretches of output that stand for it."""
    out: dict[int, list[str]] = {}
    for link in found:
        if "#" not in link.outcome.path:
            out.setdefault(link.outcome.span.line, []).append(f"{link.file}:{link.first}:{link.last}")
    return out


def _worst(conversion: Conversion) -> Mapping[int, Outcome]:
    """For each line of the workflow the worst of its outcomes."""
    out: dict[int, Outcome] = {}
    for outcome in conversion.journal.outcomes():
        line = outcome.span.line
        if "#" not in outcome.path and (line not in out or FATES.index(outcome.fate) > FATES.index(out[line].fate)):
            out[line] = outcome
    return out


def _numbered(
    text: str, prefix: str, targets: Mapping[int, list[str]], worst: Mapping[int, Outcome], number: int
) -> str:
    rows = []
    for line, content in enumerate(text.splitlines(), 1):
        outcome = worst.get(line)
        told = ""
        if outcome is not None:
            title = f"{outcome.fate}: {outcome.reason}" if outcome.reason else outcome.fate
            to = " ".join(f"w{number}-{target}" for target in dict.fromkeys(targets.get(line, ())))
            told = f' class="{outcome.fate}" title="{escape(title)}" data-to="{escape(to)}"'
        rows.append(f'<span id="{prefix}{line}"{told}>{escape(content)}\n</span>')
    return f"<pre>{''.join(rows)}</pre>"


def _output(number: int, name: str, text: str, behind: Mapping[int, list[int]]) -> str:
    rows = []
    for line, content in enumerate(text.splitlines(), 1):
        sources = " ".join(f"w{number}-L{one}" for one in dict.fromkeys(behind.get(line, ())))
        to = f' data-to="{sources}"' if sources else ""
        rows.append(f'<span id="w{number}-{escape(name)}:{line}"{to}>{escape(content)}\n</span>')
    return f"<pre>{''.join(rows)}</pre>"
