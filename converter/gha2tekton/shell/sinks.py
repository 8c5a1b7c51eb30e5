"""What a program does with each of its words: most are data, some are code, names or programs."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterable, Sequence
from typing import Literal

from gha2tekton.shell.command import Command, Word
from gha2tekton.shell.docker import CALLS, parse_call
from gha2tekton.shell.nested import DATABASES, interpreter, takes_code, takes_value
from gha2tekton.shell.wrappers import unwrapped

Role = Literal["data", "single", "program", "name", "number", "code"]
"""``single`` words are data, but options among them run programs: one word must stay one."""

_NAMES = frozenset({
    "read", "unset", "mapfile", "readarray", "getopts", "wait", "export", "declare", "typeset", "local", "readonly",
    "enable", "complete", "bind", "alias",
})  # fmt: skip
_SINGLE = frozenset({"find", "tar", "rsync", "zip", "test", "[", "ssh", "scp"})
_CODE = frozenset({"eval", "watch", "trap", "parallel", "make", "gmake", "crontab", "at", "ssh", "xonsh"})
_PLACE = ("-C", "--directory")
"""What goes before the directory in which make works; all else that it is told may end up in a recipe."""
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
_CODE_AFTER: dict[str, tuple[str, ...]] = {  # code follows these words, wherever they stand
    "env": ("-S", "--split-string"),
    "psql": ("-c", "--command"),
    "mysql": ("-e", "--execute"),
    "mariadb": ("-e", "--execute"),
    "duckdb": ("-c", "-s", "-cmd"),
    "mongosh": ("--eval",),
    "deno": ("eval",),
    "dc": ("-e", "--expression"),
    "expect": ("-c",),
    "emacs": ("--eval",),
    "vim": ("-c", "--cmd"),
    "nvim": ("-c", "--cmd"),
    "gdb": ("-ex", "--eval-command"),
    "gh": ("-q", "--jq"),
    "rsync": ("-e", "--rsh"),
    "tar": ("-I", "--use-compress-program", "--to-command", "--checkpoint-action"),
}
_WAYS = frozenset({"e", "eval", "ea", "eval-all"})
"""The words by which yq is told that a program follows."""
_PROGRAM_FILES = re.compile(
    r"\.(sh|bash|zsh|py|ps1|js|mjs|ts|R|jl|pl|rb|mk|awk|sed|sql|groovy)\Z|(^|/)\.(bash_?|z)?(rc|profile|login)\Z"
)


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
    if _follows_option(words, index):
        return "code"
    if name in DATABASES:
        return _of_database(name, before, index in operands[1:])
    if name in _NAMES or (before == "-v" and name in ("test", "printf")):
        return "name" if leads or name != "export" else "single"
    if name == "printf":
        return "name" if leads and index == 1 else "data"
    if name in (".", "source"):
        return ("program" if leads else "single") if index == 1 else "data"
    if name in ("xargs", "nsenter", "chroot", "srun", "coproc") and operands[:1] == [index]:
        return "program" if leads else "single"
    if name == "find" and before in ("-exec", "-execdir", "-ok", "-okdir"):
        return "program"
    if name in _PROGRAM_FIRST:
        return "code" if _is_program(words, index, *_PROGRAM_FIRST[name]) else "data"
    if name in ("make", "gmake") and (before in _PLACE or (words[index].value or "").startswith(_PLACE)):
        return "single"
    if name in _CODE:
        return "code"
    if interpreter(name) is not None:
        return _of_interpreter(words, index, leads)
    return "single" if name in _SINGLE or name == "xargs" else "data"


def _of_database(name: str, before: str, later: bool) -> Role:
    """``later`` operands of some are code; the first is a database."""
    if before in ("-f", "--file", "-init"):
        return "program"
    return "code" if later and name in ("sqlite3", "duckdb") else "single"


def _follows_option(words: Sequence[Word], index: int) -> bool:
    """Whether an option says that a word is code: the word before it, or the one that it is glued to."""
    before, text = words[index - 1].value or "", words[index].text.lstrip("'\"")
    for option in _CODE_AFTER.get(words[0].program, ()):
        if len(option) == 2:
            # Letters are grouped, as in psql -qtc.
            if re.fullmatch(rf"-[A-Za-z]*{option[1]}", before) or (text.startswith(option) and len(text) > 2):
                return True
        elif before == option or text.startswith(f"{option}="):
            return True
    return False


def _is_program(words: Sequence[Word], index: int, code: Sequence[str], valued: Sequence[str]) -> bool:
    value = words[index - 1].value or ""
    glued = tuple(f"{option}=" for option in code if option.startswith("--"))
    if value in code or words[index].text.lstrip("'\"").startswith(glued):
        return True
    if any(word.value in code for word in words[1:]) or any(word.value in ("-f", "--file") for word in words[1:index]):
        return False
    at = 2 if words[0].program == "yq" and words[1].value in _WAYS else 1
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
        if operand or (takes_code(name, value or "") and at < index - 1):
            return "data"
        at += 2 if (value == "-m" or takes_value(name, value or "")) and at + 1 < index else 1
        if value == "-m" and index >= at:
            return "data"
    option = re.match(r"-\w+|--\w+(?==)|", words[index].text.lstrip("'\""))
    if option and (takes_code(name, option[0]) or takes_code(name, option[0][:2])):
        return "code"  # as in perl -e'…' and node --eval=…
    return "program" if leads else "single"


def files_run(commands: Iterable[Command]) -> frozenset[str]:
    """The files that commands of a script run, by their names as written."""
    found: list[str] = []
    for command in commands:
        first, *others = unwrapped(command).words or (None,)
        if first is not None and "/" in first.text:
            found.append(first.text)
        if first is not None and (first.program in (".", "source") or interpreter(first.program) is not None):
            found += [word.text for word in others if not word.text.startswith("-")][:1]
    return frozenset(map(_file, found))


def _file(text: str) -> str:
    return posixpath.normpath(text.strip("'\""))


def writes_program(command: Command, run: Collection[str] = ()) -> bool:
    """Whether what a command prints goes to a file that will be run; ``run`` are those that its script runs itself."""
    if command.name not in ("echo", "printf", "cat", "tee"):
        return False
    targets = [text.lstrip("0123456789&>| ") for text in command.redirects if ">" in text]
    if command.name == "tee":
        targets += [word.text for word in command.words[1:]]
    return any(_PROGRAM_FILES.search(file) or file in run for file in map(_file, targets))
