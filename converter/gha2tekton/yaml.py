"""Text to nodes with positions.

Reading follows GitHub's own reader: YAML 1.2 core types decided on plain scalars, anchors and aliases but no merge
keys, no duplicate keys, one document. The composer is libyaml's, through ruamel.yaml.clib.
"""

from __future__ import annotations

import re
from typing import Any

from _ruamel_yaml import CParser  # type: ignore[import-not-found]  # compiled, ships no types
from ruamel.yaml import YAML
from ruamel.yaml.composer import ComposerError
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.error import YAMLError as RuamelError
from ruamel.yaml.events import CollectionEndEvent, CollectionStartEvent, StreamEndEvent
from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode
from ruamel.yaml.resolver import VersionedResolver
from ruamel.yaml.tag import Tag

from gha2tekton.record import Record
from gha2tekton.source import Source, Span

MAX_DEPTH = 50
MAX_NODES = 50_000
"""GitHub's own limits on depth and on nodes traversed through aliases."""

Plain = None | bool | float | str


class YamlError(ValueError):
    """The text is not the YAML that GitHub reads; ``span`` says where."""

    def __init__(self, message: str, span: Span) -> None:
        super().__init__(message)
        self.message = message
        self.span = span


class Scalar(Record, frozen=True, eq=False):
    """A leaf: ``value`` typed as YAML 1.2 core types it, ``text`` as it was written."""

    text: str
    value: Plain
    span: Span
    plain: bool


class Mapping(Record, frozen=True, eq=False):
    entries: tuple[tuple[Scalar, Node], ...]
    span: Span

    def get(self, key: str) -> Node | None:
        """The value under a key, compared exactly."""
        return next((node for name, node in self.entries if name.text == key), None)


class Sequence(Record, frozen=True, eq=False):
    items: tuple[Node, ...]
    span: Span


Node = Scalar | Mapping | Sequence


# -- reading ---------------------------------------------------------------------------------------------------------

_NUMBER = re.compile(r"[-+]?[0-9]+\Z|[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z")
_BASED = re.compile(r"0x[0-9a-fA-F]+\Z|0o[0-7]+\Z")
_INFINITY = re.compile(r"([-+]?)\.(inf|Inf|INF)\Z")
_WORDS: dict[str, Plain] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
    ".nan": float("nan"), ".NaN": float("nan"), ".NAN": float("nan"),
}  # fmt: skip
_TAGS = {f"tag:yaml.org,2002:{name}" for name in ("str", "bool", "float", "int", "null", "map", "seq")}


def core_value(text: str) -> Plain:
    """The value of a plain scalar by the YAML 1.2 core schema; numbers are doubles, as GitHub keeps them."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in "0123456789+-.":
        return text
    if _NUMBER.match(text):
        return float(text)
    if _BASED.match(text):
        number = int(text, 0)
        # GitHub reads these as 32 bit words, hexadecimal ones wrapping into the negative.
        return float(number - (1 << 32) if number >= 1 << 31 else number)
    if match := _INFINITY.match(text):
        return float(match[1] + "inf")
    return text


class _Composer(CParser):  # type: ignore[misc]  # the base class is compiled and untyped
    """libyaml's composer with types left open: they are decided on our side."""

    # Asked for every node. Whatever it is given, this gives "", and it is compiled.
    resolve = descend_resolver = ascend_resolver = "".format


class _Resolver(VersionedResolver):
    """Leaves types open, as above."""

    def resolve(self, kind: type, value: object, implicit: object) -> Any:
        return Tag(suffix="")

    def descend_resolver(self, parent: object, index: object) -> None:
        pass

    def ascend_resolver(self) -> None:
        pass


_COMPACT = re.compile(r"(?:[-?:][ \t]+){100}")
"""Block collections within each other on one line."""


def _shallow(text: str) -> None:
    """ComposerError for nesting so deep that composing, which recurs in C, would end the process.

    Few texts hold enough brackets to be looked at twice; indentation alone cannot go so deep within GitHub's limits.
    """
    if text.count("[") + text.count("{") - 2 * text.count("${{") < 1000 and not _COMPACT.search(text):
        return
    parser = CParser(text)
    depth = 0
    while not isinstance(event := parser.get_event(), StreamEndEvent):
        depth += isinstance(event, CollectionStartEvent) - isinstance(event, CollectionEndEvent)
        if depth > 10 * MAX_DEPTH:
            raise ComposerError(problem=f"nested deeper than {MAX_DEPTH} levels", problem_mark=event.start_mark)


def _compose(text: str) -> Any:
    """The root node; libyaml alone refuses a colon within a plain scalar of a flow collection, as in ``[80:80]``."""
    try:
        _shallow(text)
        return _Composer(text).get_single_node()
    except MarkedYAMLError as error:
        if error.problem != "found unexpected ':'":
            raise
    careful = YAML(typ="safe", pure=True)
    careful.Resolver = _Resolver
    try:
        return careful.compose(text)
    except RecursionError:
        raise ComposerError(problem=f"nested deeper than {MAX_DEPTH} levels") from None


def compose(source: Source) -> Node | None:
    """The nodes of a text, None when it holds no document; raises YamlError as GitHub refuses."""
    text = source.text
    try:
        root = _compose(text.removeprefix("\ufeff"))
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        offset = min(mark.index, len(text)) if mark else 0
        problem = ", ".join(str(part) for part in (error.context, error.problem) if part)
        raise YamlError(problem, Span(source, offset, offset)) from None
    except (RuamelError, UnicodeError, ValueError) as error:
        offset = getattr(error, "position", 0) or 0
        raise YamlError(str(error).splitlines()[0], Span(source, offset, offset)) from None
    if root is None:
        return None
    return _Builder(source, 1 if text.startswith("\ufeff") else 0).node(root, 0)


def _tag(node: Any) -> str:
    """The tag as written; asking an untagged node for its ``tag`` is slow."""
    written = node.ctag
    return str(node.tag) if written is not None and written.suffix else ""


class _Builder:
    """Turns composed nodes into ours, expanding aliases within GitHub's limits."""

    def __init__(self, source: Source, shift: int) -> None:
        self.source = source
        self.shift = shift
        self.count = 0

    def span(self, node: Any) -> Span:
        start: int = node.start_mark.index + self.shift
        return Span(self.source, start, max(start, node.end_mark.index + self.shift))

    def node(self, node: Any, depth: int) -> Node:
        self.count += 1
        if depth > MAX_DEPTH:
            raise YamlError(f"nested deeper than {MAX_DEPTH} levels", self.span(node))
        if self.count > MAX_NODES:
            raise YamlError(f"more than {MAX_NODES} nodes once aliases are followed", self.span(node))
        if isinstance(node, ScalarNode):
            return self.scalar(node)
        tag = _tag(node)
        if tag and tag not in _TAGS:
            raise YamlError(f"Unexpected tag '{tag}'", self.span(node))
        if isinstance(node, SequenceNode):
            return Sequence(tuple(self.node(item, depth + 1) for item in node.value), self.span(node))
        assert isinstance(node, MappingNode)
        entries: list[tuple[Scalar, Node]] = []
        seen: set[str] = set()
        for key, value in node.value:
            name = self.node(key, depth + 1)
            if not isinstance(name, Scalar):
                raise YamlError("A key must be a scalar", name.span)
            if name.text.casefold() in seen:
                raise YamlError(f"'{name.text}' is already defined", name.span)
            seen.add(name.text.casefold())
            entries.append((name, self.node(value, depth + 1)))
        return Mapping(tuple(entries), self.span(node))

    def scalar(self, node: Any) -> Scalar:
        text: str = node.value
        plain = not node.style
        if _tag(node):
            return Scalar(text, self.tagged(node, text, plain), self.span(node), plain)
        return Scalar(text, core_value(text) if plain else text, self.span(node), plain)

    def tagged(self, node: Any, text: str, plain: bool) -> Plain:
        """GitHub allows the core tags on plain scalars and !!str on any."""
        name = node.tag.removeprefix("tag:yaml.org,2002:")
        if name == "str" or (node.tag == "!" and not plain):
            return text
        value = core_value(text)
        kinds: dict[str, type | tuple[type, ...]] = {"bool": bool, "int": float, "float": float, "null": type(None)}
        if plain and node.tag in _TAGS and name in kinds:
            if isinstance(value, kinds[name]) and not (name != "bool" and isinstance(value, bool)):
                return value
            raise YamlError(f"The value '{text}' is invalid for the type '{node.tag}'", self.span(node))
        raise YamlError(f"Unexpected tag '{node.tag}'", self.span(node))


def plain(node: Node) -> Any:
    """Nodes to dicts, lists and scalars, for files whose positions matter no longer."""
    match node:
        case Scalar():
            value = node.value
            return int(value) if isinstance(value, float) and value.is_integer() else value
        case Mapping():
            return {key.text: plain(value) for key, value in node.entries}
        case Sequence():
            return [plain(item) for item in node.items]


def joined(value: Any) -> Any:
    """Mappings with the keys of those that ``<<`` names, which YAML 1.1 calls merging."""
    if isinstance(value, list):
        return [joined(item) for item in value]
    if not isinstance(value, dict):
        return value
    under: dict[Any, Any] = {}
    others = value.get("<<") or ()
    for other in reversed([others] if isinstance(others, dict) else others):
        under |= joined(other) if isinstance(other, dict) else {}
    return under | {key: joined(item) for key, item in value.items() if key != "<<"}


def documents(text: str, name: str) -> list[Any]:
    """All documents of a file as plain data, for manifests; ValueError names the place where it is no YAML."""
    try:
        _shallow(text)
        return list(YAML(typ="safe").load_all(text))
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f":{mark.line + 1}:{mark.column + 1}" if mark else ""
        raise ValueError(f"{name}{where}: {error.problem or error.context}") from None
    except RuamelError as error:
        raise ValueError(f"{name}: {str(error).splitlines()[0]}") from None
    except RecursionError:
        raise ValueError(f"{name}: nested too deep") from None
