"""Putting words into a rule's lines; what rules ask is written as Python writes it, and seldom needs an engine."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from gha2tekton.shell.quote import word

Names = Mapping[str, Any]
Functions = Mapping[str, Callable[..., Any]]


class Word(str):
    """Shell text that is already quoted."""


class Unfillable(Exception):
    """A template asks for what there is not."""


def said(value: Any) -> str:
    """A value as one word of the shell."""
    if callable(value):
        raise Unfillable("a function is called with (); an input of its name is input_NAME")
    return value if isinstance(value, Word) else word(str(value))


def filled(text: str, words: Mapping[str, Word], functions: Functions) -> str:
    """A template with its words; Unfillable where it asks for what there is not."""
    names = {**words, **functions}
    try:
        return _text(_parts(text), names)
    except (_Foreign, KeyError):
        # Its library takes a tenth of a cold start, and a millisecond for a template.
        from gha2tekton.rules.engine import render

        return render(text, names)


class _Foreign(Exception):
    """A template says what only its engine understands, or nobody."""


Part = str | Callable[[Names], str]
_TAG = re.compile(r"\{\{(.+?)\}\}|(?:^[ \t]*)?\{% *(.+?) *%\}\n?", re.M | re.S)
"""A tag alone on its line takes the line with it, as in the engine of templates."""

_SPECIAL = re.compile(r"\{[{%#]")


@lru_cache(maxsize=1024)
def _parts(text: str) -> list[Part]:
    """A template taken apart; _Foreign where that is another's."""
    pieces = _TAG.split(text)
    if any(map(_SPECIAL.search, pieces[::3])):
        raise _Foreign
    parts, left = _body(zip(pieces[::3], [*pieces[1::3], None], [*pieces[2::3], None], strict=True))
    if left is not None:
        raise _Foreign
    return parts


def _body(pieces: Iterator[tuple[str, str | None, str | None]]) -> tuple[list[Part], str | None]:
    """What stands up to a tag that belongs to a choice around it, and that tag."""
    parts: list[Part] = []
    for text, value, tag in pieces:
        parts.append(text)
        if value is not None:
            parts.append(_value(value))
        elif tag is not None and tag.startswith("if "):
            parts.append(_choice(tag, pieces))
        elif tag is not None:
            return parts, tag
    return parts, None


def _text(parts: Iterable[Part], names: Names) -> str:
    return "".join([part if isinstance(part, str) else part(names) for part in parts])


def _value(text: str) -> Part:
    asked = _asked(text)
    return lambda names: said(asked(names))


def _choice(tag: str | None, pieces: Iterator[tuple[str, str | None, str | None]]) -> Part:
    branches: list[tuple[Callable[[Names], Any], list[Part]]] = []
    while tag != "endif":
        head, _, test = (tag or "").partition(" ")
        if head not in ("if", "elif", "else") or (head == "else") == bool(test):
            raise _Foreign
        parts, tag = _body(pieces)
        branches.append((_asked(test) if test else lambda names: True, parts))

    return lambda names: _text(next((parts for holds, parts in branches if holds(names)), ()), names)


def _asked(text: str) -> Callable[[Names], Any]:
    """What a name, a call with words, or a test of calls comes to."""
    text = text.strip()
    if text.isidentifier():
        return lambda names: names[text]
    if "\\" in text:
        raise _Foreign
    try:
        return _meant(ast.parse(text, mode="eval").body)
    except SyntaxError:
        raise _Foreign from None


def _meant(node: ast.expr) -> Callable[[Names], Any]:
    match node:
        case ast.Call(func=ast.Name(id=name), args=args, keywords=keywords):
            words = [_word(one) for one in args]
            named = {str(one.arg): _word(one.value) for one in keywords}
            return lambda names: names[name](*words, **named)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            inner = _meant(operand)
            return lambda names: not inner(names)
        case ast.BoolOp(op=op, values=values):
            tests = [_meant(one) for one in values]
            enough = all if isinstance(op, ast.And) else any
            return lambda names: enough(test(names) for test in tests)
        case _:
            raise _Foreign


def _word(node: ast.expr) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    raise _Foreign
