"""The runtime answers as GitHub's runner does, or says loudly that it cannot: it never answers otherwise."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.runtime.expressions import CASES, ask
from tests.runtime.machine import Machine

OBJECTS = ("github.sha.*", "fromJSON('// c", "fromJSON('NaN')", "fromJSON('[1] [2]')", "toJSON(matrix)")
"""What the runtime refuses though GitHub computes it: whole contexts, which the converter does not hand it."""

TYPED = ("toJSON(needs)", "!inputs.no", "'1.10'", "matrix.cfg", "matrix.cfg.list", "pull_request.draft", "hashFiles(")
"""A container's variables are text: the converter folds booleans and objects. Files have a test of their own;
objects of outputs have their names in the order of the alphabet."""


def among(expression: str, parts: tuple[str, ...]) -> bool:
    return any(part in expression for part in parts)


PLAIN = [case for case in CASES if "error" not in case and not among(case["expr"], OBJECTS + TYPED)]
# The condition of a job may name jobs to success() and failure(), that of a step may not: the reader sees to it.
NAMING = ("success('",)
REFUSED = [
    case["expr"]
    for case in CASES
    if ("error" in case or among(case["expr"], OBJECTS)) and not among(case["expr"], NAMING)
]


@pytest.mark.slow
@pytest.mark.parametrize("status", ["success", "failure", "cancelled"])
def test_values_are_the_runners(machine: Machine, directory: Path, status: str) -> None:
    cases = [case for case in PLAIN if case.get("status", "success") == status]
    assert cases
    values = "\x1d".join(f"${{{{ {case['expr']} }}}}" for case in cases)
    truths = "\x1d".join(f"${{{{ ({case['expr']}) && 'T' || 'F' }}}}" for case in cases)
    asked = ask(machine, directory, [("template", values, status), ("template", truths, status)])
    assert not [answer.refusal for answer in asked if answer.refusal]
    found = zip(*(answer.text.split("\x1d") for answer in asked), strict=True)
    expected = [(case["string"], "T" if case["truthy"] else "F") for case in cases]
    assert dict(zip((case["expr"] for case in cases), found, strict=True)) == dict(
        zip((case["expr"] for case in cases), expected, strict=True)
    )


@pytest.mark.parametrize(
    "expressions", [REFUSED[::11], pytest.param(REFUSED, marks=pytest.mark.slow)], ids=["some", "all"]
)
def test_what_cannot_be_computed_is_refused(machine: Machine, directory: Path, expressions: list[str]) -> None:
    answers = ask(machine, directory, [("value", expression, "success") for expression in expressions])
    assert [expression for expression, answer in zip(expressions, answers, strict=True) if not answer.refusal] == []
    assert all("cannot evaluate" in answer.refusal for answer in answers)


OWN: list[tuple[str, Any]] = [
    # What && and || do not need is not computed, and so cannot fail.
    ("false && fromJSON('bad') || 'kept'", "kept"),
    ("'kept' || steps.a", "kept"),
    ("case(false, fromJSON('bad'), true, 'b', fromJSON('bad'))", "b"),
    # A list that a step printed.
    ("join(fromJSON('[ \"a\" , 2,true ]'), '-')", "a-2-true"),
    ("contains(fromJSON('[\"x\", \"y\"]'), 'Y')", "true"),
    ("join(steps.*.outcome)", "failure"),
    ("contains(needs.*.result, 'failure')", "true"),
    ("needs.nobody.result == null", "true"),
    ("needs.lint.outputs.none || 'nothing'", "nothing"),
    ("env.foo || 'unset'", "unset"),
    ("toJSON('tab\tquote\"')", '"tab\\tquote\\""'),
    (r"""toJSON('back\slash "quoted"')""", r'"back\\slash \"quoted\""'),
    (
        'toJSON(fromJSON(\'{"a": [1, {"b": null}], "c": {}}\'))',
        '{\n  "a": [\n    1,\n    {\n      "b": null\n    }\n  ],\n  "c": {}\n}',
    ),
    ("github.event.pull_request.labels[0].name", "bug"),
    ("contains(github.event.pull_request.labels.*.name, 'good first issue')", "true"),
    ("steps.a.outputs['some-key']", "dash"),
    ("fromJSON(needs.build.outputs.json)[1]", "2"),
    ('fromJSON(\'[{"a": "1"}, {"b": 2}, {"a": [3]}]\').*.a', "Array"),
    ('join(fromJSON(\'[{"a": 1}, {"b": 2}, {"a": 3}]\').*.a, \'+\')', "1+3"),
    ("fromJSON('[[1, 2], [3]]').*[0] == null", "false"),
    (r"format('\d{0}\1&', 'x&\n')", r"\dx&\n\1&"),
]


@pytest.mark.slow
def test_corners(machine: Machine, directory: Path) -> None:
    answers = ask(machine, directory, [("value", expression, "success") for expression, _ in OWN])
    assert {o[0]: a.refusal or a.text for o, a in zip(OWN, answers, strict=True)} == dict(OWN)


def test_the_command_that_tries_one(machine: Machine) -> None:
    assert machine.call("expression", "1 < 2").out == "true"
    assert machine.call("expression", "-t", "a ${{ 'b' }} c").out == "a b c"
    ended = machine.call("expression", "nope(1)")
    assert ended.code == 2
    assert "nope" in ended.err
