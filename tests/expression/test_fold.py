"""Partial evaluation: sound whatever is known, complete where all is."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from gha2tekton.expression import (
    UNKNOWN,
    Literal,
    Partial,
    Template,
    fold,
    fold_template,
    parse,
    parse_template,
    unparse,
    unparse_template,
)

KNOWN: dict[str, Any] = {
    "t": True,
    "f": False,
    "e": "",
    "s": "text",
    "n": 3,
    "inputs": {"a": parse("github.sha"), "either": parse("x || y"), "b": parse("'lit'"), "u": UNKNOWN, "list": [1, 2]},
    "github": Partial(ref="main", nothing=None, event=Partial(labels=[{"name": "gpu"}])),
    "needs": {"a": {"result": "success"}, "b": {"result": UNKNOWN}, "c": {"result": parse("u.v")}},
    "steps": {"a": {"outcome": parse("u.v")}, "b": {"outcome": "{b}"}},
    "jobs": {"a": {"result": "success"}, "b": Partial()},
    "matrix": {"os": "linux", "cfg": {"k": ["v"]}},
    "gone": UNKNOWN,
    "env": Partial(Name="v"),
}
FOLDED = {
    # Values.
    "s": "'text'",
    "n": "3",
    "matrix.cfg": """fromJSON('{"k":["v"]}')""",
    "MATRIX.OS": "'linux'",
    "matrix.nope": "null",
    "matrix.cfg.k[0]": "'v'",
    "matrix[u]": """fromJSON('{"os":"linux","cfg":{"k":["v"]}}')[u]""",
    "u[matrix.os]": "u['linux']",
    "gone.x": "gone.x",
    # Some of an object.
    "github.ref": "'main'",
    "github.Ref": "'main'",
    "github.nothing": "null",
    "github.sha": "github.sha",
    "github": "github",
    "toJSON(github)": "toJSON(github)",
    "github.event.labels.*.name": """fromJSON('["gpu"]')""",
    "github.event.labels[0].name == 'GPU'": "true",
    "github.event.number": "github.event.number",
    "github.*": "github.*",
    "github.event[s]": "github.event['text']",
    "env.Name": "'v'",
    "env.NAME": "env.NAME",
    # Unknown parts of lists and objects.
    "needs.a.result": "'success'",
    "needs.b.result": "needs.b.result",
    "needs.*.result": "needs.*.result",
    "contains(needs.*.result, 'x')": "contains(needs.*.result, 'x')",
    "jobs.*.result": "jobs.*.result",
    "jobs.*.*": "jobs.*.*",
    "toJSON(needs.a)": """'{\n  "result": "success"\n}'""",
    # Expressions in place of values.
    "inputs.a": "github.sha",
    "inputs.A == 'x'": "github.sha == 'x'",
    "inputs.a.b": "github.sha.b",
    "inputs.a[0].*": "github.sha[0].*",
    "inputs.either && z": "(x || y) && z",
    "inputs.either || z": "x || y || z",
    "inputs.b": "'lit'",
    "inputs.u": "inputs.u",
    "inputs.list[u]": "fromJSON('[1,2]')[u]",
    "contains(steps.*.outcome, 'x')": "u.v == 'x' || '{b}' == 'x'",
    "!contains(steps.*.outcome, w)": "!(u.v == w || '{b}' == w)",
    "join(steps.*.outcome)": "format('{0},{{b}}', u.v)",
    "join(steps.*.outcome, '}')": "format('{0}}}{{b}}', u.v)",
    "join(steps.*.outcome, w)": "join(steps.*.outcome, w)",
    "contains(steps.a, 'x')": "contains(steps.a, 'x')",
    "toJSON(needs.c)": """format('{{\n  "result": {0}\n}}', toJSON(u.v))""",
    "toJSON(steps.a)": "toJSON(steps.a)",
    # Logic keeps operands.
    "s || u": "'text'",
    "e || u": "u",
    "u || s": "u || 'text'",
    "u || s || v": "u || 'text'",
    "u || e || v": "u || v",
    "u || e": "u || ''",
    "s && u": "u",
    "f && u": "false",
    "u && t": "u && true",
    "u && f": "u && false",
    "u && f && v": "u && false",
    "u && (t && v)": "u && v",
    "u && v || s && w": "u && v || w",
    "t && e || s": "'text'",
    "matrix && u": "u",
    "needs && u": "needs && u",
    # Among booleans they need not be kept.
    "u == 1 && t": "u == 1",
    "u && v == 1 && t": "u && v == 1",
    "u == 1 || f": "u == 1",
    "u == 1 || t": "true",
    "!u && f": "false",
    "u == 1 && !v && f": "false",
    "u && !v && f": "u && !v && false",
    "u == 1 && e": "u == 1 && ''",
    "u == 1 || s": "u == 1 || 'text'",
    "fromJSON(u) == 1 && f": "fromJSON(u) == 1 && false",
    "success() && f": "false",
    "always() || t": "true",
    # Calls.
    "contains(s, 'EX')": "true",
    "contains(s, u)": "contains('text', u)",
    "format('{0}-{1}', s, u)": "format('{0}-{1}', 'text', u)",
    "hashFiles(s)": "hashFiles('text')",
    "fromJSON('bad')": "fromJSON('bad')",
    "fromJSON('bad') || u": "fromJSON('bad') || u",
    "format('x', fromJSON('bad'))": "'x'",
    "s[fromJSON('bad')]": "null",
    "case(f, u, t, s, v)": "'text'",
    "case(u, s, f, v, t, w, x)": "case(u, 'text', w)",
    "case(f, u, v, w, x)": "case(v, w, x)",
    "case(s, u, v)": "case('text', u, v)",
    # Comparison.
    "n == '3'": "true",
    "matrix == matrix": "true",
    "matrix == u": """fromJSON('{"os":"linux","cfg":{"k":["v"]}}') == u""",
    "!u": "!u",
    "!s": "false",
    # What a filter gives is not a list like others.
    "(github.event.labels.* || u).name": """fromJSON('["gpu"]')""",
    "(u || github.event.labels.*).name": """(u || fromJSON('[{"name":"gpu"}]').*).name""",
    "github.event.labels.*[u]": """fromJSON('[{"name":"gpu"}]').*[u]""",
}


@pytest.mark.parametrize(("text", "folded"), FOLDED.items())
def test_fold(text: str, folded: str) -> None:
    assert unparse(fold(parse(text), KNOWN)) == folded


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("a ${{ s }} b ${{ n }}", "a text b 3"),
        ("${{ s }}${{ u }}${{ e }}${{ t }}!", "text${{ u }}true!"),
        ("${{ inputs.a }}", "${{ github.sha }}"),
        ("${{ e }}", ""),
        ("${{ matrix.cfg }}", """${{ fromJSON('{"k":["v"]}') }}"""),
        ("x ${{ matrix.cfg }}", "x Object"),
        ("${{ '${{' }} ${{ u }}", "${{ '${{' }} ${{ u }}"),
    ],
)
def test_fold_template(text: str, folded: str) -> None:
    template = fold_template(parse_template(text), KNOWN)
    assert unparse_template(template) == folded
    assert not any(isinstance(left, str) and isinstance(right, str) for left, right in pairwise(template))


def test_one_object_keeps_its_type() -> None:
    expected: Template = (Literal({"k": ["v"]}),)
    assert fold_template(parse_template("${{ matrix.cfg }}"), KNOWN) == expected


def test_places_stay() -> None:
    folded = fold(parse("u == matrix.os"), KNOWN)
    assert [(node.start, node.end) for node in (folded, folded.left, folded.right)] == [(0, 14), (0, 1), (5, 14)]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("inputs", "folded"),
    [
        (
            {"a": parse("'x'"), "n": parse("1.50")},
            """'{
  "a": "x",
  "n": 1.5
}'""",
        ),
        (
            {"a": parse("'{0}'"), "b": parse("inputs.a"), "c": True},
            """format('{{
  "a": "{{0}}",
  "b": {0},
  "c": true
}}', toJSON(inputs.a))""",
        ),
        ({"a": parse("'x'"), "u": UNKNOWN}, "toJSON(inputs)"),
    ],
    ids=["known", "one of the caller's, whose inputs are others", "one is not known"],
)
def test_all_inputs_as_json(inputs: dict[str, Any], folded: str) -> None:
    assert unparse(fold(parse("toJSON(inputs)"), {"inputs": inputs})) == folded
