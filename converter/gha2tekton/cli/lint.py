"""gha2tekton lint"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from gha2tekton.cli.choice import Choice
from gha2tekton.cli.fail_on import FATES, fail_on_option, reached
from gha2tekton.cli.options import conversion_options
from gha2tekton.source import printable


@click.command("lint")
@click.argument("workflows", nargs=-1, type=click.Path(path_type=Path))
@fail_on_option("manual")
@conversion_options
@click.pass_context
def command(ctx: click.Context, /, workflows: tuple[Path, ...], fail_on: str, **_: Any) -> None:
    """Tell what of WORKFLOWS could not be converted, a line each; nothing is written."""
    from gha2tekton.cli.work import convert_all
    from gha2tekton.discover import find
    from gha2tekton.workflow.repository import Repository

    found = find(workflows or (Path(),))
    choice = Choice.of(ctx)
    fail_on = choice.with_file(ctx, Repository.around(found[0][0]).root)["fail_on"]
    bad = 0
    told = FATES.get(fail_on, FATES["manual"])
    done = convert_all(choice, found)
    for item in done:
        for finding in item.journal.diagnostics:
            if finding.severity == "error":
                click.echo(printable(f"{finding.span or item.source.name}: {finding.message} [{finding.code}]"))
                bad += 1
        if item.journal.has_errors:
            continue
        for outcome in item.journal.pressing():
            if outcome.fate in told:
                click.echo(printable(f"{outcome.span}: {outcome.subject}: {outcome.reason} [{outcome.fate}]"))
    sys.exit(1 if fail_on != "never" and (bad or reached(done, fail_on)) else 0)
