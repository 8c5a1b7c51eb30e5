"""Numbers of which an expression asks more than their text: 3.10 is '3.10' for GitHub, and 0 is false."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from gha2tekton.expression import Call, Compare, Expression, Literal, Logic, Not, is_truthy, to_number, to_string
from gha2tekton.expression.syntax import path as static_path
from gha2tekton.expression.syntax import walk
from gha2tekton.tekton.names import variable
from gha2tekton.workflow.inlining import values
from gha2tekton.workflow.matrix import Leg
from gha2tekton.workflow.model import Job, Value


def weighed_numbers(job: Job, legs: Sequence[Leg]) -> frozenset[str]:
    """The names of a matrix with numbers that are something else as text, as the job's expressions read them."""
    numbers: dict[str, bool] = {}
    for name, value in ((name.lower(), value) for leg in legs for name, value in leg.values.items()):
        if isinstance(value, int | float) and not isinstance(value, bool):
            numbers[name] = numbers.get(name, False) or not is_truthy(value)
    if not numbers:
        return frozenset()
    weighed = [found for value in values(job) for found in _of_value(value)]
    return frozenset(name for name, truth in weighed if name in numbers and (numbers[name] or not truth))


def weighed_inputs(tree: Expression, types: Mapping[str, str]) -> list[str]:
    """The inputs that are numbers and more than their text for an expression."""
    numbers = [name for name, kind in types.items() if kind == "number"]
    judged = {name for name, _ in weighed(tree, "inputs", condition=True)} if numbers else set[str]()
    return [name for name in numbers if name.lower() in judged]


def number_of(name: str) -> str:
    """The variable by which the runtime knows that an input is a number."""
    return f"GHA_NUMBER_{variable(('inputs', name)).removeprefix('GHA_')}"


def _of_value(value: Value) -> Iterator[tuple[str, bool]]:
    for part in value.template:
        if not isinstance(part, str):
            yield from weighed(part, "matrix", len(value.template) == 1)


def weighed(tree: Expression, root: str, condition: bool) -> Iterator[tuple[str, bool]]:
    """The names of a context that an expression judges, and whether it is but for their truth.

    ``condition`` is whether its own truth may be asked for.
    """

    def named(part: Expression, truth: bool) -> Iterator[tuple[str, bool]]:
        path = static_path(part)
        if path is not None and len(path) > 1 and path[0] == root:
            yield path[1].lower(), truth

    if condition:
        yield from named(tree, truth=True)
    for node in walk(tree):
        match node:
            case Not(operand=operand):
                yield from named(operand, truth=True)
            case Logic(operands=operands):
                yield from (found for operand in operands for found in named(operand, truth=True))
            case Compare(operator=operator, left=left, right=right):
                for one, other in ((left, right), (right, left)):
                    if _differs(operator, other) or other == Literal(""):
                        yield from named(one, truth=not _differs(operator, other))
            case Call(name=name, arguments=arguments) if name.lower() == "contains":
                yield from named(arguments[-1], truth=False)
            case _:
                pass


def _differs(operator: str, other: Expression) -> bool:
    """Whether a number and its text may compare otherwise with this."""
    if not isinstance(other, Literal):
        return True
    if not isinstance(other.value, str):
        return False
    number = to_number(other.value)
    return operator not in ("==", "!=") or (number == number and to_string(number) != other.value)
