"""What makes a command end with 1: outcomes, or grades."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from gha2tekton.conversion import Conversion
    from gha2tekton.journal import Fate

F = TypeVar("F", bound=Callable[..., Any])

CHOICES = ("manual", "dropped", "adapted", "B", "C", "D", "never")

FATES: Mapping[str, tuple[Fate, ...]] = {
    "manual": ("manual",),
    "dropped": ("manual", "dropped"),
    "adapted": ("manual", "adapted"),
}
"""The outcomes that each word stands for."""


def fail_on_option(default: str = "never") -> Callable[[F], F]:
    """Give a command ``--fail-on``."""
    return click.option(
        "--fail-on",
        type=click.Choice(CHOICES),
        default=default,
        show_default=True,
        help="Exit with 1 when an outcome, or the grade of a workflow, is this bad or worse.",
    )


def reached(done: Sequence[Conversion], wanted: str) -> bool:
    """Whether any conversion is as bad as ``--fail-on`` says."""
    if wanted == "never":
        return False
    if wanted in FATES:
        return any(outcome.fate in FATES[wanted] for item in done for outcome in item.journal.pressing())
    from gha2tekton.report.grades import grades

    return any(grades(item)[0].letter >= wanted for item in done)
