"""gha2tekton batch and audit: what they write, what they say, and that a second run finds nothing to do."""

from __future__ import annotations

import csv
import json
import os
import subprocess
from pathlib import Path

import pytest
from tests.batch.conftest import Batch, command, committed, content, environment, repository

from gha2tekton.batch import fetch
from gha2tekton.batch.sources import Origin
from gha2tekton.batch.state import State

pytestmark = pytest.mark.slow

KNOWN = "actions/setup-python@v5"
UNKNOWN = "nobody/knows-this@v1"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    repository(tmp_path / "repos/good", ("ci", KNOWN))
    repository(tmp_path / "repos/half", ("ci", KNOWN), ("other", UNKNOWN))
    repository(tmp_path / "repos/none")
    place = repository(tmp_path / "repos/wrong", ("ci", KNOWN))
    (place / ".github/workflows/w0.yml").write_text("on: push\njobs: 3\n")
    return tmp_path


def test_each_repository_has_a_bundle_and_a_row(tree: Path, batch: Batch) -> None:
    done = batch("repos", "-o", "out", "-j", 1)
    assert done.returncode == 1
    assert (tree / "out/good/kustomization.yaml").is_file()
    assert list((tree / "out/half").rglob("report.json"))
    rows = {row["repository"]: row for row in csv.DictReader((tree / "out/summary.csv").read_text().splitlines())}
    assert {name: row["status"] for name, row in rows.items()} == {
        "good": "whole",
        "half": "partly",
        "none": "nothing",
        "wrong": "refused",
    }
    assert rows["half"]["workflows"] == "2"
    assert "nobody/knows-this" in done.stdout


def test_what_is_refused_is_told_with_its_place(tree: Path, batch: Batch) -> None:
    (tree / "repos/half/.github/workflows/w2.yml").write_text("on: push\njobs: 3\n")
    done = batch("repos", "-o", "out", "-j", 1)
    rows = {row["repository"]: row for row in csv.DictReader((tree / "out/summary.csv").read_text().splitlines())}
    assert rows["wrong"]["reason"].startswith(".github/workflows/w0.yml:2:7: ")
    assert rows["half"]["reason"].startswith(".github/workflows/w2.yml:2:7: ")
    assert "wrong: refused: .github/workflows/w0.yml:2:7: " in done.stderr
    account = json.loads((tree / "out/summary.json").read_text())
    assert [one["repository"] for one in account["refused"]] == ["half", "wrong"]
    assert done.stdout.count("[bad-value]") == 2


def test_workflows_that_github_does_not_see_are_told(tree: Path, batch: Batch) -> None:
    for name in ("good", "none"):
        repository(tree / f"repos/{name}/testdata/inner", ("ci", KNOWN))
    remote = committed(repository(tree / "remote", ("ci", KNOWN)))
    repository(remote / "testdata/inner", ("ci", KNOWN))
    (remote / "testdata/inner/.git").rmdir()
    committed(remote)
    said = batch("repos", f"file://{remote}", "-o", "out", "-j", 1).stderr
    unseen = "GitHub does not see testdata/inner/.github/workflows/w0.yml: only those in .github at the top"
    assert f"good: converted; {unseen}" in said
    assert f"none: there are no workflows; {unseen}" in said
    assert f"remote: converted; {unseen}" in said
    rows = csv.DictReader((tree / "out/summary.csv").read_text().splitlines())
    assert [row["repository"] for row in rows if unseen in row["reason"]][:2] == ["good", "none"]


def test_names_carry_the_repository(tree: Path, batch: Batch) -> None:
    batch("repos", "-o", "out", "-j", 1)
    assert "name: good-ci-pipeline" in (tree / "out/good/pipeline.yaml").read_text()


def test_a_second_run_finds_nothing_to_do(tree: Path, batch: Batch) -> None:
    batch("repos", "-o", "out", "-j", 1)
    before = content(tree / "out")
    stamps = {path: path.stat().st_mtime_ns for path in (tree / "out/good").rglob("*")}
    done = batch("repos", "-o", "out", "-j", 1)
    assert done.stderr.count("(unchanged)") == 4
    assert content(tree / "out") == before
    assert stamps == {path: path.stat().st_mtime_ns for path in (tree / "out/good").rglob("*")}


@pytest.mark.parametrize(
    "change",
    [
        lambda tree: (tree / "repos/good/.github/workflows/w0.yml").write_text("on: push\njobs: {a: {runs-on: x}}\n"),
        lambda tree: (tree / "repos/good/.gha2tekton.yaml").write_text("layout: job\n"),
        lambda tree: (tree / "repos/good/pyproject.toml").write_text("[tool.gha2tekton]\nlayout = 'job'\n"),
        lambda tree: (tree / "out/good/pipeline.yaml").unlink(),
        lambda tree: (tree / "repos/good/.github/workflows/w1.yaml").write_text("on: push\n"),
    ],
)
def test_what_changed_is_done_again(tree: Path, batch: Batch, change: object) -> None:
    batch("repos", "-o", "out", "-j", 1)
    before = len(content(tree / "out/good"))
    assert callable(change)
    change(tree)
    done = batch("repos", "-o", "out", "-j", 1)
    told = next(line for line in done.stderr.splitlines() if "] good: " in line)
    assert (tree / "out/good/pipeline.yaml").is_file()
    assert "(unchanged)" not in told or len(content(tree / "out/good")) == before


CHECKOUT = "runs:\n  using: composite\n  steps:\n    - run: echo {}\n      shell: bash\n"


@pytest.mark.parametrize("words", [(), ("--actions-dir", "others")], ids=["beside", "given"])
def test_a_checkout_that_comes_later_or_changes_is_noticed(tree: Path, batch: Batch, words: tuple[str, ...]) -> None:
    remote = committed(repository(tree / "remote", ("ci", UNKNOWN)))
    sources = ("repos", *words) if not words else ("repos", f"file://{remote}", *words)
    action = tree / ("others" if words else "repos") / "nobody/knows-this/action.yml"
    (tree / "others").mkdir()
    half = tree / "out/half"
    batch(*sources, "-o", "out", "-j", 1)
    before = content(half)
    action.parent.mkdir(parents=True)
    for word in ("hello", "goodbye"):
        action.write_text(CHECKOUT.format(word))
        said = batch(*sources, "-o", "out", "-j", 1).stderr
        assert "good: converted (unchanged)" in said
        assert content(half) != before
        assert any(f"echo {word}".encode() in text for text in content(half).values())
        before = content(half)
        assert said.count("(unchanged)") == 3
    assert batch(*sources, "-o", "out", "-j", 1).stderr.count("(unchanged)") == (5 if words else 4)


RULE = """\
action: nobody/knows-this
about: Counts runs.
source: https://github.com/nobody/knows-this
fate: dropped
cause: telemetry
reason: counts runs
"""
NAMED = {
    "pins.txt": "docker.io/library/python:3.12 sha256:" + "0" * 64 + "\n",
    "ci/actions/nobody/knows-this.yaml": RULE,
}


@pytest.mark.parametrize("inside", NAMED)
def test_what_the_options_file_names_is_input(tree: Path, batch: Batch, inside: str) -> None:
    half = tree / "repos/half"
    (half / ".gha2tekton.yaml").write_text("pin: pins.txt\nrules: [ci]\n")
    (half / "pins.txt").write_text("")
    (half / "ci/actions/nobody").mkdir(parents=True)
    batch("repos", "-o", "out", "-j", 1)
    assert batch("repos", "-o", "out", "-j", 1).stderr.count("(unchanged)") == 4
    (half / inside).write_text(NAMED[inside])
    said = batch("repos", "-o", "out", "-j", 1).stderr
    assert said.count("(unchanged)") == 3
    assert "half: converted" in said


def test_other_numbers_of_workers_and_hash_seeds_give_the_same_bytes(tree: Path, batch: Batch) -> None:
    batch("repos", "-o", "a", "-j", 1, PYTHONHASHSEED="1")
    batch("repos", "-o", "b", "-j", 2, PYTHONHASHSEED="2")
    assert content(tree / "a") == content(tree / "b")


def test_audit_says_what_to_do_first_and_writes_nothing(tree: Path) -> None:
    done = subprocess.run(
        command("audit", "repos", "-j", 1, "--report", "json", "--report", "html=page.html", "-q"),
        cwd=tree,
        capture_output=True,
        text=True,
        env=environment(),
    )
    assert done.returncode == 0, done.stderr
    account = json.loads(done.stdout)
    example = {"repository": "half", "workflow": ".github/workflows/w1.yml"}
    step = {"kind": "action", "what": "nobody/knows-this", "alone": 1, "met": 1, "whole": 3, "example": example}
    assert account["plan"] == [step]
    assert sorted(path.name for path in tree.iterdir()) == ["page.html", "repos"]
    page = (tree / "page.html").read_text()
    assert "nobody/knows-this" in page
    assert "http://" not in page.replace("http://www.w3.org", "")
    assert "src=" not in page


def audit(tree: Path, *words: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command("audit", *words, "-j", 1), cwd=tree, capture_output=True, text=True, env=environment(), check=False
    )


def test_an_audit_with_a_state_does_what_changed(tree: Path) -> None:
    committed(repository(tree / "remote", ("ci", KNOWN)))
    words = ("repos", f"file://{tree}/remote", "--report", "json")
    plain = audit(tree, *words).stdout
    first = audit(tree, *words, "--state", "state")
    assert (first.returncode, first.stdout) == (0, plain)
    assert audit(tree, *words, "--state", "state").stderr.count("(unchanged)") == 5
    (tree / "repos/half/.github/workflows/w1.yml").unlink()
    again = audit(tree, *words, "--state", "state")
    assert again.stderr.count("(unchanged)") == 4
    assert again.stdout == audit(tree, *words).stdout != plain
    assert sorted(path.name for path in (tree / "state").iterdir()) == ["lock", "state.jsonl"]
    with State(tree / "state"):
        busy = audit(tree, *words, "--state", "state")
    assert (busy.returncode, "another run is at work here" in busy.stderr) == (2, True)


def test_an_audit_that_failed_in_part_is_tried_again(tree: Path) -> None:
    (tree / "list").write_text("repos/good\nrepos/later\n")
    assert audit(tree, "list", "--retry-failed").returncode == 2
    audit(tree, "list", "--state", "state")
    listed = audit(tree, "list", "--state", "state", "--retry-failed", "--dry-run").stdout
    assert listed == "later\trepos/later\tthere is no such file or directory\n"
    repository(tree / "repos/later", ("ci", KNOWN))
    said = audit(tree, "list", "--state", "state", "--retry-failed").stderr
    assert "later: converted\n" in said
    assert "good: converted (unchanged)\n" in said


def test_git_repositories_are_fetched_once(tree: Path, batch: Batch) -> None:
    place = committed(repository(tree / "remote", ("ci", KNOWN)))
    url = f"file://{place}"
    done = batch(url, "-o", "out", "-j", 1)
    assert done.returncode == 0, done.stderr
    name = next(path.name for path in (tree / "out").iterdir() if path.is_dir() and path.name != ".gha2tekton")
    assert (tree / "out" / name / "pipeline.yaml").is_file()
    assert not (tree / "out/.gha2tekton/staging").exists()
    assert "(unchanged)" in batch(url, "-o", "out", "-j", 1).stderr
    (place / ".github/workflows/w0.yml").write_text((place / ".github/workflows/w0.yml").read_text() + "# more\n")
    committed(place)
    row = json.loads((tree / "out/.gha2tekton/state.jsonl").read_text())
    batch(url, "-o", "out", "-j", 1)
    assert json.loads((tree / "out/.gha2tekton/state.jsonl").read_text())["commit"] != row["commit"]


def test_of_a_git_repository_only_what_is_read_is_fetched(tree: Path) -> None:
    place = repository(tree / "remote", ("ci", KNOWN))
    (place / "data").mkdir()
    (place / "data/action.yml").write_text("runs: {using: composite, steps: []}\n")
    (place / "data/large").write_text("x" * 1000)
    committed(place)
    for name in ("uploadpack.allowFilter", "uploadpack.allowAnySHA1InWant"):
        subprocess.run(["git", "config", name, "true"], cwd=place, check=True)
    clone = tree / "clone"
    commit = fetch.checkout(Origin("remote", f"file://{place}", kind="git"), clone, fetch.Clock(60))
    assert commit == fetch.commit_of(Origin("remote", f"file://{place}", kind="git"), fetch.Clock(60))
    files = [path.relative_to(clone).as_posix() for path in clone.rglob("*") if path.is_file()]
    assert sorted(name for name in files if not name.startswith(".git/")) == [
        ".github/workflows/w0.yml",
        "data/action.yml",
    ]
    words = ["git", "rev-list", "--objects", "--missing=print", "HEAD"]
    listed = subprocess.run(words, cwd=clone, capture_output=True, text=True, check=True).stdout
    assert sum(line.startswith("?") for line in listed.splitlines()) == 1


SCRIPTED = """\
on: push
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - run: ci/all.sh
      - run: docker compose -f deploy/gpu.yaml run web
      - uses: ./tools/count
"""
FILES = {
    ".gha2tekton.yaml": "rules: [ci/rules]\npin: ci/pins.txt\nnamespace: gpu-ci\n",
    ".github/workflows/w1.yml": SCRIPTED,
    "ci/all.sh": "ci/inner/one.sh\n",
    "ci/inner/one.sh": "echo $GITHUB_ACTOR_ID\n",
    "ci/pins.txt": "docker.io/library/python:3.12 sha256:" + "0" * 64 + "\n",
    "ci/real.yml": SCRIPTED.replace("ci/all.sh", "make"),
    "deploy/gpu.yaml": "services: {web: {image: nginx:1.27, command: [echo, hello]}}\n",
    "tools/count/action.yml": "runs: {using: docker, image: Dockerfile}\n",
    "tools/count/Dockerfile": "FROM alpine:3.20\nENTRYPOINT [/count]\n",
}
"""Files that only some workflows, and the options file, ask for."""


def test_of_a_git_repository_all_is_read_that_is_read_of_a_checkout(tree: Path, batch: Batch) -> None:
    place = repository(tree / "remote", ("ci", UNKNOWN))
    for name, text in {**FILES, "ci/rules/actions/nobody/knows-this.yaml": RULE}.items():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_text(text)
    (place / ".github/workflows/w2.yml").symlink_to("../../ci/real.yml")
    (place / "Makefile").symlink_to("ci/inner/one.sh")
    for number in range(20):
        (place / f"unread{number}.bin").write_text(f"{number}\n")
    committed(place)
    for name in ("uploadpack.allowFilter", "uploadpack.allowAnySHA1InWant"):
        subprocess.run(["git", "config", name, "true"], cwd=place, check=True)
    done = batch("remote", "-o", "near", "-j", 1)
    assert done.returncode == 0, done.stderr
    (tree / "list").write_text(json.dumps({"source": f"file://{place}", "name": "remote"}))
    done = batch("list", "-o", "far", "-j", 1)
    assert done.returncode == 0, done.stderr
    near = content(tree / "near/remote")
    assert content(tree / "far/remote") == near
    text = b"".join(near.values())
    for words in (b"GITHUB_ACTOR_ID", b"nginx:1.27", b"namespace: gpu-ci"):
        assert words in text


def test_a_ref_is_what_git_takes_it_for(tree: Path, batch: Batch) -> None:
    """A tag before a branch of its name, never another branch whose name ends like it; a tag's commit, not itself."""
    place = committed(repository(tree / "remote", ("ci", KNOWN)))

    def git(*words: str) -> None:
        subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@example.com", *words], cwd=place, check=True)

    git("branch", "feature/main")
    git("tag", "-a", "v1", "-m", "v1")
    workflow = place / ".github/workflows/w0.yml"
    workflow.write_text(workflow.read_text().replace("hello", "newer"))
    git("commit", "-qam", "second")
    git("branch", "v1")
    entries = [
        {"source": "remote", "ref": ref, "name": ref.replace("/", "-")} for ref in ("main", "v1", "refs/heads/v1")
    ]
    (tree / "list").write_text("".join(json.dumps(entry) + "\n" for entry in entries))
    batch("list", "-o", "out", "-j", 1)
    texts = {
        name: b"echo newer" in b"".join(content(tree / "out" / name).values())
        for name in ("main", "v1", "refs-heads-v1")
    }
    assert texts == {"main": True, "v1": False, "refs-heads-v1": True}
    assert batch("list", "-o", "out", "-j", 1).stderr.count("(unchanged)") == 3
    workflow.write_text(workflow.read_text().replace("newer", "newest"))
    git("commit", "-qam", "third")
    assert batch("list", "-o", "out", "-j", 1).stderr.count("(unchanged)") == 2


def test_runs_know_the_repository_that_a_url_names(tree: Path, batch: Batch) -> None:
    place = committed(repository(tree / "remote", ("ci", KNOWN)))
    instead = {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": f"url.file://{place}.insteadOf"}
    url = "https://github.com/octo/hello"
    done = batch(url, "-o", "out", "-j", 1, **instead, GIT_CONFIG_VALUE_0=url)
    assert done.returncode == 0, done.stderr
    text = b"".join(content(tree / "out/octo-hello").values())
    assert b"https://github.com/octo/hello" in text
    assert b"OWNER/REPOSITORY" not in text


def test_retry_failed_does_only_what_failed(tree: Path, batch: Batch) -> None:
    (tree / "list").write_text("repos/good\nrepos/later\n")
    assert batch("list", "-o", "out", "-j", 1).returncode == 1
    repository(tree / "repos/later", ("ci", KNOWN))
    (tree / "repos/good/.github/workflows/w0.yml").write_text("on: push\njobs: 3\n")
    done = batch("list", "-o", "out", "-j", 1, "--retry-failed")
    assert "later: converted" in done.stderr
    assert batch("list", "-o", "out", "--retry-failed", "--dry-run").stdout == ""
    assert "good: converted (unchanged)" in done.stderr


def test_since_leaves_out_what_is_older(tree: Path, batch: Batch) -> None:
    for name, year in (("old", 2020), ("new", 2024)):
        place = repository(tree / f"dated/{name}", ("ci", KNOWN))
        for variable in ("GIT_AUTHOR_DATE", "GIT_COMMITTER_DATE"):
            os.environ[variable] = f"{year}-06-01T12:00:00"
        committed(place)
    del os.environ["GIT_AUTHOR_DATE"], os.environ["GIT_COMMITTER_DATE"]
    (repository(tree / "dated/plain", ("ci", KNOWN)) / ".git").rmdir()
    said = batch("dated", "-o", "out", "-j", 1, "--since", "2024-06-01").stderr
    assert "new: converted" in said
    for name in ("old", "plain"):
        assert f"{name}: no commit since 2024-06-01T00:00:00" in said
    assert "old: no commit since 2024-06-02" in batch("dated", "-o", "out", "-j", 1, "--since", "2024-06-02").stderr
    assert "old: converted" in batch("dated", "-o", "out", "-j", 1).stderr
    assert "old: converted (unchanged)" in batch("dated", "-o", "out", "-j", 1, "--since", "1 year ago").stderr


@pytest.mark.parametrize("date", ["garbage", "2024-13-01", "-1", "yesterday's"])
def test_a_date_that_is_none(tree: Path, batch: Batch, date: str) -> None:
    done = batch("repos", "-o", "out", "--since", date)
    assert done.returncode == 2
    assert "is no date" in done.stderr


def test_reports_go_where_they_can_and_a_run_that_could_not_report_does_not_begin(tree: Path, batch: Batch) -> None:
    os.mkfifo(tree / "pipe")
    (tree / "link.csv").symlink_to(tree / "real.csv")
    with subprocess.Popen(["cat", "pipe"], cwd=tree, stdout=subprocess.PIPE) as reader:
        batch(
            "repos",
            "-o",
            "out",
            "-j",
            1,
            "--report",
            "csv=pipe",
            "--report",
            "csv=link.csv",
            "--report",
            "csv=/dev/stdout",
        )
        assert reader.stdout is not None
        read = reader.stdout.read()
    assert read == (tree / "real.csv").read_bytes() == (tree / "out/summary.csv").read_bytes()
    assert (tree / "pipe").is_fifo()
    assert (tree / "link.csv").is_symlink()
    for words in (("--report", "csv=repos"), ("--report", "csv=real.csv/x")):
        done = batch("repos", "-o", "other", *words)
        assert done.returncode == 2
        assert "csv" in done.stderr or "is a directory" in done.stderr
    assert not (tree / "other").exists()


def test_a_run_for_some_does_not_forget_the_others(tree: Path, batch: Batch) -> None:
    batch("repos", "-o", "out", "-j", 1)
    before = content(tree / "out")
    assert "1 repository, 1 workflow\n" in batch("repos/good", "-o", "out", "-j", 1).stdout
    assert batch("repos", "-o", "out", "-j", 1).stderr.count("(unchanged)") == 4
    assert content(tree / "out") == before


def test_what_a_killed_run_left_within_the_sources_is_no_repository(tree: Path, batch: Batch) -> None:
    repository(tree / "repos/out/.gha2tekton/staging/clone.x/remote", ("ci", KNOWN))
    assert len(batch("repos", "-o", "repos/out", "--dry-run").stdout.splitlines()) == 4


def test_dry_run_lists(tree: Path, batch: Batch) -> None:
    done = batch("repos", "-o", "out", "--dry-run")
    assert [line.partition("\t")[0] for line in done.stdout.splitlines()] == ["good", "half", "none", "wrong"]
    assert not (tree / "out").exists()


def test_where_there_is_no_repository_at_all(tree: Path, batch: Batch) -> None:
    (tree / "list").write_text("# none yet\n")
    for words, said in ((("nowhere", "none"), "nowhere: there is no such file"), (("list",), "name no repository")):
        done = batch(*words, "-o", "out")
        assert done.returncode == 2
        assert said in done.stderr
    assert not (tree / "out").exists()


def test_two_runs_on_one_directory_refuse_each_other(tree: Path, batch: Batch) -> None:
    with State(tree / "out/.gha2tekton"):
        done = batch("repos", "-o", "out", "-j", 1)
    assert done.returncode == 2
    assert "another run is at work here" in done.stderr


@pytest.mark.slow
def test_what_is_no_file_is_written_to_and_not_replaced(tree: Path) -> None:
    ours, theirs = os.openpty()
    place = Path(os.ttyname(theirs))
    (tree / "link").symlink_to("account.md")
    reports = ["--report", f"text={place}", "--report", "markdown=link"]
    done = subprocess.run(
        command("audit", "repos", "-j", 1, "-q", *reports), cwd=tree, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert place.is_char_device()
    assert b"repositories" in os.read(ours, 65536)
    assert (tree / "link").is_symlink()
    assert "repositories" in (tree / "account.md").read_text()
    os.close(ours)
    os.close(theirs)
