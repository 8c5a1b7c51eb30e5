"""What the documentation shows works."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gha2tekton.configuration import load
from gha2tekton.convert import Options, convert
from gha2tekton.rules.load import RuleSet
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
        done = convert(Source("ci.yml", workflow), Repository(), RuleSet(), Options())
        assert not done.journal.has_errors
        assert done.journal.summary()["manual"] == 0
    if block.startswith("namespace:"):
        (tmp_path / ".gha2tekton.yaml").write_text(block)
        assert load(tmp_path).values


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text()):
        assert "://" in target or (page.parent / target).exists(), target
