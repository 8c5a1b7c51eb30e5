"""What holds for every expression."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gha2tekton.expression import (
    UNKNOWN,
    Call,
    Compare,
    Context,
    Expression,
    ExpressionError,
    Filter,
    Index,
    Literal,
    Not,
    Partial,
    Property,
    evaluate,
    evaluate_tree,
    fold,
    fold_template,
    from_json,
    parse,
    parse_condition,
    parse_template,
    to_json,
    to_string,
    unparse,
)
from gha2tekton.expression.syntax import chain

pytestmark = pytest.mark.slow
few = settings(max_examples=40, deadline=None, derandomize=True)

WORDS = (
    *("a", "b.c", "'x'", "''", "'", "1", ".5", "-", "0x1", "null", "NaN", "(", ")", "[", "]", ",", ".", "*", "!"),
    *("==", "<", "&&", "||", "&", "=", " ", "\n", "contains", "format", "case", "success", "}}", "${{", "{0}", "é"),
)
noise = st.one_of(st.lists(st.sampled_from(WORDS)).map("".join), st.text(max_size=20))

scalars = st.one_of(
    st.none(),
    st.booleans(),
    # Beyond, 15 digits round to infinity.
    st.one_of(st.floats(-1.7e308, 1.7e308), st.sampled_from((float("nan"), float("inf")))),
    st.sampled_from(("", "x", "X", "0", "1", "it's", "{0}", "a\n\u2028", "[1]", "${{")),
    st.text(max_size=5),
)
values: st.SearchStrategy[Any] = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(("k", "L", "x y")), inner, max_size=3)
    ),
    max_leaves=6,
)
contexts = st.fixed_dictionaries({"a": values, "b": values, "c": values})
leaves: st.SearchStrategy[Expression] = st.one_of(
    scalars.map(Literal), st.sampled_from((Context("a"), Context("B"), Context("c")))
)


def _grown(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    names = st.sampled_from(("k", "K", "l", "nope"))
    functions = st.sampled_from(("contains", "startsWith", "EndsWith"))
    return st.one_of(
        st.builds(Property, inner, names),
        st.builds(Index, inner, inner),
        st.builds(Filter, inner),
        st.builds(Not, inner),
        st.builds(Compare, st.sampled_from(("==", "!=", "<", "<=", ">", ">=")), inner, inner),
        st.builds(chain, st.sampled_from(("&&", "||")), inner, inner, inner),
        st.builds(lambda name, left, right: Call(name, (left, right)), functions, inner, inner),
        st.builds(lambda name, only: Call(name, (only,)), st.sampled_from(("toJSON", "fromJSON", "join")), inner),
        st.builds(lambda *all_of: Call("case", all_of), inner, inner, inner),
        st.builds(
            lambda text, *rest: Call("format", (Literal(text), *rest)), st.text("{}01a", max_size=6), inner, inner
        ),
    )


trees = st.recursive(leaves, _grown, max_leaves=8)


def outcome(tree: Expression, known: dict[str, Any]) -> str:
    try:
        return repr(evaluate_tree(tree, known))
    except ExpressionError:
        return "refused"


@few
@given(noise)
def test_only_expression_errors(text: str) -> None:
    for read in (parse, parse_template, parse_condition, from_json, lambda text: evaluate(text, {"a": {}, "b": [1]})):
        offset = 0
        try:
            read(text)
        except ExpressionError as error:
            offset = error.offset
        assert 0 <= offset <= len(text), "the place is in the text"


@few
@given(trees)
def test_text_of_a_tree_is_that_tree(tree: Expression) -> None:
    assert parse(unparse(tree)) == tree


@few
@given(trees, contexts)
def test_all_known_folds_to_the_value(tree: Expression, known: dict[str, Any]) -> None:
    folded = fold(tree, known)
    expected = outcome(tree, known)
    assert outcome(folded, {}) == expected
    if expected != "refused":
        assert isinstance(folded, Literal)
        assert outcome(parse(unparse(folded)), {}) == expected


@few
@given(trees, contexts, st.data())
def test_folding_some_never_changes_the_value(tree: Expression, known: dict[str, Any], data: st.DataObject) -> None:
    def hidden(value: Any) -> Any:
        match data.draw(st.sampled_from(("all", "all", "none", "some"))):
            case "none":
                return UNKNOWN
            case "some" if isinstance(value, dict):
                kept = {key: hidden(item) for key, item in value.items() if data.draw(st.booleans())}
                return Partial(kept)
            case "some" if isinstance(value, list):
                return [hidden(item) for item in value]
            case _:
                return value

    some = {name: hidden(value) for name, value in known.items()}
    folded = fold(tree, some)
    # An operand that does not matter may have been what was refused, and identity of objects is lost in text.
    if (expected := outcome(tree, known)) != "refused":
        assert outcome(folded, known) == expected


@few
@given(trees, trees, contexts)
def test_inlining_is_substitution(outer: Expression, inner: Expression, known: dict[str, Any]) -> None:
    try:
        value = evaluate_tree(inner, known)
    except ExpressionError:
        return
    folded = fold(outer, {"a": inner})
    expected = outcome(outer, known | {"a": value})
    if expected != "refused" and not _dereferences_a_filter(inner):
        assert outcome(folded, known) == expected


def _dereferences_a_filter(tree: Expression) -> bool:
    """A value that a filter gave is a plain list once it is stored, and another thing where it is inlined."""
    return ".*" in unparse(tree)


@few
@given(values)
def test_json_there_and_back(value: Any) -> None:
    assert to_json(from_json(to_json(value))) == to_json(value)


@few
@given(st.lists(st.one_of(st.text(max_size=5), trees)).map(tuple), contexts)
def test_templates_fold_to_text(template: tuple[str | Expression, ...], known: dict[str, Any]) -> None:
    try:
        values = [part if isinstance(part, str) else evaluate_tree(part, known) for part in template]
    except ExpressionError:
        return
    text = "".join(map(to_string, values))
    folded = fold_template(template, known)
    if len(values) == 1 and isinstance(values[0], list | dict):
        assert all(isinstance(part, Literal) for part in folded)
    else:
        assert folded == ((text,) if text else ())
