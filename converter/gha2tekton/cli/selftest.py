"""gha2tekton selftest"""

from __future__ import annotations

import multiprocessing
import os
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gha2tekton.cli.choice import Choice
from gha2tekton.cli.options import conversion_options
from gha2tekton.cli.stop import stop

if TYPE_CHECKING:
    from gha2tekton.ablation import Finding

_Order = tuple[Choice, Path, str]


@click.command("selftest")
@click.argument("workflows", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--jobs", type=click.IntRange(1), help="Workflows at a time; as many as there are processors.")
@conversion_options
@click.pass_context
def command(ctx: click.Context, /, workflows: tuple[Path, ...], jobs: int | None, **_: Any) -> None:
    """Take each leaf, command and expression out of WORKFLOWS in turn, convert again, and name those nobody would miss.

    Of a folder, all workflows of the repositories below are taken.
    """
    from gha2tekton.discover import below

    begin = time.monotonic()
    parts = silent = 0
    try:
        orders = [(Choice.of(ctx), path, shown) for path, shown in below(workflows)]
        for found in _findings(orders, min(jobs or os.cpu_count() or 1, len(orders))):
            parts += found.parts
            silent += len(found.silent)
            if not found.parts:
                click.echo(f"{found.workflow}: no part of it is converted: GitHub itself would refuse it", err=True)
            for one in found.silent:
                click.echo(f"{found.workflow}: {one.path}: {one.why}")
    except UnicodeDecodeError as error:
        stop(str(error))
    click.echo(f"{len(orders)} workflow{'s' if len(orders) > 1 else ''}, {time.monotonic() - begin:.0f} s", err=True)
    click.echo(f"{parts} parts, {silent} silent")
    sys.exit(1 if silent else 0)


def _findings(orders: list[_Order], jobs: int) -> Iterator[Finding]:
    if jobs == 1:
        yield from map(_finding, orders)
        return
    with ProcessPoolExecutor(jobs, multiprocessing.get_context("forkserver")) as pool:
        yield from pool.map(_finding, orders)


def _finding(order: _Order) -> Finding:
    from gha2tekton.ablation import ablate
    from gha2tekton.record import replace
    from gha2tekton.source import Source, text_of
    from gha2tekton.workflow.repository import Repository

    choice, path, shown = order
    repository = Repository.around(path)
    settled = choice.settle(repository.root, shown)
    source = Source(shown, text_of(path))
    return ablate(source, replace(repository, actions=settled.actions), settled.rules, settled.options)
