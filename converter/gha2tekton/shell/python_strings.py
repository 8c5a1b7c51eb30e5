"""References to environment variables in Python source, for text that stood in its place."""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Edit:
    """New text for the characters from ``start`` to ``end``."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Mark:
    """An identifier-like text at an offset, and the variable whose value belongs there."""

    start: int
    end: int
    variable: str


def references(source: str, marks: Sequence[Mark]) -> dict[Mark, tuple[Edit, ...]]:
    """The edits for each mark that can be replaced; none for one for which there is no safe form.

    In a string literal the literal is closed, the value added and the literal opened again, in parentheses: what
    follows, such as a method call, is meant for the whole. As an expression of its own the value is read as a literal.
    """
    comments = _comments(source)
    found = {mark: (Edit(mark.start, mark.end, mark.variable),) for mark in marks if _in(mark, comments)}
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError):
        return found
    offset = _offsets(source)
    code = [mark for mark in marks if mark not in found]
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant | ast.JoinedStr | ast.Name):
            continue
        assert node.end_lineno is not None and node.end_col_offset is not None
        start, end = offset(node.lineno, node.col_offset), offset(node.end_lineno, node.end_col_offset)
        for mark in code:
            if not start <= mark.start < end or mark in found:
                continue
            if isinstance(node, ast.Name):
                if (start, end) == (mark.start, mark.end) and isinstance(node.ctx, ast.Load):
                    value = _value(mark.variable, "'")
                    found[mark] = (Edit(start, end, f"__import__('ast').literal_eval({value})"),)
            elif isinstance(node, ast.JoinedStr) or isinstance(node.value, str):
                edits = _in_literal(source, start, end, mark, isinstance(node, ast.JoinedStr))
                if edits:
                    found[mark] = edits
    return found if _valid(source, found) else {mark: edits for mark, edits in found.items() if mark not in code}


def _value(variable: str, quote: str) -> str:
    return f"__import__({quote}os{quote}).environ[{quote}{variable}{quote}]"


def _in_literal(source: str, start: int, end: int, mark: Mark, formatted: bool) -> tuple[Edit, ...]:
    """Edits for a mark in the literal, perhaps of several adjacent parts, between two offsets."""
    piece = next((piece for piece in _pieces(source, start, end) if piece[0] <= mark.start < piece[1]), None)
    if piece is None:
        return ()
    left, right, prefix, quote = piece
    other = "'" if '"' in quote else '"'
    value = _value(mark.variable, other)
    if "f" in prefix.lower():
        body = source[left + len(prefix) + len(quote) : mark.start].replace("{{", "").replace("}}", "")
        return (Edit(mark.start, mark.end, f"{{{value}}}"),) if body.count("{") == body.count("}") else ()
    reference = Edit(mark.start, mark.end, f"{quote} + {value} + {prefix}{quote}")
    if formatted:
        return ()
    return (Edit(start, start + 1, f"({source[start]}"), reference, Edit(end - 1, end, f"{source[end - 1]})"))


def _pieces(source: str, start: int, end: int) -> list[tuple[int, int, str, str]]:
    """The literals between two offsets: start, end, prefix and quote of each."""
    pieces: list[tuple[int, int, str, str]] = []
    at = start
    while at < end:
        if source[at] == "#":
            at = source.find("\n", at, end) if "\n" in source[at:end] else end
            continue
        begin = at
        while at < end and source[at] in "rRbBfFuU":
            at += 1
        if at >= end or source[at] not in "'\"":
            at += 1
            continue
        quote = source[at] * 3 if source.startswith(source[at] * 3, at) else source[at]
        prefix = source[begin:at]
        at += len(quote)
        while at < end and not source.startswith(quote, at):
            at += 2 if source[at] == "\\" else 1
        at += len(quote)
        pieces.append((begin, at, prefix, quote))
    return pieces


def _in(mark: Mark, spans: Sequence[tuple[int, int]]) -> bool:
    return any(start <= mark.start < end for start, end in spans)


class _offsets:
    """Offsets in characters for a line and a column in UTF-8 bytes, as ``ast`` counts them."""

    def __init__(self, source: str) -> None:
        self.lines = source.splitlines(keepends=True) if "\f" not in source else source.split("\n")
        self.starts = [0]
        for line in self.lines:
            self.starts.append(self.starts[-1] + len(line))

    def __call__(self, line: int, column: int) -> int:
        text = self.lines[line - 1] if line <= len(self.lines) else ""
        return self.starts[line - 1] + len(text.encode("utf-8", "surrogatepass")[:column].decode("utf-8", "ignore"))


def _comments(source: str) -> list[tuple[int, int]]:
    starts = [0]
    for line in source.split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    try:
        return [
            (starts[token.start[0] - 1] + token.start[1], starts[token.end[0] - 1] + token.end[1])
            for token in tokenize.generate_tokens(io.StringIO(source, newline="\n").readline)
            if token.type == tokenize.COMMENT
        ]
    except (tokenize.TokenError, SyntaxError, IndentationError):
        return []


def _valid(source: str, found: dict[Mark, tuple[Edit, ...]]) -> bool:
    """Whether the source is still Python when the edits are made: a pattern of ``match`` has no place for a value."""
    edits = {edit for group in found.values() for edit in group}
    try:
        ast.parse(applied(source, edits))
    except (SyntaxError, ValueError):
        return False
    return True


def applied(source: str, edits: set[Edit]) -> str:
    """A text with edits made that do not overlap."""
    out: list[str] = []
    at = 0
    for edit in sorted(edits, key=lambda edit: edit.start):
        out += [source[at : edit.start], edit.text]
        at = edit.end
    return "".join(out) + source[at:]
