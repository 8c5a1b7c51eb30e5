"""Command lines of docker and docker compose."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Sequence

from gha2tekton.record import Record, replace
from gha2tekton.shell.docker_options import COMMANDS, COMPOSE, CREATE, GLOBAL, read_options

CALLS = frozenset({"docker", "podman", "nerdctl", "docker-compose", "podman-compose", "nvidia-docker"})


class DockerCall(Record, frozen=True):
    """One command: ``verb`` such as run, exec, "compose up"; a value that only the run knows is None.

    Options go by their long names, a flag's value is "true". ``target`` is the image of run, the container of exec, the
    service of "compose exec".
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
    """Options before the verb of compose."""
    unknown: tuple[str, ...] = ()
    """Options that docker does not have; they are among ``options`` too, as flags."""
    open: bool = False
    """Whether a word that only the run knows stands among the options of run, and may be any of them."""

    def option(self, *names: str) -> str | None:
        """The last value of an option, None when it is not given or not known."""
        return next((value for name, value in reversed(self.options) if name in names), None)

    def all(self, *names: str) -> tuple[str | None, ...]:
        return tuple(value for name, value in self.options if name in names)

    def given(self, *names: str) -> bool:
        return any(name in names for name, _ in self.options)


_GROUPS = frozenset(
    {"container", "image", "system", "volume", "network", "buildx", "builder", "manifest", "context", "pod"}
)
_SHORT = {
    "container": frozenset(
        {"run", "create", "exec", "cp", "logs", "stop", "rm", "start", "kill", "restart", "wait", "inspect"}
    ),
    "image": frozenset({"build", "pull", "push", "tag", "save", "load"}),
    "buildx": frozenset({"build"}),
    "builder": frozenset({"build"}),
}


_SAME = {"image rm": "rmi", "image rmi": "rmi", "image remove": "rmi", "container ls": "ps", "container list": "ps",
         "container ps": "ps", "image ls": "images", "image list": "images", "system info": "info",
         "container remove": "rm", "buildx b": "build"}  # fmt: skip


def parse_call(values: Sequence[str | None]) -> DockerCall | None:
    """A command line, program's name first; None when it is no docker command or says too little."""
    program = (values[0] or "").rsplit("/", 1)[-1] if values else ""
    if program not in CALLS:
        return None
    if program.endswith("-compose"):
        return _compose(values[1:])
    given = read_options(values[1:], GLOBAL)
    rest = given.rest
    if not rest or rest[0] is None:
        return DockerCall("version") if ("--version", "true") in given.options else None
    verb, rest = rest[0], rest[1:]
    if verb == "compose":
        return _compose(rest)
    if verb in _GROUPS and rest and rest[0]:
        verb, rest = (rest[0] if rest[0] in _SHORT.get(verb, ()) else f"{verb} {rest[0]}"), rest[1:]
        verb = _SAME.get(verb, verb)
        if verb == "buildx imagetools" and rest and rest[0]:
            verb, rest = f"{verb} {rest[0]}", rest[1:]
    return _call(verb, rest)


def _call(verb: str, words: Sequence[str | None], project: Sequence[tuple[str, str | None]] = ()) -> DockerCall:
    files = tuple(value for name, value in project if name == "--file")
    profiles = tuple(value for name, value in project if name == "--profile")
    targeted = verb in ("run", "create", "exec", "compose exec", "compose run")
    read = read_options(words, CREATE if verb in ("run", "create") else COMMANDS.get(verb), stop=targeted)
    open = False
    while verb in ("run", "create") and _may_be_options(read.rest):
        more, open = read_options(read.rest[1:], CREATE), True
        read = replace(
            read, options=(*read.options, *more.options), rest=more.rest, unknown=read.unknown + more.unknown
        )
    target = read.rest[0] if targeted and read.rest else None
    arguments = read.rest[1:] if targeted else read.rest
    has_target = targeted and bool(read.rest)
    return DockerCall(
        verb, read.options, target, has_target, arguments, files, profiles, tuple(project), read.unknown, open
    )


_AMONG_OPTIONS = re.compile(
    r"--(rm|gpus|volume|workdir|env|env-file|shm-size|ipc|network|name|user|mount)(=|$)|-[vweitdu]+$"
)
"""What is most likely no argument of an image's own program."""
_OF_RUN = re.compile(r"\$\{\{[^{}]*\}\}|\*\S+|GHAHOLE\w*")


def _may_be_options(words: Sequence[str | None]) -> bool:
    """Whether the first operand is not known and others of docker's own options and an image come behind it."""
    if len(words) < 3 or not (words[0] is None or _OF_RUN.fullmatch(words[0])):
        return False
    return _AMONG_OPTIONS.match(words[1] or "") is not None and bool(read_options(words[1:], CREATE).rest)


def _compose(words: Sequence[str | None]) -> DockerCall | None:
    project = read_options(words, COMPOSE)
    if not project.rest or project.rest[0] is None:
        return DockerCall("compose version") if ("--version", "true") in project.options else None
    call = _call(f"compose {project.rest[0]}", project.rest[1:], project.options)
    return replace(call, unknown=project.unknown + call.unknown)


def container_options(text: str) -> DockerCall:
    """The options of a job's or service's ``container.options``, as ``docker create`` takes them.

    Words that are no option are among ``unknown``.
    """
    try:
        words = shlex.split(text)
    except ValueError:
        words = text.split()
    read = read_options(words, CREATE, stop=False)
    return DockerCall("create", read.options, unknown=(*read.unknown, *(word or "" for word in read.rest)))


def gpu_request(call: DockerCall) -> int | str | None:
    """The GPUs that a container asks for: a count, "all", or None.

    https://docs.docker.com/reference/cli/docker/container/run/#gpus
    """
    value = call.option("--gpus")
    if value is not None:
        text = value.replace('"', "").replace("'", "")
        devices = re.search(r"(?:^|,)device=([^=]*?)(?=,\w+=|$)", text)
        if devices:
            return len([name for name in devices[1].split(",") if name])
        count = re.match(r"(?:count=)?(\d+)(?:,|$)", text)
        return int(count[1]) if count else "all"
    cdi = [name for name in call.all("--device") if name and name.startswith("nvidia.com/gpu=")]
    if cdi:
        return "all" if any(name.endswith("=all") for name in cdi) else len(cdi)
    if call.given("--gpus") or call.option("--runtime") == "nvidia":
        return "all"
    given = [name or "" for name in call.all("--device")]
    cards = {name.partition(":")[0] for name in given if name.startswith("/dev/dri/render")}
    return (len(cards) or "all") if of_amd(given) else None


def of_amd(devices: Iterable[str]) -> bool:
    """Whether devices are those of AMD's GPUs: /dev/kfd, which all share, beside one in /dev/dri for each.

    https://rocm.docs.amd.com/projects/install-on-linux/en/latest/how-to/docker.html
    """
    return any(device.startswith("/dev/kfd") for device in devices)
