"""One repository from its source to its bundle and its row; this is what worker processes do."""

from __future__ import annotations

import hashlib
import os
import pickle
import shutil
import tempfile
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache, reduce
from pathlib import Path
from typing import Any, Protocol

from gha2tekton import __version__, lock
from gha2tekton.batch import fetch, state
from gha2tekton.batch.inventory import describe, first_of, refused, status
from gha2tekton.batch.row import Row, Status, WorkflowRow
from gha2tekton.batch.sources import Origin
from gha2tekton.configuration import NAMES, ConfigurationError
from gha2tekton.conversion import Conversion
from gha2tekton.convert import Options
from gha2tekton.discover import InputError, idle, inside_of
from gha2tekton.output import output_files
from gha2tekton.record import Record, replace
from gha2tekton.rules.load import RuleError, RuleSet
from gha2tekton.tekton import disk
from gha2tekton.together import Terms, convert_together
from gha2tekton.workflow.repository import CHECKOUTS, Repository, standing


class Settled(Protocol):
    """What holds for one workflow."""

    @property
    def options(self) -> Options: ...
    @property
    def rules(self) -> RuleSet: ...
    @property
    def actions(self) -> Path | None: ...


class Given(Protocol):
    """What decides of conversions beside the repository and the values."""

    @property
    def rules(self) -> tuple[Path, ...]: ...
    @property
    def files(self) -> tuple[Path, ...]: ...
    @property
    def actions(self) -> Path | None: ...


class Chooser(Protocol):
    """What the user chose; it crosses to other processes."""

    def settle(self, root: Path | None, workflow: str, repository: str = "", on_github: str = "") -> Settled:
        """What holds for a workflow of a repository; ConfigurationError for an options file that is wrong."""

    def given(self, root: Path | None) -> Given:
        """The files and folders that a repository's options name; ConfigurationError as above."""


class Order(Record, frozen=True):
    """What a worker is asked to do; ``output`` is None when nothing is to be written."""

    origin: Origin
    choice: bytes
    made: str
    output: Path | None
    staging: Path
    limit: float = 300.0
    """Seconds that it may take."""
    since: str = ""
    previous: Row | None = None
    done: bool = False
    """Whether ``previous`` is of this very run, which was interrupted: its output need only be there."""


Tell = Callable[[str], None]
"""Hears of each workflow when its conversion begins."""


def made_by(folders: Sequence[Path], files: Iterable[Path], explicit: Mapping[str, Any]) -> str:
    """The hash of everything beside the repositories that decides what comes out: rules, files, options."""
    hashes = [__version__, lock.rules_hash(folders), *map(lock.hash_of, files)]
    text = "\0".join([*hashes, str(sorted((k, str(v)) for k, v in explicit.items()))])
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


@lru_cache(maxsize=2)
def _chooser(choice: bytes) -> Chooser:
    chooser: Chooser = pickle.loads(choice)
    return chooser


def carry_out(order: Order, tell: Tell = lambda _: None) -> Row:
    """Convert one repository; whatever goes wrong with it is in its row."""
    row = _carried_out(order, tell)
    if order.output is not None and row.status != "failed":
        state.log_of(order.output, row.name).unlink(missing_ok=True)
    return row


def _carried_out(order: Order, tell: Tell) -> Row:
    origin, previous, clock = order.origin, order.previous, fetch.Clock(order.limit)
    if origin.problem:
        return failed(order, origin.problem)
    if previous and order.done and _kept(order, previous):
        return previous
    clone: Path | None = None
    root = Path(origin.place)
    try:
        commit = ""
        if origin.kind == "git":
            if previous and previous.commit and _kept(order, previous) and _same_checkouts(order, previous):
                commit = fetch.commit_of(origin, clock)
                if previous.commit == commit:
                    return previous
            order.staging.mkdir(parents=True, exist_ok=True)
            clone = Path(tempfile.mkdtemp(prefix="clone.", dir=order.staging))
            root = clone / origin.name
            commit = fetch.checkout(origin, root, clock)
        if order.since and not fetch.changed_since(root, order.since, clock):
            known = previous if previous and previous.status not in ("failed", "nothing") else None
            return known or _row(order, "nothing", reason=f"no commit since {order.since}")
        return _convert(order, root, commit, clock, tell)
    except disk.WriteError as error:  # no fault of the repository: a run that goes on tries again
        return replace(failed(order, str(error)), made="")
    except (InputError, RuleError, ConfigurationError, OSError) as error:
        return failed(order, _said(error, root, clone), getattr(error, "log", ""))
    except Exception as error:  # a fault of ours must not stop the others
        *_, last = traceback.extract_tb(error.__traceback__)
        where = f"{Path(last.filename).name}:{last.lineno}"
        reason = f"a fault of gha2tekton, please tell us: {type(error).__name__}: {error} ({where})"
        return failed(order, reason.replace(f"{root}/", ""), traceback.format_exc())
    finally:
        if clone is not None:
            shutil.rmtree(clone, ignore_errors=True)


def failed(order: Order, reason: str, log: str = "") -> Row:
    """The row of what could not be done; all that is known of it is in its log, where output is written at all."""
    if order.output is not None:
        place = state.log_of(order.output, order.origin.name)
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(f"{order.origin.source}\n{reason}\n{log}", encoding="utf-8", errors="backslashreplace")
        except OSError:
            pass  # the row says it
    return _row(order, "failed", reason=reason)


def _convert(order: Order, root: Path, commit: str, clock: fetch.Clock, tell: Tell) -> Row:
    folder = root / ".github" / "workflows"
    if not os.access(root, os.R_OK | os.X_OK):
        raise InputError("the directory cannot be read")
    for name in (".github/workflows", *NAMES, "pyproject.toml"):
        if not Repository(root).holds(root / name):
            raise InputError(f"{name}: a link that leads out of the repository")
    paths = inside_of(root) if folder.is_dir() else []
    shown = [path.relative_to(root).as_posix() for path in paths]
    previous = order.previous
    if previous and not commit and _kept(order, previous) and _same_inputs(order, previous, root, shown):
        return previous
    held = fetch.listed(root, clock) if order.origin.kind == "git" else ()
    unseen = _told(fetch.idle(held) if held else idle(root))
    if not paths:
        if order.output is not None:
            disk.remove(order.output / order.origin.name)
        return _row(order, "nothing", commit, "there are no workflows" + (f"; {unseen}" if unseen else ""))
    chooser = _chooser(order.choice)

    def bring(files: Iterable[object], folders: Iterable[object] = ()) -> bool:
        return bool(held) and fetch.bring(order.origin, root, held, map(str, files), map(str, folders), clock)

    bring(NAMES)
    given = chooser.given(root)
    bring(given.files, given.rules)

    def terms(_: Path, name: str) -> Terms:
        tell(name)
        settled = chooser.settle(root, name, order.origin.name, order.origin.on_github)
        return Terms(settled.options, settled.rules, settled.actions)

    found = list(zip(paths, shown, strict=True))
    done = convert_together(found, terms)
    while bring(_missed(done)):
        done = convert_together(found, terms)
    rows = sorted((describe(item) for item in done), key=lambda row: row.path)
    files = output_files(done)
    if order.output is not None and files:
        disk.write(files, order.output / order.origin.name, order.staging)
    inputs = _inputs(root, given) | {name: now for item in done for name, now in item.inputs.items()}
    reason = "; ".join(told for told in (refused(rows), unseen) if told)
    return _row(order, status(rows), commit, reason, tuple(rows), inputs, lock.hashes(files))


def _missed(done: Iterable[Conversion]) -> Iterator[str]:
    """The files of the repository that were looked for and not there."""
    every = (name for item in done for name, now in item.inputs.items() if not now)
    return (name for name in every if not name.startswith(CHECKOUTS))


def _inputs(root: Path, given: Given) -> dict[str, str]:
    """What the repository says of its own conversion; what was given on the command line is in ``Order.made``."""
    files = [file.relative_to(root).as_posix() for file in given.files if file.is_relative_to(root)]
    folders = [folder for folder in given.rules if folder.is_relative_to(root)]
    return {
        **{name: standing(root, None, name) for name in (*NAMES, lock.PROJECT, *files)},
        **{f"{_RULES}{folder.relative_to(root).as_posix()}": lock.rules_hash([folder]) for folder in folders},
    }


_RULES = "rules:"
"""Goes before the names of folders of rules."""


def _told(idle: list[str]) -> str:
    """Of workflows that GitHub does not see."""
    return f"GitHub does not see {first_of(idle)}: only those in .github at the top" if idle else ""


def _row(
    order: Order,
    status: Status,
    commit: str = "",
    reason: str = "",
    workflows: tuple[WorkflowRow, ...] = (),
    inputs: Mapping[str, str] | None = None,
    outputs: Mapping[str, str] | None = None,
) -> Row:
    origin = order.origin
    return Row(
        origin.name,
        origin.source,
        status,
        origin.ref,
        commit,
        reason,
        workflows,
        dict(sorted((inputs or {}).items())),
        outputs or {},
        order.made,
    )


def _kept(order: Order, previous: Row) -> bool:
    """Whether a repository's output is there as an earlier run left it, and would be made the same way."""
    origin = order.origin
    if (previous.made, previous.source, previous.ref) != (order.made, origin.source, origin.ref):
        return False
    if previous.status == "failed":
        return False
    if order.output is None:
        return True
    place = order.output / origin.name
    return all(lock.hash_of(place / name) == digest for name, digest in previous.outputs.items())


def _same_inputs(order: Order, previous: Row, root: Path, workflows: list[str]) -> bool:
    if [row.path for row in previous.workflows] != workflows or not _same_checkouts(order, previous, root):
        return False
    for name, before in previous.inputs.items():
        if name.startswith(_RULES):
            now = lock.rules_hash([root / name.removeprefix(_RULES)])
        elif name.startswith(CHECKOUTS):
            continue
        else:
            now = standing(root, None, name)
        if now != before:
            return False
    return True


def _same_checkouts(order: Order, previous: Row, root: Path | None = None) -> bool:
    """Whether what was asked of other repositories' checkouts has the same answer today."""
    asked = {name: before for name, before in previous.inputs.items() if name.startswith(CHECKOUTS)}
    place = _chooser(order.choice).given(root).actions if asked else None
    return all(standing(Path(), place, name) == before for name, before in asked.items())


def _said(error: Exception, root: Path, clone: Path | None) -> str:
    """The message without names that differ from run to run, or from machine to machine."""
    text = str(error) if not isinstance(error, OSError) or not error.strerror else f"{error.filename}: {error.strerror}"
    return reduce(lambda said, place: said.replace(f"{place}/", ""), filter(None, (root, clone)), text)
