"""What every object of a bundle says of itself: who made it, and what its params, workspaces and results are."""

from __future__ import annotations

from typing import Any

import pytest
from tests.conversion import convert

from gha2tekton.convert import Options
from gha2tekton.lower.settings import Settings

WORKFLOW = """
on:
  push:
  pull_request:
  schedule: [{cron: '5 4 * * *'}]
  workflow_dispatch:
    inputs: {which_one: {type: choice, options: [a, b]}}
concurrency: all
jobs:
  list:
    runs-on: ubuntu-latest
    outputs: {legs: '${{ steps.s.outputs.legs }}'}
    steps:
    - id: s
      run: echo 'legs=["a"]' >> $GITHUB_OUTPUT
  legs:
    needs: list
    runs-on: ubuntu-latest
    strategy: {matrix: {x: '${{ fromJSON(needs.list.outputs.legs) }}'}}
    steps: [{run: 'make ${{ matrix.x }}'}]
  each:
    runs-on: [self-hosted, gpu]
    concurrency: each
    strategy: {matrix: {image: [{a: 1}, {a: 2}], python-version: ['3.11', '3.12']}}
    steps:
    - run: 'make "${{ inputs.which_one }}" "${{ matrix.python-version }}" "${{ matrix.image.a }}" "${{ github.run_id }}"'
  guide:
    runs-on: [self-hosted, gpu]
    steps: [{uses: actions/checkout@v4}, {run: papermill a.ipynb b.ipynb}, {run: pytest}]
  broken:
    runs-on: macos-latest
    steps: [{run: make}]
"""


@pytest.mark.slow
@pytest.mark.parametrize("triggers", ["listener", "pipelines-as-code", "none"])
def test_every_object_says_who_made_it_and_what_its_parts_are(triggers: Any) -> None:
    settings = Settings(concurrency="keep", host="ci.example", forks="secretless", triggers=triggers)
    made = convert(WORKFLOW, options=Options(output=settings))
    documents = [document for held in made.bundle.files.values() for document in held]
    assert len(documents) > 8
    for document in documents:
        place = f"{document['kind']} {document['metadata'].get('name')}"
        assert document["metadata"]["labels"]["app.kubernetes.io/managed-by"] == "gha2tekton", place
        if document["kind"] in ("Task", "Pipeline", "TriggerTemplate"):
            spec = document["spec"]
            parts = [part for kind in ("params", "workspaces", "results") for part in spec.get(kind) or ()]
            assert not [part["name"] for part in parts if not part.get("description")], place
            assert spec.get("description") or document["kind"] == "TriggerTemplate", place
