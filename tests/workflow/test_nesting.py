"""Texts nested so deep that the composer, which recurs in C, would end the process."""

from __future__ import annotations

import pytest

from gha2tekton.source import Source
from gha2tekton.yaml import YamlError, compose, documents

DEEP = {
    "sequences": "x: " + "[" * 100_000,
    "closed": "x: " + "[" * 50_000 + "]" * 50_000,
    "on many lines": "[\n" * 50_000,
    "mappings": "x: " + "{a: " * 50_000,
    "behind brackets in strings": "x: ']]]]'\ny: " + "[']]', " * 50_000,
    "dashes": "- " * 50_000,
    "keys": "? " * 50_000,
    "behind what libyaml alone refuses": "x: [80:80]\ny: " + "[" * 400,
}


@pytest.mark.parametrize("text", DEEP.values(), ids=DEEP)
def test_a_text_nested_too_deep_is_refused(text: str) -> None:
    with pytest.raises(YamlError, match=r"nested deeper than 50 levels|expected the node content"):
        compose(Source("x.yml", text))
    with pytest.raises(ValueError, match=r"nested|unexpected"):
        documents(text, "x.yml")


LAUGHS = "a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 64))


@pytest.mark.slow
@pytest.mark.parametrize("text", ["a: &a [*a]\n", "&a {a: *a}\n", LAUGHS], ids=["itself", "its key", "laughs"])
def test_aliases_without_end_are_refused(text: str) -> None:
    with pytest.raises(YamlError, match=r"nested deeper|more than 50000 nodes|anchor"):
        compose(Source("x.yml", text))
    with pytest.raises(ValueError, match="aliases"):
        documents(text, "x.yml")


def test_many_brackets_side_by_side_are_none() -> None:
    node = compose(Source("x.yml", "x: [" + "{a: [1]}, " * 3_000 + "]"))
    assert node is not None
