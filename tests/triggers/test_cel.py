"""Conditions and values as text of CEL."""

from __future__ import annotations

import pytest

from gha2tekton.lower import cel
from gha2tekton.lower.bindings import escaped


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


@pytest.mark.parametrize("text", ["", "a", "$", "$(a)", "$$(a)", "$$$(a)", "$$", "a$b$", "$ (", "$((1))", "$$$"])
def test_text_survives_triggers_and_the_kubelet(text: str) -> None:
    after_triggers = escaped(text).replace("$(", "$$(")
    assert after_triggers == text.replace("$", "$$")
