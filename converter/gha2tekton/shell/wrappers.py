"""Commands that run another one: sudo, ``env X=1``, ``poetry run``, ``python -m`` and the like, taken away."""

from __future__ import annotations

import re

from gha2tekton.record import replace
from gha2tekton.shell.command import Command, Word

PYTHONS = re.compile(r"(i?python|pypy)[\w.]*\Z")
_PYTHON_FLAG = re.compile(r"-[uBEIOqsSvbd]+\Z|-[WX].+\Z")

_WRAPPERS: dict[str, frozenset[str]] = {
    "sudo": frozenset({"-u", "-g", "-h", "-p", "-C", "-r", "-t", "-U", "--user", "--group"}),
    "env": frozenset({"-u", "-C", "--unset", "--chdir"}),
    "time": frozenset({"-o", "-f"}),
    "nohup": frozenset(),
    "exec": frozenset({"-a"}),
    "command": frozenset(),
    "builtin": frozenset(),
    "nice": frozenset({"-n"}),
    "ionice": frozenset({"-c", "-n"}),
    "setsid": frozenset(),
    "stdbuf": frozenset({"-o", "-e", "-i"}),
    "xvfb-run": frozenset({"-s", "-n", "-e", "-f", "-w"}),
    "unbuffer": frozenset(),
    "timeout": frozenset({"-k", "-s", "--signal", "--kill-after"}),
    "micromamba": frozenset({"-n", "-p", "--name", "--prefix"}),
    "mamba": frozenset({"-n", "-p", "--name", "--prefix"}),
    "conda": frozenset({"-n", "-p", "--name", "--prefix"}),
    "poetry": frozenset({"-C", "--directory"}),
    "uv": frozenset(
        {"--with", "--python", "-p", "--extra", "--group", "--project", "--directory", "--with-requirements"}
    ),
    "pixi": frozenset({"-e", "--environment", "--manifest-path"}),
    "hatch": frozenset({"-e", "--env", "-p"}),
    "pipenv": frozenset(),
    "pdm": frozenset({"-p", "--project"}),
    "rye": frozenset(),
}
"""The programs, and those of their options that take a value of their own."""

_RUNNERS = frozenset({"micromamba", "mamba", "conda", "poetry", "uv", "pixi", "hatch", "pipenv", "pdm", "rye"})
"""Those that give a command the programs of an environment, by the word ``run``."""


def unwrapped(command: Command) -> Command:
    """The command that really does the work: without sudo, ``env X=1``, ``poetry run``, ``python -m`` and the like.

    What was taken away are the words that the result has fewer, at the front.
    """
    words = command.words
    while words:
        name = words[0].program
        if PYTHONS.match(name):
            at = 1
            while at < len(words) and _PYTHON_FLAG.match(words[at].value or ""):
                at += 1
            if at + 1 >= len(words) or words[at].value != "-m":
                break
            words = words[at + 1 :]
            continue
        if name == "coverage":
            module = next(
                (index for index, word in enumerate(words) if word.value in ("-m", "--module")), len(words) - 1
            )
            if module == len(words) - 1 or words[1].value != "run":
                break
            words = words[module + 1 :]
            continue
        start = 1
        if name in _RUNNERS:
            run = next((index for index, word in enumerate(words) if word.value == "run"), None)
            if run is None or any(not (word.value or "-").startswith("-") for word in words[1:run] if run > 2):
                break
            start = run + 1
        elif name not in _WRAPPERS:
            break
        rest = _after_options(words[start:], _WRAPPERS[name], name)
        if not rest:
            break
        words = rest
    return command if words is command.words else replace(command, words=words)


def in_environment(command: Command, inner: Command) -> bool:
    """Whether ``pixi run``, ``uv run`` and the like give it the programs of an environment of their own."""
    taken = command.words[: len(command.words) - len(inner.words)]
    return any(word.program in _RUNNERS for word in taken)


def _after_options(words: tuple[Word, ...], with_value: frozenset[str], name: str) -> tuple[Word, ...]:
    at = 0
    while at < len(words):
        value = words[at].value
        if value == "--":
            at += 1
            break
        if value is not None and value.startswith("-") and len(value) > 1:
            at += 2 if value in with_value else 1
        elif name in ("sudo", "env") and re.match(r"\w+=", words[at].text):
            at += 1
        else:
            break
    if name == "timeout" and at < len(words):
        at += 1
    return words[at:]
