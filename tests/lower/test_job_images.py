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


RANGES = [
    # an action, the version that it is asked for, the tag of the image
    ("python", ">=3.9", "python:3"),
    ("python", ">=3.9,<3.13", "python:3.12"),
    ("python", ">=3.9,!=3.9.1", "python:3"),
    ("python", "<4", "python:3"),
    ("python", "<=3.12", "python:3.12"),
    ("python", "~=3.9.1", "python:3.9"),
    ("python", "^3.10", "python:3"),
    ("python", "3.11 || 3.12", "python:3.12"),
    ("node", ">=18", "node:22"),
    ("node", ">=24", "node:24"),
    ("node", ">=20.1 <20.9.3", "node:20.9.2"),
    ("node", ">=20.5 <20", "node:20.5"),
    ("go", "^1.21", "golang:1"),
    ("go", ">=1.22.0 <2.0", "golang:1"),
    ("java", "17.0.9", "eclipse-temurin:17"),
    ("java", "1.8", "eclipse-temurin:8"),
]


@pytest.mark.parametrize(("tool", "version", "image"), RANGES)
def test_images_are_of_the_newest_version_that_a_range_allows(tool: str, version: str, image: str) -> None:
    step = f"{{uses: actions/setup-{tool}@v4, with: {{{tool}-version: '{version}'}}}}"
    text = f"on: push\nname: w\njobs:\n  job:\n    runs-on: ubuntu-latest\n    steps:\n      - {step}\n"
    assert images(text) == (f"docker.io/library/{image}", [])


FILES = [
    # what a step asks for, a file of the repository and what it says, the image
    ("actions/setup-node@v4, with: {node-version-file: .nvmrc}", ".nvmrc", "v20.11.1\n", "node:20.11.1"),
    ("actions/setup-node@v4, with: {node-version-file: ./a/.node-version}", "a/.node-version", "20", "node:20"),
    ("actions/setup-node@v4, with: {node-version-file: .tool-versions}", ".tool-versions", "nodejs 18.1\n", "node:18.1"),
    ("actions/setup-node@v4, with: {node-version-file: package.json}", "package.json", '{"engines":{"node":"18"}}', "node:22"),
    ("actions/setup-node@v4, with: {node-version: 18, node-version-file: .nvmrc}", ".nvmrc", "20", "node:18"),
    ("actions/setup-node@v4, with: {node-version-file: gone}", ".nvmrc", "20", "node:22"),
    ("actions/setup-go@v5, with: {go-version-file: go.mod}", "go.mod", "module x\n\ngo 1.22.3 // x\n", "golang:1.22.3"),
    ("actions/setup-go@v5, with: {go-version-file: go.mod}", "go.mod", "go 1.22\ntoolchain go1.23.1\n", "golang:1.23.1"),
    ("actions/setup-go@v5, with: {go-version-file: go.mod}", "go.mod", "go 1.22\ntoolchain default\n", "golang:1.22"),
    ("actions/setup-python@v5", ".python-version", "# ours\n3.11\n3.12\n", "python:3.11"),
    ("actions/setup-python@v5, with: {python-version-file: pyproject.toml}", "pyproject.toml", "[project]", "python:3.12"),
    ("actions/setup-java@v4, with: {distribution: zulu, java-version-file: .java-version}", ".java-version", "17.0.9", "eclipse-temurin:17"),
    ("ruby/setup-ruby@v1", ".ruby-version", "ruby-3.2.4\n", "ruby:3.2.4"),
    ("ruby/setup-ruby@v1, with: {ruby-version: .tool-versions}", ".tool-versions", "ruby 3.1.2\n", "ruby:3.1.2"),
    ("ruby/setup-ruby@v1, with: {ruby-version: jruby-9.4}", ".ruby-version", "3.1", "ruby:3.3"),
    ("ruby/setup-ruby@v1, with: {ruby-version: ruby-3.4}", ".ruby-version", "3.1", "ruby:3.4"),
]  # fmt: skip


@pytest.mark.parametrize(("uses", "name", "said", "image"), FILES, ids=[f"{row[0]} {row[2]}" for row in FILES])
def test_images_are_of_the_version_that_a_file_of_the_repository_states(
    uses: str, name: str, said: str, image: str, tmp_path: Path
) -> None:
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text(said)
    text = f"on: push\nname: w\njobs:\n  job:\n    runs-on: ubuntu-latest\n    steps:\n      - {{uses: {uses}}}\n"
    assert images(text, tmp_path)[0] == f"docker.io/library/{image}"


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


def test_what_comes_with_a_tool_that_a_step_brings_is_not_installed_before() -> None:
    steps = "[{uses: ruby/setup-ruby@v1}, {uses: actions/setup-node@v4}, {run: npm ci && npx tsc}]"
    done = conversion.convert(f"on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps: {steps}\n")
    (task,) = [held[0]["spec"] for name, held in done.bundle.files.items() if name.startswith("tasks/")]
    assert task["steps"][0]["image"].startswith("docker.io/library/ruby:")
    assert "Install what the runner had" not in task["steps"][0]["script"]
