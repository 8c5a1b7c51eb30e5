"""Trees back to text."""

from __future__ import annotations

from typing import Any

from gha2tekton.expression.syntax import (
    Call,
    Compare,
    Context,
    Expression,
    Filter,
    Index,
    Literal,
    Logic,
    Not,
    Property,
)
from gha2tekton.expression.template import Template
from gha2tekton.expression.values import number_text, to_json, to_string

_OR, _AND, _EQUAL, _ORDER, _UNARY, _POSTFIX = range(6)


def unparse(tree: Expression) -> str:
    """The text of a tree with no more parentheses than it needs; parsed again it is the same tree."""
    return _print(tree, _OR)


def unparse_template(template: Template) -> str:
    """The text of a template with its ``${{ }}``."""
    return "".join(part if isinstance(part, str) else f"${{{{ {unparse(part)} }}}}" for part in template)


def _print(tree: Expression, level: int) -> str:
    text, own = _text(tree)
    return f"({text})" if own < level else text


def _text(tree: Expression) -> tuple[str, int]:
    match tree:
        case Literal():
            return literal(tree.value), _UNARY
        case Context():
            return tree.name, _POSTFIX
        case Property():
            return f"{_print(tree.target, _POSTFIX)}.{tree.name}", _POSTFIX
        case Index():
            return f"{_print(tree.target, _POSTFIX)}[{_print(tree.index, _OR)}]", _POSTFIX
        case Filter():
            return f"{_print(tree.target, _POSTFIX)}.*", _POSTFIX
        case Call():
            return f"{tree.name}({', '.join(_print(argument, _OR) for argument in tree.arguments)})", _POSTFIX
        case Not():
            return f"!{_print(tree.operand, _UNARY)}", _UNARY
        case Compare():
            level = _EQUAL if tree.operator in ("==", "!=") else _ORDER
            return f"{_print(tree.left, level)} {tree.operator} {_print(tree.right, level + 1)}", level
        case Logic():
            level = _AND if tree.operator == "&&" else _OR
            # A chain in parentheses is an operand of its own.
            parts = (_print(operand, level + 1) for operand in tree.operands)
            return f" {tree.operator} ".join(parts), level


def literal(value: Any) -> str:
    """A value as an expression; lists and objects through fromJSON."""
    match value:
        case None:
            return "null"
        case bool():
            return to_string(value)
        case int() | float():
            return number_text(float(value))
        case str():
            return "'" + value.replace("'", "''") + "'"
        case _:
            compact = " ".join(line.strip() for line in to_json(value).splitlines())
            return f"fromJSON({literal(compact)})"
