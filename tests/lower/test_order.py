"""In what order jobs are lowered, and whether Tekton's own stop on failure does for them."""

from __future__ import annotations

import pytest

from gha2tekton.journal import Journal
from gha2tekton.plan.chain import chained
from gha2tekton.plan.order import waves
from gha2tekton.source import Source
from gha2tekton.workflow.parse import parse_workflow

CASES = {
    "one": ({"a": []}, "a", True),
    "a chain, written backwards": ({"c": ["b"], "b": ["a"], "a": []}, "a b c", True),
    "side by side": ({"a": [], "b": []}, "a,b", True),
    "all wait for all before": ({"a": [], "b": [], "c": ["a", "b"], "d": ["b", "a"]}, "a,b c,d", True),
    "what another waits for is said again": ({"a": [], "b": ["a"], "c": ["a", "b"]}, "a b c", True),
    "one does not wait": ({"a": [], "b": [], "c": ["a"]}, "a,b c", False),
    "two chains": ({"a": [], "b": ["a"], "c": [], "d": ["c"]}, "a,c b,d", False),
    "one waits for the first only": ({"a": [], "b": ["a"], "c": ["b"], "d": ["a"]}, "a b,d c", False),
}


@pytest.mark.parametrize(("needs", "order", "stops"), CASES.values(), ids=CASES)
def test_jobs(needs: dict[str, list[str]], order: str, stops: bool) -> None:
    jobs = "".join(f"  {id}: {{runs-on: u, needs: {named}, steps: [run: x]}}\n" for id, named in needs.items())
    workflow = parse_workflow(Source("ci.yml", f"on: push\njobs:\n{jobs}"), Journal())
    assert workflow is not None
    assert " ".join(",".join(sorted(wave)) for wave in waves(workflow.jobs)) == order
    assert chained(workflow) is stops


SPEAKS = {
    "steps: [run: x]": True,
    "steps: [run: 'echo ${{ needs.a.outputs.o }}']": False,
    "steps: [run: x]\n    defaults: {run: {shell: '${{ needs.a.outputs.o }} {0}'}}": False,
    "steps: [run: x]\n    defaults: {run: {working-directory: '${{ needs.a.outputs.o }}'}}": False,
    "steps: [run: x]\n    if: needs.a.outputs.o": False,
    "steps: [run: x]\n    if: failure()": False,
    "steps: [run: x]\n    if: github.ref": True,
    "steps: [run: x]\n    concurrency: '${{ needs.a.outputs.o }}'": False,
    "steps: [run: x]\n    environment: '${{ needs.a.outputs.o }}'": True,
    "steps: [run: x]\n    continue-on-error: true": False,
}


@pytest.mark.parametrize(("keys", "stops"), SPEAKS.items())
def test_jobs_that_read_what_others_say(keys: str, stops: bool) -> None:
    text = f"on: push\njobs:\n  a: {{runs-on: u, steps: [run: x]}}\n  b:\n    runs-on: u\n    needs: a\n    {keys}\n"
    workflow = parse_workflow(Source("ci.yml", text), Journal())
    assert workflow is not None
    assert chained(workflow) == stops
