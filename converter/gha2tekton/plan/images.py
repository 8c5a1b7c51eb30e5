"""Names of images, containers and users, as docker understands them."""

from __future__ import annotations

import posixpath
import re

from gha2tekton.shell.docker import DockerCall
from gha2tekton.workflow.compose import Service


def names_of(service: Service) -> tuple[tuple[str, str], ...]:
    return (("container", service.container_name),) if service.container_name else ()


def is_container_of(name: str, service: str) -> bool:
    """Whether compose would call a service's container this: PROJECT-SERVICE-1."""
    return re.search(rf"[-_]{re.escape(service)}[-_]\d+$", name) is not None


def joined(directory: str, target: str) -> str:
    return posixpath.normpath(posixpath.join(directory, target))


def bare(image: str) -> str:
    return image.removeprefix("docker.io/").removeprefix("library/").removesuffix(":latest")


def built_here(image: str) -> str:
    return (
        f"{image} is built by this job, and a Pod's images must be there before it starts: build it in an earlier job"
    )


def as_root(call: DockerCall) -> bool:
    return (call.option("--user") or "").partition(":")[0] in ("root", "0")


def more(one: int | str | None, other: int | str | None) -> int | str | None:
    """Of two requests the one for more."""
    if one is None or other is None:
        return other if one is None else one
    if isinstance(one, int) and isinstance(other, int):
        return max(one, other)
    return "all"
