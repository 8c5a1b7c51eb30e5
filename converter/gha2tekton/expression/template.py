"""Text with ``${{ }}`` in it, and the forms of ``if``."""

from __future__ import annotations

import re
from functools import lru_cache

from gha2tekton.expression.parser import parse
from gha2tekton.expression.syntax import Call, Expression, ExpressionError, Literal, calls, chain

Template = tuple[str | Expression, ...]

_STATUS = frozenset({"success", "failure", "always", "cancelled"})
_CLOSED = re.compile(r"(?P<expression>(?:[^'}]|'[^']*'|\}(?!\}))*+)\}\}")
_UNCLOSED = (
    "The expression is not closed. An unescaped ${{ sequence was found, but the closing }} sequence was not found."
)


@lru_cache(maxsize=1024)
def parse_template(text: str) -> Template:
    """The text and expressions of a scalar in turn; empty text is an empty template.

    Positions, those of an ExpressionError too, count from the start of the scalar.
    """
    parts: list[str | Expression] = []
    at = 0
    while (start := text.find("${{", at)) >= 0:
        closed = _CLOSED.match(text, start + 3)
        if closed is None:
            raise ExpressionError(_UNCLOSED, start)
        if start > at:
            parts.append(text[at:start])
        parts.append(_parse(closed["expression"], start + 3))
        at = closed.end()
    if at < len(text):
        parts.append(text[at:])
    return tuple(parts)


def _parse(text: str, offset: int) -> Expression:
    """GitHub counts the positions in its messages without the blanks around an expression."""
    start = text.lstrip()
    return parse(start.rstrip(), offset=offset + len(text) - len(start))


def parse_condition(text: str) -> Expression:
    """The tree of an ``if``: bare, wrapped in ``${{ }}``, or with text around, which makes it a string."""
    if "${{" not in text:
        return _parse(text, 0) if text.strip() else Call("success", ())
    return whole(parse_template(text))


def whole(template: Template) -> Expression:
    """One expression with the value of a template."""
    if not template:
        return Literal("")
    if len(template) == 1:
        return Literal(template[0]) if isinstance(template[0], str) else template[0]
    pattern = ""
    arguments: list[Expression] = []
    for part in template:
        if isinstance(part, str):
            pattern += part.replace("{", "{{").replace("}", "}}")
        else:
            pattern += f"{{{len(arguments)}}}"
            arguments.append(part)
    return Call("format", (Literal(pattern), *arguments))


def with_status_check(tree: Expression) -> Expression:
    """The condition that GitHub really tests: ``success() &&`` before one that calls no status function."""
    return tree if calls(tree) & _STATUS else chain("&&", Call("success", ()), tree)
