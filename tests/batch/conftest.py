"""Repositories to convert, and the program that converts them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

WORKFLOW = """\
name: {name}
on: push
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: {action}
      - run: echo {word}
"""


def repository(place: Path, *workflows: tuple[str, str], word: str = "hello") -> Path:
    """A checkout with workflows, each a name and an action that it uses."""
    (place / ".github/workflows").mkdir(parents=True)
    (place / ".git").mkdir()
    for number, (name, action) in enumerate(workflows):
        text = WORKFLOW.format(name=name, action=action, word=word)
        (place / f".github/workflows/w{number}.yml").write_text(text)
    return place


def committed(place: Path) -> Path:
    """The same, as a real git repository with one commit."""
    if (place / ".git").is_dir() and not (place / ".git/HEAD").exists():
        (place / ".git").rmdir()
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "init.defaultBranch=main"]
    for words in (["init", "-q"], ["add", "-A"], ["commit", "-q", "--allow-empty", "-m", "first"]):
        subprocess.run([*git, *words], cwd=place, check=True, capture_output=True)
    return place


def content(place: Path) -> dict[str, bytes]:
    """Every file below, but for the lock."""
    paths = sorted(path for path in place.rglob("*") if path.is_file() and path.name != "lock")
    return {path.relative_to(place).as_posix(): path.read_bytes() for path in paths}


Batch = Callable[..., "subprocess.CompletedProcess[str]"]


def command(*words: object) -> list[str]:
    return [sys.executable, "-m", "gha2tekton", *map(str, words)]


@pytest.fixture
def bound() -> list[str]:
    """The words before a command that make permissions hold for it, whoever runs the tests."""
    if os.geteuid():
        return []
    if shutil.which("setpriv") is None:
        pytest.skip("root reads everything")
    rights = "-dac_override,-dac_read_search,-fowner"
    return ["setpriv", f"--bounding-set={rights}", f"--inh-caps={rights}"]


@pytest.fixture
def batch(tmp_path: Path) -> Batch:
    """Run ``gha2tekton batch`` with these words."""

    def run(*words: object, **given: str) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            command("batch", *words),
            cwd=tmp_path,
            capture_output=True,
            text=True,
            env=environment(**given),
            timeout=300,
        )
        assert "Traceback" not in done.stderr, done.stderr
        return done

    return run


def environment(**given: str) -> dict[str, str]:
    return {**os.environ, **given}
