"""The workflows of one repository as one bundle: one listener, one claim, names that do not clash."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path, PurePosixPath

from gha2tekton.conversion import Conversion
from gha2tekton.convert import Options
from gha2tekton.files import convert_file
from gha2tekton.record import Record, replace
from gha2tekton.rules.load import RuleSet
from gha2tekton.source import text_of
from gha2tekton.tekton.bundle import RUNS, Bundle
from gha2tekton.tekton.model import Manifest
from gha2tekton.tekton.names import Namespace, label
from gha2tekton.workflow.repository import Repository

_SHARED = ("triggers/eventlistener.yaml", "triggers/ingress.yaml", "rbac.yaml", "storage.yaml", "runtime.yaml")
"""Files that each workflow brings and that the bundle has once."""

_ORDER = ("tasks/", "pipelines/", "scripts/", "triggers/")


class Terms(Record, frozen=True):
    """What holds for one workflow."""

    options: Options
    rules: RuleSet
    actions: Path | None = None


def convert_together(found: Sequence[tuple[Path, str]], terms: Callable[[Path, str], Terms]) -> list[Conversion]:
    """The conversions of workflows that share a repository."""
    done: list[Conversion] = []
    taken: set[tuple[str, str]] = set()
    names = Namespace()
    for path, shown in found:
        own = terms(path, shown)
        if len(found) > 1:
            own = _with(own, shared=own.options.output.repository or repository_name(Repository.around(path)))
        conversion = convert_file(path, shown, own.rules, own.actions, own.options)
        wanted = label(f"{conversion.base} {PurePosixPath(shown).stem}", 40)
        while taken & _objects(conversion):
            # Another workflow has these names: the file's is added, and a number where that is not enough.
            named = _with(own, name_prefix=names.take(wanted))
            conversion = convert_file(path, shown, own.rules, own.actions, named.options)
        taken |= _objects(conversion)
        done.append(conversion)
    return done


def _with(terms: Terms, **changes: str) -> Terms:
    output = replace(terms.options.output, **changes)
    return replace(terms, options=replace(terms.options, output=output))


def repository_name(repository: Repository) -> str:
    """What a repository is called: by its remote, else by its directory."""
    if repository.root is None:
        return "workflows"
    config = repository.root / ".git" / "config"
    try:
        remote = re.search(r'\[remote "origin"\][^\[]*?\n\s*url\s*=\s*(\S+)', text_of(config))
    except (OSError, UnicodeDecodeError):
        remote = None
    name = re.split(r"[/:]", remote[1].rstrip("/").removesuffix(".git"))[-1] if remote else repository.root.name
    return label(name, 40, "workflows")


def _objects(conversion: Conversion) -> set[tuple[str, str]]:
    """Kind and name of what a workflow alone brings; runs, which are named as they are made, are never the same."""
    return {
        (str(document["kind"]), str(document["metadata"]["name"]))
        for name, documents in conversion.bundle.files.items()
        if name not in _SHARED and not name.startswith(RUNS)
        for document in documents
        if "name" in document["metadata"]
    }


def bundle_of(conversions: Iterable[Conversion]) -> Bundle:
    """One bundle of all workflows that could be converted; their journals name its files from then on."""
    good = [conversion for conversion in conversions if not conversion.journal.has_errors]
    if len(good) < 2:
        return good[0].bundle if good else Bundle()
    files: dict[str, tuple[Manifest, ...]] = {}
    origins: dict[str, str] = {}
    for conversion in good:
        moved = {name: _place(name, conversion.base) for name in conversion.bundle.files}
        conversion.journal.retarget(moved)
        for name, documents in conversion.bundle.files.items():
            files[moved[name]] = _joined(files.get(moved[name], ()), documents)
            if name not in _SHARED:
                origins[moved[name]] = conversion.source.name
    folders = {PurePosixPath(conversion.source.name).parent.as_posix() for conversion in good}
    origin = folders.pop() if len(folders) == 1 else "several workflows"
    ordered = {name: files[name] for name in sorted(files, key=_rank)}
    return Bundle(ordered, origin, good[0].bundle.namespace, origins=origins)


def _place(name: str, base: str) -> str:
    if name in _SHARED:
        return name
    if name == "pipeline.yaml":
        return f"pipelines/{base}.yaml"
    return f"triggers/{base}/{name.removeprefix('triggers/')}" if name.startswith("triggers/") else name


def _joined(before: tuple[Manifest, ...], more: tuple[Manifest, ...]) -> tuple[Manifest, ...]:
    return (*before, *(document for document in more if document not in before))


def _rank(name: str) -> tuple[int, str]:
    if name.startswith(RUNS):
        return len(_ORDER) + 1, name
    return next((rank for rank, start in enumerate(_ORDER) if name.startswith(start)), len(_ORDER)), name
