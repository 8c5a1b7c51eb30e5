"""A script as the simple commands in it, with what can be known of their words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from gha2tekton.shell.grammar import Offsets, parse

if TYPE_CHECKING:
    from tree_sitter import Node


@dataclass(frozen=True, slots=True)
class Word:
    """One word: as written, and its value where that can be known without running anything."""

    text: str
    value: str | None
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Heredoc:
    body: str
    quoted: bool


@dataclass(frozen=True, slots=True)
class Command:
    """A simple command; ``within`` is the command whose argument or input holds it, such as ``bash -c``."""

    words: tuple[Word, ...]
    start: int
    end: int
    heredoc: Heredoc | None = None
    redirects: tuple[str, ...] = ()
    guarded: bool = False
    background: bool = False
    substituted: bool = False
    within: Command | None = None
    variables: tuple[tuple[str, str | None], ...] = ()

    @property
    def name(self) -> str:
        """The program's name without its directory, empty when it is not known."""
        value = self.words[0].value if self.words else None
        return value.rsplit("/", 1)[-1] if value else ""

    @property
    def values(self) -> tuple[str | None, ...]:
        return tuple(word.value for word in self.words)

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)


@dataclass(frozen=True, slots=True)
class Script:
    text: str
    commands: tuple[Command, ...]
    constants: Mapping[str, str]
    broken: bool
    """The grammar could not read all of it."""


@lru_cache(maxsize=1024)
def _read(text: str, variables: tuple[tuple[str, str], ...]) -> Script:
    root = parse(text)
    reader = _Reader(text, dict(variables))
    reader.visit(root, top=True)
    return Script(text, tuple(reader.commands), dict(reader.constants), root.has_error)


def read(text: str, variables: Mapping[str, str] | None = None) -> Script:
    """The commands of a script, those inside other commands after them; ``variables`` are constants set before it."""
    return _read(text, tuple(sorted((variables or {}).items())))


_SKIP = frozenset({"comment", "heredoc_body", "heredoc_start", "heredoc_end"})


class _Reader:
    def __init__(self, text: str, constants: dict[str, str]) -> None:
        self.text = text
        self.data = text.encode("utf-8", "surrogatepass")
        self.offset = Offsets(text)
        self.constants = constants
        self.commands: list[Command] = []

    def source(self, node: Node) -> str:
        return self.data[node.start_byte : node.end_byte].decode("utf-8", "surrogatepass")

    def visit(self, node: Node, top: bool, substituted: bool = False, guarded: bool = False) -> None:
        kind = node.type
        if kind in _SKIP:
            return
        if kind == "command":
            self.command(node, None, substituted, guarded)
            return
        if kind == "redirected_statement":
            body = node.child_by_field_name("body")
            if body is not None and body.type == "command":
                self.command(body, node, substituted, guarded)
                return
        if kind == "variable_assignment":
            self.assignment(node, top)
        if kind in ("unset_command",):
            return
        inside = substituted or kind in ("command_substitution", "process_substitution")
        deeper = top and kind in ("program", "list", "declaration_command", "redirected_statement")
        children = node.children
        for index, child in enumerate(children):
            if child.is_named:
                behind = children[index + 1].type if index + 1 < len(children) else ""
                self.visit(child, deeper, inside, guarded or (kind == "list" and behind == "||"))

    def assignment(self, node: Node, top: bool) -> None:
        name = node.child_by_field_name("name")
        value = node.child_by_field_name("value")
        if name is None:
            return
        known = "" if value is None else self.value(value)
        word = self.source(name)
        if top and known is not None:
            self.constants[word] = known
        else:
            self.constants.pop(word, None)
        if value is not None:
            self.visit(value, top=False, substituted=True)

    def command(self, node: Node, around: Node | None, substituted: bool, guarded: bool) -> None:
        words: list[Word] = []
        variables: list[tuple[str, str | None]] = []
        redirects: list[str] = []
        heredoc: Heredoc | None = None
        inner: list[Node] = []
        for child in node.named_children:
            if child.type == "variable_assignment":
                name, value = child.child_by_field_name("name"), child.child_by_field_name("value")
                if name is not None:
                    variables.append((self.source(name), self.value(value) if value is not None else ""))
            elif child.type in ("file_redirect", "herestring_redirect"):
                redirects.append(self.source(child))
            elif child.type != "comment":
                target = child.named_children[0] if child.type == "command_name" and child.named_children else child
                start, end = self.offset(child.start_byte), self.offset(child.end_byte)
                words.append(Word(self.source(child), self.value(target), start, end))
            inner.append(child)
        pending: list[Node] = []
        if around is not None:
            for child in around.named_children:
                if child.type == "heredoc_redirect":
                    heredoc = self.heredoc(child)
                    # What follows << on its line (another redirect, a pipe's next command) hangs below it.
                    redirects += [self.source(part) for part in child.named_children if part.type == "file_redirect"]
                    pending += [part for part in child.named_children if part.type in ("pipeline", "list", "command")]
                elif child.type in ("file_redirect", "herestring_redirect"):
                    redirects.append(self.source(child))
        whole = around if around is not None else node
        following = whole.next_sibling
        start, end = self.offset(whole.start_byte), self.offset(whole.end_byte)
        background = following is not None and following.type == "&"
        if words:
            command = Command(
                tuple(words), start, end, heredoc, tuple(redirects), guarded, background, substituted, None, tuple(variables)
            )
            self.commands.append(command)
            self.nested(command)
        for child in inner:
            for part in child.named_children:
                self.visit(part, top=False, substituted=True)
        for child in pending:
            self.visit(child, top=False)

    def nested(self, command: Command) -> None:
        from gha2tekton.shell.nested import inner_code

        code = inner_code(command)
        if code is not None and code.language == "sh":
            for inner in read(code.text, self.constants).commands:
                self.commands.append(_within(inner, command))

    def heredoc(self, node: Node) -> Heredoc:
        start = next((self.source(child) for child in node.named_children if child.type == "heredoc_start"), "")
        body = next((self.source(child) for child in node.named_children if child.type == "heredoc_body"), "")
        return Heredoc(body, any(mark in start for mark in "'\"\\"))

    # -- values ----------------------------------------------------------------------------------------------------

    def value(self, node: Node) -> str | None:
        """What a word comes to, None when only running the script would tell."""
        match node.type:
            case "word":
                return re.sub(r"\\(.)", r"\1", self.source(node), flags=re.DOTALL)
            case "number" | "test_operator" | "variable_name":
                return self.source(node)
            case "raw_string":
                return self.source(node)[1:-1]
            case "string":
                return self.string(node)
            case "concatenation" | "command_name":
                parts = [self.value(child) for child in node.children]
                return None if None in parts else "".join(part or "" for part in parts)
            case "simple_expansion":
                return self.constants.get(self.source(node)[1:])
            case "expansion":
                match = re.fullmatch(r"\$\{(\w+)\}", self.source(node))
                return self.constants.get(match[1]) if match else None
            case "}" | "{" | "=":
                return self.source(node)
            case _:
                return None

    def string(self, node: Node) -> str | None:
        out: list[str] = []
        at = node.start_byte + 1
        for child in node.named_children:
            out.append(_unescape(self.data[at : child.start_byte].decode()))
            if child.type == "string_content":
                out.append(_unescape(self.source(child)))
            else:
                value = self.value(child)
                if value is None:
                    return None
                out.append(value)
            at = child.end_byte
        out.append(_unescape(self.data[at : node.end_byte - 1].decode()))
        return "".join(out)


def _unescape(text: str) -> str:
    """The backslashes that double quotes take away."""
    return re.sub(r'\\([$`"\\\n])', lambda match: "" if match[1] == "\n" else match[1], text)


def _within(command: Command, outer: Command) -> Command:
    from dataclasses import replace

    if command.within is not None:
        return replace(command, within=_within(command.within, outer))
    return replace(command, within=outer, start=outer.start, end=outer.end)


def walk_out(command: Command) -> Iterator[Command]:
    """The command and those it stands within, innermost first."""
    at: Command | None = command
    while at is not None:
        yield at
        at = at.within
