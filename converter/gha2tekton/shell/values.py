"""What a word comes to, where that can be known without running anything."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from gha2tekton.shell.quote import unescaped

if TYPE_CHECKING:
    from gha2tekton.shell.grammar import Node, Offsets

UNKNOWN = "\ue000"
"""Stands for the ``$`` of a variable that the shell around some code expands to what nobody knows."""

_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_VARIABLE = re.compile(r"\$\{(\w+)\}")


def value(node: Node, script: Offsets, constants: Mapping[str, str]) -> str | None:
    """The value of a word's node; None when only running the script would tell."""
    found = _value(node, script, constants)
    return None if found is None or UNKNOWN in found else found


def _value(node: Node, script: Offsets, constants: Mapping[str, str]) -> str | None:
    text = script.of(node)
    match node.type:
        case "word" | "extglob_pattern":
            return _ESCAPED.sub(lambda match: "" if match[1] == "\n" else match[1], text) if "\\" in text else text
        case "number" | "test_operator" | "variable_name" | "brace_expression" | "}" | "{" | "=":
            return text
        case "raw_string":
            return text[1:-1]
        case "string":
            return _string(node, script, constants)
        case "concatenation" | "command_name":
            parts = [_value(child, script, constants) for child in node.children]
            return None if None in parts else "".join(part or "" for part in parts)
        case "simple_expansion":
            return constants.get(text[1:])
        case "expansion":
            match = _VARIABLE.fullmatch(text)
            return constants.get(match[1]) if match else None
        case _:
            return None


def _string(node: Node, script: Offsets, constants: Mapping[str, str]) -> str | None:
    out: list[str] = []
    at = node.start_byte + 1
    for child in node.named_children:
        out.append(unescaped(script.between(at, child.start_byte)))
        if child.type == "string_content":
            out.append(unescaped(script.of(child)))
        else:
            found = _value(child, script, constants)
            if found is None:
                return None
            out.append(found)
        at = child.end_byte
    out.append(unescaped(script.between(at, node.end_byte - 1)))
    return "".join(out)
