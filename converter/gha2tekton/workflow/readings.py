"""What a job reads of contexts, and where: of a call's inputs and secrets above all."""

from __future__ import annotations

from collections.abc import Sequence

from gha2tekton.expression import Expression, references
from gha2tekton.record import replace
from gha2tekton.workflow.inlining import reads, values
from gha2tekton.workflow.model import Job, Value


def readings(job: Job) -> tuple[tuple[frozenset[str], Expression], ...]:
    """The expressions of a job that read inputs, with the names of these; ``*`` stands for all."""
    found = []
    for value in values(replace(job, called=())):
        for piece in value.template:
            if not isinstance(piece, str):
                paths = [path for path in references(piece) if path[0] == "inputs"]
                found.append((frozenset(path[1].lower() if path[1:] else "*" for path in paths), piece))
    return tuple((names, piece) for names, piece in found if names)


def sites(job: Job, context: str, names: Sequence[str]) -> dict[str, list[str]]:
    """The leaves of a job that read each value of a context, by its name in lower case."""
    found: dict[str, list[str]] = {}
    whole: list[str] = []
    for value in values(replace(job, called=())):
        for path in reads(value):
            if path == (context,) or path[:2] == (context, "*"):
                whole.append(value.path)
            elif path[0] == context:
                found.setdefault(path[1].lower(), []).append(value.path)
    for name in names if whole else ():
        found.setdefault(name, []).extend(whole)
    return found


def reads_matrix(value: Value, name: str) -> bool:
    """Whether a leaf reads a value of the matrix, by its name in lower case, or all of them."""
    paths = (tuple(part.lower() for part in path) for path in reads(value))
    return any(path[0] == "matrix" and path[1:2] in ((), ("*",), (name,)) for path in paths)
