"""gha2tekton audit"""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import click

from gha2tekton.cli import batch as shared
from gha2tekton.cli.options import conversion_options
from gha2tekton.cli.progress import Progress
from gha2tekton.cli.reports import TEXT, Report, see_that_there_is_room


@click.command("audit")
@click.argument("sources", nargs=-1, required=True)
@click.option(
    "--state",
    type=click.Path(path_type=Path),
    help="Directory for what is known: killed, or run again, audit goes on where it was and does what changed.",
)
@shared.batch_options
@conversion_options
@click.pass_context
def command(
    ctx: click.Context,
    /,
    sources: tuple[str, ...],
    state: Path | None,
    retry_failed: bool,
    dry_run: bool,
    jobs: int | None,
    scheduler: str | None,
    since: str,
    time_limit: float,
    quiet: bool,
    reports: tuple[Report, ...],
    **_: Any,
) -> None:
    """Tell what of the repositories in SOURCES converts and what to do first; no bundle is written.

    SOURCES are checkouts, directories with checkouts below, URLs, or lists of them.
    """
    from gha2tekton.batch.batch import survey
    from gha2tekton.batch.summary import Summary

    if retry_failed and state is None:
        raise click.UsageError("--retry-failed needs --state: without it nothing is known of earlier runs")
    origins = shared.find(sources)
    if dry_run:
        shared.show(origins, state if retry_failed else None)
        return
    see_that_there_is_room(path for _, path in reports)
    terms = shared.terms_of(ctx, sources, time_limit, since, retry_failed, writes=False)
    executor = shared.executor(scheduler, jobs)
    with ExitStack() as stack:
        stack.enter_context(shared.resumable(state))
        place = state or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="gha2tekton.")))
        progress = stack.enter_context(Progress(len(origins), quiet))
        tell = shared.teller(progress)
        summary = Summary.of(survey(origins, place, terms, executor, tell, kept=state is not None))
    shared.put(summary, reports or [TEXT])
