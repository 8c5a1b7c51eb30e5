"""References to environment variables in JavaScript source, for text that stood in its place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from gha2tekton.shell.edit import Edit, applied
from gha2tekton.shell.grammar import Offsets, parse
from gha2tekton.shell.python_strings import Mark

if TYPE_CHECKING:
    from gha2tekton.shell.grammar import Node

_NO_VALUE = frozenset(["formal_parameters", "import_specifier", "import_clause", "labeled_statement", "arrow_function"])
"""Where a name is no value, whatever field it fills."""


def references(source: str, marks: Sequence[Mark]) -> dict[Mark, tuple[Edit, ...]]:
    """The edits for each mark that can be replaced; none for one for which there is no safe form.

    A string literal is closed, the value added and the literal opened again, in parentheses; a template takes the value
    as one of its own. As an expression of its own the value is read as JSON, which it was when it stood there as text.
    """
    root = parse(source, "javascript")
    if root.has_error:
        return {}
    offset = Offsets(source)
    found: dict[Mark, tuple[Edit, ...]] = {}
    for node in _leaves(root):
        start, end = offset(node.start_byte), offset(node.end_byte)
        for mark in marks:
            if mark not in found and start <= mark.start and mark.end <= end:
                edits = _edits(source, node, start, end, mark)
                if edits:
                    found[mark] = edits
    edited = applied(source, {edit for edits in found.values() for edit in edits})
    return {} if parse(edited, "javascript").has_error else found


def _leaves(root: Node) -> Iterator[Node]:
    """What holds text of its own: literals, comments and names; the code in a template's braces too."""
    pending = [root]
    while pending:
        node = pending.pop()
        if node.type in ("string", "comment", "identifier", "regex", "template_string"):
            yield node
        if node.type not in ("string", "comment", "regex"):
            pending += node.named_children


def _edits(source: str, node: Node, start: int, end: int, mark: Mark) -> tuple[Edit, ...]:
    value = f"process.env.{mark.variable}"
    match node.type:
        case "comment":
            return (Edit(mark.start, mark.end, mark.variable),)
        case "identifier":
            whole = (start, end) == (mark.start, mark.end) and _is_value(node)
            return (Edit(start, end, f"JSON.parse({value})"),) if whole else ()
        case "template_string":
            inside = any(
                part.type == "template_substitution" and mark.variable and _holds(source, part, mark)
                for part in node.named_children
            )
            return () if inside or _escaped(source, mark) else (Edit(mark.start, mark.end, f"${{{value}}}"),)
        case "string" if not _escaped(source, mark):
            quote = source[start]
            left, right = ("[", "]") if _is_key(node) else ("(", ")")
            reference = Edit(mark.start, mark.end, f"{quote} + {value} + {quote}")
            return (Edit(start, start + 1, left + quote), reference, Edit(end - 1, end, quote + right))
        case _:
            return ()


def _holds(source: str, node: Node, mark: Mark) -> bool:
    offset = Offsets(source)
    return offset(node.start_byte) <= mark.start < offset(node.end_byte)


def _escaped(source: str, mark: Mark) -> bool:
    before = source[: mark.start]
    return (len(before) - len(before.rstrip("\\"))) % 2 == 1


def _is_key(node: Node) -> bool:
    parent = node.parent
    return parent is not None and parent.type == "pair" and parent.child_by_field_name("key") == node


def _is_value(node: Node) -> bool:
    """Whether a name is read where it stands, and not declared, assigned or called by it."""
    parent = node.parent
    if parent is None or parent.type in _NO_VALUE:
        return False
    named = ("name", "left", "label") if parent.type != "binary_expression" else ()
    return all(parent.child_by_field_name(field) != node for field in named)
