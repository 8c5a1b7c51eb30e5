"""Nothing vanishes: of every own workflow each leaf is taken out, and the output or the reader's report changes."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from tests.conversion import RULES

from gha2tekton import ablation
from gha2tekton.ablation import ablate
from gha2tekton.cli import cli
from gha2tekton.conversion import Conversion
from gha2tekton.convert import Options, convert
from gha2tekton.record import replace
from gha2tekton.source import Source
from gha2tekton.workflow.repository import Repository

ROOT = Path(__file__).parents[1]
FIXTURES = sorted(ROOT.glob("fixtures/**/.github/workflows"))
CASES = sorted(path.parent for path in (ROOT / "tests" / "equivalence" / "cases").rglob("workflow.yml"))


def silent(repository: Path) -> tuple[int, list[str]]:
    leaves, found = 0, []
    for path in sorted((repository / ".github" / "workflows").iterdir()):
        finding = ablate(Source(path.name, path.read_text()), Repository.around(path), RULES, Options())
        leaves += finding.parts
        found += [f"{path.name}: {one.path}: {one.why}" for one in finding.silent]
    return leaves, found


@pytest.mark.slow
@pytest.mark.parametrize("workflows", FIXTURES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_fixtures(workflows: Path) -> None:
    leaves, found = silent(workflows.parents[1])
    assert leaves
    assert not found


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES, ids=lambda path: path.name)
def test_cases(case: Path, tmp_path: Path) -> None:
    if (case / "repo").is_dir():
        shutil.copytree(case / "repo", tmp_path, dirs_exist_ok=True)
    (tmp_path / ".github" / "workflows").mkdir(parents=True, exist_ok=True)
    shutil.copy(case / "workflow.yml", tmp_path / ".github" / "workflows" / "the-case.yml")
    leaves, found = silent(tmp_path)
    assert leaves
    assert not found


WORKFLOW = """
name: names
on: {push: {branches: [main]}, workflow_dispatch: {inputs: {size: {type: string, default: ""}}}}
permissions: {contents: read}
jobs: {one: {runs-on: ubuntu-latest, steps: [{run: make, working-directory: src, timeout-minutes: 5}]}}
"""
PLACES = {
    "on.push.branches[0]", "name", "on.workflow_dispatch.inputs.size.type", "on.workflow_dispatch.inputs.size.default",
    "jobs.one.steps[0].working-directory", "jobs.one.steps[0].timeout-minutes", "jobs.one.steps[0].run.commands[0]",
}  # fmt: skip


@pytest.mark.parametrize(
    ("kept", "named"),
    [((), set[str]()), (("bundle",), PLACES), (("bundle", "journal"), {*PLACES, "permissions.contents"})],
    ids=["a converter", "one that loses values", "one that tells nothing either"],
)
def test_what_is_lost_is_named(kept: tuple[str, ...], named: set[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """A converter that always gives the manifests, or the report, of the whole workflow would be found out."""
    source = Source("names.yml", WORKFLOW)
    whole = convert(source, Repository(), RULES, Options())

    def stuck(*given: Any) -> Conversion:
        real = convert(*given)
        return real if real.journal.has_errors else replace(real, **{name: getattr(whole, name) for name in kept})

    monkeypatch.setattr(ablation, "convert", stuck)
    assert {one.path for one in ablate(source, Repository(), RULES, Options()).silent} == named


def test_files_that_are_drawn_in_count(tmp_path: Path) -> None:
    """Leaves of a local action are taken out as well."""
    action = "inputs: {size: {default: '3'}}\nruns: {using: composite, steps: [{run: make, shell: bash}]}\n"
    steps = "jobs: {one: {runs-on: ubuntu-latest, steps: [{uses: ./make}]}}"
    for name, text in (("make/action.yml", action), (".github/workflows/x.yml", f"on: push\n{steps}\n")):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_text(text)
    assert silent(tmp_path) == (8, [])


CALLS = {
    "a default said again through a matrix, a machine nobody knows, a name, a condition that is known to hold": (
        """
    strategy: {matrix: {python: ['3.12']}}
    if: github.event_name == 'push' || true
    uses: ./.github/workflows/called.yml
    with: {python: '${{ matrix.python }}', size: large, machine: one-of-ours, title: tests}
""",
        """
on: {workflow_call: {inputs: {python: {type: string, default: '3.12'}, size: {type: string, default: small},
  machine: {type: string}, title: {type: string}}}}
jobs:
  one:
    name: ${{ inputs.title }}
    runs-on: ${{ inputs.machine }}
    if: inputs.python != ''
    steps: [{run: make, env: {SIZE: '${{ inputs.size }}', PYTHON: 'python${{ inputs.python }}'}}]
""",
    ),
    "a default that an action has too": (
        """
    uses: ./.github/workflows/called.yml
""",
        """
on: {workflow_call: {inputs: {quiet: {type: string, default: 'true'}, halt: {type: string, default: 'no'}}}}
jobs:
  one:
    runs-on: ubuntu-latest
    steps: [{uses: google-ml-infra/actions/ci_connection@v1, with: {halt-dispatch-input: '${{ inputs.halt }}'}}, {run: 'make ${{ inputs.quiet }}'}]
""",
    ),
    "what a leg adds for a name, for one job of two, for a step to be done by hand, with its secret": (
        """
    name: Tests on ${{ matrix.label }}
    strategy: {matrix: {include: [{size: 1, label: one, part: 1}, {size: 2, label: two, hand: true}, {part: 3, size: 3}]}}
    uses: ./.github/workflows/called.yml
    with: {size: '${{ matrix.size }}', title: '${{ matrix.label }}', part: '${{ matrix.part }}', hand: '${{ matrix.hand == true }}'}
    secrets: {KEY: '${{ secrets.KEY }}', OTHER: '${{ secrets.OTHER }}'}
""",
        """
on: {workflow_call: {inputs: {size: {type: number}, title: {type: string}, part: {type: string},
  hand: {type: boolean}}, secrets: {KEY: {}, OTHER: {}}}}
jobs:
  one:
    name: ${{ inputs.title }} ${{ inputs.part }}
    runs-on: ubuntu-latest
    steps:
    - run: make ${{ inputs.size }}
    - {if: '${{ inputs.hand }}', uses: nobody/knows@v1, with: {key: '${{ secrets.KEY }}'}}
  two:
    runs-on: ubuntu-latest
    steps: [{run: make, env: {OTHER: '${{ secrets.OTHER }}', PART: '${{ inputs.part }}'}}]
""",
    ),
    "a value that all legs have and none reads, a condition below a call that never runs, a secret nobody gives": (
        """
    strategy: {matrix: {size: [1, 2], unread: [x]}}
    uses: ./.github/workflows/called.yml
    with: {size: '${{ matrix.size }}'}
""",
        """
on: {workflow_call: {inputs: {size: {type: number}, flag: {type: boolean, default: false}}, secrets: {KEY: {}}}}
jobs:
  inner:
    if: inputs.flag
    uses: ./.github/workflows/inner.yml
    with: {size: '${{ inputs.size }}'}
    secrets: {KEY: '${{ secrets.KEY }}'}
""",
    ),
}


INNER = """
on: {workflow_call: {inputs: {size: {type: number}}, secrets: {KEY: {}}}}
jobs:
  one:
    if: inputs.size != 7
    runs-on: ubuntu-latest
    steps: [{run: 'make ${{ inputs.size }}', env: {KEY: '${{ secrets.KEY }}'}}]
"""


@pytest.mark.slow
@pytest.mark.parametrize(("call", "called"), CALLS.values(), ids=CALLS)
def test_what_calls_carry_and_changes_nothing_says_so(call: str, called: str, tmp_path: Path) -> None:
    (tmp_path / ".github" / "workflows").mkdir(parents=True)
    caller = f"on: push\njobs:\n  call:{call}"
    for name, text in (("caller.yml", caller), ("called.yml", called), ("inner.yml", INNER)):
        (tmp_path / ".github" / "workflows" / name).write_text(text)
    leaves, found = silent(tmp_path)
    assert leaves > 10
    assert not found


SILENT_ONCE = {
    "a machine in include that is the usual one, and legs with Tasks of their own": """
    runs-on: ${{ matrix.os }}
    strategy:
      matrix:
        os: [ubuntu-latest, ubuntu-24.04-arm]
        include: [{os: ubuntu-latest, platform: amd64, unread: a}, {os: ubuntu-24.04-arm, platform: arm64}]
    steps: [{run: "make ${{ matrix.platform }}"}]
""",
    "what is empty within a value, and limits that limit nothing": """
    runs-on: ${{ matrix.config.os }}
    strategy:
      max-parallel: 20
      fail-fast: false
      matrix: {config: [{os: ubuntu-latest, args: '', ext: .a}, {os: ubuntu-22.04, args: -x, ext: ''}]}
    steps: [{name: Run make, run: "make"}, {run: "make ${{ matrix.config.args }} ${{ matrix.config.ext }}"}]
""",
    "one leg whose value goes into a dropped step": """
    runs-on: ubuntu-latest
    strategy: {matrix: {language: [go], platform: [{os: ubuntu-latest, target: x}]}}
    steps: [{uses: github/codeql-action/init@v3, with: {languages: '${{ matrix.language }}'}}, {run: 'make ${{ matrix.platform.target }}'}]
""",
    "a label that only chooses nodes": """
    runs-on: [self-hosted, linux, arm64, cpu16]
    steps: [{run: make}]
""",
    "what a step of an early stage does at the job's end": """
    runs-on: ubuntu-latest
    steps: [{id: kept, uses: actions/cache@v4, with: {path: data, key: 'data-${{ github.ref_name }}'}},
      {run: papermill a.ipynb b.ipynb}, {run: 'pytest ${{ steps.kept.outputs.cache-hit }}'}]
""",
    "labels in a list of the only leg: one without which the machine is another, some that say it again, one for nodes": """
    runs-on: ${{ matrix.labels }}
    strategy: {matrix: {labels: [[self-hosted, linux, gpu, arm64]], unread: [x]}}
    steps: [{run: make}]
""",
    "a label of which a script reads another of its list": """
    runs-on: ${{ matrix.labels }}
    strategy: {matrix: {labels: [[self-hosted, amd64, gpu-v100-495-1]]}}
    container: {image: 'tests:${{ matrix.labels[1] }}', env: {NVIDIA_VISIBLE_DEVICES: all}}
    steps: [{run: make}]
""",
    "variables and defaults that say again what all jobs have": """
    runs-on: ubuntu-latest
    env: {X: 1, Y: a}
    defaults: {run: {shell: sh}}
    steps: [{run: make}]
env: {X: 1, Y: b}
defaults: {run: {shell: sh}}
""",
    "options of containers of which a Pod has nothing": """
    runs-on: ubuntu-latest
    container: {image: x/y, options: --ulimit memlock=-1}
    services: {db: {image: z, options: --ulimit nofile=1}, es: {image: z, options: --tmpfs /x --health-cmd true}}
    steps: [{run: make}]
""",
    "values that every combination excludes, and a group beside a label": """
    runs-on: {group: machines, labels: [gpu]}
    strategy: {matrix: {size: [1, 2], exclude: [{size: 2}], include: [{size: 3, extra: true}]}}
    steps: [{run: 'make ${{ matrix.size }} ${{ matrix.extra }}'}]
""",
}


@pytest.mark.slow
@pytest.mark.parametrize("job", SILENT_ONCE.values(), ids=SILENT_ONCE)
def test_what_was_silent_once(job: str) -> None:
    finding = ablate(Source("x.yml", f"on: push\njobs:\n  one:{job}"), Repository(), RULES, Options())
    assert finding.parts > 5
    assert [f"{one.path}: {one.why}" for one in finding.silent] == []


def test_a_row_must_name_the_file_that_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another file that changes in its stead does not count, nor does a report whose line stays."""
    source = Source("names.yml", WORKFLOW)

    def astray(*given: Any) -> Conversion:
        done = convert(*given)
        done.journal.retarget({"pipeline.yaml": "storage.yaml", "tasks/names-one.yaml": "runs/names.yaml"})
        return done

    monkeypatch.setattr(ablation, "convert", astray)
    named = {one.path for one in ablate(source, Repository(), RULES, Options()).silent}
    assert {"name", "jobs.one.steps[0].run.commands[0]", "jobs.one.steps[0].working-directory"} <= named


@pytest.mark.slow
def test_a_folder_gives_the_figure(tmp_path: Path) -> None:
    """All workflows of the repositories below a folder count, in one process or several."""
    for name in ("one", "two"):
        place = tmp_path / "all" / name / ".github" / "workflows"
        place.mkdir(parents=True)
        (place / "x.yml").write_text(WORKFLOW)
    for jobs in ("1", "2"):
        result = CliRunner().invoke(cli, ["selftest", str(tmp_path), "--jobs", jobs])
        assert (result.exit_code, result.stdout) == (0, "20 parts, 0 silent\n")


@pytest.mark.slow
def test_patterns_that_take_back_too_early_say_so() -> None:
    on = "{pull_request: {paths: ['!a/**', '!b', c, '!d'], branches: ['!x', main]}, push: {tags: ['!v0', v1, '!v2'], paths: ['!a', '**']}}"
    text = f"on: {on}\njobs: {{one: {{runs-on: ubuntu-latest, steps: [{{run: make}}]}}}}\n"
    finding = ablate(Source("x.yml", text), Repository(), RULES, Options())
    assert finding.parts > 12
    assert [f"{one.path}: {one.why}" for one in finding.silent] == []
