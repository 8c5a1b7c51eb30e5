"""gha2tekton convert"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gha2tekton.cli.choice import Choice
from gha2tekton.cli.fail_on import fail_on_option, reached
from gha2tekton.cli.options import conversion_options
from gha2tekton.cli.stop import stop
from gha2tekton.report import FORMATS
from gha2tekton.source import printable

if TYPE_CHECKING:
    from gha2tekton.conversion import Conversion


@click.command("convert")
@click.argument("workflows", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="Directory for the bundle; without it all YAML goes to stdout.",
)
@click.option("--plan", "show_plan", is_flag=True, help="Print where each step would run and why, and write nothing.")
@click.option(
    "--report",
    "reports",
    multiple=True,
    metavar="FORMAT[=FILE]",
    help=f"{', '.join(FORMATS)}: to a file or stderr; may be given again.",
)
@click.option("--source-map", type=click.Path(path_type=Path), help="A file that maps lines of output and workflow.")
@fail_on_option()
@conversion_options
@click.pass_context
def command(
    ctx: click.Context,
    /,
    workflows: tuple[Path, ...],
    output: Path | None,
    show_plan: bool,
    reports: tuple[str, ...],
    source_map: Path | None,
    fail_on: str,
    **_: Any,
) -> None:
    """Convert WORKFLOWS: files, or folders such as .github/workflows."""
    from gha2tekton import output as out
    from gha2tekton.cli.terminal import show
    from gha2tekton.cli.work import convert_all, files_of
    from gha2tekton.discover import InputError, find

    wanted = report_options(reports)
    choice = Choice.of(ctx)
    try:
        found = find(workflows)
    except InputError as error:
        stop(str(error))
    done = convert_all(choice, found)
    if show_plan:
        from gha2tekton.report import plan

        click.echo(plan.render(done), nl=False)
        return
    refused = [conversion for conversion in done if conversion.journal.has_errors]
    if len(refused) == len(done):
        tell_refused(refused)
        try:
            for name, file in wanted if reports else ():
                out.report(name, done, file)
        except OSError as error:
            stop(str(error))
        sys.exit(2)
    try:
        out.put(done, output, files_of(choice, workflows, found, done, output) if output else {})
        for name, file in wanted:
            if name == "text" and file is None:
                show(done)
            else:
                out.report(name, done, file)
        if source_map is not None:
            out.source_map(done, source_map)
    except OSError as error:
        stop(str(error))
    manual = sum(outcome.fate == "manual" for item in done for outcome in item.journal.pressing())
    click.echo(f"{manual} manual", err=True)
    sys.exit(1 if refused or reached(done, fail_on) else 0)


def tell_refused(refused: Sequence[Conversion]) -> None:
    """Why nothing came of workflows."""
    for conversion in refused:
        for finding in conversion.journal.diagnostics:
            if finding.severity == "error":
                where = finding.span or conversion.source.name
                click.echo(printable(f"{where}: {finding.message} [{finding.code}]"), err=True)


def report_options(given: Sequence[str]) -> list[tuple[str, Path | None]]:
    """The formats and files of ``--report``; text to stderr where none is given."""
    out: list[tuple[str, Path | None]] = []
    for item in given:
        name, _, file = item.partition("=")
        if name not in FORMATS:
            raise click.BadParameter(f"{name} is no format: {', '.join(FORMATS)}", param_hint="--report")
        out.append((name, Path(file) if file else None))
    return out or [("text", None)]
