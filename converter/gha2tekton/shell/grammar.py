"""The grammars of tree-sitter for bash and JavaScript, each loaded when a first script is read."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from tree_sitter import Node as Node
    from tree_sitter import Parser


@cache
def _parser(language: str) -> Parser:
    import tree_sitter

    grammar = import_module(f"tree_sitter_{language}")
    return tree_sitter.Parser(tree_sitter.Language(grammar.language()))


def parse(script: str, language: Literal["bash", "javascript"] = "bash") -> Node:
    """The root of a script's syntax tree; its offsets count UTF-8 bytes."""
    return _parser(language).parse(script.encode("utf-8", "surrogatepass")).root_node


def first_error(node: Node) -> int | None:
    """Where the line begins, in bytes, on which something first cannot be read; None when everything can."""
    if not node.has_error and not node.is_missing:
        return None
    if node.type == "ERROR" or node.is_missing:
        return node.start_byte - node.start_point.column
    return min((found for child in node.children if (found := first_error(child)) is not None), default=None)


_CONTINUED = bytes(range(0x80, 0xC0))
"""The bytes of a character after its first."""


class Offsets:
    """Turns byte offsets of a text into character offsets, and into what stands between them."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._data = None if text.isascii() else text.encode("utf-8", "surrogatepass")

    def __call__(self, offset: int) -> int:
        return offset if self._data is None else len(self._data[:offset].translate(None, _CONTINUED))

    def between(self, start: int, end: int) -> str:
        """The text between two byte offsets."""
        if self._data is None:
            return self._text[start:end]
        return self._data[start:end].decode("utf-8", "surrogatepass")

    def of(self, node: Node) -> str:
        """The text of a node."""
        return self.between(node.start_byte, node.end_byte)
