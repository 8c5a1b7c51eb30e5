"""Which lines of the bundle stand for a part of the input, and back.

A part is sought within what its step, its job or its file became: by its text, by the field or option that says the
same in Tekton's words, else it is the whole of that step, job or file. Which of these it was is told.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Literal

from gha2tekton.conversion import Conversion
from gha2tekton.journal import Outcome
from gha2tekton.lower.words import safe
from gha2tekton.record import Record
from gha2tekton.report.entries import command_text, is_command
from gha2tekton.shell.quote import word

Basis = Literal["text", "field", "step", "job", "file"]

_FIELDS = (
    (r"\.timeout-minutes$", ("--timeout", "timeout:")),
    (r"\.steps\[\d+\]\.if$", ("--if",)),
    (r"jobs\.[^.]+\.if$", ("when:",)),
    (r"\.id$", ("--id",)),
    (r"\.shell$", ("--shell",)),
    (r"\.working-directory$", ("--dir", "workingDir:")),
    (r"\.continue-on-error$", ("--continue", "onError:")),
    (r"\.needs(\[|$)", ("runAfter:",)),
    (r"\.runs-on(\[|$)", ("computeResources:",)),
    (r"\.strategy\.", ("matrix:",)),
    (r"\.services\.", ("sidecars:",)),
    (r"\.container(\.image)?$", ("image:",)),
    (r"\.outputs\.", ("results:",)),
    (r"^on\.schedule", ("schedule:",)),
    (r"^on\..*\.(branches|tags|paths|types)", ("name: filter",)),
    (r"^name$", ("description:",)),
)
"""What a key is called on the other side."""

_COMMON = frozenset({"true", "false", "null", "string", "number", "boolean", "choice", "environment"})
"""Words that stand everywhere, so that finding one says nothing."""

_CUTS = re.compile(r"[.\[#]")
_BEGIN = re.compile(r"\s*(?:step|composite) ")


class Place(Record, frozen=True):
    """Lines of a file of the bundle, counted from 1; ``basis`` says what they stand for."""

    file: str
    first: int
    last: int
    basis: Basis

    @property
    def size(self) -> int:
        return self.last - self.first


class Places:
    """The places of one conversion in a bundle whose files are given as text."""

    def __init__(self, conversion: Conversion, files: Mapping[str, str]) -> None:
        self._lines = {name: text.split("\n") for name, text in files.items()}
        self._outcomes = conversion.journal.outcomes()
        self._steps: dict[tuple[str, str], tuple[int, int]] = {}
        self._jobs: dict[tuple[str, str], tuple[int, int]] = {}
        plan = conversion.plan
        targets: dict[str, dict[str, None]] = {}
        for outcome in self._outcomes:
            if outcome.target:
                for above in _above(outcome.path):
                    targets.setdefault(above, {}).setdefault(outcome.target)
        for job in plan.jobs if plan else ():
            cursor: dict[str, int] = {}
            for planned in job.walk():
                for file in targets.get(planned.step.path, ()):
                    self._step(file, planned.step.path, planned.title, cursor)
            tasks = {name.removeprefix("tasks/").removesuffix(".yaml") for name in targets.get(job.job.path, ())}
            for name in targets.get(job.job.path, ()):
                self._job(name, job.job.path, tasks)
        self._places = {outcome.path: self._find(outcome) for outcome in self._outcomes}

    def of(self, path: str) -> Place | None:
        """Where a part of the input is in the bundle; None for one that is nowhere."""
        return self._places.get(path)

    def at(self, file: str, line: int) -> list[tuple[Outcome, Place]]:
        """The parts that a line stands for, the closest first."""
        found = [
            (outcome, place)
            for outcome in self._outcomes
            if (place := self._places[outcome.path]) and place.file == file and place.first <= line <= place.last
        ]
        return sorted(found or self._in_step(file, line), key=lambda pair: pair[1].size)

    def _in_step(self, file: str, line: int) -> list[tuple[Outcome, Place]]:
        return [
            (outcome, Place(file, first, last, "step"))
            for (name, path), (first, last) in self._steps.items()
            if name == file and first <= line <= last
            for outcome in self._outcomes
            if path in _above(outcome.path) and outcome.target
        ]

    def all_in(self, file: str) -> list[tuple[Outcome, Place]]:
        """The parts that a file stands for, each as the whole of it."""
        whole = Place(file, 1, len(self._lines.get(file, [])), "file")
        return [(one, whole) for one in self._outcomes if one.target == file]

    def _step(self, file: str, path: str, title: str, cursor: dict[str, int]) -> None:
        """Steps of a file stand in its script in their order."""
        lines = self._lines.get(file, [])
        head = re.compile(rf"\s*(?:step|composite) {re.escape(word(safe(title)))}(?: |$)")
        for number in range(cursor.get(file, 0), len(lines)):
            if head.match(lines[number]):
                cursor[file] = number + 1
                self._steps[file, path] = (number + 1, _end(lines, number))
                return

    def _job(self, file: str, path: str, tasks: set[str]) -> None:
        """A job in a Pipeline is the entries of its Tasks, elsewhere the file."""
        lines = self._lines.get(file, [])
        heads = [n for n, line in enumerate(lines) if re.match(r"  - name: ", line)]
        own = []
        for begin in heads:
            end = next((n for n in range(begin + 1, len(lines)) if re.match(r" {0,2}\S", lines[n])), len(lines))
            names = re.findall(r"taskRef:\n\s+name: (\S+)", "\n".join(lines[begin:end]))
            if names and names[0] in tasks:
                own.append((begin + 1, end))
        if own:
            self._jobs[file, path] = (own[0][0], own[-1][1])

    def _find(self, outcome: Outcome) -> Place | None:
        file = outcome.target
        lines = self._lines.get(file)
        if not lines:
            return None
        for above in _above(outcome.path):
            for basis, known in (("step", self._steps), ("job", self._jobs)):
                if (file, above) in known:
                    within = known[file, above]
                    return self._within(outcome, file, within, alone=basis == "step") or Place(
                        file, *within, "step" if basis == "step" else "job"
                    )
        whole = (1, len(lines) - 1 if not lines[-1] else len(lines))
        return self._within(outcome, file, whole, alone=False) or Place(file, *whole, "file")

    def _within(self, outcome: Outcome, file: str, within: tuple[int, int], alone: bool) -> Place | None:
        """The closer place within some lines; where it does not stand ``alone`` text or field must be there once."""
        lines = self._lines[file]
        first = within[0]
        if alone and (is_command(outcome) or outcome.path.endswith(".run")):
            # A step's title may say the same as its script.
            while lines[first - 1].endswith("\\"):
                first += 1
            first = min(first + 1, within[1])
        numbers = range(first, within[1] + 1)
        needle, more = _needle(outcome)
        if len(needle) > 2 and needle not in _COMMON:
            # A command's subject may be cut short.
            end = "" if is_command(outcome) else r"(?![\w-])"
            exact = re.compile(rf"(?<![\w-]){re.escape(needle)}{end}")
            found = [number for number in numbers if exact.search(lines[number - 1])]
            if alone and ".with." in outcome.path and found[1:]:
                # A title often holds words of the inputs.
                found = [number for number in found if number > within[0]]
            if found and (alone or len(found) == 1):
                return Place(file, found[0], min(found[0] + more, within[1]), "text")
        for field in _fields(outcome.path):
            said = [number for number in numbers if field in lines[number - 1]]
            if said and (alone or len(said) == 1):
                return Place(file, said[0], _last(lines, said[0], within[1]), "field")
        return None


def _last(lines: list[str], number: int, limit: int) -> int:
    """The last line of the field or item that begins at a line."""
    text = lines[number - 1]
    if text.lstrip().startswith("- ") or text.endswith(":"):
        indent = len(text) - len(text.lstrip())
        while number < limit and (
            not lines[number].strip() or len(lines[number]) - len(lines[number].lstrip()) > indent
        ):
            number += 1
    return number


def _fields(path: str) -> Iterable[str]:
    for pattern, fields in _FIELDS:
        if re.search(pattern, path):
            yield from fields
    named = re.search(r"\.(env|with)\.([\w-]+)$", path)
    if named:
        yield from (f"name: {named[2]}", f"{named[2]}=", f"INPUT_{named[2].upper()}=", f"'{named[2]}")


def _needle(outcome: Outcome) -> tuple[str, int]:
    """The line to look for, and how many more there are."""
    if is_command(outcome):
        return command_text(outcome), 0
    text = outcome.span.text
    if text[:1] in "|>":
        text = text.partition("\n")[2]
    elif text[:1] in "\"'" and text[-1:] == text[:1]:
        text = text[1:-1]
    lines = [line.strip() for line in text.strip("\n").split("\n")]
    first = next((number for number, line in enumerate(lines) if line), 0)
    return lines[first] if lines else "", len(lines) - first - 1


def _above(path: str) -> Iterable[str]:
    """The path and all above it, the longest first."""
    yield path
    for cut in reversed([match.start() for match in _CUTS.finditer(path)]):
        yield path[:cut]


def _end(lines: list[str], begin: int) -> int:
    """The last line of a call that begins at a line: where the next begins, or the script ends."""
    indent = len(lines[begin]) - len(lines[begin].lstrip())
    delimiter = re.search(r"<<'(\w+)'", " ".join(lines[begin : begin + 8]))
    for number in range(begin + 1, len(lines)):
        line = lines[number]
        if delimiter and line.strip() == delimiter[1]:
            return number + 1
        if line.strip() and len(line) - len(line.lstrip()) < indent:
            return number
        if not delimiter and _BEGIN.match(line):
            return number
    return len(lines)
