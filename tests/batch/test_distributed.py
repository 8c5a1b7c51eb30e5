"""The same batch by a Dask scheduler with two workers as processes; one of them is killed on the way."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
from tests.batch.conftest import Batch, content, environment, repository
from tests.batch.test_faults import endless

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(find_spec("distributed") is None, reason="pip install gha2tekton[distributed]"),
]


def start(log: Path, *words: str) -> subprocess.Popen[bytes]:
    with log.open("wb") as out:
        return subprocess.Popen([sys.executable, "-m", *words], stdout=out, stderr=out, env=environment())


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    log = tmp_path / "scheduler.log"
    scheduler = start(log, "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard")
    workers: list[subprocess.Popen[bytes]] = []
    try:
        address = None
        for _ in range(150):
            found = re.search(r"tcp://127\.0\.0\.1:\d+", log.read_text())
            if found:
                address = found[0]
                break
            time.sleep(0.2)
        assert address, log.read_text()
        for number in range(2):
            words = (
                "--no-dashboard",
                "--nthreads",
                "1",
                "--no-nanny",
                "--local-directory",
                str(tmp_path / f"d{number}"),
            )
            workers.append(start(tmp_path / f"worker{number}.log", "distributed.cli.dask_worker", address, *words))
        yield address, workers
    finally:
        for process in (*workers, scheduler):
            process.kill()
            process.wait()


def test_workers_elsewhere_give_the_same_bytes(
    tmp_path: Path, batch: Batch, cluster: tuple[str, list[subprocess.Popen[bytes]]]
) -> None:
    for number in range(30):
        repository(tmp_path / f"repos/r{number:02}", ("ci", "actions/setup-python@v5"))
    address, workers = cluster
    words = ("repos", "-o", "far", "--scheduler", address)
    done = batch(*words)
    assert done.returncode == 0, done.stderr
    batch("repos", "-o", "near", "-j", 2)
    assert content(tmp_path / "far") == content(tmp_path / "near")
    for path in (tmp_path / "repos").rglob("*.yml"):
        path.write_text(path.read_text().replace("hello", "again"))
    workers[0].kill()
    done = batch(*words)
    assert done.returncode == 0, done.stderr
    batch("repos", "-o", "near", "-j", 2)
    assert content(tmp_path / "far") == content(tmp_path / "near")


def test_workers_elsewhere_know_nothing_of_earlier_runs(
    tmp_path: Path, batch: Batch, cluster: tuple[str, list[subprocess.Popen[bytes]]]
) -> None:
    address, _ = cluster
    place = repository(tmp_path / "repos/r", ("ci", "nobody/knows@v1"))
    endless(tmp_path / "repos/slow")
    words = ("repos", "-o", "far", "--scheduler", address, "--time-limit", 4)
    assert "slow: failed: took longer than 4 s, at .github/workflows/w" in batch(*words).stderr
    for one in (tmp_path / "repos/slow").glob(".github/workflows/w[1-9].yml"):
        one.unlink()
    (place / ".gha2tekton.yaml").write_text("namespace: elsewhere\n")
    repository(tmp_path / "repos/nobody/knows")
    (tmp_path / "repos/nobody/knows/action.yml").write_text("runs: {using: composite, steps: []}\n")
    batch(*words)
    batch("repos", "-o", "near", "-j", 1)
    assert content(tmp_path / "far") == content(tmp_path / "near")
    assert b"namespace: elsewhere" in content(tmp_path / "far/r")["kustomization.yaml"]


def test_no_scheduler(tmp_path: Path, batch: Batch) -> None:
    repository(tmp_path / "repos/r", ("ci", "actions/setup-python@v5"))
    done = batch("repos", "-o", "out", "--scheduler", "tcp://127.0.0.1:1")
    assert done.returncode == 2
    assert "tcp://127.0.0.1:1" in done.stderr
