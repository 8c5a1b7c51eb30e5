"""Artifacts lie in a directory of the run, with the names and layout that GitHub's actions give them; hashFiles too."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest
from tests.runtime.machine import Machine

FILES = [
    "a.txt",
    "out/b.txt",
    "out/deep/c.txt",
    "out/deep/.hidden",
    ".github/d.yml",
    "sp ace/e (1).txt",
    "out-2/f.txt",
    "[x]/g",
]


@pytest.fixture
def place(directory: Path) -> Path:
    for name in FILES:
        file = directory / "workspace" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(name)
    (directory / "workspace" / "link").symlink_to("a.txt")
    (directory / "workspace" / "folder").symlink_to("out")
    (directory / "elsewhere").mkdir()
    (directory / "elsewhere" / "h.txt").write_text("h")
    return directory


def environment(place: Path) -> dict[str, str]:
    return {
        "GITHUB_WORKSPACE": str(place / "workspace"), "GHA_ARTIFACTS": str(place / "artifacts"), "HOME": str(place / "elsewhere"),
        "GITHUB_OUTPUT": str(place / "outputs"), "TMPDIR": str(place),
    }  # fmt: skip


def tree(directory: Path) -> set[str]:
    return {str(file.relative_to(directory)) for file in directory.rglob("*") if not file.is_dir()}


UPLOADS: dict[str, tuple[str, set[str]]] = {
    "a file leaves its directories": ("out/deep/c.txt", {"c.txt"}),
    "a directory": ("out/", {"b.txt", "deep/c.txt"}),
    "a directory below ./": ("./out", {"b.txt", "deep/c.txt"}),
    "one pattern begins where it is fixed": ("out/**/*.txt", {"b.txt", "deep/c.txt"}),
    "a pattern that takes one file": ("out/b*", {"b.txt"}),
    "a star stays in its directory": ("*.txt", {"a.txt"}),
    "two stars": ("**/*.txt", {"a.txt", "out/b.txt", "out/deep/c.txt", "folder/b.txt", "folder/deep/c.txt", "sp ace/e (1).txt", "out-2/f.txt"}),
    "several lines have their common root": ("out/deep/c.txt\n  out/b.txt  \n", {"deep/c.txt", "b.txt"}),
    "their root, not their files'": ("out/deep\nnowhere/", {"out/deep/c.txt"}),
    "names that only begin alike": ("out\nout-2", {"out/b.txt", "out/deep/c.txt", "out-2/f.txt"}),
    "what is taken out": ("out\n!out/deep", {"b.txt"}),
    "taken out and in again": ("out\n!out/**/*.txt\nout/b.txt", {"b.txt"}),
    "a comment": ("# all\nout/b.txt", {"b.txt"}),
    "a hidden directory that is named": (".github/d.yml", {"d.yml"}),
    "from the root of the disk": ("{outside}/h.txt", {"h.txt"}),
    "from the home": ("~/*", {"h.txt"}),
    "a link to a file": ("link", {"link"}),
    "blanks and brackets": ("sp ace/e (?).txt", {"e (1).txt"}),
    "a set": ("[a-b].txt", {"a.txt"}),
}  # fmt: skip


@pytest.mark.parametrize("name", UPLOADS)
@pytest.mark.slow
def test_what_is_kept(machine: Machine, place: Path, name: str) -> None:
    path, wanted = UPLOADS[name]
    ended = machine.call(
        "upload-artifact", "--path", path.format(outside=place / "elsewhere"), cwd=place, **environment(place)
    )
    assert (ended.code, tree(place / "artifacts" / "artifact")) == (0, wanted), ended
    assert {path.name for path in (place / "artifacts").iterdir()} == {"artifact"}


@pytest.mark.slow
def test_hidden_files(machine: Machine, place: Path) -> None:
    machine.call("upload-artifact", "--path", "out", "--hidden", "true", **environment(place))
    assert tree(place / "artifacts" / "artifact") == {"b.txt", "deep/c.txt", "deep/.hidden"}


@pytest.mark.slow
def test_an_artifact_is_kept_once(machine: Machine, place: Path) -> None:
    first = machine.call("upload-artifact", "--name", "n", "--path", "a.txt", **environment(place))
    outputs = dict(line.split("=", 1) for line in (place / "outputs").read_text().splitlines())
    assert (first.code, outputs["artifact-id"], outputs["artifact-url"]) == (0, "n", f"{place}/artifacts/n")
    assert len(outputs["artifact-digest"]) == 64
    assert (place / "artifacts/n/a.txt").stat().st_mode & 0o777 == 0o644
    again = machine.call("upload-artifact", "--name", "n", "--path", "out", **environment(place))
    assert (again.code, tree(place / "artifacts")) == (1, {"n/a.txt"})
    over = machine.call("upload-artifact", "--name", "n", "--path", "out", "--overwrite", "true", **environment(place))
    assert (over.code, tree(place / "artifacts")) == (0, {"n/b.txt", "n/deep/c.txt"})


@pytest.mark.parametrize(
    ("missing", "code", "word"), [("", 0, "::warning::"), ("error", 1, "::error::"), ("ignore", 0, "No files")]
)
@pytest.mark.slow
def test_no_files(machine: Machine, place: Path, missing: str, code: int, word: str) -> None:
    ended = machine.call("upload-artifact", "--path", "none", "--if-no-files-found", missing, **environment(place))
    assert (ended.code, ended.out.startswith(word)) == (code, True)
    assert tree(place / "artifacts") == set()


@pytest.mark.parametrize(
    "words", [["--name", "a/b", "--path", "a.txt"], ["--name", "..", "--path", "a.txt"], ["--what", "x"], ["--path"]]
)
@pytest.mark.slow
def test_bad_calls(machine: Machine, place: Path, words: list[str]) -> None:
    assert machine.call("upload-artifact", *words, **environment(place)).code != 0
    assert machine.call("download-artifact", *words[:1], **environment(place)).code != 0


DOWNLOADS: dict[str, tuple[list[str], set[str]]] = {
    "by name, into the workspace": (["--name", "one"], {"1"}),
    "by name, into a directory": (["--name", "one", "--path", "in/to"], {"in/to/1"}),
    "all, each in its own": (["--name", "", "--path", "."], {"one/1", "two/2", "other/d/3"}),
    "all in one": (["--path", "in", "--merge-multiple", "true"], {"in/1", "in/2", "in/d/3"}),
    "a pattern": (["--pattern", "t*"], {"2"}),
    "a pattern that takes several": (["--pattern", "{one,t*}", "--path", "in/"], {"in/one/1", "in/two/2"}),
    "a pattern that takes none": (["--pattern", "x*"], set()),
    "a pattern that takes one, before v5": (["--pattern", "t*", "--apart", "true"], {"two/2"}),
}


@pytest.mark.parametrize("name", DOWNLOADS)
@pytest.mark.slow
def test_what_comes_back(machine: Machine, directory: Path, name: str) -> None:
    words, wanted = DOWNLOADS[name]
    for file in ("one/1", "two/2", "other/d/3", ".part/4"):
        (directory / "artifacts" / file).parent.mkdir(parents=True)
        (directory / "artifacts" / file).write_text(file)
    (directory / "artifacts" / "summary-job.md").write_text("no artifact")
    (directory / "workspace").mkdir()
    ended = machine.call("download-artifact", *words, cwd=directory, **environment(directory))
    assert (ended.code, tree(directory / "workspace")) == (0, wanted), ended
    path = words[words.index("--path") + 1].strip("/.") if "--path" in words else ""
    assert (directory / "outputs").read_text().strip().rstrip(
        "/."
    ) == f"download-path={directory}/workspace/{path}".rstrip("/")


@pytest.mark.slow
def test_an_artifact_that_is_missing(machine: Machine, place: Path) -> None:
    ended = machine.call("download-artifact", "--name", "none", **environment(place))
    assert (ended.code, "Artifact not found for name: none" in ended.out) == (1, True)


HASHES: dict[str, tuple[list[str], list[str]]] = {
    "nothing": (["none/**"], []),
    "one": (["a.txt"], ["a.txt"]),
    "in the order of the walk": (["out*/**/*.txt"], ["out/b.txt", "out/deep/c.txt", "out-2/f.txt"]),
    "in the order asked for": (["out/b.txt", "a.txt"], ["out/b.txt", "a.txt"]),
    "below a pattern that begins earlier": (
        ["out/b.txt", "**/*.txt", "!sp*"],
        ["a.txt", "out/b.txt", "out/deep/c.txt", "out-2/f.txt"],
    ),
    "hidden": ([".github/**"], [".github/d.yml"]),
    "outside": (["~/*", "a.txt"], ["a.txt"]),
    "with links": (["--follow-symbolic-links", "folder/*.txt"], ["out/b.txt"]),
    "a link": (["link"], ["a.txt"]),
    "a directory": (["out/deep"], ["out/deep/.hidden", "out/deep/c.txt"]),
}


@pytest.mark.parametrize("name", HASHES)
@pytest.mark.slow
def test_hashes(machine: Machine, place: Path, name: str) -> None:
    patterns, files = HASHES[name]
    digests = b"".join(hashlib.sha256(file.encode()).digest() for file in files)
    ended = machine.call("hash-files", *patterns, **environment(place))
    assert ended.out.strip() == (hashlib.sha256(digests).hexdigest() if files else ""), ended


def test_hash_files_in_an_expression(machine: Machine, place: Path) -> None:
    ended = machine.call("expression", "hashFiles('a.txt', 'it''s')", **environment(place))
    assert ended.out == hashlib.sha256(hashlib.sha256(b"a.txt").digest()).hexdigest()


@pytest.mark.slow
def test_paths_do_not_go_up(machine: Machine, place: Path) -> None:
    assert machine.call("upload-artifact", "--path", "../elsewhere", **environment(place)).code == 1
    ended = machine.call("expression", "hashFiles('../elsewhere/*')", **environment(place))
    assert (ended.code, "Relative pathing" in ended.err) == (2, True)


EARLIER: dict[str, tuple[tuple[str, ...], int, set[str]]] = {
    "by name, from the newest run": (("--name", "a"), 0, {"new-a"}),
    "all": ((), 0, {"a/new-a", "b/new-b"}),
    "by pattern": (("--name", "[ab]", "--regexp", "true"), 0, {"a/new-a", "b/new-b"}),
    "by pattern, merged": (("--name", ".", "--regexp", "true", "--merge", "true"), 0, {"new-a", "new-b"}),
    "of a branch": (("--name", "a", "--branch", "old/branch"), 0, {"old-a"}),
    "of a commit": (("--name", "a", "--commit", "old"), 0, {"old-a"}),
    "of a run": (("--name", "c", "--run", "old"), 0, {"old-c"}),
    "only in an older run": (("--name", "c"), 1, set()),
    "searched for": (("--name", "c", "--search", "true", "--path", "./here/"), 0, {"here/old-c"}),
    "not there": (("--name", "d", "--search", "true", "--missing", "warn"), 0, set()),
    "not there, and no word": (("--name", "d", "--missing", "ignore"), 0, set()),
}


@pytest.mark.slow
@pytest.mark.parametrize("case", EARLIER)
def test_artifacts_of_earlier_runs(machine: Machine, directory: Path, case: str) -> None:
    words, code, files = EARLIER[case]
    for at, (run, names) in enumerate({"old": "ac", "new": "ab", "now": "d"}.items()):
        for name in names:
            source = directory / "runs" / run / f"{run}-{name}"
            source.parent.mkdir(parents=True, exist_ok=True)
            source.write_text("")
            env = {
                **environment(directory), "GITHUB_WORKSPACE": str(source.parent), "GHA_ARTIFACTS": str(directory / f"artifacts-{run}"),
                "GHA_KEPT": str(directory / "kept"), "GITHUB_RUN_ID": run, "GITHUB_REF_NAME": f"{run}/branch", "GITHUB_SHA": run,
            }  # fmt: skip
            assert machine.call("upload-artifact", "--name", name, "--path", source.name, **env).code == 0
        os.utime(directory / "kept" / run, (at, at))
    env["GITHUB_WORKSPACE"] = str(directory / "workspace")
    (directory / "workspace").mkdir()
    ended = machine.call("earlier-artifacts", *words, **env)
    assert (ended.code, tree(directory / "workspace")) == (code, files), ended
