"""What the documentation shows works."""

from __future__ import annotations

import json
import re
import shlex
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from textwrap import indent
from types import ModuleType
from typing import Any

import click
import pytest
from tests.conversion import RULES

from gha2tekton import schema
from gha2tekton.cli import cli
from gha2tekton.configuration import load
from gha2tekton.convert import Options, convert
from gha2tekton.source import Source
from gha2tekton.workflow.repository import Repository
from gha2tekton.yaml import documents

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCKS = [
    pytest.param(block, id=f"{page.name}-{number}")
    for page in PAGES
    for number, block in enumerate(re.findall(r"^```yaml\n(.*?)^```$", page.read_text(), re.M | re.S), 1)
]


@pytest.mark.parametrize("block", BLOCKS)
def test_examples_are_yaml(block: str, tmp_path: Path) -> None:
    assert documents(block, "block")
    if re.search(r"^jobs:", block, re.M):
        workflow = block if re.search(r"^on:", block, re.M) else f"on: push\n{block}"
        done = convert(Source("ci.yml", workflow), Repository(), RULES, Options())
        assert not done.journal.has_errors
        assert done.journal.summary()["manual"] == 0
    if block.startswith("namespace:"):
        (tmp_path / ".gha2tekton.yaml").write_text(block)
        assert load(tmp_path).values


def blocks_of_readme(kind: str) -> list[str]:
    return re.findall(rf"^```{kind}\n(.*?)^```$", (ROOT / "README.md").read_text(), re.M | re.S)


def test_the_readme_shows_the_guides_workflow_and_what_becomes_of_it() -> None:
    before, after, *_ = blocks_of_readme("yaml")
    guide = ROOT / "fixtures/guides/gpu-notebook"
    assert indent(before, " " * 6) in (guide / "repository/.github/workflows/gpu-notebook.yml").read_text()
    written = (guide / "expected/tasks/gpu-papermill-execution.yaml").read_text()
    assert all(part in written for part in re.split(r"^ *# ….*\n", after, flags=re.M))
    assert (guide / "expected/report.txt").read_text().startswith(*blocks_of_readme("text"))


def test_the_readme_shows_what_is_written() -> None:
    blocks = blocks_of_readme("yaml")
    at = next(number for number, block in enumerate(blocks) if re.search(r"^on:.*^jobs:", block, re.M | re.S))
    done = convert(Source("ci.yml", blocks[at]), Repository(), RULES, Options())
    written = "".join(done.bundle.rendered().values())
    assert all(block in written for block in blocks[at + 1 : at + 3])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text()):
        assert "://" in target or (page.parent / target).exists(), target


SHOWN = sorted({line for page in PAGES for line in re.findall(r"^    (gha2tekton .*)$", page.read_text(), re.M)})


@pytest.mark.parametrize("line", SHOWN)
def test_commands_that_are_shown_are_there(line: str) -> None:
    for part in line.split(" && "):
        program, *words = shlex.split(part, comments=True)
        command: click.Command | None = cli
        while isinstance(command, click.Group):
            command = command.get_command(click.Context(command), words.pop(0))
        if program == "gha2tekton":
            assert command is not None
            known = {name for param in command.params for name in (*param.opts, *param.secondary_opts)}
            assert {word.partition("=")[0] for word in words if word.startswith("-")} <= known


def generated() -> ModuleType:
    spec = spec_from_file_location("generate", ROOT / "docs" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    "name", [pytest.param("rules.md", marks=pytest.mark.slow), "keys.md", "commands.md", "runtime.md"]
)
def test_pages_that_are_made_are_fresh(name: str) -> None:
    assert (ROOT / "docs" / name).read_text(encoding="utf-8") == generated().PAGES[name](), "run docs/generate.py"


WORKFLOWS: dict[str, Any] = json.loads(schema.text("workflow"))


def keys(node: dict[str, Any], path: str, seen: tuple[str, ...] = ()) -> set[str]:
    """Every key that the schema of workflows knows below a node, events and levels of permissions aside."""
    if "$ref" in node:
        name = node["$ref"].rsplit("/", 1)[-1]
        return set() if name in seen else keys(WORKFLOWS["$defs"][name], path, (*seen, name))
    found: set[str] = set()
    for key, value in node.get("properties", {}).items():
        if key not in ("on", "permissions"):
            place = f"{path}.{key}" if path else key
            found |= {place} | keys(value, place, seen)
    for key in ("anyOf", "oneOf", "allOf"):
        for value in node.get(key, ()):
            found |= keys(value, path, seen)
    for key, mark in (("additionalProperties", ".<name>"), ("items", "[]")):
        if isinstance(node.get(key), dict):
            found |= keys(node[key], path + mark, seen)
    return found


def test_every_key_is_told() -> None:
    rows = re.findall(r"^\| `([^`]+)`", (ROOT / "docs" / "keys.md").read_text(encoding="utf-8"), re.M)
    known = keys(WORKFLOWS, "")
    assert len(known) > 80
    told = "\n".join(rows).replace("jobs.<job>", "jobs.<name>")
    assert [key for key in sorted(known) if not re.search(rf"(^|: ){re.escape(key)}($|[.\[])", told, re.M)] == []
