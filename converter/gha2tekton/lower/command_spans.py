"""Where the commands of a script stand in the file that holds it."""

from __future__ import annotations

import re

from gha2tekton.plan.model import PlannedStep
from gha2tekton.plan.steps import guessed_script
from gha2tekton.shell.script import Command
from gha2tekton.source import Span

_LITERAL = re.compile(r"\|[^\n]*\n")


class CommandSpans:
    """Finds them by their lines, which a block has one by one; elsewhere by their text, else it is the whole script."""

    def __init__(self, planned: PlannedStep) -> None:
        run = planned.step.run
        self._whole = run.span if run is not None else planned.step.span
        self._text = guessed_script(planned.scope, run.template) if run is not None else ""
        held = self._whole.text
        block = _LITERAL.match(held)
        # A value that was put in may have brought lines of its own.
        same = block is not None and held[block.end() :].rstrip().count("\n") == self._text.rstrip().count("\n")
        self._lines = same

    def of(self, command: Command) -> Span:
        """From the first line of the command to its last."""
        source = self._whole.source
        first = self._text.count("\n", 0, command.start) + 1
        last = first + self._text[command.start : command.end].rstrip().count("\n")
        if command.within is not None:
            first = last = min(max(command.line, first), last)
        begins = self._text.split("\n")[first - 1] if command.within else self._text[command.start : command.end]
        begins = begins.split("\n")[0].strip()
        if not self._lines:
            at = self._whole.text.find(begins) if begins else -1
            start = self._whole.start + at
            return Span(source, start, start + len(begins)) if at >= 0 and first == last else self._whole
        above = self._whole.line
        top, bottom = source.line(above + first), source.line(above + last)
        column = top.find(begins)
        start = column if column >= 0 else len(top) - len(top.lstrip())
        end = start + len(begins) if first == last and column >= 0 else len(bottom.rstrip())
        return Span(source, source.offset(above + first, start + 1), source.offset(above + last, end + 1))
