"""The published schemas say what the model says, as far as a schema can say it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from tests.workflow.test_model import WHOLE
from tests.workflow.test_refused import CASES

from gha2tekton import schema
from gha2tekton.journal import Journal
from gha2tekton.source import Source
from gha2tekton.workflow.availability import CONTEXTS
from gha2tekton.workflow.parse import parse_action, parse_workflow
from gha2tekton.yaml import YamlError, compose

BEYOND = {
    "bad-cron", "bad-default", "bad-expression", "bad-runner-group", "bad-wait-all", "cycle", "duplicate-id",
    "empty-vector", "filter-conflict", "missing-image", "nested-parallel", "no-first-job", "too-long",
    "unclosed-expression", "unknown-context", "unknown-function", "unknown-job", "unknown-step",
}  # fmt: skip
"""Findings about what a schema cannot see: expressions, references between places, and the text of values."""

CORPUS = os.environ.get("GHA2TEKTON_CORPUS", "")


def agree(text: str, kind: str) -> None:
    source, journal = Source("file.yml", text), Journal()
    try:
        node = compose(source)
    except YamlError:
        return
    if node is None:
        return
    (parse_action if kind == "action" else parse_workflow)(source, journal)
    codes = {one.code for one in journal.diagnostics if one.severity == "error"}
    found = schema.explain(node, kind)
    if not codes:
        assert found == []
    elif codes - BEYOND:
        assert found


@pytest.mark.parametrize("case", [*CASES[::9], {"name": "whole", "yaml": WHOLE}], ids=lambda case: str(case["name"]))
def test_the_same_verdict(case: dict[str, Any]) -> None:
    agree(case["yaml"], "workflow")


@pytest.mark.slow
@pytest.mark.parametrize("name", schema.names())
def test_a_published_schema_is_one(name: str) -> None:
    jsonschema.Draft202012Validator.check_schema(json.loads(schema.text(name)))


@pytest.mark.slow
def test_the_same_verdict_for_all_cases() -> None:
    for case in CASES:
        agree(case["yaml"], "workflow")


@pytest.mark.slow
@pytest.mark.skipif(not CORPUS, reason="GHA2TEKTON_CORPUS names no folder of workflows")
def test_the_same_verdict_over_a_corpus() -> None:
    checked = 0
    for path in sorted(Path(CORPUS).rglob("*.y*ml")):
        kind = "action" if path.stem == "action" else "workflow" if path.parent.name == "workflows" else ""
        if kind:
            agree(path.read_bytes().decode("utf-8"), kind)
            checked += 1
    assert checked


def test_what_is_wrong_and_where() -> None:
    source = Source("ci.yml", "on: push\njobs:\n  a:\n    runs-on: x\n    timeout-minutes: ten\n  b:\n    run-on: x\n")
    node = compose(source)
    assert node is not None
    found = [(span.line, message) for message, span in schema.explain(node, "workflow")]
    assert [line for line, _ in found] == [5, 7]
    assert "'ten'" in found[0][1]


@pytest.mark.parametrize("name", ["action", "workflow"])
def test_places_of_expressions_are_known(name: str) -> None:
    assert name in schema.names()
    body = json.loads(schema.text(name))
    assert body["$schema"].endswith("2020-12/schema")
    assert not set(_places(body)) - set(CONTEXTS)


def _places(part: Any) -> list[str]:
    if isinstance(part, list):
        return [place for item in part for place in _places(item)]
    if not isinstance(part, dict):
        return []
    own = [part["x-expressions"]] if isinstance(part.get("x-expressions"), str) else []
    return own + [place for item in part.values() for place in _places(item)]


def test_every_place_in_the_table_is_used() -> None:
    used = {place for name in ("action", "workflow") for place in _places(json.loads(schema.text(name)))}
    assert set(CONTEXTS) == used


@pytest.mark.slow
def test_valid_files_are_read_without_jsonschema() -> None:
    code = (
        "import sys; from gha2tekton.source import Source; from gha2tekton.journal import Journal\n"
        "from gha2tekton.workflow.parse import parse_workflow\n"
        "assert parse_workflow(Source('a', 'on: push\\njobs: {a: {runs-on: x}}'), Journal())\n"
        "assert 'jsonschema' not in sys.modules"
    )
    path = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    subprocess.run([sys.executable, "-c", code], check=True, env=path)
