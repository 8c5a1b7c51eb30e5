"""The ledger: every part of the input once, with its place, what became of it, and where."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.conversion import RULES

from gha2tekton.conversion import Conversion
from gha2tekton.convert import Options, convert
from gha2tekton.files import convert_file
from gha2tekton.journal import NOT_UNDERSTOOD, Outcome
from gha2tekton.source import Source
from gha2tekton.workflow.repository import Repository

ROOT = Path(__file__).parents[1]
OWN = sorted(
    path
    for pattern in (
        "fixtures/**/.github/workflows/*.y*ml",
        "docs/**/.github/workflows/*.y*ml",
        "tests/**/.github/workflows/*.y*ml",
        "tests/**/workflow.yml",
    )
    for path in ROOT.glob(pattern)
)

SCRIPTS = """\
on: push
jobs:
  one:
    runs-on: ubuntu-latest
    strategy: {matrix: {v: [1, 2]}}
    env: {IMAGE: nginx}
    steps:
      - run: |
          set -e
          if [ "${{ github.sha }}" = x ]; then docker pull "${{ env.IMAGE }}"; fi

          cat <<EOF | tee out
          hi ${{ matrix.v }} of ${{ runner.os }}
          EOF
          bash -c "
            docker ps"
      - run: echo ${{ job.check_run_id }} && true
      - run: make ${{ needs.x }}
      - uses: actions/github-script@v7
        with: {script: "console.log('${{ github.ref }}')"}
"""
# The row's end, where it stands and its text there, and what became of it.
ROWS = """
steps[0].run.expressions[0] ; 10:17 ${{ github.sha }} ; exact held by GITHUB_SHA
steps[0].run.expressions[1] ; 10:61 ${{ env.IMAGE }} ; exact held by IMAGE
steps[0].run.expressions[2] ; 13:14 ${{ matrix.v }} ; exact held by GHA_MATRIX_V
steps[0].run.expressions[3] ; 13:33 ${{ runner.os }} ; exact known at conversion, and put in
steps[1].run.expressions[0] ; 17:19 ${{ job.check_run_id }} ; adapted job.check_run_id is the name of the TaskRun
steps[2].run.expressions[0] ; 18:19 ${{ needs.x }} ; manual ${{ needs.x }}: it would become code here, and anybody could set it
steps[3].with.script.expressions[0] ; 20:38 ${{ github.ref }} ; exact held by GITHUB_REF
steps[0].run.commands[0] ; 9:11 set -e ; exact
steps[0].run.commands[2] ; 12:11 cat <<EOF | tee out ; exact
steps[0].run.commands[3] ; 12:23 tee out ; exact
steps[0].run.commands[5] ; 16:13 docker ps" ; adapted there is no daemon to ask: it tells of the Task's sidecars
steps[1].run.commands[1] ; 17:46 true ; exact
""".strip().splitlines()


def outcomes(text: str) -> dict[str, Outcome]:
    done = convert(Source("x.yml", text), Repository(), RULES, Options())
    return {outcome.path.removeprefix("jobs.one."): outcome for outcome in done.journal.outcomes()}


@pytest.mark.parametrize("row", ROWS)
def test_commands_and_expressions_of_scripts_have_rows(row: str) -> None:
    path, place, fate = row.split(" ; ")
    found = outcomes(SCRIPTS)[path]
    line, first = str(found.span).removeprefix("x.yml:"), found.span.text.split("\n")[0]
    assert (f"{line} {first}", f"{found.fate} {found.reason}".strip()) == (place, fate)
    assert found.target == "tasks/x-one.yaml"


@pytest.mark.parametrize(
    ("run", "text"),
    [
        ("make ${{ github.sha }} all", "make ${{ github.sha }} all"),
        ('"make all"', '"make all"'),
        ("|\n          # no\n\n          make all  # yes\n", "make all"),
        (">\n          make\n          all\n", ">\n          make\n          all\n"),
    ],
)
def test_a_command_stands_at_its_line_or_is_all_of_the_script(run: str, text: str) -> None:
    workflow = f"on: push\njobs:\n  one:\n    runs-on: ubuntu-latest\n    steps:\n      - run: {run}"
    span = outcomes(workflow)["steps[0].run.commands[0]"].span.text
    assert span in (text, text.strip('"'))


def test_expressions_of_a_step_that_cannot_be_are_by_hand() -> None:
    found = outcomes(SCRIPTS.replace("shell", "").replace("run: make", "shell: cmd {0}\n        run: make"))
    row = found["steps[2].run.expressions[0]"]
    assert (row.fate, bool(row.reason)) == ("manual", True)


def test_labels_of_a_list_that_the_matrix_gives_say_what_each_is_for() -> None:
    """The one that decides the machine is no word without effect."""
    found = outcomes(
        "on: push\njobs: {one: {runs-on: '${{ matrix.on }}', strategy: {matrix: {on: [[self-hosted, gpu, arm64]]}}, steps: [{run: make}]}}"
    )
    rows = [found[f"strategy.matrix.on[0][{index}]"] for index in range(3)]
    assert [(row.fate, row.target) for row in rows] == [
        ("dropped", ""),
        ("exact", "tasks/x-one.yaml"),
        ("exact", "runs/x.yaml"),
    ]


def test_an_input_may_have_the_name_of_a_key(tmp_path: Path) -> None:
    files = {
        "caller.yml": "on: push\njobs: {call: {uses: ./.github/workflows/called.yml, name: x, with: {name: a, secrets: b}}}",
        "called.yml": """
on: {workflow_call: {inputs: {name: {type: string}, secrets: {type: string}}}}
jobs: {one: {runs-on: ubuntu-latest, steps: [{run: 'make ${{ inputs.name }} ${{ inputs.secrets }}'}]}}
""",
    }
    (tmp_path / ".github" / "workflows").mkdir(parents=True)
    for name, text in files.items():
        (tmp_path / ".github" / "workflows" / name).write_text(text)
    path = tmp_path / ".github" / "workflows" / "caller.yml"
    done = convert(Source(path.name, path.read_text()), Repository.around(path), RULES, Options())
    fates = {outcome.path: outcome.fate for outcome in done.journal.outcomes()}
    keys = ("name", "with.name", "with.secrets")
    assert [fates[f"jobs.call.{key}"] for key in keys] == ["dropped", "exact", "exact"]


def test_a_call_that_stays_by_hand_draws_nothing_in(tmp_path: Path) -> None:
    """Its legs are only known to the run, and the called jobs have a matrix of their own."""
    files = {
        "caller.yml": """
on: push
jobs:
  list: {runs-on: ubuntu-latest, outputs: {all: '${{ steps.a.outputs.b }}'}, steps: [{id: a, run: 'echo "b=[1]" >> "$GITHUB_OUTPUT"'}]}
  call:
    needs: list
    strategy: {matrix: {v: '${{ fromJSON(needs.list.outputs.all) }}'}}
    uses: ./.github/workflows/called.yml
    with: {v: '${{ matrix.v }}'}
""",
        "called.yml": """
on: {workflow_call: {inputs: {v: {type: string, default: a}}}}
jobs: {one: {runs-on: ubuntu-latest, strategy: {matrix: {w: [1, 2]}}, steps: [{run: 'make ${{ inputs.v }}'}]}}
""",
    }
    for name, text in files.items():
        (tmp_path / ".github/workflows").mkdir(parents=True, exist_ok=True)
        (tmp_path / ".github/workflows" / name).write_text(text)
    path = tmp_path / ".github/workflows/caller.yml"
    done = convert_file(path, ".github/workflows/caller.yml", RULES, None, Options())
    paths = [outcome.path for outcome in done.journal.outcomes()]
    assert [one for one in paths if "#" in one] == []
    assert done.journal.fate("jobs.call.uses") == "manual"
    assert not_understood(done) == []


def not_understood(done: Conversion) -> list[str]:
    return [one.path for one in done.journal.outcomes() if one.reason == NOT_UNDERSTOOD]


CALL = re.compile(
    r"^(?:step|again) (?P<options>.*?)<<'(?P<end>\w+)'\n(?P<body>.*?)^(?P=end)$", re.MULTILINE | re.DOTALL
)


def never_set(done: Conversion, said: str) -> list[str]:
    """Variables of ours to which the steps of a job refer, and which neither their container nor they themselves have."""
    found = []
    for container in (
        step
        for documents in done.bundle.files.values()
        for document in documents
        if document["kind"] == "Task"
        for step in document["spec"]["steps"]
    ):
        given = {entry["name"] for entry in container.get("env", ())}
        for call in CALL.finditer(container.get("script", "")):
            own = re.findall(r"--env ['\"]?(\w+)=", call["options"]) + re.findall(r"\b(GHA_\w+)=", call["body"])
            used = re.findall(r"\$\{?(GHA_\w+)", call["body"])
            found += [name for name in used if name not in given.union(own) and name not in said]
    return found


@pytest.mark.slow
@pytest.mark.parametrize("path", OWN, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_nothing_is_left_over(path: Path) -> None:
    """Each part is consumed while the workflow is lowered, exact and adapted ones into a file of the bundle."""
    checkouts = next((above / "checkouts" for above in path.parents if (above / "checkouts").is_dir()), None)
    done = convert_file(path, path.name, RULES, checkouts, Options())
    if done.journal.has_errors:
        return
    rows = list(done.journal.outcomes())
    assert not_understood(done) == []
    assert never_set(done, path.read_text()) == []
    assert sum(done.journal.summary().values()) == len({one.path for one in rows}) == len(rows)
    files = {*done.bundle.files}
    astray = [
        one for one in rows if one.fate in ("exact", "adapted") and not (one.files and files.issuperset(one.files))
    ]
    assert [f"{one.path}: {one.target}" for one in astray] == []
