"""Containers that scripts know by what docker printed: ``$(docker run -d …)``, ``$(docker compose ps -q …)``."""

from __future__ import annotations

import re
from collections.abc import Mapping

from gha2tekton.plan.model import PlannedStep
from gha2tekton.plan.steps import guessed_script
from gha2tekton.shell.docker import DockerCall

_ASSIGNED = re.compile(r"(?:^|[\s;&|({])(\w+)=\"?(?:\$\(|`)\s*$")
_FILTERS = {"name": "container", "ancestor": "image"}

Key = tuple[str, str]


def printed(step: PlannedStep) -> Mapping[str, Key]:
    """What the words and variables of a step's script name, by their texts, where docker prints the name of one."""
    if step.step.run is None:
        return {}
    script = guessed_script(step.scope, step.step.run.template)
    found: dict[str, set[Key]] = {}
    for seen in step.commands:
        if seen.docker is None or not seen.command.substituted or (key := _named(seen.docker)) is None:
            continue
        start = seen.command.start
        if seen.command.within is None and (name := _ASSIGNED.search(script[:start])):
            found.setdefault(name[1], set()).add(key)
        for outer in step.commands:
            for word in outer.command.words:
                if word.start < start < word.end and word.text.strip('"').startswith(("$(", "`")):
                    found.setdefault(word.text, set()).add(key)
    return {text: next(iter(keys)) for text, keys in found.items() if len(keys) == 1}


def _named(call: DockerCall) -> Key | None:
    """The container that a call prints the name of, if it is one."""
    match call.verb:
        case "run" | "create" if call.target and (call.verb == "create" or call.given("--detach")):
            return ("image", call.target)
        case "compose run" if call.target and call.given("--detach"):
            return ("service", call.target)
        case "compose ps" if call.given("--quiet") and len(call.arguments) == 1 and call.arguments[0]:
            return ("service", call.arguments[0])
        case "ps" if call.given("--quiet") and len(call.all("--filter")) == 1:
            kind, _, name = (call.option("--filter") or "").partition("=")
            return (_FILTERS[kind], name.strip("^$/")) if kind in _FILTERS and name else None
    return None
