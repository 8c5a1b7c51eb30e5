"""checkout against local repositories: what is fetched, on what the checkout ends, and where tokens go."""

from __future__ import annotations

import functools
import http.server
import os
import shutil
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.runtime.machine import Ended, Machine

WHO = {
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "a",
    "GIT_AUTHOR_EMAIL": "a@b",
    "GIT_COMMITTER_NAME": "a",
    "GIT_COMMITTER_EMAIL": "a@b",
}


def git(*words: str, at: Path, home: Path) -> str:
    env = {"PATH": os.environ["PATH"], "HOME": str(home), **WHO}
    return subprocess.run(["git", *words], cwd=at, env=env, capture_output=True, text=True, check=True).stdout.strip()


@dataclass(frozen=True, slots=True)
class Origin:
    """A repository: main has three commits, v1 is an annotated tag of the second, side a branch, refs/pull/7/merge a ref."""

    path: Path
    home: Path
    commits: tuple[str, str, str]
    side: str
    merge: str


@pytest.fixture(scope="session")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Origin:
    base = tmp_path_factory.mktemp("origin")
    home, path = base / "home", base / "owner" / "name.git"
    home.mkdir()
    (home / ".gitconfig").write_text(
        '[protocol "file"]\nallow = always\n[safe]\ndirectory = *\n[init]\ndefaultBranch = main\n'
    )
    work = base / "work"
    work.mkdir()
    run = functools.partial(git, at=work, home=home)
    run("init", "-q")
    commits = []
    for number in ("1", "2", "3"):
        (work / "file").write_text(number)
        (work / "dir").mkdir(exist_ok=True)
        (work / "dir" / "inner").write_text(number)
        run("add", ".")
        run("commit", "-q", "-m", number)
        commits.append(run("rev-parse", "HEAD"))
        if number == "2":
            run("tag", "-a", "v1", "-m", "one")
    run("checkout", "-q", "-b", "side/way", commits[0])
    run("commit", "-q", "--allow-empty", "-m", "side")
    side = run("rev-parse", "HEAD")
    run("checkout", "-q", "--detach")
    run("commit", "-q", "--allow-empty", "-m", "merge")
    merge = run("rev-parse", "HEAD")
    run("update-ref", "refs/pull/7/merge", merge)
    run("checkout", "-q", "main")
    path.parent.mkdir()
    git("clone", "-q", "--mirror", str(work), str(path), at=base, home=home)
    git("update-server-info", at=path, home=home)
    return Origin(path, home, (commits[0], commits[1], commits[2]), side, merge)


@dataclass(frozen=True, slots=True)
class Place:
    """A workspace and what checkout made of it."""

    machine: Machine
    origin: Origin
    base: Path

    @property
    def workspace(self) -> Path:
        return self.base / "workspace"

    def checkout(self, *words: str, **env: str) -> Ended:
        self.workspace.mkdir(exist_ok=True)
        (self.base / "state").mkdir(exist_ok=True)
        given = {
            "GITHUB_WORKSPACE": str(self.workspace), "GHA_STATE": str(self.base / "state"), "GITHUB_OUTPUT": str(self.base / "outputs"),
            "GHA_REPO_URL": f"file://{self.origin.path}", "HOME": str(self.origin.home), "GITHUB_REPOSITORY": "owner/name",
            "GHA_GIT_BASE": f"file://{self.origin.path.parents[1]}", **WHO, **env,
        }  # fmt: skip
        return self.machine.call("checkout", *words, **given)

    def git(self, *words: str, path: str = "") -> str:
        return git(*words, at=self.workspace / path, home=self.origin.home)

    def head(self, path: str = "") -> tuple[str, str]:
        """The commit, and the branch or HEAD."""
        return self.git("rev-parse", "HEAD", path=path), self.git("rev-parse", "--abbrev-ref", "HEAD", path=path)

    @property
    def outputs(self) -> dict[str, str]:
        return dict(line.split("=", 1) for line in (self.base / "outputs").read_text().splitlines())


@pytest.fixture
def place(machine: Machine, origin: Origin, directory: Path) -> Place:
    return Place(machine, origin, directory)


REVISIONS = [
    # what is asked for, what the run is for, GITHUB_REF, the commit, the branch, the output ref
    ("", "", "", "main", "main", "refs/heads/main"),
    ("", "main", "", "main", "main", "refs/heads/main"),
    ("", "refs/heads/side/way", "", "side", "side/way", "refs/heads/side/way"),
    ("side/way", "main", "", "side", "side/way", "side/way"),
    ("v1", "main", "", "second", "HEAD", "v1"),
    ("refs/tags/v1", "", "", "second", "HEAD", "refs/tags/v1"),
    ("", "first", "", "first", "HEAD", "first"),
    ("first", "main", "", "first", "HEAD", ""),
    ("", "first", "refs/heads/main", "first", "main", "refs/heads/main"),
    ("", "second", "refs/tags/v1", "second", "HEAD", "refs/tags/v1"),
    ("", "merge", "refs/pull/7/merge", "merge", "HEAD", "merge"),
    ("refs/pull/7/merge", "", "", "merge", "HEAD", "refs/pull/7/merge"),
]


@pytest.mark.parametrize(("asked", "revision", "ref", "commit", "branch", "output"), REVISIONS)
@pytest.mark.slow
def test_revisions(place: Place, asked: str, revision: str, ref: str, commit: str, branch: str, output: str) -> None:
    first, second, main = place.origin.commits
    commits = {"first": first, "second": second, "main": main, "side": place.origin.side, "merge": place.origin.merge}
    ended = place.checkout("--ref", commits.get(asked, asked) if asked != "main" else asked,
                           GHA_REVISION=commits.get(revision, revision) if revision != "main" else revision, GITHUB_REF=ref)  # fmt: skip
    assert ended.code == 0, ended
    assert place.head() == (commits[commit], branch)
    assert place.outputs == {"ref": commits.get(output, output), "commit": commits[commit]}
    assert place.git("status", "--porcelain") == ""
    # Later steps learn which commit the run is for, unless another was asked for.
    assert (place.base / "state" / "sha").exists() == (not asked)
    assert len(place.git("rev-list", "HEAD").splitlines()) == 1


@pytest.mark.slow
def test_depth_and_tags(place: Place) -> None:
    assert place.checkout("--depth", "0").code == 0
    assert len(place.git("rev-list", "HEAD").splitlines()) == 3
    assert place.git("for-each-ref", "--format=%(refname)").splitlines() == [
        "refs/heads/main", "refs/remotes/origin/main", "refs/remotes/origin/side/way", "refs/tags/v1",
    ]  # fmt: skip
    assert place.checkout("--depth", "2", "--ref", "main").code == 0
    assert len(place.git("rev-list", "HEAD").splitlines()) == 2
    assert place.checkout("--tags", "true").code == 0
    assert place.git("tag") == "v1"


@pytest.mark.slow
def test_the_directory_is_emptied_and_stays(place: Place) -> None:
    place.workspace.mkdir()
    (place.workspace / ".old").mkdir()
    (place.workspace / "old").write_text("")
    before = place.workspace.stat().st_ino
    assert place.checkout("--clean", "").code == 0
    assert sorted(file.name for file in place.workspace.iterdir()) == [".git", "dir", "file"]
    assert place.workspace.stat().st_ino == before
    (place.workspace / "made").write_text("")
    (place.workspace / "file").write_text("changed")
    assert place.checkout("--clean", "false", "--ref", "v1").code == 0
    assert sorted(file.name for file in place.workspace.iterdir()) == [".git", "dir", "file", "made"]
    assert (place.workspace / "file").read_text() == "2"


@pytest.mark.slow
def test_other_repositories_and_places(place: Place) -> None:
    assert place.checkout("--path", "own").code == 0
    ended = place.checkout("--repository", "owner/other", "--path", "a b/other")
    assert ended.code != 0
    assert place.checkout("--repository", "owner/name", "--path", "./deep/er", "--ref", "side/way").code == 0
    # A server that knows the name with .git only, and one to which the repository is a stranger.
    base = place.base / "server" / "x"
    base.mkdir(parents=True)
    (base / "y.git").symlink_to(place.origin.path)
    env = {"GHA_GIT_BASE": f"file://{place.base}/server"}
    assert place.checkout("--repository", "x/y", "--path", "a b/other", "--ref", "v1", **env).code == 0
    assert (place.workspace / "a b/other/file").read_text() == "2"
    assert place.head("deep/er")[1] == "side/way"
    assert place.checkout("--path", "../out").code == 1
    assert (place.base / "state" / "sha").read_text() == place.origin.commits[2]


@pytest.mark.slow
def test_what_is_not_there(place: Place) -> None:
    for words in (
        ["--ref", "nowhere"],
        ["--ref", "refs/heads/nowhere"],
        ["--ref", "0" * 40],
        ["--what", "x"],
        ["--ref"],
    ):
        assert place.checkout(*words).code != 0, words
    assert not (place.base / "outputs").exists()


@pytest.mark.slow
def test_a_server_that_gives_no_single_commit(place: Place) -> None:
    ended = place.checkout(
        "--ref", place.origin.commits[0], GIT_PROTOCOL_VERSION="0", GIT_CONFIG_PARAMETERS="'protocol.version=0'"
    )
    assert (ended.code, "fetching all" in ended.out) == (0, True), ended
    assert place.head() == (place.origin.commits[0], "HEAD")


@pytest.mark.slow
def test_parts_of_a_repository(place: Place) -> None:
    assert place.checkout("--sparse", "dir\n", "--sparse-cone", "").code == 0
    assert sorted(path.name for path in place.workspace.iterdir()) == [".git", "dir", "file"]
    assert place.checkout("--sparse", "/dir/", "--sparse-cone", "false").code == 0
    assert sorted(path.name for path in place.workspace.iterdir()) == [".git", "dir"]


@pytest.mark.slow
def test_submodules(place: Place, tmp_path: Path) -> None:
    outer = tmp_path / "outer"
    outer.mkdir()
    run = functools.partial(git, at=outer, home=place.origin.home)
    run("init", "-q")
    run("submodule", "-q", "add", f"file://{place.origin.path}", "sub")
    run("commit", "-q", "-m", "outer")
    env = {"GHA_REPO_URL": f"file://{outer}"}
    assert place.checkout(**env).code == 0
    assert list((place.workspace / "sub").iterdir()) == []
    for how in ("true", "recursive"):
        ended = place.checkout("--submodules", how, **env)
        assert (ended.code, (place.workspace / "sub/file").read_text()) == (0, "3"), ended


class Handler(http.server.SimpleHTTPRequestHandler):
    seen: set[str] = set()  # noqa: RUF012 # what all requests together brought

    def do_GET(self) -> None:
        self.seen.add(self.headers.get("Authorization", ""))
        super().do_GET()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server(origin: Origin) -> Iterator[str]:
    Handler.seen.clear()
    handler = functools.partial(Handler, directory=str(origin.path.parents[1]))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as served:
        thread = threading.Thread(target=served.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{served.server_port}"
        served.shutdown()
        thread.join()


@pytest.mark.parametrize("keep", ["true", "false"])
@pytest.mark.slow
def test_tokens(place: Place, server: str, keep: str) -> None:
    given = {"GHA_REPO_URL": f"{server}/owner/name.git", "GHA_SECRET_GITHUB_TOKEN": "tok"}
    ended = place.checkout("--depth", "0", "--persist-credentials", keep, **given)
    assert ended.code == 0, ended
    assert Handler.seen == {"basic eC1hY2Nlc3MtdG9rZW46dG9r"}
    config = (place.workspace / ".git" / "config").read_text()
    assert ("eC1hY2Nlc3MtdG9rZW46dG9r" in config) == (keep == "true")
    if keep == "true":
        # Another server is told nothing.
        assert "AUTHORIZATION" in place.git("config", "--get-urlmatch", "http.extraheader", f"{server}/x")
        assert '[http "' + server + '/"]' in config
    assert "tok" not in ended.out + ended.err


SSH = """#!/bin/sh
# Stands for ssh: tells its words, then runs what the other side would.
printf '%s\\n' "$*" >> "$SSH_LOG"
while [ "$1" != git@code.example ]; do shift; done
shift
exec sh -c "$*"
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "strict"),
    [((), "accept-new"), (("--ssh-known-hosts", "code.example k"), "yes"), (("--ssh-strict", "false"), "no")],
)
@pytest.mark.parametrize("keep", ["true", "false"])
def test_ssh_keys(place: Place, words: tuple[str, ...], strict: str, keep: str) -> None:
    tools, log = place.base / "tools", place.base / "ssh.log"
    tools.mkdir()
    (tools / "ssh").write_text(SSH)
    (tools / "ssh").chmod(0o755)
    env = {
        "PATH": f"{tools}:{place.machine.environment().get('PATH', os.environ['PATH'])}", "SSH_LOG": str(log), "RUNNER_TEMP": str(place.base / "temp"),
        "GHA_REPO_URL": f"https://someone@code.example{place.origin.path}", "GHA_SECRET_GITHUB_TOKEN": "tok",
    }  # fmt: skip
    ended = place.checkout("--ssh-key", "KEY\nlines", *words, "--persist-credentials", keep, **env)
    assert ended.code == 0, ended
    assert place.head() == (place.origin.commits[2], "main")
    told = log.read_text()
    assert f"StrictHostKeyChecking={strict}" in told
    keys = place.base / "temp" / "checkout-ssh"
    assert keys.exists() == (keep == "true")
    if keep == "true":
        assert ((keys / "key").read_text(), (keys / "key").stat().st_mode & 0o077) == ("KEY\nlines\n", 0)
        assert str(keys / "key") in place.git("config", "core.sshCommand")
    assert "KEY" not in ended.out + ended.err + told


MANAGERS = [
    ("apt-get", ["-qq update", "-qq -y --no-install-recommends install git ca-certificates"]),
    ("apk", ["add -q --no-cache git ca-certificates"]),
    ("dnf", ["-q -y install git ca-certificates"]),
    ("", []),
]


@pytest.mark.parametrize(("manager", "calls"), MANAGERS)
def test_an_image_without_git_is_given_it(machine: Machine, directory: Path, manager: str, calls: list[str]) -> None:
    programs = directory / "bin"
    programs.mkdir()
    for name in ("ln", "dirname"):
        (programs / name).symlink_to(str(shutil.which(name)))
    if manager:
        body = f'#!/bin/sh\necho "$*" >> {directory}/calls\nln -sf {shutil.which("git")} {programs}/git\n'
        (programs / manager).write_text(body.replace("#!/bin/sh", f"#!{shutil.which('sh')}"))
        (programs / manager).chmod(0o755)
    code = f'. "{machine.runtime}/packages.sh"; bring git git ca-certificates'
    shell = [str(shutil.which(machine.shell[0])), *machine.shell[1:]]
    ended = machine.run([*shell, "-c", code], {"PATH": str(programs)})
    assert (ended.code == 0) is bool(manager), ended
    said = (directory / "calls").read_text().splitlines() if manager else []
    assert said == calls
