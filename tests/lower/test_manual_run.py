"""What a run that a person starts says of the event that it stands for."""

from __future__ import annotations

import json

import pytest
from tests.conversion import convert

from gha2tekton.convert import Options
from gha2tekton.lower.settings import Settings

TEXT = """\
on: workflow_dispatch
jobs:
  a:
    runs-on: ubuntu-latest
    steps:
      - run: echo $((1 + ${{ github.run_number }})) ${{ github.event_name }} "${{ github.event.repository.name }}"
      - run: echo '${{ toJSON(github.event) }}'
"""


@pytest.mark.parametrize("repository", ["", "acme/app"])
def test_a_run_by_hand_is_a_dispatch_of_the_default_branch(repository: str) -> None:
    settings = Settings(github_repository=repository, default_branch="trunk")
    done = convert(TEXT, options=Options(output=settings))
    params = {one["name"]: one["value"] for one in done.bundle.files["runs/ci.yaml"][0]["spec"]["params"]}
    assert (params["github-run-number"], params["github-event-name"]) == ("1", "workflow_dispatch")
    event = json.loads(params["github-event"] or "{}")
    if repository:
        assert event["repository"]["full_name"] == repository
        assert event["repository"]["default_branch"] == "trunk"
        assert event["repository"]["owner"] == {"login": "acme"}
        assert params["github-event-repository-name"] == "app"
    else:
        assert event == {}
