"""What the shell makes of the text at an offset: the quoting and the construct it stands in."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from gha2tekton.record import Record

if TYPE_CHECKING:
    from gha2tekton.shell.grammar import Node

Standing = Literal[
    "bare", "list", "double", "single", "ansi", "heredoc", "heredoc-quoted", "assignment", "declaration", "redirect",
    "test", "arithmetic", "name", "comment", "unreadable",
]  # fmt: skip


class Spot(Record, frozen=True):
    """How text stands; ``around`` is the construct around its quotes, as ``standing`` would say without them."""

    standing: Standing
    around: Standing


_QUOTES: dict[str, Standing] = {
    "raw_string": "single",
    "ansi_c_string": "ansi",
    "string": "double",
    "translated_string": "double",
}
_NUMBERS = ("arithmetic_expansion", "c_style_for_statement", "subscript")
_LIMITS = ("command_substitution", "process_substitution", "program")


def spot(root: Node, data: bytes, start: int, end: int) -> Spot:
    """The spot of the text between two byte offsets of a parsed script."""
    node = root.descendant_for_byte_range(start, end)
    quote: Standing | None = None
    inner: Node | None = None
    at = node
    while at is not None:
        if at.type == "ERROR":
            return Spot("unreadable", "unreadable")
        if counts(at, data):
            return Spot(quote or "arithmetic", "arithmetic")
        if at.type in _QUOTES and quote is None:
            quote = _QUOTES[at.type]
        around = _around(at, inner, data, start)
        if around == "bare" and at.type != "command_substitution" and _counted(at, data):
            around = None
        if around is not None:
            if around in ("heredoc", "heredoc-quoted", "comment", "name") or quote is None:
                return Spot(around, around)
            return Spot(quote, around)
        inner, at = at, at.parent
    return Spot(quote or "bare", "bare")


def counts(node: Node, data: bytes) -> bool:
    """Whether it is arithmetic that the grammar takes for a subshell, as it does in here-documents."""
    if node.type != "command_substitution":
        return False
    text = data[node.start_byte : node.end_byte]
    return text.startswith(b"$((") and text.endswith(b"))")


def _counted(node: Node, data: bytes) -> bool:
    at: Node | None = node
    while at is not None and at.type not in _LIMITS:
        at = at.parent
    return at is not None and counts(at, data)


def _around(at: Node, inner: Node | None, data: bytes, start: int) -> Standing | None:
    """The construct that a node makes for its part ``inner``; None when one must look further out."""
    kind = at.type
    parent = at.parent.type if at.parent is not None else ""
    if kind == "comment":
        return "comment"
    if kind == "heredoc_body":
        delimiter = next(
            (child for child in (at.parent.children if at.parent else ()) if child.type == "heredoc_start"), None
        )
        quoted = delimiter is not None and any(
            mark in data[delimiter.start_byte : delimiter.end_byte] for mark in b"'\"\\"
        )
        return "heredoc-quoted" if quoted else "heredoc"
    if kind in ("heredoc_start", "heredoc_end", "simple_expansion", "unset_command"):
        return "name"
    if kind in _NUMBERS or (kind == "compound_statement" and data[at.start_byte : at.start_byte + 2] == b"(("):
        return "arithmetic"
    if kind == "expansion":
        # ${x:1:2} counts; ${x:-text} and ${x#pattern} hold text; all else is a name.
        before = data[at.start_byte : start]
        if re.match(rb"\$\{\w+(\[[^]]*\])?:(?![-=?+])", before):
            return "arithmetic"
        return "name" if inner is not None and inner.type == "variable_name" and before[-1:] in b"{!#$" else None
    if kind in ("function_definition", "for_statement", "select_statement"):
        if inner == (at.child_by_field_name("name") or at.child_by_field_name("variable")):
            return "name"
        return None if kind == "function_definition" else "list"
    if kind == "variable_assignment":
        if inner == at.child_by_field_name("name"):
            return "name"
        if parent != "declaration_command":
            return "arithmetic" if parent == "c_style_for_statement" else "assignment"
        words = at.parent.children if at.parent is not None else ()
        flags = "".join(
            data[word.start_byte : word.end_byte].decode() for word in words if data[word.start_byte :][:1] == b"-"
        )
        return "arithmetic" if "i" in flags else "name" if "n" in flags else "declaration"
    if kind == "array":
        return "list"
    if kind == "declaration_command":
        return "name"
    if kind in ("binary_expression", "unary_expression", "test_command"):
        return _test(at, data)
    if kind in ("file_redirect", "herestring_redirect"):
        return "redirect"
    if kind in _LIMITS or kind in ("command", "case_statement", "case_item"):
        return "bare"
    return None


def _test(at: Node, data: bytes) -> Standing | None:
    """In ``[ ]`` a value may be taken for an operator; ``[[ ]]`` counts with -eq and the like."""
    operator = at.child_by_field_name("operator")
    sign = data[operator.start_byte : operator.end_byte] if operator is not None else b""
    if at.type == "unary_expression" and sign in (b"-v", b"-R"):
        return "name"
    top: Node | None = at
    while top is not None and top.type != "test_command":
        if top.type in ("arithmetic_expansion", "compound_statement", "c_style_for_statement", "expansion"):
            return None
        top = top.parent
    if top is None:
        return None
    double = data[top.start_byte : top.start_byte + 2] == b"[["
    if data[top.start_byte : top.start_byte + 2] == b"((":
        return "arithmetic"
    if double and sign in (b"-eq", b"-ne", b"-lt", b"-le", b"-gt", b"-ge"):
        return "arithmetic"
    if at.type == "binary_expression" and sign in (b"&&", b"||"):
        return None
    return "assignment" if double else "test"
