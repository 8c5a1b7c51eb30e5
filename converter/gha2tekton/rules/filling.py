"""Putting words into a rule's lines; most of them only ask what is given, and need no engine of templates."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from gha2tekton.shell.quote import word

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


_ARGUMENTS = re.compile(r"(?:(\w+)=)?'([\w-]+)'")
_FIELD = re.compile(r"\{\{ *(\w+)(?:\(((?:(?:\w+=)?'[\w-]+'(?:,\s*)?)*)\))? *\}\}")
"""A name, or the call of a function with words."""

_BODY, _LEFT, _RIGHT = r"((?:(?!\{%).)*?)", r"(?:^[ \t]*)?\{% ", r" %\}\n?"
_GIVEN = re.compile(
    rf"{_LEFT}if given\('([\w-]+)'\){_RIGHT}{_BODY}(?:{_LEFT}else{_RIGHT}{_BODY})?{_LEFT}endif{_RIGHT}", re.M | re.S
)
"""A tag alone on its line takes the line with it, as in the engine of templates."""

_SPECIAL = re.compile(r"\{[{%#]")


def filled(text: str, words: Mapping[str, Word], functions: Functions) -> str:
    """A template with its words; Unfillable where it asks for what there is not."""
    given = functions["given"]
    simple = _GIVEN.sub(lambda found: found[2] if given(found[1]) else found[3] or "", text)
    names = words.keys() - functions
    known = all(name in functions if call is not None else name in names for name, call in _fields(simple))
    if not known or _SPECIAL.search(_FIELD.sub("", simple)):
        # Its library takes a tenth of a cold start, and a millisecond for a template.
        from gha2tekton.rules.engine import render

        return render(text, {**words, **functions})

    def put(found: re.Match[str]) -> str:
        name, call = found.groups()
        if call is None:
            return words[name]
        arguments = _ARGUMENTS.findall(call)
        named = {key: value for key, value in arguments if key}
        return said(functions[name](*(value for key, value in arguments if not key), **named))

    return _FIELD.sub(put, simple)


def _fields(text: str) -> Iterator[tuple[str, str | None]]:
    return ((found[1], found[2]) for found in _FIELD.finditer(text))
