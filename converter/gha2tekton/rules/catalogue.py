"""All rules of a folder at once: to list, to show, to prove."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from gha2tekton.expression import parse_template
from gha2tekton.record import Record
from gha2tekton.rules.load import RuleError, read_action, read_commands
from gha2tekton.rules.model import ActionRule, CommandRule
from gha2tekton.rules.render import emit
from gha2tekton.shell.carriers import Carriers

_MARKED, _MARK = "MARKED VALUE", "MARKEDVALUE"
_WORDS = ("bare", "assignment", "test", "declaration", "redirect")


class Fault(Record, frozen=True):
    """What is wrong with a rule."""

    place: str
    message: str

    def __str__(self) -> str:
        return f"{self.place}: {self.message}"


def actions(folder: Path) -> Iterator[ActionRule]:
    """The rules of actions in a folder of rules, by name; RuleError for a file that is wrong."""
    for path in _files(folder, "actions"):
        yield read_action(path, folder)


def commands(folder: Path) -> Iterator[CommandRule]:
    """The rules of commands in a folder of rules."""
    for path in _files(folder, "commands"):
        yield from (rule for _, rule in read_commands(path, folder))


def prove(folder: Path) -> tuple[int, list[Fault]]:
    """How many rules a folder has, and what is wrong with them: their form, their place, and their examples."""
    count, faults = 0, []
    for path in _files(folder, "actions"):
        count += 1
        try:
            rule = example_of(read_action(path, folder), path, folder)
        except RuleError as error:
            faults += [Fault(*line.split(": ", 1)) for line in str(error).splitlines()]
            continue
        faults += [Fault(str(path), message) for message in _wrong(rule)]
    for path in _files(folder, "commands"):
        count += 1
        try:
            read_commands(path, folder)
        except RuleError as error:
            faults += [Fault(*line.split(": ", 1)) for line in str(error).splitlines()]
    return count, faults


def example_of(rule: ActionRule, path: Path, folder: Path) -> ActionRule:
    """The rule at the ref that its example calls."""
    ref = str(rule.example.get("ref", ""))
    return read_action(path, folder, ref) if ref else rule


def _wrong(rule: ActionRule) -> Iterator[str]:
    if rule.id != f"actions/{rule.action}":
        yield f"a rule of {rule.action} belongs into actions/{rule.action}.yaml"
    if rule.fate != "mapped":
        return
    given = rule.example.get("with")
    if not isinstance(given, dict):
        yield "it has no example: write one call, with, and the lines it becomes, run"
        return
    emission = emit(rule, {str(name).lower(): parse_template(str(value)) for name, value in given.items()})
    yield from emission.problems
    for outcome in emission.outcomes:
        if outcome.fate == "manual":
            yield f"its example gives {outcome.name}: {outcome.reason}"
    yield from _within_quotes(rule)
    for name, lines in (("run", emission.lines), ("post", emission.post)):
        wanted = str(rule.example.get(name, "")).strip("\n")
        if not emission.problems and lines.strip("\n") != wanted:
            yield f"its example says of {name}:\n{_indented(wanted)}\nand it becomes:\n{_indented(lines)}"


def _within_quotes(rule: ActionRule) -> Iterator[str]:
    """The engine quotes a value; a rule that put quotes around it would open them again."""
    for name, entry in rule.inputs.items():
        if entry.fate != "used":
            continue
        emission = emit(rule, {name: (_MARKED,)})
        for lines in (emission.lines, emission.post):
            text = lines.replace(f"'{_MARKED}'", _MARK)
            places = [match.span() for match in re.finditer(_MARK, text)]
            carriers = Carriers(text) if places else None
            if _MARKED in text or any(carriers and carriers.spot(*span).standing not in _WORDS for span in places):
                yield f"{{{{ {name.replace('-', '_')} }}}} is a quoted word already: write it without quotes around it"
                break


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.strip("\n").splitlines()) or "    (nothing)"


def _files(folder: Path, kind: str) -> list[Path]:
    return sorted((folder / kind).rglob("*.yaml"))
