"""A matrix that only the run knows, as a text of JSON with expressions in it that the runtime fills."""

from __future__ import annotations

import json

from gha2tekton.expression import Call, Expression, Literal, Template, to_string
from gha2tekton.workflow.model import MatrixValue, Strategy, Value


def matrix_text(strategy: Strategy) -> Template:
    """The whole matrix of a strategy."""
    if strategy.expression is not None:
        return tuple(_leaf(strategy.expression))
    parts: list[str | Expression] = []
    entries: list[tuple[str, MatrixValue | Value | tuple[MatrixValue, ...]]] = list(strategy.vectors.items())
    entries += [(name, value) for name, value in _lists(strategy) if value != ()]
    for name, value in entries:
        parts += [", " if parts else "", f"{json.dumps(name)}: "]
        parts += _leaf(value) if isinstance(value, Value) else _value(value)
    return ("{", *parts, "}")


def _lists(strategy: Strategy) -> tuple[tuple[str, Value | tuple[MatrixValue, ...]], ...]:
    return (("include", strategy.include), ("exclude", strategy.exclude))


def _value(value: MatrixValue | tuple[MatrixValue, ...]) -> list[str | Expression]:
    inner = value if isinstance(value, tuple) else value.value
    match inner:
        case Value():
            return _leaf(inner)
        case tuple():
            out: list[str | Expression] = []
            for item in inner:
                out += [", " if out else "", *_value(item)]
            return ["[", *out, "]"]
        case _:
            out = []
            for name, item in inner.items():
                out += [", " if out else "", f"{json.dumps(name)}: ", *_value(item)]
            return ["{", *out, "}"]


def _leaf(value: Value) -> list[str | Expression]:
    if value.literal is not None:
        raw = value.raw
        number = isinstance(raw, float) and not isinstance(raw, bool)
        return [to_string(raw) if number else json.dumps(raw)]
    if len(value.template) == 1 and not isinstance(value.template[0], str):
        return [Call("toJSON", (value.template[0],))]
    holes = [part for part in value.template if not isinstance(part, str)]
    numbers = iter(range(len(holes)))
    pattern = "".join(
        part.replace("{", "{{").replace("}", "}}") if isinstance(part, str) else f"{{{next(numbers)}}}"
        for part in value.template
    )
    return [Call("toJSON", (Call("format", (Literal(pattern), *holes)),))]
