"""gha2tekton selftest"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from gha2tekton.cli.options import Choice, conversion_options
from gha2tekton.cli.stop import stop
from gha2tekton.record import replace


@click.command("selftest")
@click.argument("workflows", nargs=-1, required=True, type=click.Path(path_type=Path))
@conversion_options
@click.pass_context
def command(ctx: click.Context, /, workflows: tuple[Path, ...], **_: Any) -> None:
    """Take each leaf out of WORKFLOWS in turn, convert again, and name those that nobody would miss."""
    from gha2tekton.ablation import ablate
    from gha2tekton.configuration import ConfigurationError
    from gha2tekton.discover import InputError, find
    from gha2tekton.rules.load import RuleError
    from gha2tekton.source import Source
    from gha2tekton.workflow.repository import Repository

    choice = Choice.of(ctx)
    leaves = silent = 0
    try:
        for path, shown in find(workflows):
            repository = Repository.around(path)
            settled = choice.settle(repository.root, shown)
            source = Source(shown, path.read_text(encoding="utf-8"))
            found = ablate(source, replace(repository, actions=settled.actions), settled.rules, settled.options)
            leaves += found.leaves
            silent += len(found.silent)
            for one in found.silent:
                click.echo(f"{shown}: {one.path}: {one.why}")
    except (InputError, RuleError, ConfigurationError, OSError, UnicodeDecodeError) as error:
        stop(str(error))
    click.echo(f"{leaves} leaves taken out, {silent} in silence")
    sys.exit(1 if silent else 0)
