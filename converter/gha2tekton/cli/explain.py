"""gha2tekton explain"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gha2tekton.cli.options import Choice, conversion_options
from gha2tekton.cli.stop import stop

if TYPE_CHECKING:
    from gha2tekton.conversion import Conversion
    from gha2tekton.journal import Outcome
    from gha2tekton.report.source_map import Link

_MADE = re.compile(r"# Made by gha2tekton from (.+?)\. Convert again")
_PLACE = re.compile(r"(.+?):(\d+)(?::\d+)?\Z")


@click.command("explain")
@click.argument("place", metavar="FILE:LINE")
@conversion_options
@click.pass_context
def command(ctx: click.Context, /, place: str, **_: Any) -> None:
    """Tell what became of a line of a workflow, or where a line of a bundle comes from, by which rule and why."""
    from gha2tekton.cli.work import convert_all
    from gha2tekton.discover import InputError, find

    found = _PLACE.match(place)
    if found is None:
        stop(f"{place}: name a file and a line, such as .github/workflows/ci.yml:12")
    path, line = Path(found[1]), int(found[2])
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        stop(f"{path}: {getattr(error, 'strerror', None) or 'not UTF-8 text'}")
    made = _MADE.match(text)
    try:
        done = convert_all(Choice.of(ctx), find([_workflow(path, made[1]) if made else path]))
    except InputError as error:
        stop(str(error))
    told = list(_from_output(done, path, line) if made else _from_input(done, line))
    if not told:
        what = "comes from no line of the workflow alone" if made else "holds no part of its own"
        told = [f"{path}:{line} {what}"]
    click.echo("\n".join(told))


def _workflow(output: Path, name: str) -> Path:
    """The workflow that a file of a bundle says it was made from, looked for from there upwards."""
    for folder in output.resolve().parents:
        if (folder / name).is_file():
            return folder / name
    if not Path(name).is_file():
        stop(f"{output}: made from {name}, which is in no directory above it; go to its repository")
    return Path(name)


def _from_input(done: list[Conversion], line: int) -> Iterator[str]:
    from gha2tekton.report.source_map import links

    for conversion in done:
        places = {link.outcome.path: link for link in links(conversion)}
        for found in conversion.journal.diagnostics:
            if found.span is not None and found.span.source is conversion.source and found.span.line == line:
                yield f"{found.severity} [{found.code}]: {found.message}"
        for outcome in conversion.journal.outcomes():
            first, last = (
                outcome.span.line,
                outcome.span.source.position(max(outcome.span.start, outcome.span.end - 1))[0],
            )
            if outcome.span.source is conversion.source and first <= line <= last:
                yield from _outcome(outcome, places.get(outcome.path))


def _from_output(done: list[Conversion], path: Path, line: int) -> Iterator[str]:
    from gha2tekton.report.source_map import links

    for conversion in done:
        near = [
            link
            for link in links(conversion)
            if path.as_posix().endswith(link.file) and link.first <= line <= link.last
        ]
        narrow = min((link.last - link.first for link in near), default=0)
        for link in near:
            if link.last - link.first == narrow:
                yield from _outcome(link.outcome, link)


def _outcome(outcome: Outcome, link: Link | None) -> Iterator[str]:
    yield f"{outcome.fate}: {outcome.subject}"
    yield f"  from {outcome.span}"
    if link is not None:
        lines = f"{link.first}" if link.first == link.last else f"{link.first}-{link.last}"
        yield f"  to   {link.file}:{lines}"
    if outcome.rule:
        yield f"  rule {outcome.rule}"
    if outcome.reason:
        yield f"  why  {outcome.reason}"
    if outcome.fate == "manual" and outcome.reason.startswith("no rule knows"):
        yield "  next gha2tekton rules new OWNER/NAME writes the stub of a rule; --rules DIR takes it"
    elif outcome.fate == "manual":
        yield "  next do it by hand in the Task named here, which fails until then, or change the workflow"
