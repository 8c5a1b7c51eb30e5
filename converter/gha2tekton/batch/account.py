"""The account of a batch as text, markdown, csv and json."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from textwrap import wrap
from typing import Any

from gha2tekton.batch.blockers import lasting
from gha2tekton.batch.summary import Summary
from gha2tekton.source import printable

VERSION = 1
_TOP = 15
_ROWS = 50
_STEPS = 25
_GOAL = 0.8
_WIDTH = 60
_WORDS = {
    "whole": "convert fully",
    "partly": "convert in part",
    "not": "hold no job that can run in Pods as it is",
    "refused": "are refused by GitHub itself or cannot be read",
    "nothing": "hold no workflow or were left out",
    "failed": "could not be looked at",
}
_ONE = {
    "whole": "converts fully",
    "partly": "converts in part",
    "not": "holds no job that can run in Pods as it is",
    "refused": "is refused by GitHub itself or cannot be read",
    "nothing": "holds no workflow or was left out",
    "failed": "could not be looked at",
}
Table = tuple[str, Sequence[str], list[Sequence[object]]]


def text(summary: Summary) -> str:
    """For a terminal."""
    lines = list(headline(summary))
    for title, head, rows in tables(summary):
        lines += ["", title]
        cells = [line for row in rows for line in _folded(row)]
        widths = [max(len(row[column]) for row in (head, *cells)) for column in range(len(head))]
        lines += ["  " + _aligned(head, widths), *("  " + _aligned(row, widths) for row in cells)]
    return printable("\n".join(lines) + "\n")


def _folded(row: Sequence[object]) -> Iterator[tuple[str, ...]]:
    """The lines that a row takes where no cell is wider than ``_WIDTH``."""
    return zip_longest(*(wrap(str(cell), _WIDTH, break_on_hyphens=False) or [""] for cell in row), fillvalue="")


def _aligned(row: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def markdown(summary: Summary) -> str:
    """For a pull request or a wiki."""
    lines = ["# From GitHub Actions to Tekton", "", *(f"- {line}" for line in headline(summary))]
    for title, head, rows in tables(summary):
        lines += ["", f"## {title}", "", f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
        lines += [f"| {' | '.join(_cell(cell) for cell in row)} |" for row in rows]
    return "\n".join(lines) + "\n"


def _cell(value: object) -> str:
    return str(value).replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;").replace("\n", " ")


def as_csv(summary: Summary) -> str:
    """The repositories, a row each."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["repository", "source", "status", "reason", "workflows", "whole", *_FATES, "gpus"])
    for brief in summary.briefs:
        head = [brief.name, brief.source, brief.status, brief.reason, brief.workflows, brief.whole]
        writer.writerow([*map(_harmless, head), *brief.counts, brief.gpus])
    return out.getvalue()


def _harmless(value: object) -> object:
    """Spreadsheets run what begins like a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")) else value


_FATES = ("exact", "adapted", "dropped", "manual")


def as_json(summary: Summary) -> str:
    """Everything, stable and versioned: version 1."""
    document: dict[str, Any] = {
        "version": VERSION,
        "repositories": dict(sorted(summary.repositories.items())),
        "workflows": dict(sorted(summary.workflows.items())),
        "parts": {fate: summary.parts[fate] for fate in _FATES},
        "plan": [
            {
                "kind": step.blocker[0],
                "what": step.blocker[1],
                "alone": step.alone,
                "met": step.met,
                "whole": step.whole,
                "example": dict(zip(("repository", "workflow"), summary.examples[step.blocker], strict=True)),
            }
            for step in summary.plan()
        ],
        "blockers": [{"kind": kind, "what": what, "workflows": count} for (kind, what), count in ranked(summary.met())],
        "actions": [{"name": n, "outcome": fate, "workflows": c} for (n, fate), c in ranked(summary.actions)],
        "runners": dict(ranked(summary.runners)),
        "gpu_runners": dict(ranked(summary.gpu_runners)),
        "events": dict(ranked(summary.events)),
        "secrets": dict(ranked(summary.secrets)),
        "refused": [{"repository": name, "why": why} for name, why in summary.refused],
        "gpus": {str(count): number for count, number in sorted(summary.gpus.items())},
        "rows": [
            {
                "name": brief.name,
                "source": brief.source,
                "status": brief.status,
                "reason": brief.reason,
                "workflows": brief.workflows,
                "whole": brief.whole,
                "parts": dict(zip(_FATES, brief.counts, strict=True)),
                "gpus": brief.gpus,
            }
            for brief in summary.briefs
        ],
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def ranked(counts: Counter[Any]) -> list[tuple[Any, int]]:
    """The most frequent first, equals by name."""
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def share(part: int, total: int) -> str:
    """A part in percent."""
    if not total:
        return "–"
    return "<1 %" if 0 < part < total / 200 else f"{100 * part / total:.0f} %"


def headline(summary: Summary) -> Iterator[str]:
    """The account in a few sentences."""
    repositories, workflows = sum(summary.repositories.values()), sum(summary.workflows.values())
    yield f"{_number(repositories, 'repository', 'repositories')}, {_number(workflows, 'workflow', 'workflows')}"
    if repositories > 1 and summary.repositories["whole"]:
        whole = _number(summary.repositories["whole"], "repository", "repositories")
        yield f"in {whole} ({share(summary.repositories['whole'], repositories)}) all workflows convert fully"
    for status in ("whole", "partly", "not", "refused"):
        count = summary.workflows[status]
        if count:
            words = _WORDS[status] if count > 1 else _ONE[status]
            yield f"{_number(count, 'workflow', 'workflows')} ({share(count, workflows)}) {words}"
    for status in ("nothing", "failed"):
        count = summary.repositories[status]
        if count:
            words = _WORDS[status] if count > 1 else _ONE[status]
            yield f"{_number(count, 'repository', 'repositories')} {words}"
    parts = sum(summary.parts[fate] for fate in _FATES)
    if parts:
        told = ", ".join(f"{summary.parts[fate]} {fate}" for fate in _FATES)
        of = " of workflows that are not refused" if summary.workflows["refused"] else ""
        yield f"{parts} parts{of}: {told}"
    steps = [step for step in summary.plan()[:5] if step.whole and not lasting(step.blocker)]
    if steps and summary.convertible:
        reached = share(steps[-1].whole, summary.convertible)
        yield f"do the first {_things(len(steps))} of the plan and {reached} of the workflows convert fully"
        need = (n for n, step in enumerate(summary.plan(), 1) if step.whole >= _GOAL * summary.convertible)
        count = next(need, 0)
        if count > len(steps):
            yield f"the first {_things(count)} reach {100 * _GOAL:.0f} %"


def _things(count: int) -> str:
    return f"{count} things" if count > 1 else "thing"


def _number(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"


def tables(summary: Summary, most: int | None = _ROWS) -> Iterator[Table]:
    """The tables that are not empty; of repositories ``most``, those with most to do before others."""
    plan = list(_plan(summary, most))
    heads = ("", "kind", "what", "for example in", "stands in the way of", "alone of", "then convert fully")
    if plan:
        yield "What to do first", heads, plan
    unknown = Counter({name: count for (name, fate), count in summary.actions.items() if fate == "unknown"})
    if unknown:
        yield "Actions that no rule knows", ("action", "workflows"), _top(unknown)
    called = Counter({name: count for (name, fate), count in summary.actions.items() if fate == "reusable workflow"})
    if called:
        yield "Reusable workflows of other repositories", ("workflow", "called by"), _top(called)
    elsewhere = ("unknown", "reusable workflow")
    known = [(n, fate, count) for (n, fate), count in ranked(summary.actions) if fate not in elsewhere]
    if known:
        yield "Actions that are known", ("action", "outcome", "workflows"), list(known[:_TOP])
    for title, name, counts in (
        ("Runners", "label", summary.runners),
        ("Runners with GPUs", "label", summary.gpu_runners),
        ("Events", "event", summary.events),
        ("Secrets", "secret", summary.secrets),
    ):
        if counts:
            yield title, (name, "workflows"), _top(counts)
    gpus = [(count, number) for count, number in sorted(summary.gpus.items()) if count]
    if gpus:
        yield "GPUs", ("a Task's", "workflows"), list(gpus)
    failed = [(brief.name, brief.source, brief.reason) for brief in summary.briefs if brief.status == "failed"]
    if failed:
        yield _cut("Could not be looked at", ("repository", "source", "why"), failed, most)
    if summary.refused:
        yield _cut("Refused by GitHub itself, or unreadable", ("repository", "why"), summary.refused, most)
    briefs = summary.briefs
    if most is not None and len(briefs) > most:
        briefs = sorted(briefs, key=lambda brief: (-brief.counts[3], brief.name))
    rows = [(b.name, b.status, b.workflows, b.whole, b.counts[3], b.gpus) for b in briefs]
    yield _cut("Repositories", ("repository", "status", "workflows", "fully", "manual", "GPUs"), rows, most)


def _plan(summary: Summary, most: int | None) -> Iterator[Sequence[object]]:
    """The rows of the plan: where there is a limit those of the first steps and, as always, of what will stay."""
    steps = list(enumerate(summary.plan(), 1))
    left = [step for _, step in steps if not lasting(step.blocker)][_STEPS:] if most is not None else []
    for number, step in steps:
        reached = share(step.whole, summary.convertible)
        if step not in left:
            yield number, *step.blocker, summary.examples[step.blocker][0], step.met, step.alone, reached
        elif step == left[-1]:
            yield "", "", f"{_number(len(left), 'thing', 'things')} more; html and json list all", "", "", "", reached


def _cut(title: str, head: Sequence[str], rows: Sequence[Sequence[object]], most: int | None) -> Table:
    if most is None or len(rows) <= most:
        return title, head, list(rows)
    return f"{title} ({most} of {len(rows)}; html, csv and json list all)", head, list(rows[:most])


def _top(counts: Counter[str]) -> list[Sequence[object]]:
    rows: list[Sequence[object]] = list(ranked(counts))
    rest = rows[_TOP:]
    return rows[:_TOP] + ([(f"{len(rest)} more", "")] if rest else [])


RENDER = {"text": text, "markdown": markdown, "csv": as_csv, "json": as_json}
