"""Actions that a workflow calls in what its own steps check out."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.conversion import convert

from gha2tekton.journal import NOT_UNDERSTOOD

INPUTS = "on: {workflow_dispatch: {inputs: {from: {default: o/here}, none: {}}}}"
PLACES = [
    # the step that fetches, the action that is called, and what is told of it; nothing where its script is in the Task
    ("", "./own", ""),
    ("", "./none", "there is no action in none of the repository"),
    ("path: src", "./src/own", ""),
    ("path: src", "./src/none", "there is no action in src/none of the repository"),
    ("repository: '${{ github.repository }}', path: src", "./src/own", ""),
    ("repository: '${{ github.event.pull_request.head.repo.full_name || github.repository }}', path: src", "./src/own", ""),
    ("repository: '', path: src", "./src/own", ""),
    ("repository: o/here, path: x", "./x/own", "there is no action in x/own of o/here"),
    ("repository: o/here, path: x", "./x/theirs", ""),
    ("repository: o/here, path: x/", "./x/theirs/", ""),
    ("repository: o/other, path: x", "./x/own", "x/own is an action of o/other: give its checkout with --actions-dir"),
    ("repository: '${{ vars.R }}', path: own", "./own", "only the run knows the repository that is checked out to own"),
    ("repository: '${{ inputs.from }}', path: x", "./x/theirs", ""),
    ("repository: '${{ inputs.none || github.repository }}', path: src", "./src/own", ""),
]  # fmt: skip


@pytest.mark.parametrize(("fetched", "called", "told"), PLACES)
def test_an_action_is_that_of_the_place(fetched: str, called: str, told: str, tmp_path: Path) -> None:
    for place in ("root/own", "checkouts/o/here/theirs"):
        action = tmp_path / place / "action.yml"
        action.parent.mkdir(parents=True)
        action.write_text(f"runs: {{using: composite, steps: [{{shell: bash, run: echo {action.parent.name}}}]}}\n")
    steps = f"[{{uses: actions/checkout@v6, with: {{{fetched}}}}}, {{uses: {called}}}]"
    text = f"{INPUTS}\njobs: {{a: {{runs-on: ubuntu-latest, steps: {steps}}}}}\n"
    done = convert(text, tmp_path / "root", actions=tmp_path / "checkouts")
    manual = [one.reason for one in done.journal.outcomes() if one.fate == "manual"]
    assert [reason.startswith(told) for reason in manual] == [True] * bool(told), manual
    assert NOT_UNDERSTOOD not in manual
    script = done.bundle.files["tasks/ci-a.yaml"][0]["spec"]["steps"][0]["script"]
    assert (f"echo {called.strip('/').rpartition('/')[2]}" in script) == (not told)
    assumed = any(one.code == "checkout-assumed" for one in done.journal.diagnostics)
    assert assumed == ("inputs." in fetched)
