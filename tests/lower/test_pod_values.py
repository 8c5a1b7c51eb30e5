"""What only the run knows of a container: the Task before the job, and what is asked for or refused."""

from __future__ import annotations

from typing import Any

import pytest
from tests.conversion import convert

BUILD = """\
on: {pull_request: {}}
jobs:
  build:
    runs-on: ubuntu-latest
    outputs: {tag: '${{ steps.t.outputs.tag }}', legs: '["a"]'}
    steps: [{id: t, run: 'echo "tag=1" >> "$GITHUB_OUTPUT"'}]
  test:
    needs: build
    runs-on: ubuntu-latest
"""
STEPS = "    steps: [{run: echo hi}]\n"
TAG = "${{ needs.build.outputs.tag }}"


def pipeline(text: str) -> dict[str, dict[str, Any]]:
    """The PipelineTasks by their names."""
    spec = convert(text).bundle.files["pipeline.yaml"][0]["spec"]
    return {place["name"]: place for place in (*spec["tasks"], *spec["finally"])}


MATRIX = "    strategy: {matrix: {v: [a, b]}}\n"
PLACES = [
    # what the job says besides, and the Tasks that work something out
    (f"    container: ghcr.io/o/x:{TAG}\n", ["test-pod"]),
    (f"{MATRIX}    container: ghcr.io/o/x:{TAG}\n", ["test-pod"]),
    (f"{MATRIX}    container: ghcr.io/o/${{{{ matrix.v }}}}:{TAG}\n", ["test-pod-a", "test-pod-b"]),
    (f"{MATRIX}    services: {{db: {{image: x, env: {{A: '{TAG}'}}}}}}\n", ["test-pod"]),
    (f"{MATRIX}    container: ghcr.io/o/${{{{ matrix.v }}}}:1\n", []),
]


@pytest.mark.parametrize(("job", "places"), PLACES)
def test_one_task_for_all_legs_that_are_told_the_same(job: str, places: list[str]) -> None:
    assert [name for name in pipeline(f"{BUILD}{job}{STEPS}") if "-pod" in name] == places


def test_a_job_that_was_never_started_has_failed_on_github_too() -> None:
    fanned = f"    strategy: {{matrix: {{v: '${{{{ fromJSON(needs.build.outputs.legs) }}}}'}}}}\n{STEPS}"
    spread = f"    container: 'x:${{{{ matrix.v }}}}'\n{fanned}"
    wanted = {
        f"    container: ghcr.io/o/x:{TAG}\n{STEPS}": "$(tasks.test-pod.status)$(tasks.test.status)\ttest",
        fanned: "$(tasks.test-legs.status)$(tasks.test.status)\ttest",
        spread: f"$(tasks.test-legs.status){''.join(f'$(tasks.test-{n}.status)' for n in range(1, 9))}\ttest",
    }
    for job, line in wanted.items():
        states = pipeline(BUILD + job)["github-status"]["params"]
        assert next(one["value"] for one in states if one["name"] == "states").splitlines()[-1] == line


REFUSED = [
    ("services: {db: {image: x, env: {URL: 'p://${{ secrets.P }}@h'}}}", "p://${{ secrets.P }}@h, must be known before its Pod starts, and no other Task may tell a secret: make"),
    ("services: {db: {image: x, env: {A: '${{ runner.temp }}'}}}", "and no other Task knows runner: write it out"),
    ("services: {db: {image: x, env: {A: 'x${{ github.token }}'}}}", "services.db.env.A, x${{ github.token }},"),
    (f"services: {{db: {{image: 'x:{TAG}'}}}}\n    strategy: {{matrix: {{v: '${{{{ fromJSON(vars.L) }}}}'}}}}", "and its legs, too"),
]  # fmt: skip


@pytest.mark.parametrize(("job", "reason"), REFUSED)
def test_what_no_task_before_the_job_can_work_out(job: str, reason: str) -> None:
    done = convert(f"{BUILD}    {job}\n{STEPS}")
    reasons = {row.reason for row in done.journal.outcomes() if row.fate == "manual"}
    assert any(reason in one and "must be known before its Pod starts" in one for one in reasons), reasons


REGISTRIES = [
    (f"ghcr.io/o/x:{TAG}", ["ghcr.io"]),
    (f"o/x:{TAG}", ["docker.io"]),
    ("${{ vars.IMAGE }}", ["the registry of job test"]),
    ("ghcr.io/${{ runner.temp }}/x", []),
]


@pytest.mark.parametrize(("image", "hosts"), REGISTRIES)
def test_the_registry_of_an_image_that_is_known_in_part(image: str, hosts: list[str]) -> None:
    container = (
        f"services: {{db: {{image: '{image}', credentials: {{username: u, password: '${{{{ secrets.P }}}}'}}}}}}"
    )
    done = convert(f"{BUILD}    {container}\n{STEPS}")
    assert [one.name for one in done.journal.setup if one.kind == "registry"] == hosts
