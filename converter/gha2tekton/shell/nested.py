"""Commands that run commands: wrappers such as sudo, and interpreters that are handed code."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Literal

from gha2tekton.shell.docker import CALLS, parse_call
from gha2tekton.shell.script import Command, Word

_SHELLS = frozenset({"bash", "sh", "dash", "zsh", "ash", "ksh"})
_PYTHONS = re.compile(r"python[0-9.]*\Z|ipython3?\Z")
_OTHERS = frozenset({"node", "perl", "ruby", "Rscript", "julia", "pwsh", "psql", "mysql", "awk", "gawk", "php"})

Language = Literal["sh", "python", "other"]


@dataclass(frozen=True, slots=True)
class InnerCode:
    """Code handed to an interpreter: ``word`` is the argument that holds it, None when it comes by a heredoc."""

    language: Language
    text: str
    word: Word | None
    remote: bool = False
    """It runs on another machine, which has none of the variables set here."""


# Options of wrappers that take a value of their own.
_WRAPPERS: dict[str, frozenset[str]] = {
    "sudo": frozenset({"-u", "-g", "-h", "-p", "-C", "-r", "-t", "-U", "--user", "--group"}),
    "env": frozenset({"-u", "-C", "--unset", "--chdir"}),
    "time": frozenset({"-o", "-f"}),
    "nohup": frozenset(),
    "exec": frozenset({"-a"}),
    "command": frozenset(),
    "nice": frozenset({"-n"}),
    "ionice": frozenset({"-c", "-n"}),
    "stdbuf": frozenset({"-o", "-e", "-i"}),
    "xvfb-run": frozenset({"-s", "-n", "-e", "-f", "-w"}),
    "unbuffer": frozenset(),
    "timeout": frozenset({"-k", "-s", "--signal", "--kill-after"}),
    "micromamba": frozenset({"-n", "-p", "--name", "--prefix"}),
    "mamba": frozenset({"-n", "-p", "--name", "--prefix"}),
    "conda": frozenset({"-n", "-p", "--name", "--prefix"}),
    "poetry": frozenset({"-C", "--directory"}),
    "uv": frozenset({"--with", "--python", "-p", "--extra", "--group", "--project", "--directory", "--with-requirements"}),
    "pixi": frozenset({"-e", "--environment", "--manifest-path"}),
    "hatch": frozenset({"-e", "--env", "-p"}),
    "pipenv": frozenset(),
    "pdm": frozenset({"-p", "--project"}),
    "rye": frozenset(),
    "coverage": frozenset({"--source", "--rcfile", "--omit", "--include", "-m"}),
}
_RUNNERS = frozenset({"micromamba", "mamba", "conda", "poetry", "uv", "pixi", "hatch", "pipenv", "pdm", "rye", "coverage"})


def unwrapped(command: Command) -> Command:
    """The command that really does the work: without sudo, ``env X=1``, ``poetry run``, ``python -m`` and the like."""
    words = command.words
    while words:
        name = (words[0].value or "").rsplit("/", 1)[-1]
        if _PYTHONS.match(name) and len(words) > 2 and words[1].value == "-m":
            return replace(command, words=words[2:])
        if name == "coverage" and len(words) > 3 and words[1].value == "run" and words[2].value == "-m":
            words = words[3:]
            continue
        if name in _RUNNERS and (len(words) < 3 or words[1].value != "run" or name == "coverage"):
            break
        if name not in _WRAPPERS:
            break
        rest = _after_options(words[2 if name in _RUNNERS else 1 :], _WRAPPERS[name], name)
        if not rest:
            break
        words = rest
    return replace(command, words=words)


def _after_options(words: tuple[Word, ...], with_value: frozenset[str], name: str) -> tuple[Word, ...]:
    at = 0
    while at < len(words):
        value = words[at].value
        if value == "--":
            at += 1
            break
        if value is not None and value.startswith("-") and len(value) > 1:
            at += 2 if value in with_value else 1
        elif value is not None and name in ("sudo", "env") and re.match(r"\w+=", value):
            at += 1
        else:
            break
    if name == "timeout" and at < len(words):
        at += 1
    return words[at:]


def inner_code(command: Command) -> InnerCode | None:
    """The code that a command hands to an interpreter, here or in a container."""
    inner = unwrapped(command)
    name = inner.name
    words = inner.words
    remote = False
    if name in CALLS:
        call = parse_call(inner.values)
        if call is None or not call.has_target or not call.arguments:
            return None
        words = words[len(words) - len(call.arguments) :]
        name = (words[0].value or "").rsplit("/", 1)[-1]
        if _PYTHONS.match(name) and len(words) > 1 and words[1].value == "-m":
            return InnerCode("sh", " ".join(word.text for word in words), None)
        if name not in _SHELLS and not _PYTHONS.match(name):
            return InnerCode("sh", " ".join(word.text for word in words), None)
    elif name == "ssh":
        remote = True
        for word in words[1:]:
            if word.text[:1] in "'\"" and " " in word.text:
                return InnerCode("sh", _code(word), word, True)
        return InnerCode("sh", command.heredoc.body, None, True) if command.heredoc else None
    if name == "eval" and len(words) == 2:
        return InnerCode("sh", _code(words[1]), words[1])
    language: Language | None = (
        "sh" if name in _SHELLS or name == "su" else "python" if _PYTHONS.match(name) else "other" if name in _OTHERS else None
    )
    if language is None:
        return None
    for index, word in enumerate(words[1:-1], 1):
        if word.value is not None and re.match(r"-[a-z]*[ce]\Z", word.value) and _takes_code(name, word.value):
            return InnerCode(language, _code(words[index + 1]), words[index + 1], remote)
    if command.heredoc and not any((word.value or "x")[0] not in "-" for word in words[1:] if word.value != "-"):
        return InnerCode(language, command.heredoc.body, None, remote)
    return None


def _takes_code(name: str, option: str) -> bool:
    return option.endswith("e") if name in ("node", "perl", "ruby", "Rscript", "julia") else option.endswith("c")


def _code(word: Word) -> str:
    """The code in a word; expansions of the outer shell stay as they are written."""
    if word.value is not None:
        return word.value
    text = word.text
    if len(text) > 1 and text[0] == text[-1] == '"':
        return re.sub(r'\\([$`"\\\n])', lambda match: "" if match[1] == "\n" else match[1], text[1:-1])
    if len(text) > 1 and text[0] == text[-1] == "'":
        return text[1:-1]
    return text
