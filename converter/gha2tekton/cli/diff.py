"""gha2tekton diff"""

from __future__ import annotations

import sys
from pathlib import Path

import click

from gha2tekton.cli.stop import stop
from gha2tekton.source import printable


@click.command("diff")
@click.argument("old", type=click.Path(path_type=Path))
@click.argument("new", type=click.Path(path_type=Path))
@click.option("--quiet", "-q", is_flag=True, help="Only the exit status.")
def command(old: Path, new: Path, quiet: bool) -> None:
    """Tell how the manifests of NEW differ in meaning from those of OLD (directories or files): 0 no, 1 yes."""
    from gha2tekton.check import read_bundle
    from gha2tekton.drift import compare

    try:
        changes = compare(read_bundle(old), read_bundle(new))
    except ValueError as error:
        stop(str(error))
    if not quiet:
        for change in changes:
            click.echo(printable("\n".join(change.lines())))
    sys.exit(1 if changes else 0)
