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
        self._above = self._whole.line if same else 0

    def of(self, command: Command) -> Span:
        """From the first line of the command to its last."""
        source = self._whole.source
        first = self._text.count("\n", 0, command.start) + 1
        begins, *more = self._text[command.start : command.end].rstrip().split("\n")
        last = first + len(more)
        if command.within is not None:
            first = last = min(max(command.line, first), last)
            begins = self._text.split("\n")[first - 1]
        begins = begins.strip()
        if not self._above:
            at = self._whole.text.find(begins) if begins else -1
            start = self._whole.start + at
            return Span(source, start, start + len(begins)) if at >= 0 and first == last else self._whole
        top = source.line(self._above + first)
        column = top.find(begins)
        start = source.offset(self._above + first, 1) + (column if column >= 0 else len(top) - len(top.lstrip()))
        if first == last and column >= 0:
            return Span(source, start, start + len(begins))
        end = len(source.line(self._above + last).rstrip())
        return Span(source, start, source.offset(self._above + last, end + 1))
