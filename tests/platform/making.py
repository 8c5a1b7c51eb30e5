"""Platforms made by the command, and what lies in them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from gha2tekton.cli import cli
from gha2tekton.yaml import documents

WORKFLOW = """\
on: push
jobs:
  a:
    runs-on: [self-hosted, gpu]
    strategy:
      matrix:
        x: [1, 2]
    steps:
      - run: echo "${{ secrets.KEY }} ${{ secrets.OTHER }}"
      - uses: actions/upload-artifact@v4
        with: {path: out}
  b:
    needs: a
    runs-on: [self-hosted, gpu]
    steps:
      - run: nvidia-smi
"""


def make(*words: str | Path) -> Result:
    return CliRunner().invoke(cli, ["platform", *map(str, words)])


def objects(folder: Path) -> list[Any]:
    found = []
    for path in sorted(folder.rglob("*.yaml")):
        found += [one for one in documents(path.read_text(encoding="utf-8"), str(path)) if isinstance(one, dict)]
    return found


def one(folder: Path, kind: str, name: str = "") -> Any:
    (found,) = [o for o in objects(folder) if o.get("kind") == kind and name in ("", o["metadata"]["name"])]
    return found


def convert(source: Path, out: Path, *words: str) -> Path:
    """A bundle for the platform's namespace."""
    done = CliRunner().invoke(cli, ["convert", str(source), "-o", str(out), "--namespace", "gpu-ci", *words])
    assert done.exit_code == 0, done.output
    return out
