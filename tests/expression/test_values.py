"""Coercions and functions beyond the runner's table: the corners that its source decides."""

from __future__ import annotations

import math
from typing import Any

import pytest

from gha2tekton.expression import ExpressionError, compare, evaluate, from_json, to_json, to_number, to_string

SOURCE: dict[str, Any] = {
    "github": {"Ref": "r", "null": None, "list": [1, 2], "map": {"A": 1}},
    "env": {"Foo": "1", "foo": "2"},
}
VALUES = {
    # Literals.
    "+Infinity": math.inf,
    "0xFFFFFFFF": -1.0,
    "0x80000000": -2147483648.0,
    "0x7fffffff": 2147483647.0,
    "0o37777777777": -1.0,
    "5.": 5.0,
    "+.5e1": 5.0,
    "1e400": math.inf,
    "''''": "'",
    "true": True,
    "1": 1.0,
    # Names.
    "GITHUB.ref": "r",
    "github\u00a0.\u3000Ref": "r",
    "env.FOO": None,
    "env['Foo']": "1",
    "TOJSON(1)": "1",
    # What is not needed is not evaluated.
    "format('a', fromJSON('bad'))": "a",
    "join(fromJSON('[1]'), fromJSON('bad'))": "1",
    "join('x', fromJSON('bad'))": "x",
    "contains(fromJSON('[]'), fromJSON('bad'))": False,
    "contains(github, fromJSON('bad'))": False,
    "startsWith(github, fromJSON('bad'))": False,
    "github.Ref[fromJSON('bad')]": None,
    # Indexing.
    "github[null]": None,
    "github.map.a": 1.0,
    "github.list[github]": None,
    "github.list[true]": 2.0,
    "github.list['1']": 2.0,
    "github.list[99999999999]": None,
    "github.list[Infinity]": None,
    "github[github.list]": None,
    "github.*.A": [1],
    "github.*['a']": [1],
    "github.*[1]": [2],
    "github.*.*": [1, 2, 1],
    "github[*]": ["r", None, [1, 2], {"A": 1}],
    "(github.*)[0]": [1],
    "github.*[github]": [],
    "case(true, github.*, 0).a": [1],
    "(github.* || 0).a": [1],
    "('a')[0]": None,
    # Formats.
    "format('{0:}', 1)": "1",
    "format('{000}', 1)": "1",
    "format('{0}}}', 1)": "1}",
    # Comparisons.
    "'\u017f' == 's'": False,
    "'\u0131' == 'i'": False,
    "'\u03c3' == '\u03a3'": True,
    "'\uffff' > '\U0001f600'": True,
    "github == github": True,
    "github >= github": True,
    "github.* == github.*": False,
    "github == null": False,
    "null >= null": True,
    "'\x1c1' == 1": False,
    "'\u00a01' == 1": True,
    "'0x' == 0": False,
    "contains(fromJSON('[null]'), '')": True,
}
REFUSED = {
    "-0x1": "Unexpected symbol: '-0x1'",
    "0x100000000": "Unexpected symbol: '0x100000000'",
    "1e5x": "Unexpected symbol: '1e5x'",
    "github.Ref'x'": "Unexpected symbol: 'Ref'x''",
    "github.list[*.x]": "Unexpected symbol: '.'",
    "github.list[*[0]]": "Unexpected symbol: '['",
    "github.list[1,2]": "Unexpected symbol: ','",
    "(1,2)": "Unexpected symbol: ','",
    "(1]": "Unexpected symbol: ']'",
    "github[(1)": "Unexpected end of expression: ')'",
    "'a'[0]": "Unexpected symbol: '['",
    "'abc''": "Unexpected symbol: ''abc'''",
    "true | false": "Unexpected symbol: '|'",
    "1 =< 2": "Unexpected symbol: '='",
    "*": "Unexpected symbol: '*'",
    ".": "Unexpected symbol: '.'",
    "format": "Unrecognized named-value: 'format'",
    "false && nowhere.x": "Unrecognized named-value: 'nowhere'",
    "false && nowhere()": "Unrecognized function: 'nowhere'",
    "github.list[fromJSON('bad')]": "Error parsing fromJson",
    "format('{1', fromJSON('bad'))": "The following format string is invalid: {1",
    "format('{256}', 1)": "The following format string is invalid: {256}",
    "format('{99999999999}', 1)": "The following format string is invalid: {99999999999}",
    "format('{{0}')": "The following format string is invalid: {{0}",
    "format('{')": "The following format string is invalid: {",
    "format('{0:a}}')": "The following format string is invalid: {0:a}}",
    "format('{0:a}}b}', 1)": "The format specifiers 'a}b' are not valid for objects of type 'Number'",
    "format('{1}', 1)": "The following format string references more arguments than were supplied: {1}",
}
LENIENT = {
    "[1,,2]": [1.0, "", 2.0],
    "[,]": [""],
    "[1,2,]": [1.0, 2.0],
    "{a:1, 'b':2, $c_1 : 3,}": {"a": 1.0, "b": 2.0, "$c_1": 3.0},
    '{"a":,}': {"a": ""},
    '{"a":1,"A":2,"b":3}': {"a": 2.0, "b": 3.0},
    "{/*x*/a/**/:1}": None,
    "{/*x*/a:/*y*/1//z\n}": {"a": 1.0},
    "/* c */ 1": " c ",
    "[1 /* c */, // d\n 2]": [1.0, 2.0],
    "017": 15.0,
    "08": None,
    "-08": -8.0,
    "0x1F": 31.0,
    "0xffffffffffffffff": -1.0,
    "0x1ffffffffffffffff": None,
    "1.": 1.0,
    ".5": 0.5,
    "-": None,
    "+1": None,
    "1x": None,
    "1 x": 1.0,
    "truex": None,
    "true]": True,
    "[true false]": None,
    "undefined": "",
    "-Infinity": -math.inf,
    "'a\\'b\"'": "a'b\"",
    '"\\q"': None,
    '"\n"': "\n",
    '"\\ud83d\\ude00"': "\U0001f600",
    '"\\ud83d"': "\ufffd",
    '"open': None,
    "[": None,
    "{": None,
    "{,}": None,
    "[1}": None,
    "": None,
    "[" * 64 + "]" * 64: ...,
    "[" * 65 + "]" * 65: None,
    "9" * 30: 1e30,
}


@pytest.mark.parametrize(("expr", "value"), VALUES.items())
def test_value(expr: str, value: Any) -> None:
    assert repr(evaluate(expr, SOURCE)) == repr(value)


@pytest.mark.parametrize(("expr", "message"), REFUSED.items())
def test_refused(expr: str, message: str) -> None:
    with pytest.raises(ExpressionError) as refused:
        evaluate(expr, SOURCE)
    assert refused.value.message.split(". Located")[0] == message


@pytest.mark.parametrize(("text", "value"), LENIENT.items(), ids=lambda part: repr(part)[:40])
def test_lenient_json(text: str, value: Any) -> None:
    if value is None:
        with pytest.raises(ExpressionError, match="Error parsing fromJson"):
            from_json(text)
    elif value is ...:
        from_json(text)
    else:
        assert repr(from_json(text)) == repr(value)


def test_json_keeps_text_of_other_scripts() -> None:
    assert to_json({"é": ["\u2028\x85\x7f\x01\\"]}) == '{\n  "é": [\n    "\\u2028\\u0085\x7f\\u0001\\\\"\n  ]\n}'


def test_functions_of_the_job_get_values() -> None:
    seen: list[Any] = []
    functions = {"hashFiles": lambda arguments: seen.append(arguments) or "h"}  # type: ignore[func-returns-value]
    assert evaluate("HASHFILES(github.*.a, 1)", SOURCE, functions) == "h"
    assert seen == [[[1], 1.0]]
    with pytest.raises(ExpressionError, match="Unrecognized function: 'hashFiles'"):
        evaluate("hashFiles('a')", SOURCE)


def test_whole_numbers_of_python() -> None:
    assert to_string(3) == to_string(3.0) == "3"
    assert to_number(True) == 1.0
    assert compare("==", 1, "1.0")
    assert isinstance(evaluate("github.list[0]", SOURCE), float)
