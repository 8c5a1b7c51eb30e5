"""Digests of images, from a file."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from gha2tekton.cli import cli
from gha2tekton.pins import PinError, full_name, pinned, read_pins
from gha2tekton.yaml import documents

A, B = f"sha256:{'a' * 64}", f"sha256:{'b' * 64}"

NAMES = [
    ("python", "docker.io/library/python:latest"),
    ("python:3.12", "docker.io/library/python:3.12"),
    ("docker.io/python:3.12", "docker.io/library/python:3.12"),
    ("rapidsai/base:25.04", "docker.io/rapidsai/base:25.04"),
    ("nvcr.io/nvidia/cuda", "nvcr.io/nvidia/cuda:latest"),
    ("localhost:5000/x:1", "localhost:5000/x:1"),
]


@pytest.mark.parametrize(("image", "name"), NAMES)
def test_full_names(image: str, name: str) -> None:
    assert full_name(image) == name


PINNED = [
    ("docker.io/library/python:3.12", f"docker.io/library/python:3.12@{A}"),
    ("python:3.12", f"python:3.12@{A}"),
    ("python:3.11", "python:3.11"),
    (f"python:3.12@{B}", f"python:3.12@{B}"),
    ("python:$(params.v)", "python:$(params.v)"),
]


@pytest.mark.parametrize(("image", "written"), PINNED)
def test_pinned(image: str, written: str) -> None:
    assert pinned(image, {"docker.io/library/python:3.12": A}) == written


WRONG = [
    ("python sha256:1", "pins:1:8: sha256:1 is not sha256: and 64 digits"),
    (f"# fine\n\nPython {A}", "pins:3:1: Python is not an image"),
    ("python:3.12", "pins:1:1: a line has an image and its digest"),
    (f"python {A} {B}", "pins:1:1: a line has an image and its digest"),
    (f"python {A}\nlibrary/python {B}", "pins:2:1: library/python has another digest above"),
    (f"python {A}\ndocker.io/library/python:latest {B}", "pins:2:1: docker.io/library/python:latest has another digest above"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "message"), WRONG)
def test_a_wrong_file_is_named_with_the_place(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "pins"
    file.write_text(text)
    with pytest.raises(PinError) as error:
        read_pins(file)
    assert str(error.value).endswith(message)


GPU = """
on: {schedule: [{cron: '0 3 * * *'}], push: }
jobs:
  a:
    runs-on: [self-hosted, gpu]
    steps:
    - uses: actions/checkout@v4
    - run: docker run --rm --gpus all -v "$PWD:/w" -w /w rapidsai/base:25.04 papermill a.ipynb b.ipynb
    - run: jupyter nbconvert --to html b.ipynb
  b:
    needs: a
    strategy: {matrix: {v: ['3.11', '3.12']}}
    runs-on: ubuntu-latest
    steps: [{uses: actions/setup-python@v5, with: {python-version: '${{ matrix.v }}'}}, {run: pytest}]
"""


@pytest.mark.slow
def test_images_of_a_bundle_have_their_digests(tmp_path: Path) -> None:
    (tmp_path / ".github/workflows").mkdir(parents=True)
    (tmp_path / ".github/workflows/ci.yml").write_text(GPU)
    run = CliRunner().invoke
    plain, out = str(tmp_path / "plain"), tmp_path / "tekton"
    assert run(cli, ["convert", str(tmp_path), "-o", plain]).exit_code == 0
    images = run(cli, ["images", plain]).output.split()
    assert {"docker.io/rapidsai/base:25.04", "registry.k8s.io/kubectl:v1.33.4"} <= {full_name(one) for one in images}
    (tmp_path / "pins").write_text("".join(f"{image} {A}\n" for image in images if "$(" not in image))
    (tmp_path / ".gha2tekton.yaml").write_text("pin: pins\n")
    done = run(cli, ["convert", str(tmp_path), "-o", str(out)])
    assert done.exit_code == 0
    assert "docker.io/library/python:$(params.matrix-v) has no digest [image-unpinned]" in " ".join(done.output.split())
    assert run(cli, ["images", str(out)]).output.split() == [
        image if "$(" in image else f"{image}@{A}" for image in images
    ]
    texts = "".join(path.read_text() for path in out.rglob("*.yaml"))
    assert "rapidsai/base:25.04\n" not in texts
    assert all(documents(path.read_text(), str(path)) for path in out.rglob("*.yaml"))
    assert run(cli, ["check", str(out)]).exit_code == 0
    (tmp_path / "pins").write_text("")
    stale = run(cli, ["check", str(out)])
    assert stale.exit_code == 1
    assert "pins has changed" in stale.output
