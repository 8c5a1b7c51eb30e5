"""Scripts so plain that every shell of POSIX does the same with them as bash."""

from __future__ import annotations

import re

from gha2tekton.shell.command import Command
from gha2tekton.shell.docker import CALLS
from gha2tekton.shell.script import read

_NAME = r"\$(?:(?!BASH|RANDOM|SECONDS|LINENO|PIPESTATUS|FUNCNAME|E?UID|HOST|OSTYPE|MACHTYPE|SHLVL)\w+|\{\w+\})"
_WORD = rf"""(?:[\w./:=@%+,-]|'[^']*'|"(?:[^"\\`$]|{_NAME}|\$\(pwd\))*"|{_NAME})+"""
_LITERAL = re.compile(r"""(?!-)(?:[\w./:=@%+,-]|'[^'\\]*'|"[^"\\`$]*")+""")
_PLAIN = re.compile(_WORD)
_REDIRECT = re.compile(rf"\d?>>?\s*{_WORD}|\d?>&\d")
_TEST = rf"\[ +(?:(?:-[a-z]{{1,2}}|!?=|!|(?!==){_WORD}) +)+\]"
_BETWEEN = re.compile(
    rf"(?:\s|&&|\|\|?|;|#[^\n]*|\b(?:if|then|elif|else|fi)\b|{_TEST}|(?<![\w$])[A-Za-z_]\w*=(?:{_WORD})?(?=[\s;]|$))*"
)
_PROGRAMS = CALLS | frozenset("mkdir cp mv rm touch ls cat sleep cd true false date pwd exit".split())


def any_shell(text: str) -> bool:
    """Whether a script is known to be one: simple commands with plain words, in order, in pipes or behind if."""
    script = read(text)
    commands = sorted((one for one in script.commands if one.within is None), key=lambda one: one.start)
    if script.broken:
        return False
    at, between = 0, ""
    for index, command in enumerate(commands):
        after = commands[index + 1] if index + 1 < len(commands) else None
        # Nobody sees what a login reads.
        unseen = command.place.in_pipeline and after is not None and after.text.startswith("docker login")
        if not _plain(command, unseen):
            return False
        between += text[at : command.start] + " "
        at = max(at, command.end)
    return _BETWEEN.fullmatch(between + text[at:]) is not None


def _plain(command: Command, unseen: bool) -> bool:
    place = command.place
    if place.substituted:
        return command.text == "pwd"
    if place.in_function or place.background or place.negated:
        return False
    if command.heredoc is not None or command.herestring is not None or command.variables:
        return False
    if not all(_REDIRECT.fullmatch(redirect) for redirect in command.redirects):
        return False
    texts = [word.text for word in command.words]
    if command.name == "echo" and not unseen:
        return all(_LITERAL.fullmatch(text) for text in texts)
    return command.name in _PROGRAMS | {"echo"} and all(_PLAIN.fullmatch(text) for text in texts)
