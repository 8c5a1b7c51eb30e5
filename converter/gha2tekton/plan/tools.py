"""The programs that a script takes for granted, and those that it brings itself."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence

from gha2tekton.plan.model import PlannedStep, SeenCommand, Stage
from gha2tekton.record import replace
from gha2tekton.rules import machines
from gha2tekton.rules.load import RuleSet
from gha2tekton.rules.model import Image, ImageChoice
from gha2tekton.shell.docker import CALLS
from gha2tekton.shell.wrappers import in_environment, unwrapped
from gha2tekton.workflow.model import Job

_BUILTINS = frozenset(
    [
        ".",
        ":",
        "[",
        "alias",
        "bg",
        "bind",
        "break",
        "builtin",
        "caller",
        "cd",
        "command",
        "compgen",
        "complete",
        "compopt",
        "continue",
        "declare",
        "dirs",
        "disown",
        "echo",
        "enable",
        "eval",
        "exec",
        "exit",
        "export",
        "false",
        "fc",
        "fg",
        "getopts",
        "hash",
        "help",
        "history",
        "jobs",
        "kill",
        "let",
        "local",
        "logout",
        "mapfile",
        "popd",
        "printf",
        "pushd",
        "pwd",
        "read",
        "readarray",
        "readonly",
        "return",
        "set",
        "shift",
        "shopt",
        "source",
        "suspend",
        "test",
        "time",
        "times",
        "trap",
        "true",
        "type",
        "typeset",
        "ulimit",
        "umask",
        "unalias",
        "unset",
        "wait",
    ]
)
EVERYWHERE = frozenset(
    "ls mkdir rmdir cat cp mv rm ln touch date sleep head tail tee basename dirname wc grep sed sort tr cut uniq seq "
    "mktemp uname readlink stat du df nproc printenv nvidia-smi".split()
)
"""What the runtime needs of an image itself, or brings along; nothing that only the owner of a file may do."""
PIP = "python3 -m pip "
"""What a line of ours begins with that installs into the environment on the volume."""
_PACKAGE = re.compile(r"[A-Za-z][A-Za-z0-9_.+-]*")


def in_container(seen: SeenCommand) -> bool:
    """Whether a command runs in a container that another command calls."""
    at = seen.command.within
    while at is not None:
        if unwrapped(at).name in CALLS:
            return True
        at = at.within
    return False


_READS = frozenset("chown chmod rm ls df du cat mkdir docker systemctl service lspci nvidia-smi env bash sh".split())
"""What sudo may run without changing what later steps find on the machine; scripts are looked into."""
_WRITES = frozenset("cp mv install ln tee tar unzip curl wget dpkg git ldconfig locale-gen update-alternatives".split())
_MACHINE = re.compile(r"[\w-]*=?/(usr|opt|etc|lib|bin|sbin)/")


def changes_machine(seen: SeenCommand) -> bool:
    """Whether a command that no rule knows leaves something outside the job's volumes."""
    if in_container(seen):
        return False
    if seen.command.name == "sudo" and seen.rule is None and seen.name not in _READS:
        return True
    if any(re.match(r"\d*>+\s*/(usr|opt|etc)/", redirect) for redirect in seen.command.redirects):
        return True
    if seen.name not in _WRITES:
        return False
    values = [value or "" for value in seen.inner.values]
    # The last word is where things go; options may name it anywhere.
    last = values[-1:] if seen.name in ("cp", "mv", "install", "ln") else values[1:]
    return any(_MACHINE.match(value) for value in last)


_FUNCTION = re.compile(r"^\s*(?:function\s+)?([\w-]+)\s*\(\)", re.MULTILINE)
_ASKS = re.compile(r"command\s+-v|which|hash|type")
_FOUND = r"(?:command\s+-v|which|hash|type(?:\s+-\w+)?)\s+([\w.+-]+)"
_ASKED = re.compile(rf"\b(?:if|elif)\s+(?:!\s+)?{_FOUND}|(?<![\w-]){_FOUND}[^\n;|]*\|\|")
"""A program that is asked for in a condition."""


def assumed(commands: Iterable[SeenCommand], text: str, hosted: frozenset[str] | None = None) -> Iterable[str]:
    """The first words of commands that are no builtins, functions or paths.

    What is asked for first counts only where ``hosted``, GitHub's own machines, have it: there it is found.
    """
    known = set(_FUNCTION.findall(text)) if "()" in text else set[str]()
    if hosted is not None and _ASKS.search(text):
        known |= {name for names in _ASKED.findall(text) for name in names} - hosted
    for seen in commands:
        # What is asked whether it is there may be missing.
        asked = seen.command.place.guarded and "--version" in seen.command.values
        if asked or in_container(seen):
            continue
        for word in {seen.command.name} if in_environment(seen.command, seen.inner) else {seen.name, seen.command.name}:
            raw = seen.command.words[0].value or ""
            if word and word not in _BUILTINS and word not in known and "/" not in raw and _PACKAGE.fullmatch(word):
                yield word


def provided(commands: Iterable[SeenCommand]) -> Iterable[str]:
    """Tools that a script installs itself; ``*`` when it installs what a file names, ``*.py`` when only pip does."""
    for seen in commands:
        if in_container(seen):
            continue
        words = [value or "" for value in seen.inner.values]
        if "install" not in words and seen.name not in ("conda", "mamba", "micromamba", "npm", "uv", "poetry", "pixi"):
            continue
        if any(
            word in ("-r", "--requirement", "-e", "sync", "--file", "-f", ".") or word.startswith((".[", "./"))
            for word in words
        ):
            yield "*" if seen.name in ("conda", "mamba", "micromamba") else "*.py"
        if seen.name in ("poetry", "pixi"):
            yield "*" if seen.name == "pixi" else "*.py"
        for word in words[1:]:
            package = _PACKAGE.match(word)
            if package and not word.startswith("-"):
                yield package[0]
                yield package[0].removeprefix("jupyter-")
                if package[0] in (
                    "jupyter",
                    "notebook",
                    "jupyterlab",
                    "nbconvert",
                    "nbclient",
                    "papermill",
                    "jupyter-core",
                ):
                    yield "jupyter"


def wanted_of_image(step: PlannedStep, tools: Iterable[str], rules: RuleSet) -> set[str]:
    """Of the tools that a step takes for granted those that the image should hold: no line installs them so well."""
    own = rules.once("own", lambda: _own(rules))
    held = rules.once("held", lambda: frozenset[str]().union(*(image.holds for image in machines.images(rules))))
    return {tool for tool in tools if tool in held and (tool in own or not _supplied(step, tool))}


def _own(rules: RuleSet) -> frozenset[str]:
    """The tools that images are made for, and the programs that come with one of them alone."""
    holds: dict[str, set[str]] = {}
    for image in machines.images(rules):
        if image.job and image.tool:
            holds.setdefault(image.tool, set()).update(image.holds)
    times = Counter(name for names in holds.values() for name in names)
    return frozenset(holds) | {name for name, count in times.items() if count == 1}


def _supplied(step: PlannedStep, tool: str) -> bool:
    rules = [seen.rule for seen in step.commands if seen.name == tool and seen.rule is not None]
    return any(rule.supply and not rule.wants for rule in rules)


def by_pip(step: PlannedStep, tools: Collection[str]) -> bool:
    """Whether a line brings one of these tools to a step by pip alone, which not every image with Python has."""
    lines = [seen.rule.supply for seen in step.commands if seen.rule is not None and seen.name in tools]
    return any(line.startswith(PIP) and "||" not in line for line in lines)


def supplies(
    stages: Sequence[Stage], held: frozenset[str], job: Job, rules: RuleSet, image: Image
) -> tuple[Stage, ...]:
    """The stages with lines for what the runner had, no earlier step brings and the image lacks.

    Where the workflow itself names the image, what that lacks it lacks on GitHub too, save what actions need, which
    the runner brought along.
    """
    carried: set[str] = set()
    told: list[dict[str, str]] = []
    for stage in stages:
        there = set(carried)
        absent, line = image.prepare if job.container is None else ("", "")
        lines: dict[str, str] = {line: absent} if line else {}
        for part in (part for step in (*stage.again, *stage.steps) for part in step.walk()):
            if not part.commands and not part.inner and not part.refused:
                for tool in sorted(part.tools - held - there - part.brings):
                    brought = rules.command(tool, [tool])
                    if brought is not None and brought.supply:
                        lines.setdefault(brought.supply, tool)
            here = set[str]()
            for seen in part.commands:
                before = frozenset(here)
                here.update(provided([seen]))
                rule = seen.rule
                if rule is None or in_container(seen):
                    continue
                if job.container is not None:
                    lacking = False
                elif rule.wants:
                    lacking = rule.wants not in there
                else:
                    known = {"*", seen.name, *(("*.py",) if rule.supply.startswith(PIP) else ())}
                    lacking = seen.name in part.tools and seen.name not in held
                    lacking = lacking and not (there | before) & known
                if lacking and rule.supply:
                    # What goes to the environment on the volume is there for all, and need not wait on a GPU's time.
                    into = (told or [lines])[0] if rule.supply.startswith(PIP) else lines
                    into.setdefault(rule.supply, "" if rule.wants else seen.name)
                there |= set(rule.provides)
            there |= part.provided | part.brings
            if part.rule is not None and part.rule.provides is not None and job.container is None:
                there |= machines.brought(rules, [part.rule.provides.tool])
            # What is installed into the machine ends with the Task.
            carried |= frozenset() if "system" in part.effects else part.provided | part.brings
        told.append(lines)
    return tuple(
        replace(stage, supplies=tuple(_unless_there(name, line) for line, name in lines.items()))
        for stage, lines in zip(stages, told, strict=True)
    )


def supplied(rules: RuleSet, tool: str) -> bool:
    """Whether a line installs a program where the image lacks it."""
    rule = rules.command(tool, [tool])
    return rule is not None and bool(rule.supply) and not rule.wants


def missing(job: str, choice: ImageChoice, brought: frozenset[str], rules: RuleSet) -> str:
    """What a person is told of programs that a job's image may lack and nothing brings; empty where all are there."""
    names = [tool for tool in choice.missing if tool not in brought and not supplied(rules, tool)]
    image = choice.image.reference.partition(":")[0]
    return (
        f"job {job} calls {', '.join(names)}, which GitHub's machine has and {image} may not: install it in a step, or "
        "name an image that holds it with --image"
        if names
        else ""
    )


def _unless_there(name: str, line: str) -> str:
    """The image may be another one some day, and hold it."""
    return f"command -v {name} > /dev/null || {{ {line}; }}" if name else line
