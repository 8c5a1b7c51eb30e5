"""GitHub's decision, from our own reading of the filters, against what Tekton's interceptors do."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from tests.triggers.blocks import BLOCKS
from tests.triggers.firing import Listener
from tests.triggers.reading import PATH, SETTINGS, admitted, lower, read, run_of
from tests.triggers.standing_in import CHANGED, as_pipelines_as_code, changed_files, told_changed_files
from tests.triggers.variations import deliveries

from gha2tekton.journal import Journal
from gha2tekton.lower.triggers.decision import explain, starting
from gha2tekton.lower.triggers.pipelines_as_code import ANNOTATION, lower_pipelines_as_code
from gha2tekton.source import Source
from gha2tekton.tekton.run import PipelineRun
from gha2tekton.tekton.triggers import Interceptor, Trigger, TriggerTemplate
from gha2tekton.workflow.parse import parse_workflow
from gha2tekton.yaml import YamlError, compose, plain

CORPUS = os.environ.get("GHA2TEKTON_CORPUS", "")

pytestmark = pytest.mark.conformance


def test_interceptors_decide_as_github_does(tmp_path: Path) -> None:
    cells, started, wrong = compared(list(BLOCKS.values()), tmp_path)
    assert not wrong
    assert cells > 1500
    assert started > 200


@pytest.mark.skipif(not CORPUS, reason="GHA2TEKTON_CORPUS names no folder of workflows")
def test_interceptors_decide_as_github_does_on_a_corpus(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    blocks = sampled(Path(CORPUS), 300)
    cells, started, wrong = compared(blocks, tmp_path)
    with capsys.disabled():
        print(f"\n{len(blocks)} blocks, {cells} decisions, {started} starts, {len(wrong)} disagreements")
    assert not wrong, "\n".join(f"{blocks[int(name[1:])]}: {row}" for name, *row in wrong[:20])


def sampled(corpus: Path, count: int) -> list[str]:
    """The `on` of workflows, each form once, in an order that says nothing."""
    found = {}
    for path in sorted(corpus.rglob(".github/workflows/*.y*ml")):
        try:
            root = compose(Source(path.name, path.read_text(encoding="utf-8")))
        except (YamlError, UnicodeDecodeError):
            continue
        workflow = plain(root) if root else None
        if isinstance(workflow, dict) and workflow.get("on"):
            text = json.dumps({"on": workflow["on"]}, ensure_ascii=False)[1:-1]
            text = text.replace('"on":', "on:", 1)
            journal = Journal()
            parse_workflow(Source("ci.yml", f"{text}\njobs: {{a: {{runs-on: x, steps: [{{run: x}}]}}}}\n"), journal)
            if journal.has_errors:
                continue
            found[hashlib.sha256(text.encode()).hexdigest()] = text
    return [found[key] for key in sorted(found)[:count]]


def compared(blocks: Sequence[str], folder: Path) -> tuple[int, int, list[tuple[Any, ...]]]:
    """How many decisions, how many starts, and where the two sides differ."""
    manifests: list[dict[str, Any]] = []
    workflows = {}
    for index, block in enumerate(blocks):
        triggers, _, workflow = lower(block, name=f"w{index}")
        workflows[f"w{index}"] = workflow
        listeners = any(manifest["kind"] == "EventListener" for manifest in manifests)
        manifests += [
            told_changed_files(one) for one in admitted(triggers) if one["kind"] != "EventListener" or not listeners
        ]
    listener = Listener(manifests, folder)
    cells, started, wrong = 0, 0, []
    for delivery in deliveries():
        fired = listener.fire(delivery.event, delivery.payload)
        for name, workflow in workflows.items():
            files = changed_files(delivery.payload)
            wanted = starting(explain(workflow, delivery.event, delivery.payload, PATH, files), ours=True)
            found = tuple(
                event.name
                for event in workflow.events
                if (made := fired.get(f"{name}-{event.name.replace('_', '-')}")) and made.outcome == "created"
            )
            errors = [
                item for key, item in fired.items() if key.startswith(f"{name}-") and "error evaluating" in item.reason
            ]
            cells, started = cells + 1, started + bool(found)
            if set(wanted) != set(found) or errors:
                wrong.append((name, delivery.label, wanted, found, errors))
    return cells, started, wrong


def test_pipelines_as_code_decides_as_github_does(tmp_path: Path) -> None:
    template = TriggerTemplate("t", (), PipelineRun("ci-", "ci", "ci-runner", "1h0m0s")).manifest()
    manifests: list[dict[str, Any]] = [template, *admitted(lower("on: issues")[0])[-1:]]
    workflows = {}
    for index, block in enumerate(BLOCKS.values()):
        workflow, journal = read(block)
        files = lower_pipelines_as_code(workflow, run_of({}), {}, SETTINGS, journal)
        for (run,) in files.values():
            condition = as_pipelines_as_code(run["metadata"]["annotations"][f"{ANNOTATION}/on-cel-expression"])
            event = "push" if "'push')" in condition.splitlines()[0] else "pull_request"
            name = f"w{index}-{event.replace('_', '-')}"
            filter_ = Interceptor("cel", {"filter": condition})
            manifests.append(Trigger(name, (filter_,), "", "t", SETTINGS.labels).manifest())
            workflows[name] = (event, workflow)
    listener = Listener(manifests, tmp_path)
    wrong, started = [], 0
    for delivery in deliveries():
        if delivery.event not in ("push", "pull_request"):
            continue
        files = changed_files(delivery.payload)
        fired = listener.fire(delivery.event, {**delivery.payload, CHANGED: files})
        for name, (event, workflow) in workflows.items():
            told = explain(workflow, delivery.event, delivery.payload, PATH, files, forks=True)
            wanted, found = event in starting(told, ours=True), fired[name].outcome == "created"
            started += found
            if wanted != found or "error evaluating" in fired[name].reason:
                wrong.append((name, delivery.label, wanted, fired[name].outcome, fired[name].reason))
    assert not wrong
    assert started > 200
