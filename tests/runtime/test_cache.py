"""Caches: an exact key, else the newest that begins alike; what is kept stays as it is."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.runtime.machine import Ended, Machine

LONG = "Linux-conda-" + "f" * 64 + "-" + "0" * 128


@dataclass(slots=True)
class Cache:
    machine: Machine
    base: Path
    clock: int = 1_000_000_000

    def call(self, program: str, *words: str) -> Ended:
        workspace = self.base / "workspace"
        workspace.mkdir(exist_ok=True)
        (self.base / "home").mkdir(exist_ok=True)
        (self.base / "outputs").unlink(missing_ok=True)
        return self.machine.call(
            program, *words, GITHUB_WORKSPACE=str(workspace), GHA_CACHE=str(self.base / "cache"), HOME=str(self.base / "home"),
            GITHUB_OUTPUT=str(self.base / "outputs"), TMPDIR=str(self.base), cwd=self.base,
        )  # fmt: skip

    def save(self, key: str, path: str = "data", **files: str) -> Ended:
        """Keeps files; each cache is a second younger than the one before."""
        for name, text in files.items():
            self.write(name, text)
        ended = self.call("cache-save", "--key", key, "--path", path)
        self.clock += 1
        for tar in (self.base / "cache").rglob("*.tar"):
            if tar.stat().st_mtime > 1_500_000_000:
                os.utime(tar, (self.clock, self.clock))
        return ended

    def write(self, name: str, text: str) -> None:
        file = self.base / "workspace" / "data" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def restore(self, key: str, *words: str, path: str = "data") -> tuple[int, dict[str, str], dict[str, str]]:
        """The exit status, the outputs without the key that was asked for, and the files after it."""
        self.call("cache-save", "--key", "x", "--path", "nothing")
        for file in (self.base / "workspace").rglob("*"):
            if file.is_file():
                file.unlink()
        ended = self.call("cache-restore", "--key", key, "--path", path, *words)
        outputs = dict(line.split("=", 1) for line in (self.base / "outputs").read_text().splitlines())
        assert outputs.pop("cache-primary-key") == key, ended
        place = self.base / "workspace" / "data"
        return ended.code, outputs, {file.name: file.read_text() for file in place.rglob("*") if file.is_file()}


@pytest.fixture
def cache(machine: Machine, directory: Path) -> Cache:
    return Cache(machine, directory)


@pytest.mark.slow
def test_keys(cache: Cache) -> None:
    cache.save("Linux-a-1", f="1")
    cache.save("Linux-a-2", f="2")
    cache.save("Linux-b/[*] é", f="3")
    cache.save(LONG, f="4")
    assert cache.restore("Linux-a-1") == (0, {"cache-hit": "true", "cache-matched-key": "Linux-a-1"}, {"f": "1"})
    assert cache.restore("Linux-b/[*] é") == (
        0,
        {"cache-hit": "true", "cache-matched-key": "Linux-b/[*] é"},
        {"f": "3"},
    )
    assert cache.restore(LONG)[2] == {"f": "4"}
    # A key is a beginning too, then the others in their order, the newest of each.
    assert cache.restore("Linux-a") == (0, {"cache-hit": "false", "cache-matched-key": "Linux-a-2"}, {"f": "2"})
    others = "nothing\n  Linux-b  \nLinux-"
    assert cache.restore("Linux-zz", "--restore-keys", others) == (
        0,
        {"cache-hit": "false", "cache-matched-key": "Linux-b/[*] é"},
        {"f": "3"},
    )
    assert cache.restore("Linux-zz", "--restore-keys", "Linux-?\nLinux-")[1]["cache-matched-key"] == LONG
    assert cache.restore("none", "--restore-keys", "") == (0, {}, {})
    assert cache.restore("none", "--fail-on-miss", "true")[0] == 1
    # Other paths are another cache.
    assert cache.restore("Linux-a-1", path="data\nmore") == (0, {}, {})


@pytest.mark.slow
def test_looking_only(cache: Cache) -> None:
    cache.save("k", f="1")
    assert cache.restore("k", "--lookup-only", "true") == (0, {"cache-hit": "true", "cache-matched-key": "k"}, {})


@pytest.mark.slow
def test_what_is_kept_stays(cache: Cache) -> None:
    cache.save("k", f="1")
    assert "already" in cache.save("k", f="2").out
    assert cache.restore("k")[2] == {"f": "1"}
    assert not [file for file in (cache.base / "cache").rglob("*") if file.suffix not in ("", ".tar", ".key")]


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("data/", {"a": "1", "b c": "2", "c.log": "3", "d": "4"}),
        ("./data/b c\n\n  data/none", {"b c": "2"}),
        ("data/*\n!data/*.log", {"a": "1", "b c": "2", "d": "4"}),
        ("{base}/workspace/data/a", {"a": "1"}),
        ("**/in[a-n]er\n!**/other", {"d": "4"}),
    ],
)
@pytest.mark.slow
def test_paths(cache: Cache, path: str, kept: dict[str, str]) -> None:
    path = path.format(base=cache.base)
    cache.save("k", path, **{"a": "1", "b c": "2", "c.log": "3", "inner/d": "4"})
    assert cache.restore("k", path=path)[2] == kept


@pytest.mark.slow
def test_the_home(cache: Cache) -> None:
    file = cache.base / "home" / ".cache" / "f"
    file.parent.mkdir(parents=True)
    file.write_text("kept")
    cache.save("k", "~/.cache")
    file.unlink()
    cache.restore("k", path="~/.cache")
    assert file.read_text() == "kept"


@pytest.mark.slow
def test_nothing_to_keep_is_no_fault(cache: Cache) -> None:
    ended = cache.save("k")
    assert (ended.code, "::warning::" in ended.out) == (0, True)
    assert cache.restore("k") == (0, {}, {})


@pytest.mark.parametrize("words", [["--key", ""], ["--key", "a,b"], ["--key", "x" * 513], ["--key"], ["--what", "x"]])
@pytest.mark.slow
def test_bad_calls(cache: Cache, words: list[str]) -> None:
    for program in ("cache-restore", "cache-save"):
        assert cache.call(program, "--path", "data", *words).code != 0
