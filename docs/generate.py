"""Writes the pages that are made of rules, keys, commands and the runtime: ``python docs/generate.py``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import takewhile
from pathlib import Path
from textwrap import indent

import click

from gha2tekton import files, resources
from gha2tekton.cli import cli
from gha2tekton.cli.options import conversion_options
from gha2tekton.convert import Options
from gha2tekton.rules.catalogue import actions, commands
from gha2tekton.rules.load import RuleSet
from gha2tekton.rules.model import ActionRule

ROOT = Path(__file__).parent
HEAD = "<!-- Made by docs/generate.py. Change what it is made of, and run it again. -->\n\n"


def rules_page() -> str:
    """Every rule: what it matches, what stands for it, what of its inputs does not carry over."""
    found = sorted(actions(resources.mappings()), key=lambda rule: rule.action)
    fates = {fate: sum(rule.fate == fate for rule in found) for fate in ("mapped", "dropped", "manual")}
    counted = ", ".join(f"{count} {fate}" for fate, count in fates.items())
    out = [f"{HEAD}# Rules\n\n{len(found)} actions: {counted}. How to write one: `mappings/README.md`.\n"]
    out += [_action(rule) for rule in found]
    out.append("\n## Commands in scripts\n")
    out += ["| command | it is | its effects | installed where it is missing by |", "|---|---|---|---|"]
    rows = dict.fromkeys(
        f"| `{rule.command}` | {rule.role or rule.reason or ' '} | {', '.join(sorted(rule.effects)) or ' '} "
        f"| {f'`{rule.supply}`' if rule.supply else ' '} |"
        for rule in commands(resources.mappings())
    )
    return "\n".join([*out, *rows]) + "\n"


def _action(rule: ActionRule) -> str:
    lines = [f"\n## {rule.action}\n"]
    if rule.fate != "mapped":
        cause = f"{rule.cause}: " if rule.fate == "dropped" else ""
        return "\n".join([*lines, f"{rule.fate.capitalize()}. {cause}{rule.reason}."])
    lines.append(f"{rule.about}" + (f" What differs: {rule.differs}." if rule.differs else ""))
    used = [name for name, entry in rule.inputs.items() if entry.fate == "used"]
    if rule.program:
        lines.append("\nEvery input is passed on as it is given.")
    elif used:
        lines.append(f"\nUsed: {', '.join(f'`{name}`' for name in used)}.")
    others = [
        f"| `{name}` | {entry.fate} | {entry.reason or entry.cause} |"
        for name, entry in rule.inputs.items()
        if entry.fate != "used"
    ]
    if others:
        lines += ["\n| input | | |\n|---|---|---|", *others]
    return "\n".join(lines)


def keys_page() -> str:
    """What becomes of every key of workflows, read from the conversion of one that has them all."""
    path = ROOT / "keys" / ".github" / "workflows" / "every-key.yml"
    done = files.convert_file(path, ".github/workflows/every-key.yml", RuleSet(), None, Options())
    rows: dict[str, tuple[str, str]] = {}
    for outcome in done.journal.outcomes():
        key = pattern(outcome.path)
        if ".commands[" not in key and key not in rows:
            target = re.sub(r"every-key-\w+", "<task>", outcome.target)
            rows[key] = (outcome.fate, "; ".join(filter(None, (outcome.reason, target and f"in {target}"))))
    out = [
        f"{HEAD}# What becomes of each key\n",
        "As it is said in `docs/keys`. Other values may have another outcome.\n",
    ]
    out += ["| key | outcome | |", "|---|---|---|"]
    out += [f"| `{key}` | {fate} | {told.replace('|', chr(92) + '|')} |" for key, (fate, told) in rows.items()]
    return "\n".join(out) + "\n"


def pattern(path: str) -> str:
    """A leaf's path with the names that its author chose left out."""
    key = re.sub(r"\[\d+\]", "[]", path)
    key = re.sub(r"^\.github/workflows/called\.yml#", "called workflow: ", key)
    key = re.sub(r"^\.github/actions/here/action\.yml#", "action: ", key)
    key = re.sub(r"\bjobs\.\w+", "jobs.<job>", key)
    return re.sub(r"\b(env|with|inputs|outputs|secrets|services|matrix)\.(?!include|exclude)[\w-]+", r"\1.<name>", key)


def commands_page() -> str:
    """Every command with its options; those that all conversions take are told once."""
    shared = conversion_options(click.command()(lambda **_: None))
    names = {param.name for param in shared.params}
    out = [f"{HEAD}# Commands\n", "What `gha2tekton COMMAND --help` says, of every command."]
    for words, command in _commands(cli, ("gha2tekton",)):
        usage = " ".join((*words, *command.collect_usage_pieces(click.Context(command))))
        out.append(f"\n## {' '.join(words[1:])}\n\n    {usage}\n\n{' '.join((command.help or '').split())}")
        own = [param for param in command.params if param.name not in names]
        out += _options(own)
        if len(own) < len(command.params):
            out.append("\nAnd the [options of conversions](#options-of-conversions).")
    return "\n".join([*out, "\n## Options of conversions", *_options(shared.params)]) + "\n"


def _commands(command: click.Command, words: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """What can be called at or below a command, by its words."""
    if not isinstance(command, click.Group):
        yield words, command
        return
    context = click.Context(command)
    for name in command.list_commands(context):
        found = command.get_command(context, name)
        assert found is not None
        yield from _commands(found, (*words, name))


def _options(params: Sequence[click.Parameter]) -> list[str]:
    rows = [_option(param) for param in params if isinstance(param, click.Option)]
    return ["\n| option | |\n|---|---|", *rows] if rows else []


def _option(option: click.Option) -> str:
    names = ", ".join(f"`{name}`" for name in (*option.opts, *option.secondary_opts))
    told = [option.help or ""]
    if isinstance(option.type, click.Choice):
        told.append(f"One of {', '.join(f'`{choice}`' for choice in option.type.choices if choice)}.")
    if isinstance(option.default, str | int | float) and option.default not in ("", False, True):
        told.append(f"Default: `{option.default}`.")
    if option.multiple and "again" not in told[0]:
        told.append("May be given again.")
    return f"| {names} | {' '.join(filter(None, told)).replace('|', chr(92) + '|')} |"


def runtime_page() -> str:
    """The programs that scripts and rules call, and the files that these are made of, as they say themselves."""
    files = {file.name: _head(file) for file in sorted((resources.mappings() / "runtime").iterdir())}
    out = [
        f"{HEAD}# The runtime\n",
        "Shell and awk that run GitHub's steps in a Task's container; a bundle holds those files that its Tasks need,",
        "in a ConfigMap. The lines of a rule may call the programs: they are on the PATH of every step.",
    ]
    for name, head in files.items():
        if "." not in name:
            out.append(f"\n## {name}\n\n{indent(chr(10).join(head), '    ')}")
    out += ["\n## What they are made of\n\n| file | |\n|---|---|"]
    out += [f"| `{name}` | {_sentence(head)} |" for name, head in files.items() if "." in name]
    return "\n".join(out) + "\n"


def _sentence(lines: Sequence[str]) -> str:
    """The first of a text, for a cell of a table."""
    return re.sub(r"(?<=\.) .*", "", " ".join(lines)).replace("|", chr(92) + "|")


def _head(file: Path) -> list[str]:
    """The comment that a file begins with."""
    lines = file.read_text(encoding="utf-8").removeprefix("#!/bin/sh\n").splitlines()
    return [line.removeprefix("#").removeprefix(" ") for line in takewhile(lambda line: line.startswith("#"), lines)]


PAGES = {"rules.md": rules_page, "keys.md": keys_page, "commands.md": commands_page, "runtime.md": runtime_page}

if __name__ == "__main__":
    for name, make in PAGES.items():
        (ROOT / name).write_text(make(), encoding="utf-8")
