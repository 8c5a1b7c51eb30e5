"""What a program does with each of its words: most are data, some are code, names or programs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from gha2tekton.shell.command import Command, Word
from gha2tekton.shell.docker import CALLS, parse_call
from gha2tekton.shell.nested import interpreter, takes_value
from gha2tekton.shell.wrappers import unwrapped

Role = Literal["data", "single", "program", "name", "number", "code"]
"""``single`` words are data, but options among them run programs: one word must stay one."""

_NAMES = frozenset({
    "read", "unset", "mapfile", "readarray", "getopts", "wait", "export", "declare", "typeset", "local", "readonly",
    "enable", "complete", "bind", "alias",
})  # fmt: skip
_SINGLE = frozenset({"find", "tar", "rsync", "zip", "test", "[", "ssh", "scp"})
_CODE = frozenset({"eval", "watch", "trap", "parallel", "make", "gmake", "crontab", "at", "ssh", "xonsh"})
_PROGRAM_FIRST = {  # the first operand is code; after these options comes a value or the code itself
    "sed": (("-e", "--expression"), ("-l",)),
    "gsed": (("-e", "--expression"), ("-l",)),
    "awk": ((), ("-F", "-v", "-f")),
    "gawk": ((), ("-F", "-v", "-f")),
    "mawk": ((), ("-F", "-v", "-f")),
    "jq": ((), ("--arg", "--argjson", "--slurpfile", "--rawfile", "-f", "--indent", "-L")),
    "yq": ((), ("--arg", "--argjson", "-p", "-o")),
    "bc": ((), ()),
}
_PROGRAM_FILES = re.compile(r"\.(sh|bash|zsh|py|ps1|js|mjs|ts|R|jl|pl|rb|mk|awk|sed|sql|groovy)\Z")


def role(command: Command, index: int, leads: bool) -> Role:
    """The part that a word plays; ``leads`` says that what is asked about stands at the word's beginning."""
    words = command.words
    work = unwrapped(command).words
    first = len(words) - len(work)
    if index < first:
        return "single"
    name = work[0].program
    if name in CALLS and index > first:
        call = parse_call([word.value for word in work])
        if call is None or not call.has_target or not call.arguments:
            return "data"
        inside = len(words) - len(call.arguments)
        if index < inside:
            return "single" if words[index].value == call.target else "data"
        return _role(words[inside:], index - inside, leads)
    return _role(work, index - first, leads)


def _role(words: Sequence[Word], index: int, leads: bool) -> Role:
    if index == 0:
        return "program" if leads else "single"
    name = words[0].program
    before = words[index - 1].value or ""
    operands = [at for at, word in enumerate(words) if at and not (word.value or "x").startswith("-")]
    if (not name or "HOLE" in name) and re.fullmatch(r"-\w*[ce]", before):
        return "code"  # whatever program this is, the option says that code follows
    if name == "let":
        return "number"
    if name in _NAMES or (before == "-v" and name in ("test", "printf")):
        return "name" if leads or name != "export" else "single"
    if name == "printf":
        return "name" if leads and index == 1 else "data"
    if name in (".", "source"):
        return ("program" if leads else "single") if index == 1 else "data"
    if name in ("xargs", "nsenter", "chroot", "srun") and operands[:1] == [index]:
        return "program" if leads else "single"
    if name == "find" and before in ("-exec", "-execdir", "-ok", "-okdir"):
        return "program"
    if name in _PROGRAM_FIRST:
        return "code" if _is_program(words, index, *_PROGRAM_FIRST[name]) else "data"
    if name in _CODE:
        return "code"
    if interpreter(name) is not None:
        return _of_interpreter(words, index, leads)
    return "single" if name in _SINGLE or name == "xargs" else "data"


def _is_program(words: Sequence[Word], index: int, code: Sequence[str], valued: Sequence[str]) -> bool:
    value = words[index - 1].value or ""
    glued = tuple(f"{option}=" for option in code if option.startswith("--"))
    if value in code or words[index].text.lstrip("'\"").startswith(glued):
        return True
    if any(word.value in code for word in words[1:]) or any(word.value in ("-f", "--file") for word in words[1:index]):
        return False
    at = 1
    while at < len(words):
        option = words[at].value
        if option is None or not option.startswith("-") or option == "-":
            return at == index
        at += 3 if option in ("--arg", "--argjson", "--slurpfile", "--rawfile") else 2 if option in valued else 1
    return False


def _of_interpreter(words: Sequence[Word], index: int, leads: bool) -> Role:
    """Options and the script's name decide what runs; what follows the name is the script's own."""
    name = words[0].program
    at = 1
    while at < index:
        value = words[at].value
        if value == "--" and any(re.fullmatch(r"-[a-z]*s[a-z]*", word.value or "") for word in words[1:at]):
            return "data"  # a shell that reads its code from its input
        operand = (
            re.search(r'["/.]', words[at].text) is not None
            if value is None
            else not value.startswith("-") or value == "-"
        )
        if operand:
            return "data"
        at += 2 if (value == "-m" or takes_value(name, value or "")) and at + 1 < index else 1
        if value == "-m" and index >= at:
            return "data"
    return "program" if leads else "single"


def writes_program(command: Command) -> bool:
    """Whether what a command prints goes to a file that will be run."""
    if command.name not in ("echo", "printf", "cat", "tee"):
        return False
    targets = [text.lstrip("0123456789&>| ") for text in command.redirects if ">" in text]
    if command.name == "tee":
        targets += [word.text for word in command.words[1:]]
    return any(_PROGRAM_FILES.search(target.strip("'\"")) for target in targets)
