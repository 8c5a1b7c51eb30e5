"""Commands that hand code to an interpreter: as a word, on its input, in a container, on another machine."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

from gha2tekton.record import Record
from gha2tekton.shell.command import Command, Heredoc, Word
from gha2tekton.shell.docker import CALLS, parse_call
from gha2tekton.shell.quote import decode
from gha2tekton.shell.wrappers import PYTHONS, unwrapped

_SHELLS = frozenset({"bash", "sh", "dash", "zsh", "ash", "ksh"})
_JAVASCRIPT = frozenset({"node", "nodejs", "bun", "tsx", "ts-node"})
DATABASES = frozenset("psql mysql mariadb sqlite3 duckdb".split())
"""Clients that read code whatever their operands say, which name a database."""
_OTHERS = frozenset("perl ruby Rscript R julia pwsh powershell php lua bc".split()) | DATABASES

Language = Literal["sh", "python", "javascript", "other"]


class InnerCode(Record, frozen=True):
    """Code handed to an interpreter: ``word`` is the argument that holds it, None when its input does."""

    language: Language
    text: str
    word: Word | None
    remote: bool = False
    """It runs on another machine, which has none of the variables set here."""
    container: bool = False
    """It runs in a container, which has the variables that are handed to it."""
    argv: bool = False
    """It is no text but the words of a container's command."""


# Programs that take a shell's code: after an option, or in the words after the name.
_CODE_OPTIONS = {
    "su": "-c", "runuser": "-c", "script": "-c", "flock": "-c", "sg": "-c", "nix-shell": "--run", "npx": "-c",
}  # fmt: skip
_PRINTERS = frozenset({"echo", "printf", "cat", "grep", "which", "type", "git", "tee"})
_REMOTE = frozenset(
    {"ssh", "kubectl", "oc", "srun", "sbatch", "gcloud", "aws", "az", "lxc", "vagrant", "rsh", "mosh", "multipass"}
)
_STRINGS = frozenset({"eval", "trap", "watch", "parallel", "hyperfine"})


def inner_code(command: Command) -> InnerCode | None:
    """The code that a command hands to an interpreter, here or in a container; expansions as they are written."""
    inner = unwrapped(command)
    words = inner.words
    container = False
    if inner.name in CALLS:
        call = parse_call(inner.spread)
        if call is None or not call.has_target:
            return None
        container = True
        words = words[max(0, len(words) - len(call.arguments)) :]
        entrypoint = call.option("--entrypoint")
        if entrypoint:
            words = (Word(entrypoint, entrypoint, -1, -1), *words)
    if not words:
        return None
    name = words[0].program
    remote = name in _REMOTE
    if name == "ssh":
        for word in words[1:]:
            if word.text[:1] in "'\"" and " " in word.text:
                return _of_word("sh", word, remote, container)
        return _of_input("sh", command, remote, container)
    if name in _STRINGS:
        code = next((word for word in words[1:] if not (word.value or "x").startswith("-")), None)
        several = name in ("eval", "watch") and code is not words[-1]
        return _of_word("sh", code, remote, container) if code is not None and not several else None
    if name in _CODE_OPTIONS:
        for index, word in enumerate(words[:-1]):
            if word.value == _CODE_OPTIONS[name]:
                return _of_word("sh", words[index + 1], remote, container)
    for index, word in enumerate(words) if name not in _PRINTERS else ():
        language = interpreter(word.program)
        if language is not None:
            found = _of_interpreter(language, words[index:], command, remote, container)
            if found is not None:
                return found
            break
    if container and interpreter(name) is None:
        return InnerCode("sh", " ".join(word.text for word in words), None, container=True, argv=True)
    return None


@lru_cache(maxsize=1024)
def interpreter(name: str) -> Language | None:
    if name in _SHELLS:
        return "sh"
    if PYTHONS.match(name):
        return "python"
    if name in _JAVASCRIPT:
        return "javascript"
    return "other" if name in _OTHERS else None


_ELSEWHERE = re.compile(r"(docker|podman|singularity|apptainer|ssh|wsl|msys2)\b")
_SHELL_READS = re.compile(r"(?<![\w.-])(ba|da|z|k|a)?sh\b[^|;&]*\{0\}")


def script_language(shell: str) -> Language:
    """What reads a step's script, by the step's ``shell``; a shell in an environment, such as conda's, is one too."""
    first = shell.split(maxsplit=1)[0].rsplit("/", 1)[-1] if shell.strip() else "sh"
    language = interpreter(first) or "other"
    nested = language == "other" and not _ELSEWHERE.match(first) and _SHELL_READS.search(shell)
    return "sh" if nested else language


def _of_interpreter(
    language: Language, words: tuple[Word, ...], command: Command, remote: bool, container: bool
) -> InnerCode | None:
    name = words[0].program
    at = 1
    while at < len(words):
        value = words[at].value
        if value is None or not re.match(r"[-+].", value):
            break
        if takes_code(name, value):
            if at + 1 < len(words):
                return _of_word(language, words[at + 1], remote, container)
            return None
        at += 2 if takes_value(name, value) else 1
    named = at < len(words) and words[at].value not in ("-", "-s") and "-s" not in [one.value for one in words[1:at]]
    if not named or name in DATABASES:
        return _of_input(language, command, remote, container)
    if container and (words[1].value if len(words) > 1 else "") == "-m":
        return InnerCode("sh", " ".join(word.text for word in words), None, container=True, argv=True)
    return None


def takes_value(name: str, option: str) -> bool:
    """Whether the word behind an interpreter's option belongs to it."""
    if name in _SHELLS:
        return re.match(r"[-+][a-zA-Z]*[oO]\Z|--(rcfile|init-file)\Z", option) is not None
    return option in ("-W", "-X", "-r", "-I", "-L")


def takes_code(name: str, option: str) -> bool:
    """Whether the word behind an interpreter's option is code."""
    if name in _JAVASCRIPT:
        return re.match(r"-\w*[ep]\Z|--(eval|print)\Z", option) is not None
    if name in ("perl", "ruby", "Rscript", "R", "julia", "lua"):
        return re.match(r"-\w*[eE]\Z|--eval\Z", option) is not None
    if name in ("pwsh", "powershell"):
        return option.lower() in ("-c", "-command")
    if name in ("php", "sqlite3"):
        return option in ("-r", "-cmd")
    if name in ("mysql", "mariadb"):
        return re.match(r"-\w*e\Z|--execute\Z", option) is not None
    return re.match(r"-[A-Za-z]*c\Z|--command\Z", option) is not None


def _of_word(language: Language, word: Word, remote: bool, container: bool) -> InnerCode:
    return InnerCode(
        language, word.value if word.value is not None else decode(word.text).text, word, remote, container
    )


def _of_input(language: Language, command: Command, remote: bool, container: bool) -> InnerCode | None:
    if command.heredoc is not None:
        return InnerCode(language, _body(command.heredoc), None, remote, container)
    if command.herestring is not None:
        return _of_word(language, command.herestring, remote, container)
    return None


def _body(heredoc: Heredoc) -> str:
    return heredoc.body if heredoc.quoted else decode(heredoc.body, 0, "heredoc").text


def reads_code(command: Command) -> bool:
    """Whether what a command reads from its input runs as code, such as the last one of ``… | bash``."""
    inner = unwrapped(command)
    words = inner.words
    if inner.name in CALLS:
        call = parse_call(inner.spread)
        words = words[max(0, len(words) - len(call.arguments)) :] if call is not None and call.has_target else ()
    name = words[0].program if words else ""
    if name in ("parallel", "at", "batch", "crontab"):
        return True
    if name in (".", "source"):
        return len(words) > 1 and words[1].value in ("/dev/stdin", "/proc/self/fd/0")
    values = [word.value for word in words[1:]]
    if name == "xargs":
        return any(interpreter(word.program) is not None for word in words[1:])
    if interpreter(name) is None:
        return False
    operands = [value for value in values if value is None or not value.startswith("-") or value == "-"]
    return not any(takes_code(name, value or "") for value in values) and (
        not operands or operands[0] == "-" or "-s" in values or name in DATABASES
    )
