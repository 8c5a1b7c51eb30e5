"""gha2tekton check"""

from __future__ import annotations

import errno
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gha2tekton import check, lock
from gha2tekton.cli.choice import Choice
from gha2tekton.cli.stop import stop
from gha2tekton.discover import WORKFLOWS, inside_of, is_repository
from gha2tekton.source import Refused, printable

if TYPE_CHECKING:
    from gha2tekton.conversion import Conversion
    from gha2tekton.journal import Fate


NEW = ("manual", "adapted", "never")
"""What may be too bad to be new."""


@click.command("check")
@click.argument("bundles", nargs=-1, type=click.Path(path_type=Path))
@click.option("--write", is_flag=True, help="Convert again where something changed; the exit status is 1 then.")
@click.option(
    "--fail-on",
    type=click.Choice(NEW),
    help="Fail when an outcome this bad is new.  [default: the options file's, or manual]",
)
def command(bundles: tuple[Path, ...], write: bool, fail_on: str | None) -> None:
    """Tell whether the manifests in BUNDLES still are what their workflows say.

    BUNDLES are directories that convert -o wrote; without them all below the current directory are looked at. What was
    given to convert holds again.
    """
    places = [place for given in bundles for place in check.bundles(given)] if bundles else check.bundles(Path())
    for given in bundles:
        if not any(place.is_relative_to(given) for place in places):
            stop(f"{given}: no {check.NAME} here: {_instead(given)}")
    if not places and not (Path(WORKFLOWS).is_dir() and inside_of(Path(WORKFLOWS))):
        if not is_repository(Path()):
            stop("no bundles below this directory, which is not the top of a repository: go there, or name a bundle")
        click.echo("no bundles here, and no workflows")
        return
    if not places:
        stop(f"no {check.NAME} below this directory: convert with -o first")
    sys.exit(max([_checked(place, write, fail_on) for place in places]))


def _instead(place: Path) -> str:
    """What to do where there is no lock file; the output of a batch, and a bundle in it, have none."""
    batches = any((folder / ".gha2tekton/state.jsonl").is_file() for folder in (place, place.absolute().parent))
    return "batch, run again, does what changed" if batches else "convert with -o first"


def _checked(place: Path, write: bool, fail_on: str | None) -> int:
    """The status of one bundle; where one cannot be looked at the others still are."""
    try:
        return _check(place, write, fail_on)
    except Refused as error:
        click.echo(printable(str(error)), err=True)
    except OSError as error:
        if error.errno == errno.EPIPE:
            raise
        click.echo(printable(f"{error.filename}: {error.strerror}" if error.filename else str(error)), err=True)
    return 2


def _check(place: Path, write: bool, fail_on: str | None) -> int:
    found = check.look(place, _terms)
    if found.current:
        click.echo(f"{place}: up to date")
        return 0
    from gha2tekton.cli.work import convert_all, files_of, refused_of, tell_refused
    from gha2tekton.tekton import disk

    choice = choice_of(found.lock, found.root)
    workflows = check.remaining(found.lock, found.root)
    if not workflows:
        return _nothing_left(found, write)
    done = convert_all(choice, workflows)
    if refused := refused_of(done):
        tell_refused(refused)
        return 1
    files = files_of(choice, found.sources, workflows, done, place)
    stale, changes = _compared(found, files)
    fresh = _fresh(found.lock, done, fail_on or _usual(choice, found.root))
    _tell(found, changes, fresh, stale)
    written = write and disk.write(files, place)
    if written:
        click.echo(f"{place}: written")
    elif stale and not write:
        click.echo(f"{place}: convert again (gha2tekton check --write {place})")
    return 1 if stale or fresh or written else 0


def _usual(choice: Choice, root: Path) -> str:
    """What fails where the command line does not say."""
    told = str(choice.configuration(root).values.get("fail_on"))
    return told if told in NEW else "manual"


def _compared(found: check.Found, files: Mapping[str, str]) -> tuple[bool, list[str]]:
    """Whether a bundle is stale, and in what its manifests mean another thing than these."""
    from gha2tekton.drift import compare

    before = check.present(found.bundle, {*files, *found.lock.outputs})
    try:
        changes = compare(check.manifests(before), check.manifests(files))
    except ValueError as error:
        click.echo(f"{found.bundle}: {error}", err=True)
        return True, []
    return bool(changes) or sorted(before) != sorted(files), [line for change in changes for line in change.lines()]


def _fresh(made: lock.Lock, done: Sequence[Conversion], fail_on: str) -> list[str]:
    """The outcomes that are new, and as bad as ``--fail-on``."""
    from gha2tekton.cli.work import told

    known: dict[Fate, Mapping[str, int]] = {}
    if fail_on != "never":
        known["manual"] = made.manual
    if fail_on == "adapted":
        known["adapted"] = made.adapted
    return [f"{fate}: {text}" for fate, before in known.items() for text in check.additions(before, told(done, fate))]


def _nothing_left(found: check.Found, write: bool) -> int:
    """All workflows are gone: so must be what was made of them."""
    from gha2tekton.tekton import disk

    _tell(found, [], [], True)
    place = found.bundle
    if not write:
        click.echo(f"{place}: no workflow is left; remove it (gha2tekton check --write {place})")
        return 1
    disk.remove(place)
    click.echo(f"{place}: removed{', but for what is no part of the bundle' if place.exists() else ''}")
    return 1


def _tell(found: check.Found, changes: list[str], fresh: list[str], stale: bool) -> None:
    click.echo(f"{found.bundle}: {'out of date' if stale else 'means the same still'}")
    for line in found.why:
        click.echo(f"  because {printable(line)}")
    gone = [name for name in found.edited if not (found.bundle / name).exists()]
    edited = [name for name in found.edited if name not in gone]
    if gone:
        click.echo(f"  not there any longer: {', '.join(gone)}")
    if edited:
        told = "changes of your own belong into an overlay" if stale else "comments and form alone, which is no drift"
        click.echo(f"  edited by hand: {', '.join(edited)}; {told}")
    for line in changes:
        click.echo(f"    {printable(line)}")
    for line in fresh:
        click.echo(f"  new, {printable(line)}")


def _terms(made: lock.Lock, root: Path) -> tuple[str, Path | None]:
    """The hash of the rules in use, and the folder of checkouts."""
    from gha2tekton.configuration import ConfigurationError

    try:
        given = choice_of(made, root).given(root)
    except ConfigurationError as error:
        stop(str(error), root)
    return lock.rules_hash(given.rules), given.actions


def choice_of(made: lock.Lock, root: Path) -> Choice:
    """What stood on the command line of the conversion."""
    from gha2tekton.cli.options import path_options

    explicit = dict(made.options)
    for name in path_options() & explicit.keys():
        value = explicit[name]
        explicit[name] = tuple(root / one for one in value) if isinstance(value, list) else root / value
    return Choice(explicit)
