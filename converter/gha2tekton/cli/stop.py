"""The end of a command that could not run."""

from __future__ import annotations

import sys
from typing import NoReturn

import click

from gha2tekton.source import printable


def stop(message: str) -> NoReturn:
    """Tell why and leave with exit status 2."""
    click.echo(printable(message), err=True)
    sys.exit(2)
