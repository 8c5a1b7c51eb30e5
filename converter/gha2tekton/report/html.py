"""The report as one HTML file: no network, what to do first, then workflow and Tekton side by side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from importlib.resources import files as package_files

from gha2tekton.conversion import Conversion
from gha2tekton.journal import FATES
from gha2tekton.report.digest import Digest, Together, tell
from gha2tekton.report.entries import Entry, Group, Work
from gha2tekton.report.grades import MEANING
from gha2tekton.report.nearest import nearest
from gha2tekton.report.sides import SIGNS, Sides
from gha2tekton.report.supplies import Supply


def render(conversions: Sequence[Conversion], files: Mapping[str, str]) -> str:
    """One page for all workflows; ``files`` are the bundle's texts by their names."""
    together, told = tell(conversions)
    pages = "".join(
        _page(one, conversion, files, f"w{number}")
        for number, (one, conversion) in enumerate(zip(told, conversions, strict=True))
    )
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
        "script-src 'unsafe-inline'\">"
        f"<title>From GitHub Actions to Tekton</title><style>{_asset('page.css')}</style></head>"
        f"<body>{_contents(together) if together else ''}{pages}<script>{_asset('page.js')}</script></body></html>\n"
    )


def _asset(name: str) -> str:
    return package_files("gha2tekton.report").joinpath(name).read_text(encoding="utf-8")


def _contents(together: Together) -> str:
    rows = "".join(
        f'<li><span class="badge {one.grade.letter}">{one.grade.letter}</span> '
        f'<a href="#w{number}">{escape(one.name)}</a> {escape(one.headline)}'
        for number, one in together.rows
    )
    steps = "".join(_steps(together))
    return (
        f"<nav><h1>{len(together.rows)} workflows, the worst first</h1><ul>{rows}</ul></nav>"
        f'<section class="page">{steps}</section>'
    )


def _page(told: Digest, conversion: Conversion, files: Mapping[str, str], page: str) -> str:
    sides = Sides(conversion, files, page)
    return f'<section class="page" id="{page}">{"".join(_sections(told, conversion, sides, page))}</section>'


def _sections(told: Digest, conversion: Conversion, sides: Sides, page: str) -> Iterator[str]:
    letter = told.grade.letter
    yield (
        f'<header><span class="grade {letter}">{letter}</span><div><h1>{escape(told.name)}</h1>'
        f'<p class="headline">{escape(told.headline)}</p>'
        f'<p class="dim">Grade {letter}: {MEANING[letter]}</p></div></header>'
    )
    if told.errors:
        for error in told.errors:
            excerpt = f"<pre>{escape(error.span.excerpt())}</pre>" if error.span else ""
            yield f"<p>{escape(str(error.span or ''))}: {escape(error.message)} <code>{error.code}</code></p>{excerpt}"
        return
    yield _bar(conversion)
    yield _jumps(told, page)
    if told.work:
        yield "<h2>To do by hand before applying</h2>"
        yield '<p class="dim">The output does not do this, and fails loudly there.</p>'
        yield _list(_by_hand(thing, sides) for thing in told.work)
    yield from _steps(told)
    yield f'<h2 id="{page}-sides">Side by side</h2>{sides.html()}'
    yield _entries("Works, with a difference", told.adapted, sides, f"{page}-adapted", open=True)
    yield _entries("Dropped", told.dropped, sides, f"{page}-dropped")
    notes = [(f"{n.span or ''}", n.message, n.code) for n in told.notes]
    yield _table("Worth knowing", ("where", "what", "code"), notes)
    hushed = [(str(one.span), one.what, one.code, one.reason) for one in told.suppressed]
    yield _table("Suppressed by comments", ("where", "what", "code", "reason"), hushed)
    yield _table("Tasks", ("grade", "Task", "why"), [(g.letter, g.name, "; ".join(g.reasons)) for g in told.tasks])
    rows = [(item.kind, item.name, item.told, item.file) for item in told.inventory]
    yield _table("Inventory", ("kind", "name", "", "file"), rows)


def _jumps(told: Digest, page: str) -> str:
    """Where to look besides what is to be done, which comes first."""
    there = {"sides": "side by side", "adapted": "differences", "dropped": "what was dropped"}
    named = {"sides": True, "adapted": told.adapted, "dropped": told.dropped}
    links = " · ".join(f'<a href="#{page}-{id}">{words}</a>' for id, words in there.items() if named[id])
    return f'<p class="dim">Further down: {links}</p>'


def _steps(told: Digest | Together) -> Iterator[str]:
    if told.before:
        yield "<h2>To supply before applying</h2>"
        yield _list(map(_supply, told.before))
    if told.start:
        yield "<h2>To apply, from the bundle's directory</h2>"
        yield _list([_item("", "Put it on the cluster, and start a run", "".join(map(_command, told.start)))])
    if told.after:
        yield "<h2>To do after applying</h2>"
        yield _list(map(_supply, told.after))


def _bar(conversion: Conversion) -> str:
    counts = conversion.journal.summary()
    pieces = "".join(f'<i class="{fate}" style="flex:{counts[fate]}"></i>' for fate in FATES if counts[fate])
    key = " · ".join(f'<span class="{fate}"><b>{SIGNS[fate]}</b> {counts[fate]} {fate}</span>' for fate in FATES)
    total = sum(counts.values())
    bar = f'<div class="bar" role="img" aria-label="parts by outcome">{pieces}</div>'
    return f'{bar}<p class="key dim">{total} parts: {key}</p>'


def _list(items: Iterator[str] | Sequence[str] | map[str]) -> str:
    return f'<ol class="work">{"".join(items)}</ol>'


def _item(kind: str, title: str, body: str) -> str:
    box = '<input type="checkbox" aria-label="done">'
    return f'<li class="{kind}"><h3>{box} <span class="thing">{escape(title)}</span></h3>{body}</li>'


def _by_hand(thing: Work, sides: Sides) -> str:
    body = ""
    for entry, quoted in thing.shown():
        body += f"<p>{escape(entry.title)} · {_where(entry, sides)}</p>"
        body += f"<pre>{escape(chr(10).join(quoted))}</pre>" if quoted else ""
    for form in dict.fromkeys(nearest(entry.place) for entry in thing.places):
        if form:
            body += f"<p><b>Nearest in Tekton:</b> {escape(form)}</p>"
    return _item("manual", thing.reason, body)


def _where(entry: Entry, sides: Sides) -> str:
    count = f" ({len(entry.leaves)} parts)" if len(entry.leaves) > 1 else ""
    targets = f" → {escape(', '.join(entry.targets))}" if entry.targets else ""
    return f'<a href="#{sides.anchor(entry.leaves[0])}">{escape(str(entry.span))}</a>{count}{targets}'


def _supply(supply: Supply) -> str:
    why = "".join(f"<p>{escape(line)}</p>" for line in supply.why)
    return _item("", supply.title, why + (_command(supply.command) if supply.command else ""))


def _command(command: str) -> str:
    return f'<pre class="command"><button type="button">copy</button><code>{escape(command)}</code></pre>'


def _entries(title: str, entries: Sequence[Entry], sides: Sides, id: str, open: bool = False) -> str:
    if not entries:
        return ""
    items = ""
    for entry in entries:
        leaves = "".join(f"<li>{_group(group, sides)}" for group in entry.groups)
        items += f"<li><p>{escape(entry.reason)}</p><ul>{leaves}</ul>"
    return (
        f'<details id="{id}"{" open" if open else ""}><summary>{title} ({len(entries)})</summary>'
        f'<ul class="told-of">{items}</ul></details>'
    )


def _group(group: Group, sides: Sides) -> str:
    """Leaves of one file on one line, each a link; one alone with what it says."""
    if len(group.leaves) == 1:
        (leaf,) = group.leaves
        return f'<a href="#{sides.anchor(leaf)}">{escape(str(leaf.span))}</a> {escape(leaf.subject)}'
    place = f"{escape(group.place)}: " if group.place else ""
    parts = (f'<a href="#{sides.anchor(leaf)}">{leaf.span.line}</a> {escape(name)}' for leaf, name in group.told)
    return f"{escape(group.file)}: {place}{' · '.join(parts)}"


def _table(title: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    if not rows:
        return ""
    heads = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in head)
    lines = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows)
    table = f'<div class="scroll"><table><thead><tr>{heads}</tr></thead><tbody>{lines}</tbody></table></div>'
    return f"<details><summary>{title} ({len(rows)})</summary>{table}</details>"
