"""Command lines of docker and docker compose.

https://docs.docker.com/reference/cli/docker/
"""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass

CALLS = frozenset({"docker", "podman", "nerdctl", "docker-compose", "nvidia-docker"})


@dataclass(frozen=True, slots=True)
class DockerCall:
    """One command: ``verb`` such as run, exec, "compose up"; a value that only the run knows is None.

    ``target`` is the image of run, the container of exec, the service of "compose exec".
    """

    verb: str
    options: tuple[tuple[str, str | None], ...] = ()
    target: str | None = None
    has_target: bool = False
    arguments: tuple[str | None, ...] = ()
    files: tuple[str | None, ...] = ()
    """``-f`` of compose."""
    profiles: tuple[str | None, ...] = ()
    project: tuple[tuple[str, str | None], ...] = ()
    unknown: tuple[str, ...] = ()
    """Options that this reader does not know."""

    def option(self, *names: str) -> str | None:
        """The last value of an option, None when it is not given or not known."""
        return next((value for name, value in reversed(self.options) if name in names), None)

    def all(self, *names: str) -> tuple[str | None, ...]:
        return tuple(value for name, value in self.options if name in names)

    def given(self, *names: str) -> bool:
        return any(name in names for name, _ in self.options)


_LONG: dict[str, str] = {
    "-a": "--attach", "-c": "--cpu-shares", "-e": "--env", "-h": "--hostname", "-l": "--label", "-m": "--memory",
    "-p": "--publish", "-u": "--user", "-v": "--volume", "-w": "--workdir", "-f": "--file", "-t": "--tag", "-n": "--tail",
}  # fmt: skip
_RUN_VALUES = frozenset(
    "--attach --add-host --annotation --blkio-weight --cap-add --cap-drop --cgroup-parent --cidfile --cpu-period "
    "--cpu-quota --cpu-shares --cpus --cpuset-cpus --cpuset-mems --device --device-cgroup-rule --dns --dns-search "
    "--domainname --entrypoint --env --env-file --expose --gpus --group-add --health-cmd --health-interval "
    "--health-retries --health-start-period --health-timeout --hostname --ip --ipc --isolation --label --label-file --link "
    "--log-driver --log-opt --mac-address --memory --memory-reservation --memory-swap --memory-swappiness --mount --name "
    "--net --network --network-alias --oom-score-adj --pid --pids-limit --platform --publish --pull --restart --runtime "
    "--security-opt --shm-size --stop-signal --stop-timeout --storage-opt --sysctl --tmpfs --ulimit --user --userns --uts "
    "--volume --volume-driver --volumes-from --workdir".split()
)
_RUN_FLAGS = frozenset(
    "-d -i -t --rm --detach --interactive --tty --privileged --init --read-only --publish-all -P --no-healthcheck "
    "--disable-content-trust --oom-kill-disable --quiet -q --sig-proxy".split()
)
_EXEC_VALUES = frozenset("--env --env-file --user --workdir --detach-keys".split())
_EXEC_FLAGS = frozenset("-d -i -t -T --detach --interactive --tty --privileged --no-TTY".split())
_COMPOSE_VALUES = frozenset("--file --profile --project-name --env-file --project-directory --ansi --parallel --progress -p".split())
_COMPOSE_RUN_VALUES = frozenset("--env --user --workdir --volume --name --entrypoint --label --publish --pull --index".split())
_COMPOSE_RUN_FLAGS = _EXEC_FLAGS | {"--rm", "--no-deps", "--build", "--service-ports", "--use-aliases", "--quiet-pull", "--remove-orphans"}
_VALUED: dict[str, frozenset[str]] = {
    "build": frozenset("--tag --file --build-arg --target --platform --cache-from --cache-to --output -o --secret --ssh --label --network --progress --builder --iidfile --metadata-file --build-context --shm-size --add-host --provenance --sbom --attest --memory --ulimit".split()),
    "login": frozenset("--username --password -u -p".split()),
    "logs": frozenset("--tail --since --until -n".split()),
    "ps": frozenset("--filter --format -f".split()),
    "images": frozenset("--filter --format -f".split()),
    "save": frozenset("--output -o".split()),
    "load": frozenset("--input -i".split()),
    "stop": frozenset("--time --timeout --signal -t".split()),
    "inspect": frozenset("--format --type -f".split()),
    "pull": frozenset("--platform".split()),
}  # fmt: skip


def parse_call(values: Sequence[str | None]) -> DockerCall | None:
    """A command line, program's name first; None when it is no docker command or says too little."""
    if not values or (values[0] or "").rsplit("/", 1)[-1] not in CALLS:
        return None
    rest = list(values[1:])
    if (values[0] or "").endswith("docker-compose"):
        return _compose(rest)
    while rest and (rest[0] or "").startswith("-"):
        rest = rest[2:] if rest[0] in ("-H", "--host", "--context", "-c", "--config", "-l", "--log-level") else rest[1:]
    if not rest or rest[0] is None:
        return None
    verb, rest = rest[0], rest[1:]
    if verb == "compose":
        return _compose(rest)
    if verb in ("container", "image", "system", "volume", "network", "buildx", "builder", "manifest") and rest and rest[0]:
        if verb == "container" and rest[0] in ("run", "exec"):
            verb, rest = rest[0], rest[1:]
        elif (verb, rest[0]) in (("buildx", "build"), ("image", "build"), ("builder", "build")):
            verb, rest = "build", rest[1:]
        else:
            verb, rest = f"{verb} {rest[0]}", rest[1:]
    if verb in ("run", "create"):
        return _targeted(verb, rest, _RUN_VALUES, _RUN_FLAGS)
    if verb == "exec":
        return _targeted(verb, rest, _EXEC_VALUES, _EXEC_FLAGS)
    options, rest, _ = _options(rest, _VALUED.get(verb, frozenset()), None, stop=False)
    return DockerCall(verb, options, None, False, tuple(rest))


def _targeted(verb: str, rest: list[str | None], valued: frozenset[str], flags: frozenset[str]) -> DockerCall:
    options, rest, unknown = _options(rest, valued, flags)
    target = rest[0] if rest else None
    return DockerCall(verb, options, target, bool(rest), tuple(rest[1:]), unknown=unknown)


def _compose(rest: list[str | None]) -> DockerCall | None:
    project, rest, _ = _options(rest, _COMPOSE_VALUES, None)
    if not rest or rest[0] is None:
        return None
    verb, rest = rest[0], rest[1:]
    files = tuple(value for name, value in project if name == "--file")
    profiles = tuple(value for name, value in project if name == "--profile")
    if verb in ("exec", "run"):
        call = _targeted(f"compose {verb}", rest, _COMPOSE_RUN_VALUES, _COMPOSE_RUN_FLAGS)
        options, target, has_target, arguments, unknown = call.options, call.target, call.has_target, call.arguments, call.unknown
        return DockerCall(f"compose {verb}", options, target, has_target, arguments, files, profiles, project, unknown)
    valued = frozenset("--scale --timeout -t --wait-timeout --pull --tail --attach --exit-code-from --format --build-arg".split())
    options, rest, _ = _options(rest, valued, None, stop=False)
    return DockerCall(f"compose {verb}", options, None, False, tuple(rest), files, profiles, project)


def _options(
    words: list[str | None], valued: frozenset[str], flags: frozenset[str] | None, stop: bool = True
) -> tuple[tuple[tuple[str, str | None], ...], list[str | None], tuple[str, ...]]:
    """Options, the words after them, and options not known; ``stop`` ends at the first word that is none."""
    options: list[tuple[str, str | None]] = []
    unknown: list[str] = []
    rest: list[str | None] = []
    at = 0
    while at < len(words):
        word = words[at]
        at += 1
        if word is None or not word.startswith("-") or word == "-":
            rest.append(word)
            if stop:
                return tuple(options), rest + words[at:], tuple(unknown)
            continue
        if word == "--":
            return tuple(options), rest + words[at:], tuple(unknown)
        name, equals, value = word.partition("=")
        name = name if name in valued else _LONG.get(name, name) if _LONG.get(name, name) in valued else name
        if name in valued:
            if equals:
                options.append((name, value))
            else:
                options.append((name, words[at] if at < len(words) else None))
                at += 1
        elif not word.startswith("--") and len(word) > 2:
            at = _cluster(word, words, at, valued, flags, options, unknown)
        else:
            options.append((name, value if equals else "true"))
            if flags is not None and name not in flags:
                unknown.append(name)
    return tuple(options), rest, tuple(unknown)


def _cluster(
    word: str,
    words: list[str | None],
    at: int,
    valued: frozenset[str],
    flags: frozenset[str] | None,
    options: list[tuple[str, str | None]],
    unknown: list[str],
) -> int:
    """``-itv /a:/b`` or ``-eX=1``: letters up to one that takes a value."""
    for index, letter in enumerate(word[1:], 1):
        short = f"-{letter}"
        name = short if short in valued else _LONG.get(short, short)
        if name in valued:
            value = word[index + 1 :]
            if value:
                options.append((name, value.removeprefix("=")))
            else:
                options.append((name, words[at] if at < len(words) else None))
                at += 1
            return at
        options.append((f"-{letter}", "true"))
        if flags is not None and f"-{letter}" not in flags:
            unknown.append(f"-{letter}")
    return at


def container_options(text: str) -> DockerCall:
    """The options of a job's or service's ``container.options``, as ``docker create`` takes them."""
    try:
        words: list[str | None] = list(shlex.split(text))
    except ValueError:
        words = list(text.split())
    options, rest, unknown = _options(words, _RUN_VALUES, _RUN_FLAGS, stop=False)
    return DockerCall("create", options, None, False, (), unknown=(*unknown, *(word or "" for word in rest)))


def gpu_request(call: DockerCall) -> int | str | None:
    """The GPUs that a container asks for: a count, "all", or None."""
    value = call.option("--gpus")
    if value is not None:
        text = value.strip("\"'")
        if text.startswith("device="):
            return len(text.removeprefix("device=").strip("\"'").split(","))
        if text.startswith("count="):
            text = text.removeprefix("count=")
        return int(text) if text.isdigit() else "all"
    if call.given("--gpus") or call.option("--runtime") == "nvidia":
        return "all"
    return None
