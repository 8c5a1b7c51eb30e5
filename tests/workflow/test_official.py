"""The same verdict as GitHub's published parser over a corpus, but for the differences that docs/reading.md lists.

Needs GHA2TEKTON_CORPUS, a folder of repositories, and GHA2TEKTON_OFFICIAL, a folder with gha-parse.mjs and the npm
package @actions/workflow-parser.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from gha2tekton.journal import Journal
from gha2tekton.source import Source
from gha2tekton.workflow.parse import parse_action, parse_workflow

CORPUS = os.environ.get("GHA2TEKTON_CORPUS", "")
OFFICIAL = os.environ.get("GHA2TEKTON_OFFICIAL", "")
DOCS = Path(__file__).parents[2] / "docs" / "reading.md"

TOO_STRICT = {
    "input-default": r"while reading 'input default'",
    "cron-block": r"Invalid cron expression",
    "whole-env": r"BasicExpressionToken' encountered while reading '(step|job) env'",
    "background-steps": r"Unexpected value '(background|wait|wait-all|cancel|parallel)'",
    "action-head": r"Required property is missing: (name|description)|Unexpected value 'permissions'",
    "repository-dispatch": r"Unexpected value 'repository_dispatch'",
}
"""What the published parser refuses and the runner takes: the row in the docs, and the words of the refusal."""

TOO_LENIENT = {
    "uses-form": {"bad-uses"},
    "tags": {"bad-yaml"},
    "ids-without-case": {"duplicate-id"},
    "filters": {"filter-conflict"},
}
"""What the runner or the server refuses and the published parser takes: the row in the docs, and our codes."""


@pytest.mark.slow
@pytest.mark.skipif(not (CORPUS and OFFICIAL), reason="GHA2TEKTON_CORPUS and GHA2TEKTON_OFFICIAL are not set")
def test_the_same_verdict_as_github() -> None:
    places = sorted(Path(CORPUS).rglob("*.y*ml"))
    files = [str(path) for path in places if path.parent.name == "workflows" or path.stem == "action"]
    assert files
    command = ["node", "--no-warnings", "--import", "./json-hook.mjs", "gha-parse.mjs", "--jsonl", "--no-template"]
    unlike: list[str] = []
    for start in range(0, len(files), 200):
        batch = files[start : start + 200]
        done = subprocess.run([*command, *batch], cwd=OFFICIAL, capture_output=True, check=True)
        unlike += [found for line in done.stdout.splitlines() if (found := difference(json.loads(line)))]
    assert unlike == []


def difference(verdict: dict[str, Any]) -> str:
    """What is said of a file by one side only, beyond the listed differences."""
    source = Source(verdict["file"], Path(verdict["file"]).read_bytes().decode("utf-8"))
    journal = Journal()
    model = (parse_action if verdict["type"] == "action" else parse_workflow)(source, journal)
    if (model is not None) == verdict["ok"]:
        return ""
    if model is None:
        codes = {one.code for one in journal.diagnostics if one.severity == "error"}
        return "" if codes <= set().union(*TOO_LENIENT.values()) else f"{source.name}: we alone say {sorted(codes)}"
    messages = [error["message"] for error in verdict["errors"]]
    known = all(any(re.search(words, message) for words in TOO_STRICT.values()) for message in messages)
    return "" if known else f"{source.name}: GitHub alone says {messages}"


def test_the_docs_list_every_difference() -> None:
    rows = set(
        re.findall(r"^\| `([a-z-]+)` \|", DOCS.read_text(encoding="utf-8").split("## Findings")[0], re.MULTILINE)
    )
    assert rows == {*TOO_STRICT, *TOO_LENIENT}
