"""gha2tekton audit"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import click

from gha2tekton.cli import batch as shared
from gha2tekton.cli.options import conversion_options
from gha2tekton.cli.progress import Progress
from gha2tekton.cli.reports import TEXT, Report, see_that_there_is_room


@click.command("audit")
@click.argument("sources", nargs=-1, required=True)
@shared.batch_options
@conversion_options
@click.pass_context
def command(
    ctx: click.Context,
    /,
    sources: tuple[str, ...],
    jobs: int | None,
    scheduler: str | None,
    since: str,
    time_limit: float,
    quiet: bool,
    reports: tuple[Report, ...],
    **_: Any,
) -> None:
    """Tell what of the repositories in SOURCES converts and what to do first; nothing is written but the report.

    SOURCES are checkouts, directories with checkouts below, URLs, or lists of them.
    """
    from gha2tekton.batch.batch import survey
    from gha2tekton.batch.summary import Summary

    origins = shared.find(sources)
    see_that_there_is_room(path for _, path in reports)
    terms = shared.terms_of(ctx, sources, time_limit, since, False)
    executor = shared.executor(scheduler, jobs)
    with tempfile.TemporaryDirectory(prefix="gha2tekton.") as place, Progress(len(origins), quiet) as progress:
        summary = Summary.of(survey(origins, Path(place), terms, executor, shared.teller(progress)))
    shared.put(summary, reports or [TEXT])
