"""The program's own modules, each parsed once for all tests that read them."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

KINDS = (ast.Import, ast.ImportFrom, ast.Call)
ROOT = Path(__file__).parents[1] / "converter" / "gha2tekton"
MODULES = sorted(ROOT.rglob("*.py"))


@cache
def nodes(path: Path) -> tuple[ast.AST, ...]:
    """The imports and calls of a module. (ast.walk takes three times as long.)"""
    found: list[ast.AST] = []
    rest: list[ast.AST] = [ast.parse(path.read_text())]
    while rest:
        node = rest.pop()
        if isinstance(node, KINDS):
            found.append(node)
        for part in vars(node).values():
            if isinstance(part, list):
                rest += [one for one in part if isinstance(one, ast.AST)]
            elif isinstance(part, ast.AST):
                rest.append(part)
    return tuple(found)
