"""Calls of reusable workflows drawn in: each folder of ``calls`` holds workflows and what ``ci.yml`` becomes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from gha2tekton.expression import unparse, unparse_template
from gha2tekton.journal import Journal
from gha2tekton.source import Source
from gha2tekton.workflow.model import Job, Value
from gha2tekton.workflow.parse import parse_workflow
from gha2tekton.workflow.repository import Repository
from gha2tekton.workflow.results import word
from gha2tekton.workflow.reusable import expand

CASES = sorted(path for path in (Path(__file__).parent / "calls").iterdir())
WORKFLOWS = ".github/workflows"


def told(case: Path) -> str:
    source = (case / WORKFLOWS / "ci.yml").read_text()
    journal = Journal()
    workflow = parse_workflow(Source(f"{WORKFLOWS}/ci.yml", source), journal)
    assert workflow is not None, journal.diagnostics
    expanded = expand(workflow, Repository(case, case / "checkouts"), journal)
    lines = [f"{one.severity} {one.span}: {one.message} [{one.code}]" for one in journal.diagnostics]
    lines += [line for job in (expanded.jobs if expanded else ()) for line in shown(job)]
    assert all(journal.knows(value.path) for job in (expanded.jobs if expanded else ()) for value in job.called)
    fates = [one for one in journal.outcomes() if journal.fate(one.path)]
    lines += [f"{one.fate} {one.path}: {one.reason}" for one in fates]
    return "\n".join(lines) + "\n"


def shown(job: Job) -> Iterator[str]:
    yield f"job {job.id}" + (f" = {text(job.name)}" if job.name else "")
    if job.needs:
        yield f"  needs {', '.join(job.needed)}"
    if job.calls:
        borrowed = [f"-{name}" for name in sorted(job.borrowed)]
        yield f"  calls {', '.join([*(f'{name}={word(ids)}' for name, ids in job.calls.items()), *borrowed])}"
    if job.above is not None and set(job.above) != set(job.needed):
        yield f"  above {', '.join(job.above)}"
    if job.condition:
        yield f"  if {unparse(job.condition.tree)}"
    if job.uses:
        yield f"  uses {job.uses.value.text}"
    for name, value in (*job.env.items(), *job.outputs.items()):
        yield f"  {name}={text(value)}"
    for step in job.steps:
        condition = f" if {unparse(step.condition.tree)}" if step.condition else ""
        yield f"  step{condition}: {text(step.run) if step.run else step.uses and step.uses.value.text}"
    if job.called:
        yield f"  from {', '.join(value.path for value in job.called)}"


def text(value: Value) -> str:
    return unparse_template(value.template).strip()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_calls(case: Path, request: pytest.FixtureRequest) -> None:
    found = told(case)
    if request.config.getoption("--accept"):
        (case / "expected.txt").write_text(found)
    assert found == (case / "expected.txt").read_text()


def test_a_workflow_without_calls_stays_as_it_is() -> None:
    journal = Journal()
    text = "on: push\nenv: {A: 1}\njobs: {a: {runs-on: x}}\n"
    workflow = parse_workflow(Source("ci.yml", text), journal)
    assert workflow is not None
    assert expand(workflow, Repository(), journal) is workflow
