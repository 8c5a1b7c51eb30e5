"""Every leaf of a file has a row in the ledger, under a path that is stable."""

from __future__ import annotations

import pytest
from tests.workflow.reading import JOB, read

from gha2tekton.journal import Journal
from gha2tekton.source import Source
from gha2tekton.workflow.parse import parse_action, parse_workflow

ROWS = [
    (JOB, ["on", "jobs.a.runs-on"]),
    ("on: [push, pull_request]\n" + JOB[9:], ["on[0]", "on[1]", "jobs.a.runs-on"]),
    ("on: {push: {branches: [main]}, fork: }\n" + JOB[9:], ["on.push.branches[0]", "on.fork", "jobs.a.runs-on"]),
    (JOB + "    env: {}\n    steps: []\n", ["on", "jobs.a.runs-on", "jobs.a.env", "jobs.a.steps"]),
    (JOB + "    env: {a.b: 1, 'c d': 2}\n", ["on", "jobs.a.runs-on", 'jobs.a.env["a.b"]', 'jobs.a.env["c d"]']),
    (
        JOB + "    steps: [{run: x, with: }]\n    x-y: [{z: 1}]\n",
        ["on", "jobs.a.runs-on", "jobs.a.steps[0].run", "jobs.a.steps[0].with", "jobs.a.x-y[0].z"],
    ),
    (
        "on: push\nenv: {A: &a 1}\njobs: {a: {runs-on: x, env: {B: *a}}}\n",
        ["on", "env.A", "jobs.a.runs-on", "jobs.a.env.B"],
    ),
]


@pytest.mark.parametrize(("text", "rows"), ROWS)
def test_rows(text: str, rows: list[str]) -> None:
    _, journal = read(text)
    assert [outcome.path for outcome in journal.outcomes()] == rows


def test_rows_of_another_file_bear_its_name() -> None:
    journal = Journal()
    parse_workflow(Source("b.yml", JOB), journal, "b.yml#")
    parse_action(Source("action.yml", "runs: {using: composite, steps: []}\n"), journal, "x/action.yml#")
    paths = ["b.yml#on", "b.yml#jobs.a.runs-on", "x/action.yml#runs.using", "x/action.yml#runs.steps"]
    assert [outcome.path for outcome in journal.outcomes()] == paths


def test_a_row_is_short_and_tells_where() -> None:
    _, journal = read(JOB + "    steps:\n      - run: |\n          " + "long " * 40 + "\n          second\n")
    row = list(journal.outcomes())[-1]
    assert row.subject == "jobs.a.steps[0].run: " + ("long " * 12).strip() + " …"
    assert row.span.line == 6
