"""Lines of the output and of the input find each other."""

from __future__ import annotations

import json
from collections.abc import Callable
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from tests.conversion import RULES
from tests.report.conftest import NAME, ROOT, WORKFLOW

from gha2tekton.cli import cli
from gha2tekton.conversion import Conversion
from gha2tekton.convert import Options, convert
from gha2tekton.report.addresses import addresses
from gha2tekton.report.places import Places
from gha2tekton.source import Source
from gha2tekton.workflow.repository import Repository
from gha2tekton.yaml import documents

GUIDE = ROOT / "fixtures/guides/gpu-notebook"
FILES = sorted(path for path in (GUIDE / "expected").rglob("*.yaml"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_an_address_leads_to_the_value_of_its_line(path: Path) -> None:
    text = path.read_text()
    found = documents(text, path.name)
    lines = text.split("\n")
    number = 0
    for line, address in zip(lines, addresses(lines), strict=True):
        if line == "---":
            number += 1
        if not address:
            continue
        value: Any = found[number]
        for step in _steps(address):
            value = value[step]
        said = line.strip().lstrip("- ").rpartition(": ")[2].strip("\"'")
        assert isinstance(value, dict | list) or "|" in line or said in str(value) or str(value).lower() == said, line


def _steps(address: str) -> list[str | int]:
    out: list[str | int] = []
    while address:
        address = address.removeprefix(".")
        if address.startswith("["):
            index, _, address = address[1:].partition("]")
            out.append(int(index))
        elif address.startswith('"'):
            key, _, address = address[1:].partition('"')
            out.append(key)
        else:
            end = min((address.index(mark) for mark in ".[" if mark in address), default=len(address))
            out.append(address[:end])
            address = address[end:]
    return out


PLACES = {
    "jobs.build.steps[1].uses": ("tasks/everything-build.yaml", "uses: nobody/signs@v1"),
    "jobs.build.steps[3].run": ("tasks/everything-build.yaml", "echo "),
    "on.push.paths[0]": ("triggers/push.yaml", "- name: filter"),
    "name": ("pipeline.yaml", "Everything"),
}


@pytest.mark.parametrize("path", PLACES)
def test_each_part_is_found(everything: Conversion, path: str) -> None:
    files = everything.bundle.rendered()
    places = Places(everything, files)
    place = places.of(path)
    assert place is not None
    file, text = PLACES[path]
    assert place.file == file
    assert text in files[file].split("\n")[place.first - 1]
    assert path in [outcome.path for outcome, _ in places.at(place.file, place.first)]


def test_of_two_steps_of_one_name_each_has_its_own_lines(converted: Callable[[str], Conversion]) -> None:
    steps = "".join(f"      - name: Same\n        run: echo {word}\n" for word in ("alpha", "beta"))
    done = converted(f"on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n{steps}")
    places = Places(done, done.bundle.rendered())
    one, other = places.of("jobs.a.steps[0].name"), places.of("jobs.a.steps[1].name")
    assert one is not None
    assert other is not None
    assert one.first < other.first


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    path = tmp_path / "repository" / NAME
    path.parent.mkdir(parents=True)
    path.write_text(WORKFLOW)
    return path


def run(*arguments: object) -> tuple[int, str]:
    result = CliRunner().invoke(cli, [str(argument) for argument in arguments])
    return result.exit_code, result.output


def line_of(path: Path, text: str) -> int:
    return next(number for number, line in enumerate(path.read_text().splitlines(), 1) if text in line)


def test_explain_goes_there_and_back(repository: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run("convert", repository, "-o", out)
    line = line_of(repository, "key:")
    status, told = run("explain", f"{repository}:{line}")
    assert status == 0
    assert f"{NAME}:{line}:16: jobs.build.steps[1].with.key" in told
    assert "manual: no rule knows nobody/signs@v1" in told
    assert "in the output: tasks/everything-build.yaml:" in told
    assert "or: a rule of your own" in told
    task = out / "tasks/everything-build.yaml"
    back = run("explain", f"{task}:{line_of(task, 'uses: nobody/signs@v1')}")
    assert back[0] == 0
    assert f"{NAME}:11:15: jobs.build.steps[1].uses" in back[1]
    whole = run("explain", f"{task}:{line_of(task, 'workspaces:')}")[1]
    assert "tasks/everything-build.yaml comes from jobs.build" in whole


def test_explain_holds_to_the_options_of_the_bundle(repository: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run("convert", repository, "-o", out, "--name-prefix", "mine")
    task = out / "tasks/mine-build.yaml"
    assert "jobs.build.steps[3].run" in run("explain", f"{task}:{line_of(task, '`date`')}")[1]


def test_explain_tells_of_an_edited_file(repository: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run("convert", repository, "-o", out)
    task = out / "tasks/everything-build.yaml"
    task.write_text(task.read_text() + "# mine\n")
    status, told = run("explain", f"{task}:3")
    assert (status, "convert again" in told) == (2, True)


@pytest.mark.parametrize("place", ["nowhere.yml:3", "nonumber", "no:number", "{}:0", "{}:999"])
def test_explain_says_what_is_wrong_with_a_place(repository: Path, place: str) -> None:
    status, told = run("explain", place.format(repository))
    assert status == 2
    assert "Traceback" not in told


def test_explain_takes_a_column_too(repository: Path) -> None:
    assert run("explain", f"{repository}:1:7") == run("explain", f"{repository}:1")


def test_a_line_without_a_part_is_said_to_have_none(repository: Path) -> None:
    status, told = run("explain", f"{repository}:{line_of(repository, 'jobs:')}")
    assert (status, "no part of a workflow" in told) == (0, True)


def test_the_source_map_has_every_part_that_the_output_has(repository: Path, tmp_path: Path) -> None:
    file = tmp_path / "map.json"
    run("convert", repository, "-o", tmp_path / "out", "--source-map", file)
    rows = json.loads(file.read_text())["mappings"]
    ledger = json.loads((tmp_path / "out/report.json").read_text())["workflows"][0]["outcomes"]
    assert [row["source"]["path"] for row in rows] == [row["path"] for row in ledger if row["target"]]
    for row in rows:
        lines = (tmp_path / "out" / row["target"]["file"]).read_text().splitlines()
        assert 1 <= row["target"]["line"] <= row["target"]["endLine"] <= len(lines)


def leaves(value: Any, way: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    if isinstance(value, dict) and value:
        return [leaf for key, inner in value.items() for leaf in leaves(inner, (*way, key))]
    if isinstance(value, list) and value:
        return [leaf for number, inner in enumerate(value) for leaf in leaves(inner, (*way, number))]
    return [way]


def without(value: Any, way: tuple[str | int, ...]) -> Any:
    out = json.loads(json.dumps(value))
    inner = out
    for step in way[:-1]:
        inner = inner[step]
    del inner[way[-1]]
    return out


@pytest.mark.slow
def test_what_is_taken_out_changes_the_lines_that_stand_for_it() -> None:
    """Where a place is said to be closer than a step, the lines there are those that the part makes."""
    path = next((GUIDE / "repository/.github/workflows").iterdir())
    (document,) = documents(path.read_text(), path.name)
    document["on"] = document.pop(True, None) or document["on"]
    repository = Repository.around(path)

    def done(content: Any) -> Conversion:
        return convert(Source(NAME, json.dumps(content, indent=1)), repository, RULES, Options())

    whole = done(document)
    files = whole.bundle.rendered()
    places = Places(whole, files)
    tried = 0
    for way in leaves(document):
        place = places.of("".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in way)[1:])
        less = done(without(document, way))
        after = less.bundle.rendered()
        if place is None or place.basis not in ("text", "field") or less.journal.has_errors or place.file not in after:
            continue
        if after[place.file] == files[place.file]:
            continue
        old, new = files[place.file].split("\n"), after[place.file].split("\n")
        changed: set[int] = set()
        for kind, first, last, *_ in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
            changed |= set(range(first, last + 2)) if kind != "equal" else set()
        assert changed & set(range(place.first, place.last + 1)), f"{way}: {place}"
        tried += 1
    assert tried > 15
