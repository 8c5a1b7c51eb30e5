"""Trees: their shape, places, names and limits, and their text."""

from __future__ import annotations

import pytest

from gha2tekton.expression import (
    Call,
    Compare,
    Context,
    Expression,
    ExpressionError,
    Filter,
    Index,
    Literal,
    Logic,
    Not,
    Property,
    calls,
    parse,
    references,
    unparse,
)
from gha2tekton.expression.syntax import chain, walk

A, B, C = Context("a"), Context("b"), Context("c")
SHAPES: dict[str, Expression] = {
    "a || b && c": Logic("||", (A, Logic("&&", (B, C)))),
    "(a || b) && c": Logic("&&", (Logic("||", (A, B)), C)),
    "a && b && c": Logic("&&", (A, B, C)),
    "!a == b": Compare("==", Not(A), B),
    "!(a == b)": Not(Compare("==", A, B)),
    "!!a": Not(Not(A)),
    "a == b == c": Compare("==", Compare("==", A, B), C),
    "a == (b == c)": Compare("==", A, Compare("==", B, C)),
    "a < b == c": Compare("==", Compare("<", A, B), C),
    "a < (b == c)": Compare("<", A, Compare("==", B, C)),
    "a.b[c].*": Filter(Index(Property(A, "b"), C)),
    "f(a, b || c)": Call("f", (A, Logic("||", (B, C)))),
    "f().x": Property(Call("f", ()), "x"),
    "(a || b).c": Property(Logic("||", (A, B)), "c"),
    "('a').x": Property(Literal("a"), "x"),
    "!(a && b).c": Not(Property(Logic("&&", (A, B)), "c")),
    "a['b c']": Index(A, Literal("b c")),
    "-1.5": Literal(-1.5),
    "-0": Literal(-0.0),
    "1e+16": Literal(1e16),
    "0.30000000000000004": Literal(0.30000000000000004),
    "NaN": Literal(float("nan")),
    "-Infinity": Literal(float("-inf")),
    "'it''s'": Literal("it's"),
    "null": Literal(None),
}


@pytest.mark.parametrize(("text", "tree"), SHAPES.items())
def test_shape_and_text(text: str, tree: Expression) -> None:
    assert parse(text) == tree
    assert unparse(tree) == text


@pytest.mark.parametrize(
    ("loose", "tight"),
    [
        ("a[*].b", "a.*.b"),
        ("((a) && (b && c))", "a && b && c"),
        ("(a == b) == c", "a == b == c"),
        ("! ( a )", "!a"),
        ("f( (a) )", "f(a)"),
        ("0xff", "255"),
        ("a[(b)]", "a[b]"),
    ],
)
def test_no_more_parentheses_than_needed(loose: str, tight: str) -> None:
    assert unparse(parse(loose)) == tight


def test_literals_differ_by_type() -> None:
    assert len({Literal(True), Literal(1.0), Literal("1"), Literal("True"), Literal(None)}) == 5


def test_alike_is_not_unlike() -> None:
    assert parse("a.b").__ne__(parse("a.b", offset=4)) is False
    assert Literal(True) != Literal(1.0)


def test_a_reference_alone_is_the_tree_that_it_is_in_others() -> None:
    for text in ("a", "a-b.c", "github.event.pull_request.x", ".".join("a" * 45)):
        alone, within = parse(text, offset=3), parse(f"({text})", offset=2)
        assert alone == within
        assert [(part.start, part.end) for part in walk(alone)] == [(part.start, part.end) for part in walk(within)]
    assert [parse(text) for text in ("null", "true", "NULL")] == [Literal(None), Literal(True), Context("NULL")]


def test_places() -> None:
    text = "(a.b == 'x') && !f( c[ 0 ] )"
    tree = parse(text, offset=100)
    places = {text[node.start - 100 : node.end - 100] for node in walk(tree)}
    assert places == {text, "a.b == 'x'", "a.b", "a", "'x'", "!f( c[ 0 ] )", "f( c[ 0 ] )", "c[ 0 ]", "c", "0"}


@pytest.mark.parametrize(
    ("text", "offset"), [("a + b", 2), ("  'x", 2), ("f(a b)", 4), ("join()", 4), ("a &&", 2), ("", 0)]
)
def test_offset_of_errors(text: str, offset: int) -> None:
    with pytest.raises(ExpressionError) as refused:
        parse(text, offset=10)
    assert refused.value.offset == offset + 10


def test_names_of_the_place() -> None:
    contexts, functions = frozenset({"github"}), frozenset({"hashfiles", "success(0,MAX)", "always(0,0)"})
    for text in ("GitHub.x", "toJSON(github)", "success('a', 'b')", "hashFiles('a', 'b')", "ALWAYS()"):
        parse(text, contexts, functions)
    for text, message in {
        "github.x || env.y": "Unrecognized named-value: 'env'",
        "cancelled()": "Unrecognized function: 'cancelled'",
        "always(1)": "Too many parameters supplied: '('",
    }.items():
        with pytest.raises(ExpressionError) as refused:
            parse(text, contexts, functions)
        assert refused.value.message.startswith(message)


def test_arity_where_the_place_is_not_known() -> None:
    for text in ("success('a')", "failure('a', 'b')", "anything(1, 2, 3)"):
        parse(text)
    for text in ("always(1)", "contains(1)", "join()", "case(1, 2, 3, 4)", "hashFiles()", "toJSON(1, 2)"):
        with pytest.raises(ExpressionError, match="parameters supplied"):
            parse(text)


@pytest.mark.parametrize(
    ("text", "deeper"),
    [
        ("!" * 49 + "a", "!" * 50 + "a"),
        ("a" + ".x" * 49, "a" + ".x" * 50),
        ("a" + "[0]" * 49, "a" + "[0]" * 50),
        ("f(" * 49 + "a" + ")" * 49, "f(" * 50 + "a" + ")" * 50),
        ("1" + " == 1" * 49, "1" + " == 1" * 50),
        (" && ".join("a" * 900), "!" * 49 + "(a && a)"),
        pytest.param("(" * 8000 + "a" + ")" * 8000, "(" * 8000 + "!" * 50 + "a" + ")" * 8000, marks=pytest.mark.slow),
        ("a && (" * 500 + "a" + ")" * 500, "a && (b || (" * 25 + "a" + "))" * 25),
    ],
    ids=lambda text: text[:12],
)
def test_depth(text: str, deeper: str) -> None:
    parse(text)
    with pytest.raises(ExpressionError, match="Exceeded max expression depth 50"):
        parse(deeper)


def test_length() -> None:
    parse(f"'{'x' * 20_998}'")
    with pytest.raises(ExpressionError, match="Exceeded max expression length 21000"):
        parse(f"'{'x' * 20_999}'")


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        ("github.event.pull_request.title", ["github.event.pull_request.title"]),
        ("GitHub['Event'].Number", ["github.Event.Number"]),
        ("needs.*.result", ["needs.*"]),
        ("github.event.labels[0].name", ["github.event.labels.*"]),
        ("matrix[github.ref].x", ["matrix.*", "github.ref"]),
        ("a.b || f(c.d, a.b)", ["a.b", "c.d"]),
        ("fromJSON(needs.a.outputs.x).y[env.i]", ["needs.a.outputs.x", "env.i"]),
        ("'x'", []),
    ],
)
def test_references(text: str, paths: list[str]) -> None:
    assert [".".join(path) for path in references(parse(text))] == paths


def test_calls() -> None:
    assert calls(parse("a && !Success() || f(g(1))[H(2)]")) == {"success", "f", "g", "h"}


def test_logic_has_no_chain_in_its_chain() -> None:
    nested = chain("&&", Context("a"), Logic("&&", (Context("b"), Context("c"))))
    assert nested == Logic("&&", (Context("a"), Context("b"), Context("c")))
