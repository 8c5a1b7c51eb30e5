"""How far a Task or a workflow can be trusted as it is, with the reasons."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from gha2tekton.conversion import Conversion
from gha2tekton.journal import Outcome

Grade = Literal["A", "B", "C", "D"]
GRADES: Mapping[Grade, str] = {
    "A": "does what the workflow did",
    "B": "does it with differences that are told",
    "C": "parts are to be done by hand, and fail loudly until then",
    "D": "cannot run as it is",
}
"""From best to worst, with what each means."""


@dataclass(frozen=True, slots=True)
class Graded:
    """A Task (or the whole workflow) with its grade."""

    name: str
    grade: Grade
    reasons: tuple[str, ...] = ()


def workflow(conversion: Conversion) -> Graded:
    """The grade of a whole workflow: that of its worst Task."""
    name = conversion.source.name
    if conversion.journal.has_errors:
        return Graded(name, "D", ("GitHub would refuse this workflow",))
    rest = _grade(conversion.journal.outcomes())
    worst: Grade = max((rest.grade, *(task.grade for task in tasks(conversion))))
    return Graded(name, worst, rest.reasons)


def tasks(conversion: Conversion) -> tuple[Graded, ...]:
    """The grade of each Task, in the order of their files."""
    found: dict[str, list[Outcome]] = {name: [] for name in conversion.bundle.names if name.startswith("tasks/")}
    for outcome in conversion.journal.outcomes():
        file = outcome.target.partition("#")[0]
        if file in found:
            found[file].append(outcome)
    refused = {_stem(job.job.id) for job in conversion.plan.jobs if job.refused} if conversion.plan else set()
    out = []
    for name, outcomes in found.items():
        own = _grade(outcomes)
        lost = any(_stem(name.removesuffix(".yaml").removesuffix("-by-hand")).endswith(job) for job in refused)
        whole = lost and all(outcome.fate == "manual" for outcome in outcomes)
        out.append(Graded(name, "D" if whole and outcomes else own.grade, own.reasons))
    return tuple(out)


def _grade(outcomes: Iterable[Outcome]) -> Graded:
    listed = list(outcomes)
    for grade, fate in (("C", "manual"), ("B", "adapted")):
        reasons = Counter(outcome.reason for outcome in listed if outcome.fate == fate)
        if reasons:
            return Graded("", grade, tuple(reason for reason, _ in reasons.most_common(3)))  # type: ignore[arg-type]  # of the two
    return Graded("", "A")


def _stem(text: str) -> str:
    return "".join(char if char.isalnum() else "-" for char in text.lower()).strip("-")
