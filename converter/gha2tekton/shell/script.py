"""A script as the simple commands in it, with what can be known of their words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

from gha2tekton.record import replace
from gha2tekton.shell.command import Command, Heredoc, Place, Script, Word, inside, phrase, split
from gha2tekton.shell.grammar import Offsets, parse
from gha2tekton.shell.nested import InnerCode, inner_code
from gha2tekton.shell.places import counts
from gha2tekton.shell.quote import decode
from gha2tekton.shell.values import UNKNOWN, value

if TYPE_CHECKING:
    from gha2tekton.shell.grammar import Node

__all__ = ["Command", "Heredoc", "Place", "Script", "Word", "read"]


@lru_cache(maxsize=1024)
def _read(text: str, variables: tuple[tuple[str, str], ...]) -> Script:
    root = parse(text)
    reader = _Reader(text, dict(variables))
    try:
        reader.visit(root, Place(), top=True)
        errors = tuple(sorted(set(_errors(root)))) if root.has_error else ()
    except RecursionError:
        return Script(text, (), {}, (1,))  # nested deeper than anybody writes
    return Script(text, tuple(reader.commands), dict(reader.constants), errors)


def read(text: str, variables: Mapping[str, str] | None = None) -> Script:
    """The commands of a script; ``variables`` are constants set before it."""
    if not variables:
        return _read(text, ())
    # Those that it does not name make no difference to it: jobs that set other ones share what was read.
    around = "\n".join((text, *variables.values()))
    return _read(text, tuple(sorted(item for item in variables.items() if item[0] in around)))


def _errors(node: Node) -> list[int]:
    if node.type == "ERROR" or node.is_missing:
        return [node.start_point.row + 1]
    return [line for child in node.children if child.has_error or child.is_missing for line in _errors(child)]


_SKIP = frozenset({"comment", "heredoc_start", "heredoc_end"})
_DEEPER = frozenset({
    "function_definition", "if_statement", "while_statement", "for_statement", "c_style_for_statement",
    "case_statement", "compound_statement", "subshell",
})  # fmt: skip
_SUBSTITUTIONS = ("$(", "`", "<(", ">(")
_SETTERS = frozenset({"read", "mapfile", "readarray", "getopts", "printf"})
_BARE = frozenset({"word", "extglob_pattern", "brace_expression"})
_ARRAY = re.compile(r'"?\$\{(\w+)\[[@*]\]\}"?')
_EXPANSION = re.compile(r"\$\{?(\w+)\}?")
_OPEN = re.compile(r"~|[*?\[]|\{[^}]*[,.][^}]*\}")


class _Reader:
    def __init__(self, text: str, constants: dict[str, str]) -> None:
        self.text = text
        self.data = text.encode("utf-8", "surrogatepass")
        self.offset = Offsets(text)
        self.source = self.offset.of
        self.constants = constants
        self.substitutes = any(mark in text for mark in _SUBSTITUTIONS)
        self.commands: list[Command] = []
        self.arrays: dict[str, tuple[str | None, ...]] = {}
        self.phrases: dict[str, str] = {}

    def value(self, node: Node) -> str | None:
        return value(node, self.offset, self.constants)

    def visit(self, node: Node, place: Place, top: bool) -> None:
        kind = node.type
        if kind == "command":
            self.command(node, None, place)
            return
        if kind in _SKIP or (kind == "heredoc_body" and node.named_child_count == 0):
            return
        if kind == "command_substitution" and counts(node, self.data):
            return
        if kind == "redirected_statement":
            body = node.child_by_field_name("body")
            if body is not None and body.type == "command":
                self.command(body, node, place)
                return
        if kind == "variable_assignment":
            self.assignment(node, place, top)
            return
        if kind in ("for_statement", "unset_command"):
            for child in node.named_children[: 1 if kind == "for_statement" else None]:
                self.forget(self.source(child))
        if kind in ("command_substitution", "process_substitution"):
            place = replace(place, substituted=True)
        elif kind in _DEEPER:
            place = replace(
                place, depth=place.depth + 1, in_function=place.in_function or kind == "function_definition"
            )
        elif kind == "pipeline":
            place = replace(place, in_pipeline=True)
        elif kind == "negated_command":
            place = replace(place, negated=True)
        self.children(node, place, top and kind in ("program", "list", "declaration_command", "redirected_statement"))

    def children(self, node: Node, place: Place, top: bool) -> None:
        kind, children = node.type, node.children
        fields = kind in ("if_statement", "elif_clause", "while_statement")
        testing = kind == "elif_clause"
        first = True
        for index, child in enumerate(children):
            if not child.is_named:
                testing = testing and child.type != "then"
                continue
            behind = children[index + 1].type if index + 1 < len(children) else ""
            condition = testing or (fields and node.field_name_for_child(index) == "condition")
            inner = place
            guarded = kind == "list" and behind == "||"
            if condition or guarded or behind == "&":
                inner = replace(
                    place,
                    in_condition=place.in_condition or condition,
                    guarded=place.guarded or guarded,
                    background=place.background or behind == "&",
                )
            # What follows && or || may not run.
            self.visit(child, inner, top and (first or kind != "list") and behind != "&")
            first = False

    def assignment(self, node: Node, place: Place, top: bool) -> None:
        name = node.child_by_field_name("name")
        held = node.child_by_field_name("value")
        if name is None:
            return
        known = "" if held is None else self.value(held)
        target = self.source(name)
        if held is not None and held.type == "array":
            self.array(node, target, held, top)
        elif name.type == "variable_name":
            self.arrays.pop(target, None)
        before: str | None = ""
        if any(child.type == "+=" for child in node.children):
            before = self.constants.get(target, self.phrases.get(target))
            known = None if known is None or target not in self.constants else self.constants[target] + known
        self.constants.pop(target.partition("[")[0], None)
        self.phrases.pop(target, None)
        if top and known is not None and name.type == "variable_name":
            self.constants[target] = known
        elif top and before is not None and held is not None and held.type == "string":
            self.phrases[target] = before + self.source(held)[1:-1]
        for child in node.named_children:
            self.visit(child, place, top=False)

    def forget(self, name: str) -> None:
        for held in (self.constants, self.arrays, self.phrases):
            held.pop(name, None)

    def array(self, node: Node, target: str, held: Node, top: bool) -> None:
        """An array as far as it is known; what is added only at times is taken to be added."""
        items = tuple(self.value(child) for child in held.named_children if child.type != "comment")
        if any(child.type == "+=" for child in node.children):
            self.arrays[target] = (*self.arrays.get(target, (None,)), *items)
        elif top or target not in self.arrays:
            self.arrays[target] = items
        else:
            self.arrays.pop(target)

    def command(self, node: Node, around: Node | None, place: Place) -> None:
        words: list[Word] = []
        variables: list[tuple[str, str | None]] = []
        redirects: list[str] = []
        heredoc: Heredoc | None = None
        herestring: Word | None = None
        pending: list[Node] = []
        parts = [*node.named_children, *(around.named_children[1:] if around is not None else ())]
        for child in parts:
            kind = child.type
            if kind == "variable_assignment":
                name, held = child.child_by_field_name("name"), child.child_by_field_name("value")
                if name is not None:
                    variables.append((self.source(name), "" if held is None else self.value(held)))
            elif kind == "file_redirect":
                redirects.append(self.source(child))
            elif kind == "herestring_redirect":
                redirects.append(self.source(child))
                herestring = self.word(child.named_children[-1]) if child.named_children else None
            elif kind == "heredoc_redirect":
                heredoc = self.heredoc(child)
                # What follows << on its line (another redirect, a pipe's next command) hangs below it.
                redirects += [self.source(part) for part in child.named_children if part.type == "file_redirect"]
                pending += [part for part in child.named_children if part.type in ("pipeline", "list", "command")]
            elif kind != "comment":
                words += self.words(child)
        whole = around if around is not None else node
        command: Command | None = None
        code: InnerCode | None = None
        if words:
            place = replace(place, in_pipeline=True) if any(part.type == "pipeline" for part in pending) else place
            start, end = self.offset(whole.start_byte), self.offset(whole.end_byte)
            line = node.start_point.row + 1
            command = Command(
                tuple(words), start, end, line, heredoc, herestring, tuple(redirects), tuple(variables), place
            )
            self.commands.append(command)
            code = inner_code(command)
            if code is not None and code.language == "sh":
                self.nested(command, code)
            if command.name in _SETTERS:
                for word in words[1:]:
                    self.forget(word.text)
        for child in parts if self.substitutes else ():
            if child.type != "heredoc_redirect":
                self.visit_inside(child, place)
            elif code is None or code.word is not None:
                for part in child.named_children:
                    if part not in pending:
                        self.visit_inside(part, place)
        for child in pending:
            self.visit(child, place, top=False)

    def visit_inside(self, node: Node, place: Place) -> None:
        """The substitutions in a word."""
        if node.type in ("command_substitution", "process_substitution"):
            self.visit(node, place, top=False)
        elif node.named_child_count:
            for child in node.named_children:
                self.visit_inside(child, place)

    def nested(self, command: Command, code: InnerCode) -> None:
        known = {} if code.container or code.remote else self.constants
        first = command.line + (
            self.text.count("\n", command.start, code.word.start) if code.word else 1 if command.heredoc else 0
        )
        for inner in read(self.handed(command, code), known).commands:
            self.commands.append(inside(inner, command, first - 1))

    def handed(self, command: Command, code: InnerCode) -> str:
        """Code as its interpreter gets it: what the shell puts in is text there, known or not."""
        if code.argv or (code.word is not None and code.word.value is not None):
            return code.text
        if code.word is not None:
            decoded = decode(code.word.text)
        else:
            assert command.heredoc is not None
            decoded = decode(command.heredoc.body, 0, "plain" if command.heredoc.quoted else "heredoc")

        def put_in(match: re.Match[str]) -> str:
            if decoded.quotings[match.start()] != "expansion":
                return match[0]
            return self.constants.get(match[1], UNKNOWN + match[0][1:])

        return _EXPANSION.sub(put_in, decoded.text)

    def heredoc(self, node: Node) -> Heredoc:
        start = next((child for child in node.named_children if child.type == "heredoc_start"), None)
        body = next((child for child in node.named_children if child.type == "heredoc_body"), None)
        delimiter = (self.offset(start.start_byte), self.offset(start.end_byte)) if start is not None else (0, 0)
        quoted = any(mark in (self.source(start) if start is not None else "") for mark in "'\"\\")
        if body is None:
            return Heredoc("", quoted, delimiter[1], delimiter[1], delimiter)
        return Heredoc(self.source(body), quoted, self.offset(body.start_byte), self.offset(body.end_byte), delimiter)

    def words(self, node: Node) -> tuple[Word, ...]:
        target = (node.named_child(0) or node) if node.type == "command_name" else node
        word = self.word(node)
        if target.type not in ("simple_expansion", "expansion"):
            return (word,)
        told = self.phrases.get(word.text.strip("${}"), "") if word.value is None else ""
        return phrase(word, told, self.constants) or split(word)

    def word(self, node: Node) -> Word:
        text = self.source(node)
        target = (node.named_child(0) or node) if node.type == "command_name" else node
        if target.type == "word" and "\\" not in text and UNKNOWN not in text:
            start = self.offset(node.start_byte)
            return Word(text, text, start, start + len(text), _OPEN.search(text) is not None)
        parts = target.children if target.type == "concatenation" else [target]
        bare = "".join(self.source(part) for part in parts if part.type in _BARE)
        whole = _ARRAY.fullmatch(text) if self.arrays else None
        return Word(
            text.replace(UNKNOWN, "$"),
            self.value(target),
            self.offset(node.start_byte),
            self.offset(node.end_byte),
            _OPEN.search(bare) is not None,
            self.arrays.get(whole[1]) if whole is not None else None,
        )
