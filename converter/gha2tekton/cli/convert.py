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
from gha2tekton.cli.reports import TEXT, Report, report_option, see_that_there_is_room
from gha2tekton.report import FORMATS

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
@report_option(FORMATS, "stderr")
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
    reports: tuple[Report, ...],
    source_map: Path | None,
    fail_on: str,
    **_: Any,
) -> None:
    """Convert WORKFLOWS: files, or folders such as .github/workflows."""
    from gha2tekton import output as out
    from gha2tekton.cli.work import convert_all, files_of, refused_of, tell_refused
    from gha2tekton.discover import find
    from gha2tekton.workflow.repository import Repository

    choice = Choice.of(ctx)
    found = find(workflows)
    held = choice.with_file(ctx, Repository.around(found[0][0]).root)
    output, reports, fail_on = held["output"], held["reports"], held["fail_on"]
    see_that_there_is_room([*(path for _, path in reports), source_map])
    done = convert_all(choice, found)
    if show_plan:
        from gha2tekton.report import plan

        click.echo(plan.render(done), nl=False)
        return
    refused = refused_of(done)
    if len(refused) == len(done):
        tell_refused(refused)
        _report(done, reports)
        sys.exit(2)
    out.put(done, output, files_of(choice, workflows, found, done, output) if output else {})
    _report(done, reports or [TEXT])
    if source_map is not None:
        out.source_map(done, source_map)
    manual = sum(outcome.fate == "manual" for item in done for outcome in item.journal.pressing())
    click.echo(f"{manual} manual", err=True)
    sys.exit(1 if refused or reached(done, fail_on) else 0)


def _report(done: Sequence[Conversion], reports: Sequence[Report]) -> None:
    from gha2tekton import output as out
    from gha2tekton.cli.terminal import show

    for name, file in reports:
        if (name, file) == TEXT:
            show(done)
        else:
            out.report(name, done, file)
