"""gha2tekton batch"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from gha2tekton.cli.choice import Choice
from gha2tekton.cli.kinds import SCHEDULER, SINCE
from gha2tekton.cli.options import conversion_options
from gha2tekton.cli.progress import Progress
from gha2tekton.cli.reports import TEXT, Report, report_option, see_that_there_is_room
from gha2tekton.cli.stop import stop
from gha2tekton.source import printable

if TYPE_CHECKING:
    from gha2tekton.batch.batch import Terms
    from gha2tekton.batch.row import Row
    from gha2tekton.batch.run import Executor
    from gha2tekton.batch.sources import Origin
    from gha2tekton.batch.summary import Summary

F = TypeVar("F", bound=Callable[..., Any])

FORMATS = ("text", "markdown", "html", "json", "csv")

_OPTIONS = (
    click.option("--retry-failed", is_flag=True, help="Do again only what failed before."),
    click.option("--dry-run", is_flag=True, help="List the repositories that would be looked at."),
    click.option("--jobs", "-j", type=click.IntRange(1), default=None, help="Worker processes; the cores by default."),
    click.option("--scheduler", type=SCHEDULER, metavar="ADDRESS", help="A Dask scheduler whose workers do the work."),
    click.option(
        "--since",
        type=SINCE,
        default="",
        metavar="DATE",
        help="Leave out repositories without a commit since then: 2025-01-31, or 90 days ago.",
    ),
    click.option(
        "--time-limit",
        type=click.FloatRange(1),
        default=300,
        show_default=True,
        help="Seconds for one repository: to fetch it and to convert it.",
    ),
    click.option("--quiet", "-q", is_flag=True, help="Tell only of failures while working."),
    report_option(FORMATS, "stdout"),
)


def batch_options(function: F) -> F:
    """Give a command the options of work on many repositories."""
    for option in reversed(_OPTIONS):
        function = option(function)
    return function


@click.command("batch")
@click.argument("sources", nargs=-1, required=True)
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), help="Directory for all bundles.")
@click.option(
    "--fail-on",
    type=click.Choice(["manual", "adapted", "never"]),
    default="never",
    help="Exit with 1 when an outcome is this bad.",
)
@batch_options
@conversion_options
@click.pass_context
def command(
    ctx: click.Context,
    /,
    sources: tuple[str, ...],
    output: Path,
    retry_failed: bool,
    dry_run: bool,
    fail_on: str,
    jobs: int | None,
    scheduler: str | None,
    since: str,
    time_limit: float,
    quiet: bool,
    reports: tuple[Report, ...],
    **_: Any,
) -> None:
    """Convert many repositories: SOURCES are checkouts, directories with checkouts below, URLs, or lists of them.

    Killed and run again with the same arguments it goes on where it was.
    """
    from gha2tekton.batch import batch
    from gha2tekton.batch.state import FOLDER, log_of
    from gha2tekton.batch.summary import Summary

    origins = find(sources)
    if dry_run:
        show(origins, output / FOLDER if retry_failed else None)
        return
    see_that_it_is_apart(output, origins)
    see_that_there_is_room(path for _, path in reports)
    terms = terms_of(ctx, sources, time_limit, since, retry_failed)
    with resumable(output), Progress(len(origins), quiet) as progress:
        rows = batch.convert(origins, output, terms, executor(scheduler, jobs), teller(progress))
        summary = Summary.of(rows)
    if summary.repositories["failed"]:
        click.echo(f"what is known of each that failed: {log_of(output, '*')}", err=True)
    put(summary, [*(reports or [TEXT]), *((name, output / f"summary.{end}") for name, end in _ENDS.items())])
    sys.exit(status(summary, fail_on))


_ENDS = {"text": "txt", "html": "html", "json": "json", "csv": "csv"}


@contextmanager
def resumable(kept: Path | None) -> Iterator[None]:
    """Work whose state is ``kept`` in a directory: what Ctrl-C does (status 130), and a full disk."""
    try:
        yield
    except KeyboardInterrupt:
        told = "the same command goes on where this one was" if kept else "nothing is kept without --state"
        click.echo(f"interrupted: {told}", err=True)
        sys.exit(130)
    except OSError as error:
        stop(f"{error.filename or kept or 'output'}: {error.strerror}" if error.strerror else str(error))


def show(origins: Sequence[Origin], state: Path | None) -> None:
    """List repositories; without those that did not fail, as far as a ``state`` tells."""
    from gha2tekton.batch.state import settled

    done = settled(state) if state else set()
    for origin in origins:
        if (origin.name, origin.source, origin.ref) not in done:
            problem = f"\t{origin.problem}" if origin.problem else ""
            click.echo(printable(f"{origin.name}\t{origin.source}{f' {origin.ref}' if origin.ref else ''}{problem}"))


def find(sources: Sequence[str]) -> list[Origin]:
    """The repositories; SourceError for a list that cannot be read, and where there is none at all."""
    from gha2tekton.batch.sources import SourceError, origins

    found = origins(sources)
    if all(origin.problem for origin in found):
        told = "\n".join(f"{origin.source}: {origin.problem}" for origin in found)
        raise SourceError(told or "the lists name no repository")
    return found


def see_that_it_is_apart(output: Path, origins: Sequence[Origin]) -> None:
    """End the program where a bundle would come to lie among what it is made of."""
    for origin in origins:
        if origin.kind == "directory" and os.path.realpath(output / origin.name) == os.path.realpath(origin.place):
            stop(f"{output}: {origin.name} is a repository itself; name another directory for the output")


def terms_of(
    ctx: click.Context, sources: Sequence[str], limit: float, since: str, retry_failed: bool, writes: bool = True
) -> Terms:
    """How the work is to be done, from a command that has the options of conversions.

    Repositories that lie in one directory find each other's actions and workflows there.
    """
    from gha2tekton.batch.batch import Terms
    from gha2tekton.batch.work import made_by

    choice = Choice.of(ctx)
    choice.confined = True
    if len(sources) == 1 and Path(sources[0]).is_dir():
        choice.fallback = {"actions_dir": Path(sources[0]).resolve()}
    choice.settle(None, "")
    given = choice.given(None)
    made = made_by(given.rules, given.files, {**choice.explicit, "config": choice.config, "writes": writes})
    return Terms(choice.absolute(), made, limit, since, retry_failed)


def executor(scheduler: str | None, jobs: int | None) -> Executor:
    """Who does the work; ends the program when a scheduler cannot be reached."""
    from gha2tekton.batch.run import Dask, Processes

    if not scheduler:
        return Processes(jobs or _cores())
    try:
        return Dask(scheduler)
    except ImportError:
        stop("--scheduler needs Dask: install gha2tekton[distributed]")
    except (OSError, ValueError) as error:
        stop(f"{scheduler}: {error or 'no scheduler answers'}")


def _cores() -> int:
    """Those that this process may use, where the system tells."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def teller(progress: Progress) -> Callable[[Row, bool], None]:
    """What is said of each row."""

    def tell(row: Row, again: bool) -> None:
        progress.tell(row.name, said(row), row.status == "failed", again)

    return tell


def said(row: Row) -> str:
    """What became of a repository, on one line."""
    refused = sum(workflow.status == "refused" for workflow in row.workflows)
    match row.status:
        case "failed":
            return f"failed: {row.reason}"
        case "nothing":
            return row.reason
        case "refused":
            return f"refused: {row.reason}"
        case "partly" | "whole" | "not":
            manual = row.count("manual")
            done = "no job of it can run in Pods as it is" if row.status == "not" else "converted"
            parts = [done, f"{manual} by hand" if manual else "", f"{refused} refused" if refused else ""]
            return "; ".join(part for part in (", ".join(part for part in parts if part), row.reason) if part)


def put(summary: Summary, reports: Sequence[Report]) -> None:
    """The account in each format to its file or stdout."""
    from gha2tekton.batch.account import RENDER
    from gha2tekton.batch.page import html

    for name, path in reports:
        text = html(summary) if name == "html" else RENDER[name](summary)
        try:
            if path is None:
                click.echo(text, nl=False)
            else:
                _write(path, text)
        except OSError as error:
            stop(f"{path or 'output'}: {error.strerror}")


def _write(path: Path, text: str) -> None:
    """The whole file or none; what is no regular file, such as a device or a pipe, is written to where it is."""
    odd = path.exists() and not path.is_file()
    path = path if odd else Path(os.path.realpath(path))
    part = path if odd else path.with_name(f".{path.name}.part")
    part.write_text(text, encoding="utf-8", errors="surrogateescape")
    if not odd:
        os.replace(part, path)


def status(summary: Summary, fail_on: str) -> int:
    """The exit status: 1 when something failed, was refused or reached ``fail_on``."""
    bad = summary.repositories["failed"] + summary.workflows["refused"]
    if fail_on != "never":
        bad += summary.parts["manual"] + (summary.parts["adapted"] if fail_on == "adapted" else 0)
    return 1 if bad else 0
