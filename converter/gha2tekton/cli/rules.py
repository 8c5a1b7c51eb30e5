"""gha2tekton rules"""

from __future__ import annotations

import re
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import click

from gha2tekton.cli.choice import Choice
from gha2tekton.cli.options import conversion_options
from gha2tekton.cli.stop import stop
from gha2tekton.source import text_of, why

_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.group("rules")
def command() -> None:
    """List, show, begin and prove mapping rules, and tell which of them a tree of workflows uses."""


@command.command("list")
@click.argument("words", nargs=-1)
@click.option("--rules", multiple=True, type=_FOLDER, help="A folder of your own mapping rules.")
def list_rules(words: tuple[str, ...], rules: tuple[Path, ...]) -> None:
    """List the rules whose name or meaning holds all WORDS: what they match, their fate, and what stands for it."""
    from gha2tekton import resources
    from gha2tekton.rules.catalogue import actions, commands

    for folder in (*rules, resources.mappings()):
        rows = [
            (rule.action, rule.fate, rule.about if rule.fate == "mapped" else rule.reason) for rule in actions(folder)
        ]
        rows += [(f"$ {rule.command}", rule.fate, rule.role or rule.reason) for rule in commands(folder)]
        for row in dict.fromkeys(rows):
            line = "\t".join(row)
            if all(word.lower() in line.lower() for word in words):
                click.echo(line)


@command.command("show")
@click.argument("name")
@click.option("--rules", multiple=True, type=_FOLDER, help="A folder of your own mapping rules.")
def show(name: str, rules: tuple[Path, ...]) -> None:
    """Print the rule of an action (owner/name) or of a command, and where it lies."""
    from gha2tekton import resources

    kind = "actions" if "/" in name else "commands"
    for folder in (*rules, resources.mappings()):
        path = folder / kind / f"{name.partition('@')[0].lower()}.yaml"
        if path.is_file():
            try:
                click.echo(f"# {path}\n{text_of(path)}", nl=False)
            except (OSError, UnicodeDecodeError) as error:
                stop(f"{path}: {why(error)}")
            return
    stop(f"no rule knows {name}" + (f"; gha2tekton rules new {name} begins one" if kind == "actions" else ""))


@command.command("new")
@click.argument("name")
@click.option("-o", "--output", type=click.Path(file_okay=False, path_type=Path), help="The folder of your rules.")
@click.option("--action-file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Its action.yml.")
@click.option("--actions-dir", type=_FOLDER, help="A folder of checkouts of other repositories: owner/repo[@ref].")
def new(name: str, output: Path | None, action_file: Path | None, actions_dir: Path | None) -> None:
    """Begin a rule for the action NAME (owner/name[/path]), with every input that its action.yml has."""
    from gha2tekton.rules.stub import stub
    from gha2tekton.workflow.repository import Repository
    from gha2tekton.yaml import documents

    action = name.partition("@")[0]
    if not re.fullmatch(r"[\w-][\w.-]*(/[\w-][\w.-]*)+", action, re.ASCII):
        stop(f"{name}: name an action, owner/name")
    source = Repository(None, actions_dir).remote_action(action, name.partition("@")[2])
    try:
        written = text_of(action_file) if action_file else source.text if source else ""
        found = documents(written, str(action_file or source)) if written else [None]
    except (OSError, UnicodeDecodeError) as error:
        stop(f"{action_file}: {why(error)}")
    except ValueError as error:
        stop(str(error))
    made = stub(action, found[0] if found and isinstance(found[0], dict) else None)
    if output is None:
        click.echo(made, nl=False)
        return
    path = output / "actions" / f"{action.lower()}.yaml"
    if path.exists():
        stop(f"{path} is there already")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(made, encoding="utf-8")
    click.echo(f"{path}: written; then gha2tekton rules test {output}", err=True)


@command.command("test")
@click.argument("folder", type=_FOLDER)
def test(folder: Path) -> None:
    """Prove the rules of FOLDER: their form, and that each example becomes the lines it says."""
    from gha2tekton.rules.catalogue import prove

    count, faults = prove(folder)
    for fault in faults:
        click.echo(str(fault))
    if not count:
        stop(f"{folder}: there are no rules in actions/ and commands/")
    click.echo(f"rules: {count}, faults: {len(faults)}", err=True)
    sys.exit(1 if faults else 0)


@command.command("coverage")
@click.argument("workflows", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--never", is_flag=True, help="List the rules that nothing used, too.")
@conversion_options
@click.pass_context
def coverage(ctx: click.Context, /, workflows: tuple[Path, ...], never: bool, **_: Any) -> None:
    """Tell which rules WORKFLOWS (files, or trees of repositories) use, how often, and which actions have none."""
    from gha2tekton import files, resources
    from gha2tekton.discover import below
    from gha2tekton.rules.catalogue import actions
    from gha2tekton.workflow.repository import Repository

    choice = Choice.of(ctx)
    used: Counter[str] = Counter()
    unknown: Counter[str] = Counter()
    steps = 0
    for path, shown in below(workflows):
        settled = choice.settle(Repository.around(path).root, shown)
        done = files.convert_file(path, shown, settled.rules, settled.actions, settled.options)
        for job in done.plan.jobs if done.plan else ():
            for step in job.walk():
                if step.step.uses is None or step.step.uses.kind != "remote":
                    continue
                steps += 1
                if step.rule is not None:
                    used[step.rule.id] += 1
                elif step.action is None:
                    unknown[step.step.uses.name.lower()] += 1
    for name, count in used.most_common():
        click.echo(f"{count}\t{name}")
    if never:
        for rule in actions(resources.mappings()):
            if rule.id not in used:
                click.echo(f"0\t{rule.id}")
    for name, count in unknown.most_common():
        click.echo(f"{count}\tno rule\t{name}")
    known = steps - unknown.total()
    share = 100 * known / steps if steps else 100
    click.echo(
        f"{known} of {steps} steps that use actions of others have a rule or are drawn in: {share:.1f}%", err=True
    )
