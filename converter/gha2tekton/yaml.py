"""Text to nodes with positions.

Reading follows GitHub's own reader: YAML 1.2 core types decided on plain scalars, anchors and aliases but no merge
keys, no duplicate keys, one document. The composer is libyaml's, through ruamel.yaml.clib.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable
from typing import Any

from _ruamel_yaml import CParser  # type: ignore[import-not-found]  # compiled, ships no types
from ruamel.yaml import YAML
from ruamel.yaml.composer import ComposerError
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.error import YAMLError as RuamelError
from ruamel.yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    CollectionStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    StreamEndEvent,
)

from gha2tekton.aliases import see_that_it_ends
from gha2tekton.nodes import Mapping, Node, Plain, Scalar, Sequence, joined, plain
from gha2tekton.record import replace
from gha2tekton.source import Source, Span

__all__ = ["Mapping", "Node", "Plain", "Scalar", "Sequence", "YamlError", "compose", "documents", "joined", "plain"]

MAX_DEPTH = 50
MAX_NODES = 50_000
"""GitHub's own limits on depth and on nodes traversed through aliases."""


class YamlError(ValueError):
    """The text is not the YAML that GitHub reads; ``span`` says where."""

    def __init__(self, message: str, span: Span) -> None:
        super().__init__(message)
        self.message = message
        self.span = span


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


def compose(source: Source) -> Node | None:
    """The nodes of a text, None when it holds no document; raises YamlError as GitHub refuses."""
    text = source.text
    body = text.removeprefix("\ufeff")
    shift = len(text) - len(body)
    try:
        try:
            return _Builder(source, shift, CParser(body).get_event).document()
        except MarkedYAMLError as error:
            # libyaml alone refuses a colon within a plain scalar of a flow collection, as in ``[80:80]``.
            if error.problem != "found unexpected ':'":
                raise
        return _Builder(source, shift, YAML(typ="safe", pure=True).parse(body).__next__).document()
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        offset = min(mark.index, len(text)) if mark else 0
        problem = ", ".join(str(part) for part in (error.context, error.problem) if part)
        raise YamlError(problem, Span(source, offset, offset)) from None
    except (RuamelError, UnicodeError, ValueError) as error:
        if isinstance(error, YamlError):
            raise
        offset = getattr(error, "position", 0) or 0
        raise YamlError(str(error).splitlines()[0], Span(source, offset, offset)) from None


class _Builder:
    """Turns a parser's events into nodes, expanding aliases within GitHub's limits.

    A fault that YAML's grammar allows is told only where the text has none that it does not.
    """

    def __init__(self, source: Source, shift: int, next_event: Callable[[], Any]) -> None:
        self.source = source
        self.shift = shift
        self.next = next_event
        self.anchors: dict[str, Node | None] = {}
        """None as long as what an anchor names has not ended."""
        self.count = 0
        self.fault: YamlError | None = None

    def document(self) -> Node | None:
        """The root of the only document."""
        self.next()
        if isinstance(self.next(), StreamEndEvent):
            return None
        root = self.node(self.next(), 0)
        self.next()
        if not isinstance(event := self.next(), StreamEndEvent):
            raise YamlError("expected a single document in the stream, but found another document", self.at(event))
        if self.fault is not None:
            raise self.fault
        return root

    def at(self, event: Any) -> Span:
        """Where an event begins."""
        start: int = event.start_mark.index + self.shift
        return Span(self.source, start, start)

    def span(self, first: Any, last: Any) -> Span:
        start: int = first.start_mark.index + self.shift
        end: int = last.end_mark.index + self.shift
        return Span(self.source, start, end if end > start else start)

    def blame(self, message: str, span: Span) -> None:
        """Keep the fault that stands first; of two at one place the outer one comes later."""
        if self.fault is None or span.start <= self.fault.span.start:
            self.fault = YamlError(message, span)

    def node(self, event: Any, depth: int) -> Node:
        if isinstance(event, AliasEvent):
            return self.alias(event, depth)
        self.count += 1
        if depth > MAX_DEPTH or self.count > MAX_NODES:
            raise YamlError(_limit(depth), self.at(event))
        anchor = event.anchor
        if anchor is not None:
            if anchor in self.anchors:
                raise YamlError("found duplicate anchor; first occurrence, second occurrence", self.at(event))
            self.anchors[anchor] = None
        made: Node
        if isinstance(event, ScalarEvent):
            made = self.scalar(event)
        elif isinstance(event, MappingStartEvent):
            made = self.mapping(event, depth)
        else:
            made = self.sequence(event, depth)
        if anchor is not None:
            self.anchors[anchor] = made
        return made

    def alias(self, event: Any, depth: int) -> Node:
        if event.anchor not in self.anchors:
            raise YamlError("found undefined alias", self.at(event))
        meant = self.anchors[event.anchor]
        if meant is None:
            raise YamlError(_limit(MAX_DEPTH + 1), self.at(event))
        return self.again(meant, depth)

    def again(self, node: Node, depth: int) -> Node:
        """A node that stands at one more place."""
        self.count += 1
        if depth > MAX_DEPTH or self.count > MAX_NODES:
            raise YamlError(_limit(depth), node.span)
        match node:
            case Scalar():
                return replace(node)
            case Mapping():
                entries = [(replace(name), self.again(value, depth + 1)) for name, value in node.entries]
                return replace(node, entries=tuple(entries))
            case Sequence():
                return replace(node, items=tuple([self.again(item, depth + 1) for item in node.items]))

    def sequence(self, event: Any, depth: int) -> Sequence:
        items: list[Node] = []
        while not isinstance(last := self.next(), SequenceEndEvent):
            items.append(self.node(last, depth + 1))
        return Sequence(tuple(items), self.collected(event, last))

    def mapping(self, event: Any, depth: int) -> Mapping:
        entries: list[tuple[Scalar, Node]] = []
        seen: set[str] = set()
        while not isinstance(last := self.next(), MappingEndEvent):
            name = self.node(last, depth + 1)
            value = self.node(self.next(), depth + 1)
            if not isinstance(name, Scalar):
                self.blame("A key must be a scalar", name.span)
                continue
            folded = name.text.casefold()
            if folded in seen:
                self.blame(f"'{name.text}' is already defined", name.span)
            seen.add(folded)
            entries.append((name, value))
        return Mapping(tuple(entries), self.collected(event, last))

    def collected(self, event: Any, last: Any) -> Span:
        """Where a collection stands, whose tag may be none but its own."""
        span = self.span(event, last)
        if event.ctag is not None and (tag := _tag(event)) and tag not in _TAGS:
            self.blame(f"Unexpected tag '{tag}'", span)
        return span

    def scalar(self, event: Any) -> Scalar:
        text: str = event.value
        span = self.span(event, event)
        plain = not event.style
        if event.ctag is not None and (tag := _tag(event)):
            return Scalar(text, self.tagged(tag, text, plain, span), span, plain)
        return Scalar(text, core_value(text) if plain else text, span, plain)

    def tagged(self, tag: str, text: str, plain: bool, span: Span) -> Plain:
        """GitHub allows the core tags on plain scalars and !!str on any."""
        name = tag.removeprefix("tag:yaml.org,2002:")
        if name == "str":
            return text
        kinds: dict[str, type | tuple[type, ...]] = {"bool": bool, "int": float, "float": float, "null": type(None)}
        if not (plain and tag in _TAGS and name in kinds):
            self.blame(f"Unexpected tag '{tag}'", span)
            return text
        value = core_value(text)
        if not isinstance(value, kinds[name]) or (name != "bool" and isinstance(value, bool)):
            self.blame(f"The value '{text}' is invalid for the type '{tag}'", span)
        return value


def _limit(depth: int) -> str:
    """The limit of GitHub's that a node of some depth is beyond."""
    if depth > MAX_DEPTH:
        return f"nested deeper than {MAX_DEPTH} levels"
    return f"more than {MAX_NODES} nodes once aliases are followed"


def _tag(event: Any) -> str:
    """The tag as written; asking an untagged event for its ``tag`` is slow."""
    return "" if event.ctag is None or event.tag == "!" else event.tag or ""


_COMPACT = re.compile(r"(?:[-?:][ \t]+){100}")
"""Block collections within each other on one line."""


def _shallow(text: str) -> None:
    """ComposerError for nesting so deep that the library's own composing, which recurs in C, would end the process.

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


def documents(text: str, name: str, kubectl: bool = False) -> list[Any]:
    """All documents of a file as plain data, for manifests; ValueError names the place where it is no YAML.

    ``kubectl`` takes plain scalars as it does: by YAML 1.1, where yes is true and 010 is eight.
    """
    try:
        _shallow(text)
        reader = YAML(typ="safe")
        if kubectl:
            reader.version = (1, 1)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of numbers that 1.1 and 1.2 take alike
            found = list(reader.load_all(text))
        if "*" in text and "&" in text:
            see_that_it_ends(found, name)
        return found
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f":{mark.line + 1}:{mark.column + 1}" if mark else ""
        raise ValueError(f"{name}{where}: {error.problem or error.context}") from None
    except RuamelError as error:
        raise ValueError(f"{name}: {str(error).splitlines()[0]}") from None
    except RecursionError:
        raise ValueError(f"{name}: nested too deep") from None
