"""Images that a job builds and runs: the Task that builds them before, and where that cannot be."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests import conversion

from gha2tekton.conversion import Conversion
from gha2tekton.convert import Options
from gha2tekton.plan.build import PlanOptions

REGISTRY = "registry.example.org/ci"
CHECKOUT = "uses: actions/checkout@v4"


def convert(*steps: str, root: Path | None = None, registry: str = REGISTRY) -> Conversion:
    text = "".join(f"    - {{{step}}}\n" for step in steps)
    job = f"on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n{text}"
    return conversion.convert(job, root, Options(PlanOptions(build_registry=registry)))


def run(script: str) -> str:
    return f"run: {json.dumps(script)}"


def built(done: Conversion) -> list[dict[str, Any]]:
    """The steps that build."""
    tasks = [objects[0]["spec"] for name, objects in done.bundle.files.items() if name.startswith("tasks/")]
    return [step for task in tasks for step in task["steps"] if "buildah" in step["image"]]


def by_hand(done: Conversion) -> str:
    return "; ".join(dict.fromkeys(one.reason for one in done.journal.outcomes() if one.fate == "manual"))


RUN = "docker run --rm x true"
BUILD = "docker build -t x ."
WORDS = [
    # the job's steps after the checkout, and the words with which its image is built
    ([f"{BUILD}\n{RUN}"], "."),
    ([BUILD, RUN], "."),
    (["docker login -u u -p p r.example.org", "pip install y", BUILD, RUN.replace("x", "x:latest")], "."),
    ([f"cd docker && docker build -f D --build-arg A=b --target t -t x .. && {RUN}"], "--file D --build-arg A=b --target t .."),
    ([f'docker buildx build --load --progress plain --tag=x "${{{{ github.workspace }}}}/d" && {RUN}'], "d"),
    (["docker build -t x ${{ github.workspace }}", RUN], "."),
    ([f"docker build --pull --no-cache -q -t x . && {RUN}"], "--pull=always --no-cache ."),
    ([f'export A=1; echo "A=$A" >> "$GITHUB_ENV"; docker build --label "a=b c" -t x . && {RUN}'], "--label 'a=b c' ."),
]  # fmt: skip


@pytest.mark.parametrize(("scripts", "words"), WORDS)
def test_an_image_of_the_repository_is_built_before(scripts: list[str], words: str) -> None:
    done = convert(CHECKOUT, *map(run, scripts))
    (step,) = built(done)
    assert f'--tag "$IMAGE" {words}\n' in step["script"]
    assert by_hand(done) == ""
    image = f"{REGISTRY}/x:$(params.github-run-id)-a"
    assert {"name": "IMAGE", "value": image} in step["env"]
    (task,) = [objects[0]["spec"] for name, objects in done.bundle.files.items() if name.endswith("-a.yaml")]
    assert [sidecar["image"] for sidecar in task["sidecars"]] == [image]
    first, second = done.bundle.files["pipeline.yaml"][0]["spec"]["tasks"]
    assert second["runAfter"] == [first["name"]]
    assert {"name": "github-run-id", "value": "$(context.pipelineRun.name)"} in second["params"]
    told = "\n".join(one.reason for one in done.journal.outcomes() if one.fate == "adapted")
    assert "a Task before the job builds and pushes it" in told


BY_HAND = [
    ([CHECKOUT, run("mvn package"), run(f"{BUILD}\n{RUN}")], "mvn in step 'Run mvn package' comes before"),
    ([CHECKOUT, run(f"echo 1 > VERSION\n{BUILD}\n{RUN}")], "echo in step"),
    ([CHECKOUT, "uses: actions/download-artifact@v4", run(f"{BUILD}\n{RUN}")], "download-artifact@v4' comes before"),
    ([CHECKOUT, run(f'docker build -t x --build-arg A="$(date)" .\n{RUN}')], "--build-arg is only known"),
    ([CHECKOUT, run(f"docker build -t x --secret id=a .\n{RUN}")], "--secret is not for a Task"),
    ([CHECKOUT, run(f"docker build -t x https://example.org/a.git\n{RUN}")], "no directory of the repository"),
    ([CHECKOUT, run(f"docker build -t x - < Dockerfile\n{RUN}")], "no directory of the repository"),
    ([CHECKOUT, f"if: github.ref == 'x', {run(BUILD)}", run(RUN)], "only on a condition"),
    ([CHECKOUT, run(f"{BUILD}\ndocker push x\n{RUN}")], "pushed or named anew"),
    ([CHECKOUT, run(f"{BUILD}\ndocker build -t x d\n{RUN}")], "it is built twice"),
    ([run(f"{BUILD}\n{RUN}")], "nothing is checked out before"),
    (["uses: actions/checkout@v4, with: {ref: '${{ env.A }}'}", run(f"{BUILD}\n{RUN}")], "only known to the job"),
]


@pytest.mark.parametrize(("steps", "reason"), BY_HAND, ids=[row[1] for row in BY_HAND])
def test_what_cannot_be_built_before_is_told(steps: list[str], reason: str) -> None:
    done = convert(*steps)
    assert reason in by_hand(done)
    assert built(done) == []


def test_without_a_registry_the_option_is_named() -> None:
    assert "with --build-registry" in by_hand(convert(CHECKOUT, run(f"{BUILD}\n{RUN}"), registry=""))


def test_what_is_only_built_is_built_where_it_was() -> None:
    """It needs no registry: nothing runs it."""
    done = convert(CHECKOUT, run(BUILD))
    (task,) = [objects[0]["spec"] for name, objects in done.bundle.files.items() if name.startswith("tasks/")]
    assert [sidecar["name"] for sidecar in task["sidecars"]] == ["builder"]


ACTION = "uses: docker/build-push-action@v6, with: {load: true, tags: 'x', context: d, build-args: 'A=1', file: F}"


def test_an_action_that_builds_what_a_script_runs() -> None:
    done = convert(CHECKOUT, "uses: docker/setup-buildx-action@v3", ACTION, run(RUN))
    (step,) = built(done)
    assert '--tag "$IMAGE" --file F --build-arg A=1 d\n' in step["script"]
    assert by_hand(done) == ""
    assert "x is built by this job" in by_hand(convert(CHECKOUT, ACTION, run(RUN), registry=""))


def test_what_the_dockerfile_says_runs_by_itself(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text('FROM python:3.12\nENTRYPOINT ["tini", "--"]\nCMD ["serve", "a b"]\n')
    done = convert(CHECKOUT, run(f"{BUILD}\ndocker run -d --name s x\ndocker exec s true"), root=tmp_path)
    (task,) = [objects[0]["spec"] for name, objects in done.bundle.files.items() if name.endswith("-a.yaml")]
    env = {entry["name"]: entry["value"] for entry in task["sidecars"][0]["env"]}
    assert (env["GHA_ENTRYPOINT"], env["GHA_COMMAND"]) == ("tini --", "serve 'a b'")


COMPOSE = """\
services:
  nb:
    build: {context: ./nb, dockerfile: D, target: t, args: {A: 1}}
    command: sleep infinity
    volumes: [".:/work"]
  pulled: {image: p, build: p, command: sleep 9}
"""


@pytest.mark.parametrize("before", [[], [run("docker compose build")], [run("docker compose build nb")]])
def test_services_that_are_built(before: list[str], tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_text(COMPOSE)
    steps = [CHECKOUT, *before, run("docker compose up -d nb"), run("docker compose exec -T nb true")]
    done = convert(*steps, root=tmp_path)
    asked = before == [run("docker compose build")]
    # The other is asked for, and nothing starts it.
    assert ("pulled is built by this job" in by_hand(done)) == asked
    (step,) = built(done)
    assert '--tag "$IMAGE" --file ./nb/D --target t --build-arg A=1 ./nb\n' in step["script"]
    (row,) = [one for one in done.journal.outcomes() if one.path == "compose.yaml#services.nb.build.target"]
    assert (row.fate, row.target) == ("exact", "tasks/ci-a-images.yaml")


def test_a_service_whose_image_is_to_be_had_is_pulled(tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_text(COMPOSE)
    assert built(convert(CHECKOUT, run("docker compose up -d pulled"), root=tmp_path)) == []
    assert len(built(convert(CHECKOUT, run("docker compose up -d --build pulled"), root=tmp_path))) == 1


CACHE = "uses: actions/cache@v4, with: {path: x.tar, key: k}"
UPLOAD = "uses: actions/upload-artifact@v4, with: {path: x.tar}"
ARCHIVES = [
    # the steps, with a registry or without, whether a builder does it, and the fate of what is done to archives
    ([run(BUILD), run("docker save -o x.tar x")], "", True, ["adapted"]),
    ([run("docker load -i x.tar"), run("docker tag x r.io/x && docker push r.io/x")], "", True, ["adapted"]),
    ([run("docker load -i x.tar && docker run --rm postgres:17 true")], "", False, ["dropped"]),
    ([run("docker pull postgres:17 && docker save postgres:17 > x.tar"), UPLOAD], "", True, ["adapted"]),
    ([CACHE, run("docker load -i x.tar || docker pull postgres:17 && docker save -o x.tar postgres:17")], "", False, ["dropped"] * 2),
    ([CACHE, run("docker load -i x.tar"), run(f"{BUILD} && docker save -o x.tar x")], "", True, ["adapted"] * 2),
    ([run(f"{BUILD} && docker save x y > x.tar")], "", True, ["manual"]),
    ([run(f"{BUILD} && {RUN} && docker save x > x.tar")], REGISTRY, True, ["manual"]),
]  # fmt: skip


@pytest.mark.parametrize(("steps", "registry", "builder", "fates"), ARCHIVES)
def test_images_in_files(steps: list[str], registry: str, builder: bool, fates: list[str]) -> None:
    done = convert(CHECKOUT, *steps, registry=registry)
    files = done.bundle.files["tasks/ci-a.yaml"]
    assert any(sidecar["name"] == "builder" for sidecar in files[0]["spec"].get("sidecars", ())) == builder
    rows = [
        one for one in done.journal.outcomes() if one.subject.startswith(("command docker save", "command docker load"))
    ]
    assert [one.fate for one in rows] == fates
