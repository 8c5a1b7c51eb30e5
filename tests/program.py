"""The program's own modules, and what each imports and calls."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1] / "converter" / "gha2tekton"
MODULES = sorted(ROOT.rglob("*.py"))

_IMPORT = re.compile(r"^ *(?:from [\w.]+ import (?:\([^)]*\)|.*)|import .*)$", re.MULTILINE)


@cache
def imported(path: Path) -> frozenset[str]:
    """The modules that a module imports, wherever in it. (To parse it as a whole takes forty times as long.)"""
    text = path.read_text(encoding="utf-8")
    found: set[str] = set()
    for node in ast.parse("\n".join(line.strip() for line in _IMPORT.findall(text))).body:
        if isinstance(node, ast.ImportFrom) and node.module == "gha2tekton":
            found |= {f"gha2tekton.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(str(node.module))
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return frozenset(found)


def calls(path: Path) -> list[ast.Call]:
    """Every call that stands in a module."""
    return [node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)]
