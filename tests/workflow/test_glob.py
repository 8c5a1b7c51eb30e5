"""GitHub's patterns: the examples of its own cheat sheet, and what they leave open."""

from __future__ import annotations

import re

import pytest

from gha2tekton.workflow.glob import matches, to_regex

PATTERNS = [
    ("feature/*", ["feature/my-branch"], ["feature/beta-a/my-branch", "feature"]),
    ("feature/**", ["feature/beta-a/my-branch", "feature/x"], ["features/x"]),
    ("main", ["main"], ["Main", "main2", "amain"]),
    ("*", ["main", "releases"], ["all/the/branches"]),
    ("**", ["all/the/branches", "a"], []),
    ("*feature", ["mona-feature", "feature"], ["a/feature"]),
    ("v2*", ["v2", "v2.0", "v2.9"], ["v1"]),
    ("v[12].[0-9]+.[0-9]+", ["v1.10.1", "v2.0.0"], ["v3.1.1", "v1.x.1"]),
    ("*.jsx?", ["page.js", "page.jsx"], ["page.jsxx", "a/page.js"]),
    ("**.js", ["index.js", "js/index.js", "src/js/app.js"], ["a.jsx"]),
    ("docs/*", ["docs/README.md"], ["docs/a/b.md"]),
    ("docs/**/*.md", ["docs/README.md", "docs/mona/hello.md"], ["README.md"]),
    ("**/docs/**", ["docs/hello.md", "dir/docs/my-file.txt"], ["dir/docs"]),
    ("**/README.md", ["README.md", "js/README.md"], ["README.markdown"]),
    ("**/*src/**", ["a/src/app.js", "my-src/code/js/app.js"], ["src"]),
    ("**/*-post.md", ["my-post.md", "path/their-post.md"], ["post.md"]),
    (r"a\*b", ["a*b"], ["axb"]),
    ("a.b", ["a.b"], ["axb"]),
    ("a+b?", ["ab", "aaa"], ["b", "abb"]),
    ("*+", ["abc"], ["a/b"]),
    ("[z-a]", ["[z-a]"], ["b"]),
    ("[a&&b]x", ["&x", "ax"], ["cx"]),
    ("a(b", ["a(b"], []),
    ("[", ["["], []),
    ("", [""], ["a"]),
    ("a$", ["a$"], ["a", "a$\n"]),
    ("ä*", ["äö"], ["a"]),
]


@pytest.mark.parametrize(("pattern", "yes", "no"), PATTERNS)
def test_patterns(pattern: str, yes: list[str], no: list[str]) -> None:
    assert [name for name in yes if not matches([pattern], name)] == []
    assert [name for name in no if matches([pattern], name)] == []


@pytest.mark.parametrize("pattern", [one[0] for one in PATTERNS])
def test_expressions_are_plain_enough_for_re2(pattern: str) -> None:
    """No look-around, no back reference, no possessive or doubled quantifier."""
    assert not re.search(r"\(\?[^:]|\\[1-9]|[*+?][+*]", re.sub(r"\\.|\[[^\]]*\]", "x", to_regex(pattern)))


@pytest.mark.parametrize(
    ("patterns", "name", "taken"),
    [
        (["releases/**", "!releases/**-alpha"], "releases/10-alpha", False),
        (["releases/**", "!releases/**-alpha"], "releases/10", True),
        (["a*", "!ab*", "abc"], "abc", True),
        (["!a"], "b", False),
        ([], "a", False),
    ],
)
def test_order(patterns: list[str], name: str, taken: bool) -> None:
    assert matches(patterns, name) is taken
