"""The words on the command line, and what people see."""

from __future__ import annotations

import errno
import gc
from importlib import import_module
from typing import Any

import click

from gha2tekton import __version__
from gha2tekton.cli.stop import stop
from gha2tekton.source import Refused

COMMANDS = {
    "convert": "Convert workflows to Tekton Tasks, Pipelines and Triggers.",
    "batch": "Convert many repositories.",
    "audit": "Tell what of many repositories converts, and what to do first.",
    "check": "Tell whether committed manifests still are what their workflows say.",
    "lint": "Tell what of workflows cannot be converted.",
    "platform": "Write the cluster around the pipelines: storage, GPUs, quotas, monitoring, scripts.",
    "triggers": "Tell what starts a workflow.",
    "explain": "Tell what became of a line, or where it comes from.",
    "images": "List the images of bundles.",
    "diff": "Tell how two sets of manifests differ in meaning.",
    "selftest": "Prove that no part of a workflow vanishes.",
    "rules": "List, show, begin and prove mapping rules.",
    "config": "Show or begin the options file.",
    "schema": "Print the JSON Schema of a kind of file.",
}
"""Each is a module of this package; a command's module is imported when it is called, so that a start stays a blink."""


class _Commands(click.Group):
    """The commands of the table, found when they are asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"gha2tekton.cli.{cmd_name}").command
        # What is imported stays: the collector of cycles need not look through it again and again.
        gc.freeze()
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """With the command that is meant, where a word is close to one."""
        if args[0] not in COMMANDS:
            from difflib import get_close_matches

            for near in get_close_matches(args[0], COMMANDS, 1):
                ctx.fail(f"No such command {args[0]!r}. Did you mean {near!r}?")
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except Refused as error:
            stop(str(error))
        except OSError as error:
            if error.errno == errno.EPIPE:
                raise
            stop(f"{error.filename or 'output'}: {error.strerror}" if error.strerror else str(error))

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, prog_name="gha2tekton")
def cli() -> None:
    """Convert GitHub Actions workflows to Tekton Tasks, Pipelines and Triggers."""


def main(*arguments: Any) -> None:
    """The program: exit status 0 converted, 1 an outcome reached --fail-on or drifted, 2 could not run."""
    cli(*arguments, prog_name="gha2tekton")
