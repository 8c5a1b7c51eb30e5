"""Typed access to nodes for the parts of the reader; what stands in the wrong place has been told by the survey."""

from __future__ import annotations

from collections.abc import Iterator

from gha2tekton.expression import to_string
from gha2tekton.source import Span
from gha2tekton.workflow.model import Condition, Value
from gha2tekton.workflow.survey import Survey, child
from gha2tekton.yaml import Mapping, Node, Scalar, Sequence


class Reader:
    """Reads nodes that a survey has seen; never raises, whatever they are."""

    def __init__(self, survey: Survey) -> None:
        self._survey = survey

    def error(self, code: str, message: str, span: Span) -> None:
        self._survey.error(code, message, span)

    def warning(self, code: str, message: str, span: Span) -> None:
        self._survey.warning(code, message, span)

    def path(self, node: Node) -> str:
        return self._survey.paths[node]

    def entries(self, node: Node | None) -> dict[str, Node]:
        """The entries of a mapping; none of anything else."""
        return {key.text: value for key, value in node.entries} if isinstance(node, Mapping) else {}

    def items(self, node: Node | None) -> tuple[Node, ...]:
        """The items of a sequence, or a lone scalar as its only item."""
        match node:
            case Sequence():
                return node.items
            case Scalar() if node.value is not None:
                return (node,)
            case _:
                return ()

    def value(self, node: Node | None) -> Value | None:
        if not isinstance(node, Scalar):
            return None
        template = self._survey.templates.get(node)
        if template is None:
            template = (node.value if isinstance(node.value, str) else to_string(node.value),)
        return Value(self._survey.paths[node], node.span, node.value, template)

    def values(self, node: Node | None) -> tuple[Value, ...]:
        return tuple(value for item in self.items(node) if (value := self.value(item)))

    def condition(self, node: Node | None) -> Condition | None:
        tree = self._survey.conditions.get(node) if node is not None else None
        value = self.value(node)
        return Condition(value, tree) if value and tree is not None else None

    def env(self, node: Node | None, lower: bool = False) -> dict[str, Value]:
        """A mapping of names to values; one given by a single expression has that under an empty name."""
        if isinstance(node, Scalar):
            value = self.value(node)
            return {"": value} if value and value.literal is None else {}
        return {
            name.lower() if lower else name: value
            for name, item in self.entries(node).items()
            if (value := self.value(item))
        }

    def leaves(self, node: Node | None) -> tuple[Value, ...]:
        """Every leaf of a part that is only reported, such as ``permissions``."""
        if node is None:
            return ()
        return tuple(
            value if (value := self.value(leaf)) else Value(path, leaf.span, None, ())
            for path, leaf in leaves(node, self.path(node))
        )


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
