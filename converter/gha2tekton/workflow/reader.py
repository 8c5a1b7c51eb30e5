"""The small words that all parts of the reader share: typed access to nodes, with findings instead of exceptions."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping as MappingABC
from typing import TypeVar

from gha2tekton.expression import ExpressionError, Template, parse_condition, parse_template, to_string
from gha2tekton.expression import calls, references
from gha2tekton.expression import Expression
from gha2tekton.journal import Diagnostic, Journal
from gha2tekton.source import Source, Span
from gha2tekton.workflow.availability import check_names
from gha2tekton.workflow.model import Condition, Value
from gha2tekton.yaml import Mapping, Node, Scalar, Sequence

_T = TypeVar("_T")
_SIMPLE_KEY = re.compile(r"[A-Za-z0-9_-]+\Z")
MAX_ERRORS = 10


class Reader:
    """Reads nodes of one file; every finding goes to the journal, at most GitHub's ten errors."""

    def __init__(self, source: Source, journal: Journal, prefix: str = "") -> None:
        self.source = source
        self.journal = journal
        self.prefix = prefix
        self.errors = 0

    # -- the ledger ----------------------------------------------------------------------------------------------

    def enrol(self, node: Node) -> None:
        """Enter every leaf below a node in the ledger."""
        for path, leaf in leaves(node, self.prefix):
            text = leaf.text if isinstance(leaf, Scalar) else "{}" if isinstance(leaf, Mapping) else "[]"
            first = text.strip().split("\n")[0]
            name = path.rsplit("#", 1)[-1]
            self.journal.enrol(path, f"{name}: {first[:60]}" + ("…" if len(first) > 60 else ""), leaf.span)

    def error(self, code: str, message: str, span: Span) -> None:
        self.errors += 1
        if self.errors <= MAX_ERRORS:
            self.journal.note(Diagnostic(code, "error", message, span))

    # -- shapes ----------------------------------------------------------------------------------------------------

    def mapping(self, node: Node | None, path: str, known: MappingABC[str, object] | None = None) -> dict[str, Node]:
        """The entries of a mapping; a key that ``known`` lacks is an error, as is anything but a mapping."""
        if node is None or is_null(node):
            return {}
        if not isinstance(node, Mapping):
            self.error("wrong-type", "A mapping was expected", node.span)
            return {}
        for key, _ in node.entries:
            if known is not None and key.text not in known:
                self.error("unknown-key", f"Unexpected value '{key.text}'", key.span)
        return {key.text: value for key, value in node.entries}

    def items(self, node: Node | None, path: str) -> list[tuple[str, Node]]:
        """The items of a sequence, or a lone scalar as its only item."""
        if node is None or is_null(node):
            return []
        if isinstance(node, Sequence):
            return [(f"{path}[{index}]", item) for index, item in enumerate(node.items)]
        if isinstance(node, Scalar):
            return [(path, node)]
        self.error("wrong-type", "A sequence was expected", node.span)
        return []

    def values(self, node: Node | None, path: str, key: str) -> tuple[Value, ...]:
        found = (self.value(item, where, key) for where, item in self.items(node, path))
        return tuple(value for value in found if value)

    def value(self, node: Node | None, path: str, key: str) -> Value | None:
        """A leaf; ``key`` names the place in GitHub's table of what expressions may say there."""
        if node is None:
            return None
        if not isinstance(node, Scalar):
            self.error("wrong-type", "A scalar was expected", node.span)
            return None
        return Value(path, node.span, node.value, self._template(node, key))

    def _template(self, node: Scalar, key: str) -> Template:
        text = node.value if isinstance(node.value, str) else to_string(node.value)
        if "${{" not in text:
            return (text,)
        try:
            template = parse_template(text)
        except ExpressionError as error:
            self.error("bad-expression", str(error), node.span)
            return (text,)
        for part in template:
            if not isinstance(part, str):
                self._check(part, key, node.span)
        return template

    def condition(self, node: Node | None, path: str, key: str) -> Condition | None:
        if node is None:
            return None
        value = Value(path, node.span, node.value, ()) if isinstance(node, Scalar) else None
        if value is None or not isinstance(node, Scalar):
            self.error("wrong-type", "A scalar was expected", node.span)
            return None
        text = node.value if isinstance(node.value, str) else to_string(node.value)
        try:
            tree = parse_condition(text)
        except ExpressionError as error:
            self.error("bad-expression", str(error), node.span)
            return None
        self._check(tree, key, node.span)
        return Condition(Value(path, node.span, node.value, (text,)), tree)

    def _check(self, tree: Expression, key: str, span: Span) -> None:
        for code, message in check_names(key, references(tree), calls(tree)):
            self.error(code, message, span)

    def env(self, node: Node | None, path: str, key: str, lower: bool = False) -> dict[str, Value]:
        """A loose mapping of names to values."""
        out: dict[str, Value] = {}
        if isinstance(node, Scalar) and "${{" in node.text:
            # The whole mapping given by one expression: kept under an empty name, for planning to refuse or fold.
            value = self.value(node, path, key)
            return {"": value} if value else {}
        for name, item in self.mapping(node, path).items():
            value = self.value(item, child(path, name), key)
            if value:
                out[name.lower() if lower else name] = value
        return out

    def required(self, entries: MappingABC[str, Node], names: Iterable[str], span: Span) -> None:
        for name in names:
            if name not in entries:
                self.error("missing-key", f"Required property is missing: {name}", span)

    def each(self, nodes: Iterable[tuple[str, Node]], read: Callable[[Node, str], _T | None]) -> tuple[_T, ...]:
        return tuple(item for path, node in nodes if (item := read(node, path)) is not None)


def is_null(node: Node) -> bool:
    return isinstance(node, Scalar) and node.value is None


def child(path: str, key: str) -> str:
    """The path of an entry: dotted, or in brackets where the key could be misread."""
    step = key if _SIMPLE_KEY.match(key) else f'["{key}"]'
    return step if not path or path.endswith("#") else f"{path}{step}" if step.startswith("[") else f"{path}.{step}"


def leaves(node: Node, path: str = "") -> Iterator[tuple[str, Node]]:
    """Every leaf below a node with its path, in the order written; empty collections are leaves."""
    match node:
        case Mapping() if node.entries:
            for key, value in node.entries:
                yield from leaves(value, child(path, key.text))
        case Sequence() if node.items:
            for index, item in enumerate(node.items):
                yield from leaves(item, f"{path}[{index}]")
        case _:
            yield path, node
