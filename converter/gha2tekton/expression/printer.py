"""Trees back to text."""

from __future__ import annotations

import json
import math
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
from gha2tekton.expression.values import to_string

_OR, _AND, _EQUAL, _ORDER, _UNARY, _VALUE, _POSTFIX = range(7)


def unparse(tree: Expression) -> str:
    """The text of a tree with no more parentheses than it needs; parsed again it is the same tree."""
    return _print(tree, _OR)


def unparse_template(template: Template) -> str:
    """The text of a template with its ``${{ }}``; text that looks like one is quoted in one."""
    parts = (
        part.replace("${{", "${{ '${{' }}") if isinstance(part, str) else f"${{{{ {unparse(part)} }}}}"
        for part in template
    )
    return "".join(parts)


def _print(tree: Expression, level: int) -> str:
    text, own = _text(tree)
    return f"({text})" if own < level else text


def _text(tree: Expression) -> tuple[str, int]:
    match tree:
        case Literal():
            return _literal(tree.value), _POSTFIX if isinstance(tree.value, dict | list) else _VALUE
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
            parts = (_print(operand, level + 1) for operand in tree.operands)
            return f" {tree.operator} ".join(parts), level


def _literal(value: Any) -> str:
    """A value as an expression; lists and objects through fromJSON."""
    match value:
        case None:
            return "null"
        case bool():
            return to_string(value)
        case int() | float():
            return _number(float(value))
        case str():
            return "'" + value.replace("'", "''") + "'"
        case _:
            return f"fromJSON({_literal(_json(value))})"


def _number(number: float) -> str:
    """All digits, unlike ``to_string``, which rounds."""
    if math.isnan(number) or math.isinf(number):
        return to_string(number)
    return repr(number).removesuffix(".0")


def _json(value: Any) -> str:
    match value:
        case dict():
            return "{" + ",".join(f"{_json(key)}:{_json(item)}" for key, item in value.items()) + "}"
        case list():
            return "[" + ",".join(map(_json, value)) + "]"
        case str():
            return json.dumps(value, ensure_ascii=False)
        case _:
            return _literal(value)
