"""gha2tekton config"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from gha2tekton.cli.choice import Choice
from gha2tekton.cli.kinds import shapes
from gha2tekton.cli.options import conversion_options, defaults, parameters
from gha2tekton.cli.stop import stop

_HEAD = """\
# Options of gha2tekton: what the command line takes, for this repository. The command line wins.
# gha2tekton config show tells what holds, gha2tekton schema options what may stand here.

"""

_TAIL = """\
# Where convert puts the bundle, as seen from this file.
# output: tekton

# Reports of convert: a format, or a format and a file as seen from here.
# report: [text, html=report.html]

# What makes convert and lint end with 1. Where it is adapted or never, check takes the same, and manual else.
# fail-on: manual

# Runners and images of your own; they are asked before ours.
# runners: {labels: {dgx: {os: linux, gpu: 8, final: true}}}
# images: {mine: {image: registry.example.com/mine, tool: python, size: 9, source: "https://example.com", holds: [sh]}}

# Secrets that are on the cluster already, for those of GitHub.
# secrets: {HF_TOKEN: {name: team-tokens, key: hf}}

# Overrides for single workflows, by the file's name.
# workflows: {gpu.yml: {gpu-count: 2, layout: stages}}
"""


@click.group("config")
def command() -> None:
    """Show or begin the options file."""


@command.command("show")
@click.argument("workflow", required=False, type=click.Path(path_type=Path))
@conversion_options
@click.pass_context
def show(ctx: click.Context, /, workflow: Path | None, **_: Any) -> None:
    """Print the options that hold for WORKFLOW (or for the repository), and where each comes from."""
    from gha2tekton.configuration import ConfigurationError
    from gha2tekton.discover import shown
    from gha2tekton.workflow.repository import Repository

    if workflow is not None and not workflow.exists():
        stop(f"{workflow}: there is no such file or directory")
    single = workflow is not None and workflow.is_file()
    place = workflow if workflow and single else (workflow or Path.cwd()) / "workflow.yml"
    choice = Choice.of(ctx)
    name = shown(place) if single else ""
    root = Repository.around(place).root
    try:
        settled = choice.settle(root, name)
        own = choice.configuration(root).of(name)
    except ConfigurationError as error:
        stop(str(error), root)
    for key, value in settled.values.items():
        value = str(value).lower() if isinstance(value, bool) else value
        where = "command line" if key in choice.explicit else settled.config if key in own else "default"
        words = ", ".join(map(str, value)) if isinstance(value, tuple) else "" if value is None else str(value)
        words = words.replace(f"{root}/", "") if root else words
        click.echo(f"{key.replace('_', '-')}: {words}  # {where}")
    for key in [key for key in ("output", "report", "fail_on") if key in own]:
        words = ", ".join(own[key]) if isinstance(own[key], list) else own[key]
        click.echo(f"{key.replace('_', '-')}: {words}  # {settled.config}")


@command.command("init")
@click.option("--force", is_flag=True, help="Write over a file that is there.")
def init(force: bool) -> None:
    """Write a .gha2tekton.yaml with every option, commented out, beside its default."""
    from gha2tekton.manifests import dump

    path = Path(".gha2tekton.yaml")
    if path.exists() and not force:
        stop(f"{path} is there already; --force writes over it")
    lines = [_HEAD]
    for one in parameters():
        assert isinstance(one, click.Option)
        name, value = one.opts[0].lstrip("-"), defaults()[str(one.name)]
        told = "For example" if value in (None, "", ()) else "Default"
        value = shapes()[name]["examples"][0] if told == "For example" else value
        lines.append("".join(f"# {line}\n" for line in (one.help, f"{told}:", *dump([{name: value}]).splitlines())))
    lines.append(_TAIL)
    try:
        path.write_text("".join(lines), encoding="utf-8")
    except OSError as error:
        stop(f"{path}: {error.strerror}")
    click.echo(f"{path}: written", err=True)
