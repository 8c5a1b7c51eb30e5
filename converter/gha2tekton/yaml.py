"""Text to nodes with positions, and manifests to text.

Reading follows GitHub's own reader: YAML 1.2 core types decided on plain scalars, anchors and aliases but no merge
keys, no duplicate keys, one document. The composer is libyaml's, through ruamel.yaml.clib.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from _ruamel_yaml import CParser  # type: ignore[import-not-found]  # compiled, ships no types
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.error import YAMLError as RuamelError
from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode

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


@dataclass(frozen=True, slots=True, eq=False)
class Scalar:
    """A leaf: ``value`` typed as YAML 1.2 core types it, ``text`` as it was written."""

    text: str
    value: Plain
    span: Span
    plain: bool


@dataclass(frozen=True, slots=True, eq=False)
class Mapping:
    entries: tuple[tuple[Scalar, Node], ...]
    span: Span

    def get(self, key: str) -> Node | None:
        """The value under a key, compared exactly."""
        return next((node for name, node in self.entries if name.text == key), None)


@dataclass(frozen=True, slots=True, eq=False)
class Sequence:
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

    def resolve(self, kind: type, value: object, implicit: object) -> str:
        return ""

    def descend_resolver(self, parent: object, index: object) -> None:
        pass

    def ascend_resolver(self) -> None:
        pass


def compose(source: Source) -> Node | None:
    """The nodes of a text, None when it holds no document; raises YamlError as GitHub refuses."""
    text = source.text
    try:
        root = _Composer(text.removeprefix("\ufeff")).get_single_node()
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
        if node.tag and node.tag not in _TAGS:
            raise YamlError(f"Unexpected tag '{node.tag}'", self.span(node))
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
        value: Plain = core_value(text) if plain and not node.tag else text
        if node.tag:
            value = self.tagged(node, text, plain)
        return Scalar(text, value, self.span(node), plain)

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


# -- writing ---------------------------------------------------------------------------------------------------------
# libyaml's emitter gives up block scalars for text with emoji or blanks at a line's end, which real scripts have; the
# user's scripts must stay readable, so the few forms that manifests need are written here.

_SAFE_PLAIN = re.compile(
    r"[A-Za-z0-9_./$](?:[A-Za-z0-9_./$()+@%^=,-]|:(?=[^ ]))*(?: (?:[A-Za-z0-9_./$()+@%^=,-]|:(?=[^ ]))+)*\Z"
)
_YAML_1_1 = re.compile(
    r"(?:y|n|yes|no|on|off|true|false|null|~)\Z|[-+.]?[0-9._][0-9a-fox_:.+-]*\Z|[-+]?\.(?:inf|nan)\Z|=\Z|<<\Z",
    re.IGNORECASE,
)
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x84\x86-\x9f\ufeff\ufffe\uffff\x85\u2028\u2029\ud800-\udfff]")


def needs_quotes(text: str) -> bool:
    """Whether a reader of YAML 1.1 or 1.2 could take the plain text for anything but that string."""
    return not _SAFE_PLAIN.match(text) or _YAML_1_1.match(text) is not None


def dump(documents: list[Any]) -> str:
    """Manifests (dicts, lists, strings, whole numbers, booleans, None) as YAML documents; equal data, equal bytes."""
    return "---\n".join("".join(_lines(document, 0)) for document in documents)


def _lines(value: Any, indent: int) -> list[str]:
    pad = " " * indent
    out: list[str] = []
    match value:
        case dict():
            for key, item in value.items():
                out += _entry(f"{pad}{_inline(str(key))}:", item, indent)
        case list() | tuple():
            for item in value:
                if isinstance(item, dict | list | tuple) and item:
                    inner = _lines(item, indent + 2)
                    out.append(f"{pad}- {inner[0][indent + 2 :]}")
                    out += inner[1:]
                else:
                    out += _entry(f"{pad}-", item, indent)
        case _:
            out += _entry(pad.rstrip(), value, indent)
    return out


def _entry(head: str, value: Any, indent: int) -> list[str]:
    match value:
        case dict() if value:
            return [f"{head}\n", *_lines(value, indent + 2)]
        case list() | tuple() if value:
            return [f"{head}\n", *_lines(value, indent)]
        case str() if "\n" in value and not _CONTROL.search(value) and value.strip("\n"):
            return [f"{head} |{_chomping(value)}\n", *_block(value, " " * (indent + 2))]
        case _:
            return [f"{head} {_inline(value)}\n"]


def _chomping(text: str) -> str:
    first = next(line for line in text.split("\n") if line)
    mark = "2" if first[0] in " \t" or text[0] == "\n" else ""
    if not text.endswith("\n"):
        return mark + "-"
    return mark + ("+" if text.endswith("\n\n") else "")


def _block(text: str, pad: str) -> list[str]:
    lines = text.removesuffix("\n").split("\n")
    return [f"{pad}{line}\n" if line else "\n" for line in lines]


_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def _inline(value: Any) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case dict():
            return "{}"
        case list() | tuple():
            return "[]"
        case str():
            if not needs_quotes(value):
                return value
            if _CONTROL.search(value) or "\n" in value:
                escaped = "".join(_ESCAPES.get(char) or _escape(char) for char in value)
                return f'"{escaped}"'
            if "'" in value and '"' not in value and "\\" not in value:
                return f'"{value}"'
            if '"' in value or "\\" in value:
                return "'" + value.replace("'", "''") + "'"
            return f'"{value}"'
        case _:
            raise TypeError(f"no YAML form for {type(value).__name__}")


def _escape(char: str) -> str:
    if not _CONTROL.match(char):
        return char
    code = ord(char)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
