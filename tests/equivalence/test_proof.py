"""The proof itself, on a conversion written by hand: it is green, and turns red when a word of a step is dropped."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from tests.conformance.execution import run
from tests.conformance.judge import admit, refusals, resolve
from tests.conformance.requirement import needed
from tests.conformance.toolchain import isolation, judges
from tests.equivalence.case import ROOT, load
from tests.equivalence.comparison import differences
from tests.equivalence.observation import observe

pytestmark = pytest.mark.equivalence

HAND = Path(__file__).parent / "hand"
RUNTIME = Path(__file__).parents[2] / "mappings" / "runtime"


def proof(directory: Path, old: str = "", new: str = "") -> list[str]:
    """How the hand-written conversion of continue-on-error-step, with one text replaced, differs from GitHub."""
    needed(isolation, judges)
    manifests = shutil.copytree(HAND, directory / "manifests")
    pipeline = manifests / "pipeline.yaml"
    text = pipeline.read_text(encoding="utf-8")
    assert old in text
    pipeline.write_text(text.replace(old, new), encoding="utf-8")
    data = {file.name: file.read_text(encoding="utf-8") for file in RUNTIME.iterdir() if file.is_file()}
    runtime = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "runtime"}, "data": data}
    (manifests / "runtime.yaml").write_text(json.dumps(runtime), encoding="utf-8")
    assert not refusals(admit(manifests) + resolve(manifests))
    record = run([manifests], manifests / "run.yaml", directory / "run", keep=True)
    return differences(load(ROOT / "continue-on-error-step").expected, observe(record, {}))


def test_a_right_conversion_is_green(tmp_path: Path) -> None:
    assert proof(tmp_path) == []


@pytest.mark.parametrize(
    ("old", "new", "difference"),
    [
        (" --if 'failure()'", "", "build: step no-failure: expected skipped, seen success"),
        (" --continue true", "", "build: expected success, seen failure"),
        ("; exit 7", "", "build: step forgiven: expected failure/success, seen success"),
        ("steps.forgiven.outputs.code", "steps.forgiven.outputs.codes", "build: file told.txt: expected"),
        (
            "  - name: after\n    runAfter: [build]\n",
            "  - name: later\n    runAfter: [build]\n",
            "after: expected success, did not run",
        ),
    ],
    ids=["dropped if", "dropped continue-on-error", "other exit status", "other output", "dropped job"],
)
def test_a_wrong_conversion_is_red(tmp_path: Path, old: str, new: str, difference: str) -> None:
    found = proof(tmp_path, old, new)
    assert any(line.startswith(difference) for line in found), found
