"""gha2tekton explain"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from gha2tekton.cli.choice import Choice
from gha2tekton.cli.options import conversion_options
from gha2tekton.cli.stop import stop
from gha2tekton.discover import WORKFLOWS
from gha2tekton.source import content_of, why
from gha2tekton.tekton.bundle import MARK
from gha2tekton.tekton.disk import LOCK


@click.command("explain")
@click.argument("place", metavar="FILE:LINE")
@conversion_options
@click.pass_context
def command(ctx: click.Context, /, place: str, **_: Any) -> None:
    """Tell what became of a line of a workflow, or where a line of a bundle comes from.

    FILE is a workflow, an action or compose file of its repository, or a file that convert -o wrote; for that one what
    was given to convert holds again.
    """
    path, line = _place(place)
    bundle = _bundle(path)
    if bundle is None and content_of(path).startswith(MARK.encode()):
        stop(f"{path}: its bundle has no {LOCK}, as those of batch: convert the repository with -o, and ask there")
    told = _of_output(bundle, path, line) if bundle else _of_input(Choice.of(ctx), path, line)
    click.echo("\n".join(told) if told else f"{place}: no part of a workflow stands here")


def _place(text: str) -> tuple[Path, int]:
    name, _, number = text.rpartition(":")
    if name and not number.isdecimal():
        stop(f"{text}: give a file and the number of a line, as in ci.yml:12")
    head, _, other = name.rpartition(":")
    if head and other.isdecimal() and not Path(name).exists():
        # A column stands behind the line, as other programs print places.
        name, number = head, other
    path = Path(name)
    if not name or not number.isdecimal():
        stop(f"{text}: give a file and the number of a line, as in ci.yml:12")
    try:
        lines = len(content_of(path).splitlines())
    except OSError as error:
        stop(f"{path}: {why(error)}")
    if not 1 <= int(number) <= lines:
        stop(f"{path}: has {lines} lines, no line {number}")
    return path, int(number)


def _bundle(path: Path) -> Path | None:
    """The bundle that a file lies in; workflows may lie below one, too."""
    from gha2tekton import lock

    folder = next((folder for folder in path.resolve().parents if (folder / lock.NAME).is_file()), None)
    return None if folder and path.resolve().parent.match(WORKFLOWS) else folder


def _of_output(bundle: Path, path: Path, line: int) -> list[str]:
    import os

    from gha2tekton import lock
    from gha2tekton.cli.check import choice_of
    from gha2tekton.cli.work import convert_all
    from gha2tekton.discover import find
    from gha2tekton.report.explain import of_output
    from gha2tekton.together import bundle_of

    made = lock.read(bundle / lock.NAME)
    root = Path(os.path.normpath(bundle / made.root))
    done = convert_all(choice_of(made, root), find(root / source for source in made.sources))
    files = bundle_of(done).rendered()
    name = path.resolve().relative_to(bundle).as_posix()
    if name not in files:
        stop(f"{path}: no manifest of the bundle; give a workflow, or a manifest that convert -o wrote")
    if files[name].encode("utf-8", "surrogateescape") != content_of(path):
        stop(f"{path}: is not what its workflow gives now: convert again (gha2tekton check --write {bundle})")
    return of_output(done, files, name, line)


def _of_input(choice: Choice, path: Path, line: int) -> list[str]:
    from gha2tekton.cli.work import convert_all
    from gha2tekton.discover import find, shown
    from gha2tekton.report.explain import of_input
    from gha2tekton.together import bundle_of
    from gha2tekton.workflow.repository import Repository

    name = shown(path)
    root = Repository.around(path).root
    itself = root is None or path.resolve().parent == root / ".github" / "workflows"
    done = convert_all(choice, find([path if itself or root is None else root]))
    for conversion in done:
        if conversion.source.name == name and conversion.journal.has_errors:
            finding = next(one for one in conversion.journal.diagnostics if one.severity == "error")
            stop(f"{finding.span or name}: {finding.message} [{finding.code}]")
    return of_input(done, bundle_of(done).rendered(), name, line)
