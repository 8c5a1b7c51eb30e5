"""What goes wrong with one repository is one row; nothing else suffers, and a kill costs nothing."""

from __future__ import annotations

import csv
import os
import pickle
import random
import re
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.batch.conftest import Batch, command, committed, content, environment, repository

from gha2tekton import yaml
from gha2tekton.batch.row import Row
from gha2tekton.batch.run import Processes
from gha2tekton.batch.sources import Origin
from gha2tekton.batch.work import Order
from gha2tekton.cli.choice import Choice

pytestmark = pytest.mark.slow

KNOWN = "actions/setup-python@v5"


@pytest.fixture
def silent_server() -> Iterator[str]:
    """A git server that takes connections and never answers."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(8)
        yield f"git://127.0.0.1:{server.getsockname()[1]}/acme/hangs.git"


def test_every_fault_is_a_row(tmp_path: Path, batch: Batch, silent_server: str) -> None:
    repository(tmp_path / "repos/good", ("ci", KNOWN))
    repository(tmp_path / "repos/with space\nand line", ("ci", KNOWN))
    repository(tmp_path / "repos/twice", ("same", KNOWN), ("same", KNOWN))
    loop = repository(tmp_path / "repos/loop", ("ci", KNOWN))
    (loop / "again").symlink_to(loop)
    (loop / ".github/workflows/self.yml").symlink_to(loop / ".github/workflows/self.yml")
    binary = repository(tmp_path / "repos/binary", ("ci", KNOWN))
    (binary / ".github/workflows/w1.yml").write_bytes(b"\xff\xfe\x00on")
    options = repository(tmp_path / "repos/options", ("ci", KNOWN))
    (options / ".gha2tekton.yaml").write_text("layuot: job\n")
    (tmp_path / "secret").write_text("password\n")
    for name, inside in (("reads", ".gha2tekton.yaml"), ("leads", ".github/workflows/w1.yml")):
        (repository(tmp_path / f"repos/{name}", ("ci", KNOWN)) / inside).symlink_to(tmp_path / "secret")
    pins = repository(tmp_path / "repos/pins", ("ci", KNOWN))
    (pins / ".gha2tekton.yaml").write_text("pin: ../../secret\n")
    outside = repository(tmp_path / "repos/outside")
    shutil.rmtree(outside / ".github/workflows")
    (outside / ".github/workflows").symlink_to(loop / ".github/workflows")
    pipe = repository(tmp_path / "repos/pipe", ("ci", KNOWN))
    os.mkfifo(pipe / ".github/workflows/w1.yml")
    os.mkfifo(pipe / "pyproject.toml")
    deep = repository(tmp_path / "repos/deep", ("ci", KNOWN))
    (deep / ".github/workflows/w1.yml").write_text("on: " + "[" * 200_000)
    (tmp_path / "repos/linked").mkdir()
    (tmp_path / "repos/linked/.github").symlink_to(tmp_path / "nowhere")
    empty = tmp_path / "empty.git"
    subprocess.run(["git", "init", "-q", "--bare", str(empty)], check=True)
    corrupt = committed(repository(tmp_path / "corrupt", ("ci", KNOWN)))
    for path in (corrupt / ".git/objects").rglob("*"):
        if path.is_file():
            path.chmod(0o644)
            path.write_bytes(b"broken")
    huge = repository(tmp_path / "huge", ("ci", KNOWN))
    with (huge / ".github/workflows/w0.yml").open("a") as file:
        file.write("# " + "x" * (2 << 20) + "\n")
    sources = ["repos", str(empty), f"file://{corrupt}", "huge", "missing", f"file://{tmp_path}/gone", silent_server]
    done = batch(*sources, "-o", "out", "-j", 2, "--time-limit", 5)
    assert done.returncode == 1
    rows = {
        row["repository"]: (row["status"], row["reason"])
        for row in csv.DictReader((tmp_path / "out/summary.csv").read_text().splitlines())
    }
    for name in ("good", "with-space-and-line", "twice"):
        assert rows[name][0] == "whole", (name, rows[name])
    for name in ("binary", "loop", "leads", "pipe", "deep"):
        assert rows[name][0] == "partly", (name, rows[name])
    assert rows["options"][1] == ".gha2tekton.yaml:1:1: 'layuot' is not known here; is 'layout' meant?"
    for name in ("reads", "pins", "outside"):
        assert "out of the repository" in rows[name][1]
    assert not any("password" in reason for _, reason in rows.values())
    assert "did not end within 5 s" in rows["acme-hangs"][1]
    failed = {name for name, (status, reason) in rows.items() if status == "failed" and reason}
    assert {"options", "empty", "missing", "acme-hangs"} <= failed
    assert len(failed) == 9
    assert len(rows) == 18
    assert {path.stem for path in (tmp_path / "out/.gha2tekton/logs").iterdir()} == failed
    pipelines = list((tmp_path / "out/twice/pipelines").iterdir())
    assert len(pipelines) == 2


CLOSED = {
    "file": (".github/workflows/w0.yml", 0o000, "refused", "the file cannot be read"),
    "folder": (".github/workflows", 0o000, "failed", ".github/workflows: Permission denied"),
    "github": (".github", 0o000, "failed", ".github/workflows: Permission denied"),
    "itself": (".", 0o000, "failed", "the directory cannot be read: Permission denied"),
    "names-alone": (".", 0o444, "failed", "the directory cannot be read: Permission denied"),
    "options": (".gha2tekton.yaml", 0o000, "failed", ".gha2tekton.yaml: Permission denied"),
    "project": ("pyproject.toml", 0o000, "failed", "pyproject.toml: Permission denied"),
}


def test_what_may_not_be_read_is_a_row(tmp_path: Path, bound: list[str]) -> None:
    for name, (place, mode, _, _) in CLOSED.items():
        path = repository(tmp_path / "repos" / name, ("ci", KNOWN)) / place
        if not path.exists():
            path.write_text("[tool.gha2tekton]\n" if place.endswith(".toml") else "layout: job\n")
        path.chmod(mode)
    (tmp_path / "repos/others").mkdir(mode=0o000)
    repository(tmp_path / "repos/good", ("ci", "itself/action@v1"))  # which may be any of the directories
    words = command("batch", "repos", "-o", "out", "-j", 2)
    done = subprocess.run(
        [*bound, *words], cwd=tmp_path, capture_output=True, text=True, env=environment(), check=False
    )
    for name in CLOSED:
        (tmp_path / "repos" / name).chmod(0o755)
    assert (done.returncode, "Traceback" in done.stderr) == (1, False), done.stderr
    rows = {row["repository"]: row for row in csv.DictReader((tmp_path / "out/summary.csv").read_text().splitlines())}
    assert {name: row["status"] for name, row in rows.items()} == {
        "good": "partly",
        "others": "failed",
        **{name: status for name, (_, _, status, _) in CLOSED.items()},
    }
    assert [name for name, (*_, said) in CLOSED.items() if said not in rows[name]["reason"]] == []


def test_a_bundle_that_may_not_be_read_hides_no_other(tmp_path: Path, bound: list[str]) -> None:
    repository(tmp_path / "repo", ("ci", KNOWN))
    for name in ("a", "b", "c"):
        subprocess.run(command("convert", "repo", "-o", f"made/{name}"), cwd=tmp_path, check=True, capture_output=True)
    (tmp_path / "made/closed").mkdir(mode=0o444)
    (tmp_path / "made/b/pipeline.yaml").chmod(0o000)
    done = subprocess.run([*bound, *command("check")], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "made/a: up to date\nmade/c: up to date\n")
    assert done.stderr == "made/b/pipeline.yaml: Permission denied\n"


EVIL = """\
[core]
    repositoryformatversion = 1
    sshCommand = touch {0}
    pager = touch {0}
    fsmonitor = touch {0}
    alternateRefsCommand = touch {0}
[extensions]
    partialClone = origin
[remote "origin"]
    url = .
    promisor = true
    uploadpack = touch {0}; git-upload-pack
[gpg]
    program = {1}/touches
[log]
    showSignature = true
"""


@pytest.mark.parametrize("source", ["evil", "list"])
def test_no_code_of_a_repository_is_run(tmp_path: Path, batch: Batch, source: str) -> None:
    place = committed(repository(tmp_path / "evil", ("ci", KNOWN)))
    head = subprocess.run(["git", "rev-parse", "HEAD"], cwd=place, check=True, capture_output=True, text=True).stdout
    (place / ".git/objects" / head[:2] / head[2:].strip()).unlink()  # which git would fetch by itself
    (place / ".git/config").write_text(EVIL.format(tmp_path / "touched", tmp_path))
    (tmp_path / "touches").write_text(f"#!/bin/sh\ntouch {tmp_path}/touched\n")
    (tmp_path / "touches").chmod(0o755)
    (tmp_path / "list").write_text("evil main\n")
    said = batch(source, "-o", "out", "-j", 1, "--since", "2020-01-01").stderr
    assert "evil: failed: " in said
    assert not (tmp_path / "touched").exists()


@pytest.mark.parametrize("name", [b"o\nk.yml", b"c\xe9.yml", b"a: b.yml", b"\x1b[31m.yml", b"n" * 90 + b"\xff.yml"])
def test_names_of_files_may_hold_anything(tmp_path: Path, name: bytes) -> None:
    for number in range(2):
        place = repository(tmp_path / f"repos/r{number}{'n' * 80}", ("ci", KNOWN), ("other", KNOWN))
        os.rename(place / ".github/workflows/w1.yml", os.path.join(os.fsencode(place / ".github/workflows"), name))

    def run(*words: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(command(*words), cwd=tmp_path, capture_output=True, env=environment())

    done = run("batch", "repos", "-o", "out", "-j", "1", "--report", "json")
    assert done.returncode == 0, done.stderr
    assert run("batch", "repos", "-o", "out", "-j", "1").stderr.count(b"(unchanged)") == 2
    for path in (tmp_path / "out").rglob("*.yaml"):
        for document in yaml.documents(path.read_bytes().decode("utf-8", "replace"), path.name):
            assert isinstance(document, dict)
    assert run("convert", str(place), "-o", "tekton", "--report", "sarif=r.sarif").returncode == 0
    assert run("check").stdout == b"tekton: up to date\n"


def endless(place: Path) -> Path:
    """A repository whose conversion takes minutes."""
    steps = ",".join(f'{{"run": "echo {number} ${{{{ github.sha }}}} | tee x"}}' for number in range(15_000))
    text = f'{{"on": "push", "jobs": {{"a": {{"runs-on": "ubuntu-latest", "steps": [{steps}]}}}}}}'
    repository(place, ("ci", KNOWN))
    for number in range(1, 10):
        (place / f".github/workflows/w{number}.yml").write_text(text)
    return place


def test_a_conversion_without_end_is_one_row(tmp_path: Path, batch: Batch) -> None:
    slow = endless(tmp_path / "repos/slow")
    for name in ("after", "zoo"):
        repository(tmp_path / f"repos/{name}", ("ci", KNOWN))
    done = batch("repos", "-o", "out", "-j", 1, "--time-limit", 4)
    assert done.returncode == 1
    told = r"slow: failed: took longer than 4 s, at \.github/workflows/w\d\.yml; --time-limit gives it more"
    assert re.search(told, done.stderr)
    assert done.stderr.count("] after: converted\n") + done.stderr.count("] zoo: converted\n") == 2
    assert "in carry_out" in (tmp_path / "out/.gha2tekton/logs/slow.log").read_text()
    assert not (tmp_path / "out/slow").exists()
    for one in slow.glob(".github/workflows/w[1-9].yml"):
        one.unlink()
    said = batch("repos", "-o", "out", "-j", 1, "--retry-failed").stderr
    assert "slow: converted\n" in said
    assert said.count("(unchanged)") == 2


def test_a_full_disk_is_told_and_the_next_run_goes_on(tmp_path: Path, batch: Batch) -> None:
    small = tmp_path / "small"
    small.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(small)], capture_output=True).returncode:
        pytest.skip("no right to mount a small file system")
    try:
        for number in range(8):
            repository(tmp_path / f"repos/r{number}", ("ci", KNOWN))
        done = batch("repos", "-o", "small/out", "-j", 1)
        assert done.returncode in (1, 2)
        assert "No space left on device" in done.stderr
        for bundle in (small / "out").glob("r*"):
            assert (bundle / "kustomization.yaml").is_file()
        subprocess.run(["mount", "-o", "remount,size=64m", str(small)], check=True)
        assert batch("repos", "-o", "small/out", "-j", 1).returncode == 0
        batch("repos", "-o", "other", "-j", 1)
        assert content(small / "out") == content(tmp_path / "other")
        words = command("audit", "repos", "--state", "small/state", "-j", 1)
        subprocess.run(["mount", "-o", "remount,ro", str(small)], check=True)
        done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, env=environment(), check=False)
        assert (done.returncode, done.stderr) == (2, "small/state: Read-only file system\n")
        subprocess.run(["mount", "-o", "remount,rw,size=64m", str(small)], check=True)
    finally:
        subprocess.run(["umount", str(small)], check=True)


def test_a_kill_at_any_moment_costs_nothing(tmp_path: Path, batch: Batch) -> None:
    for number in range(40):
        repository(tmp_path / f"repos/r{number:02}", ("ci", KNOWN), ("other", "nobody/knows@v1"))
    remote = committed(repository(tmp_path / "remote", ("ci", KNOWN)))
    words = ("batch", "repos", f"file://{remote}", "-o", "out", "-j", "2", "-q")
    batch("repos", f"file://{remote}", "-o", "undisturbed", "-j", "2", "-q")
    chance = random.Random(20)
    kills = 0
    while kills < 20:
        process = subprocess.Popen(
            command(*words), cwd=tmp_path, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            start_new_session=True,
        )  # fmt: skip
        time.sleep(chance.uniform(0.3, 2.5))
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        kills += 1
        if kills % 7 == 0:
            shutil.rmtree(tmp_path / "out", ignore_errors=True)
    done = batch(*words[1:])
    assert done.returncode == 0, done.stderr
    assert content(tmp_path / "out") == content(tmp_path / "undisturbed")


def test_an_audit_that_was_killed_goes_on(tmp_path: Path) -> None:
    for number in range(30):
        repository(tmp_path / f"repos/r{number:02}", ("ci", KNOWN), ("other", "nobody/knows@v1"))
    words = ("audit", "repos", "--state", "state", "-j", "1", "--report", "csv")
    process = subprocess.Popen(
        command(*words), cwd=tmp_path, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        start_new_session=True,
    )  # fmt: skip
    assert process.stderr is not None
    for _ in range(8):
        process.stderr.readline()
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    done = subprocess.run(command(*words), cwd=tmp_path, env=environment(), capture_output=True, text=True, check=True)
    assert 8 <= done.stderr.count("(unchanged)") < 30
    plain = [word for word in words if word not in ("--state", "state")]
    assert done.stdout == subprocess.run(command(*plain), cwd=tmp_path, capture_output=True, text=True).stdout


def heard() -> None:
    """A test that runs in the background hears no interruptions, and what it starts hears none either."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.mark.parametrize(
    ("words", "told"),
    [([], "nothing is kept without --state"), (["--state", "state"], "the same command goes on where this one was")],
)
def test_an_audit_can_be_interrupted(tmp_path: Path, words: list[str], told: str) -> None:
    for number in range(20):
        repository(tmp_path / f"repos/r{number}", ("ci", KNOWN))
    process = subprocess.Popen(
        command("audit", "repos", "-j", "1", *words), cwd=tmp_path, env=environment(), stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE, text=True, preexec_fn=heard,
    )  # fmt: skip
    assert process.stderr is not None
    process.stderr.readline()
    process.send_signal(signal.SIGINT)
    with process:
        _, rest = process.communicate(timeout=20)
    assert (process.returncode, rest.splitlines()[-1]) == (130, f"interrupted: {told}")


@pytest.mark.parametrize("group", [True, False], ids=["the terminal", "the parent alone"])
def test_an_interruption_ends_at_once_and_costs_nothing(
    tmp_path: Path, batch: Batch, silent_server: str, group: bool
) -> None:
    for number in range(4):
        repository(tmp_path / f"repos/r{number}", ("ci", KNOWN))
    process = subprocess.Popen(
        command("batch", "repos", silent_server, "-o", "out", "-j", "2"), cwd=tmp_path, env=environment(),
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, start_new_session=True,
        preexec_fn=heard,
    )  # fmt: skip
    assert process.stderr is not None
    told = [process.stderr.readline() for _ in range(4)]
    (os.killpg if group else os.kill)(process.pid, signal.SIGINT)
    with process:
        _, rest = process.communicate(timeout=20)
    assert process.returncode == 130
    assert all("converted" in line for line in told)
    assert rest == "interrupted: the same command goes on where this one was\n"
    again = batch("repos", silent_server, "-o", "out", "-j", 2, "--time-limit", 1).stderr
    assert again.count("converted (unchanged)") == 4


class Deadly:
    """Unpickled, it ends the process."""

    def __reduce__(self) -> tuple[Any, tuple[int]]:
        return os._exit, (1,)


def test_a_worker_that_dies_takes_nobody_with_it(tmp_path: Path) -> None:
    for number in range(6):
        repository(tmp_path / f"r{number}", ("ci", KNOWN))

    def order(number: int) -> Order:
        choice = pickle.dumps(Deadly()) if number == 2 else pickle.dumps(_choice())
        return Order(Origin(f"r{number}", str(tmp_path / f"r{number}")), choice, "", None, tmp_path / "staging")

    rows: dict[str, Row] = {row.name: row for row in Processes(2).rows(order(number) for number in range(6))}
    assert {name: row.status for name, row in rows.items()} == {
        f"r{number}": "failed" if number == 2 else "whole" for number in range(6)
    }
    assert rows["r2"].reason == "its worker process ended with status 1"


def _choice() -> object:
    return Choice()
