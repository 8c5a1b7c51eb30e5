"""The end of a command that could not run."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import NoReturn

import click

from gha2tekton.source import printable


def stop(message: str, *roots: Path | None) -> NoReturn:
    """Tell why and leave with exit status 2; paths within the repositories ``roots`` are told as seen from there."""
    for root in roots:
        if root and root != Path():
            message = message.replace(f"{root}/", "")
    click.echo(printable(message), err=True)
    sys.exit(2)
