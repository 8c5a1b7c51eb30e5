"""Imports point one way, and each third-party library is imported by one module (click: by one package)."""

from __future__ import annotations

import re
import sys
from collections import defaultdict
from pathlib import Path

from tests.program import MODULES, ROOT, imported

# From the bottom up: a module imports its own layer and those below.
LAYERS = [
    {"record"},
    {"source", "resources", "codes", "pins", "aliases"},
    {"nodes"},
    {"journal"},
    {"yaml", "manifests"},
    {"schema", "suppression"},
    {"expression", "shell"},
    {"workflow", "rules", "tekton"},
    {"plan"},
    {"lower"},
    {"conversion", "annotation"},
    {"convert"},
    {"report", "drift", "discover", "lock", "configuration"},
    {"files", "platform"},
    {"together", "removal"},
    {"ablation"},
    {"output"},
    {"batch", "check"},
    {"cli"},
    {"__main__", "__init__"},
]
RANK = {name: rank for rank, names in enumerate(LAYERS) for name in names}


def layer(path: Path) -> str:
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


def test_every_module_has_a_layer() -> None:
    assert {layer(path) for path in MODULES} == RANK.keys()


def test_imports_point_down() -> None:
    """A lower layer imports no higher one."""
    upwards = {
        path.relative_to(ROOT).as_posix(): higher
        for path in MODULES
        if (higher := [name for name in own_names(path) if RANK[name] > RANK[layer(path)]])
    }
    assert upwards == {}


def own_names(path: Path) -> set[str]:
    return {name.split(".")[1] for name in imported(path) if name.startswith("gha2tekton.")} - {"__version__"}


def test_the_page_tells_of_every_layer() -> None:
    page = (ROOT.parents[1] / "docs" / "architecture.md").read_text(encoding="utf-8")
    rows = page[page.index("## Layers") : page.index("## Where")]
    told = re.findall(r"`(\w+)/?`", " ".join(re.findall(r"^\| (.*?) \|", rows, re.MULTILINE)))
    assert sorted(told) == sorted(RANK.keys() - {"__main__", "__init__"})


def test_each_library_has_one_door() -> None:
    doors: dict[str, set[str]] = defaultdict(set)
    for path in MODULES:
        for name in imported(path):
            top = name.split(".")[0]
            if top not in sys.stdlib_module_names and top != "gha2tekton":
                doors[{"_ruamel_yaml": "ruamel", "tree_sitter_bash": "tree_sitter"}.get(top, top)].add(
                    "cli" if layer(path) == "cli" else path.name
                )
    assert {library: sorted(paths) for library, paths in doors.items() if len(paths) > 1} == {}


def test_records_are_of_one_kind() -> None:
    assert [path.name for path in MODULES if "dataclasses" in imported(path)] == []


def test_modules_stay_small() -> None:
    assert [path.name for path in MODULES if len(path.read_text().splitlines()) > 300] == []


def test_two_vocabularies_meet_in_two_places() -> None:
    """``workflow/`` never says Task, ``tekton/`` never says job."""
    for folder, word in (("workflow", "Task"), ("tekton", " job ")):
        for path in (ROOT / folder).glob("*.py"):
            text = path.read_text().replace("Never says Task", "")
            assert word not in text, f"{path.name} says {word.strip()}"
