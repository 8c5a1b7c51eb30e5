"""References to environment variables in Python source, for text that stood in its place."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Sequence

from gha2tekton.record import Record
from gha2tekton.shell.edit import Edit, applied


class Mark(Record, frozen=True):
    """An identifier-like text at an offset, and the variable whose value belongs there."""

    start: int
    end: int
    variable: str


def references(source: str, marks: Sequence[Mark]) -> dict[Mark, tuple[Edit, ...]]:
    """The edits for each mark that can be replaced; none for one for which there is no safe form.

    In a string literal the literal is closed, the value added and the literal opened again, in parentheses: what
    follows, such as a method call, is meant for the whole. As an expression of its own the value is read as a literal.
    """
    lines = _Lines(source)
    comments = _comments(source, lines)
    found: dict[Mark, tuple[Edit, ...]] = {
        mark: (Edit(mark.start, mark.end, mark.variable),) for mark in marks if _in(mark, comments)
    }
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError):
        return found
    code = [mark for mark in marks if mark not in found]
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant | ast.JoinedStr | ast.Name):
            continue
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        start, end = lines.offset(node.lineno, node.col_offset), lines.offset(node.end_lineno, node.end_col_offset)
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
    left, _, prefix, quote = piece
    body = source[left + len(prefix) + len(quote) : mark.start]
    if (len(body) - len(body.rstrip("\\"))) % 2:
        return ()
    other = "'" if '"' in quote else '"'
    value = _value(mark.variable, other)
    if "f" in prefix.lower():
        body = body.replace("{{", "").replace("}}", "")
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


class _Lines:
    """Offsets in characters for a line, from 1, and a column."""

    def __init__(self, source: str) -> None:
        self.lines = re.findall(r"[^\r\n]*(?:\r\n|\r|\n|\Z)", source)
        self.starts = [0]
        for line in self.lines:
            self.starts.append(self.starts[-1] + len(line))

    def offset(self, line: int, column: int) -> int:
        """The column counts UTF-8 bytes, as ``ast`` does."""
        text = self.lines[line - 1].encode("utf-8", "surrogatepass")
        return self.starts[line - 1] + len(text[:column].decode("utf-8", "surrogatepass"))


def _comments(source: str, lines: _Lines) -> list[tuple[int, int]]:
    try:
        return [
            (lines.starts[token.start[0] - 1] + token.start[1], lines.starts[token.end[0] - 1] + token.end[1])
            for token in tokenize.generate_tokens(io.StringIO(source, newline="\n").readline)
            if token.type == tokenize.COMMENT
        ]
    except (tokenize.TokenError, SyntaxError):
        return []


def _valid(source: str, found: dict[Mark, tuple[Edit, ...]]) -> bool:
    """Whether the source is still Python when the edits are made: a pattern of ``match`` has no place for a value."""
    edits = {edit for group in found.values() for edit in group}
    try:
        ast.parse(applied(source, edits))
    except (SyntaxError, ValueError):
        return False
    return True
