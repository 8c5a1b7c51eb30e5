"""One workflow that has something of everything, and what becomes of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.conversion import RULES

from gha2tekton.conversion import Conversion
from gha2tekton.convert import Options, convert
from gha2tekton.source import Source
from gha2tekton.workflow.repository import Repository

NAME = ".github/workflows/all.yml"
WORKFLOW = """\
name: Everything
on:
  push:
    paths: ["notebooks/**"]
jobs:
  build:
    runs-on: [self-hosted, gpu]
    steps:
      - uses: actions/checkout@v4
      - name: Sign <b>it</b> | now
        uses: nobody/signs@v1
        with:
          key: ${{ secrets.SIGN_KEY }}
      - uses: nobody/signs@v1
      - run: echo "${{ secrets.HF_TOKEN }} $HOME" `date`
        env:
          TOKEN: ${{ secrets.OTHER_TOKEN }}
          PLACE: ${{ vars.PLACE }}
  windows:
    runs-on: windows-latest
    needs: build
    steps:
      - run: dir
"""


@pytest.fixture(scope="session")
def converted() -> Callable[[str], Conversion]:
    return lambda text: convert(Source(NAME, text), Repository(), RULES, Options())


@pytest.fixture(scope="session")
def everything(converted: Callable[[str], Conversion]) -> Conversion:
    return converted(WORKFLOW)


@pytest.fixture(scope="session")
def refused(converted: Callable[[str], Conversion]) -> Conversion:
    return converted("on: push\njobs:\n  a:\n    runs-on: x\n    stepz: []\n")


ROOT = Path(__file__).parents[2]
