"""Text with ``${{ }}`` in it, and the forms of ``if``."""

from __future__ import annotations

from gha2tekton.expression.parser import parse
from gha2tekton.expression.syntax import Call, Expression, ExpressionError, Literal, Logic, calls

Template = tuple[str | Expression, ...]

_STATUS = frozenset({"success", "failure", "always", "cancelled"})


def parse_template(text: str) -> Template:
    """The text and expressions of a scalar in turn; empty text is an empty template."""
    parts: list[str | Expression] = []
    at = 0
    while (start := text.find("${{", at)) >= 0:
        end = _closing(text, start + 3)
        if end < 0:
            raise ExpressionError("The expression is not closed. An unescaped ${{ sequence was found, but the closing }} sequence was not found.", start)
        if start > at:
            parts.append(text[at:start])
        try:
            parts.append(parse(text[start + 3 : end].strip()))
        except ExpressionError as error:
            raise ExpressionError(error.message, start + 3 + error.offset) from None
        at = end + 2
    if at < len(text):
        parts.append(text[at:])
    return tuple(parts)


def _closing(text: str, at: int) -> int:
    """The first ``}}`` outside of a quoted string, -1 without one."""
    quoted = False
    while at < len(text):
        if text[at] == "'":
            quoted = not quoted
        elif not quoted and text.startswith("}}", at):
            return at
        at += 1
    return -1


def parse_condition(text: str) -> Expression:
    """The tree of an ``if``: bare, wrapped in ``${{ }}``, or with text around, which makes it a string."""
    if "${{" not in text:
        return parse(text.strip()) if text.strip() else Call("success", ())
    template = parse_template(text)
    if len(template) == 1 and not isinstance(template[0], str):
        return template[0]
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
    return tree if calls(tree) & _STATUS else Logic("&&", (Call("success", ()), tree))
