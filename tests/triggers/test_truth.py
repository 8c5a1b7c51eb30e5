"""GitHub's decision, from our own reading of the filters, against what Tekton's interceptors do."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.triggers.blocks import BLOCKS
from tests.triggers.deliveries import deliveries
from tests.triggers.firing import Listener
from tests.triggers.reading import PATH, admitted, lower

from gha2tekton.lower.decision import explain, starting

pytestmark = pytest.mark.conformance


def test_interceptors_decide_as_github_does(tmp_path: Path) -> None:
    manifests = []
    workflows = {}
    for index, block in enumerate(BLOCKS.values()):
        triggers, _, workflow = lower(block, name=f"w{index}")
        workflows[f"w{index}"] = workflow
        manifests += [manifest for manifest in admitted(triggers) if manifest["kind"] != "EventListener" or not index]
    listener = Listener(manifests, tmp_path)
    cells, started, wrong = 0, 0, []
    for delivery in deliveries():
        fired = listener.fire(delivery.event, delivery.payload)
        for name, workflow in workflows.items():
            wanted = starting(explain(workflow, delivery.event, delivery.payload, PATH), ours=True)
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
                wrong.append((delivery.label, name, wanted, found, errors))
    assert not wrong
    assert cells > 1500
    assert started > 200
