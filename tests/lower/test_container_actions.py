"""Steps that run a container themselves: what is called for each kind of action."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest
from tests.conversion import convert

from gha2tekton.convert import Options
from gha2tekton.plan.build import PlanOptions
from gha2tekton.workflow.dockerfile import Made, read_dockerfile

DOCKERFILES = [
    ("FROM a:1\nENTRYPOINT [\"/run\", \"now\"]", Made("a:1", ("/run", "now"))),
    ("FROM a:1\nCMD [\"x\"]\nENTRYPOINT exec run", Made("a:1", ("/bin/sh", "-c", "exec run"), ("x",), True)),
    ("FROM --platform=linux/amd64 a:1 AS base\nENTRYPOINT [\"b\"]\nCMD [\"c\"]\nFROM base\nCMD say it", Made("a:1", ("b",), ("/bin/sh", "-c", "say it"))),
    ("FROM a:1 AS base\nCMD [\"c\"]\nFROM base AS next\nENTRYPOINT [\"b\"]", Made("a:1", ("b",))),
    ("# CMD [\"no\"]\nFROM a:1\nRUN x \\\n  # between\n  CMD\nENTRYPOINT \\\n  [\"b\"]", Made("a:1", ("b",))),
    ("", Made()),
]  # fmt: skip


@pytest.mark.parametrize(("text", "made"), DOCKERFILES)
def test_dockerfiles(text: str, made: Made) -> None:
    assert read_dockerfile(text) == made


ACTION = "name: x\ninputs: {{who: {{default: all}}}}\nruns: {{using: docker, image: Dockerfile{}}}"
CALLS: list[tuple[str, str, str, str, str]] = [
    # the step, what follows the image in the action's runs, its Dockerfile, what is called, what is wrong
    ("docker://a:1\nwith: {entrypoint: /x, args: 'a b'}", "", "", "--input entrypoint /x --input args 'a b' --entrypoint /x --args 'a b' a:1", ""),
    ("docker://python:3.12\nwith: {args: python -V}", "", "", "--input args 'python -V' --args 'python -V' python:3.12", ""),
    ("docker://a:1", "", "", "", "what a:1 runs by itself is not known"),
    ("./x", "", "FROM a\nENTRYPOINT [\"/go\", \"on\"]\nCMD [\"c\"]", "--input who all --entrypoint /go made:1 on c", ""),
    ("./x", ", args: [b]", "FROM a\nENTRYPOINT [\"/go\"]\nCMD [\"c\"]", "--input who all --entrypoint /go made:1 b", ""),
    ("./x", ", args: [b]", "FROM a\nENTRYPOINT go on", "--input who all --entrypoint /bin/sh made:1 -c 'go on'", ""),
    ("./x", ", args: [b]", "FROM python:3.12\n", "--input who all made:1 b", ""),
    ("./x", ", entrypoint: /e", "FROM a\nENTRYPOINT [\"/go\"]\nCMD [\"c\"]", "--input who all --entrypoint /e made:1", ""),
    ("./x", "", "FROM a", "", "what made:1 runs by itself is not known"),
    ("./unbuilt", "", "FROM a\nENTRYPOINT [\"/go\"]", "", "docker build -t REGISTRY/NAME -f unbuilt/Dockerfile unbuilt && docker push"),
]  # fmt: skip


@pytest.mark.parametrize(("uses", "runs", "dockerfile", "called", "wrong"), CALLS)
def test_what_is_called(uses: str, runs: str, dockerfile: str, called: str, wrong: str, tmp_path: Path) -> None:
    step = textwrap.indent(f"uses: {uses}", "      ")
    text = f"on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n    - {step.lstrip()}\n"
    if uses.startswith("./"):
        (tmp_path / uses).mkdir()
        (tmp_path / uses / "action.yml").write_text(ACTION.format(runs))
        (tmp_path / uses / "Dockerfile").write_text(dockerfile)
    options = Options(PlanOptions(action_images={"./x": "made:1"}))
    done = convert(text, tmp_path, options)
    (name,) = [name for name in done.bundle.files if name.startswith("tasks/")]
    script = done.bundle.files[name][0]["spec"]["steps"][0]["script"]
    lines = [line.split("steps-0 ", 1)[1] for line in script.splitlines() if line.startswith("container-action")]
    assert lines == ([called] if called else [])
    fate, reason = next((o.fate, o.reason) for o in done.journal.outcomes() if o.path == "jobs.a.steps[0].uses")
    assert (fate == "manual", reason if wrong not in reason else "") == (bool(wrong), "")


def test_an_action_that_a_rule_says_is_a_container() -> None:
    step = (
        "uses: openjournals/openjournals-draft-action@v1.0\n      with: {journal: joss, extra: a b}\n      env: {A: b}"
    )
    done = convert(f"on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n    - {step}\n")
    (name,) = [name for name in done.bundle.files if name.startswith("tasks/")]
    spec = done.bundle.files[name][0]["spec"]
    (line,) = [line for line in spec["steps"][0]["script"].splitlines() if line.startswith("container-action")]
    assert line.startswith(
        "container-action --key jobs-a-steps-0 --pass A --input journal joss --input paper-path paper.md"
    )
    assert line.endswith(
        "--input extra 'a b' --env JOURNAL joss --env GIT_SHA \"$INPUT_SHA\" "
        "--entrypoint /usr/local/bin/inara openjournals/inara:latest -o pdf paper.md"
    )
    assert [sidecar["image"] for sidecar in spec["sidecars"]] == ["openjournals/inara:latest"]
    assert done.journal.summary()["manual"] == 0
