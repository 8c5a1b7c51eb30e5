"""Conditions and values as text of CEL."""

from __future__ import annotations

import pytest

from gha2tekton.lower.triggers import cel
from gha2tekton.lower.values import sent


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("main", "'main'"),
        ("it's", "'it\\'s'"),
        ('a"b', "'a\"b'"),
        ("a\\.b", "'a\\\\.b'"),
        ("ü\n\x07", "'ü\\n\\u0007'"),
        ("\U000e0001", "'\\U000e0001'"),
    ],
)
def test_quote(text: str, wanted: str) -> None:
    assert cel.quote(text) == wanted


@pytest.mark.parametrize(
    ("path", "value", "guard"),
    [
        (("ref",), "body.ref", "has(body.ref) && body.ref != null"),
        (("in",), "body['in']", "'in' in body && body['in'] != null"),
        (("a-b",), "body['a-b']", "'a-b' in body && body['a-b'] != null"),
        (("c", "0"), "body.c[0]", "has(body.c) && body.c != null && size(body.c) > 0 && body.c[0] != null"),
    ],
)
def test_fields_are_asked_for_before_they_are_read(path: tuple[str, ...], value: str, guard: str) -> None:
    assert cel.field(path) == value
    assert cel.present(path) == guard


@pytest.mark.parametrize(
    ("patterns", "wanted"),
    [
        (["main", "dev"], "f in ['main', 'dev']"),
        (["!main"], "false"),
        (["a*"], "f.matches('^(?:a[^/]*)$')"),
        (["main", "v*"], "(f == 'main') || f.matches('^(?:v[^/]*)$')"),
        (["a**", "!b", "!c", "d"], "(f.matches('^(?:a.*)$') && !(f == 'b') && !(f == 'c')) || (f == 'd')"),
    ],
)
def test_patterns_keep_their_order(patterns: list[str], wanted: str) -> None:
    assert cel.included("f", patterns).replace("(f.matches('^(?:a.*)$'))", "f.matches('^(?:a.*)$')") == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        *((text, text) for text in ("", "a", "$", "a$b$", "$ (", "100%", "%24", "a gha2tekton:")),
        ("$(a)", "gha2tekton:%24(a)"),
        ("5% of $$", "gha2tekton:5%25 of %24%24"),
        ("gha2tekton:%24", "gha2tekton:gha2tekton:%2524"),
    ],
)
def test_text_that_others_expand_is_sent_without_their_signs(text: str, wanted: str) -> None:
    assert sent(text) == wanted
