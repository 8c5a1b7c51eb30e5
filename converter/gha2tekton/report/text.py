"""The report for a terminal: first what a person must do, then what differs, then what was dropped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from gha2tekton.conversion import Conversion
from gha2tekton.journal import Outcome, Setup


def render(conversions: Sequence[Conversion]) -> str:
    """All workflows, each under its path."""
    return "\n".join(_workflow(conversion) for conversion in conversions)


def _workflow(conversion: Conversion) -> str:
    journal = conversion.journal
    outcomes = list(journal.outcomes())
    counts = journal.summary()
    total = sum(counts.values())
    head = ", ".join(f"{count} {fate}" for fate, count in counts.items())
    lines = [f"{conversion.source.name}: {total} parts: {head}"]
    errors = [d for d in journal.diagnostics if d.severity == "error"]
    if errors:
        lines.append("\nNot converted: GitHub would refuse this workflow")
        for diagnostic in errors:
            lines.append(f"  {diagnostic.span or conversion.source.name}: {diagnostic.message} [{diagnostic.code}]")
            if diagnostic.span:
                lines += [f"      {line}" for line in diagnostic.span.excerpt().splitlines()]
        return "\n".join(lines) + "\n"
    lines += _section("To do by hand: the output does not do this, and fails loudly there", _told(outcomes, "manual"))
    lines += _section("To supply before it runs", (_setup(entry) for entry in journal.setup))
    lines += _section("Works, with a difference", _told(outcomes, "adapted"))
    lines += _section("Dropped", _told(outcomes, "dropped"))
    notes = [f"{d.span or conversion.source.name}: {d.message} [{d.code}]" for d in journal.diagnostics]
    lines += _section("Worth knowing", notes)
    return "\n".join(lines) + "\n"


def _section(title: str, entries: Iterable[str]) -> list[str]:
    told = [f"  {entry}" for entry in entries]
    return [f"\n{title}", *told] if told else []


def _told(outcomes: Iterable[Outcome], fate: str) -> Iterable[str]:
    for outcome in outcomes:
        if outcome.fate == fate:
            target = f" → {outcome.target}" if outcome.target else ""
            yield f"{outcome.span}: {outcome.subject}: {outcome.reason}{target}"


def _setup(entry: Setup) -> str:
    return f"{entry.kind} {entry.name}: {entry.why}" + (f"\n      {entry.command}" if entry.command else "")
