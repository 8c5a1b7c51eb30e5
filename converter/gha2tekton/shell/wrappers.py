"""Commands that run another one: sudo, ``env X=1``, ``poetry run``, ``python -m`` and the like, taken away."""

from __future__ import annotations

import re

from gha2tekton.record import replace
from gha2tekton.shell.command import Command, Word

PYTHONS = re.compile(r"(i?python|pypy)[\w.]*\Z")
_PYTHON_FLAG = re.compile(r"-[uBEIOqsSvbd]+\Z|-[WX].+\Z")

_CONDA = frozenset("-n -p --name --prefix --cwd -r --root-prefix -a --attach".split())
_WRAPPERS: dict[str, frozenset[str]] = {
    "sudo": frozenset("-u -g -h -p -C -r -t -U -D -R -T --user --group --host --prompt --chdir --chroot".split()),
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
    "xvfb-run": frozenset("-s -n -e -f -w -p --server-args --server-num --error-file --auth-file --wait".split()),
    "unbuffer": frozenset(),
    "timeout": frozenset({"-k", "-s", "--signal", "--kill-after"}),
    "micromamba": _CONDA,
    "mamba": _CONDA,
    "conda": _CONDA,
    "poetry": frozenset({"-C", "--directory", "-P", "--project"}),
    "uv": frozenset(
        "--with --with-editable --with-requirements --python -p --extra --no-extra --group --no-group --only-group "
        "--project --directory --package --env-file --index --default-index --index-url --extra-index-url "
        "--cache-dir --config-file".split()
    ),
    "pixi": frozenset({"-e", "--environment", "--manifest-path"}),
    "hatch": frozenset({"-e", "--env", "-p", "--project"}),
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
    while behind := _behind(words):
        words = behind
    return command if words is command.words else replace(command, words=words)


def _behind(words: tuple[Word, ...]) -> tuple[Word, ...]:
    """The command that one wrapper runs; nothing where the first word is no wrapper, or runs none."""
    name = words[0].program if words else ""
    if PYTHONS.match(name):
        return _module(words)
    if name == "coverage":
        return _measured(words)
    if name not in _WRAPPERS:
        return ()
    if name == "command" and re.match(r"-p?[vV]", words[1].text if words[1:] else ""):
        return ()  # it says where a command is, and runs none
    start = 1
    if name in _RUNNERS:
        start = next((index for index, word in enumerate(words, 1) if word.value == "run"), 0)
        # ``uv tool run`` and ``hatch env run`` are ways to say it; ``uv pip install run`` is another command.
        if len(_after_options(words[1 : start - 1], name)) > 1:
            return ()
    return _after_options(words[start:], name) if start else ()


def _module(words: tuple[Word, ...]) -> tuple[Word, ...]:
    at = 1
    while at < len(words) and _PYTHON_FLAG.match(words[at].value or ""):
        at += 1
    return words[at + 1 :] if words[at : at + 1] and words[at].value == "-m" else ()


def _measured(words: tuple[Word, ...]) -> tuple[Word, ...]:
    """The module that ``coverage run -m`` runs."""
    module = next((index for index, word in enumerate(words, 1) if word.value in ("-m", "--module")), len(words))
    return words[module:] if [word.value for word in words[1:2]] == ["run"] else ()


def in_environment(command: Command, inner: Command) -> bool:
    """Whether ``pixi run``, ``uv run`` and the like give it the programs of an environment of their own."""
    taken = command.words[: len(command.words) - len(inner.words)]
    return any(word.program in _RUNNERS for word in taken)


def _after_options(words: tuple[Word, ...], name: str) -> tuple[Word, ...]:
    """The words behind a wrapper's own options."""
    at = 0
    while at < len(words):
        value = words[at].value
        if value == "--":
            at += 1
            break
        if name == "env" and re.match(r"-[a-z]*S|--split-string", words[at].text):
            return ()  # what follows is no word, but a line for env to take apart
        if value is not None and value.startswith("-") and len(value) > 1:
            at += 2 if value in _WRAPPERS[name] else 1
        elif name in ("sudo", "env") and re.match(r"\w+=", words[at].text):
            at += 1
        else:
            break
    if name == "timeout" and at < len(words):
        at += 1
    return words[at:]
