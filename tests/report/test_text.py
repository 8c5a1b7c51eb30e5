"""The reports for people: failure first, all that is to be done in its order, and nothing left out."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from tests.conversion import convert

from gha2tekton.conversion import Conversion
from gha2tekton.output import rendering
from gha2tekton.report import markdown, text
from gha2tekton.report.entries import common
from gha2tekton.source import printable

ORDER = (
    "To do by hand before applying",
    "To supply before applying",
    "To apply",
    "To do after applying",
    "Works, with a difference",
    "Dropped",
    "Worth knowing",
)


def test_failure_comes_first(everything: Conversion) -> None:
    for told in (text.render([everything]), markdown.render([everything])):
        places = [told.index(title) for title in ORDER]
        assert all(one < next for one, next in pairwise(places))
    lines = text.render([everything]).splitlines()
    assert lines[0].startswith(".github/workflows/all.yml: 2 things to do by hand, ")
    assert lines[1] == "  grade D: cannot run as it is"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\x1b[31mb", r"a\x1b[31mb"),
        ("a\rb\x7f\x9b\u202e", r"a\rb\x7f\x9b\u202e"),
        (os.fsdecode(b"\xff"), r"\udcff"),
        ("a\tb\nçé😀", "a\tb\nçé😀"),
    ],
)
def test_texts_of_others_move_no_cursor(text: str, shown: str) -> None:
    assert printable(text) == shown


def test_names_that_would_colour_the_terminal_are_written_out() -> None:
    done = convert('on: push\njobs: {a: {runs-on: x, steps: [{name: "\\e[31mred", uses: "nobody/knows@v1"}]}}\n')
    told = text.render([done])
    assert "\x1b" not in told
    assert r"\x1b[31mred" in told


def test_what_is_to_be_done_is_numbered_through(everything: Conversion) -> None:
    numbers = re.findall(r"^  (\d+)\. ", text.render([everything]), re.M)
    assert [int(number) for number in numbers] == list(range(1, len(numbers) + 1))
    assert len(numbers) == markdown.render([everything]).count("- [ ] ")


def test_each_thing_by_hand_has_where_why_what_and_the_nearest_form(everything: Conversion) -> None:
    told = text.render([everything])
    block = told[told.index("no rule knows nobody/signs@v1") : told.index("  2. ")]
    assert "job build, step 2 (Sign <b>it</b> | now)" in block
    assert ".github/workflows/all.yml:10:15 → tasks/everything-build.yaml" in block
    assert "│   uses: nobody/signs@v1" in block
    assert "job build, step 3 (nobody/signs)" in block
    assert "nearest in Tekton: a step in the Task" in block


def test_every_part_is_told_but_those_that_are_exact(everything: Conversion) -> None:
    told = text.render([everything])
    by_hand = " ".join(told[told.index("Every part that is to be done by hand") :].split())
    for outcome in everything.journal.outcomes():
        if outcome.fate == "manual":
            assert outcome.path.rpartition(".")[2] in by_hand
        elif outcome.fate != "exact":
            assert f"{outcome.span}: {outcome.subject}" in told


FOLDED = """\
on: push
permissions: {contents: read, packages: write}
jobs:
  a:
    runs-on: ubuntu-latest
    steps:
      - run: |
          docker pull one, two
          docker pull three
      - run: docker ps
  b:
    runs-on: ubuntu-latest
    strategy: {matrix: {v: [1, 2], w: [1, 2], exclude: [{v: 1}]}}
    steps: [{run: "make ${{ matrix.v }}${{ matrix.w }}"}]
"""


def test_parts_of_a_file_with_one_reason_are_one_line(converted: Callable[[str], Conversion]) -> None:
    lines = text.render([converted(FOLDED)]).splitlines()
    assert "    .github/workflows/all.yml: permissions: contents (2) · packages (2)" in lines
    assert "    .github/workflows/all.yml: docker pull one, two (8) · docker pull three (9)" in lines
    assert "    .github/workflows/all.yml:10:14: command docker ps" in lines
    reasons = [line for line in lines if line.startswith("  - ")]
    assert len(reasons) == len(set(reasons))


def test_what_a_reader_may_miss_is_dropped_first(converted: Callable[[str], Conversion]) -> None:
    told = text.render([converted(FOLDED)])
    places = [
        told.index(reason)
        for reason in (
            "  - there is no daemon",
            "  - runs in a Pod on Linux →",
            "  - GitHub-only service",
            "  - superseded",
            "  - image cache",
        )
    ]
    assert places == sorted(places)


def test_an_option_that_is_wanted_is_named(converted: Callable[[str], Conversion]) -> None:
    on = "on: {schedule: [{cron: '0 0 * * *'}]}"
    told = text.render([converted(f"{on}\njobs:\n  a:\n    runs-on: x\n    steps: [{{uses: actions/checkout@v4}}]\n")])
    assert "1. Convert again, giving --github-repository" in told


def test_commands_that_are_by_hand_are_told_by_their_text(converted: Callable[[str], Conversion]) -> None:
    run = 'run: "docker run --rm -v /dev/kvm:/dev/kvm alpine ls && docker $VERB x"'
    told = text.render([converted(f"on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - {run}\n")])
    assert "jobs.a.steps[0].run.commands[1]: docker $VERB x" not in told
    assert "docker $VERB x" in told[told.index("Every part that is to be done by hand") :]


def test_what_makes_one_object_is_one_command(everything: Conversion) -> None:
    told = text.render([everything])
    assert told.count("kubectl create secret generic github-secrets") == 1
    assert "  --from-literal=HF_TOKEN=... \\\n" in told


@pytest.mark.parametrize("width", [40, 72, 200])
def test_lines_fit_where_words_allow(everything: Conversion, width: int) -> None:
    for style, line in text.styled([everything], width):
        if style not in ("title", "heading", "where", "quote", "command"):
            assert len(line) <= width or " " not in line.strip()[width:]


@pytest.mark.parametrize(
    ("line", "lines"),
    [
        (text.Line("short", first="- "), ["- short"]),
        (
            text.Line("one two three", "", 2, "- " + "x" * 32),
            ["  - " + "x" * 32 + "one", " " * 36 + "two", " " * 36 + "three"],
        ),
        (text.Line("a\tb\nc  d "), ["a       b c  d"]),
        (text.Line("y" * 50 + " z", first="- "), ["- " + "y" * 50, "  z"]),
        (text.Line("one two", first="x" * 45), ["x" * 45 + "one", " " * 45 + "two"]),
        (text.Line("w " * 30, verbatim=True), [("w " * 30).rstrip()]),
    ],
)
def test_lines_are_broken_at_blanks_and_hang(line: text.Line, lines: list[str]) -> None:
    assert line.folded(40) == lines


def test_a_refused_workflow_tells_why_and_nothing_else(refused: Conversion) -> None:
    told = text.render([refused])
    assert "5:5: " in told
    assert "    stepz: []\n          ^" in told
    assert "To supply" not in told


def test_markdown_shows_text_and_never_means_it(everything: Conversion) -> None:
    told = markdown.render([everything])
    outside = re.sub(r"```+yaml.*?```+|`+[^`\n]*`+", "", told, flags=re.S)
    assert "<b>" not in outside
    assert "\\<b\\>it\\</b\\> \\| now" in outside


@pytest.mark.slow
def test_markdown_fits_a_comment(everything: Conversion) -> None:
    told = markdown.render([everything] * 200)
    assert len(told) < 65_536
    assert "report.txt" in told


def test_files_that_are_drawn_in_are_named(tmp_path: Path) -> None:
    action = tmp_path / ".github/actions/sign/action.yml"
    action.parent.mkdir(parents=True)
    action.write_text(
        "name: Sign\nruns:\n  using: composite\n  steps:\n    - name: Key\n      uses: nobody/keys@v1\n      with:\n        a: b\n"
    )
    done = convert(
        "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: ./.github/actions/sign\n",
        tmp_path,
    )
    told = text.render([done])
    assert "at .github/actions/sign/action.yml, step 1 (Key) (3 parts)" in told
    assert "nearest in Tekton: a step in the Task" in told
    task = next(documents for name, documents in done.bundle.files.items() if name.startswith("tasks/"))[0]
    assert task["metadata"]["annotations"] == {"gha2tekton.dev/source": ".github/workflows/ci.yml#jobs.a"}


COMMON = {
    ("jobs.a.steps[0].uses", "jobs.a.steps[0].with.x"): "jobs.a.steps[0]",
    ("jobs.a.steps[1].run", "jobs.a.steps[10].run"): "jobs.a.steps",
    ("jobs.ab.name", "jobs.a.name"): "jobs",
    ("on.push", "name"): "",
    ("x.yml#jobs.a.if", "x.yml#jobs.a.name"): "x.yml#jobs.a",
    ("x.yml#jobs.a.if", "x.yaml#jobs.a.name"): "",
}


@pytest.mark.parametrize("paths", COMMON)
def test_what_paths_have_in_common(paths: tuple[str, ...]) -> None:
    assert common(paths) == COMMON[paths]


def test_of_several_workflows_the_worst_is_told_first(
    everything: Conversion, converted: Callable[[str], Conversion]
) -> None:
    good = converted("name: Good\non: push\njobs:\n  a:\n    runs-on: [self-hosted]\n    steps:\n      - run: make\n")
    for name in ("text", "markdown", "html"):
        told = rendering(name, [good, everything])
        head = told[told.index("workflows, the worst first") if name != "markdown" else 0 :]
        assert head.index("2 things to do by hand") < head.index("to supply")
    assert "worst first" not in text.render([good])


def test_what_several_workflows_need_is_told_once() -> None:
    made = []
    for name, word in (("one", "A"), ("two", "B"), ("three", "A")):
        steps = f"steps:\n    - run: make\n      env: {{TOKEN: '${{{{ secrets.{word} }}}}'}}\n"
        made.append(convert(f"on: push\njobs:\n  build:\n    runs-on: ubuntu-latest\n    {steps}", name=name))
    told = text.render(made)
    assert told.count("Create the Secret github-secrets with A, B") == 1
    assert "A: job build uses it" in told
    assert "--from-literal=A=... \\\n         --from-literal=B=..." in told
    assert told.count("webhook-secret=") == told.count("kubectl apply -k .") == 1
    assert told.count("kubectl create -f runs/") == 3


def test_a_secret_that_is_taken_whole_is_made_once(converted: Callable[[str], Conversion]) -> None:
    """kubectl takes a file of keys or single keys, not both."""
    job = "  {0}:\n    runs-on: ubuntu-latest\n    steps:\n    - run: make\n      env: {{S: '${{{{ {1} }}}}'}}\n"
    told = text.render(
        [converted("on: push\njobs:\n" + job.format("a", "toJSON(secrets)") + job.format("b", "secrets.B"))]
    )
    assert "Create the Secret github-secrets with all that GitHub has, and B" in told
    assert told.count("kubectl create secret generic github-secrets --namespace default --from-env-file=FILE") == 1
    assert "--from-literal=B" not in told
