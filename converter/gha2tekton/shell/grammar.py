"""The bash grammar of tree-sitter, loaded when a first script is read."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tree_sitter import Node as Node
    from tree_sitter import Parser


@cache
def _parser() -> Parser:
    import tree_sitter
    import tree_sitter_bash

    return tree_sitter.Parser(tree_sitter.Language(tree_sitter_bash.language()))


def parse(script: str) -> Node:
    """The root of a script's syntax tree; its offsets count UTF-8 bytes."""
    return _parser().parse(script.encode("utf-8", "surrogatepass")).root_node


class Offsets:
    """Turns byte offsets of a text into character offsets."""

    def __init__(self, text: str) -> None:
        self._table: list[int] | None = None
        if not text.isascii():
            table: list[int] = []
            for index, char in enumerate(text):
                table += [index] * len(char.encode("utf-8", "surrogatepass"))
            self._table = [*table, len(text)]

    def __call__(self, offset: int) -> int:
        return offset if self._table is None else self._table[min(offset, len(self._table) - 1)]
