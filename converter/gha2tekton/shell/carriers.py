"""Who reads the text at an offset of a script: the shell itself, or a program that a command hands it to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from gha2tekton.record import Record
from gha2tekton.shell.command import Command, Heredoc, Word
from gha2tekton.shell.edit import Edit
from gha2tekton.shell.grammar import Offsets, first_error, parse
from gha2tekton.shell.nested import InnerCode, inner_code, reads_code
from gha2tekton.shell.places import Spot, spot
from gha2tekton.shell.quote import Decoded, decode
from gha2tekton.shell.script import read
from gha2tekton.shell.sinks import Role, files_run, role, writes_program

if TYPE_CHECKING:
    from gha2tekton.shell.grammar import Node


class Handed(Record, frozen=True):
    """Code that a command hands on, and why a value cannot go into it; empty when one can."""

    span: tuple[int, int]
    decoded: Decoded
    language: str
    container: bool
    refused: str = ""


_RUNS_CODE = re.compile(
    r"\b(eval|source|trap|(ba|da|z|k)?sh|python[\d.]*|perl|ruby|node|ssh|xargs|parallel|sed|awk|make|docker|podman)\b"
)
_BECOMES_CODE = "what the shell makes of it becomes code"


class Carriers:
    """The commands of one script by the text that they carry."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.data = text.encode("utf-8", "surrogatepass")
        self.root = parse(text)
        self.offset = Offsets(text)
        self.doubtful = self.root.has_error and _RUNS_CODE.search(text) is not None
        # How text stands is not known from the line on that the grammar could not read.
        self.readable = first_error(self.root)
        self.commands = [command for command in read(text).commands if command.within is None]
        self.run = files_run(self.commands)

    def bytes(self, start: int, end: int) -> tuple[int, int]:
        if len(self.data) == len(self.text):
            return start, end
        first = len(self.text[:start].encode("utf-8", "surrogatepass"))
        return first, first + len(self.text[start:end].encode("utf-8", "surrogatepass"))

    def spot(self, start: int, end: int) -> Spot:
        first, last = self.bytes(start, end)
        if self.readable is not None and first >= self.readable:
            return Spot("unreadable", "unreadable")
        return spot(self.root, self.data, first, last)

    def holders(self, start: int, end: int) -> list[tuple[Command, Word | Heredoc, int]]:
        """The words and here-documents around a text, innermost first, each with its command and the word's index."""
        found: list[tuple[int, Command, Word | Heredoc, int]] = []
        for command in self.commands:
            for index, word in enumerate(command.words):
                if word.start <= start and end <= word.end:
                    found.append((word.end - word.start, command, word, index))
            for part in (command.herestring, command.heredoc):
                if part is not None and part.start <= start and end <= part.end:
                    found.append((part.end - part.start, command, part, -1))
        return [(command, part, index) for _, command, part, index in sorted(found, key=lambda item: item[0])]

    def code(self, start: int, end: int) -> Handed | None:
        """The code around a text that a command hands to another reader."""
        holders = self.holders(start, end)
        for command, part, index in holders[1:]:
            code = inner_code(command)
            leads = re.match(r'"?(\$\(|`|<\()', self.text[part.start : part.start + 3]) is not None
            if (code is not None and _carries(code, part)) or (
                index >= 0 and role(command, index, leads) in ("code", "program")
            ):
                return self.refused(part, _BECOMES_CODE)
        if any(reads_code(command) or writes_program(command, self.run) for command in self.readers(start, end)):
            return self.refused(holders[0][1] if holders else None, "it is printed into code that runs")
        if not holders:
            return None
        command, part, _ = holders[0]
        if writes_program(command, self.run):
            return self.refused(part, "it is written into a program")
        code = inner_code(command)
        if code is None or not _carries(code, part):
            return None
        if code.remote:
            return self.refused(part, "the code runs on another machine, which has no such variable")
        if isinstance(part, Heredoc):
            decoded = decode(part.body, part.start, "plain" if part.quoted else "heredoc")
        elif "`" in self.text[: part.start] and self.in_backticks(part):
            return self.refused(part, "code within backticks is read twice")
        else:
            decoded = decode(part.text, part.start)
        return Handed((part.start, part.end), decoded, code.language, code.container)

    def refused(self, part: Word | Heredoc | None, reason: str) -> Handed:
        span = (part.start, part.end) if part is not None else (0, 0)
        return Handed(span, Decoded("", (), (), ()), "sh", False, reason)

    def in_backticks(self, word: Word) -> bool:
        return any(
            node.type == "command_substitution" and self.data[node.start_byte : node.start_byte + 1] == b"`"
            for node, _ in self.ancestors(word.start, word.end)
        )

    def ancestors(self, start: int, end: int) -> Iterator[tuple[Node, Node | None]]:
        inner: Node | None = None
        at = self.root.descendant_for_byte_range(*self.bytes(start, end))
        while at is not None:
            yield at, inner
            inner, at = at, at.parent

    def readers(self, start: int, end: int) -> Iterator[Command]:
        """The commands that read, by a pipe, what a command prints that holds a text."""
        for node, inner in self.ancestors(start, end):
            if inner is None or node.type not in ("pipeline", "heredoc_redirect"):
                continue
            for child in node.named_children:
                behind = child.start_byte >= inner.end_byte or inner.type == "heredoc_body"
                if behind and child != inner:
                    first, last = self.offset(child.start_byte), self.offset(child.end_byte)
                    yield from (command for command in self.commands if first <= command.start < last)

    def role(self, start: int, end: int) -> Role:
        """The part that the word around a text plays."""
        for command, part, index in self.holders(start, end)[:1]:
            if isinstance(part, Word) and index >= 0:
                leads = not self.text[part.start : start].strip("'\"$")
                return role(command, index, leads)
        return "data"

    def whole_word(self, start: int, end: int) -> bool:
        return any((part.start, part.end) == (start, end) for _, part, _ in self.holders(start, end)[:1])

    def whole_command(self, start: int, end: int) -> bool:
        return any(
            len(command.words) == 1 and self.whole_word(start, end) for command, _, _ in self.holders(start, end)[:1]
        )

    def opened(self, start: int, end: int) -> set[Edit]:
        """What makes the quoted here-document around a text one in which variables count, and nothing else does."""
        for _, part, _ in self.holders(start, end)[:1]:
            if isinstance(part, Heredoc):
                name = self.text[slice(*part.delimiter)].strip("'\"\\")
                marks = re.finditer(r"[$`\\]", part.body)
                escapes = {
                    Edit(at, at + 1, f"\\{self.text[at]}") for at in (part.start + mark.start() for mark in marks)
                }
                return {Edit(*part.delimiter, name), *escapes} if name.isidentifier() else set()
        return set()


def _carries(code: InnerCode, part: Word | Heredoc) -> bool:
    """Whether the code that a command hands on is this word or here-document."""
    if code.argv:
        return False
    if isinstance(part, Heredoc):
        return code.word is None
    return code.word is not None and code.word.start == part.start
