"""The words on the command line, and what people see."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

import click

from gha2tekton import __version__

FORMATS = ("text", "json")


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, prog_name="gha2tekton")
def cli() -> None:
    """Convert GitHub Actions workflows to Tekton Tasks, Pipelines and Triggers."""


@cli.command()
@click.argument("workflows", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="Directory for the bundle; without it all YAML goes to stdout.",
)
@click.option(
    "--layout",
    type=click.Choice(["auto", "job", "stages"]),
    default="auto",
    help="One Task a job, or the guide's stages.",
)
@click.option("--plan", "show_plan", is_flag=True, help="Print where each step would run and why, and write nothing.")
@click.option("--namespace", default="", help="Namespace for everything; otherwise kubectl's own.")
@click.option("--name-prefix", default=None, help="What names begin with in place of the workflow's name.")
@click.option(
    "--rules",
    "rules",
    multiple=True,
    type=click.Path(path_type=Path),
    help="A folder of your own mapping rules; they win.",
)
@click.option(
    "--actions-dir", type=click.Path(path_type=Path), help="A folder of checkouts of remote actions: owner/repo[@ref]."
)
@click.option(
    "--report",
    "reports",
    multiple=True,
    metavar="FORMAT[=FILE]",
    help="text or json, to a file or stderr; may be given again.",
)
@click.option(
    "--fail-on",
    type=click.Choice(["manual", "adapted", "never"]),
    default="never",
    help="Exit with 1 when an outcome is this bad.",
)
@click.option(
    "--unmapped",
    type=click.Choice(["fail", "skip"]),
    default="fail",
    help="What a step that nobody could map does when it runs.",
)
@click.option("--gpu-count", type=click.IntRange(1), default=None, help="GPUs for jobs that ask for one or all.")
@click.option("--gpu-resource", default="nvidia.com/gpu", show_default=True, help="The resource that stands for a GPU.")
@click.option("--memory", default="32Gi", show_default=True, help="Memory of the container that computes.")
@click.option("--image", default="", help="Image for the jobs' scripts in place of the one that is chosen.")
@click.option("--storage-class", default="", help="StorageClass of the claim.")
@click.option("--storage", default="50Gi", show_default=True, help="Size of the claim.")
@click.option("--service-account", default="", help="An existing ServiceAccount for the runs.")
def convert(
    workflows: tuple[Path, ...],
    output: Path | None,
    layout: str,
    show_plan: bool,
    namespace: str,
    name_prefix: str | None,
    rules: tuple[Path, ...],
    actions_dir: Path | None,
    reports: tuple[str, ...],
    fail_on: str,
    unmapped: str,
    gpu_count: int | None,
    gpu_resource: str,
    memory: str,
    image: str,
    storage_class: str,
    storage: str,
    service_account: str,
) -> None:
    """Convert WORKFLOWS: files, or folders such as .github/workflows."""
    from gha2tekton import files
    from gha2tekton.convert import Options
    from gha2tekton.lower.settings import Settings
    from gha2tekton.plan.build import PlanOptions
    from gha2tekton.rules.load import RuleError, RuleSet

    wanted = _reports(reports)
    settings = Settings(
        namespace=namespace,
        name_prefix=name_prefix,
        gpu_resource=gpu_resource,
        memory=memory,
        storage_class=storage_class,
        storage=storage,
        unmapped="skip" if unmapped == "skip" else "fail",
        service_account=service_account,
    )
    options = Options(PlanOptions(layout, gpu_count or 0, image), settings)
    for folder in rules:
        if not folder.is_dir():
            _stop(f"{folder}: there is no such folder of rules")
    try:
        found = files.find(workflows)
        done = [files.convert_file(path, shown, RuleSet(rules), actions_dir, options) for path, shown in found]
    except (files.InputError, RuleError) as error:
        _stop(str(error))
    if show_plan:
        from gha2tekton.report import plan

        click.echo(plan.render(done), nl=False)
        return
    refused = [conversion for conversion in done if conversion.journal.has_errors]
    if len(refused) == len(done):
        for conversion in refused:
            for finding in conversion.journal.diagnostics:
                if finding.severity == "error":
                    click.echo(
                        f"{finding.span or conversion.source.name}: {finding.message} [{finding.code}]", err=True
                    )
        sys.exit(2)
    try:
        files.put(done, output, wanted)
    except OSError as error:
        _stop(str(error))
    counts = {fate: sum(c.journal.summary()[fate] for c in done) for fate in ("exact", "adapted", "dropped", "manual")}
    click.echo(f"{counts['manual']} manual", err=True)
    bad = counts["manual"] + (counts["adapted"] if fail_on == "adapted" else 0)
    sys.exit(1 if refused or (fail_on != "never" and bad) else 0)


@cli.command()
@click.argument("name", type=click.Choice(["workflow", "action"]))
def schema(name: str) -> None:
    """Print the JSON Schema of workflow or action files, for editors."""
    from gha2tekton import schema as schemas

    click.echo(schemas.text(name), nl=False)


def _reports(given: Sequence[str]) -> list[tuple[str, Path | None]]:
    out: list[tuple[str, Path | None]] = []
    for item in given:
        name, _, file = item.partition("=")
        if name not in FORMATS:
            raise click.BadParameter(f"{name} is no format: {', '.join(FORMATS)}", param_hint="--report")
        out.append((name, Path(file) if file else None))
    return out or [("text", None)]


def _stop(message: str) -> NoReturn:
    click.echo(message, err=True)
    sys.exit(2)


def main() -> None:
    """The program: exit status 0 converted, 1 an outcome reached --fail-on, 2 could not run."""
    cli(prog_name="gha2tekton")
