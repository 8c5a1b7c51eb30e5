"""What stands in the way: one name for a thing, in however many words and places conversions tell of it."""

from __future__ import annotations

import json

import pytest
from tests.conversion import RULES

from gha2tekton.batch.account import as_csv, as_json, text
from gha2tekton.batch.inventory import describe
from gha2tekton.batch.page import html
from gha2tekton.batch.row import Row, Status, WorkflowRow
from gha2tekton.batch.summary import Step, Summary
from gha2tekton.convert import Options, convert
from gha2tekton.source import Source
from gha2tekton.workflow.repository import Repository

STEPS = "steps: [{run: make}]"
OF_TEAM = "those of team/flows: give a checkout with --actions-dir"
MACOS = "macos: Pods run Linux; such legs stay on GitHub"
WINDOWS = "windows: Pods run Linux; such legs stay on GitHub"
MISSING = "an action or workflow that the repository calls and does not hold"
NAMELESS = "only the run knows its name: write it out"

CASES = {
    "jobs and legs of other systems": (
        f"""
  a: {{runs-on: macos-14, {STEPS}}}
  b: {{runs-on: "${{{{ matrix.os }}}}", strategy: {{matrix: {{os: [ubuntu-latest, macos-15, windows-2022]}}}}, {STEPS}}}
  c: {{runs-on: "${{{{ matrix.os }}}}", strategy: {{matrix: {{os: [macos-13, macos-15]}}}}, {STEPS}}}
""",
        [("runner", MACOS), ("runner", WINDOWS)],
    ),
    "workflows of one repository": (
        """
  a: {uses: Team/flows/.github/workflows/a.yml@main}
  b: {uses: team/flows/.github/workflows/b.yaml@v1}
""",
        [("reusable workflow", OF_TEAM)],
    ),
    "what is not there": (
        """
  a: {uses: ./.github/workflows/none.yml}
  b: {runs-on: ubuntu-latest, steps: [{uses: ./.github/actions/none}]}
""",
        [("missing file", MISSING)],
    ),
    "an action of a checkout beside": (
        "\n  a: {runs-on: ubuntu-latest, steps: [{uses: ./other/.github/actions/none}]}\n",
        [("action", "those in other/, which a step checks out: give its repository with --actions-dir")],
    ),
    "an action of a repository that a step checks out": (
        """
  a:
    runs-on: ubuntu-latest
    steps:
    - {uses: actions/checkout@v6, with: {repository: team/other, path: other}}
    - {uses: ./other/a}
    - {uses: actions/checkout@v6, with: {repository: "${{ vars.X }}", path: some}}
    - {uses: ./some/a}
""",
        [
            ("action", "those of a repository that only the run knows: write its name"),
            ("action", "those of team/other: give a checkout with --actions-dir"),
        ],
    ),
    "actions, whatever their refs": (
        """
  a: {runs-on: ubuntu-latest, steps: [{uses: nobody/knows@v1}, {uses: Nobody/knows@v2}]}
""",
        [("action", "nobody/knows")],
    ),
    "an image of the run": (
        f"""
  a: {{runs-on: ubuntu-latest, outputs: {{i: "${{{{ steps.s.outputs.i }}}}"}}, steps: [{{id: s, run: "echo i=x >> $GITHUB_OUTPUT"}}]}}
  b: {{needs: a, runs-on: ubuntu-latest, steps: [{{run: "docker run $(cat image) true"}}]}}
  c:
    needs: a
    runs-on: ubuntu-latest
    services: {{db: {{image: postgres, env: {{URL: "x-${{{{ secrets.A }}}}"}}}}}}
    {STEPS}
""",
        [("container", "only the run knows what a service is given: write it out"), ("image", NAMELESS)],
    ),
}


def test_what_nobody_can_do_away_with_is_planned_last() -> None:
    away, windows, macos = ("action", "nobody/knows"), ("runner", WINDOWS), ("runner", MACOS)

    def row(name: str, status: Status, *blockers: tuple[str, str]) -> Row:
        return Row(name, name, status, workflows=(WorkflowRow("ci.yml", status, {"manual": 1}, blockers),))

    rows = [row(f"w{number}", "not", windows) for number in range(5)]
    rows += [row("one", "partly", away), row("both", "partly", away, macos), row("done", "whole")]
    summary = Summary.of(rows)
    assert summary.plan() == [
        Step(away, alone=1, met=2, whole=2),
        Step(windows, alone=5, met=5, whole=2),
        Step(macos, alone=1, met=1, whole=2),
    ]
    said = text(summary)
    assert "5 workflows (62 %) hold no job that can run in Pods as it is" in said
    assert "do the first thing of the plan and 25 % of the workflows convert fully" in said


STATUSES = {
    "whole": f"\n  a: {{runs-on: ubuntu-latest, {STEPS}}}\n",
    "partly": f"\n  a: {{runs-on: ubuntu-latest, {STEPS}}}\n  b: {{runs-on: macos-14, {STEPS}}}\n",
    "not": f"\n  a: {{runs-on: windows-2022, {STEPS}}}\n  b: {{runs-on: macos-14, {STEPS}}}\n",
    "refused": " 3\n",
}


@pytest.mark.parametrize("status", STATUSES)
def test_how_much_of_a_workflow_converts(status: str) -> None:
    done = convert(Source("ci.yml", f"on: push\njobs:{STATUSES[status]}"), Repository(), RULES, Options())
    assert describe(done).status == status


def test_runners_with_gpus_are_told() -> None:
    jobs = f"\n  a: {{runs-on: [self-hosted, gpu], {STEPS}}}\n  b: {{runs-on: ubuntu-latest, {STEPS}}}\n"
    row = describe(convert(Source("ci.yml", f"on: push\njobs:{jobs}"), Repository(), RULES, Options()))
    assert row.runners == ("gpu", "self-hosted", "ubuntu-latest")
    assert row.gpu_runners == ("gpu", "self-hosted")


@pytest.mark.parametrize(("jobs", "expected"), CASES.values(), ids=CASES)
def test_what_stands_in_the_way(jobs: str, expected: list[tuple[str, str]]) -> None:
    done = convert(Source("ci.yml", f"on: push\njobs:{jobs}"), Repository(), RULES, Options())
    row = describe(done)
    assert row.status in ("partly", "not"), [one.message for one in done.journal.diagnostics]
    assert list(row.blockers) == expected


def test_an_account_of_many_repositories_can_be_read() -> None:
    """The long tables are cut for people, those with most to do first, and say so; the page and the data hold all."""
    away = [("action", f"nobody/knows-{number}") for number in range(20)]

    def row(number: int) -> Row:
        name, blocker = f"r{number:03}", away[number % 20]
        workflows = (
            WorkflowRow("a.yml", "partly", {"manual": number}, (blocker,)),
            WorkflowRow("b.yml", "refused", {}, reason="b.yml:1:1: no jobs"),
        )
        return Row(name, name, "partly", workflows=workflows)

    summary = Summary.of(
        [Row("done", "done", "whole", workflows=(WorkflowRow("a.yml", "whole", {}),)), *map(row, range(60))]
    )
    said = text(summary)
    assert "in 1 repository (2 %) all workflows convert fully" in said
    assert "do the first 5 things of the plan and 26 % of the workflows convert fully" in said
    assert "the first 16 things reach 80 %" in said
    assert "Repositories (50 of 61; html, csv and json list all)\n  repository  status" in said
    assert "Refused by GitHub itself, or unreadable (50 of 60; " in said
    rows = said.partition("Repositories (50")[2].splitlines()[2:]
    assert [line.split()[0] for line in rows] == [f"r{number:03}" for number in range(59, 9, -1)]
    assert "nobody/knows-7   r007 " in said
    assert html(summary).count("<tr><td>r0") == 120
    assert as_csv(summary).count("\n") == 62


def test_of_a_long_plan_the_beginning_is_told_and_how_far_the_rest_goes() -> None:
    def row(number: int, blocker: tuple[str, str]) -> Row:
        return Row(f"r{number}", "", "partly", workflows=(WorkflowRow("a.yml", "partly", {"manual": 1}, (blocker,)),))

    every = [("action", f"nobody/knows-{number:02}") for number in range(30)] + [("runner", MACOS)] * 20
    summary = Summary.of(row(number, blocker) for number, blocker in enumerate(every))
    told = text(summary).partition("What to do first")[2].partition("\n\n")[0].splitlines()[2:]
    assert [line.split()[0] for line in told] == [*map(str, range(1, 26)), "5", "31"]
    assert [line.split("  ")[-1].strip() for line in told[-3:]] == ["50 %", "60 %", "60 %"]
    assert "5 things more; html and json list all" in told[-2]
    assert html(summary).count("nobody/knows-") == 30
    assert len(json.loads(as_json(summary))["plan"]) == 31
