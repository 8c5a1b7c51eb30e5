"""Conditions and values over a delivery, in CEL as Tekton's cel interceptor reads it.

https://tekton.dev/docs/triggers/cel_expressions/
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from gha2tekton.lower.event_types import BOOLEANS, FREE
from gha2tekton.lower.values import MARK, SUSPECT
from gha2tekton.workflow.glob import to_regex

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_RESERVED = frozenset(
    (
        *("as", "break", "const", "continue", "else", "false", "for", "function", "if", "import", "in", "let", "loop"),
        *("namespace", "null", "package", "return", "true", "var", "void", "while"),
    )
)
_GLOB = re.compile(r"[*?+\[\]!\\]")
_ESCAPES = {"\\": "\\\\", "'": "\\'", "\n": "\\n", "\r": "\\r", "\t": "\\t"}

_TEXT = re.compile(
    "action|after|before|body|conclusion|description|key|login|message|name|path|ref|sha|state|title|url|"
    ".*_(association|branch|message|name|ref|sha|url)"
)
"""Fields of these names are text, or null, wherever GitHub sends them."""

_LISTS = frozenset(("labels", "assignees", "requested_reviewers", "requested_teams", "topics"))
_NUMBERS = frozenset(("number", "pull_request_number", "issue_number"))


def textual(path: Sequence[str]) -> bool:
    """Whether a field is known to be text."""
    return path[0] not in FREE and bool(_TEXT.fullmatch(path[-1]))


def quote(text: str) -> str:
    """A string literal; characters that do not print are written by number."""
    if text.isprintable() and "\\" not in text and "'" not in text:
        return f"'{text}'"
    return "'" + "".join(_ESCAPES.get(char) or (char if char.isprintable() else _number(char)) for char in text) + "'"


def _number(char: str) -> str:
    code = ord(char)
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def field(path: Sequence[str], root: str = "body") -> str:
    """The value of a path; a part of digits alone is the place in a list."""
    out = root
    for part in path:
        if _NAME.fullmatch(part) and part not in _RESERVED:
            out += f".{part}"
        else:
            out += f"[{part}]" if part.isdigit() else f"[{quote(part)}]"
    return out


def present(path: Sequence[str], root: str = "body") -> str:
    """Whether every part of a path is there and not null: a missing field is an error that stops the Trigger."""
    tests: list[str] = []
    for count, part in enumerate(path, start=1):
        before, here = field(path[: count - 1], root), field(path[:count], root)
        if part.isdigit():
            tests.append(f"size({before}) > {part}")
        else:
            tests.append(f"has({here})" if here.endswith(f".{part}") else f"{quote(part)} in {before}")
        tests.append(f"{here} != null")
    return " && ".join(tests) or "true"


def text(path: Sequence[str], missing: str = "''", root: str = "body", *, certain: bool = False) -> str:
    """A field as GitHub prints it: nothing for a missing one, whole numbers without exponent, JSON for the rest.

    ``certain`` says that it is there in every delivery.
    """
    if not path:
        return guarded(f"{root}.marshalJSON()")
    value = field(path, root)
    if textual(path):
        printed = guarded(value)
    elif path[0] not in FREE and path[-1] in BOOLEANS:
        printed = f"string({value})"
    elif path[0] not in FREE and path[-1] in _NUMBERS:
        printed = f"string(int({value}))"
    elif path[0] not in FREE and path[-1] in _LISTS:
        printed = guarded(f"{value}.marshalJSON()")
    else:
        printed = f"[dyn({value})].map(v, {_PRINTED}).map(v, {_GUARD})[0]"
    return printed if certain else f"{present(path, root)} ? {printed} : {missing}"


def guarded(value: str) -> str:
    """Text that Tekton and Kubernetes leave alone: one that holds what they expand is written as ``values`` says."""
    return f"[{value}].map(v, {_GUARD})[0]"


_PRINTED = (
    "type(v) == string ? v : type(v) in [map, list] ? v.marshalJSON() : "
    "type(v) == double && v > -9.0e15 && v < 9.0e15 && v == double(int(v)) ? string(int(v)) : string(v)"
)
_GUARD = f"v.matches({quote(SUSPECT)}) ? '{MARK}' + v.replace('%', '%25').replace('$', '%24') : v"


def one_of(value: str, choices: Iterable[str]) -> str:
    """Whether a text is one of some."""
    return f"{value} in [{', '.join(map(quote, choices))}]"


def literal(patterns: Iterable[str]) -> bool:
    """Whether patterns are just names."""
    return not any(_GLOB.search(pattern) for pattern in patterns)


def included(value: str, patterns: Sequence[str], prefix: str = "") -> str:
    """GitHub's ordered filter: the last pattern that matches decides, ``!`` takes out; ``prefix`` stands before each.

    https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax#filter-pattern-cheat-sheet
    """
    if patterns and literal(patterns):
        return one_of(value, [prefix + pattern for pattern in patterns])
    verdict, operator = "false", ""
    for pattern in patterns:
        test, joint = _matches(value, pattern.removeprefix("!"), prefix), "||"
        if pattern.startswith("!"):
            test, joint = f"!{test}", "&&"
        if verdict == "false":
            verdict, operator = ("false", "") if joint == "&&" else (test, "||")
        else:
            verdict = f"{verdict if operator == joint else group(verdict)} {joint} {test}"
            operator = joint
    return verdict


def any_match(value: str, patterns: Sequence[str], prefix: str = "") -> str:
    """Whether any pattern of an ignore list matches."""
    if literal(patterns):
        return one_of(value, [prefix + pattern for pattern in patterns])
    return " || ".join(_matches(value, pattern, prefix) for pattern in patterns)


def _matches(value: str, pattern: str, prefix: str) -> str:
    if literal((pattern,)):
        return f"({value} == {quote(prefix + pattern)})"
    regex = to_regex(pattern).removeprefix("^").removesuffix("$")
    return f"{value}.matches({quote(f'^{prefix}(?:{regex})$')})"


def group(condition: str) -> str:
    """A condition that can stand beside any operator."""
    return condition if re.fullmatch(r"!?[\w.]+|true|false|!?\([^()]*\)", condition) else f"({condition})"


def every(conditions: Sequence[str]) -> str:
    """All of them, one a line."""
    return "\n&& ".join(condition if _plain(condition) else group(condition) for condition in conditions) or "true"


def _plain(condition: str) -> bool:
    return "||" not in condition and " ? " not in condition
