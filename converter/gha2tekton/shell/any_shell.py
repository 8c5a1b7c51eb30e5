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
_BETWEEN = re.compile(rf"(?:\s|&&|\|\||;|#[^\n]*|(?<![\w$])[A-Za-z_]\w*=(?:{_WORD})?(?=[\s;]|$))*")
_PROGRAMS = CALLS | frozenset("mkdir cp mv rm touch ls cat sleep cd true date pwd".split())


def any_shell(text: str) -> bool:
    """Whether a script is known to be one: simple commands one after another, with plain words."""
    script = read(text)
    commands = [command for command in script.commands if command.within is None]
    if script.broken or not all(_plain(command) for command in commands):
        return False
    at, between = 0, ""
    for command in sorted(commands, key=lambda one: one.start):
        between += text[at : command.start]
        at = max(at, command.end)
    return _BETWEEN.fullmatch(between + text[at:]) is not None


def _plain(command: Command) -> bool:
    place = command.place
    if place.substituted:
        return command.text == "pwd"
    if place.depth or place.in_pipeline or place.in_function or place.background or place.negated or place.in_condition:
        return False
    if command.heredoc is not None or command.herestring is not None or command.variables:
        return False
    if not all(_REDIRECT.fullmatch(redirect) for redirect in command.redirects):
        return False
    texts = [word.text for word in command.words]
    if command.name == "echo":
        return all(_LITERAL.fullmatch(text) for text in texts)
    return command.name in _PROGRAMS and all(_PLAIN.fullmatch(text) for text in texts)
