"""Scripts within scripts, to any depth: a hole either has no form or prints what it holds, and nothing runs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.shell.filling import ATTACKS, parts, run

from gha2tekton.shell.holes import fill
from gha2tekton.shell.quote import requoted, word

pytestmark = pytest.mark.slow

LEAVES = [
    'printf %s "@@"',
    "printf %s '@@'",
    "printf %s z'@@'",
    "printf %s \"a '@@'\"",
    "printf %s x@@y",
    "cat <<A\n@@\nA\n",
    "cat <<'A'\n@@ $x\nA\n",
    "python3 -c 'print(\"@@\", end=str())'",
]
AROUND: list[Callable[[str], str]] = [
    lambda code: f'bash -c "{requoted(code, "double")}"',
    lambda code: f"bash -c '{requoted(code, 'single')}'",
    lambda code: f"sh -ec {word(code)}",
    lambda code: f"eval {word(code)}",
    lambda code: f"bash -s <<'B'\n{code}\nB\n".replace("B", f"B{len(code)}"),
    lambda code: f"bash <<C\n{requoted(code, 'heredoc')}\nC\n".replace("C", f"C{len(code)}"),
    lambda code: f"if true; then\n{code}\nfi",
    lambda code: f"f() {{\n{code}\n}}; f",
    lambda code: f"(\n{code}\n) | cat",
    lambda code: f"for i in 1; do\n{code}\ndone",
    lambda code: f'X=$(\n{code}\n); printf %s "$X"',
]


@settings(max_examples=80, deadline=None, derandomize=True)
@given(st.sampled_from(LEAVES), st.lists(st.sampled_from(AROUND), max_size=4), st.sampled_from(ATTACKS[:2]))
def test_any_nesting(leaf: str, around: list[Callable[[str], str]], value: str) -> None:
    """A hole at any depth either has no form or prints what it holds; nothing runs."""
    code = leaf
    for wrap in around:
        code = wrap(code)
    filled = fill(parts(code))
    if filled.problems:
        return
    with TemporaryDirectory() as where:
        printed = run(filled, value, Path(where))
        assert value.strip() in printed, filled.text
