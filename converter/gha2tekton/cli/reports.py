"""The reports that a command is asked for."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

import click

from gha2tekton.cli.stop import stop

F = TypeVar("F", bound=Callable[..., Any])
Report = tuple[str, Path | None]
"""A format and a file; None is where the command's reports go by themselves."""

TEXT: Report = ("text", None)


class _Wanted(click.ParamType):  # type: ignore[type-arg]  # generic in new versions of click alone
    name = "report"

    def __init__(self, formats: tuple[str, ...]) -> None:
        self.formats = formats

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Report:
        name, _, file = str(value).partition("=")
        if name not in self.formats:
            self.fail(f"{name} is no format: {', '.join(self.formats)}", param, ctx)
        return name, Path(file) if file else None


def report_option(formats: Iterable[str], elsewhere: str) -> Callable[[F], F]:
    """Give a command ``--report``, whose values come as ``Report``; ``elsewhere`` is where one without a file goes."""
    names = tuple(formats)
    return click.option(
        "--report",
        "reports",
        multiple=True,
        type=_Wanted(names),
        metavar="FORMAT[=FILE]",
        help=f"{', '.join(names)}: to a file or {elsewhere}; may be given again.",
    )


def see_that_there_is_room(files: Iterable[Path | None]) -> None:
    """End the program before the work where a report could not be written after it."""
    for path in filter(None, files):
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            stop(f"{path}: cannot be written: {error.filename}: {error.strerror}")
        if path.is_dir() or not os.access(path if path.exists() else path.parent, os.W_OK):
            stop(f"{path}: {'is a directory' if path.is_dir() else 'cannot be written'}")
