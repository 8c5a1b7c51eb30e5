"""What a script means: the commands in it with their rules, its role and effects, what it needs and brings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from gha2tekton.plan.model import ROLES, Role, SeenCommand
from gha2tekton.plan.tools import assumed, changes_machine, in_container, provided
from gha2tekton.record import Record
from gha2tekton.rules.load import RuleSet
from gha2tekton.rules.machines import hosted, named
from gha2tekton.shell.docker import CALLS, parse_call
from gha2tekton.shell.script import Command, read
from gha2tekton.shell.wrappers import unwrapped

_STRENGTH: dict[str, int] = {"notebook": 5, "convert": 4, "test": 3, "publish": 2, "prepare": 1}


class Meaning(Record, frozen=True):
    """What a script is, whatever job runs it."""

    commands: tuple[SeenCommand, ...]
    constants: Mapping[str, str]
    """What variables most likely hold at its end."""
    role: Role | None
    effects: frozenset[str]
    tools: frozenset[str]
    provided: frozenset[str]


def read_meaning(rules: RuleSet, path: str, text: str, likely: Mapping[str, str]) -> Meaning:
    """The meaning of the script at a path where variables most likely have these values."""
    script = read(text, likely)
    commands = tuple(_command(rules, f"{path}.commands[{index}]", one) for index, one in enumerate(script.commands))
    effects = frozenset().union(*(seen.rule.effects for seen in commands if seen.rule and not in_container(seen)))
    if "GITHUB_ENV" in text or "GITHUB_PATH" in text:
        effects |= {"env"}
    effects |= {"background"} if any(seen.command.background for seen in commands) else set()
    effects |= {"system"} if any(changes_machine(seen) for seen in commands) else set()
    tools = named(rules, "\n".join([text, *likely.values()]))
    return Meaning(
        commands,
        {**likely, **script.constants},
        role=strongest(seen.rule.role for seen in commands if seen.rule and seen.rule.role),
        effects=effects,
        tools=tools.union(assumed(commands, text, hosted(rules))),
        provided=frozenset(provided(commands)),
    )


def strongest(roles: Iterable[str]) -> Role | None:
    """Of the roles of its parts that of the whole."""
    found = max(roles, key=lambda role: _STRENGTH[role], default="")
    return next((role for role in ROLES if role == found), None)


def _command(rules: RuleSet, path: str, command: Command) -> SeenCommand:
    inner = unwrapped(command)
    name = inner.name
    rule = rules.command(name, inner.values) if name else None
    docker = parse_call(inner.spread) if name in CALLS else None
    return SeenCommand(path, command, inner, name, rule, docker)
