"""Scripts with holes: where a value went in as text, a reference to a variable goes in instead.

What was pasted once is data now: the reference is written for the innermost reader of the place where it stands.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gha2tekton.shell import python_strings
from gha2tekton.shell.grammar import parse
from gha2tekton.shell.nested import inner_code
from gha2tekton.shell.script import Command, read

if TYPE_CHECKING:
    from tree_sitter import Node


@dataclass(frozen=True, slots=True)
class Hole:
    """A value that only the run knows: it stands in an environment variable.

    ``trusted`` values can be set by the repository's own people alone; ``source`` is the text that stood there.
    """

    variable: str
    trusted: bool
    source: str


@dataclass(frozen=True, slots=True)
class Filled:
    """A script without holes; ``problems`` tell the holes for which there is no safe form."""

    text: str
    problems: tuple[str, ...] = ()


_MARK = "GHAHOLE{}Z"
_MARKED = re.compile(r"GHAHOLE(\d+)Z")


def fill(parts: Sequence[str | Hole], language: str = "sh") -> Filled:
    """The script with a reference in place of every hole, for a script in ``sh``, ``python`` or another language."""
    holes = [part for part in parts if isinstance(part, Hole)]
    if not holes:
        return Filled("".join(part for part in parts if isinstance(part, str)))
    numbers = iter(range(len(holes)))
    marked = "".join(part if isinstance(part, str) else _MARK.format(next(numbers)) for part in parts)
    problems: list[str] = []
    if language == "sh":
        text = _fill_shell(marked, holes, problems)
    elif language == "python":
        text = _fill_python(marked, holes, problems)
    else:
        text = marked
        problems += [f"{hole.source}: there is no safe way to bring a value into this language" for hole in holes]
    return Filled(_MARKED.sub(lambda match: holes[int(match[1])].source, text), tuple(dict.fromkeys(problems)))


def _fill_python(text: str, holes: Sequence[Hole], problems: list[str]) -> str:
    def place(match: re.Match[str]) -> str:
        hole = holes[int(match[1])]
        reference = python_strings.reference(text, match.start(), hole.variable, hole.trusted)
        if reference is None:
            problems.append(f"{hole.source}: it is Python code here, not the text of a string")
            return match[0]
        return reference

    return _MARKED.sub(place, text)


def _fill_shell(text: str, holes: Sequence[Hole], problems: list[str]) -> str:
    data = text.encode("utf-8", "surrogatepass")
    root = parse(text)
    commands = read(text).commands
    out: list[str] = []
    at = 0
    for match in _MARKED.finditer(text):
        hole = holes[int(match[1])]
        start = len(text[: match.start()].encode("utf-8", "surrogatepass"))
        node = root.descendant_for_byte_range(start, start + len(match[0]))
        place = _place(node, data) if node is not None else "bare"
        outer = _code_around(commands, match.start(), match.end())
        reference: str | None
        if outer is not None and place in ("single", "double", "heredoc", "heredoc-quoted"):
            reference = _nested(outer, match[0], hole, place, problems)
        else:
            reference = _reference(place, hole, problems)
        out += [text[at : match.start()], match[0] if reference is None else reference]
        at = match.end()
    return "".join(out) + text[at:]


_PLACES = {
    "comment": "comment",
    "raw_string": "single",
    "ansi_c_string": "ansi",
    "string": "double",
    "translated_string": "double",
    "arithmetic_expansion": "arithmetic",
    "command_name": "command",
    "variable_assignment": "assignment",
    "file_redirect": "redirect",
    "variable_name": "name",
    "function_definition": "name",
    "heredoc_start": "name",
    "heredoc_end": "name",
}


def _place(node: Node, data: bytes) -> str:
    """What the shell would make of the text at a node."""
    inner: Node = node
    at: Node | None = node
    while at is not None:
        kind = at.type
        if kind == "heredoc_body":
            start = next((child for child in (at.parent.children if at.parent else ()) if child.type == "heredoc_start"), None)
            quoted = start is not None and any(mark in data[start.start_byte : start.end_byte] for mark in b"'\"\\")
            return "heredoc-quoted" if quoted else "heredoc"
        if kind == "variable_name" and at.parent is not None and at.parent.type in ("arithmetic_expansion", "binary_expression"):
            inner, at = at, at.parent
            continue
        if kind == "compound_statement" and data[at.start_byte : at.start_byte + 2] == b"((":
            return "arithmetic"
        if kind in ("arithmetic_expansion", "c_style_for_statement", "subscript"):
            return "arithmetic"
        if kind == "function_definition" and at.child_by_field_name("name") != inner:
            return "bare"
        if kind == "variable_name" and at.parent is not None and at.parent.type in ("expansion", "simple_expansion"):
            return "name"
        if kind in _PLACES and not (kind == "variable_assignment" and at.child_by_field_name("name") == inner):
            return "command" if kind == "command_name" and _whole_command(at) else _PLACES[kind] if kind != "command_name" else "program"
        if kind == "variable_assignment":
            return "name"
        if kind in ("command_substitution", "process_substitution", "command", "test_command", "program", "list", "pipeline"):
            return "bare"
        inner, at = at, at.parent
    return "bare"


def _whole_command(name: Node) -> bool:
    """Whether a command is nothing but its name."""
    return name.parent is not None and name.parent.named_child_count == 1


def _reference(place: str, hole: Hole, problems: list[str]) -> str | None:
    variable = f"${{{hole.variable}}}"
    match place:
        case "comment":
            return " ".join(hole.source.split())
        case "double" | "heredoc" | "assignment":
            return variable
        case "single":
            return f"'\"{variable}\"'"
        case "ansi":
            return f"'\"{variable}\"$'"
        case "redirect":
            return f'"{variable}"'
        case "command":
            if hole.trusted:
                return f'eval "{variable}"'
            problems.append(f"{hole.source}: it is a command here, and anybody could set it")
            return None
        case "arithmetic":
            # Arithmetic evaluates what a variable holds, command substitutions in subscripts included.
            if hole.trusted:
                return variable
            problems.append(f"{hole.source}: it is arithmetic here, where a value can run commands")
            return None
        case "heredoc-quoted":
            problems.append(f"{hole.source}: it stands in a here-document whose text the shell leaves alone")
            return None
        case "name":
            problems.append(f"{hole.source}: it is part of a name here")
            return None
        case _:
            # Bare text was split into words and globbed where it was pasted; so is a bare variable.
            return variable


def _code_around(commands: Sequence[Command], start: int, end: int) -> Command | None:
    """The innermost command that hands the text at this place to another interpreter as code."""
    found: Command | None = None
    for command in commands:
        if command.within is not None or not command.start <= start < command.end:
            continue
        code = inner_code(command)
        if code is None:
            continue
        if code.word is not None and code.word.start <= start and end <= code.word.end:
            found = command
        if code.word is None and command.heredoc is not None and _MARKED.search(code.text):
            words = any(word.start <= start < word.end for word in command.words)
            found = found if words else command
    return found


def _nested(command: Command, mark: str, hole: Hole, place: str, problems: list[str]) -> str | None:
    """The reference for code inside an argument or a here-document, written again for the shell around it."""
    code = inner_code(command)
    assert code is not None
    if code.remote:
        problems.append(f"{hole.source}: the code runs on another machine, which has no such variable")
        return None
    if code.language == "other" or (code.word is None and code.language == "sh" and command.heredoc is None):
        problems.append(f"{hole.source}: there is no safe way to bring a value into the code of {command.name}")
        return None
    if code.language == "python":
        reference = python_strings.reference(code.text, code.text.index(mark), hole.variable, hole.trusted)
        if reference is None:
            problems.append(f"{hole.source}: it is Python code here, not the text of a string")
            return None
        return _REQUOTE[place](reference)
    number = int(_MARKED.fullmatch(mark)[1])  # type: ignore[index]  # marks are of our making
    inner = _fill_shell(_only(code.text, mark), [hole] * (number + 1), problems)
    head, _, tail = _only(code.text, mark).partition(mark)
    if inner.startswith(head) and inner.endswith(tail) and mark not in inner:
        return _REQUOTE[place](inner[len(head) : len(inner) - len(tail)])
    return None


def _only(text: str, mark: str) -> str:
    """The code with every other hole as a plain word, so that one is looked at at a time."""
    return _MARKED.sub(lambda match: match[0] if match[0] == mark else f"hole{match[1]}", text)


def _double(text: str) -> str:
    return re.sub(r'([\\"$`])', r"\\\1", text)


_REQUOTE: dict[str, Callable[[str], str]] = {
    "single": lambda text: text.replace("'", "'\\''"),
    "double": _double,
    "heredoc": lambda text: re.sub(r"([\\$`])", r"\\\1", text),
    "heredoc-quoted": lambda text: text,
}
