"""The image of a job whose version of a tool is no plain text, a row each."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests import conversion

STEP = "{uses: actions/setup-python@v5, with: {python-version: %s}}"
LEGS = "strategy: {matrix: {v: %s}}"
PYTHON = "docker.io/library/python"

IMAGES = [
    # what the job says besides, the version that it asks for, the image, and its version in each leg
    (LEGS % "['3.10', '3.11']", "'${{ matrix.v }}'", f"{PYTHON}:$(params.matrix-v)", ["3.10", "3.11"]),
    (LEGS % "['3.x', pypy3.10]", "'${{ matrix.v }}'", f"{PYTHON}:$(params.image-version)", ["3", "3.10"]),
    (LEGS % "[3.13t, 3.15-dev]", "'${{ matrix.v }}'", f"{PYTHON}:$(params.image-version)", ["3.13", "3.12"]),
    (LEGS % "[3.9, 3.10]", "'${{ matrix.v }}'", f"{PYTHON}:$(params.image-version)", ["3.9", "3.12"]),
    (LEGS % "['10', '11']", "'3.${{ matrix.v }}'", f"{PYTHON}:$(params.image-version)", ["3.10", "3.11"]),
    (LEGS % "['3.12', '']", "\"${{ matrix.v || '3.9' }}\"", f"{PYTHON}:$(params.image-version)", ["3.12", "3.9"]),
    (LEGS % "[3.11.x, '3.11']", "'${{ matrix.v }}'", f"{PYTHON}:3.11", []),
    ("env: {}", "'${{ steps.a.outputs.v }}'", f"{PYTHON}:3.12", []),
    ("env: {}", "'${{ vars.PYTHON }}'", f"{PYTHON}:3.12", []),
    ("env: {}", "'${{ inputs.plain }}'", f"{PYTHON}:$(params.plain)", []),
    ("env: {}", "'${{ inputs.open }}'", f"{PYTHON}:3.12", []),
    ("env: {}", "'${{ inputs.none }}'", f"{PYTHON}:3.12", []),
    ("env: {}", "3.15-dev", f"{PYTHON}:3.12", []),
]  # fmt: skip
NODE = [("lts/*", "lts"), ("lts/iron", "iron"), ("latest", "latest"), ("20.x", "20"), ("node", "latest")]


@pytest.mark.parametrize(("version", "tag"), NODE)
def test_images_of_lines_of_releases(version: str, tag: str) -> None:
    step = f"{{uses: actions/setup-node@v4, with: {{node-version: '{version}'}}}}"
    text = f"on: push\nname: w\njobs:\n  job:\n    runs-on: ubuntu-latest\n    steps:\n      - {step}\n"
    assert images(text) == (f"docker.io/library/node:{tag}", [])


def images(text: str, root: Path | None = None) -> tuple[str, list[str]]:
    done = conversion.convert(text, root)
    assert not [outcome for outcome in done.journal.outcomes() if outcome.fate == "manual"]
    files: dict[str, Any] = {name: documents[0] for name, documents in done.bundle.files.items() if documents}
    (task,) = [files[name] for name in files if name.startswith("tasks/") and name.endswith("-job.yaml")]
    reference = task["spec"]["steps"][0]["image"]
    param = reference.partition("$(params.")[2].rstrip(")")
    legs = [
        one.get("params", [])
        for one in files["pipeline.yaml"]["spec"]["tasks"]
        if one["taskRef"]["name"].endswith("-job")
    ]
    values = [item["value"] for one in legs for item in one if item["name"] == param]
    return reference, [value for value in values if "$(" not in value]


@pytest.mark.parametrize(("says", "version", "image", "legs"), IMAGES, ids=[f"{row[0]} {row[1]}" for row in IMAGES])
def test_images_of_versions(says: str, version: str, image: str, legs: list[str]) -> None:
    text = f"""name: w
on: {{workflow_dispatch: {{inputs: {{plain: {{default: '3.11'}}, open: {{default: 3.x}}, none: {{}}}}}}}}
jobs:
  job:
    runs-on: ubuntu-latest
    {says}
    steps:
      - {STEP % version}
      - run: python -V
"""
    assert images(text) == (image, legs)


@pytest.mark.parametrize(
    ("given", "image", "legs"),
    [
        ("with: {python: '${{ matrix.v }}'}", f"{PYTHON}:$(params.matrix-v)", ["3.10", "3.11"]),
        ("with: {python: '${{ steps.v.outputs.v }}'}", f"{PYTHON}:3.12", []),
        ("name: as it is", f"{PYTHON}:3.9", []),
    ],
)
def test_what_a_job_gives_an_action_of_its_own(given: str, image: str, legs: list[str], tmp_path: Path) -> None:
    inner = "{uses: ./inner, with: {version: '${{ inputs.python }}'}}"
    for name, item, step in (
        ("outer", "python: {default: '3.9'}", inner),
        ("inner", "version: {}", STEP % "'${{ inputs.version }}'"),
    ):
        (tmp_path / name).mkdir()
        action = f"inputs: {{{item}}}\nruns:\n  using: composite\n  steps:\n    - {step}\n"
        (tmp_path / name / "action.yml").write_text(action)
    text = f"""name: w
on: push
jobs:
  job:
    runs-on: ubuntu-latest
    {LEGS % "['3.10', '3.11']"}
    steps:
      - {{uses: actions/checkout@v4}}
      - uses: ./outer
        {given}
"""
    assert images(text, tmp_path) == (image, legs)


NEEDS = [
    # the steps, and the image that has what they and the lines before them need
    (["run: pytest", "uses: actions/github-script@v7\n        with: {script: x()}"], f"{PYTHON}:3.12"),
    (["uses: actions/setup-node@v4\n        with: {node-version: 20}", "run: npm ci && pytest"], f"{PYTHON}:3.12"),
    (["uses: actions/setup-node@v4\n        with: {node-version: 20}", "run: npm ci"], "docker.io/library/node:20"),
    (
        ["uses: actions/setup-go@v5\n        with: {go-version: '1.22'}", "run: go test && python a.py"],
        f"{PYTHON}:3.12",
    ),
]


@pytest.mark.parametrize(("steps", "image"), NEEDS)
def test_images_have_the_pip_that_lines_use(steps: list[str], image: str) -> None:
    text = "on: push\nname: w\njobs:\n  job:\n    runs-on: ubuntu-latest\n    steps:\n"
    assert images(text + "".join(f"      - {step}\n" for step in steps)) == (image, [])
