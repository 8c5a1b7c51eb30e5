"""What the commands that convert share: from paths to conversions, and to the files of a bundle with its lock."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gha2tekton import lock
from gha2tekton.cli.choice import Choice
from gha2tekton.cli.stop import stop
from gha2tekton.discover import InputError
from gha2tekton.source import printable

if TYPE_CHECKING:
    from gha2tekton.conversion import Conversion
    from gha2tekton.journal import Fate


def convert_all(choice: Choice, found: Sequence[tuple[Path, str]]) -> list[Conversion]:
    """The conversion of each workflow as its options want it; ends the program for what cannot be read."""
    from gha2tekton.configuration import ConfigurationError
    from gha2tekton.rules.load import RuleError
    from gha2tekton.together import Terms, convert_together
    from gha2tekton.workflow.repository import Repository

    def terms(path: Path, shown: str) -> Terms:
        settled = choice.settle(Repository.around(path).root, shown)
        return Terms(settled.options, settled.rules, settled.actions)

    try:
        return convert_together(found, terms)
    except (ConfigurationError, InputError, RuleError) as error:
        stop(str(error), *{Repository.around(path).root for path, _ in found})


def refused_of(done: Iterable[Conversion]) -> list[Conversion]:
    """Those of which nothing came, as GitHub would not run them or they cannot be read."""
    return [conversion for conversion in done if conversion.journal.has_errors]


def tell_refused(refused: Sequence[Conversion]) -> None:
    """Why nothing came of workflows."""
    for conversion in refused:
        for finding in conversion.journal.diagnostics:
            if finding.severity == "error":
                where = finding.span or conversion.source.name
                click.echo(printable(f"{where}: {finding.message} [{finding.code}]"), err=True)


def files_of(
    choice: Choice, sources: Sequence[Path], found: Sequence[tuple[Path, str]], done: Sequence[Conversion], output: Path
) -> dict[str, str]:
    """The files of the bundle that ``output`` is to hold, with the lock file."""
    from gha2tekton.configuration import NAMES
    from gha2tekton.output import output_files
    from gha2tekton.workflow.repository import Repository

    files = output_files(done)
    root = Repository.around(found[0][0]).root or found[0][0].resolve().parent
    inputs = {name: hash for item in done for name, hash in item.inputs.items()}
    inputs = {**dict.fromkeys((*NAMES, lock.PROJECT), ""), **inputs}
    given = choice.given(root)
    inputs |= {lock.relative(file, root): lock.hash_of(file) for file in given.files}
    made = lock.Lock(
        root=lock.relative(root, output),
        sources=tuple(lock.relative(source, root) for source in sources),
        workflows=tuple(shown for _, shown in found),
        options={name: _plain(value, root) for name, value in choice.explicit.items()},
        inputs=inputs,
        outputs=lock.hashes(files),
        manual=told(done, "manual"),
        adapted=told(done, "adapted"),
        rules=lock.rules_hash(given.rules),
    )
    return {**files, lock.NAME: made.text()}


def told(done: Sequence[Conversion], fate: Fate) -> dict[str, int]:
    """How often each thing of this outcome is said, but for what is suppressed; places are left out, for they move."""
    return dict(
        Counter(
            f"{item.source.name}: {outcome.subject}: {outcome.reason}"
            for item in done
            for outcome in item.journal.pressing()
            if outcome.fate == fate
        )
    )


def _plain(value: Any, root: Path) -> Any:
    """An option's value as JSON has it, paths as seen from the repository."""
    if isinstance(value, Path):
        return lock.relative(value, root)
    return [_plain(item, root) for item in value] if isinstance(value, tuple) else value
