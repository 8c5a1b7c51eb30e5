"""Scalars with ``${{ }}`` in them, and conditions."""

from __future__ import annotations

import pytest

from gha2tekton.expression import (
    Call,
    Context,
    ExpressionError,
    Literal,
    Template,
    evaluate_tree,
    is_truthy,
    parse,
    parse_condition,
    parse_template,
    unparse,
    unparse_template,
    with_status_check,
)

A, B = Context("a"), Context("b")


@pytest.mark.parametrize(
    ("text", "template"),
    [
        ("", ()),
        ("plain }} text {{ a }}", ("plain }} text {{ a }}",)),
        ("${{ a }}", (A,)),
        ("x${{a}}y${{\n b\n}}", ("x", A, "y", B)),
        ("${{ a }}${{ b }}", (A, B)),
        ("$${{ a }}}", ("$", A, "}")),
        ("${{ '}}' }}", (Literal("}}"),)),
        ("${{ 'it''s }}' }} '", (Literal("it's }}"), " '")),
        ("${{ '${{ x }}' }}", (Literal("${{ x }}"),)),
    ],
)
def test_parts(text: str, template: Template) -> None:
    assert parse_template(text) == template
    assert parse_template(unparse_template(template)) == template


@pytest.mark.parametrize(
    ("text", "offset", "message"),
    [
        ("ok ${{ a", 3, "The expression is not closed."),
        ("ok ${{ 'a }} b", 3, "The expression is not closed."),
        ("${{ a }} ${{ b + }}", 15, "Unexpected symbol: '+'. Located at position 3 within expression: b +"),
        ("${{ }}", 4, "An expression was expected"),
        ("${{a } }}", 5, "Unexpected symbol: '}'."),
    ],
)
def test_errors(text: str, offset: int, message: str) -> None:
    with pytest.raises(ExpressionError) as refused:
        parse_template(text)
    assert (refused.value.offset, refused.value.message[: len(message)]) == (offset, message)


def test_places_in_the_scalar() -> None:
    text = "x ${{  a.b }} ${{ a.b }}"
    first, second = parse_template(text)[1], parse_template(text)[3]
    assert not isinstance(first, str)
    assert not isinstance(second, str)
    assert text[first.start : first.end] == text[second.start : second.end] == "a.b"
    assert (first.start, second.start) == (7, 18)


def test_text_is_never_taken_for_an_expression() -> None:
    template: Template = ("a ${{ secrets.X }} ${{", A)
    again = parse_template(unparse_template(template))
    assert [part for part in again if isinstance(part, Context)] == [A]
    assert "".join(part if isinstance(part, str) else unparse(part) for part in again) == "a '${{' secrets.X }} '${{'a"


@pytest.mark.parametrize(
    ("text", "condition"),
    [
        ("", "success()"),
        (" \n", "success()"),
        ("a == 'x'", "a == 'x'"),
        ("${{ a == 'x' }}", "a == 'x'"),
        ("${{ a }} && b", "format('{0} && b', a)"),
        (" ${{ a }}", "format(' {0}', a)"),
        ("{${{ a }}-${{ b }}}", "format('{{{0}-{1}}}', a, b)"),
    ],
)
def test_condition(text: str, condition: str) -> None:
    assert unparse(parse_condition(text)) == condition


def test_text_around_a_condition_makes_it_hold() -> None:
    assert is_truthy(evaluate_tree(parse_condition("${{ a }} && false"), {"a": False}))


@pytest.mark.parametrize(
    ("condition", "checked"),
    [
        ("a || b", "success() && (a || b)"),
        ("a && b", "success() && a && b"),
        ("false && Always()", "false && Always()"),
        ("contains(a, failure())", "contains(a, failure())"),
    ],
)
def test_status_check(condition: str, checked: str) -> None:
    assert unparse(with_status_check(parse(condition))) == checked
    assert parse(checked) == with_status_check(parse(condition))


def test_empty_condition_has_its_status_check() -> None:
    assert with_status_check(parse_condition("")) == Call("success", ())
