"""How far long work is: a bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
import time
from contextlib import ExitStack
from types import TracebackType
from typing import Any

import click

from gha2tekton.source import printable


class Progress:
    """Tells of finished things as they come, with the time that is left; use it as a context."""

    def __init__(self, total: int, quiet: bool = False) -> None:
        self.total = total
        self.done = 0
        self.bad = 0
        self.quiet = quiet
        self._fresh = 0
        self._began = time.monotonic()
        self._stack = ExitStack()
        self._bar: Any = None
        self._task: Any = None

    def __enter__(self) -> Progress:
        if not self.quiet and sys.stderr.isatty():
            from rich.console import Console
            from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
            from rich.progress import Progress as Bar

            columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), TextColumn("{task.description}"))
            self._bar = self._stack.enter_context(Bar(*columns, console=Console(stderr=True)))
            self._task = self._bar.add_task("", total=self.total)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def tell(self, name: str, line: str, bad: bool, again: bool) -> None:
        """One more is finished; ``line`` says how, and always shows when it is ``bad``; ``again``: nothing was done."""
        self.done += 1
        self.bad += bad
        self._fresh += not again
        line = f"{printable(line.replace(chr(10), '; '))}{' (unchanged)' if again else ''}"
        if self._bar is not None:
            failed = f"{self.bad} failed  " if self.bad else ""
            self._bar.update(self._task, completed=self.done, description=f"{failed}{printable(name)}")
            if bad:
                self._bar.console.print(f"{name}: {line}", markup=False, highlight=False)
        elif not self.quiet:
            click.echo(f"[{self.done}/{self.total}{self._left()}] {name}: {line}", err=True)
        elif bad:
            click.echo(f"{name}: {line}", err=True)

    def _left(self) -> str:
        spent = time.monotonic() - self._began
        if spent < 5 or self.done == self.total or not self._fresh:
            return ""
        left = int(spent / self._fresh * (self.total - self.done))
        return f", {left // 60}:{left % 60:02} left"
