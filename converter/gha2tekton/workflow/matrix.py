"""The legs of a matrix, in the runner's order and with its names.

https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idstrategymatrix
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from gha2tekton.expression import Literal, equals, to_string
from gha2tekton.record import Record, field
from gha2tekton.workflow.model import MatrixValue, Strategy, Value


class MatrixError(ValueError):
    """The matrix is not known at conversion, or GitHub would refuse it; the message says why."""


class RuntimeMatrix(MatrixError):
    """Only the run knows the matrix."""


MAX_LEGS = 256
MAX_NAME = 100
"""GitHub's limits on the legs of a matrix and on the characters of a job's name."""


class Leg(Record, frozen=True):
    """One combination; ``name`` is what GitHub puts in parentheses behind the job's name."""

    values: Mapping[str, Any] = field(default_factory=dict)
    name: str = ""
    index: int = 0
    total: int = 1


def fails_fast(strategy: Strategy | None) -> bool:
    """Whether a failed leg cancels the others, as far as is known at conversion: they do by default."""
    value = strategy.fail_fast if strategy else None
    return value is None or value.literal != "false"


Evaluate = Callable[[Value], Any]
"""The value of a leaf with its expressions computed; raises MatrixError where only the run knows it."""


def legs(strategy: Strategy | None, evaluate: Evaluate) -> tuple[Leg, ...]:
    """All legs of a job; a job without a matrix has one."""
    if strategy is None or (not strategy.vectors and not strategy.include and strategy.expression is None):
        return (Leg(),)
    if strategy.expression is not None:
        whole = evaluate(strategy.expression)
        if not isinstance(whole, dict):
            raise MatrixError("the matrix is not a mapping")
        vectors = {name: value for name, value in whole.items() if name.lower() not in ("include", "exclude")}
        include, exclude = whole.get("include") or [], whole.get("exclude") or []
    else:
        vectors = {name: plain_value(value, evaluate) for name, value in strategy.vectors.items()}
        include, exclude = _listed(strategy.include, evaluate), _listed(strategy.exclude, evaluate)
    for name, vector in vectors.items():
        if not isinstance(vector, list) or not vector:
            raise MatrixError(f"Matrix vector '{name}' does not contain any values")
    if not vectors and not include:
        raise MatrixError("Matrix must define at least one vector")
    known = {name.lower() for name in vectors}
    for name, entries in (("include", include), ("exclude", exclude)):
        if not isinstance(entries, list) or not all(isinstance(entry, dict) and entry for entry in entries):
            raise MatrixError(f"Matrix {name} is not a list of mappings with keys")
    for name in (name for entry in exclude for name in entry):
        if name.lower() not in known:
            raise MatrixError(f"Matrix exclude key '{name}' does not match any key within the matrix")
    found = _numbered(*_combine(vectors, include, exclude))
    if len(found) > MAX_LEGS:
        raise MatrixError(f"the matrix has {len(found)} legs, and GitHub runs {MAX_LEGS} at most")
    return found


def job_name(name: str, leg: Leg) -> str:
    """The name that GitHub shows for a leg of a job whose own name holds no expression."""
    whole = f"{name} ({leg.name})" if leg.name else name
    return whole if len(whole) <= MAX_NAME else whole[: MAX_NAME - 3] + "..."


def _listed(entries: tuple[MatrixValue, ...] | Value, evaluate: Evaluate) -> Any:
    return evaluate(entries) if isinstance(entries, Value) else [plain_value(entry, evaluate) for entry in entries]


def plain_value(node: MatrixValue, evaluate: Evaluate) -> Any:
    """A value of a matrix with its expressions computed."""
    match node.value:
        case Value():
            return evaluate(node.value)
        case tuple():
            return [plain_value(item, evaluate) for item in node.value]
        case _:
            return {key: plain_value(item, evaluate) for key, item in node.value.items()}


_Combination = dict[str, Any]


def _combine(
    vectors: Mapping[str, list[Any]], include: Sequence[Any], exclude: Sequence[Any]
) -> tuple[list[_Combination], list[list[str]]]:
    """The combinations, and for each the keys that make its name."""
    size = math.prod(len(vector) for vector in vectors.values())
    if size > MAX_LEGS * MAX_LEGS:
        raise MatrixError(f"the matrix has {size} combinations, and GitHub runs {MAX_LEGS} at most")
    rows = itertools.product(*vectors.values()) if vectors else ()
    combinations = [dict(zip(vectors, row, strict=True)) for row in rows]
    combinations = [one for one in combinations if not any(_covers(entry, one) for entry in exclude)]
    originals = [dict(one) for one in combinations]
    names = [list(vectors) for _ in combinations]
    lowered = {name.lower() for name in vectors}
    for entry in include:
        wanted = {key: value for key, value in entry.items() if key.lower() in lowered}
        extras = {key: value for key, value in entry.items() if key.lower() not in lowered}
        matched = [index for index, one in enumerate(originals) if _covers(wanted, one)] if vectors else []
        for index in matched:
            combinations[index].update(extras)
        if not matched:
            combinations.append(dict(entry))
            names.append(list(entry))
    return combinations, names


def _covers(entry: Any, combination: Any) -> bool:
    """Whether every leaf of an entry is ``==`` to that of the combination at its place; what is missing is null."""
    if isinstance(entry, dict):
        below = {key.lower(): value for key, value in combination.items()} if isinstance(combination, dict) else {}
        return all(_covers(value, below.get(key.lower())) for key, value in entry.items())
    if isinstance(entry, list):
        items = combination if isinstance(combination, list) else []
        return all(_covers(item, items[at] if at < len(items) else None) for at, item in enumerate(entry))
    return equals(entry, combination)


def _numbered(combinations: Sequence[_Combination], names: Sequence[Sequence[str]]) -> tuple[Leg, ...]:
    return tuple(
        Leg(one, ", ".join(text for key in keys for text in _texts(one[key]) if text), index, len(combinations))
        for index, (one, keys) in enumerate(zip(combinations, names, strict=True))
    )


def _texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for item in value.values() for text in _texts(item)]
    if isinstance(value, list):
        return [text for item in value for text in _texts(item)]
    return [to_string(value)]


def static_leaf(value: Value) -> Any:
    """The value of a leaf that holds no expression any more; MatrixError where one is left."""
    if len(value.template) == 1 and isinstance(only := value.template[0], Literal):
        return only.value
    if value.literal is None:
        raise MatrixError(f"{value.text.strip()} is computed")
    return value.literal if isinstance(value.raw, str) else value.raw


def of_leg(strategy: Strategy, leg: Leg) -> Iterator[tuple[str, MatrixValue]]:
    """The values that a leg was made of, of a matrix without expressions, with their names in lower case."""
    same = {
        name: [item for item in _items(vector) if plain_value(item, static_leaf) == leg.values.get(name, leg)]
        for name, vector in strategy.vectors.items()
    }
    if all(same.values()):
        # Else it is a leg of ``include`` alone.
        yield from ((name.lower(), item) for name, items in same.items() for item in items)
    for entry in strategy.include if isinstance(strategy.include, tuple) else ():
        held = entry.value if isinstance(entry.value, Mapping) else {}
        plain = {name: plain_value(item, static_leaf) for name, item in held.items()}
        if all(leg.values.get(name, leg) == one for name, one in plain.items()):
            yield from ((name.lower(), item) for name, item in held.items())


def _items(vector: MatrixValue) -> tuple[MatrixValue, ...]:
    return vector.value if isinstance(vector.value, tuple) else ()
