"""gha2tekton schema"""

from __future__ import annotations

import click


@click.command("schema")
@click.argument("name", type=click.Choice(["workflow", "action", "options", "rule", "report"]))
def command(name: str) -> None:
    """Print the JSON Schema of workflow, action, options and rule files, or of the report."""
    from gha2tekton import schema

    click.echo(schema.text(name), nl=False)
