"""Names of images, containers and users, as docker understands them."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterable

from gha2tekton.plan.host_directories import binds
from gha2tekton.plan.model import ContainerPlan, SeenCommand
from gha2tekton.shell.docker import DockerCall
from gha2tekton.workflow.compose import Service
from gha2tekton.workflow.compose_keys import SHARED, size_of_tmpfs


def names_of(service: Service) -> tuple[tuple[str, str], ...]:
    return (("container", service.container_name),) if service.container_name else ()


def is_container_of(name: str, service: str) -> bool:
    """Whether compose would call a service's container this: PROJECT-SERVICE-1."""
    return re.search(rf"[-_]{re.escape(service)}[-_]\d+$", name) is not None


def goes_by(container: ContainerPlan, key: tuple[str, str]) -> bool:
    """Whether a call by this key is for the container, be it by the name that compose gives it."""
    kind, name = key
    service = container.service
    return key in container.keys or (
        kind == "container" and service is not None and is_container_of(name, service.name)
    )


def joined(directory: str, target: str) -> str:
    return posixpath.normpath(posixpath.join(directory, target))


def bare(image: str) -> str:
    return image.removeprefix("docker.io/").removeprefix("library/").removesuffix(":latest")


def built_here(image: str, why: str = "") -> str:
    what = why or "build it in an earlier job"
    return f"{image} is built by this job, and a Pod's images must be there before it starts: {what}"


def published(ports: Iterable[str | None]) -> tuple[tuple[str, str], ...]:
    """The ports of ``[IP:]HOST:CONTAINER[/tcp]`` that differ, host's first; ValueError for what cannot be led on."""
    out: dict[tuple[str, str], None] = {}
    for text in ports:
        if text is None:
            raise ValueError("the port under which it is published is only known to the run")
        bare, _, protocol = text.partition("/")
        host, _, inner = bare.rpartition(":")
        host = host.rpartition(":")[2]
        if not host or host == inner:
            continue
        if protocol not in ("", "tcp"):
            raise ValueError(f"port {host} is led to {inner} over {protocol}: let it listen on {host}")
        ours, theirs = _range(host), _range(inner)
        if len(ours) != len(theirs):
            raise ValueError(f"ports {host} and {inner} are not as many")
        out |= dict.fromkeys((str(one), str(other)) for one, other in zip(ours, theirs, strict=True))
    return tuple(out)


def ports_of(call: DockerCall) -> tuple[tuple[tuple[str, str], ...], str]:
    """The ports of a call that differ, and why they cannot be led on."""
    try:
        return published(call.all("--publish")), ""
    except ValueError as error:
        return (), str(error)


def _range(text: str) -> range:
    first, _, last = text.partition("-")
    if not first.isdigit() or not (last or first).isdigit():
        raise ValueError(f"{text} is no port")
    return range(int(first), int(last or first) + 1)


def unknown(image: str, step: bool) -> str:
    """Why nothing runs what an image says by itself, and what to do: in a ``step`` that is the image, or a command."""
    name = ", and its step asks for that: name the program (with: entrypoint)" if step else ": name the command"
    where = "in an images.yaml of a folder for --rules"
    return f"what {image} runs by itself is not known{name}, or give the image its entrypoint {where}"


def as_root(call: DockerCall) -> bool:
    return (call.option("--user") or "").partition(":")[0] in ("root", "0")


def more(one: int | str | None, other: int | str | None) -> int | str | None:
    """Of two requests the one for more."""
    if one is None or other is None:
        return other if one is None else one
    if isinstance(one, int) and isinstance(other, int):
        return max(one, other)
    return "all"


def shared_memory(call: DockerCall) -> str:
    """How large /dev/shm is asked to be: "host" as the machine's, "" as docker has it by itself."""
    if call.option("--ipc") == "host" or any(one.source == one.target == SHARED for one in binds(call)):
        return "host"
    sizes = (size_of_tmpfs(given or "") for given in call.all("--tmpfs"))
    return call.option("--shm-size") or next(filter(None, sizes), "")


def variable(word: str) -> str:
    """The variable that a word is, as written; empty for any other word."""
    found = re.fullmatch(r'"?\$\{?(\w+)\}?"?', word)
    return found[1] if found else ""


def variable_after(seen: SeenCommand, option: str) -> str:
    """The variable that an option of a command is given."""
    words = [word.text for word in seen.command.words]
    glued = next((word.partition("=")[2] for word in words if word.startswith(f"{option}=")), "")
    return variable(glued or (words[words.index(option) + 1] if option in words[:-1] else ""))


def readable(text: str, taken: Collection[str]) -> str:
    """A name for the container of an image or service, as no other has it."""
    last = text.rsplit("/", 1)[-1].partition(":")[0].partition("@")[0].lower()
    slug = "".join(char if char.isalnum() and char.isascii() else "-" for char in last).strip("-")[:40] or "container"
    name, count = slug, 1
    while name in taken:
        count += 1
        name = f"{slug}-{count}"
    return name
