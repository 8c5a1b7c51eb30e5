"""What becomes of docker's commands: their rows, the sidecars and the names that lead to them."""

from __future__ import annotations

import json
import textwrap
from pathlib import Path
from typing import Any

import pytest
from tests import conversion

from gha2tekton.conversion import Conversion
from gha2tekton.convert import Options
from gha2tekton.plan.build import PlanOptions


def convert(*scripts: str, root: Path | None = None, **options: Any) -> Conversion:
    """A workflow of jobs a, b, … with one script each."""
    jobs = "".join(
        f"  {chr(97 + at)}:\n    runs-on: ubuntu-latest\n    steps:\n    - run: |\n{textwrap.indent(script, ' ' * 8)}\n"
        for at, script in enumerate(scripts)
    )
    return conversion.convert(f"on: push\njobs:\n{jobs}", root, Options(PlanOptions(**options)))


def rows(conversion: Conversion, job: str = "a") -> list[tuple[str, str]]:
    """Fate and reason of each command."""
    begin = f"jobs.{job}.steps[0].run.commands["
    return [(str(one.fate), one.reason) for one in conversion.journal.outcomes() if one.path.startswith(begin)]


def run(script: str) -> str:
    return f"run: {json.dumps(script)}"


def sidecars(conversion: Conversion) -> dict[str, Any]:
    tasks = [objects[0]["spec"] for name, objects in conversion.bundle.files.items() if name.startswith("tasks/")]
    return {sidecar["name"]: sidecar for task in tasks for sidecar in task.get("sidecars", ())}


VERBS: list[tuple[str, str]] = [
    ("docker image rmi a:1", "dropped"),
    ("docker image rm -f a:1", "dropped"),
    ("docker image prune -af", "dropped"),
    ("docker system prune --all --volumes -f", "dropped"),
    ("docker network create n", "dropped"),
    ("docker network rm n", "dropped"),
    ("docker rm -f c", "dropped"),
    ("docker compose down", "dropped"),
    ("docker volume create v", "dropped"),
    ("docker context create ci", "dropped"),
    ("docker context use ci", "dropped"),
    ("docker buildx create --use ci", "dropped"),
    ("docker buildx inspect --bootstrap", "dropped"),
    ("docker save a:1 -o a.tar", "adapted"),
    ("docker load < a.tar", "dropped"),
    ("docker pull a:1", "dropped"),
    ("docker image ls", "adapted"),
    ("docker container ls -a", "adapted"),
    ("docker system info", "adapted"),
    ("docker buildx build --push -t example.org/a:1 .", "adapted"),
    ("docker push example.org/a:1", "adapted"),
    ("docker manifest create example.org/a:1 example.org/a:1-amd64 example.org/a:1-arm64", "adapted"),
    ("docker manifest inspect example.org/a:1", "adapted"),
    ("docker manifest push example.org/a:1", "adapted"),
    ("docker buildx imagetools create -t example.org/a:1 example.org/a:2", "adapted"),
    ("docker buildx imagetools inspect --raw example.org/a:1", "adapted"),
    ("docker buildx imagetools inspect --format '{{.Name}}' example.org/a:1", "manual"),
    ("docker buildx bake", "manual"),
    ("docker commit c a:2", "manual"),
    ("docker swarm init", "manual"),
    ("systemctl restart docker", "adapted"),
    ("sudo systemctl stop nvidia-dcgm", "adapted"),
    ("systemctl start postgresql", "manual"),
    ("service docker start", "adapted"),
]


@pytest.mark.parametrize(("command", "fate"), VERBS, ids=[row[0] for row in VERBS])
def test_verbs(command: str, fate: str) -> None:
    found = rows(convert(command))
    assert found[0][0] == fate, found
    assert found[0][1]


def test_only_what_builds_has_a_builder() -> None:
    assert not sidecars(convert("docker image rmi a:1\ndocker context create ci"))
    assert set(sidecars(convert("docker manifest push example.org/a:1"))) == {"builder"}


def test_images_that_only_their_builder_has() -> None:
    """A chain of save, artifact and load gives no image that a node could pull."""
    build, run = (
        "docker build -t app:1 .\ndocker save app:1 -o app.tar",
        "docker load -i app.tar\ndocker run --rm app:1 make",
    )
    assert "not pushed" in rows(convert(build, run), "b")[1][1]
    assert rows(convert(f"{build}\ndocker push app:1", run), "b")[1][0] == "adapted"
    assert rows(convert(f"{build}\ndocker push $NAME", run), "b")[1][0] == "adapted"
    assert "is built by this job" in rows(convert(f"{build}\n{run}"))[3][1]
    assert all(fate != "manual" for fate, _ in rows(convert(build, run, docker="dind"), "b"))


PORTS: list[tuple[str, str, str]] = [
    # options of docker run, what leads on, what is said
    ("-p 8080:80 -p 127.0.0.1:9443:443/tcp", "8080 80 9443 443", ""),
    ("-p 8888:8888 --publish 80", "", ""),
    ("-p 9000-9001:80-81", "9000 80 9001 81", ""),
    ("-p $PORT:80", "", "only known to the run"),
    ("-p 53:5353/udp", "", "over udp"),
]


@pytest.mark.parametrize(("options", "wanted", "reason"), PORTS, ids=[row[0] for row in PORTS])
def test_published_ports(options: str, wanted: str, reason: str) -> None:
    done = convert(f"PORT=$(cat port)\ndocker run -d {options} example.org/web:1 serve")
    script = sidecars(done).get("published-ports", {}).get("script", "")
    told = [line.split() for line in script.splitlines() if line.startswith("busybox")]
    assert " ".join(f"{words[4]} {words[9]}" for words in told) == wanted
    assert reason in rows(done)[1][1]


def test_names_lead_to_the_pod(tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_text(
        "services:\n  web: {image: 'a:1', command: x, container_name: the-web, links: ['db:base'],\n"
        "    extra_hosts: ['host.docker.internal:host-gateway']}\n"
        "  db: {image: 'b:1', command: y, networks: {n: {aliases: [store]}}}\n"
    )
    done = convert(
        "docker compose up -d\ndocker run --rm --name tool_1 --network-alias tool --add-host me:host-gateway c:1 z",
        root=tmp_path,
    )
    (run,) = [objects[0] for name, objects in done.bundle.files.items() if name.startswith("runs/")]
    (spec,) = run["spec"]["taskRunSpecs"]
    (alias,) = spec["podTemplate"]["hostAliases"]
    assert alias["ip"] == "127.0.0.1"
    assert set(alias["hostnames"]) == {"web", "the-web", "base", "host.docker.internal", "db", "store", "tool", "me"}


def test_services_that_want_one_port(tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_text(
        "services:\n  a: {image: 'a:1', command: x, ports: ['8080:80']}\n  b: {image: 'b:1', command: y, ports: ['8081:80']}\n"
    )
    assert "listen on port 80" in rows(convert("docker compose up -d", root=tmp_path))[0][1]


OPTIONS: list[tuple[str, str, dict[str, Any] | None]] = [
    # options of docker run, its fate and the reason, the sidecar's security context
    ("--privileged", "", {"privileged": True}),
    ("--cap-add SYS_PTRACE --cap-add=CAP_NET_ADMIN --cap-drop ALL", "", {"capabilities": {"add": ["SYS_PTRACE", "NET_ADMIN"], "drop": ["ALL"]}}),
    ("--security-opt seccomp=unconfined --user root", "", {"seccompProfile": {"type": "Unconfined"}, "runAsUser": 0}),
    ("--memory 8g --tmpfs /run", "its file system is as large and open as its image's; its limits are the cluster's", None),
    ("--device /dev/nvidia0 --init -t --restart always", "", None),
    ("--device /dev/fuse", "manual: a sidecar has no --device /dev/fuse", None),
    ("--security-opt seccomp=profile.json", "manual: a sidecar has no --security-opt seccomp=profile.json", None),
]  # fmt: skip


@pytest.mark.parametrize(("options", "said", "security"), OPTIONS, ids=[row[0] for row in OPTIONS])
def test_options(options: str, said: str, security: dict[str, Any] | None) -> None:
    done = convert(f"docker run --rm {options} --entrypoint make a:1 all")
    fate, reason = rows(done)[0]
    wanted = (
        ("manual", said.removeprefix("manual: "))
        if said.startswith("manual")
        else ("adapted" if said else "exact", said)
    )
    assert (fate, reason) == wanted
    assert sidecars(done).get("a", {}).get("securityContext") == security


def test_more_containers_of_a_service(tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_text("services:\n  a: {image: 'a:1', command: x}\n")
    assert "not 3" in rows(convert("docker compose up -d --scale a=3", root=tmp_path))[0][1]
    assert rows(convert("docker compose up -d --scale a=1", root=tmp_path))[0][0] == "exact"


ENDS: list[tuple[str, str]] = [
    # what is done with a container once it is there, and what is said of it
    ("docker rm -f x", "exact"),
    ("docker stop x", "exact"),
    ("docker kill -s HUP x", "exact"),
    ("docker restart x", "exact"),
    ("docker container prune -f", "exact"),
]


@pytest.mark.parametrize(("command", "fate"), ENDS)
def test_what_ends_a_container(command: str, fate: str) -> None:
    """It is done where a sidecar can be asked to do it, and there is nothing to do elsewhere."""
    assert rows(convert(f"docker run -d --name x --entrypoint make a:1 all\n{command}"))[1][0] == fate
    assert rows(convert(command))[0][0] == "dropped"


def test_a_service_that_would_be_another(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(
        "services:\n  s: {image: 'python:3.12', command: x, environment: {A: '${A:-1}', B: '2'}}\n"
    )
    (tmp_path / "b.yaml").write_text("services:\n  s: {environment: {B: '3'}}\n")
    up = "docker compose -f a.yaml up -d"
    done = convert(f"{up}\nA=2 {up}\ndocker compose -f a.yaml -f b.yaml exec s true", root=tmp_path)
    assert {fate for fate, _ in rows(done)} == {"exact"}
    told = next(iter(done.bundle.files["tasks/ci-a.yaml"]))["spec"]["steps"][0]["env"][-1]["value"]
    assert "env\ts\tA=${A:-1}\n" in told
    assert "another environment" in rows(convert(f"{up}\n{up.replace('up', '-f b.yaml up')}", root=tmp_path))[1][1]


def test_the_directory_that_scripts_have_by_default(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "compose.yaml").write_text("services:\n  s: {image: 'a:1', command: x}\n")
    text = (
        "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    defaults: {run: {working-directory: sub}}\n"
        "    steps:\n    - run: docker compose up -d\n"
    )
    done = conversion.convert(text, tmp_path)
    assert list(sidecars(done)) == ["s"]


ACTIONS: list[tuple[str, str, str]] = [
    ("pypa/cibuildwheel@v2.21.3", 'git+https://github.com/pypa/cibuildwheel@"v2.21.3', "--docker=dind"),
    ("docker/bake-action@v6", "docker buildx bake", "--docker=dind"),
]


@pytest.mark.parametrize(("uses", "line", "reason"), ACTIONS, ids=[row[0] for row in ACTIONS])
def test_actions_that_need_a_daemon(uses: str, line: str, reason: str) -> None:
    text = f"on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n    - uses: {uses}\n"
    for docker, wanted in (("sidecars", "manual"), ("dind", "adapted")):
        done = conversion.convert(text, options=Options(PlanOptions(docker=docker)))
        found = next(one for one in done.journal.outcomes() if one.path == "jobs.a.steps[0].uses")
        assert found.fate == wanted
        assert (reason in found.reason) == (wanted == "manual")
        (spec,) = [objects[0]["spec"] for name, objects in done.bundle.files.items() if name.startswith("tasks/")]
        assert (line in spec["steps"][0]["script"]) == (wanted == "adapted")
        assert [one["name"] for one in spec.get("sidecars", ())] == (["docker"] if wanted == "adapted" else [])
    told = {(one.kind, one.name) for one in done.journal.setup}
    assert ("namespace label", "pod-security") in told
    assert "privileged-docker" in {one.code for one in done.journal.diagnostics}


ARRAYS: list[tuple[str, str, str]] = [
    # a script, the images that get a sidecar, what is said of its last command
    ('ARGS=(\n  --rm  # gone after it\n  --gpus all\n  -v "$PWD:/w"\n)\ndocker run "${ARGS[@]}" a:1 bash -c "make all"', "a:1", "GPU"),
    ('A=(--rm)\nif nvidia-smi; then A+=(--gpus all); fi\ndocker run "${A[@]}" a:1 make', "a:1", "GPU"),
    ('A=(run --rm a:1)\ndocker "${A[@]}" make', "a:1", ""),
    ('A=(a:1 bash -c "make")\ndocker run --rm "${A[@]}"', "a:1", ""),
    ('mapfile -t A < list\ndocker run "${A[@]}" a:1 make', "", ""),
    ('A=(--rm)\nreadarray A < list\ndocker run "${A[@]}" a:1 make', "", ""),
]  # fmt: skip


PRINTED = [
    ('cid=$(docker run -d a:1 sleep 9)\ndocker exec "$cid" ls', True),
    ('CID="$(docker run --detach a:1 sleep 9)"; docker exec -i ${CID} sh <<E\nls\nE', True),
    ("if true; then c=`docker run -d a:1 sleep 9`; fi\ndocker exec $c ls", True),
    ("c=$(docker create a:1 ls)\ndocker exec $c ls", True),
    ("docker run -d --name w a:1 sleep 9\ndocker exec $(docker ps -qf name=w) ls", True),
    ('docker run -d --name w a:1 sleep 9\nid=$(docker ps -q --filter "ancestor=a:1")\ndocker exec $id ls', True),
    ("docker run -d --name w a:1 sleep 9\ndocker exec $(docker ps -lq) ls", False),
    ("docker run -d a:1 sleep 9\ndocker exec $cid ls", False),
    ("c=$(docker run a:1 cat name)\ndocker exec $c ls", False),
    ("c=$(docker run -d a:1 sleep 9)\nc=$(docker run -d other:1 sleep 9)\ndocker exec $c ls", False),
    ('c="x$(docker run -d a:1 sleep 9)"\ndocker exec $c ls', False),
]


@pytest.mark.parametrize(("script", "known"), PRINTED)
def test_a_container_is_known_by_what_docker_printed(script: str, known: bool) -> None:
    done = convert("docker run -d other:1 sleep 9\n" + script)
    reasons = [reason for _, reason in rows(done)]
    assert any("no earlier command" in reason for reason in reasons) != known


def test_a_service_is_known_by_what_compose_printed(tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_text("services: {a: {image: a, command: x}, b: {image: b, command: y}}")
    start = "docker compose up -d\n"
    for script, known in (
        ('id=$(docker compose ps -q b)\ndocker exec "$id" ls', True),
        ('docker exec -i "$(docker compose ps --quiet b)" ls', True),
        ("docker exec $(docker compose ps -q) ls", False),
    ):
        assert (("manual", UNKNOWN) in rows(convert(start + script, root=tmp_path))) != known


UNKNOWN = "no earlier command starts a container of this name"


@pytest.mark.parametrize(("script", "images", "gpu"), ARRAYS)
def test_words_in_arrays(script: str, images: str, gpu: str) -> None:
    found = sidecars(convert(script))
    assert " ".join(one["image"] for one in found.values()) == images
    assert any("limits" in one.get("computeResources", {}) for one in found.values()) == bool(gpu)


def test_names_that_only_the_run_knows() -> None:
    """A container is known by the variable that holds its name, where the name itself is not known."""
    start = "NAME=x-$(date +%s)\ndocker run -d --name other b:1 sleep 9\n"
    done = convert(start + 'docker run -d --name "$NAME" a:1 sleep 9\ndocker exec -w /x "${NAME}" make')
    assert all(fate != "manual" for fate, _ in rows(done))
    done = convert(start + 'docker run -d --name="$NAME" a:1 sleep 9\ndocker exec $ELSE make')
    assert any("no earlier command" in reason for _, reason in rows(done))


PLAIN: list[tuple[str, dict[str, Any] | None]] = [
    ("", {"workingDir": None, "securityContext": None}),
    ("working_dir: /data", {"workingDir": "/data"}),
    ('user: "999"', {"securityContext": {"runAsUser": 999}}),
    ('user: "999:100"', {"securityContext": {"runAsUser": 999, "runAsGroup": 100}}),
    ("user: root", {"securityContext": {"runAsUser": 0}}),
    ("user: postgres", None),
]


@pytest.mark.parametrize(("said", "wanted"), PLAIN)
def test_a_service_that_runs_what_its_image_says(said: str, wanted: dict[str, Any] | None, tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_text(f"services:\n  db:\n    image: example.org/db:1\n    {said}\n")
    done = convert("docker compose up -d db", root=tmp_path)
    if wanted is None:
        assert [fate for fate, _ in rows(done)] == ["manual"]
    else:
        assert {key: sidecars(done)["db"].get(key) for key in wanted} == wanted


RIGHTS: list[tuple[str, str]] = [
    ("--privileged", "--privileged"),
    ("--cap-add SYS_PTRACE --cap-add=CAP_CHOWN", "--cap-add SYS_PTRACE"),
    ("--security-opt seccomp=unconfined", "--security-opt seccomp=unconfined"),
    ("--cap-add CHOWN --user root --security-opt no-new-privileges", ""),
]


@pytest.mark.parametrize(("options", "rights"), RIGHTS)
def test_rights_beyond_the_baseline_ask_for_a_label(options: str, rights: str) -> None:
    done = convert(f"docker run --rm {options} --entrypoint make a:1 all")
    told = [(one.name, one.why) for one in done.journal.setup if one.kind == "namespace label"]
    assert told == ([("pod-security", f"job a gives the container a {rights}")] if rights else [])


PLACES: list[tuple[str, str]] = [
    # the script, where the sidecar has the workspace
    ('docker run -v "$(pwd):/workspace" -w /workspace --entrypoint ls a:1', ""),
    ("docker run -v $PWD/data:/workspace/data -v ${{ github.workspace }}/:/workspace/ --entrypoint ls a:1", ""),
    ("docker run --mount type=bind,source=$GITHUB_WORKSPACE/b,target=/workspace/b --entrypoint ls a:1", ""),
    ("docker run -v ./data:/data -v x:/cache --entrypoint ls a:1", ""),
    ('cd notebooks; docker run -v "$(pwd):/workspace" --entrypoint ls a:1', "/gha2tekton-workspace"),
    ("docker run -v $PWD/notebooks:/workspace --entrypoint ls a:1", "/gha2tekton-workspace"),
    ("docker run -v $UNKNOWN:/workspace --entrypoint ls a:1", "/gha2tekton-workspace"),
    ("docker run -v x:/workspace/cache --entrypoint ls a:1", "/gha2tekton-workspace"),
    ("docker compose up -d same", ""),
    ("docker compose up -d other", "/gha2tekton-workspace"),
]
SERVICES = """\
services:
  same: {image: 'a:1', command: x, volumes: ['.:/workspace', './a:/a']}
  other: {image: 'a:1', command: x, volumes: ['./notebooks:/workspace']}
"""


@pytest.mark.parametrize(("script", "place"), PLACES)
def test_what_takes_the_place_of_the_workspace(script: str, place: str, tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_text(SERVICES)
    done = convert(script, root=tmp_path)
    (sidecar,) = sidecars(done).values()
    spec = next(objects[0]["spec"] for name, objects in done.bundle.files.items() if name.startswith("tasks/"))
    named = [{"name": "source-code-workspace"}] if place else None
    assert [step.get("workspaces") for step in spec["steps"]] == [named]
    assert sidecar.get("workspaces") == ([{"name": "source-code-workspace", "mountPath": place}] if place else None)


LEGS = [
    # the matrix, what the job says with it, and its Tasks: the image that each has beside or for its step
    ("{image: [a, b]}", "docker run ${{ matrix.image }} true", ["a", "b"]),
    ("{include: [{image: a, n: 1}, {image: b}]}", "docker run ${{ matrix.image }}:1 true", ["a:1", "b:1"]),
    ("{n: [1, 2]}", "docker run a echo ${{ matrix.n }}", ["a"]),
    ("{n: [1, 2]}", 'docker run "$(cat image)" echo ${{ matrix.n }}', []),  # it does not help
]


@pytest.mark.parametrize(("matrix", "line", "images"), LEGS, ids=[row[1] for row in LEGS])
def test_legs_whose_pods_differ_have_tasks_of_their_own(matrix: str, line: str, images: list[str]) -> None:
    steps = f"strategy: {{matrix: {matrix}}}, steps: [{{run: {json.dumps(line)}}}]"
    done = conversion.convert(f"on: push\njobs:\n  a: {{runs-on: ubuntu-latest, {steps}}}\n", None, Options())
    tasks = [objects[0]["spec"] for name, objects in done.bundle.files.items() if name.startswith("tasks/")]
    assert [one["image"] for task in tasks for one in task.get("sidecars", ())] == images
    assert rows(done)[0][0] == ("adapted" if images else "manual")


SHARED = [
    (["--shm-size 1g", "--shm-size 512m"], ["1Gi"]),
    (["--shm-size 512m", "--shm-size 8gb"], ["8Gi"]),
    (["--shm-size 1.5g", "--shm-size 1GiB"], ["1.5Gi"]),
    (["--shm-size 8g", "--ipc host"], [None]),
    (["", "--shm-size 2g"], ["2Gi"]),
    (["", ""], []),
    (["", "-v /dev/shm:/dev/shm"], [None]),
    (["", "--mount type=bind,source=/dev/shm,target=/dev/shm"], [None]),
    (["--tmpfs /dev/shm:rw,size=4g", "--tmpfs /scratch:size=9g"], ["4Gi"]),
    (["--tmpfs /dev/shm", ""], [None]),
]


@pytest.mark.parametrize("images", ["one one", "one two"])
@pytest.mark.parametrize(("options", "sizes"), SHARED)
def test_shared_memory_is_as_large_as_the_largest_that_is_asked_for(
    images: str, options: list[str], sizes: list[str | None]
) -> None:
    script = "\n".join(
        f"docker run {asked} {image} echo a" for asked, image in zip(options, images.split(), strict=True)
    )
    tasks = [held[0]["spec"] for name, held in convert(script).bundle.files.items() if name.startswith("tasks/")]
    volumes = [volume for task in tasks for volume in task["volumes"] if volume["name"] == "dshm"]
    assert [volume["emptyDir"].get("sizeLimit") for volume in volumes] == sizes


MEMORY_OF_SERVICES = [
    ("--shm-size=2g", "", "exact", "2Gi"),
    ("--ipc host --health-cmd true", "", "exact", None),
    ("--shm-size 2g", "container: {image: b, options: --shm-size 1g}", "exact", "2Gi"),
    ("--shm-size 2g", "container: {image: b, options: --ipc=host}", "exact", None),
    ("--shm-size 2g --memory 4g", "", "adapted", "2Gi"),
]


@pytest.mark.parametrize(("options", "keys", "fate", "size"), MEMORY_OF_SERVICES)
def test_shared_memory_of_services(options: str, keys: str, fate: str, size: str | None) -> None:
    service = f"services: {{web: {{image: a, options: {options}}}, plain: {{image: c}}}}"
    job = f"runs-on: ubuntu-latest\n{keys}\n{service}\nsteps: [{{run: ls}}]"
    done = conversion.convert(f"on: push\njobs:\n  a:\n{textwrap.indent(job, '    ')}", None, Options())
    rows = [str(one.fate) for one in done.journal.outcomes() if one.path == "jobs.a.services.web.options"]
    (task,) = [held[0]["spec"] for name, held in done.bundle.files.items() if name.startswith("tasks/")]
    (volume,) = [one["emptyDir"] for one in task["volumes"] if one["name"] == "dshm"]
    mounted = [one["name"] for one in task["sidecars"] if "dshm" in str(one.get("volumeMounts"))]
    assert (rows, mounted, volume.get("sizeLimit")) == ([fate], ["web"], size)


def test_legs_whose_options_differ_have_tasks_of_their_own() -> None:
    job = """\
runs-on: ubuntu-latest
strategy: {matrix: {gpu: [true, false]}}
container: {image: a, options: "${{ matrix.gpu && '--gpus all' || '--shm-size 1g' }}"}
steps: [{run: nvidia-smi}]
"""
    done = conversion.convert(f"on: push\njobs:\n  a:\n{textwrap.indent(job, '    ')}", None, Options())
    tasks = [objects[0]["spec"] for name, objects in done.bundle.files.items() if name.startswith("tasks/")]
    held = ["nvidia.com/gpu" in str(task["steps"][0].get("computeResources")) for task in tasks]
    assert (held, ["dshm" in str(task["volumes"]) for task in tasks]) == ([True, False], [False, True])


SPLIT = [
    ("docker compose -f c.yaml", "$X run --rm s true"),
    ("--gpus 2 -v /data:/data", "docker run $X b true"),
    ("x", 'X="--gpus 2 -v $PWD:/w"\ndocker run $X b true'),
    ("docker compose -f c.yaml", "$X up -d\n$X exec -T s true\n$X down"),
]


@pytest.mark.parametrize(("value", "script"), SPLIT)
def test_words_of_a_variable_are_words_of_a_call(value: str, script: str, tmp_path: Path) -> None:
    (tmp_path / "c.yaml").write_text("services:\n  s: {image: b, command: sleep infinity, gpus: 2}\n")
    done = convert(f"X='{value}'\n{script}", root=tmp_path)
    assert {fate for fate, _ in rows(done)} <= {"exact", "adapted", "dropped"}
    (sidecar,) = sidecars(done).values()
    assert (sidecar["image"], sidecar["computeResources"]["limits"]["nvidia.com/gpu"]) == ("b", "2")


AMD = "--device /dev/kfd --device /dev/dri"
MAKERS = [
    # what a script runs, and the GPUs that are asked for
    (f"docker run {AMD} --group-add video a true", {"amd.com/gpu": "1"}),
    ("docker run --device=/dev/kfd --device=/dev/dri/renderD128 --device=/dev/dri/renderD129 a true", {"amd.com/gpu": "2"}),
    ("docker run --gpus 2 a true", {"nvidia.com/gpu": "2"}),
    # All there are, which are two at least.
    ("""docker run --gpus all a nvidia-smi\ndocker run --gpus '"device=0,1"' b true""", {"nvidia.com/gpu": "2"}),
    ("docker run --device /dev/dri a true", None),  # somebody else's, and for other things
    (f"docker run {AMD} a true\ndocker compose run --rm amd true", {"amd.com/gpu": "1"}),
    ("docker compose run --rm amd true", {"amd.com/gpu": "1"}),
    ("docker compose run --rm other true", None),
]  # fmt: skip


@pytest.mark.parametrize(("script", "asked"), MAKERS)
def test_gpus_of_several_makers(script: str, asked: dict[str, str] | None, tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_text(
        "services:\n  amd: {image: b, devices: [/dev/kfd, /dev/dri]}\n  other: {image: b, devices: [/dev/dri]}\n"
    )
    done = convert(script, root=tmp_path)
    if asked is None:
        assert rows(done)[0][0] == "manual"
        return
    limits = [one["computeResources"]["limits"] for one in sidecars(done).values()]
    assert limits == [asked] * len(limits)
    (run,) = [objects[0]["spec"] for name, objects in done.bundle.files.items() if name.startswith("runs/")]
    label = "feature.node.kubernetes.io/amd-gpu" if "amd.com/gpu" in asked else "nvidia.com/gpu.present"
    pods = [one["podTemplate"] for one in (run["taskRunTemplate"], *run["taskRunSpecs"]) if "podTemplate" in one]
    assert [pod["nodeSelector"] for pod in pods if "nodeSelector" in pod] == [{label: "true"}]


def test_jobs_for_gpus_of_two_makers() -> None:
    done = convert("docker run --gpus 1 a true", f"docker run {AMD} a true")
    tasks = [objects[0]["spec"] for name, objects in done.bundle.files.items() if name.startswith("tasks/")]
    limits = [one["computeResources"]["limits"] for task in tasks for one in task["sidecars"]]
    assert limits == [{"nvidia.com/gpu": "1"}, {"amd.com/gpu": "1"}]


def test_an_accelerator_of_a_label_is_for_what_computes() -> None:
    steps = "uses: actions/checkout@v4", run(f"docker run {AMD} a papermill b c"), run("jupyter nbconvert c")
    job = "".join(f"    - {{{step}}}\n" for step in steps)
    text = f"on: push\njobs:\n  a:\n    runs-on: linux.rocm.gpu.2\n    steps:\n{job}"
    done = conversion.convert(text, None, Options())
    tasks = {name: objects[0]["spec"] for name, objects in done.bundle.files.items() if name.startswith("tasks/")}
    held = {name: task["steps"][0].get("computeResources", {}).get("limits") for name, task in tasks.items()}
    asked = {name.partition("/")[2]: limits.get("amd.com/gpu") for name, limits in held.items() if limits}
    assert asked == {"gpu-papermill-execution.yaml": "2"}


def test_options_of_a_container_for_gpus_of_amd() -> None:
    options = f"{AMD} --env-file /etc/podinfo/gpu-isolation --shm-size 64G"
    job = f"runs-on: self-hosted, container: {{image: a, options: {options}}}, steps: [{{run: rocminfo}}]"
    done = conversion.convert(f"on: push\njobs: {{a: {{{job}}}}}\n", None, Options())
    (task,) = [objects[0]["spec"] for name, objects in done.bundle.files.items() if name.startswith("tasks/")]
    assert task["steps"][0]["computeResources"]["limits"] == {"amd.com/gpu": "1"}
    (row,) = [one for one in done.journal.outcomes() if one.path == "jobs.a.container.options"]
    assert (row.fate, row.reason) == ("adapted", "the cluster says which devices a container sees")


ELSEWHERE = [
    # how files come to be there, where compose looks for its own, and what is told; nothing where it is found
    ("uses: actions/checkout@v4", "compose.yaml", ""),
    ("uses: actions/checkout@v4, with: {path: src}", "src/compose.yaml", ""),
    ("uses: actions/checkout@v4, with: {repository: '${{ github.repository }}', path: src}", "src/compose.yaml", ""),
    ("uses: actions/checkout@v4, with: {repository: '${{ github.event.x }}'}", "compose.yaml", ""),
    ("uses: actions/checkout@v4, with: {repository: o/here, path: x}", "x/deploy/compose.yaml", ""),
    ("uses: actions/checkout@v4, with: {repository: o/other, path: x}", "x/compose.yaml", "it is of o/other, of which --actions-dir"),
    ("uses: actions/checkout@v4, with: {repository: o/here, path: x}", "x/compose.yaml", "is not in the repository of o/here"),
    ("uses: actions/checkout@v4, with: {repository: '${{ vars.R }}', path: x}", "x/compose.yaml", "only the run knows"),
    ("run: git clone --depth 1 https://github.com/o/here.git", "here/deploy/compose.yaml", ""),
    ("run: git clone -b v1 git@github.com:o/other y/z", "y/z/compose.yaml", "it is of o/other"),
]  # fmt: skip


@pytest.mark.parametrize(("fetched", "file", "told"), ELSEWHERE)
def test_compose_files_of_other_checkouts(fetched: str, file: str, told: str, tmp_path: Path) -> None:
    root, here = tmp_path / "root", tmp_path / "actions" / "o" / "here" / "deploy"
    root.mkdir()
    here.mkdir(parents=True)
    for place in (root, here):
        (place / "compose.yaml").write_text("services: {nb: {image: a, command: sleep 9, volumes: ['.:/w']}}\n")
    text = f"on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n    - {{{fetched}}}\n    - run: docker compose -f {file} up -d\n"
    done = conversion.convert(text, root, Options(), tmp_path / "actions")
    manual = [one.reason for one in done.journal.outcomes() if one.fate == "manual"]
    assert [told in reason for reason in manual] == [True] * bool(told)
    if not told:
        home = str(Path("/workspace", file).parent)
        (step,) = next(iter(held[0]["spec"]["steps"] for name, held in done.bundle.files.items() if "tasks/" in name))
        assert f"home\tnb\t{home}\n" in next(one["value"] for one in step["env"] if one["name"] == "GHA_CONTAINERS")


BY_THEMSELVES = [
    # what a service of an unknown image mounts, what else the job does, and whether it runs by itself as a sidecar
    ("['data:/data']", "true", True),
    ("['/data', 'data:/other']", "true", True),
    ("['./data:/data']", "true", False),
    ("['.:/data']", "true", False),
    ("['data:/data']", "docker run --rm -v data:/x alpine ls /x", False),
    ("['data:/data']", "docker compose cp s:/data/x x", False),
    ("['data:/data']", "docker compose exec s ls", False),
]


@pytest.mark.parametrize(("volumes", "beside", "alone"), BY_THEMSELVES)
def test_a_service_keeps_the_files_of_volumes_that_are_its_own(
    volumes: str, beside: str, alone: bool, tmp_path: Path
) -> None:
    (tmp_path / "compose.yaml").write_text(
        f"services: {{s: {{image: acme/s, volumes: {volumes}}}}}\nvolumes: {{data: {{}}}}\n"
    )
    steps = f"[{{uses: actions/checkout@v4}}, {{run: docker compose up -d}}, {{run: {beside}}}]"
    done = conversion.convert(f"on: push\njobs: {{a: {{runs-on: x, steps: {steps}}}}}\n", tmp_path)
    row = next(one for one in done.journal.outcomes() if one.path == "compose.yaml#services.s.volumes[0]")
    up = next(one for one in done.journal.outcomes() if one.subject.startswith("command docker compose up"))
    assert (row.fate, up.fate) == (("dropped", "exact") if alone else ("exact", "manual"))
    (service, *_) = done.bundle.files["tasks/ci-a.yaml"][0]["spec"]["sidecars"]
    assert ("command" in service) != alone


@pytest.mark.parametrize(("volume", "alone"), [("data:/data", True), ("$PWD:/data", False), ("$X:/data", False)])
def test_a_container_of_an_unknown_image_with_volumes(volume: str, alone: bool) -> None:
    done = conversion.convert(
        f"on: push\njobs: {{a: {{runs-on: x, steps: [{{run: 'docker run -d -v {volume} acme/s'}}]}}}}\n"
    )
    (service,) = done.bundle.files["tasks/ci-a.yaml"][0]["spec"]["sidecars"]
    assert ("command" in service) != alone


COMMANDS = [
    # what a service of an unknown image is told, how it is started, and the fate of that and whether it runs by itself
    ("command: server /data", "docker compose up -d", "exact", True),
    ("command: [--model, x]", "docker compose up -d s", "exact", True),
    ("command: server /data, entrypoint: run", "docker compose up -d", "exact", False),
    ("command: server /data", "docker compose up", "adapted", False),
    ("command: server /data", "docker compose up -d; docker compose exec s ls", "adapted", False),
    ("command: server /data, environment: {A: '${A}'}", "A=$(date) docker compose up -d", "adapted", False),
    ("command: [--model, x]", "docker compose up -d; docker compose exec s ls", "manual", False),
    ("command: server /data, depends_on: [t]", "docker compose up -d", "adapted", False),
]


@pytest.mark.parametrize(("told", "script", "fate", "alone"), COMMANDS)
def test_what_an_unknown_image_runs_before_a_command(told: str, script: str, fate: str, alone: bool, tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_text(f"services: {{s: {{image: acme/s, {told}}}, t: {{image: 'redis:7'}}}}\n")
    done = convert(script, root=tmp_path)
    up = next(one for one in done.journal.outcomes() if one.path.endswith("commands[0]"))
    spec = done.bundle.files["tasks/ci-a.yaml"][0]["spec"]
    service = next(one for one in spec["sidecars"] if one["name"] == "s")
    assert (up.fate, "command" not in service) == (fate, alone), up.reason
    assert service.get("args", []) == (["server", "/data"] if "server" in told else ["--model", "x"]) * alone


@pytest.mark.parametrize(("words", "fate"), [("--model x", "manual"), ("serve --model x", "adapted")])
def test_options_alone_are_no_command(words: str, fate: str) -> None:
    assert rows(convert(f"docker run --rm acme/s {words}"))[0][0] == fate
