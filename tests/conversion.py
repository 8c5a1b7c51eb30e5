"""What our own rules make of a workflow's text."""

from __future__ import annotations

from pathlib import Path

from gha2tekton import convert as conversion
from gha2tekton.conversion import Conversion
from gha2tekton.convert import Options
from gha2tekton.rules.load import RuleSet
from gha2tekton.source import Source
from gha2tekton.workflow.repository import Repository

RULES = RuleSet()
"""For all tests, so that a rule's file is read once."""


def convert(
    text: str,
    root: Path | None = None,
    options: Options | None = None,
    actions: Path | None = None,
    name: str = "ci",
    rules: RuleSet = RULES,
) -> Conversion:
    """The conversion of a workflow of this name; ``root`` holds the other files of its repository, if it has any."""
    source = Source(f".github/workflows/{name}.yml", text)
    return conversion.convert(source, Repository(root, actions), rules, options or Options())
