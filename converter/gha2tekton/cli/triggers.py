"""gha2tekton triggers"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from gha2tekton.cli.stop import stop


@click.group("triggers")
def command() -> None:
    """Look at what starts a workflow."""


@command.command("explain")
@click.argument("workflow", type=click.Path(path_type=Path))
@click.option("--event", required=True, help="The event's name, as the header X-GitHub-Event has it.")
@click.option("--payload", required=True, type=click.Path(path_type=Path), help="The delivery's body, a JSON file.")
@click.option("--changed", multiple=True, metavar="FILE", help="A file that a pull request changes, for path filters.")
@click.option("--forks/--no-forks", default=False, help="Whether pull requests from forks are let in.")
def explain(workflow: Path, event: str, payload: Path, changed: tuple[str, ...], forks: bool) -> None:
    """Tell whether GitHub would run WORKFLOW for a delivery, whether ours does, and what decides (0 both, else 1)."""
    from gha2tekton.discover import shown
    from gha2tekton.journal import Journal
    from gha2tekton.lower.triggers.decision import explain as decide
    from gha2tekton.lower.triggers.decision import starting, verdict
    from gha2tekton.source import Source, text_of
    from gha2tekton.workflow.parse import parse_workflow

    try:
        source = Source(shown(workflow), text_of(workflow))
        body = json.loads(text_of(payload))
    except (OSError, ValueError, RecursionError) as error:
        stop(f"{getattr(error, 'filename', None) or payload}: {getattr(error, 'strerror', None) or error}")
    journal = Journal()
    parsed = parse_workflow(source, journal)
    for finding in journal.diagnostics:
        if finding.severity == "error":
            stop(f"{finding.span or source.name}: {finding.message} [{finding.code}]")
    if parsed is None or not isinstance(body, dict):
        stop(f"{payload}: not the body of a delivery")
    try:
        decisions = decide(parsed, event.lower(), body, source.name, list(changed) or None, forks)
    except KeyError as error:
        stop(f"{payload}: not a body of {event}: {error} is missing")
    except (TypeError, AttributeError):
        stop(f"{payload}: not a body of {event}: a field of it is of another kind than GitHub sends")
    for decision in decisions:
        words = {True: "yes", False: "no", None: "unknown"}
        ours = "" if decision.ours == decision.github else f" (ours: {words[decision.ours]})"
        click.echo(f"{words[decision.github]:8}{decision.place}: {decision.why}{ours}")
    click.echo(f"GitHub {verdict(decisions, ours=False)}; Tekton {verdict(decisions, ours=True)}")
    sys.exit(0 if starting(decisions) and starting(decisions, ours=True) else 1)
