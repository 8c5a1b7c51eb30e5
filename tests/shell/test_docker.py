"""Command lines of docker and compose, and the options of job containers."""

from __future__ import annotations

import shlex
from collections.abc import Mapping

import pytest

from gha2tekton.shell.docker import DockerCall, container_options, gpu_request, parse_call
from gha2tekton.shell.script import read


def call(text: str) -> DockerCall:
    found = parse_call(list(shlex.split(text)))
    assert found is not None
    return found


RUNS = [
    (
        "docker run --rm -itd --gpus all -v /a:/b -v=c:/d -w/w -eA=1 -e B --name=n --shm-size 1g i:1 bash -c x",
        {"--gpus": "all", "--volume": "c:/d", "--workdir": "/w", "--env": "B", "--name": "n", "--shm-size": "1g"},
        "i:1",
        ("bash", "-c", "x"),
    ),
    ("docker container run -u root -h host i", {"--user": "root", "--hostname": "host"}, "i", ()),
    (
        "podman run --net=host --ipc host --ulimit memlock=-1 i -v x",
        {"--net": "host", "--ipc": "host"},
        "i",
        ("-v", "x"),
    ),
    ("docker --context x -l debug run --init i a", {"--init": "true"}, "i", ("a",)),
    ("docker run --mount type=bind,src=a,dst=b --entrypoint sh i", {"--entrypoint": "sh"}, "i", ()),
    (
        "/usr/bin/docker exec -it -w /w -u 1 -e A=1 c ls -l",
        {"--workdir": "/w", "--user": "1", "--tty": "true"},
        "c",
        ("ls", "-l"),
    ),
    ("docker compose -f a.yml exec -T s ls", {"--no-tty": "true"}, "s", ("ls",)),
    ("docker-compose run --rm -v a:b s ls -a", {"--rm": "true", "--volume": "a:b"}, "s", ("ls", "-a")),
]


@pytest.mark.parametrize(("text", "options", "target", "arguments"), RUNS, ids=[case[0] for case in RUNS])
def test_run_and_exec(text: str, options: Mapping[str, str], target: str, arguments: tuple[str, ...]) -> None:
    found = call(text)
    assert {name: found.option(name) for name in options} == options
    assert (found.target, found.has_target, found.arguments) == (target, True, arguments)
    assert found.unknown == ()


VERBS = [
    ("docker compose up -d --wait", "compose up", ()),
    ("docker-compose -f a -f b --profile p up --build s", "compose up", ("s",)),
    ("docker compose down -v --remove-orphans", "compose down", ()),
    ("docker compose cp s:/a b", "compose cp", ("s:/a", "b")),
    ("docker compose logs --tail 5 s", "compose logs", ("s",)),
    ("docker build -t a:1 --build-arg X=1 -f D .", "build", (".",)),
    ("docker buildx build --push -t a .", "build", (".",)),
    ("docker login -u x --password-stdin nvcr.io", "login", ("nvcr.io",)),
    ("docker cp -a c:/a b", "cp", ("c:/a", "b")),
    ("docker system prune -af", "system prune", ()),
    ("docker image ls", "images", ()),
    ("docker ps -a --filter name=x -q", "ps", ()),
    ("docker stop -t 5 c", "stop", ("c",)),
    ("docker logs -f c", "logs", ("c",)),
    ("docker --version", "version", ()),
    ("docker-compose -v", "compose version", ()),
]


@pytest.mark.parametrize(("text", "verb", "arguments"), VERBS, ids=[case[0] for case in VERBS])
def test_verbs(text: str, verb: str, arguments: tuple[str, ...]) -> None:
    found = call(text)
    assert (found.verb, found.arguments, found.unknown) == (verb, arguments, ())


def test_compose_files() -> None:
    found = call("docker compose -f a -fb --file=c --profile p -p n --env-file e --project-directory d --verbose up")
    assert found.files == ("a", "b", "c")
    assert found.profiles == ("p",)
    assert dict(found.project)["--project-name"] == "n"
    assert found.unknown == ()


def test_unknown_options_are_kept_and_told() -> None:
    found = call("docker run --new=1 --other -Y i")
    assert found.unknown == ("--new", "--other", "-Y")
    assert found.options == (("--new", "1"), ("--other", "true"), ("-Y", "true"))
    assert found.target == "i"
    assert call("docker compose --new up --newer").unknown == ("--new", "--newer")


def test_values_that_only_the_run_knows() -> None:
    found = parse_call(read('docker run -v "$(pwd):/w" --name $N "$IMAGE" a $b').commands[0].values)
    assert found is not None
    assert found.options == (("--volume", None), ("--name", None))
    assert (found.target, found.has_target, found.arguments) == (None, True, ("a", None))


@pytest.mark.parametrize("text", ["", "docker", "echo docker run", "docker --debug", "docker compose -f a"])
def test_no_call(text: str) -> None:
    assert parse_call(list(shlex.split(text))) is None


def test_container_options() -> None:
    found = container_options("--gpus all --shm-size=16gb -v /a:/b --user root:root --cpus 2 --health-cmd \"a 'b'\" x")
    assert found.option("--health-cmd") == "a 'b'"
    assert found.all("--volume") == ("/a:/b",)
    assert found.unknown == ("x",)
    assert container_options("--gpus 'all").given("--gpus")


GPUS = [
    ("--gpus all", "all"),
    ("--gpus=2", 2),
    ("--gpus device=1", 1),
    ("--gpus '\"device=0,2\"'", 2),
    ("--gpus 'count=3'", 3),
    ("--gpus 'all,capabilities=utility'", "all"),
    ("--gpus 2,capabilities=compute", 2),
    ("--gpus '\"device=0,1\",capabilities=utility'", 2),
    ("--runtime nvidia", "all"),
    ("--runtime=nvidia --gpus 1", 1),
    ("--device nvidia.com/gpu=all", "all"),
    ("--device nvidia.com/gpu=0 --device nvidia.com/gpu=1", 2),
    ("--device /dev/fuse", None),
    ("", None),
]


@pytest.mark.parametrize(("text", "want"), GPUS)
def test_gpu_request(text: str, want: int | str | None) -> None:
    assert gpu_request(container_options(text)) == want


def test_gpus_that_only_the_run_knows() -> None:
    found = parse_call(["docker", "run", "--gpus", None, "i"])
    assert found is not None
    assert gpu_request(found) == "all"


OPEN = [
    # a word that only the run knows, before other options of docker's own and an image
    ("docker run $OPTS --rm -v a:b img cmd", "img", True),
    ("docker run --rm $OPTS -it img", "img", True),
    ("docker run $A $B --rm img", None, False),
    ("docker run $IMAGE --model x", None, False),
    ("docker run $IMAGE --rm", None, False),
    ("docker run --rm $IMAGE cmd -v", None, False),
    ("docker run img -v a:b c", "img", False),
]


@pytest.mark.parametrize(("line", "target", "open"), OPEN)
def test_a_word_among_options_is_no_image(line: str, target: str | None, open: bool) -> None:
    call = parse_call(read(line).commands[0].spread)
    assert call is not None
    assert (call.target, call.open) == (target, open)
